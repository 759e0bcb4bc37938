"""Which of its eight masks a QR symbol gets: the one with the fewest patterns that mislead a reader.

The writer of symbols would try all eight itself, which is five sixths of its work. Here it writes one. The others
follow from it: two masks differ in the same modules whatever the text is. A symbol is held as one large whole number,
so that one operation looks at all its modules.

Source: ISO/IEC 18004:2015, 7.8.3 (the four penalties and their weights).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

MASKS = 8
RUN, BLOCK, FINDER, BALANCE = 3, 3, 40, 10  # weights of the penalties
_LIGHT = 4  # modules beside what looks like a finder pattern; as many stand between two rows here

Grid = Any  # modules of a symbol as a matrix of 0 and 1, 1 is dark


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes from mask 0 to each of the eight: as matrices, and as numbers by rows and by columns."""

    grids: tuple[Grid, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """Which bits of the number of a symbol have a neighbour in their row, and which have one in the row above too."""

    beside: int
    beside_above: int


def list_changes(write: Callable[[int], Grid]) -> Changes:
    """Give what changes between the masks of symbols of one size and level; `write` gives a symbol with a mask."""
    first = write(0)
    grids = tuple(write(mask) ^ first for mask in range(MASKS))
    return Changes(grids, tuple(map(_join_rows, grids)), tuple(_join_rows(grid.T) for grid in grids))


def choose_mask(grid: Grid, changes: Changes) -> int:
    """Give the mask with the lowest penalty for a symbol that was written with mask 0; of equal ones the first."""
    size, rows, columns = len(grid), _join_rows(grid), _join_rows(grid.T)
    inside = _find_inside(size)
    penalties = [
        _count_lines(rows ^ by_row, inside)
        + _count_lines(columns ^ by_column, inside)
        + _count_blocks(rows ^ by_row, inside, size=size)
        + _count_balance(rows ^ by_row, size=size)
        for by_row, by_column in zip(changes.rows, changes.columns, strict=True)
    ]
    return penalties.index(min(penalties))


def _join_rows(grid: Grid) -> int:
    """Give a symbol as a number: row after row, light modules between them, the first row in the highest bits."""
    spaced = np.zeros((len(grid), len(grid) + _LIGHT), np.uint8)
    spaced[:, :-_LIGHT] = grid
    return int.from_bytes(np.packbits(spaced), "big") >> (-spaced.size % 8)  # bytes are filled up behind the last row


@cache
def _find_inside(size: int) -> Inside:
    beside = np.ones((size, size), np.uint8)
    beside[:, 0] = 0  # the bit of a pair is that of the right one
    above = beside.copy()
    above[0] = 0
    return Inside(_join_rows(beside), _join_rows(above))


def _count_lines(joined: int, inside: Inside) -> int:
    """Give the penalty of a symbol by rows: for runs of five and more, and for what looks like a finder pattern."""
    equal = ~(joined ^ joined >> 1) & inside.beside
    runs = equal & equal >> 1
    runs &= runs >> 2  # five alike; a run of n has n - 4 of them
    finders = joined & joined >> 2 & joined >> 3 & joined >> 4 & joined >> 6 & ~(joined >> 1 | joined >> 5)
    dark = joined | joined >> 1
    dark |= dark >> 2  # within four modules
    finders &= ~(dark >> 7) | ~(dark << _LIGHT)
    return runs.bit_count() + (RUN - 1) * (runs & ~(runs << 1)).bit_count() + FINDER * finders.bit_count()


def _count_blocks(joined: int, inside: Inside, *, size: int) -> int:
    """Give the penalty for each block of two by two modules of one colour."""
    stride = size + _LIGHT
    beside = ~(joined ^ joined >> 1) & inside.beside
    return BLOCK * (beside & beside >> stride & ~(joined ^ joined >> stride) & inside.beside_above).bit_count()


def _count_balance(joined: int, *, size: int) -> int:
    """Give the penalty for each 5 % by which the dark modules are more or fewer than half."""
    return BALANCE * (abs(20 * joined.bit_count() - 10 * size**2) // size**2)
