"""Workbooks to write on: the clerk's own xlsx with everything in it, or an xlsx copy of the values of other formats."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import python_calamine
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

CELL_LIMIT = 32_767  # characters that a cell of xlsx may hold
TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
ENCODINGS = ("utf-8-sig", "utf-16", "cp1258", "latin-1")
DELIMITERS = ",;\t|"
# What the two libraries raise on damaged, encrypted or unusual files; ParseError is a SyntaxError.
UNREADABLE = (
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    zipfile.BadZipFile,
    InvalidFileException,
    python_calamine.CalamineError,
)


class CannotAnnotate(Exception):
    """The file cannot be opened for writing on it; its findings go to a list instead."""


def open_copy(path: Path, *, sheets: Sequence[str]) -> Workbook:
    """Open an xlsx as it is (formatting, formulas, hidden rows), or give the values of xls, ods, csv as a new workbook.

    `sheets` names the sheets of the layouts: a csv has one, called "". Raises CannotAnnotate. Not kept: charts and
    pictures of an xlsx, which the writing library does not carry over; the looks of other formats.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            return load_workbook(path)
        if path.suffix.lower() in (".csv", ".tsv", ".txt"):
            return _copy_rows({sheets[0] if sheets else "": read_csv_rows(path)})
        book = python_calamine.CalamineWorkbook.from_path(path)
        return _copy_rows({n: book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names})
    except UNREADABLE as error:
        raise CannotAnnotate("this file cannot be opened for writing on it") from error


def read_csv_rows(path: Path) -> list[list[str]]:
    """Give the records of a csv in the first encoding that fits, with the delimiter that its first lines use most."""
    raw = path.read_bytes()
    texts = ENCODINGS if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else tuple(e for e in ENCODINGS if e != "utf-16")
    for encoding in texts:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    head = text[:20_000]
    delimiter = max(DELIMITERS, key=head.count)
    return list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))


def _copy_rows(sheets: dict[str, Iterable[Iterable[Any]]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet: Worksheet = book.create_sheet(name or "Dữ liệu")
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                if value not in ("", None):
                    write_value(sheet.cell(number, column), value)
    return book


def write_value(cell: Cell, value: Any) -> None:
    """Write a value that is never taken for a formula: text stays text, and is marked as text for later editing too."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "DD/MM/YYYY"
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL_LIMIT]
    cell.value = text
    cell.data_type = "s"
    if text.startswith(TRIGGERS):
        cell.quotePrefix = True
