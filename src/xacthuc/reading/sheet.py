"""One sheet on its way: understood from its first rows, then turned into RAW batches chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xacthuc.reading.batches import Flags, build_plain, build_special, find_blank, find_plain, join_in_order
from xacthuc.reading.column_map import ColumnMap
from xacthuc.reading.grid import Grid, Note, Row, get_column_letter, list_rows
from xacthuc.reading.limits import Limits
from xacthuc.reading.people import RawPart, divide_people, fill_dittos, is_ditto, read_person
from xacthuc.reading.plan import Plan
from xacthuc.reading.row_kinds import RowSorter
from xacthuc.reading.titles import Standing, change_standing
from xacthuc.records import Column, Finding, RowKind, SheetKind, SheetLayout

KIND_LETTERS: dict[RowKind, str] = {"data": "d", "heading": "h", "blank": "b", "total": "t"}
_WITH_NAME = frozenset(
    {
        "phone",
        "address",
        "commune",
        "district",
        "province",
        "nationality",
        "note",
        "dose_no",
        "vaccine",
        "lot",
        "dose_date",
        "site",
    }
)


@dataclass
class SheetReading:
    """One sheet as read. `batches` gives RAW tables once; counts, findings and row kinds are whole when it has ended.

    `row_kinds` holds a letter for each row: d data, h heading, b blank, t total.
    """

    file: str
    grid: Grid
    kind: SheetKind
    plan: Plan
    context: dict[str, str]
    columns_given: ColumnMap | None
    batches: Iterator[pa.Table]
    findings: list[Finding] = field(default_factory=list)
    row_kinds: bytearray = field(default_factory=bytearray)

    @property
    def layout(self) -> SheetLayout:
        """What was understood of the sheet; counts cover the rows read so far."""
        letters = bytes(self.row_kinds)
        given = self.columns_given
        columns = tuple(Column(c.field, c.index, c.heading, max(c.slot, 0)) for c in self.plan.columns)
        return SheetLayout(
            file=self.file,
            sheet=self.grid.sheet,
            kind=self.kind,
            visible=self.grid.visible,
            last_row=len(letters),
            counts={kind: letters.count(letter.encode()) for kind, letter in KIND_LETTERS.items()},
            columns=columns,
            header_rows=tuple(i + 1 for i in self.plan.header_rows),
            ignored_columns=self.plan.ignored,
            date_system=self.grid.date_system,
            birth_order=given.birth_order if given else None,
            place_tree=given.place_tree if given else "2021",
            context=self.context,
        )


@dataclass
class ListReader:
    """Turns the chunks of a list of people into RAW tables and keeps account of every row."""

    reading: SheetReading
    sorter: RowSorter
    standing: Standing
    limits: Limits
    columnar: bool = True
    _next: int = 0  # the first row of the next chunk
    _blank: int = 0  # blank rows that count only if a value follows
    _last_kind: RowKind = "heading"
    _above: Row | None = None  # the last person's cells, for ditto marks
    _tops: dict[tuple[int, int], str | None] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)

    def read_batches(self, chunks: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """Give RAW tables of about `limits.batch_rows` rows until the chunks end."""
        self._merges = _list_merges(self.reading)
        kept: list[pa.Table] = []
        for chunk in chunks:
            if not chunk.num_rows:
                continue
            raw = self._read_chunk(chunk)
            if raw is not None and raw.num_rows:
                kept.append(raw)
            if sum(t.num_rows for t in kept) >= self.limits.batch_rows:
                yield pa.concat_tables(kept)
                kept = []
        if kept:
            yield pa.concat_tables(kept)
        for note in self.reading.grid.notes:
            self.add_note(note)
        self.reading.grid.notes.clear()

    def add_note(self, note: Note) -> None:
        """Keep a finding, unless there are more of its code than anybody reads."""
        self._seen[note.code] += 1
        if self._seen[note.code] <= self.limits.findings:
            self.reading.findings.append(build_finding(note, file=self.reading.file, sheet=self.reading.grid.sheet))

    def _read_chunk(self, chunk: pa.Table) -> pa.Table | None:
        reading, count = self.reading, chunk.num_rows
        first, body = self._next, self._get_body()
        self._next += count
        plain = self._find_plain(chunk, first=first)
        blank = find_blank(chunk)
        kinds = np.where(blank, ord("b"), ord("d")).astype(np.uint8)
        near = np.maximum.accumulate(np.where(plain, np.arange(count), -1))  # the last plain row up to each
        special = np.flatnonzero(~plain & ~blank).tolist()
        standings = [(-1, self.standing)]
        parts: list[tuple[int, RawPart]] = []
        last = -1
        for i, cells in zip(special, list_rows(chunk, special), strict=True):
            row = [c if c and not c.isspace() else None for c in cells]
            if near[i] > last:
                self._pass_plain()
            kind = self.sorter.find_kind(row) if first + i >= body else _find_title_kind(row)
            kinds[i] = ord(KIND_LETTERS[kind])
            if kind == "data":
                parts.extend(
                    self._read_row(row, index=first + i, before=(chunk, int(near[i])) if near[i] > last else None)
                )
            elif kind == "heading" and first + i >= body and not self.sorter.repeats:
                begins = self._last_kind == "data"
                self.standing = change_standing(self.standing, row, encoding=reading.plan.encoding, begins=begins)
                standings.append((first + i, self.standing))
            last, self._last_kind = i, kind if kind != "blank" else self._last_kind
        if near[-1] > last:
            self._pass_plain()
            self._above = list_rows(chunk, [int(near[-1])])[0]
        self._count(kinds)
        return self._join(chunk, plain, first=first, standings=standings, parts=parts)

    def _get_body(self) -> int:
        """Give the first row below the heading."""
        return self.reading.plan.header_rows[-1] + 1 if self.reading.plan.header_rows else 0

    def _find_plain(self, chunk: pa.Table, *, first: int) -> Flags:
        """Tell which rows of a chunk need no care: none of the heading, of merged cells, or odd by itself."""
        if not self.columnar:
            return np.zeros(chunk.num_rows, dtype=bool)
        plain = find_plain(chunk, plan=self.reading.plan, cell_length=self.limits.cell_length)
        plain[: max(0, self._get_body() - first)] = False
        plain[[r - first for r in self._merges if first <= r < first + chunk.num_rows]] = False
        return plain

    def _pass_plain(self) -> None:
        """Take note that plain rows of people lie above: no signature has begun, dittos speak of the last of them."""
        self.sorter.leave_tail()
        self._above = None
        self._last_kind = "data"

    def _read_row(self, row: Row, *, index: int, before: tuple[pa.Table, int] | None) -> list[tuple[int, RawPart]]:
        """Give the RAW rows of one row, with what dittos and merged cells mean filled in."""
        plan = self.reading.plan
        row = [c[: self.limits.cell_length] if c and len(c) > self.limits.cell_length else c for c in row]
        if any(c is not None and len(c) == self.limits.cell_length for c in row):
            self.add_note(Note("cell_too_long", row=index + 1, field="row"))
        if any(is_ditto(row[c.index], encoding=plan.encoding) for c in plan.columns):
            if before is not None:
                self._above = list_rows(before[0], [before[1]])[0]
            row, filled = fill_dittos(row, above=self._above, plan=plan)
            for column in filled:
                self.add_note(Note("ditto_filled", row=index + 1, column=column, field=self._get_field(column)))
        row = self._fill_merged(row, index=index)
        self._above = row
        people = divide_people(row, plan=plan)
        if len(people) > 1:
            self.add_note(Note("people_divided", row=index + 1, field="row"))
        return [
            (index, raw)
            for n, person in enumerate(people)
            for raw in read_person(person, plan=plan, standing=self.standing, part=n + 1)
        ]

    def _fill_merged(self, row: Row, *, index: int) -> Row:
        """Give every row of a vertically merged cell its value; a number or birth only where the name is merged too."""
        merged = self._merges.get(index)
        if not merged:
            return row
        filled = list(row)
        names = {c.index for c in self.reading.plan.list_columns("name")}
        same_person = any(column in names and top < index for column, top in merged)
        for column, top in merged:
            if top == index:
                self._tops[(column, top)] = row[column]
            elif filled[column] is None and (value := self._tops.get((column, top))) is not None:
                name = self._get_field(column)
                if same_person or name in _WITH_NAME:
                    filled[column] = value
                    self.add_note(Note("merged_filled", row=index + 1, column=column, field=name))
        return filled

    def _get_field(self, column: int) -> str:
        return next((c.field for c in self.reading.plan.columns if c.index == column), "row")

    def _count(self, kinds: npt.NDArray[np.uint8]) -> None:
        """Add the kinds of a chunk's rows; blank rows at the end wait until a value follows."""
        filled = np.flatnonzero(kinds != ord("b"))
        if not len(filled):
            self._blank += len(kinds)
            return
        self.reading.row_kinds.extend(b"b" * self._blank)
        self.reading.row_kinds.extend(kinds[: filled[-1] + 1].tobytes())
        self._blank = len(kinds) - int(filled[-1]) - 1

    def _join(
        self,
        chunk: pa.Table,
        plain: Flags,
        *,
        first: int,
        standings: list[tuple[int, Standing]],
        parts: list[tuple[int, RawPart]],
    ) -> pa.Table | None:
        tables = []
        if plain.any():
            rows = first + np.flatnonzero(plain)
            regular = chunk if plain.all() else chunk.filter(pa.array(plain))
            tables.append(build_plain(regular, rows=rows, plan=self.reading.plan, standings=standings))
        if parts:
            tables.append(build_special(parts))
        if not tables:
            return None
        return join_in_order(tables, file=self.reading.file, sheet=self.reading.grid.sheet)


def build_finding(note: Note, *, file: str, sheet: str) -> Finding:
    """Give a note as a finding, its column as a letter."""
    column = get_column_letter(note.column) if note.column is not None else None
    return Finding(file=file, field=note.field, code=note.code, sheet=sheet, row=note.row, column=column)


def _find_title_kind(row: Row) -> RowKind:
    return "heading" if any(row) else "blank"


def _list_merges(reading: SheetReading) -> dict[int, list[tuple[int, int]]]:
    """Give, for each row below the heading, the columns merged over several rows and where their merge begins."""
    body = reading.plan.header_rows[-1] + 1 if reading.plan.header_rows else 0
    used = {c.index for c in reading.plan.columns}
    merged: dict[int, list[tuple[int, int]]] = {}
    for merge in reading.grid.merges:
        if merge.bottom > merge.top >= body and merge.left == merge.right and merge.left in used:
            for row in range(merge.top, merge.bottom + 1):
                merged.setdefault(row, []).append((merge.left, merge.top))
    return merged
