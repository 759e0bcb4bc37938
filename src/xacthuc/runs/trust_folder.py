"""The folder in which an authority keeps its trust list: root key, certificates, every list that it signed.

private.pem, root.public.pem     the root that signs; retired-ID.pem are those before it
certificates/KID-HASH.der        what the next list names
revocation/ID.pem                keys that may sign revocation lists
rollovers/NNNN.json              each root named by the one before
lists/NNNNNN.json                what was signed, by version; trust.json is the last of them
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import (
    ListKey,
    make_key,
    name_key,
    read_jwk,
    read_private_pem,
    read_public_pem,
    read_signed,
    use_key,
    write_private_pem,
    write_public_pem,
)
from xacthuc.certificates.trust_document import (
    ROLLOVER,
    ROLLOVER_BYTES,
    ROLLOVERS,
    Draft,
    read_offer,
    sign_list,
    sign_rollover,
)
from xacthuc.certificates.trust_files import read_trust
from xacthuc.exchange.keys import write_private
from xacthuc.exchange.storing import rename, storing

KEY_BYTES = 8 << 10  # a key file has 250 bytes; whatever is larger is none


@dataclass(frozen=True)
class Added:
    """What came into the folder: certificates and keys that are new, and entries that could not be used."""

    certificates: int
    keys: int
    unread: int


def make_trust(folder: Path) -> str:
    """Make the folder of a new trust list with a new root key; gives the id of the key."""
    if folder.exists() and any(folder.iterdir()):
        raise ListRefused("list_folder_unusable", folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("certificates", "revocation", "rollovers", "lists"):
        (folder / name).mkdir()
    key = make_key()
    write_file(folder / "root.public.pem", write_public_pem(key.public_key()))
    write_private(folder / "private.pem", write_private_pem(key))
    return name_key(key.public_key())


def add_to_trust(folder: Path, files: Iterable[Path], *, revocation_keys: Iterable[Path] = ()) -> Added:
    """Add the certificates of files (any list that `read_trust` reads) and keys that may sign revocation lists.

    An entry without a certificate counts as unread: our own lists name whole certificates.
    """
    _check(folder)
    made, keys, unread = 0, 0, 0
    for file in files:
        try:
            found = read_trust(file.read_bytes())
        except ListRefused as refusal:
            raise refusal.about(file) from None
        whole = [one for one in found.certificates if one.certificate is not None]
        unread += found.unread + len(found.certificates) - len(whole)
        made += sum(_write_new(_place(folder, one), one.certificate or b"") for one in whole)
    for file in revocation_keys:
        key = read_public_key(file)
        keys += _write_new(folder / "revocation" / f"{name_key(key)}.pem", write_public_pem(key))
    return Added(made, keys, unread)


def remove_from_trust(folder: Path, kid: str) -> int:
    """Remove the certificates with a kid (hexadecimal); gives how many there were."""
    _check(folder)
    found = [path for path in _list_files(folder / "certificates", ".der") if path.name.split("-")[0] == kid.lower()]
    for path in found:
        path.unlink()
    return len(found)


def sign_trust(folder: Path, *, at: datetime, life: timedelta) -> Path:
    """Sign the next version with all that is in the folder; gives its path. It is `trust.json` too."""
    key = _open_root(folder)
    versions = _list_files(folder / "lists", ".json")
    version = int(versions[-1].stem) + 1 if versions else 1
    certificates = tuple(_read_placed(path) for path in _list_files(folder / "certificates", ".der"))
    revocation_keys = tuple(read_public_key(path) for path in _list_files(folder / "revocation", ".pem"))
    rollovers = tuple(path.read_bytes() for path in _list_files(folder / "rollovers", ".json"))
    draft = Draft(version, certificates, revocation_keys, rollovers)
    data = sign_list(draft, issued=at, expires=at + life, key=key)
    read_offer(data, root=key.public)  # nothing leaves that a verifier would refuse
    path = folder / "lists" / f"{version:06}.json"
    write_file(path, data)
    write_file(folder / "trust.json", data)
    return path


def roll_over(folder: Path, *, at: datetime) -> str:
    """Replace the root key: the old one names the new one, which signs from then on. Gives the id of the new key."""
    old = _open_root(folder)
    done = _list_files(folder / "rollovers", ".json")
    if len(done) >= ROLLOVERS:
        raise ListRefused("list_too_large", folder / "rollovers")
    new = make_key()
    write_private(folder / "next.pem", write_private_pem(new))
    write_file(folder / "rollovers" / f"{len(done) + 1:04}.json", sign_rollover(new.public_key(), at=at, key=old))
    _take_next(folder, old=old)
    return name_key(new.public_key())


def read_public_key(path: Path) -> EllipticCurvePublicKey:
    """Read a public key from its file; raises ListRefused where it is none."""
    with path.open("rb") as stream:
        data = stream.read(KEY_BYTES)
    try:
        return read_public_pem(data)
    except ListRefused as refusal:
        raise refusal.about(path) from None


def open_private_key(path: Path) -> ListKey:
    """Read what signs from its file; raises ListRefused where it is none, or where others may read it."""
    if path.stat().st_mode & 0o077:
        raise ListRefused("list_key_open", path)
    with path.open("rb") as stream:
        data = stream.read(KEY_BYTES)
    try:
        return use_key(read_private_pem(data))
    except ListRefused as refusal:
        raise refusal.about(path) from None


def write_file(path: Path, data: bytes) -> None:
    """Write a file that outlasts a power cut, whole or not at all."""
    with storing(path) as unfinished:
        unfinished.write_bytes(data)


def _open_root(folder: Path) -> ListKey:
    """Give the root; a rollover that was stopped after its document was written is finished first."""
    _check(folder)
    key = open_private_key(folder / "private.pem")
    if (folder / "next.pem").exists():
        documents = _list_files(folder / "rollovers", ".json")
        named = open_private_key(folder / "next.pem")
        if documents and _names(documents[-1].read_bytes(), named):
            _take_next(folder, old=key)
            return named
    return key


def _names(rollover: bytes, key: ListKey) -> bool:
    said = read_signed(rollover, kind=ROLLOVER, limit=ROLLOVER_BYTES)
    return name_key(read_jwk(said.payload["next"])) == key.id


def _take_next(folder: Path, *, old: ListKey) -> None:
    new = open_private_key(folder / "next.pem")
    if open_private_key(folder / "private.pem").id != new.id:
        write_private(folder / f"retired-{old.id}.pem", (folder / "private.pem").read_bytes())
    rename(folder / "next.pem", folder / "private.pem")
    write_file(folder / "root.public.pem", write_public_pem(new.public))


def _check(folder: Path) -> None:
    if not (folder / "private.pem").exists() or not (folder / "certificates").is_dir():
        raise ListRefused("list_folder_unusable", folder)


def _place(folder: Path, one: SigningCertificate) -> Path:
    digest = hashlib.sha256(one.certificate or b"").hexdigest()[:16]
    return folder / "certificates" / f"{one.kid.hex()}-{digest}.der"


def _read_placed(path: Path) -> SigningCertificate:
    return read_certificate(path.read_bytes(), kid=bytes.fromhex(path.name.split("-")[0]))


def _write_new(path: Path, data: bytes) -> int:
    if path.exists():
        return 0
    write_file(path, data)
    return 1


def _list_files(folder: Path, suffix: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == suffix)
