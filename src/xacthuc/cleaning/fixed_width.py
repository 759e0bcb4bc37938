"""Columns whose texts all have the same number of bytes, as arrays of figures: no Python object for a cell."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes: TypeAlias = npt.NDArray[np.uint8]
Flags: TypeAlias = npt.NDArray[np.bool_]


def get_bytes(values: pa.Array, width: int) -> Bytes:
    """Give one row of bytes for each place in the texts; none of them is null or of another width."""
    data = values.buffers()[2]
    if data is None or not len(values):
        return np.zeros((width, 0), np.uint8)
    first = int(np.frombuffer(values.buffers()[1], np.int32)[values.offset])
    flat = np.frombuffer(data, np.uint8, count=len(values) * width, offset=first)
    return np.ascontiguousarray(flat.reshape(-1, width).T)


def make_texts(data: Bytes) -> pa.Array:
    """Give the texts of which `data` holds a row of bytes for each place; only ASCII is meant."""
    width, count = data.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    flat = np.ascontiguousarray(data.T)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(flat))


def are_digits(data: Bytes) -> Flags:
    """Tell for each text whether all its bytes are the digits 0 to 9."""
    return np.asarray((data - np.uint8(48)).max(axis=0, initial=0) < 10)


def make_number(digits: Bytes) -> npt.NDArray[np.int32]:
    """Give the number that rows of digits, the highest first, mean together."""
    number = np.zeros(digits.shape[1], np.int32)
    for row in digits:
        number = number * np.int32(10) + (row.astype(np.int32) - np.int32(48))
    return number
