"""Columns full of values that were not understood: people are told of them, for their values are in no record."""

from __future__ import annotations

import pyarrow as pa

from xacthuc.reading.batches import find_blank
from xacthuc.reading.grid import get_column_letter
from xacthuc.reading.plan import Plan


def list_unused(chunk: pa.Table, *, plan: Plan, body: int) -> tuple[str, ...]:
    """Give the headings of columns not used that hold something in more than half of the rows of a table's first chunk.

    A column between headings that has none is told by its letter in brackets; `body` is the first row below the
    heading, and blank rows do not count. Not checked: what the columns hold.
    """
    rows = chunk.slice(body)
    filled = rows.num_rows - int(find_blank(rows).sum())
    headings = dict(zip(plan.ignored_at, plan.ignored, strict=True))
    used = {column.index for column in plan.columns} | {plan.ordinal}
    last = max([*headings, *(index for index in used if index is not None)], default=0)
    names = []
    for index in range(rows.num_columns):
        unheaded = index not in used and index < last and not plan.blocks and bool(plan.header_rows)
        name = headings.get(index) or (f"({get_column_letter(index)})" if unheaded else None)
        if name and (rows.num_rows - rows.column(index).null_count) * 2 > filled:
            names.append(name)
    return tuple(dict.fromkeys(names))
