"""From a ledger to a signed set: take what is revoked today, sort it, code it, sign it.

80 million entries take a GB and a half, one number each and the set itself, beside the ledger that is mapped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from xacthuc.certificates.golomb import BUCKET_BITS, Coding, Numbers, encode_blocks
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import MAGIC, TABLE_ROW
from xacthuc.certificates.revocation_header import Header, write_header
from xacthuc.certificates.revocation_ledger import Rows, give_digests, is_current, list_gone, list_parts
from xacthuc.certificates.signed import ListKey

_BUCKETS = 1 << BUCKET_BITS


def build_set(rows: Rows, *, header: Header, key: ListKey) -> list[bytes]:
    """Give the parts of the file of a set, to be written in a row.

    `header` says all but count, table and signer, which follow. Entries that have expired at its `complete_as_of` and
    those that were withdrawn are left out. Raises ListRefused where it is made for fewer entries.
    """
    slices, count = _build_slices(rows, header=header)
    if count > header.nominal:
        raise ListRefused("revocation_set_full", f"{count}")
    return sign_slices(slices, header=replace(header, count=count, signer=key.public), key=key)


def sign_slices(slices: list[bytes], *, header: Header, key: ListKey) -> list[bytes]:
    """Give the parts of a file with these slices."""
    table = make_table(slices)
    signed = write_header(replace(header, table=hashlib.sha256(table).hexdigest()), key=key)
    return [*begin_file(signed), table, *slices]


def begin_file(signed: bytes) -> tuple[bytes, bytes, bytes]:
    """Give what stands before the table of a set."""
    return MAGIC, len(signed).to_bytes(4, "big"), signed


def make_table(slices: list[bytes]) -> bytes:
    """Give the table of slices."""
    return b"".join(TABLE_ROW.pack(len(one), hashlib.sha256(one).digest()) for one in slices)


def _build_slices(rows: Rows, *, header: Header) -> tuple[list[bytes], int]:
    coding, slices, count = header.coding, [], 0
    per_slice = _BUCKETS >> coding.slices
    codes: list[bytes] = []
    sizes = []
    for number, keys in enumerate(_sort_buckets(rows, header=header), start=1):
        count += len(keys)
        code, block_sizes = encode_blocks(keys, coding=coding)
        codes.append(code)
        sizes.append(block_sizes)
        if number % per_slice == 0:
            ends = np.cumsum(np.concatenate(sizes)).astype(">u4").tobytes()
            slices.append(b"".join([ends, *codes]))
            codes, sizes = [], []
    return slices, count


def _sort_buckets(rows: Rows, *, header: Header) -> Iterator[Numbers]:
    """Give the hashes by their first byte: without it, cut to the bits of the set, rising strictly.

    Two turns, so that there is one copy of the hashes only: count them by their first byte, then put them there.
    """
    gone = list_gone(rows)
    counts = np.zeros(_BUCKETS, np.int64)
    for part in list_parts(rows):
        counts += np.bincount(_take_first(_choose(part, header=header, gone=gone)), minlength=_BUCKETS)
    begins = np.concatenate(([0], np.cumsum(counts)))
    keys, at = np.zeros(begins[-1], np.uint64), begins[:-1].copy()
    for part in list_parts(rows):
        chosen = _choose(part, header=header, gone=gone)
        first = _take_first(chosen)
        order = np.argsort(first, kind="stable")
        cut, here = _cut(chosen, coding=header.coding)[order], np.bincount(first, minlength=_BUCKETS)
        done = 0
        for bucket in np.flatnonzero(here):
            size = int(here[bucket])
            keys[at[bucket] : at[bucket] + size] = cut[done : done + size]
            at[bucket] += size
            done += size
    for begin, end in pairwise(begins):
        yield np.unique(keys[begin:end])


def _choose(part: Rows, *, header: Header, gone: set[bytes]) -> Rows:
    chosen = part[is_current(part, at=header.complete_as_of)]
    if not gone:
        return chosen
    highs = np.array([int.from_bytes(digest[:8], "big") for digest in gone], np.uint64)
    suspect = np.flatnonzero(np.isin(chosen["high"], highs))
    drop = [digest in gone for digest in give_digests(chosen[suspect])]
    return np.delete(chosen, suspect[drop])


def _take_first(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return (rows["high"].astype(np.uint64) >> np.uint64(64 - BUCKET_BITS)).astype(np.uint8)


def _cut(rows: Rows, *, coding: Coding) -> Numbers:
    """Give the bits of hashes that follow their first byte, as many as the set keeps: 64 at most."""
    high, low = (rows[half].astype(np.uint64) for half in ("high", "low"))
    whole = (high << np.uint64(BUCKET_BITS)) | (low >> np.uint64(64 - BUCKET_BITS))
    cut: Numbers = whole >> np.uint64(64 - (coding.bits - BUCKET_BITS))
    return cut
