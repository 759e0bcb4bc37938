"""Golomb-Rice coding of sorted hashes: how wide, how many low bits, and the coding itself.

A set of n hashes in a universe of 2**bits has gaps of about 2**bits / n. A gap is written as its quotient by 2**rice in
zeros, a one, and `rice` low bits: some log2(gap) + 1.5 bits, where a Bloom filter needs 1.44 times the logarithm.
Bits run from the most significant of the first byte; the last byte is filled with zeros. The difference between two
neighbours is written less one, so that each set has one coding only.

`encode` and `decode` are plain and take numbers of any width; `encode_blocks` does the same for very many with numpy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ERROR = 10**12  # one certificate in so many may be taken for a revoked one
QUESTIONS = 3  # that are asked for one certificate: UVCI, country with UVCI, signature
BLOCK_ENTRIES = 256  # at most on average, of a block: some 60 microseconds to read
SLICE_ENTRIES = 1 << 18  # at least on average, of a slice: 1.5 MB or more
BUCKET_BITS = 8  # the first byte of a hash: there are at least so many blocks, and at most so many slices
NOMINAL = 1_000_000_000  # the most a set may be made for; its universe then still fits the arithmetic below

Numbers = npt.NDArray[np.uint64]


class CodingBroken(ValueError):
    """Bytes are no coding of a set: an entry is cut off, too large, or something follows the last one."""


@dataclass(frozen=True)
class Coding:
    """How a set of a nominal size is written; the same for all sets of that size, so that deltas fit them."""

    bits: int  # of each hash that are kept
    rice: int  # low bits of a gap
    blocks: int  # log2 of the number of blocks
    slices: int  # log2 of the number of slices

    @property
    def inner(self) -> int:
        """Give the bits of a hash within its block."""
        return self.bits - self.blocks


def choose_coding(nominal: int) -> Coding:
    """Give the coding of a set for up to `nominal` entries with at most one false answer in 10**12 certificates."""
    assert 0 < nominal <= NOMINAL
    bits = (QUESTIONS * nominal * ERROR - 1).bit_length()
    blocks = max(BUCKET_BITS, math.ceil(math.log2(nominal / BLOCK_ENTRIES)))
    slices = min(BUCKET_BITS, max(0, math.floor(math.log2(nominal / SLICE_ENTRIES))))
    return Coding(bits, choose_rice(bits, nominal), blocks, slices)


def choose_rice(bits: int, count: int) -> int:
    """Give the number of low bits with which `count` random entries take the least room."""
    mean = 2.0**bits / max(count, 1)

    def cost(rice: int) -> float:
        return rice - 1 / math.expm1(-(2.0**rice) / mean)  # the second part: zeros and the one, 1 / (1 - e**-x)

    first = max(0, math.floor(math.log2(mean)) - 2)
    return min(range(first, first + 4), key=cost)


def encode(values: Sequence[int], *, rice: int) -> bytes:
    """Give the coding of numbers that rise strictly."""
    parts, before = [], -1
    for value in values:
        gap = value - before - 1
        assert gap >= 0
        parts.append(f"{'0' * (gap >> rice)}1{gap & ((1 << rice) - 1):0{rice}b}" if rice else "0" * gap + "1")
        before = value
    text = "".join(parts)
    size = -(-len(text) // 8)
    return int(text.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big")


def decode(data: bytes, *, rice: int, inner: int) -> Iterator[int]:
    """Give the numbers of a coding, one after the other; raises CodingBroken when it comes to a fault.

    Each number takes at least a bit, so that the work is bounded by the bytes.
    """
    text = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
    at, value, limit = 0, -1, 1 << inner
    while (one := text.find("1", at)) >= 0:
        end = one + 1 + rice
        if end > len(text):
            raise CodingBroken("an entry is cut off")
        value += 1 + ((one - at) << rice) + int(text[one + 1 : end] or "0", 2)
        if value >= limit:
            raise CodingBroken("an entry is too large")
        yield value
        at = end
    if len(text) - at >= 8:
        raise CodingBroken("something follows the last entry")


def has(data: bytes, value: int, *, rice: int, inner: int) -> bool:
    """Tell whether a coding holds a number; reads no further than that number."""
    for one in decode(data, rice=rice, inner=inner):
        if one >= value:
            return one == value
    return False


def encode_blocks(keys: Numbers, *, coding: Coding) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Give the codings of all blocks of a bucket in a row, and the bytes of each.

    `keys` are the hashes of the bucket without their first BUCKET_BITS bits, rising strictly.
    """
    count = 1 << (coding.blocks - BUCKET_BITS)
    if not len(keys):
        return b"", np.zeros(count, np.int64)
    rice, inner = np.uint64(coding.rice), np.uint64(coding.inner)
    block = (keys >> inner).astype(np.int64)
    low = keys & np.uint64((1 << coding.inner) - 1)
    first = np.flatnonzero(np.diff(block, prepend=-1))
    gap = np.diff(low, prepend=np.uint64(0)) - np.uint64(1)
    gap[first] = low[first]
    zeros = (gap >> rice).astype(np.int64)
    ends = np.cumsum(zeros + (1 + coding.rice))
    begins = np.concatenate(([0], ends[:-1]))
    sizes = np.zeros(count, np.int64)
    lasts = np.concatenate((first[1:], [len(keys)])) - 1
    sizes[block[first]] = -(-(ends[lasts] - begins[first]) // 8)
    starts = 8 * (np.cumsum(sizes) - sizes)
    shift = np.repeat(starts[block[first]] - begins[first], lasts - first + 1)
    codes = (gap & np.uint64((1 << coding.rice) - 1)) | np.uint64(1 << coding.rice)
    return _place(codes, begins + shift + zeros, width=coding.rice + 1, size=int(sizes.sum())), sizes


def _place(codes: Numbers, places: npt.NDArray[np.int64], *, width: int, size: int) -> bytes:
    """Write codes of `width` bits (at most 64) at rising bit places that do not overlap, into `size` bytes."""
    top = codes << np.uint64(64 - width)
    word, shift = places >> 6, (places & 63).astype(np.uint64)
    words = np.zeros(-(-size // 8) + 1, np.uint64)
    first = np.flatnonzero(np.diff(word, prepend=-1))
    words[word[first]] = np.bitwise_or.reduceat(top >> shift, first)
    spill = (top << np.uint64(1)) << (np.uint64(63) - shift)  # in two steps: a shift by 64 is none
    words[word[first] + 1] |= np.bitwise_or.reduceat(spill, first)
    return words.astype(">u8").tobytes()[:size]
