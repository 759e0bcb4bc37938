"""Text that stands within a block of bytes, as pairs of positions; read without an object for each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

_MOST_DIGITS = 18


def get_spans(data: Bytes, tags: Positions, which: Positions) -> tuple[Positions, Positions]:
    """Give where the texts of elements begin and end: after the ">" of the tag, before the next "<"."""
    begins = tags[which]
    starts = begins + 3
    spaced = np.flatnonzero(data[begins + 2] != ord(">"))
    if len(spaced):
        closing = np.flatnonzero(data == ord(">"))
        starts[spaced] = closing[np.searchsorted(closing, begins[spaced])] + 1
    ends = tags[np.minimum(which + 1, len(tags) - 1)]
    empty = data[starts - 2] == ord("/")  # <t/> holds nothing
    return starts, np.where(empty | (ends < starts), starts, ends)


def read_digits(data: Bytes, starts: Positions, ends: Positions) -> Positions:
    """Give the numbers written in digits; ValueError if something else stands there."""
    numbers = np.zeros(len(starts), dtype=np.int64)
    lengths = ends - starts
    longest = int(lengths.max(initial=0))
    if longest > _MOST_DIGITS or (len(lengths) and int(lengths.min()) < 1):
        raise ValueError("no number")
    for i in range(longest):
        here = lengths > i
        digits = data[np.where(here, starts + i, starts)].astype(np.int64) - ord("0")
        if np.any(here & ((digits < 0) | (digits > 9))):
            raise ValueError("no number")
        numbers = np.where(here, numbers * 10 + digits, numbers)
    return numbers


def build_texts(block: bytes, starts: Positions, ends: Positions) -> pa.Array:
    """Give the texts between positions as an array; ValueError if they are not UTF-8."""
    if not len(starts):
        return pa.array([], pa.string())
    offsets = np.empty(len(starts) * 2 + 1, dtype=np.int32)
    offsets[0:-1:2], offsets[1::2], offsets[-1] = starts, ends, ends[-1]
    offsets = np.maximum.accumulate(offsets)
    whole = pa.Array.from_buffers(pa.binary(), len(starts) * 2, [None, pa.py_buffer(offsets), pa.py_buffer(block)])
    texts = whole.take(pa.array(np.arange(0, len(starts) * 2, 2)))
    try:
        return texts.cast(pa.string())
    except pa.ArrowInvalid:
        raise ValueError("no UTF-8") from None
