"""Bytes to RAW rows: a path, a column map and limits go in; per sheet a layout, RAW batches and findings come out.

    for sheet in read_file(path, columns=..., limits=...):
        for raw in sheet.batches:  # Arrow tables in RAW_SCHEMA of some 200,000 rows, in the order of the rows
            ...
        sheet.layout                       # what was understood; its counts are whole when the batches have ended
        sheet.findings                     # likewise
        sheet.row_kinds                    # a letter for each row: d data, h heading, b blank, t total

Use up the batches of a sheet before asking for the next; what is left over is read and counted then. A file that cannot
be read as a whole raises FileRefused (with a finding code) from `read_file` itself; a sheet that cannot be read comes
with a finding of kind refused. No value is interpreted, and none is in a finding.

A file goes: `file_kind` (what it is, or why not) -> `workbooks`, `sheet_xml`, `delimited`, `columnar`, `web_pages`
(grids of text) -> `header`, `heading_columns`, `content` (a plan of the columns) -> `titles`, `row_kinds`, `people`
(row by row) and `batches` (regular rows, in columns), put together by `sheet`.
"""

from xacthuc.reading.column_map import ColumnMap, ColumnMapRefused, load_column_map
from xacthuc.reading.columnar import Slice, list_slices
from xacthuc.reading.limits import DEFAULT, FileRefused, Limits
from xacthuc.reading.read import read_file
from xacthuc.reading.sheet import SheetReading

__all__ = [
    "DEFAULT",
    "ColumnMap",
    "ColumnMapRefused",
    "FileRefused",
    "Limits",
    "SheetReading",
    "Slice",
    "list_slices",
    "load_column_map",
    "read_file",
]
