"""Small-number suppression: which cells of a set of tables to hide so that nobody can work them out from the others.

1. A count of 1 to SMALLEST - 1 is hidden; nought is shown.
2. Where a sum has one hidden member, another is hidden too, or subtraction would give the first away.
3. Where the hidden members of a sum must all be small (their total is known, each is at least 1), one more is hidden.
4. Sums together are linear equations in the hidden cells. They are solved; a cell with one solution only gets company.
Steps 2 to 4 are repeated until nothing is left to hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

SMALLEST = 10  # the smallest count that may be published
ROUNDS = 1000  # each round hides at least one cell or is the last; a nation of communes takes about a dozen

Cell = Hashable
Exact = int | Fraction


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`, and everybody knows it."""

    whole: Cell
    parts: tuple[Cell, ...]


def choose_hidden(values: Mapping[Cell, int], sums: Sequence[Sum], *, smallest: int = SMALLEST) -> set[Cell]:
    """Give the cells to hide; every sum must hold for `values`, which are counts of nought or more.

    Not checked: what somebody can work out who knows more than these tables, or who knows some of the people.
    """
    for known in sums:
        assert values[known.whole] == sum(values[part] for part in known.parts), "a sum does not hold"
    hidden = {cell for cell, value in values.items() if 0 < value < smallest}
    for _ in range(ROUNDS):
        more = _add_company(values, sums, hidden, smallest=smallest)
        if not more:
            more = _hide_givers(find_exposed(hidden, sums), values)
        if not more:
            return hidden
        hidden |= more
    raise AssertionError("suppression does not come to an end")


def _add_company(values: Mapping[Cell, int], sums: Sequence[Sum], hidden: set[Cell], *, smallest: int) -> set[Cell]:
    """Hide one more cell in each sum that gives its hidden members away by itself (rules 2 and 3)."""
    gone = set(hidden)
    for known in sums:
        parts = [part for part in known.parts if part in gone]
        whole_hidden = known.whole in gone
        lonely = len(parts) + whole_hidden == 1
        # the largest that one hidden part can be, seen from outside, where the whole is shown
        largest = sum(values[part] for part in parts) - len(parts) + 1
        if lonely or (parts and not whole_hidden and largest < smallest):
            gone |= _pick(known, values, gone)
    return gone - hidden


def _pick(known: Sum, values: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """Give the cell of a sum whose hiding costs the reader least: a small part, else the whole, else a nought."""
    parts = sorted((part for part in known.parts if part not in hidden), key=lambda part: (values[part], str(part)))
    filled = [part for part in parts if values[part] > 0]
    return set([*filled, *({known.whole} - hidden), *parts][:1])


def _hide_givers(exposed: Mapping[Cell, set[Cell]], values: Mapping[Cell, int]) -> set[Cell]:
    """Hide, for each exposed cell, the least of the shown cells that give it away; noughts only where no other is."""
    return {
        min(givers, key=lambda cell: (values[cell] == 0, values[cell], str(cell)))
        for givers in exposed.values()
        if givers
    }


def find_exposed(hidden: set[Cell], sums: Sequence[Sum]) -> dict[Cell, set[Cell]]:
    """Give the hidden cells that the sums determine, each with the shown cells it can be worked out from.

    Exact elimination over the hidden cells only, in whole numbers as long as they divide (fractions are ten times
    slower); the shown ones are carried along.
    """
    rows: dict[Cell, dict[Cell, Exact]] = {}  # by the hidden cell that the row is solved for
    uses: dict[Cell, set[Cell]] = defaultdict(set)  # hidden cell -> the rows that hold it
    for known in sums:
        row: dict[Cell, Exact] = {**dict.fromkeys(known.parts, 1), known.whole: -1}
        for solved in [cell for cell in row if cell in rows]:
            _subtract(row, rows[solved], row[solved])
        open_cells = [cell for cell in row if cell in hidden]
        if not open_cells:
            continue
        pivot = min(open_cells, key=lambda cell: (len(uses[cell]), str(cell)))
        row = _divide(row, row[pivot])
        for other in list(uses[pivot]):
            before = set(rows[other])
            _subtract(rows[other], row, rows[other][pivot])
            for cell in (before ^ set(rows[other])) & hidden:
                (uses[cell].add if cell in rows[other] else uses[cell].discard)(other)
        rows[pivot] = row
        for cell in open_cells:
            uses[cell].add(pivot)
    alone = {pivot: row for pivot, row in rows.items() if sum(cell in hidden for cell in row) == 1}
    return {pivot: set(row) - hidden for pivot, row in alone.items()}


def _divide(row: Mapping[Cell, Exact], by: Exact) -> dict[Cell, Exact]:
    if by in (1, -1):
        return {cell: value * by for cell, value in row.items()}
    return {cell: Fraction(value) / by for cell, value in row.items()}


def _subtract(row: dict[Cell, Exact], other: Mapping[Cell, Exact], times: Exact) -> None:
    for cell, value in other.items():
        left = row.get(cell, 0) - times * value
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
