"""One sheet on its way: understood from its first rows, then turned into RAW batches chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xacthuc.reading.batches import Flags, build_plain, build_special, find_blank, find_plain, join_in_order
from xacthuc.reading.column_map import ColumnMap
from xacthuc.reading.grid import Grid, Note, Row, get_column_letter, join_tables, list_rows, shift_row
from xacthuc.reading.limits import Limits
from xacthuc.reading.people import STROKES, RawPart, divide_people, fill_dittos, is_ditto, is_nothing, read_person
from xacthuc.reading.plan import Plan
from xacthuc.reading.row_kinds import RowSorter
from xacthuc.reading.tables import Table, begin_table, find_title_start, has_other_heading, understand_table
from xacthuc.reading.titles import Standing, change_standing
from xacthuc.reading.unused import list_unused
from xacthuc.records import Column, Finding, RowKind, SheetKind, SheetLayout

KIND_LETTERS: dict[RowKind, str] = {"data": "d", "heading": "h", "blank": "b", "total": "t"}
_LEAST_DOSE = 2  # cells of a dose that make a row without a person the further dose of the one above
_WITH_NAME = frozenset((
    *("phone", "address", "commune", "district", "province", "nationality", "note"),
    *("dose_no", "vaccine", "lot", "dose_date", "site"),
))  # fmt: skip


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
    earlier: list[Plan] = field(default_factory=list)  # the plans of tables above the one being read
    unused: tuple[str, ...] = ()  # full columns that were not understood, of all tables
    alone: bool = True  # no row of the slice was read by those above it, and none of it changes how those below are
    _counted: Counter[int] = field(default_factory=Counter)  # the letters of `row_kinds` that were counted already

    @property
    def layout(self) -> SheetLayout:
        """What was understood of the sheet; counts cover the rows read so far."""
        counts = self._count_kinds()
        given = self.columns_given
        plans = [*self.earlier, self.plan]
        return SheetLayout(
            file=self.file,
            sheet=self.grid.sheet,
            kind=self.kind,
            visible=self.grid.visible,
            last_row=len(self.row_kinds),
            counts={kind: counts[ord(letter)] for kind, letter in KIND_LETTERS.items()},
            columns=_list_columns(plans),
            header_rows=tuple(i + 1 for i in plans[0].header_rows),
            ignored_columns=tuple(dict.fromkeys(h for p in plans for h in p.ignored)),
            unused_columns=tuple(dict.fromkeys(self.unused)),
            date_system=self.grid.date_system,
            birth_order=given.birth_order if given else None,
            place_tree=given.place_tree if given else "2021",
            context=self.context,
        )

    def _count_kinds(self) -> Counter[int]:
        """Count the kinds of rows; each row once, as the layout is asked for at every batch."""
        fresh = self.row_kinds[self._counted.total() :]
        for letter in map(ord, KIND_LETTERS.values()):
            self._counted[letter] += fresh.count(letter)
        return self._counted


def _list_columns(plans: list[Plan]) -> tuple[Column, ...]:
    """Give the columns of the first table, and of further ones what the tables above them lack."""
    columns: list[Column] = []
    for plan in plans:
        known = {(c.field, c.slot) for c in columns}
        more = [Column(c.field, c.index, c.heading, max(c.slot, 0)) for c in plan.columns]
        columns += [c for c in more if (c.field, c.slot) not in known]
    return tuple(columns)


@dataclass
class ListReader:
    """Turns the chunks of a list of people into RAW tables and keeps account of every row."""

    reading: SheetReading
    sorter: RowSorter
    standing: Standing
    limits: Limits
    titles: frozenset[str] = frozenset()  # texts above the first heading, of `level_titles`
    columnar: bool = True
    _next: int = field(init=False)  # the first row of the next chunk
    _open: bool = field(init=False)  # nothing in this slice tells yet what stands above
    _blank: int = 0  # blank rows that count only if a value follows
    _last_kind: RowKind = "heading"
    _above: Row | None = None  # the last person's cells, for ditto marks
    _beside: dict[int, Row | None] = field(default_factory=dict)  # the same for each of the lists side by side
    _tops: dict[tuple[int, int], str | None] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _coming: Table | None = None  # the table that begins next

    def read_batches(self, chunks: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """Give RAW tables of about `limits.batch_rows` rows until the chunks end."""
        self._merges = self.reading.plan.list_merged_rows(self.reading.grid.merges)
        self._next = self.reading.grid.first_row
        self._open = self._next > 0
        began = self.standing
        kept: list[pa.Table] = []
        for chunk in chunks:
            if not chunk.num_rows:
                continue
            raw = self._read_chunk(chunk)
            if raw is not None and raw.num_rows:
                kept.append(raw)
            if sum(t.num_rows for t in kept) >= self.limits.batch_rows:
                yield join_tables(kept)
                kept = []
        if kept:
            yield join_tables(kept)
        for note in self.reading.grid.notes:
            self.add_note(note)
        self.reading.grid.notes.clear()
        changed = self.reading.earlier or self.standing != began or self.sorter.in_tail
        self.reading.alone = self.reading.alone and not changed

    def add_note(self, note: Note) -> None:
        """Keep a finding, unless there are more of its code than anybody reads."""
        self._seen[note.code] += 1
        if self._seen[note.code] <= self.limits.findings:
            self.reading.findings.append(build_finding(note, file=self.reading.file, sheet=self.reading.grid.sheet))

    def _read_chunk(self, chunk: pa.Table) -> pa.Table | None:
        """Read a chunk; where a table with other columns begins in it, the rest is read anew."""
        count = chunk.num_rows
        first, body = self._next, self._get_body()
        plain = self._find_plain(chunk, first=first)
        blank = find_blank(chunk)
        near = np.maximum.accumulate(np.where(plain, np.arange(count), -1))  # the last plain row up to each
        special = np.flatnonzero(~plain & ~blank).tolist()
        rows = [[c if c and not c.isspace() else None for c in r] for r in list_rows(chunk, special)]
        begin = next((n for n, i in enumerate(special) if first + i >= body), len(special))
        titles: dict[int, int] = {}  # the rows of a title, and where the heading below it stands
        for n in range(begin, len(special)):
            again = self.sorter.is_header_again(rows[n])
            if not again and not self._may_begin(rows[n]):
                continue
            start = self._find_title(rows, special, near, at=n, begin=begin)
            if again:
                titles.update(dict.fromkeys(range(start, n), n))
            elif self._begin_table(chunk, special[start], at=special[n], first=first):
                return self._read_divided(chunk, special[start])
        self._next += count
        kinds = np.where(blank, ord("b"), ord("d")).astype(np.uint8)
        standings = [(-1, self.standing)]
        parts: list[tuple[int, RawPart]] = []
        last = -1
        for n, (i, row) in enumerate(zip(special, rows, strict=True)):
            if near[i] > last:
                self._pass_plain()
            kind = self._find_kind(row, n=n, body=n >= begin, titles=titles)
            kinds[i] = ord(KIND_LETTERS[kind])
            if kind == "data":
                parts.extend(
                    self._read_row(row, index=first + i, before=(chunk, int(near[i])) if near[i] > last else None)
                )
            elif kind == "heading" and n >= begin and self._change_standing(rows, n, titles=titles):
                standings.append((first + i, self.standing))
            last, self._last_kind = i, kind if kind != "blank" else self._last_kind
        if near[-1] > last:
            self._pass_plain()
            self._above = list_rows(chunk, [int(near[-1])])[0]
        self._count(kinds)
        return self._join(chunk, plain, first=first, standings=standings, parts=parts)

    def _may_begin(self, row: Row) -> bool:
        many = len(self.reading.earlier) >= self.limits.tables or self.reading.columns_given is not None
        return not many and has_other_heading(row, plan=self.reading.plan)

    def _find_title(
        self, rows: list[Row], special: list[int], near: npt.NDArray[np.int64], *, at: int, begin: int
    ) -> int:
        """Give where the title above the heading at `at` begins; rows of people surely end it."""
        low = at
        while low > begin and near[special[low - 1]] == near[special[at]]:
            low -= 1
        return low + find_title_start(
            rows[low:at], at - low, sorter=self.sorter, plan=self.reading.plan, titles=self.titles
        )

    def _find_kind(self, row: Row, *, n: int, body: bool, titles: dict[int, int]) -> RowKind:
        if not body:
            return _find_title_kind(row)
        if n in titles:
            self.sorter.leave_tail()
            return "heading"
        kind = self.sorter.find_kind(row)
        if any(self.sorter.is_person_row(shift_row(row, by)) for by in self.reading.plan.blocks):
            return "data"
        if self._open and kind not in ("data", "blank"):
            self.reading.alone = False
        return kind

    def _change_standing(self, rows: list[Row], n: int, *, titles: dict[int, int]) -> bool:
        """Take in what a heading row says; tell whether something may have changed."""
        encoding = self.reading.plan.encoding
        if n in titles:
            if n - 1 not in titles or titles[n - 1] != titles[n]:  # the title's first row speaks for all
                self.standing = begin_table(self.standing, rows[n : titles[n]], encoding=encoding)
            return True
        if self.sorter.repeats:
            return False
        self.standing = change_standing(self.standing, rows[n], encoding=encoding, begins=self._last_kind == "data")
        return True

    def _begin_table(self, chunk: pa.Table, start: int, *, at: int, first: int) -> bool:
        """Turn to the table whose title begins at row `start` of the chunk, if its heading at `at` is one of a list."""
        rows = list_rows(chunk.slice(start, at - start + self.limits.sample_rows))
        rows = [[c if c and not c.isspace() else None for c in r] for r in rows]
        table = understand_table(rows, at - start, first=first + start, merges=self.reading.grid.merges)
        if table is not None:
            self._coming = table
        return table is not None

    def _read_divided(self, chunk: pa.Table, start: int) -> pa.Table | None:
        """Read what stands above a new table by the old plan, and the rest by the new one."""
        table, self._coming = self._coming, None
        assert table is not None
        above = self._read_chunk(chunk.slice(0, start)) if start else None
        reading = self.reading
        reading.earlier.append(reading.plan)
        reading.plan = table.plan
        self.add_note(Note("table_begins", row=self._next + len(table.titles) + 1))
        self.sorter = RowSorter(table.plan, header=table.header, titles=table.titles)
        self.standing = begin_table(self.standing, table.titles, encoding=table.plan.encoding)
        self._merges = table.plan.list_merged_rows(reading.grid.merges)
        self._above = None
        body = table.plan.header_rows[-1] + 1 - self._next
        reading.unused += list_unused(chunk.slice(start), plan=table.plan, body=body)
        below = self._read_chunk(chunk.slice(start))
        found = [t for t in (above, below) if t is not None]
        return join_tables(found) if found else None

    def _get_body(self) -> int:
        """Give the first row below the heading."""
        return self.reading.plan.header_rows[-1] + 1 if self.reading.plan.header_rows else 0

    def _find_plain(self, chunk: pa.Table, *, first: int) -> Flags:
        """Tell which rows of a chunk need no care: none of the heading, of merged cells, or odd by itself."""
        if not self.columnar or self.reading.plan.blocks:
            return np.zeros(chunk.num_rows, dtype=bool)
        plain = find_plain(chunk, plan=self.reading.plan, cell_length=self.limits.cell_length)
        plain[: max(0, self._get_body() - first)] = False
        plain[[r - first for r in self._merges if first <= r < first + chunk.num_rows]] = False
        return plain

    def _pass_plain(self) -> None:
        """Take note that plain rows of people lie above: no signature has begun, dittos speak of the last of them."""
        self.sorter.leave_tail()
        self._open = False
        self._above = None
        self._last_kind = "data"

    def _read_row(self, row: Row, *, index: int, before: tuple[pa.Table, int] | None) -> list[tuple[int, RawPart]]:
        """Give the RAW rows of one row, with what dittos and merged cells mean filled in."""
        plan = self.reading.plan
        if plan.blocks:
            return self._read_blocks(row, index=index)
        return self._read_people(row, index=index, before=before)

    def _read_blocks(self, row: Row, *, index: int) -> list[tuple[int, RawPart]]:
        """Give the RAW rows of the people of one row in lists side by side."""
        parts: list[tuple[int, RawPart]] = []
        for shift in (0, *self.reading.plan.blocks):
            cells = shift_row(row, shift)
            if any(cells[c.index] for c in self.reading.plan.columns):
                self._above = self._beside.get(shift)
                count = max((p.part for _, p in parts), default=0)
                people = self._read_people(cells, index=index, before=None)
                parts += [(i, replace(p, part=p.part + count)) for i, p in people]
                self._beside[shift] = self._above
        return parts

    def _read_people(self, row: Row, *, index: int, before: tuple[pa.Table, int] | None) -> list[tuple[int, RawPart]]:
        plan = self.reading.plan
        row = [c[: self.limits.cell_length] if c and len(c) > self.limits.cell_length else c for c in row]
        if any(c is not None and len(c) == self.limits.cell_length for c in row):
            self.add_note(Note("cell_too_long", row=index + 1, field="row"))
        if any(is_ditto(c, encoding=plan.encoding) or (c and c.strip() in STROKES) for c in self._pick(row)):
            if before is not None:
                self._above = list_rows(before[0], [before[1]])[0]
            self.reading.alone = self.reading.alone and not self._open
            row, filled = fill_dittos(row, above=self._above, plan=plan)
            for column in filled:
                self.add_note(Note("ditto_filled", row=index + 1, column=column, field=self._get_field(column)))
        row = self._continue_person(self._fill_merged(row, index=index), index=index, before=before)
        self._above = row
        people = divide_people(row, plan=plan)
        if len(people) > 1:
            self.add_note(Note("people_divided", row=index + 1, field="row"))
        return [
            (index, raw)
            for n, person in enumerate(people)
            for raw in read_person(person, plan=plan, standing=self.standing, part=n + 1)
        ]

    def _continue_person(self, row: Row, *, index: int, before: tuple[pa.Table, int] | None) -> Row:
        """Give a row that holds nothing but a dose the person of the row above."""
        plan = self.reading.plan
        person = [c.index for c in plan.columns if not c.slot and c.field != "note"]
        filled = [c for c in plan.columns if c.slot and row[c.index] and not is_nothing(row[c.index])]
        numbered = plan.ordinal is not None and row[plan.ordinal]
        listed = plan.header_rows and plan.has("name") and len(filled) >= _LEAST_DOSE
        if not listed or numbered or any(row[i] for i in person):
            return row
        if before is not None:
            self._above = list_rows(before[0], [before[1]])[0]
        if self._above is None or not any(c.field == "dose_date" for c in filled):
            return row
        self.add_note(Note("person_continued", row=index + 1, field="row"))
        return [self._above[i] if i in person else cell for i, cell in enumerate(row)]

    def _pick(self, row: Row) -> list[str | None]:
        return [row[c.index] for c in self.reading.plan.columns]

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
