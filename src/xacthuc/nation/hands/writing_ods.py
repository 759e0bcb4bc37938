"""Sheets into an OpenDocument spreadsheet, written plainly: a zip of XML, the same bytes for the same sheets."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.writing_csv import show

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
    '<number:month number:style="long"/><number:text>/</number:text>'
    '<number:year number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="dmy"/>'
    '<style:style style:name="hidden" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
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


def write_ods(path: Path, sheets: Sequence[Sheet], _hand: Hand) -> None:
    """Write all sheets."""
    with zipfile.ZipFile(path, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        files = {
            "mimetype": kind,
            "META-INF/manifest.xml": _MANIFEST,
            "content.xml": _ods_content(sheets),
            "styles.xml": _STYLES,
        }
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (2021, 12, 1, 8, 0, 0))
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
        inside = sheet.list_covered()
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
