"""Workbooks (xlsx, xls, ods) as grids, by way of calamine."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from xacthuc.reading.grid import Grid, Merge, Note, build_chunk, get_cell_text
from xacthuc.reading.limits import FileRefused, Limits
from xacthuc.reading.package import PackageFacts, scan_sheet

_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "ods": (".ods",)}  # by which calamine chooses its reader
_CHUNK_ROWS = 20_000  # Python objects of so many rows exist at once


def open_workbook(path: Path, *, facts: PackageFacts, limits: Limits) -> Iterator[Grid]:
    """Give the sheets of a workbook in order; FileRefused if calamine cannot open it.

    A sheet that cannot be read is an empty grid with a note. Not read: charts, macros, drawings, comments.
    """
    book = _load(path, facts.format)
    metadata = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    if not metadata:
        raise FileRefused("no_sheets", file=path.name)
    if len(metadata) > limits.sheets:
        raise FileRefused("too_many_sheets", file=path.name)
    return (
        _open_sheet(book, m.name, path=path, visible=m.visible == SheetVisibleEnum.Visible, facts=facts, limits=limits)
        for m in metadata
    )


def _load(path: Path, format: str) -> CalamineWorkbook:
    try:
        if path.suffix.lower() in _SUFFIXES[format]:
            return CalamineWorkbook.from_path(str(path))
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise FileRefused("file_encrypted", file=path.name) from None
    except (CalamineError, OSError, ValueError):
        raise FileRefused("file_damaged", file=path.name) from None


def _open_sheet(
    book: CalamineWorkbook, name: str, *, path: Path, visible: bool, facts: PackageFacts, limits: Limits
) -> Grid:
    grid = Grid(sheet=name, chunks=iter(()), visible=visible, date_system=facts.date_system)
    try:
        grid.hidden_rows, grid.hidden_columns = _find_hidden(path, name, facts)
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, ValueError, zipfile.BadZipFile, zlib.error, EOFError):
        grid.notes.append(Note("sheet_damaged"))
        return grid
    if sheet.start is None:
        return grid
    width = sheet.end[1] + 1
    if width > limits.columns:
        grid.notes.append(Note("columns_cut"))
        width = limits.columns
    if width * (sheet.end[0] + 1) > limits.cells:
        grid.notes.append(Note("sheet_too_big"))
        return grid
    grid.merges = [Merge(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    grid.chunks = _list_chunks(sheet, width=width)
    return grid


def _find_hidden(path: Path, name: str, facts: PackageFacts) -> tuple[frozenset[int], frozenset[int]]:
    """Give hidden rows and columns; reads the XML of an xlsx sheet once, which proves that it is whole."""
    if name not in facts.parts:
        return facts.hidden_rows.get(name, frozenset()), facts.hidden_columns.get(name, frozenset())
    with zipfile.ZipFile(path) as package:
        return scan_sheet(package, facts.parts[name])


def _list_chunks(sheet: CalamineSheet, *, width: int) -> Iterator[pa.Table]:
    offset: list[str | None] = [None] * sheet.start[1]
    rows: list[list[str | None]] = []
    for values in sheet.iter_rows():
        rows.append(offset + [get_cell_text(v) for v in values])
        if len(rows) == _CHUNK_ROWS:
            yield build_chunk(rows, width=width)
            rows = []
    if rows:
        yield build_chunk(rows, width=width)
