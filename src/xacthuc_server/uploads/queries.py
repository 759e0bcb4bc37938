"""The readers of uploads: only of one's own organisation, whatever the wall would let through besides."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from xacthuc.findings import get_code, list_codes
from xacthuc.records import Column, SheetLayout
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import tell
from xacthuc_server.uploads.models import CellFinding, Row, Upload
from xacthuc_server.uploads.permissions import check_can_upload
from xacthuc_server.uploads.raw import RawSheet, load_layouts, load_sheet

PAGE = 25  # rows of a grid, and files of a list: what a person looks through without losing the place


class UploadNotThere(Exception):
    """There is no such file, or not for whoever asks."""

    code = "upload_not_there"


def get_upload(upload_id: uuid.UUID, *, by: Acting) -> Upload:
    """Give a file of one's own organisation; raises NotAllowed, UploadNotThere."""
    check_can_upload(by)
    upload = Upload.objects.filter(id=upload_id, organisation_id=by.organisation_id).first()
    if upload is None:
        raise UploadNotThere
    return upload


def list_uploads(*, by: Acting, after: datetime | None = None) -> Sequence[Upload]:
    """List the files of one's own organisation, the newest first, from before a moment on. Raises NotAllowed."""
    check_can_upload(by)
    mine = Upload.objects.filter(organisation_id=by.organisation_id)
    if after is not None:
        mine = mine.filter(at__lt=after)
    return list(mine.order_by("-at")[: PAGE + 1])


@dataclass(frozen=True)
class GridCell:
    """A cell as it is shown: what it says, what is wrong with it, and how it is named when it is mended."""

    field: str
    slot: int
    value: str
    codes: tuple[str, ...]
    grave: bool  # something is wrong, not only repaired


@dataclass(frozen=True)
class GridRow:
    """A person's row of a sheet: its cells in the order of the columns, and what is said of the row as a whole."""

    row: int
    part: int
    state: str
    cells: tuple[GridCell, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """Some rows of a sheet in which something is to be mended; `after` names the page that follows, None the last."""

    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[GridRow, ...]
    after: int | None


def list_troubled(upload: Upload) -> Mapping[str, int]:
    """Count, by sheet, the rows in which something is wrong."""
    found = _list_wrong(upload).values_list("sheet", "row").distinct()
    counts: dict[str, int] = {}
    for sheet, _ in found:
        counts[sheet] = counts.get(sheet, 0) + 1
    return counts


def list_grid(upload: Upload, sheet: str, *, by: Acting, now: datetime, after: int = 0) -> Grid:
    """Give the rows of a sheet after row `after` in which something is wrong; what is read is told of the audit."""
    numbers = _list_wrong(upload).filter(sheet=sheet, row__gt=after).order_by("row").values_list("row", flat=True)
    some = list(numbers.distinct()[: PAGE + 1])
    grid = show_rows(upload, sheet, some[:PAGE])
    more = {"rows": some[:PAGE]}
    tell("upload.rows_read", by=by, now=now, about=f"upload:{upload.id}", more=more)
    return Grid(sheet, grid.columns, grid.rows, some[PAGE - 1] if len(some) > PAGE else None)


def show_rows(upload: Upload, sheet: str, numbers: Sequence[int]) -> Grid:
    """Give some rows of a sheet as they are now, with what is found in their cells."""
    raw = load_sheet(upload, sheet)
    columns = _list_columns(raw.layout)
    findings: dict[int, list[CellFinding]] = {}
    for finding in CellFinding.objects.filter(upload=upload, sheet=sheet, row__in=numbers).order_by("id"):
        findings.setdefault(finding.row or 0, []).append(finding)
    states = {(row.row, row.part): row.state for row in Row.objects.filter(upload=upload, sheet=sheet, row__in=numbers)}
    rows = tuple(
        GridRow(row, part, states.get((row, part), ""), cells, _list_loose(findings.get(row, []), raw.layout))
        for row, part, cells in _show(raw, columns, numbers, findings)
    )
    return Grid(sheet, columns, rows, None)


def list_sheets(upload: Upload) -> Sequence[str]:
    """List the sheets of a file that are lists."""
    return [name for name, layout in load_layouts(upload).items() if layout.kind == "list"]


def _list_wrong(upload: Upload) -> QuerySet[CellFinding]:
    wrong = [code.code for code in list_codes().values() if code.kind in ("wrong", "refused")]
    return CellFinding.objects.filter(upload=upload, code__in=wrong).exclude(row=None)


def _list_columns(layout: SheetLayout) -> tuple[Column, ...]:
    """Give the columns that were understood, one for each field: a name in two columns is mended in the first."""
    found: dict[tuple[str, int], Column] = {}
    for column in sorted(layout.columns, key=lambda column: column.index):
        found.setdefault((column.field, column.slot), column)
    return tuple(found.values())


def _show(
    raw: RawSheet, columns: Sequence[Column], numbers: Sequence[int], findings: Mapping[int, Sequence[CellFinding]]
) -> Iterator[tuple[int, int, tuple[GridCell, ...]]]:
    wanted = set(numbers)
    lines: dict[tuple[int, int], dict[int, dict[str, str | None]]] = {}
    keys = zip(*(raw.rows[name].to_pylist() for name in ("row", "part", "slot")), strict=True)
    places = {at: key for at, key in enumerate(keys) if key[0] in wanted}
    for said, (row, part, slot) in zip(raw.rows.take(list(places)).to_pylist(), places.values(), strict=True):
        lines.setdefault((row, part), {})[slot] = said
    letters = {name_letter(column.index): (column.field, column.slot) for column in raw.layout.columns}
    for (row, part), slots in sorted(lines.items()):
        codes: dict[tuple[str, int], list[str]] = {}
        for finding in findings.get(row, ()):
            if finding.column in letters:
                codes.setdefault(letters[finding.column], []).append(finding.code)
        yield row, part, tuple(_show_cell(column, slots, codes) for column in columns)


def _show_cell(
    column: Column, slots: Mapping[int, Mapping[str, str | None]], codes: Mapping[tuple[str, int], Sequence[str]]
) -> GridCell:
    line = slots.get(column.slot) or (next(iter(slots.values())) if column.slot == 0 else {})
    said = tuple(dict.fromkeys(codes.get((column.field, column.slot), ())))
    grave = any(get_code(code).kind in ("wrong", "refused") for code in said)
    return GridCell(column.field, column.slot, line.get(column.field) or "", said, grave)


def _list_loose(findings: Sequence[CellFinding], layout: SheetLayout) -> tuple[str, ...]:
    """Give what is said of a row, and not of one of its cells."""
    letters = {name_letter(column.index) for column in layout.columns}
    loose = [finding.code for finding in findings if finding.column not in letters]
    return tuple(code for code in dict.fromkeys(loose) if get_code(code).kind in ("wrong", "refused"))


def name_letter(index: int) -> str:
    """Give the letters of a column as a person sees them: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
