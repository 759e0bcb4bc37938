"""Sheets without people (summaries, pay sheets, empty sheets): their rows are counted all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from xacthuc.reading.grid import list_rows
from xacthuc.reading.sheet import SheetReading, build_finding

_FIGURE = re.compile(r"-?[\d.,%\s]+")


def count_summary(reading: SheetReading, chunks: Iterator[pa.Table]) -> None:
    """Count the rows of a sheet that is no list: titles and headings, blank rows, and figures, which are totals."""
    headed = False
    last = 0
    for chunk in chunks:
        for row in list_rows(chunk):
            filled = [c for c in row if c and not c.isspace()]
            kind, headed = _find_kind(filled, headed=headed)
            reading.row_kinds.extend(kind)
            last = len(reading.row_kinds) if filled else last
    del reading.row_kinds[last:]
    if not last:
        reading.kind = "empty"
        reading.grid.notes[:] = [n for n in reading.grid.notes if n.code != "sheet_without_people"]
    for note in reading.grid.notes:
        reading.findings.append(build_finding(note, file=reading.file, sheet=reading.grid.sheet))
    reading.grid.notes.clear()


def _find_kind(filled: list[str], *, headed: bool) -> tuple[bytes, bool]:
    """Give the letter of a row, and whether the heading has been seen: a row of several texts without a figure."""
    if not filled:
        return b"b", headed
    figures = any(c and _FIGURE.fullmatch(c) for c in filled)
    if not headed and (len(filled) < 3 or not figures):
        return b"h", len(filled) >= 3
    if headed and not figures and len(filled) >= 2:
        return b"h", headed
    return b"t", True
