"""A Parquet file taken in by many workers, each a slice of its rows; all together give what one would.

A worker reads its slice itself, cleans it by the layout and the evidence that were found here, and writes it under a
name of its own: what counts is what this process then takes over. So a worker may be lost, and a slice be cleaned
twice, and nothing is half or twice there.
"""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow.parquet as pq

from xacthuc.cleaning import Cleaned, SheetEvidence, clean_batch
from xacthuc.reading import DEFAULT, ColumnMap, Slice, list_slices, read_file
from xacthuc.records import Finding, RowKind, SheetLayout
from xacthuc.runs.clean_files import PARTS, CleanFiles
from xacthuc.runs.cleaners import use_system_memory

P = TypeVar("P")
A = TypeVar("A")

DAMAGED = "sheet_damaged"  # what was read up to the damage is kept, and nothing below it


class Spread(Protocol):
    """Workers that see the same files as this process."""

    def __call__(self, work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        """Do the work for each part, perhaps more than once; give the answers in the order of the parts."""


@dataclass(frozen=True)
class SliceOrder:
    """What holds for all slices of a file."""

    path: Path
    columns: ColumnMap | None
    layout: SheetLayout
    evidence: SheetEvidence


@dataclass(frozen=True)
class SliceTask:
    """What a worker has to know to take in one slice, and where it writes."""

    order: SliceOrder
    part: Slice
    folder: Path
    number: str
    first: int  # number of the first record


@dataclass(frozen=True)
class SliceTaken:
    """What came of a slice: the name of its files, how many records, what was read and found, if it stands alone."""

    name: str
    records: int
    layout: SheetLayout
    findings: tuple[Finding, ...]
    alone: bool


@dataclass(frozen=True)
class SlicesTaken:
    """What came of all slices: how many records, the layout with the counts of all, the findings of the sheet."""

    records: int
    layout: SheetLayout
    findings: list[Finding]


def take_slices(order: SliceOrder, files: CleanFiles, *, spread: Spread) -> SlicesTaken | None:
    """Take in the slices of a Parquet file, as NAME-K.parquet beside where `files` will be.

    None, and nothing written, where rows hang together across slices (a sub-heading that holds for all below it, a
    table with other columns) or a part of the file is damaged: then one has to read it all.
    """
    slices = list_slices(order.path)
    folder = files.folder / "taken"
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        (folder / part).mkdir(parents=True)
    firsts = [files.first + part.first for part in slices]  # right where each row is one record
    tasks = [SliceTask(order, part, folder, files.number, first) for part, first in zip(slices, firsts, strict=True)]
    try:
        taken = spread(take_slice, tasks)
        if not all(slice_.alone for slice_ in taken):
            return None
        right = list(accumulate((slice_.records for slice_ in taken), initial=files.first))
        moved = [n for n, first in enumerate(firsts) if first != right[n] and taken[n].records]
        again = spread(number_anew, [(replace(tasks[n], first=right[n]), taken[n]) for n in moved]) if moved else []
        for n, slice_ in zip(moved, again, strict=True):
            taken[n] = slice_
        _take_over(taken, folder=folder, files=files)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return SlicesTaken(
        records=right[-1] - files.first,
        layout=_add_up(order.layout, [slice_.layout for slice_ in taken], rows=[part.rows for part in slices]),
        findings=_join_findings([slice_.findings for slice_ in taken]),
    )


def take_slice(task: SliceTask) -> SliceTaken:
    """Read, clean and write one slice: what a worker does. FileNotFoundError where it does not see the file."""
    use_system_memory()
    order = task.order
    order.path.stat()
    sheet = next(read_file(order.path, columns=order.columns, part=task.part))
    name = uuid.uuid4().hex
    with CleanFiles(task.folder, name, number=task.number, first=task.first) as files:
        for batch in sheet.batches:
            files.write(clean_batch(batch, order.layout, evidence=order.evidence, distinct=True))
    findings = tuple(sheet.findings)
    alone = sheet.alone and not any(finding.code == DAMAGED for finding in findings)
    return SliceTaken(name, files.count, sheet.layout, findings, alone)


def number_anew(moved: tuple[SliceTask, SliceTaken]) -> SliceTaken:
    """Write a slice once more, its rows numbered from the first of the task: what a worker does where it moves."""
    task, taken = moved
    rows, findings = (task.folder / part / f"{taken.name}.parquet" for part in PARTS)
    source, told = pq.ParquetFile(rows), pq.read_table(findings)
    name = uuid.uuid4().hex
    with CleanFiles(task.folder, name, number=task.number, first=task.first) as files:
        for group in range(source.num_row_groups):
            records = source.read_row_group(group).drop_columns(task.number)
            files.write(Cleaned(records, told.slice(0, told.num_rows if group == 0 else 0)))
    return replace(taken, name=name)


def _take_over(taken: Sequence[SliceTaken], *, folder: Path, files: CleanFiles) -> None:
    """Give the files of the slices the names that count; what an earlier run began under them is removed."""
    for part in PARTS:
        for old in (files.folder / part).glob(f"{files.name}-*.parquet"):
            old.unlink()
        for n, slice_ in enumerate(taken):
            target = files.folder / part / f"{files.name}-{n:06d}.parquet"
            (folder / part / f"{slice_.name}.parquet").rename(target)


def _add_up(sheet: SheetLayout, layouts: Sequence[SheetLayout], *, rows: Sequence[int]) -> SheetLayout:
    """Give the layout of the sheet; blank rows at the end of a slice count only if a value follows further down."""
    counts: Counter[RowKind] = Counter()
    waiting = 0
    for layout, count in zip(layouts, rows, strict=True):
        counts.update(layout.counts)
        if layout.last_row:
            counts["blank"] += waiting
            waiting = 0
        waiting += count - layout.last_row
    return replace(sheet, counts=dict(counts), last_row=counts.total())


def _join_findings(found: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Give the findings of all slices: what each says of the file once, and no more of a code than reading keeps."""
    seen: Counter[str] = Counter()
    joined: list[Finding] = []
    for finding in dict.fromkeys(finding for findings in found for finding in findings):
        seen[finding.code] += 1
        if seen[finding.code] <= DEFAULT.findings:
            joined.append(finding)
    return joined
