"""The node's own folder: its key, its secret, the partners that it knows, the index and the log.

DIR/
    key.pem, node.pem       private and public key of the node
    secret                  with which references of people are made; as long as it is kept they stay the same
    partners/ROLE/NAME.pem  public keys of those who may ask: health, police
    index/0001/             of version 1 of the register
    state.sqlite            what came, what was spent, the log
    budgets.toml            where other budgets hold than the program's
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xacthuc.exchange.keys import (
    make_private_key,
    name_key,
    read_private_key,
    read_public_key,
    write_private,
    write_public_key,
)
from xacthuc.exchange.references import SECRET_BYTES, read_referrer
from xacthuc.exchange.storing import storing
from xacthuc_register.refusals import NodeRefused

HEALTH, POLICE = "health", "police"
ROLES = (HEALTH, POLICE)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True)
class Partner:
    """Who may ask, and in which role."""

    name: str
    role: str  # of ROLES
    key: Ed25519PublicKey


class NodeFolder:
    """The folder of a node; made when it is not there."""

    def __init__(self, path: Path) -> None:
        """Open the folder at `path`, and make what it lacks: the key, and the secret of references."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.index = path / "index"
        self.state = path / "state.sqlite"
        self.public = path / "node.pem"
        private, secret = path / "key.pem", path / "secret"
        self.key: Ed25519PrivateKey = read_private_key(private) if private.exists() else make_private_key(private)
        if not self.public.exists():
            _write(self.public, write_public_key(self.key.public_key()))
        if not secret.exists():
            write_private(secret, secrets.token_bytes(SECRET_BYTES))
        self.referrer = read_referrer(secret)

    @property
    def key_id(self) -> str:
        """Give the id of the node's key."""
        return name_key(self.key.public_key())

    def list_partners(self) -> dict[str, Partner]:
        """Give the partners by the ids of their keys."""
        found = {}
        for role in ROLES:
            for path in sorted((self.path / "partners" / role).glob("*.pem")):
                key = read_public_key(path)
                found[name_key(key)] = Partner(path.stem, role, key)
        return found

    def take_partner(self, name: str, *, role: str, key: Ed25519PublicKey) -> None:
        """Let a partner ask from now on; raises NodeRefused for a name that is none."""
        if not _NAME.fullmatch(name):
            raise NodeRefused("node_partner_name", name)
        place = self.path / "partners" / role
        place.mkdir(parents=True, exist_ok=True)
        _write(place / f"{name}.pem", write_public_key(key))

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep other nodes out of the folder; raises NodeRefused where one is in it."""
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise NodeRefused("node_folder_taken", self.path) from None
            yield
        finally:
            os.close(handle)


def _write(path: Path, data: bytes) -> None:
    with storing(path) as unfinished:
        unfinished.write_bytes(data)
