"""Which letters a font has: a certificate that lacks a letter of a name is refused, and never printed with a box in it.

Source: OpenType 1.9, the tables cmap 4 and 12. Not read: collections (ttc), other encodings than Unicode.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONT_BYTES = 40 << 20  # the largest fonts of Chinese letters have 20 MB
_UNICODE = {(0, 3), (0, 4), (3, 1), (3, 10)}  # platform and encoding of the tables that are looked at
_SEGMENTS = 70_000  # of a table: more than there are letters in a plane


class FontUnusable(Exception):
    """This file is no font, or one whose letters cannot be listed."""


@cache
def list_letters(path: Path) -> frozenset[int]:
    """Give the code points that a TrueType or OpenType font has a shape for; raises FontUnusable."""
    with path.open("rb") as stream:
        data = stream.read(FONT_BYTES + 1)
    if len(data) > FONT_BYTES:
        raise FontUnusable("font too large")
    try:
        return frozenset(letter for start in _find_tables(data) for letter in _read_table(data, start))
    except struct.error:
        raise FontUnusable("font damaged") from None


def _find_tables(data: bytes) -> list[int]:
    """Give where the Unicode tables of a font begin."""
    (count,) = struct.unpack_from(">H", data, 4)
    for at in range(12, 12 + 16 * count, 16):
        tag, _, start, _ = struct.unpack_from(">4s3L", data, at)
        if tag == b"cmap":
            (subtables,) = struct.unpack_from(">H", data, start + 2)
            found = (struct.unpack_from(">2HL", data, start + 4 + 8 * number) for number in range(subtables))
            return [start + offset for platform, encoding, offset in found if (platform, encoding) in _UNICODE]
    raise FontUnusable("font without letters")


def _read_table(data: bytes, start: int) -> Iterator[int]:
    (form,) = struct.unpack_from(">H", data, start)
    if form == 4:
        yield from _read_segments(data, start)
    elif form == 12:
        (groups,) = struct.unpack_from(">L", data, start + 12)
        if groups > _SEGMENTS:
            raise FontUnusable("font damaged")
        for number in range(groups):
            first, last = struct.unpack_from(">2L", data, start + 16 + 12 * number)
            yield from range(first, min(last, 0x10FFFF) + 1)


def _read_segments(data: bytes, start: int) -> Iterator[int]:
    (twice,) = struct.unpack_from(">H", data, start + 6)
    count = twice // 2
    at = start + 14
    lasts = struct.unpack_from(f">{count}H", data, at)
    firsts = struct.unpack_from(f">{count}H", data, at + twice + 2)
    shifts = struct.unpack_from(f">{count}H", data, at + 2 * twice + 2)
    offsets = struct.unpack_from(f">{count}H", data, at + 3 * twice + 2)
    for number, (first, last, shift, offset) in enumerate(zip(firsts, lasts, shifts, offsets, strict=True)):
        for letter in range(first, min(last, 0xFFFE) + 1):
            shape = letter + shift
            if offset:
                place = at + 3 * twice + 2 + 2 * number + offset + 2 * (letter - first)
                (shape,) = struct.unpack_from(">H", data, place)
            if shape & 0xFFFF:
                yield letter
