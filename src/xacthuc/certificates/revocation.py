"""What is revoked: signed sets of hashes, looked up in a file with no network.

A set file is, in this order:

    magic    8 bytes: XTREVOK1
    header   4 bytes with its length, then a signed document (signed.py) of the kind `revocation`
    table    for each slice 4 bytes with its length and 32 bytes with its SHA-256
    slices   for each slice the end of each of its blocks (4 bytes), then the blocks, coded as golomb.py says

All numbers are big-endian. An entry is the first bits of a SHA-256; of these bits the first name the slice, more of
them the block. The header is signed and holds the hash of the table, the table holds those of the slices: any slice can
be fetched and checked alone. One set has one file, to the byte; that is what lets a delta be checked by its result.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.freshness import is_ahead, is_old
from xacthuc.certificates.golomb import CodingBroken, has
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation_header import HEADER_BYTES, Header, open_header

if TYPE_CHECKING:
    from xacthuc.certificates.revocation_files import Batch, CardList

MAGIC = b"XTREVOK1"
HASH_BYTES = 16  # of a SHA-256 that the issuers keep, as the batches of the EU do; sets keep fewer
TABLE_ROW = struct.Struct(">I32s")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class RevocationSet:
    """One set as it lies in a file: its header, its table and where its slices begin."""

    header: Header
    signed: bytes  # the signed document that the header was read from
    sha256: str  # of what it says
    data: bytes | mmap.mmap
    begins: tuple[int, ...]  # of the slices in the data, and where the last one ends
    digests: tuple[bytes, ...]  # of the slices

    def has(self, digest: bytes) -> bool:
        """Tell whether a SHA-256, or its first HASH_BYTES bytes, is in the set. Raises ListRefused if it is damaged."""
        coding = self.header.coding
        value = int.from_bytes(digest[:HASH_BYTES], "big") >> (8 * HASH_BYTES - coding.bits)
        low = value & ((1 << coding.inner) - 1)
        try:
            return has(self.read_block(value >> coding.inner), low, rice=coding.rice, inner=coding.inner)
        except CodingBroken:
            raise ListRefused("revocation_damaged") from None

    def read_block(self, number: int) -> bytes:
        """Give the coding of a block, counted over all slices; raises ListRefused if the index is damaged."""
        coding = self.header.coding
        per_slice = coding.blocks - coding.slices
        begin, end = self.begins[number >> per_slice], self.begins[(number >> per_slice) + 1]
        within = number & ((1 << per_slice) - 1)
        codes = begin + (_LENGTH.size << per_slice)
        at = begin + _LENGTH.size * within
        first = _LENGTH.unpack(self.data[at - _LENGTH.size : at])[0] if within else 0
        (last,) = _LENGTH.unpack(self.data[at : at + _LENGTH.size])
        if not first <= last <= end - codes:
            raise ListRefused("revocation_damaged")
        return self.data[codes + first : codes + last]

    def speaks_of(self, kid: bytes) -> bool:
        """Tell whether the set speaks of what a key has signed."""
        return not self.header.scope or kid in self.header.scope

    def list_slices(self) -> Iterator[bytes]:
        """Give the slices one after the other."""
        for begin, end in pairwise(self.begins):
            yield self.data[begin:end]

    def check_slices(self) -> None:
        """Raise ListRefused unless each slice is the one that was signed."""
        for part, digest in zip(self.list_slices(), self.digests, strict=True):
            if hashlib.sha256(part).digest() != digest:
                raise ListRefused("revocation_damaged")


@dataclass(frozen=True)
class RevocationList:
    """All that a verifier knows of revocations: sets of ours, batches of the EU, lists of SMART Health Cards."""

    sets: tuple[RevocationSet, ...]
    batches: tuple[Batch, ...] = ()
    cards: tuple[CardList, ...] = ()

    @property
    def complete_as_of(self) -> datetime | None:
        """Give the moment until which nothing is missing; None where it cannot be told: only sets carry a date."""
        if self.batches or self.cards:
            return None
        return min((one.header.complete_as_of for one in self.sets), default=None)

    @property
    def expires(self) -> datetime | None:
        """Give the moment at which the first set is too old; None without a set."""
        return min((one.header.expires for one in self.sets), default=None)

    def judge_age(self, *, at: datetime) -> str | None:
        """Give the code of what is wrong with the age of the sets at a moment, None for nothing or without a set."""
        if is_old(self.complete_as_of, self.expires, at=at):
            return "revocation_too_old"
        return "revocation_ahead" if is_ahead(self.complete_as_of, at=at) else None

    def contains(self, *, issuer: str, uvci: str, signature: bytes, algorithm: str, kid: bytes) -> bool:
        """Tell whether a certificate is revoked: by its key, UVCI, country with UVCI, or signature.

        `issuer` and `uvci` are as the certificate says them. In 10**12 certificates at most one is found for another.
        """
        digests = list_hashes(issuer=issuer, uvci=uvci, signature=signature, algorithm=algorithm)
        return self._has(digests.values(), kid=kid) or any(
            batch.contains(digests, issuer=issuer, kid=kid) for batch in self.batches
        )

    def contains_card(self, *, kid: bytes, rid: str, issued: float, signature: bytes) -> bool:
        """Tell whether a SMART Health Card is revoked: by its key, its signature, or its rid and when it was issued."""
        digests = list_hashes(issuer="", uvci="", signature=signature, algorithm="ES256")
        asked = [*digests.values(), *([hash_rid(kid, rid)] if rid else [])]
        return self._has(asked, kid=kid) or any(
            rid and one.kid == kid and one.contains(rid, issued=issued) for one in self.cards
        )

    def _has(self, digests: Collection[bytes], *, kid: bytes) -> bool:
        return any(kid in one.header.keys or any(map(one.has, digests)) for one in self.sets if one.speaks_of(kid))


def hash_rid(kid: bytes, rid: str) -> bytes:
    """Give the hash of a rid, which means something together with its key only."""
    return hashlib.sha256(kid + rid.encode()).digest()[:HASH_BYTES]


def list_hashes(*, issuer: str, uvci: str, signature: bytes, algorithm: str) -> dict[str, bytes]:
    """Give the hashes under which a certificate may be revoked, by kind; what it does not have is left out.

    Of ES256 only r is hashed: of one signature anybody can make a second, valid one with another s. Source: EU DCC,
    technical specification of revocation, hash types UCI, COUNTRYCODEUCI, SIGNATURE.
    """
    given = {
        "uvci": uvci.encode(),
        "country_uvci": (issuer + uvci).encode() if issuer and uvci else b"",
        "signature": signature[: len(signature) // 2] if algorithm.startswith("ES") else signature,
    }
    return {kind: hashlib.sha256(text).digest()[:HASH_BYTES] for kind, text in given.items() if text}


def open_set(path: Path, *, keys: Sequence[EllipticCurvePublicKey] | None, whole: bool = True) -> RevocationSet:
    """Open a set file for look-ups; the file is mapped, not read. Raises ListRefused as `read_set` does.

    `whole`: check the slices too; not needed for a file that was checked when it came in and that only we can write.
    """
    with path.open("rb") as stream:
        try:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file
            raise ListRefused("revocation_damaged", path.name) from None
    try:
        opened = read_set(data, keys=keys)
        if whole:
            opened.check_slices()
    except ListRefused as refusal:
        raise refusal.about(path.name) from None
    return opened


def read_set(data: bytes | mmap.mmap, *, keys: Sequence[EllipticCurvePublicKey] | None) -> RevocationSet:
    """Read header and table of a set. Not checked: the slices, see `RevocationSet.check_slices`; number and age.

    `keys` may sign it; None takes the key that the file names, which proves only that nothing was altered since.
    Raises ListRefused if it
    1 does not begin as a set
    2 has a header that cannot be read, or is not signed by one of the keys
    3 has a table other than the signed one
    4 has other slices than its table says.
    """
    if not data[: len(MAGIC)] == MAGIC:  # 1
        raise ListRefused("list_of_another_kind")
    at = len(MAGIC) + _LENGTH.size
    try:
        (length,) = _LENGTH.unpack(data[len(MAGIC) : at])
    except struct.error:
        raise ListRefused("revocation_damaged") from None
    if length > HEADER_BYTES:
        raise ListRefused("list_too_large")
    header_bytes = bytes(data[at : at + length])
    header, signed = open_header(header_bytes, keys=keys)  # 2
    begin = at + length
    slices = 1 << header.coding.slices
    table = data[begin : begin + slices * TABLE_ROW.size]
    if hashlib.sha256(table).hexdigest() != header.table or len(table) != slices * TABLE_ROW.size:  # 3
        raise ListRefused("revocation_damaged")
    begins, digests = [begin + len(table)], []
    for size, digest in TABLE_ROW.iter_unpack(table):
        begins.append(begins[-1] + size)
        digests.append(digest)
    short = any(end - begin < _measure_index(header) for begin, end in pairwise(begins))
    if begins[-1] != len(data) or short:  # 4
        raise ListRefused("revocation_damaged")
    return RevocationSet(header, header_bytes, signed.sha256, data, tuple(begins), tuple(digests))


def _measure_index(header: Header) -> int:
    """Give the bytes of the index of one slice."""
    return _LENGTH.size << (header.coding.blocks - header.coding.slices)
