"""Sheets into files: xlsx, xls, ods and csv, the same bytes for the same sheets."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import CsvHabit, Hand

CREATED = datetime(2021, 12, 1, 8, 0, 0)  # written into the files in the place of a clock
FONTS = {"unicode": "Times New Roman", "tcvn3": ".VnTime", "vni": "VNI-Times"}
MAX_ROWS_XLS = 65536


def write_workbook(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    """Write one workbook in the format of the hand; of a csv only the first sheet."""
    writers: dict[str, Callable[[Path, Sequence[Sheet], Hand], None]] = {
        "xlsx": _write_xlsx, "xls": _write_xls, "ods": _write_ods, "csv": _write_csv,
    }  # fmt: skip
    writers[hand.form](path, sheets, hand)


def show(cell: Cell) -> str:
    """Give the text of a cell as a spreadsheet program saves it into a csv."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, date):
        shown = {"yyyy-mm-dd": "%Y-%m-%d", "dd-mmm-yy": "%d-%b-%y", "m/d/yyyy": "%m/%d/%Y"}.get(
            cell.number_format, "%d/%m/%Y"
        )
        return cell.value.strftime(shown)
    return str(cell.value)


def to_cp1258(text: str) -> bytes:
    """Encode in Windows-1258, whose tones are marks of their own."""
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            parts.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base, tone = unicodedata.normalize("NFD", letter)[:-1], unicodedata.normalize("NFD", letter)[-1:]
            marks = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones))
            tone = "".join(tones)
            parts.append((base + tone).encode("cp1258", errors="replace"))
    return b"".join(parts)


def _write_xlsx(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"date_1904": hand.date_1904, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": CREATED})
    formats: dict[tuple[str, bool, bool, str], object] = {}

    def style(cell: Cell, font: str) -> object:
        key = (cell.number_format, cell.border, cell.bold, font)
        if key not in formats:
            settings: dict[str, object] = {"font_name": FONTS[font], "border": int(cell.border), "bold": cell.bold}
            if cell.number_format:
                settings["num_format"] = cell.number_format
            formats[key] = book.add_format(settings)
        return formats[key]

    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        if not sheet.visible:
            page.hide()
        inside = _covered(sheet)
        for first_row, first_column, last_row, last_column in sheet.merges:
            cell = sheet.rows[first_row][first_column]
            page.merge_range(first_row, first_column, last_row, last_column, "", style(cell, sheet.font))
        for row, column, cell in _cells(sheet):
            if (row, column) not in inside:
                _write_xlsx_cell(page, row, column, cell, style(cell, sheet.font))
        for row in sheet.hidden_rows:
            page.set_row(row, None, None, {"hidden": True})
        for column in sheet.hidden_columns:
            page.set_column(column, column, None, None, {"hidden": True})
    if sheets and not sheets[0].visible:
        next(page for page, sheet in zip(book.worksheets(), sheets, strict=True) if sheet.visible).activate()
    book.close()


def _write_xlsx_cell(page: object, row: int, column: int, cell: Cell, style: object) -> None:
    write = {name: getattr(page, f"write_{name}") for name in ("formula", "datetime", "number", "string", "blank")}
    if cell.formula:
        write["formula"](row, column, f"={cell.formula}", style, cell.value)
    elif isinstance(cell.value, date):
        write["datetime"](row, column, datetime(cell.value.year, cell.value.month, cell.value.day), style)
    elif isinstance(cell.value, int | float):
        write["number"](row, column, cell.value, style)
    elif cell.value is not None:
        write["string"](row, column, cell.value, style)
    elif cell.border:
        write["blank"](row, column, None, style)


def _write_xls(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    import xlwt  # a tool of development: only who writes old workbooks needs it

    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = hand.date_1904
    styles: dict[tuple[str, str], object] = {}
    for sheet in sheets:
        assert len(sheet.rows) <= MAX_ROWS_XLS, "an xls holds no more rows"
        page = book.add_sheet(sheet.name)
        page.visibility = 0 if sheet.visible else 1
        merged = {
            (first_row, first_column): (last_row, last_column)
            for first_row, first_column, last_row, last_column in sheet.merges
        }
        inside = _covered(sheet)
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


def _write_csv(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    habit, buffer = hand.csv, io.StringIO()
    writer = csv.writer(buffer, delimiter=habit.delimiter, lineterminator="\r\n")
    width = max((len(cells) for cells in sheets[0].rows), default=0)
    for cells in sheets[0].rows:
        texts = [show(cell) for cell in cells]
        writer.writerow(texts + [""] * (width - len(texts)))
    path.write_bytes(_encode(buffer.getvalue(), habit))


def _encode(text: str, habit: CsvHabit) -> bytes:
    if habit.encoding == "cp1258":
        return to_cp1258(text)
    if habit.encoding == "utf-16":
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode(habit.encoding)


def _write_ods(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    del hand
    with zipfile.ZipFile(path, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        files = {
            "mimetype": kind,
            "META-INF/manifest.xml": _MANIFEST,
            "content.xml": _ods_content(sheets),
            "styles.xml": _STYLES,
        }
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)


def _ods_content(sheets: Sequence[Sheet]) -> str:
    parts = [_CONTENT_HEAD]
    for sheet in sheets:
        look = "" if sheet.visible else ' table:style-name="hidden"'
        parts.append(f"<table:table table:name={quoteattr(sheet.name)}{look}>")
        merged = {
            (first_row, first_column): (last_row, last_column)
            for first_row, first_column, last_row, last_column in sheet.merges
        }
        inside = _covered(sheet)
        width = max((len(cells) for cells in sheet.rows), default=1) or 1
        for column in range(width):
            parts.append(f"<table:table-column{_collapsed(column in sheet.hidden_columns)}/>")
        for row, cells in enumerate(sheet.rows or [[]]):
            parts.append(f"<table:table-row{_collapsed(row in sheet.hidden_rows)}>")
            for column in range(width):
                cell = cells[column] if column < len(cells) else Cell()
                spans = ""
                if (row, column) in merged:
                    last_row, last_column = merged[(row, column)]
                    spans = (
                        f' table:number-rows-spanned="{last_row - row + 1}"'
                        f' table:number-columns-spanned="{last_column - column + 1}"'
                    )
                parts.append("<table:covered-table-cell/>" if (row, column) in inside else _ods_cell(cell, spans))
            parts.append("</table:table-row>")
        parts.append("</table:table>")
    return "".join(parts) + "</office:spreadsheet></office:body></office:document-content>"


def _collapsed(hidden: bool) -> str:
    return ' table:visibility="collapse"' if hidden else ""


def _ods_cell(cell: Cell, spans: str) -> str:
    if cell.value is None:
        return f"<table:table-cell{spans}/>"
    text = "".join(f"<text:p>{escape(line).replace('  ', ' <text:s/>')}</text:p>" for line in show(cell).split("\n"))
    if isinstance(cell.value, date):
        kind = f' table:style-name="date" office:value-type="date" office:date-value="{cell.value.isoformat()}"'
    elif isinstance(cell.value, int | float):
        kind = f' office:value-type="float" office:value="{cell.value}"'
    else:
        kind = (
            f' office:value-type="string" office:string-value={quoteattr(cell.value)}'
            if "\n" not in cell.value
            else ' office:value-type="string"'
        )
    formula = f' table:formula="of:={cell.formula}"' if cell.formula else ""
    return f"<table:table-cell{spans}{formula}{kind}>{text}</table:table-cell>"


def _cells(sheet: Sheet) -> list[tuple[int, int, Cell]]:
    width = max((len(cells) for cells in sheet.rows), default=0)
    listed = [(row, column, cell) for row, cells in enumerate(sheet.rows) for column, cell in enumerate(cells)]
    below = [
        (len(sheet.rows) + row, column, Cell(border=True))
        for row in range(sheet.bordered_below)
        for column in range(width)
    ]
    return listed + below


def _covered(sheet: Sheet) -> set[tuple[int, int]]:
    return {
        (row, column)
        for first_row, first_column, last_row, last_column in sheet.merges
        for row in range(first_row, last_row + 1)
        for column in range(first_column, last_column + 1)
        if (row, column) != (first_row, first_column)
    }


_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
    'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.2"'
)
_CONTENT_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}><office:automatic-styles>'
    '<number:date-style style:name="dmy"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="dmy"/>'
    '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
_STYLES = f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_SPACES}/>'
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
