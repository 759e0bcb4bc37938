"""Writers of small files for the tests of reading, and the rows read from them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import xlsxwriter

from xacthuc.reading import DEFAULT, ColumnMap, Limits, SheetReading, read_file

PLACES = ("file", "sheet", "part", "slot")


def write_xlsx(path: Path, *sheets: tuple[str, list[list[Any]]], merges: tuple[str, ...] = (), **options: Any) -> Path:
    """Write sheets of cells; `merges` are ranges of the first sheet whose top left cell is given."""
    with xlsxwriter.Workbook(str(path), options) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if cell not in (None, ""):
                        sheet.write(i, j, cell)
            for area in merges if name == sheets[0][0] else ():
                sheet.merge_range(area, "")
                top = xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[0])
                sheet.write(*top, rows[top[0]][top[1]])
    return path


def write_text(path: Path, rows: list[list[str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Write delimited text."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def read_all(
    path: Path, *, columns: ColumnMap | None = None, limits: Limits = DEFAULT, columnar: bool = True
) -> list[tuple[SheetReading, list[dict[str, Any]]]]:
    """Give every sheet with its RAW rows, nulls left out."""
    found = []
    for reading in read_file(path, columns=columns, limits=limits, columnar=columnar):
        rows = [row for batch in reading.batches for row in batch.to_pylist()]
        found.append((reading, [{k: v for k, v in row.items() if v is not None} for row in rows]))
    return found


def read_one(path: Path, **options: Any) -> tuple[SheetReading, list[dict[str, Any]]]:
    """Give the first sheet that is a list of people."""
    sheets = read_all(path, **options)
    return next((s for s in sheets if s[0].layout.kind == "list"), sheets[0])


def pick(rows: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    """Give some fields of each row."""
    return [tuple(row.get(f) for f in fields) for row in rows]
