"""A path as sheets: what kind of file it is, which sheets are lists of people, and their RAW batches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from xacthuc.reading.column_map import ColumnMap
from xacthuc.reading.columnar import Slice, open_columnar
from xacthuc.reading.content import build_guess, looks_like_people
from xacthuc.reading.delimited import open_delimited
from xacthuc.reading.file_kind import find_kind
from xacthuc.reading.grid import Grid, Note, Row, list_rows
from xacthuc.reading.header import build_plan, find_header
from xacthuc.reading.heading_columns import HeadingColumn, build_columns
from xacthuc.reading.limits import DEFAULT, Limits
from xacthuc.reading.lost_letters import has_lost_letters
from xacthuc.reading.plan import Plan
from xacthuc.reading.row_kinds import RowSorter
from xacthuc.reading.sheet import ListReader, SheetReading
from xacthuc.reading.summary import count_summary
from xacthuc.reading.tables import level_titles
from xacthuc.reading.titles import Standing, read_name, read_titles
from xacthuc.reading.unused import list_unused
from xacthuc.reading.web_pages import open_web_page
from xacthuc.reading.workbooks import open_workbook

_PROOF = frozenset({"birth_date", "number", "qr", "insurance", "dose_date", "vaccine"})
_HINTS = frozenset(
    {"phone", "sex", "address", "commune", "dose_no", "lot", "nationality", "record", "province", "district"}
)
_DAY = re.compile(r"\d{1,2}[.\-]\d{1,2}")  # a day that needs a year from elsewhere
_YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")
_OF_PLACE = ("commune", "district", "province", "site")


def read_file(
    path: Path,
    *,
    columns: ColumnMap | None = None,
    limits: Limits = DEFAULT,
    columnar: bool = True,
    part: Slice | None = None,
) -> Iterator[SheetReading]:
    """Give the sheets of a file in order, each with its layout, RAW batches and findings.

    `columns` says which headings hold which fields; without it they are recognised. `columnar` false reads every row
    by itself, with the same result. `part` is a slice of a Parquet file (list_slices) that alone is read.
    FileRefused, with a finding code of kind refused, if the file as a whole cannot be read; it is raised before the
    first sheet.
    Batches are to be used up before the next sheet is asked for. Not checked: any value.
    """
    path = Path(path)
    opened = find_kind(path, limits=limits)
    if opened.kind == "text":
        grids = open_delimited(path, limits=limits)
    elif opened.kind == "web_page":
        grids = open_web_page(path, limits=limits)
    elif opened.kind == "parquet":
        grids = open_columnar(path, limits=limits, part=part)
    else:
        grids = open_workbook(path, facts=opened.facts, limits=limits)
    return _read_grids(grids, path=path, columns=columns, limits=limits, columnar=columnar, notes=opened.notes)


def _read_grids(
    grids: Iterator[Grid],
    *,
    path: Path,
    columns: ColumnMap | None,
    limits: Limits,
    columnar: bool,
    notes: tuple[str, ...],
) -> Iterator[SheetReading]:
    places: dict[str, str] = {}
    file_notes = [Note(code, field="file") for code in notes]
    for grid in grids:
        grid.notes[:0] = file_notes
        file_notes = []
        reading = _read_grid(grid, path=path, columns=columns, limits=limits, columnar=columnar)
        for name in _OF_PLACE:
            if name in places:
                reading.context.setdefault(name, places[name])
            elif name in reading.context:
                places[name] = reading.context[name]
        yield reading
        for _ in reading.batches:  # what was not asked for is counted all the same
            pass


def _read_grid(grid: Grid, *, path: Path, columns: ColumnMap | None, limits: Limits, columnar: bool) -> SheetReading:
    """Understand a sheet from its first rows."""
    chunks = iter(grid.chunks)
    first = next(chunks, None)
    top = first if grid.head is None else grid.head
    head = list_rows(top.slice(0, limits.header_rows + limits.sample_rows)) if top is not None else []
    head = [[c if c and not c.isspace() else None for c in row] for row in head]
    plan = _understand(head, grid=grid, columns=columns, limits=limits)
    body = plan.header_rows[0] if plan and plan.header_rows else 0
    titles = head[:body] if plan else head[:10]
    fill, context = read_titles(titles, encoding=plan.encoding if plan else None)
    for row in head if plan is None else ():
        context.update({k: v for k, v in read_titles([row])[1].items() if k not in context})
    reading = SheetReading(
        file=path.name,
        grid=grid,
        kind="list" if plan else "summary",
        plan=plan or Plan(()),
        context=context,
        columns_given=columns,
        batches=iter(()),
    )
    all_chunks = chain([first], chunks) if first is not None else iter(())
    if has_lost_letters(head, plan=plan):
        grid.notes.append(Note("letters_lost", field="file"))
    if plan is None:
        code = "sheet_not_understood" if looks_like_people(head) else "sheet_without_people"
        grid.notes.extend(Note(code) for _ in range(first is not None))
        count_summary(reading, all_chunks)
        return reading
    fill = _fill_from_names(fill, sheet=grid.sheet, file=path.stem, plan=plan, dated="year" in context)
    context.update(fill)
    if plan.encoding and plan.encoding != "utf8":  # that is told by each value itself
        context["encoding"] = plan.encoding
    if columns and "name" in columns.headings and plan.has("name"):
        context["names_told"] = "y"
    if top is not None:
        reading.unused = list_unused(top, plan=plan, body=plan.header_rows[-1] + 1 if plan.header_rows else 0)
    sorter = RowSorter(plan, header=[head[i] for i in plan.header_rows], titles=titles)
    reader = ListReader(
        reading=reading,
        sorter=sorter,
        standing=Standing(fill=fill),
        limits=limits,
        titles=level_titles(titles, encoding=plan.encoding),
        columnar=columnar,
    )
    for note in _list_notes(grid, plan=plan):
        reader.add_note(note)
    reading.batches = reader.read_batches(all_chunks)
    return reading


def _understand(head: list[Row], *, grid: Grid, columns: ColumnMap | None, limits: Limits) -> Plan | None:
    """Give the plan of a list of people, None if the sheet is none."""
    if grid.headings is not None:
        names = [HeadingColumn(i, (h,)) for i, h in enumerate(grid.headings)]
        plan: Plan | None = build_columns(
            names, sample=head[: limits.sample_rows], columns=columns, header_rows=(), encoding=None
        )
    else:
        header = find_header(head[: limits.header_rows], merges=grid.merges, columns=columns)
        plan = build_plan(head, header, merges=grid.merges, columns=columns) if header else None
    if plan is not None and not (plan.has("name") or plan.has("qr")):
        body = plan.header_rows[-1] + 1 if plan.header_rows else 0
        more = build_guess(head[body : body + limits.sample_rows], plan=plan, encoding=plan.encoding)
        if more and (_is_proof(plan) or columns or more.has("qr")):  # the text of a card is like no other
            plan = more
    if plan is None or not _is_list(plan, columns=columns):
        guess = build_guess(head) if plan is None or not plan.columns else None
        return guess if guess and _is_list(guess, columns=None) else None
    return plan


def _is_proof(plan: Plan) -> bool:
    return any(plan.has(f) for f in ("birth_date", "number", "qr", "insurance"))


def _is_list(plan: Plan, *, columns: ColumnMap | None) -> bool:
    """Tell whether columns hold people: a name or card, and something that tells one person from another."""
    fields = {c.field for c in plan.columns}
    if columns and any(f in fields for f in columns.headings) and "name" in fields:
        return True
    if "name" not in fields and "qr" not in fields:
        return {"number", "dose_date"} <= fields or {"number", "birth_date"} <= fields
    return bool(fields & _PROOF) or len(fields & _HINTS) >= 2


def _fill_from_names(fill: dict[str, str], *, sheet: str, file: str, plan: Plan, dated: bool) -> dict[str, str]:
    """Add what the names of sheet and file say, where titles and columns say nothing."""
    said = {**read_name(file), **read_name(sheet)}
    if _DAY.fullmatch(said.get("dose_date", "")) and not (
        (dated or _YEAR.search(f"{file} {sheet}")) and said.keys() & {"vaccine", "dose_no"}
    ):
        del said["dose_date"]
    wanted = {k: v for k, v in said.items() if k not in fill and not plan.has(k)}
    if not fill and not plan.doses and not wanted.keys() & {"dose_date", "vaccine"}:
        return fill
    return {**wanted, **fill}


def _list_notes(grid: Grid, *, plan: Plan) -> Iterator[Note]:
    if not grid.visible:
        yield Note("sheet_hidden")
    if not plan.header_rows and grid.headings is None:
        yield Note("header_missing")
    if not plan.has("name") and not plan.has("qr"):
        yield Note("name_column_missing")
    if plan.blocks:
        yield Note("blocks_side_by_side")
    yield from (Note("column_guessed", column=i) for i in plan.guessed)
    yield from (Note("column_hidden", column=c) for c in sorted(grid.hidden_columns))
    yield from (Note("row_hidden", row=r + 1, field="row") for r in sorted(grid.hidden_rows))
