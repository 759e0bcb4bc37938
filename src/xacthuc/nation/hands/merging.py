"""Cells merged downward: one phone for a household, one date, vaccine or lot for a run of rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.truth import LOST

if TYPE_CHECKING:
    from xacthuc.nation.hands.laying import LaidRow

EMPTY_UNDER = Cell(border=True)
MAX_RUN = 25


def merge_phones(sheet: Sheet, hand: Hand, rows: Sequence[LaidRow]) -> None:
    """Merge the phone cells of two neighbours who share a registered phone; the lower cell is empty under it."""
    if "phone" not in hand.layout.merge_down.split():
        return
    column = hand.fields().index("phone")
    done: LaidRow | None = None
    for above, row in pairwise(rows):
        top, below = above.people[0][0], row.people[0][0]
        alone = len(above.people) == len(row.people) == 1 and top is not below
        shared = top.person.phone and top.person.phone == below.person.phone
        if not (row.follows and alone and shared) or above is done or above.cells[column].value is None:
            continue
        if top.classes & (LOST["phone"] - {"phone_missing"}):
            continue
        _merge(sheet, hand, column, above.row, row.row)
        row.cells[column] = EMPTY_UNDER
        row.phone_of = top.person
        row.classes -= {"phone_lost_zero"}
        above.classes.add("phone_cell_merged")
        done = row


def merge_cells(sheet: Sheet, hand: Hand, rows: Sequence[LaidRow]) -> None:
    """Merge runs of equal neighbours in the hand's columns."""
    for key in hand.layout.merge_down.split():
        if key == "phone":
            continue
        column, start = hand.fields().index(key), 0
        for place in range(1, len(rows) + 1):
            top = rows[start]
            same = (
                place < len(rows) and rows[place].follows and place - start < MAX_RUN
                and rows[place].cells[column].value == top.cells[column].value is not None
            )  # fmt: skip
            if same:
                continue
            if place - start > 1:
                _merge(sheet, hand, column, top.row, rows[place - 1].row)
                for row in rows[start + 1 : place]:
                    row.classes.add("cell_merged")
            start = place


def _merge(sheet: Sheet, hand: Hand, column: int, first: int, last: int) -> None:
    column += hand.layout.first_column
    sheet.merges.append((first - 1, column, last - 1, column))
    for row in range(first + 1, last + 1):
        sheet.put(row, column, EMPTY_UNDER)
