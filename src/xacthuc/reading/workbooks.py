"""Workbooks (xlsx, xls, ods) as grids, by way of calamine."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from xacthuc.reading.cell_values import open_values
from xacthuc.reading.grid import Grid, Merge, Note, build_chunk, get_cell_text
from xacthuc.reading.limits import FileRefused, Limits
from xacthuc.reading.package import PackageFacts, SheetFacts, scan_sheet
from xacthuc.reading.sheet_xml import BigSheet, SheetCut

_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "ods": (".ods",)}  # by which calamine chooses its reader
_CHUNK_ROWS = 20_000  # Python objects of so many rows exist at once


def open_workbook(path: Path, *, facts: PackageFacts, limits: Limits) -> Iterator[Grid]:
    """Give the sheets of a workbook in order; FileRefused if calamine cannot open it.

    A sheet that cannot be read is an empty grid with a note. Not read: charts, macros, drawings, comments.
    """
    big = [name for name, size in facts.sizes.items() if size > limits.calamine_bytes]
    if big and len(big) == len(facts.sizes):  # calamine would hold all shared strings beside ours
        grids = [Grid(name, iter(()), visible=name not in facts.invisible) for name in big]
        return (_open_big(grid, path=path, facts=facts, limits=limits) for grid in grids)
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
        with _no_panic():
            if path.suffix.lower() in _SUFFIXES[format]:
                return CalamineWorkbook.from_path(str(path))
            with path.open("rb") as file:
                return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise FileRefused("file_encrypted", file=path.name) from None
    except (CalamineError, OSError, ValueError):
        raise FileRefused("file_damaged", file=path.name) from None


@contextmanager
def _no_panic() -> Iterator[None]:
    """Turn a panic of calamine, which is no Exception, into a ValueError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError("calamine gave up") from None
        raise


def _open_sheet(
    book: CalamineWorkbook, name: str, *, path: Path, visible: bool, facts: PackageFacts, limits: Limits
) -> Grid:
    grid = Grid(sheet=name, chunks=iter(()), visible=visible, date_system=facts.date_system)
    if facts.sizes.get(name, 0) > limits.calamine_bytes:
        return _open_big(grid, path=path, facts=facts, limits=limits)
    try:
        found = _find_facts(path, name, facts)
        grid.hidden_rows, grid.hidden_columns = found.hidden_rows, found.hidden_columns
        if found.cells > limits.calamine_cells and name in facts.parts:  # a stray cell far away
            return _open_big(grid, path=path, facts=facts, limits=limits)
        with _no_panic():
            sheet = book.get_sheet_by_name(name)
    except (
        CalamineError,
        ValueError,
        NotImplementedError,  # zipfile: a method of compression it does not know
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ):
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
    merged = [Merge(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    grid.merges = merged or facts.merges.get(name, [])
    grid.chunks = _list_chunks(sheet, width=width)
    return grid


def _open_big(grid: Grid, *, path: Path, facts: PackageFacts, limits: Limits) -> Grid:
    """Give a sheet that calamine would need gigabytes for."""
    grid.date_system = facts.date_system
    grid.chunks = _list_big_chunks(grid, path=path, part=facts.parts[grid.sheet], limits=limits)
    return grid


def _list_big_chunks(grid: Grid, *, path: Path, part: str, limits: Limits) -> Iterator[pa.Table]:
    with zipfile.ZipFile(path) as package:
        try:
            sheet = BigSheet(package, part, open_values(package, date_system=grid.date_system), limits.columns)
            yield from sheet.list_chunks()
        except (
            SheetCut,
            ValueError,
            NotImplementedError,  # zipfile: a method of compression it does not know
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ElementTree.ParseError,
            LookupError,
        ):
            grid.notes.append(Note("sheet_damaged"))
            return
    hidden = sorted(sheet.hidden_rows - grid.hidden_rows)
    grid.notes.extend(Note("row_hidden", row=r + 1, field="row") for r in hidden)
    grid.notes.extend(
        Note(code) for code, so in (("columns_cut", sheet.cut), ("merges_not_filled", sheet.merged)) if so
    )


def _find_facts(path: Path, name: str, facts: PackageFacts) -> SheetFacts:
    """Give hidden parts and size; reads the XML of an xlsx sheet once, which proves that it is whole."""
    if name not in facts.parts:
        return SheetFacts(facts.hidden_rows.get(name, frozenset()), facts.hidden_columns.get(name, frozenset()), 0)
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
