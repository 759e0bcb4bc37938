"""Bytes to RAW rows: a path, a column map and limits go in; per sheet a layout, RAW batches and findings come out."""

from xacthuc.reading.column_map import ColumnMap, ColumnMapRefused, load_column_map
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
    "load_column_map",
    "read_file",
]
