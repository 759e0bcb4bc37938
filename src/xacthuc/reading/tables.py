"""Further tables on the same sheet: sessions one under the other with their own titles, or tables of other columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xacthuc.reading.content import get_words_pattern
from xacthuc.reading.grid import Merge, Row
from xacthuc.reading.header import build_plan, count_headings, find_header
from xacthuc.reading.legacy import fold
from xacthuc.reading.plan import Plan
from xacthuc.reading.row_kinds import RowSorter, is_title_of_totals
from xacthuc.reading.titles import OF_SESSION, Standing, change_standing, read_titles

_LETTERHEAD = re.compile(
    r"(?:ubnd|uy ban|so y te|bo y te|trung tam y te|ttyt|tram y te|tyt|benh vien|cong hoa|phong (?:y te|gd|giao duc)"
    r"|truong (?:thcs|thpt|th|tieu hoc|mam non|dai hoc|cao dang)|cong ty|cty|ban chi dao|doc lap tu do)\b"
)
_TITLE = re.compile(r"(?:danh sach|ds|bang|tong hop|ket qua|buoi|dot|list of)\b")
_FIGURES = re.compile(r"[0-9]+")
_LEAST = 3  # headings that a heading of other columns must show
_WINDOW = 6  # rows from its first row within which a heading ends
_ABOVE = 30  # rows above a heading in which its title is looked for
_VALUE = re.compile(r"\d{3,}|\d[/.\-]\d")


@dataclass(frozen=True)
class Table:
    """Another table: rows count from that of its first title."""

    titles: list[Row]
    header: list[Row]
    plan: Plan


def has_other_heading(row: Row, *, plan: Plan) -> bool:
    """Tell whether a row below the first heading is a heading too, one with other words or in other columns."""
    cells = [c for c in row if c]
    if len(cells) < _LEAST or any(_VALUE.search(c) for c in cells):
        return False
    known = max((count_headings(row, encoding=e) for e in {None, plan.encoding}), key=len)
    return "name" in known and len(known) >= _LEAST and len(known) * 2 > len(cells)


def find_title_start(rows: Sequence[Row], at: int, *, sorter: RowSorter, plan: Plan, titles: frozenset[str]) -> int:
    """Give the first row of the title above the heading at `at`, or `at` itself; no row above a person is one."""
    start = at
    for n in range(at - 1, max(-1, at - 1 - _ABOVE), -1):
        if sorter.is_person_row(rows[n]):
            break
        if sorter.is_header_again(rows[n]):
            continue
        if _begins_title(rows[n], plan=plan, titles=titles):
            start = n
    return start


def begin_table(standing: Standing, titles: Sequence[Row], *, encoding: str | None) -> Standing:
    """Give what stands in a table that begins with these titles: what the last one's session said ends."""
    fill, _ = read_titles(titles, encoding=encoding)
    if not fill:
        return standing
    kept = {k: v for k, v in standing.fill.items() if k not in OF_SESSION}
    begun = Standing(fill={**kept, **fill})
    for row in titles:
        if not read_titles([row], encoding=encoding)[0]:
            begun = replace(begun, address=change_standing(begun, row, encoding=encoding, begins=False).address)
    return begun


def understand_table(rows: Sequence[Row], at: int, *, first: int, merges: Sequence[Merge]) -> Table | None:
    """Give the table whose title begins with the first of `rows` and whose heading holds row `at`; None if it is none.

    `first` is the index of the first of `rows` in the sheet.
    """
    own = [
        Merge(m.top - first, m.left, m.bottom - first, m.right) for m in merges if first <= m.top < first + len(rows)
    ]
    header = find_header(rows[: at + _WINDOW], merges=own)
    if header is None or not header.rows[0] <= at <= header.rows[-1]:
        return None
    plan = build_plan(rows, header, merges=own)
    if not plan.has("name") or len({c.field for c in plan.columns}) < _LEAST:
        return None
    return Table(
        titles=list(rows[: header.rows[0]]),
        header=[rows[i] for i in header.rows],
        plan=replace(plan, header_rows=tuple(i + first for i in header.rows)),
    )


def level_titles(rows: Sequence[Row], *, encoding: str | None) -> frozenset[str]:
    """Give the texts of titles without their figures, by which those of the next session are known."""
    return frozenset(t for row in rows for c in row if c and len(t := _level(c, encoding)) >= 8)


def _level(text: str, encoding: str | None) -> str:
    return " ".join(_FIGURES.sub(" ", fold(text, encoding)).split())


def _begins_title(row: Row, *, plan: Plan, titles: frozenset[str]) -> bool:
    texts = [fold(c, plan.encoding) for c in row if c]
    if any(get_words_pattern("signers").match(t) for t in texts):
        return False
    if any(get_words_pattern("totals").match(t) and not is_title_of_totals(t) for t in texts):
        return False
    if any(_LETTERHEAD.match(t) or _TITLE.match(t) or _level(t, None) in titles for t in texts):
        return True
    return bool(read_titles([row], encoding=plan.encoding)[0])
