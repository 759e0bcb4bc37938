"""A sheet as it will be written: cells, kinds of rows, merged ranges; no file format yet."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from xacthuc.nation.legacy_fonts import write_tcvn3, write_vni

RowPart = Literal["title", "header", "subheading", "data", "blank", "total", "signature", "note"]
ROW_KINDS: dict[RowPart, str] = {
    "title": "headings", "header": "headings", "subheading": "headings", "data": "data", "blank": "blank",
    "total": "totals", "signature": "totals", "note": "totals",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One cell: its value (None: empty), its number format, its border; a formula keeps its result as value."""

    value: str | int | float | date | None = None
    number_format: str = ""
    border: bool = False
    bold: bool = False
    formula: str = ""


EMPTY = Cell()


@dataclass
class Sheet:
    """A sheet being filled from top to bottom."""

    name: str
    kind: Literal["list", "summary", "empty"] = "list"
    visible: bool = True
    font: Literal["unicode", "tcvn3", "vni"] = "unicode"
    rows: list[list[Cell]] = field(default_factory=list)
    parts: list[RowPart] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first column, last row, last column
    hidden_rows: set[int] = field(default_factory=set)  # from 0, like the merges
    hidden_columns: set[int] = field(default_factory=set)
    bordered_below: int = 0
    without_dose: int = 0
    dose_records: int = 0

    def add(self, cells: list[Cell], part: RowPart) -> int:
        """Add a row under the others and give its number as a person sees it."""
        self.rows.append(cells)
        self.parts.append(part)
        return len(self.rows)

    def add_text(self, texts: dict[int, str], part: RowPart, *, bold: bool = False) -> int:
        """Add a row with texts at the places given."""
        width = max(texts, default=-1) + 1
        return self.add([Cell(texts[place], bold=bold) if place in texts else EMPTY for place in range(width)], part)

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Replace a cell; row as a person sees it, column from 0."""
        cells = self.rows[row - 1]
        cells.extend([EMPTY] * (column + 1 - len(cells)))
        cells[column] = cell

    def last_row(self) -> int:
        """Give the last row that holds a value."""
        return max(
            (number for number, cells in enumerate(self.rows, 1) if any(c.value is not None for c in cells)), default=0
        )

    def list_covered(self) -> set[tuple[int, int]]:
        """Give the cells that lie under merged ones, from 0."""
        return {
            (row, column)
            for first_row, first_column, last_row, last_column in self.merges
            for row in range(first_row, last_row + 1)
            for column in range(first_column, last_column + 1)
            if (row, column) != (first_row, first_column)
        }

    def recode(self, *, nfd: bool = False) -> None:
        """Turn all text into the characters of the sheet's font."""
        turn = {"tcvn3": write_tcvn3, "vni": write_vni}.get(self.font)
        if nfd:
            turn = _decompose
        if turn is None:
            return
        for cells in self.rows:
            cells[:] = [replace(c, value=turn(c.value)) if isinstance(c.value, str) else c for c in cells]


def _decompose(text: str) -> str:
    return unicodedata.normalize("NFD", text)
