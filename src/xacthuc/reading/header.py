"""Find the heading of a sheet: below title rows, in one row or merged over two or three, in any encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xacthuc.reading.column_map import ColumnMap, squeeze
from xacthuc.reading.content import list_words
from xacthuc.reading.grid import Merge, Row
from xacthuc.reading.heading_columns import HeadingColumn, build_columns
from xacthuc.reading.headings import find_dose, find_field, find_heading
from xacthuc.reading.legacy import ENCODINGS, fold
from xacthuc.reading.plan import Plan

_LEAST = 2  # headings that a heading row must show
_SHORT = 60  # letters of a heading; titles are longer
_DEEPEST = 4  # rows of one heading
_SUBHEADS = frozenset(
    {
        "nam",
        "nu",
        "ngay",
        "thang",
        "nam sinh",
        "m",
        "f",
        "male",
        "female",
        "co",
        "khong",
        "so",
        "noi cap",
        "ngay cap",
        "gio",
        "date",
        "day",
        "month",
        "year",
    }
)
_NUMBERING = re.compile(r"\(?\s*(\d{1,2}|[A-Z])\s*\)?(\s*=.*)?")
_VALUE = re.compile(r"\d{3,}|\d+[/.-]\d+")


@dataclass(frozen=True)
class Header:
    """Where the heading of a sheet stands: its rows from 0, and the encoding of its letters."""

    rows: tuple[int, ...]
    encoding: str | None
    known: int


def find_header(
    rows: Sequence[Row], *, merges: Sequence[Merge] = (), columns: ColumnMap | None = None
) -> Header | None:
    """Give the heading of a sheet from its first rows, None if there is none."""
    mapped = frozenset(squeeze(h) for hs in columns.headings.values() for h in hs) if columns else frozenset()
    best: tuple[int, int, str | None] | None = None
    for encoding in (None, *ENCODINGS):
        for i, row in enumerate(rows):
            known = _count_known(row, encoding=encoding, mapped=mapped)
            if known >= (1 if mapped else _LEAST) and (best is None or known > best[0]):
                best = (known, i, encoding)
    if best is None:
        return None
    known, at, encoding = best
    top, bottom = _extend(rows, at, encoding=encoding, merges=merges)
    return Header(rows=tuple(range(top, bottom + 1)), encoding=encoding, known=known)


def build_plan(
    rows: Sequence[Row], header: Header, *, merges: Sequence[Merge] = (), columns: ColumnMap | None = None
) -> Plan:
    """Give the columns under a heading."""
    block = [list(rows[i]) for i in header.rows]
    parts = _spread(block, top=header.rows[0], merges=merges)
    width = max(len(r) for r in block)
    found = [
        HeadingColumn(
            index=i,
            parts=tuple(dict.fromkeys(c for p in parts if i < len(p) and (c := p[i]))),
            encoding=header.encoding,
        )
        for i in range(width)
    ]
    sample = rows[header.rows[-1] + 1 :]
    return build_columns(found, sample=sample, columns=columns, header_rows=header.rows, encoding=header.encoding)


def is_numbering(row: Row) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3), A B 1 2."""
    cells = [c.strip() for c in row if c]
    if len(cells) < 3 or not all(_NUMBERING.fullmatch(c) for c in cells):
        return False
    numbers = [int(m.group(1)) for c in cells if (m := _NUMBERING.fullmatch(c)) and m.group(1).isdigit()]
    return len(numbers) >= 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def count_headings(row: Row, *, encoding: str | None) -> set[str]:
    """Give the different fields that the headings of a row mean, running numbers left out."""
    known = {_find(c, encoding) for c in row if c is not None and len(c) <= _SHORT}
    return {"name" if k in ("family_name", "given_name") else k for k in known if k is not None and k != "ordinal"}


def _count_known(row: Row, *, encoding: str | None, mapped: frozenset[str]) -> int:
    """Count the different headings of a row; those of the column map weigh more."""
    known: set[str] = set()
    for cell in row:
        if cell is None or len(cell) > _SHORT:
            continue
        if mapped and squeeze(cell) in mapped:
            known.add(squeeze(cell))
        elif (field := _find(cell, encoding)) is not None and field != "ordinal":
            known.add(field)
    return len(known) + 100 * sum(k in mapped for k in known)


def _find(cell: str, encoding: str | None) -> str | None:
    field = find_heading(cell, encoding)
    if field:
        return field
    dose = find_dose(fold(cell, encoding))
    known = dose is not None and (not dose.rest or find_field(dose.rest) or find_field(f"{dose.rest} tiem"))
    return f"dose {dose.order} {dose.rest}" if dose and known else None


def _extend(rows: Sequence[Row], at: int, *, encoding: str | None, merges: Sequence[Merge]) -> tuple[int, int]:
    """Give the first and last row of the heading whose best row is `at`."""
    top = bottom = at
    while top > 0 and at - top < _DEEPEST - 1 and _is_group_row(rows[top - 1], below=rows[top], encoding=encoding):
        top -= 1
    reach = max((m.bottom for m in merges if m.top <= at <= m.bottom and m.bottom - m.top < _DEEPEST), default=at)
    while bottom + 1 < len(rows) and bottom - top < _DEEPEST - 1:
        nxt = rows[bottom + 1]
        if not (bottom < reach and _has_no_value(nxt)) and not _is_sub_row(nxt, above=rows[at], encoding=encoding):
            break
        bottom += 1
    return top, bottom


def _is_group_row(row: Row, *, below: Row, encoding: str | None) -> bool:
    """Tell whether a row above the heading holds groups ("Mũi 1", "Địa chỉ") rather than a title."""
    cells = [(i, c) for i, c in enumerate(row) if c]
    if not cells or any(len(c) > _SHORT or _VALUE.search(c) for _, c in cells):
        return False
    if any(c.rstrip().endswith(":") or c.strip().isdigit() for _, c in cells):  # "Mũi tiêm:  1" is a title
        return False
    groups = [i for i, c in cells if i > 0 and _is_group(c, encoding)]
    headed = all(i < len(below) for i, _ in cells)
    return bool(groups) and headed and (len(cells) > 1 or cells[0][0] > 2)


def _is_group(cell: str, encoding: str | None) -> bool:
    dose = find_dose(fold(cell, encoding))
    return (dose is not None and not dose.rest) or find_heading(cell, encoding) is not None


def _is_sub_row(row: Row, *, above: Row, encoding: str | None) -> bool:
    """Tell whether a row below the heading goes on with it: only known words, under the heading, no values."""
    cells = [(i, c) for i, c in enumerate(row) if c]
    if not cells or any(_VALUE.search(c) or len(c) > _SHORT for _, c in cells):
        return False
    words = _SUBHEADS | list_words("vaccines")
    known = sum(fold(c, encoding) in words or _find(c, encoding) is not None for _, c in cells)
    same = sum(i < len(above) and above[i] == c for i, c in cells)
    return known * 2 > len(cells) and same < len(cells) and (len(cells) > 1 or cells[0][0] > 0)


def _has_no_value(row: Row) -> bool:
    return any(row) and not any(_VALUE.search(c) for c in row if c)


def _spread(block: list[Row], *, top: int, merges: Sequence[Merge]) -> list[Row]:
    """Carry group headings to the right: over their merge, or over empty cells that have a heading below."""
    for depth, row in enumerate(block[:-1]):
        merged = {
            c: m.left
            for m in merges
            if m.top <= top + depth <= m.bottom
            for c in range(m.left, m.right + 1)
            if m.right > m.left
        }
        group: str | None = None
        for i, cell in enumerate(row):
            below = any(i < len(r) and r[i] for r in block[depth + 1 :])
            if cell:
                group = cell if below or i in merged else None
            elif i in merged and merged[i] < len(row) and row[merged[i]]:
                row[i] = group = row[merged[i]]
            elif group is not None and below:
                row[i] = group
            else:
                group = None
    return block
