"""Deltas: what changed between two sets of one list, and merging it into the older one.

A delta file is, in this order: the magic; the hash of what the older set says (32 bytes); how many entries were added
and removed, and the bytes of their codings (4 bytes each); the length (4 bytes) and the signed header of the newer set;
the codings of the added and of the removed hashes.

It needs no signature of its own: merging gives the newer set to the byte, or it is refused.
"""

from __future__ import annotations

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.golomb import Coding, CodingBroken, choose_rice, decode, encode
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import HASH_BYTES, RevocationSet
from xacthuc.certificates.revocation_build import begin_file, make_table, sign_slices
from xacthuc.certificates.revocation_header import HEADER_BYTES, Header, open_header
from xacthuc.certificates.signed import ListKey

MAGIC = b"XTRDELT1"
Changes = dict[int, tuple[set[int], set[int]]]
ENTRIES = 1_000_000  # of one delta, either way: beyond that the whole set is the shorter message
_FRAME = struct.Struct(">8s32sIIIII")


@dataclass(frozen=True)
class Delta:
    """A delta that was read: the set that it leads to, and what leads there."""

    base: bytes  # SHA-256 of what the older set says
    header: Header
    signed: bytes
    added: tuple[int, ...]
    removed: tuple[int, ...]


def make_delta(old: RevocationSet, new: RevocationSet) -> bytes:
    """Give the delta from one set to a later one of the same list; raises ListRefused where they do not fit."""
    check_successor(old, new.header, sha256=new.sha256)
    if old.header.nominal != new.header.nominal:
        raise ListRefused("revocation_delta_base")
    added, removed = [], []
    for number, before, after in _list_changed(old, new):
        first = number << old.header.coding.inner
        have, want = (set(_decode(data, coding=old.header.coding)) for data in (before, after))
        added += [first + value for value in sorted(want - have)]
        removed += [first + value for value in sorted(have - want)]
        if len(added) + len(removed) > ENTRIES:
            raise ListRefused("revocation_delta_large")
    bits = old.header.coding.bits
    codes = [encode(values, rice=choose_rice(bits, len(values))) for values in (added, removed)]
    base = bytes.fromhex(old.sha256)
    frame = _FRAME.pack(MAGIC, base, len(added), len(removed), *map(len, codes), len(new.signed))
    return b"".join([frame, new.signed, *codes])


def read_delta(data: bytes, *, keys: Sequence[EllipticCurvePublicKey] | None) -> Delta:
    """Read a delta. Not checked: that it fits a set, and that its result is what was signed; see `merge`.

    Raises ListRefused if it
    1 is none, or of another length than it says
    2 leads to a set whose header cannot be read, or is not signed by one of the keys
    3 has codings that are broken, or of another number of entries than it says.
    """
    if not data.startswith(MAGIC):  # 1
        raise ListRefused("list_of_another_kind")
    if len(data) < _FRAME.size:
        raise ListRefused("revocation_damaged")
    _, base, added, removed, added_bytes, removed_bytes, length = _FRAME.unpack_from(data)
    if length > HEADER_BYTES or added + removed > ENTRIES:
        raise ListRefused("list_too_large")
    if len(data) != _FRAME.size + length + added_bytes + removed_bytes:
        raise ListRefused("revocation_damaged")
    signed = data[_FRAME.size : _FRAME.size + length]
    header, _ = open_header(signed, keys=keys)  # 2
    at = _FRAME.size + length
    codes = data[at : at + added_bytes], data[at + added_bytes :]
    bits = header.coding.bits
    values = [_read_values(code, count=count, bits=bits) for code, count in zip(codes, (added, removed), strict=True)]
    return Delta(base, header, signed, *values)


def merge(old: RevocationSet, delta: Delta) -> list[bytes]:
    """Give the parts of the file of the newer set, the same to the byte as the one that was published.

    Raises ListRefused if the delta
    1 is of another list, of another size, or leads back
    2 begins at another set
    3 leads to anything else than its header says.
    """
    check_successor(old, delta.header, sha256="")  # 1
    if delta.header.nominal != old.header.nominal or delta.base.hex() != old.sha256:  # 2
        raise ListRefused("revocation_delta_base")
    slices = list(_merge_slices(old, _group(delta.added, delta.removed, coding=old.header.coding)))
    table = make_table(slices)
    if hashlib.sha256(table).hexdigest() != delta.header.table:  # 3
        raise ListRefused("revocation_damaged")
    return [*begin_file(delta.signed), table, *slices]


def extend_set(
    old: RevocationSet, *, added: Iterable[bytes], removed: Iterable[bytes], header: Header, key: ListKey
) -> list[bytes]:
    """Give the parts of the file of the next set, made of the one before: the same to the byte as `build_set` gives.

    For large lists that change little; the work is that of the change. `added`, `removed`: hashes; `header` says all
    but count, table and signer. Raises ListRefused where the set before is of another list or size, or not older.
    """
    check_successor(old, header, sha256="")
    if header.nominal != old.header.nominal:
        raise ListRefused("revocation_delta_base")
    bits = old.header.coding.bits
    wanted, gone = ({int.from_bytes(one, "big") >> (8 * len(one) - bits) for one in side} for side in (added, removed))
    slices = list(_merge_slices(old, _group(wanted, gone, coding=old.header.coding)))
    size = 8 * HASH_BYTES
    digests = {value: (value << (size - bits)).to_bytes(HASH_BYTES, "big") for value in wanted | gone}
    held = {value for value, digest in digests.items() if old.has(digest)}
    count = old.header.count + len(wanted - held) - len((gone & held) - wanted)
    if count > header.nominal:
        raise ListRefused("revocation_set_full", f"{count}")
    return sign_slices(slices, header=replace(header, count=count, signer=key.public), key=key)


def check_successor(old: RevocationSet, header: Header, *, sha256: str) -> None:
    """Raise ListRefused unless a set may take the place of the one that is held.

    The same set again may; a lower number, an earlier `complete_as_of`, or other content under the same number may not.
    """
    if header.name != old.header.name:
        raise ListRefused("revocation_other_list")
    if sha256 and sha256 == old.sha256:
        return
    if header.number == old.header.number:
        raise ListRefused("list_forked")
    if header.number < old.header.number or header.complete_as_of < old.header.complete_as_of:
        raise ListRefused("list_backwards")


def _list_changed(old: RevocationSet, new: RevocationSet) -> Iterator[tuple[int, bytes, bytes]]:
    """Give number and codings of the blocks that differ; slices that are the same are passed over."""
    coding = old.header.coding
    per_slice = 1 << (coding.blocks - coding.slices)
    for slice_number, digests in enumerate(zip(old.digests, new.digests, strict=True)):
        if digests[0] == digests[1]:
            continue
        for number in range(slice_number * per_slice, (slice_number + 1) * per_slice):
            before, after = old.read_block(number), new.read_block(number)
            if before != after:
                yield number, before, after


def _group(added: Iterable[int], removed: Iterable[int], *, coding: Coding) -> Changes:
    """Give what is added to and removed from each block, by its number."""
    changes: Changes = defaultdict(lambda: (set(), set()))
    for side, values in enumerate((added, removed)):
        for value in values:
            changes[value >> coding.inner][side].add(value & ((1 << coding.inner) - 1))
    return changes


def _merge_slices(old: RevocationSet, changes: Changes) -> Iterator[bytes]:
    coding = old.header.coding
    shift = coding.blocks - coding.slices
    touched: dict[int, list[int]] = defaultdict(list)
    for number in sorted(changes):
        touched[number >> shift].append(number)
    for slice_number, whole in enumerate(old.list_slices()):
        if slice_number not in touched:
            yield whole
            continue
        codes = {n: _merge_block(old.read_block(n), changes[n], coding=coding) for n in touched[slice_number]}
        numbers = range(slice_number << shift, (slice_number + 1) << shift)
        yield _join([codes[n] if n in codes else old.read_block(n) for n in numbers])


def _merge_block(data: bytes, change: tuple[set[int], set[int]], *, coding: Coding) -> bytes:
    """Give a block with its change; what was there already, or never was, shows in the hash of the result."""
    added, removed = change
    return encode(sorted((set(_decode(data, coding=coding)) - removed) | added), rice=coding.rice)


def _join(codes: Sequence[bytes]) -> bytes:
    ends, end = [], 0
    for code in codes:
        end += len(code)
        ends.append(end.to_bytes(4, "big"))
    return b"".join([*ends, *codes])


def _decode(data: bytes, *, coding: Coding) -> Iterable[int]:
    try:
        yield from decode(data, rice=coding.rice, inner=coding.inner)
    except CodingBroken:
        raise ListRefused("revocation_damaged") from None


def _read_values(data: bytes, *, count: int, bits: int) -> tuple[int, ...]:
    try:
        values = tuple(islice(decode(data, rice=choose_rice(bits, count), inner=bits), count + 1))
    except CodingBroken:
        raise ListRefused("revocation_damaged") from None
    if len(values) != count:
        raise ListRefused("revocation_damaged")
    return values
