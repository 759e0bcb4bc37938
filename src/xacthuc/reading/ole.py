"""The old container of xls files (OLE compound file) and its records: enough to know what is inside.

Layout after the published description of the compound file and of the BIFF8 records BOF, FILEPASS, DATEMODE,
BOUNDSHEET, ROW and COLINFO.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # sector numbers from here on end a chain
_DIMENSIONS, _STRINGS = 0x200, 0xFC
_ROWS = 65_536
_BOF, _FILEPASS, _DATEMODE, _BOUNDSHEET, _ROW, _COLINFO = 0x809, 0x2F, 0x22, 0x85, 0x208, 0x7D
_MOST_SECTORS = 4_000_000  # 2 GB of 512 bytes; a longer chain goes in circles
_CELLS = frozenset((0x06, 0x7E, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E))  # begin with row and column
_LAST_COLUMN = 255  # of BIFF8; a cell beyond it would make calamine ask for gigabytes


class OleDamaged(Exception):
    """A compound file whose tables point outside of it."""


@dataclass(frozen=True)
class OleFile:
    """The streams of a compound file by name."""

    data: bytes
    streams: dict[str, tuple[int, int]]  # first sector, size
    sector: int
    table: tuple[int, ...]
    mini_table: tuple[int, ...]
    mini: bytes
    mini_below: int

    def read(self, name: str) -> bytes:
        """Give the bytes of a stream; OleDamaged if its chain breaks."""
        start, size = self.streams[name]
        if size < self.mini_below:
            parts = [self.mini[s * 64 : (s + 1) * 64] for s in _follow(self.mini_table, start)]
        else:
            parts = [_get_sector(self.data, s, self.sector) for s in _follow(self.table, start)]
        stream = b"".join(parts)[:size]
        if len(stream) < size:
            raise OleDamaged("stream is cut off")
        return stream


@dataclass
class BookFacts:
    """What the records of an xls workbook tell; rows and columns from 0, by sheet name."""

    encrypted: bool = False
    date_system: Literal[1900, 1904] = 1900
    hidden_rows: dict[str, frozenset[int]] = field(default_factory=dict)
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)


def open_ole(data: bytes) -> OleFile:
    """Read the directory of a compound file; OleDamaged if it cannot be followed."""
    if len(data) < 512 or data[:8] != MAGIC:
        raise OleDamaged("no header")
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise OleDamaged("sector size")
    sector = 1 << shift
    directory, mini_below, mini_first, _, difat, _ = struct.unpack_from("<I4xIIIII", data, 48)
    table = _read_table(data, sector=sector, difat=difat)
    entries = b"".join(_get_sector(data, s, sector) for s in _follow(table, directory))
    streams: dict[str, tuple[int, int]] = {}
    root = (_FREE, 0)
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        start, size = struct.unpack_from("<II", entries, at + 116)
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if kind == 5:
            root = (start, size)
        elif kind in (1, 2):
            streams[name] = (start, size)
    mini = b"".join(_get_sector(data, s, sector) for s in _follow(table, root[0])) if root[0] < _FREE else b""
    mini_sectors = (
        b"".join(_get_sector(data, s, sector) for s in _follow(table, mini_first)) if mini_first < _FREE else b""
    )
    return OleFile(data, streams, sector, table, _as_numbers(mini_sectors), mini, mini_below)


def read_book(stream: bytes) -> BookFacts:
    """Give what the records of a Workbook stream tell; records that make no sense end the reading."""
    facts = BookFacts()
    names: list[tuple[int, str]] = []
    rows: dict[int, set[int]] = {}
    columns: dict[int, set[int]] = {}
    sheet = 0
    for at, kind, body in _list_records(stream):
        _check_record(kind, body, size=len(stream))
        if kind == _BOF:
            sheet = at
        elif kind == _FILEPASS:
            facts.encrypted = True
            return facts
        elif kind == _DATEMODE and len(body) >= 2 and body[0]:
            facts.date_system = 1904
        elif kind == _BOUNDSHEET and len(body) >= 8:
            names.append((struct.unpack_from("<I", body)[0], _get_name(body[6:])))
        elif kind == _ROW and len(body) >= 14 and body[12] & 0x20:
            rows.setdefault(sheet, set()).add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and len(body) >= 10 and body[8] & 0x01:
            first, last = struct.unpack_from("<HH", body)
            columns.setdefault(sheet, set()).update(range(first, min(last, 255) + 1))
    facts.hidden_rows = {name: frozenset(rows[at]) for at, name in names if at in rows}
    facts.hidden_columns = {name: frozenset(columns[at]) for at, name in names if at in columns}
    return facts


def _check_record(kind: int, body: bytes, *, size: int) -> None:
    """Refuse what makes calamine ask for more memory than there is, and end the process."""
    if kind in _CELLS and len(body) >= 4 and struct.unpack_from("<H", body, 2)[0] > _LAST_COLUMN:
        raise OleDamaged("cell past the last column")
    if kind == _DIMENSIONS and len(body) >= 12:
        top, bottom, left, right = struct.unpack_from("<IIHH", body)
        if not (top <= bottom <= _ROWS and left <= right <= _LAST_COLUMN + 1):
            raise OleDamaged("sheet larger than a sheet can be")
    if kind == _STRINGS and len(body) >= 8 and struct.unpack_from("<I", body, 4)[0] > size:
        raise OleDamaged("more strings than bytes")


def _read_table(data: bytes, *, sector: int, difat: int) -> tuple[int, ...]:
    """Give the table of sectors: which one follows which."""
    places = list(struct.unpack_from("<109I", data, 76))
    rounds = 0
    while difat < _FREE:
        block = _as_numbers(_get_sector(data, difat, sector))
        places.extend(block[:-1])
        difat = block[-1]
        rounds += 1
        if rounds > _MOST_SECTORS // sector:
            raise OleDamaged("table goes in circles")
    return _as_numbers(b"".join(_get_sector(data, p, sector) for p in places if p < _FREE))


def _follow(table: tuple[int, ...], start: int) -> Iterator[int]:
    seen = 0
    while start < _FREE:
        if start >= len(table) or seen > len(table):
            raise OleDamaged("chain breaks")
        yield start
        start = table[start]
        seen += 1


def _get_sector(data: bytes, number: int, sector: int) -> bytes:
    at = (number + 1) * sector
    if at >= len(data):
        raise OleDamaged("sector past the end")
    return data[at : at + sector].ljust(sector, b"\0")


def _as_numbers(block: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])


def _list_records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _get_name(body: bytes) -> str:
    length, wide = body[0], body[1] & 1
    return body[2 : 2 + length * 2].decode("utf-16-le", "replace") if wide else body[2 : 2 + length].decode("latin-1")
