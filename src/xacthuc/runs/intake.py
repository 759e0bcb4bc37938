"""Files into numbered clean rows: read, clean, write; one Parquet file for each source, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from xacthuc.cleaning import Cleaned, SheetEvidence, gather_evidence
from xacthuc.findings import get_code
from xacthuc.reading import ColumnMap, FileRefused, SheetReading, list_slices, read_file
from xacthuc.records import Column, Finding, SheetLayout
from xacthuc.runs.clean_files import PARTS, CleanFiles
from xacthuc.runs.cleaners import Cleaners, use_system_memory
from xacthuc.runs.slices import SliceOrder, SliceTaken, Spread, take_slices
from xacthuc.runs.workspace import writing

# Batches looked at before the habits of a sheet are decided; a batch has about 200,000 rows.
EVIDENCE_BATCHES = 2

Report = Callable[[str, int], None]


@dataclass(frozen=True)
class Source:
    """One file taken in: its numbered rows, its findings, what was understood of its sheets."""

    file: str
    rows: int
    first: int
    layouts: tuple[SheetLayout, ...]
    refused: str | None = None  # finding code why the file could not be read at all
    refused_sheets: tuple[tuple[str, str], ...] = ()  # sheets that could not be read, or not to their end, and why
    faults: tuple[tuple[str, str], ...] = ()  # sheets, and what is wrong with all of the file, though it was read
    unfound: tuple[str, ...] = ()  # headings of the column map that the file does not have

    @property
    def whole(self) -> bool:
        """Whether the file and all its sheets could be read."""
        return self.refused is None and not self.refused_sheets

    @property
    def end(self) -> int:
        """The first number of the next file; one without rows takes one too, for its name."""
        return self.first + max(self.rows, 1)


def list_unfound(sources: Iterable[Source]) -> tuple[str, ...]:
    """Give the headings of the column map that none of the files has."""
    first, *others = sources
    return tuple(heading for heading in first.unfound if all(heading in other.unfound for other in others))


def take_in(
    path: Path,
    *,
    folder: Path,
    number: str,
    first: int,
    columns: ColumnMap | None = None,
    threads: int | None = None,
    report: Report = lambda _, __: None,
    done: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
    keep_ids: bool = False,
    spread: Spread | None = None,
) -> Source:
    """Read and clean one file into `folder`, numbering its rows in column `number` from `first`.

    A large sheet is cleaned in `threads` - 1 processes beside this one (None: all processors that it may use), with
    the same result. Writes rows/NAME.parquet (CLEAN_SCHEMA and the number), findings/NAME.parquet and NAME.json; a
    source whose json is there is finished and is given back as it is, else `done` is told. A file that cannot be read
    is a Source with `refused`. What `check` raises, once all is read, leaves the source unfinished. `keep_ids`: an own
    id stays as it is written where it stands in several rows too.
    `spread`: workers that take in the slices of a Parquet file, with the same result in several files NAME-K.parquet;
    without them the processes do so where there are several of both.
    """
    name = f"{first:012d}"
    summary = folder / f"{name}.json"
    if summary.exists():
        return load_source(json.loads(summary.read_text(encoding="utf-8")))
    for part in PARTS:
        (folder / part).mkdir(parents=True, exist_ok=True)
    use_system_memory()
    files = CleanFiles(folder, name, number=number, first=first)
    processes = (threads or count_processors()) - 1

    def tell(taken: list[SliceTaken]) -> None:
        report(path.name, sum(part.records for part in taken))

    with Cleaners(processes, tell=tell) as cleaners:
        share = spread or (cleaners.spread if processes and len(list_slices(path)) > 1 else None)
        source = (
            _share_out(path, files, columns=columns, spread=share, report=report, keep_ids=keep_ids) if share else None
        )
        if source is None:
            source = _write(path, files, columns=columns, cleaners=cleaners, report=report, keep_ids=keep_ids)
    pa.default_memory_pool().release_unused()
    check()
    with writing(summary) as unfinished:
        unfinished.write_text(json.dumps(asdict(source), ensure_ascii=False), encoding="utf-8")
    done(f"read {path.name}")
    return source


def say_unread(source: Source) -> tuple[str, str]:
    """Give the file, and why it could not be read where that is known, in Vietnamese and in English."""
    reasons = [source.refused] if source.refused else [code for _, code in source.refused_sheets]
    codes = [get_code(reason) for reason in dict.fromkeys(reasons)]
    if not codes:
        return source.file, source.file
    return (
        f"{source.file} ({' '.join(code.vi for code in codes)})",
        f"{source.file} ({' '.join(code.en for code in codes)})",
    )


def count_processors() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(
    path: Path, files: CleanFiles, *, columns: ColumnMap | None, cleaners: Cleaners, report: Report, keep_ids: bool
) -> Source:
    layouts: list[SheetLayout] = []
    headings: set[str] = set()
    refused_sheets: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    refused: str | None = None
    with files:
        try:
            for sheet in read_file(path, columns=columns):
                for cleaned in _clean_sheet(sheet, cleaners, keep_ids=keep_ids):
                    files.write(cleaned)
                    report(path.name, files.count)
                files.write_findings(sheet.findings)
                layouts.append(sheet.layout)
                headings |= _list_headings(sheet)
                refused_sheets += _list_codes(sheet, kind="refused", fields=("sheet", "file"))
                faults += _list_codes(sheet, kind="wrong", fields=("file",))
        except FileRefused as refusal:
            refused = refusal.code
            files.write_findings([Finding(file=path.name, field="file", code=refusal.code)])
    return Source(
        file=path.name,
        rows=files.count,
        first=files.first,
        layouts=tuple(layouts),
        refused=refused,
        refused_sheets=tuple(refused_sheets),
        faults=tuple(faults),
        unfound=tuple(columns.list_unfound(headings)) if columns else (),
    )


def _share_out(
    path: Path, files: CleanFiles, *, columns: ColumnMap | None, spread: Spread, report: Report, keep_ids: bool
) -> Source | None:
    """Let workers take in the slices of a Parquet file; None where it is for one process to read it all.

    The first batches are looked at here, for what they tell holds for all.
    """
    if not list_slices(path):
        return None
    try:
        sheet = next(read_file(path, columns=columns))
    except FileRefused:
        return None
    if sheet.kind != "list":
        return None
    evidence = _gather(list(islice(sheet.batches, EVIDENCE_BATCHES)), sheet.layout, keep_ids=keep_ids)
    taken = take_slices(SliceOrder(path, columns, sheet.layout, evidence), files, spread=spread)
    if taken is None:
        return None
    report(path.name, taken.records)
    sheet.findings[:] = taken.findings
    with files:  # beside those of the slices, what is said of the sheet
        files.write_findings(sheet.findings)
    return Source(
        file=path.name,
        rows=taken.records,
        first=files.first,
        layouts=(taken.layout,),
        faults=tuple(_list_codes(sheet, kind="wrong", fields=("file",))),
        refused_sheets=tuple(_list_codes(sheet, kind="refused", fields=("sheet", "file"))),
        unfound=tuple(columns.list_unfound(_list_headings(sheet))) if columns else (),
    )


def _list_headings(sheet: SheetReading) -> set[str]:
    known = {column.heading for plan in (*sheet.earlier, sheet.plan) for column in plan.columns}
    return known | set(sheet.layout.ignored_columns)


def _list_codes(sheet: SheetReading, *, kind: str, fields: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give the codes of one kind that speak of a sheet or its file as a whole; single rows are not meant."""
    codes = dict.fromkeys(f.code for f in sheet.findings if f.field in fields)
    return [(sheet.layout.sheet, code) for code in codes if get_code(code).kind == kind]


def _clean_sheet(sheet: SheetReading, cleaners: Cleaners, *, keep_ids: bool) -> Iterator[Cleaned]:
    """Clean a sheet; what its first batches tell holds for all, and each is cleaned by the layout as it was then."""
    batches = iter(sheet.batches)
    seen = list(islice(batches, EVIDENCE_BATCHES))
    helpers = cleaners if len(seen) > 1 else Cleaners(0)
    helpers.start()
    layout = sheet.layout
    evidence = _gather(seen, layout, keep_ids=keep_ids)
    first = ((batch, layout) for batch in seen)
    yield from helpers.clean(chain(first, ((batch, sheet.layout) for batch in batches)), evidence=evidence)


def _gather(seen: list[pa.Table], layout: SheetLayout, *, keep_ids: bool) -> SheetEvidence:
    evidence = gather_evidence(seen, layout)
    return replace(evidence, repeated=frozenset()) if keep_ids else evidence


def load_source(data: dict[str, Any]) -> Source:
    """Give the source that was written down as `asdict` gives it."""
    layouts = tuple(_load_layout(entry) for entry in data.pop("layouts"))
    for name in ("refused_sheets", "faults"):
        data[name] = tuple((sheet, code) for sheet, code in data.get(name, ()))
    return Source(layouts=layouts, unfound=tuple(data.pop("unfound", ())), **data)


def _load_layout(data: dict[str, Any]) -> SheetLayout:
    data["columns"] = tuple(Column(**column) for column in data["columns"])
    for name in ("header_rows", "ignored_columns", "unused_columns"):
        data[name] = tuple(data[name])
    return SheetLayout(**data)
