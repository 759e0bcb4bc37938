"""What was understood of a sheet's columns, and how their cells become the fields of a RAW row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xacthuc.reading.grid import Merge

DOSE_FIELDS = ("dose_no", "vaccine", "lot", "dose_date", "site")
SHARED = -1  # a dose column that serves every dose of the row


@dataclass(frozen=True)
class PlanColumn:
    """A column and its part in a field.

    `part` tells how it is used: "" the value; "day", "month", "year" of a birth date; "under" a birth date whose
    sub-heading `value` is the sex; "mark" a tick that means `value`; "code" a unit code beside the unit's name.
    """

    field: str
    index: int
    heading: str
    slot: int = 0
    part: str = ""
    value: str = ""


@dataclass(frozen=True)
class Plan:
    """The columns of a sheet; row indices count from 0."""

    columns: tuple[PlanColumn, ...]
    header_rows: tuple[int, ...] = ()
    encoding: str | None = None
    doses: tuple[str | None, ...] = ()  # the heading of each slot ("Mũi 1"), None without one
    ignored: tuple[str, ...] = ()
    ignored_at: tuple[int, ...] = ()  # where these headings stand
    ordinal: int | None = None  # the column of running numbers
    guessed: tuple[int, ...] = ()  # columns told by their values alone
    blocks: tuple[int, ...] = ()  # how far right the same columns come again, for lists side by side

    def list_columns(self, field: str, *, slot: int = 0) -> list[PlanColumn]:
        """Give the columns of a field, in the order in which they are joined; `slot` 0 is the person."""
        return [c for c in self.columns if c.field == field and (c.slot == slot or (slot > 0 and c.slot == SHARED))]

    def has(self, field: str) -> bool:
        """Tell whether any column holds the field."""
        return any(c.field == field for c in self.columns)

    def list_merged_rows(self, merges: Iterable[Merge]) -> dict[int, list[tuple[int, int]]]:
        """Give, for each row below the heading, the columns merged over several rows and where their merge begins."""
        body = self.header_rows[-1] + 1 if self.header_rows else 0
        used = {c.index for c in self.columns} if not self.blocks else set()
        merged: dict[int, list[tuple[int, int]]] = {}
        for merge in merges:
            if merge.bottom > merge.top >= body and merge.left == merge.right and merge.left in used:
                for row in range(merge.top, merge.bottom + 1):
                    merged.setdefault(row, []).append((merge.left, merge.top))
        return merged
