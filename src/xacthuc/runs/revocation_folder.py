"""The folder in which an authority keeps its revocations: key, ledger, the sets that it published, deltas between them.

list.json                  name of the list and the kids that it speaks of
private.pem, public.pem    the key that signs; the trust list names the public one
entries.bin, keys.json     the ledger (revocation_ledger.py), and the kids that are revoked as a whole
sets/NNNNNN.revoked        the sets by number
deltas/NNNNNN.delta        what leads to a set from the one before, where both are of one size
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import RevocationSet, open_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_delta import make_delta, merge, read_delta
from xacthuc.certificates.revocation_files import list_cards, read_batch, read_cards
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import ROW, Entry, read_rows, write_rows
from xacthuc.certificates.signed import make_key, name_key, write_private_pem, write_public_pem
from xacthuc.exchange.keys import write_private
from xacthuc.exchange.storing import storing
from xacthuc.runs.trust_folder import open_private_key, write_file

NOMINAL = 1_000_000  # entries that a list is made for where nobody says; 5.5 MB at most


@dataclass(frozen=True)
class Published:
    """A set that was published, and the delta that leads to it."""

    path: Path
    delta: Path | None
    number: int
    count: int


def make_revocations(folder: Path, *, name: str, scope: Iterable[bytes] = ()) -> str:
    """Make the folder of a new revocation list; gives the id of its key.

    `scope`: kids that it speaks of; none: of all.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ListRefused("list_folder_unusable", folder)
    for part in ("sets", "deltas"):
        (folder / part).mkdir(parents=True)
    key = make_key()
    write_file(folder / "public.pem", write_public_pem(key.public_key()))
    write_private(folder / "private.pem", write_private_pem(key))
    write_file(folder / "keys.json", b"[]")
    write_file(folder / "entries.bin", b"")
    said = {"name": name, "scope": sorted(kid.hex() for kid in scope)}
    write_file(folder / "list.json", json.dumps(said, ensure_ascii=False).encode())
    return name_key(key.public_key())


def read_scope(folder: Path) -> frozenset[bytes]:
    """Give the kids that a list speaks of; none for all."""
    _check(folder)
    return frozenset(bytes.fromhex(kid) for kid in json.loads((folder / "list.json").read_bytes())["scope"])


def add_revocations(folder: Path, entries: Sequence[Entry], *, keys: Iterable[bytes] = ()) -> None:
    """Add entries to the ledger, and kids that are revoked as a whole. They count with the next set."""
    _check(folder)
    path = folder / "entries.bin"
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // ROW.itemsize * ROW.itemsize)  # a row that a power cut left half written
        stream.seek(0, os.SEEK_END)
        stream.write(write_rows(entries))
        stream.flush()
        os.fsync(stream.fileno())
    known = set(json.loads((folder / "keys.json").read_bytes()))
    write_file(folder / "keys.json", json.dumps(sorted(known | {kid.hex() for kid in keys})).encode())


def publish(folder: Path, *, at: datetime, life: timedelta, nominal: int | None = None) -> Published:
    """Publish what is revoked at `at` as the next set, with the delta from the one before."""
    scope, key = read_scope(folder), open_private_key(folder / "private.pem")
    before = _open_last(folder)
    said = json.loads((folder / "list.json").read_bytes())
    header = Header(
        name=said["name"],
        number=before.header.number + 1 if before else 1,
        nominal=nominal or (before.header.nominal if before else NOMINAL),
        count=0,
        complete_as_of=at,
        expires=at + life,
        scope=scope,
        keys=frozenset(bytes.fromhex(kid) for kid in json.loads((folder / "keys.json").read_bytes())),
        table="",
        signer=key.public,
    )
    path = folder / "sets" / f"{header.number:06}.revoked"
    write_parts(path, build_set(read_rows(folder / "entries.bin"), header=header, key=key))
    made = open_set(path, keys=[key.public])  # nothing leaves that a verifier would refuse
    delta = None
    if before is not None and before.header.nominal == header.nominal:
        delta = folder / "deltas" / f"{header.number:06}.delta"
        try:
            write_file(delta, make_delta(before, made))
        except ListRefused as refusal:
            if refusal.code != "revocation_delta_large":
                raise
            delta = None  # the whole set is the shorter message
    return Published(path, delta, header.number, made.header.count)


def merge_files(
    base: Path, deltas: Sequence[Path], *, out: Path, keys: Sequence[EllipticCurvePublicKey] | None
) -> RevocationSet:
    """Write the set that deltas, one after the other, make of an older set; gives it."""
    held = open_set(base, keys=keys)
    for path in deltas:
        try:
            parts = merge(held, read_delta(path.read_bytes(), keys=keys))
        except ListRefused as refusal:
            raise refusal.about(path) from None
        write_parts(out, parts)
        held = open_set(out, keys=keys)
    return held


def read_foreign(folder: Path, *, batches: Iterable[Path], cards: Iterable[Path]) -> list[Entry]:
    """Give the entries of batches of the EU and of lists of SMART Health Cards.

    Raises ListRefused where one speaks of a key that the list in `folder` does not speak of: nobody may revoke what
    others have signed. Entries of cards with a time are left out; see `revocation_files.list_cards`.
    """
    scope, entries = read_scope(folder), list[Entry]()
    for path in (*batches, *cards):
        try:
            if path in batches:
                batch = read_batch(path.read_bytes())
                kid, found = batch.kid, batch.entries
            else:
                listed = read_cards(path.read_bytes())
                kid, found = listed.kid, list_cards(listed)
        except ListRefused as refusal:
            raise refusal.about(path) from None
        if scope and kid not in scope:
            raise ListRefused("revocation_out_of_scope", path)
        entries += found
    return entries


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file from its parts, whole or not at all."""
    with storing(path) as unfinished, unfinished.open("wb") as stream:
        stream.writelines(parts)


def _open_last(folder: Path) -> RevocationSet | None:
    sets = sorted((folder / "sets").glob("*.revoked"))
    return open_set(sets[-1], keys=None) if sets else None


def _check(folder: Path) -> None:
    if not (folder / "list.json").exists() or not (folder / "entries.bin").exists():
        raise ListRefused("list_folder_unusable", folder)
