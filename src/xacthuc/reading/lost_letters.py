"""Letters that a program replaced by question marks when it saved a list in a code page without Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xacthuc.reading.grid import Row
from xacthuc.reading.plan import Plan

_INSIDE = re.compile(r"(?:[^\W\d_]|^|\s)\?+[^\W\d_]")  # "Nguy?n", "Gi?i tính", "??a ch?"; "Chưa tiêm?" asks
_IN_NAME = re.compile(r"[^\W\d_]\?+\s*[^\W\d_]|\?[^\W\d_]")  # "Th? Hoa", "??ng"; "Hoa ?" is a clerk's doubt
_LINK = re.compile(r"://|=|@")
_LEAST = 3  # cells, so that a slip or two of a typist say nothing
_SHARE = 0.05  # of the cells that hold names


def has_lost_letters(head: Sequence[Row], *, plan: Plan | None) -> bool:
    """Tell whether more than a few headings, titles or names of the first rows hold a question mark between letters.

    Without a column of names every cell counts. Not checked: which letters were lost; a cell by itself is cleaning's
    to judge.
    """
    if plan is None or not plan.has("name"):
        return _count([cell for row in head for cell in row]) >= _LEAST
    body = plan.header_rows[-1] + 1 if plan.header_rows else 0
    titles = [cell for row in head[:body] for cell in row]
    columns = [column.index for column in plan.list_columns("name")]
    names = [cell for row in head[body:] for i in columns if i < len(row) and (cell := row[i])]
    count = _count(names, within=_IN_NAME)
    return count >= max(_LEAST, _SHARE * len(names)) or _count(titles) + min(count, 1) >= _LEAST


def _count(cells: Sequence[str | None], *, within: re.Pattern[str] = _INSIDE) -> int:
    asked = [cell for cell in cells if cell is not None and "?" in cell]
    return sum(within.search(cell) is not None and _LINK.search(cell) is None for cell in asked)
