"""What the register's owner calls a person: a keyed hash of the register's id, of no use elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from xacthuc.exchange.refusals import ExchangeRefused

SECRET_BYTES = 32


@dataclass(frozen=True)
class Referrer:
    """Makes references; without its secret nobody can try ids until one fits."""

    secret: bytes = field(repr=False)

    def make(self, record: str) -> str:
        """Give the reference of a person by the register's id: 32 hexadecimal digits."""
        return self._hash(record, b"person").hex()

    def hide(self, text: str) -> str:
        """Give what stands for a number or a claim where the node remembers that it was asked."""
        return self._hash(text, b"asked").hex()

    def _hash(self, text: str, purpose: bytes) -> bytes:
        return hashlib.blake2b(text.encode(), digest_size=16, key=self.secret, person=purpose).digest()


def read_referrer(path: Path) -> Referrer:
    """Give who makes references by the secret in a file.

    Raises ExchangeRefused where it is none, or where others may read it.
    """
    if path.stat().st_mode & 0o077:
        raise ExchangeRefused("exchange_key_open", path)
    with path.open("rb") as stream:
        secret = stream.read(SECRET_BYTES + 1)
    if len(secret) != SECRET_BYTES:
        raise ExchangeRefused("exchange_key_unusable", path)
    return Referrer(secret)
