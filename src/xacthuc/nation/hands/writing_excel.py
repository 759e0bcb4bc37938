"""Sheets into Excel's two formats: xlsx and the old xls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import Hand

CREATED = datetime(2021, 12, 1, 8, 0, 0)  # written into the files in the place of a clock
FONTS = {"unicode": "Times New Roman", "tcvn3": ".VnTime", "vni": "VNI-Times"}
MAX_ROWS_XLS = 65536


def write_xlsx(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    """Write all sheets as xlsx."""
    options = {"date_1904": hand.date_1904, "strings_to_numbers": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": CREATED})
    styles = _Styles(book)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _fill_page(page, sheet, styles)
        for row in sheet.hidden_rows:
            page.set_row(row, None, None, {"hidden": True})
        for column in sheet.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
        if not sheet.visible:
            page.hide()
    book.close()


class _Styles:
    """The formats of one xlsx, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool, bool, str], Any] = {}

    def get(self, cell: Cell, font: str) -> Any:
        """Give the format of a cell."""
        key = (cell.number_format, cell.border, cell.bold, font)
        if key not in self._made:
            settings: dict[str, Any] = {"font_name": FONTS[font], "border": int(cell.border), "bold": cell.bold}
            if cell.number_format:
                settings["num_format"] = cell.number_format
            self._made[key] = self._book.add_format(settings)
        return self._made[key]


def _fill_page(page: Any, sheet: Sheet, styles: _Styles) -> None:
    for first_row, first_column, last_row, last_column in sheet.merges:
        style = styles.get(sheet.rows[first_row][first_column], sheet.font)
        page.merge_range(first_row, first_column, last_row, last_column, "", style)
    inside = sheet.list_covered()
    for row, column, cell in _cells(sheet):
        if (row, column) not in inside:
            _write_xlsx_cell(page, row, column, cell, styles.get(cell, sheet.font))


def _write_xlsx_cell(page: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    if cell.formula:
        page.write_formula(row, column, f"={cell.formula}", style, cell.value)
    elif isinstance(cell.value, date):
        page.write_datetime(row, column, datetime(cell.value.year, cell.value.month, cell.value.day), style)
    elif isinstance(cell.value, int | float):
        page.write_number(row, column, cell.value, style)
    elif cell.value is not None:
        page.write_string(row, column, cell.value, style)
    elif cell.border:
        page.write_blank(row, column, None, style)


def write_xls(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    """Write all sheets as xls; more rows than the format holds are an assertion."""
    import xlwt  # a tool of development: only who writes old workbooks needs it

    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = hand.date_1904
    styles: dict[tuple[str, str], Any] = {}
    for sheet in sheets:
        assert len(sheet.rows) <= MAX_ROWS_XLS, "an xls holds no more rows"
        page = book.add_sheet(sheet.name)
        page.visibility = 0 if sheet.visible else 1
        merged = {
            (first_row, first_column): (last_row, last_column)
            for first_row, first_column, last_row, last_column in sheet.merges
        }
        inside = sheet.list_covered()
        for row, column, cell in _cells(sheet):
            key = (cell.number_format, sheet.font)
            if key not in styles:
                made = xlwt.XFStyle()
                made.num_format_str = cell.number_format or "General"
                made.font.name = FONTS[sheet.font]
                styles[key] = made
            if (row, column) in merged:
                last_row, last_column = merged[(row, column)]
                page.write_merge(row, last_row, column, last_column, cell.value, styles[key])
            elif (row, column) not in inside and (cell.value is not None or cell.border):
                page.write(row, column, xlwt.Formula(cell.formula) if cell.formula else cell.value, styles[key])
        for row in sheet.hidden_rows:
            page.row(row).hidden = True
        for column in sheet.hidden_columns:
            page.col(column).hidden = True
    book.save(str(path))


def _cells(sheet: Sheet) -> list[tuple[int, int, Cell]]:
    width = max((len(cells) for cells in sheet.rows), default=0)
    listed = [(row, column, cell) for row, cells in enumerate(sheet.rows) for column, cell in enumerate(cells)]
    below = [
        (len(sheet.rows) + row, column, Cell(border=True))
        for row in range(sheet.bordered_below)
        for column in range(width)
    ]
    return listed + below
