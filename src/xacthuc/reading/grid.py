"""A sheet as a grid of text, before anything is understood of it: what every format is brought to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

import pyarrow as pa

Row = list[str | None]

DICTIONARY = pa.dictionary(pa.int32(), pa.string())  # how a column of few values may come, each of them once


@dataclass(frozen=True)
class Merge:
    """A merged range of cells, all counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Note:
    """A finding code with its place in a sheet, to become a finding."""

    code: str
    row: int | None = None
    column: int | None = None
    field: str = "sheet"


@dataclass
class Grid:
    """One sheet: its chunks are tables of text columns "0", "1" ... of equal width, rows in order, none left out.

    A column of few values may be a DICTIONARY of its texts, none of them empty. A blank row is a row of nulls.
    `headings` stands where the format itself names the columns (Parquet).
    `notes` may grow while the chunks are read.
    """

    sheet: str
    chunks: Iterator[pa.Table]
    visible: bool = True
    merges: Sequence[Merge] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    date_system: Literal[1900, 1904] = 1900
    headings: tuple[str, ...] | None = None
    notes: list[Note] = field(default_factory=list)
    head: pa.Table | None = None  # the first rows of the sheet, where the chunks begin further down
    first_row: int = 0  # rows above the first chunk


def get_cell_text(value: object) -> str | None:
    """Give a cell as text: true dates ISO, whole numbers without ".0", white space alone as None.

    Not checked: whether a number was meant as a date.
    """
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return None if value is None else str(value)


def get_column_letter(index: int) -> str:
    """Give the letter of a column as a spreadsheet shows it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def build_chunk(rows: Sequence[Sequence[str | None]], *, width: int) -> pa.Table:
    """Give rows of text as a chunk of `width` columns; short rows are filled with null, long ones cut."""
    filled = [[*row, *([None] * (width - len(row)))] if len(row) < width else row for row in rows]
    columns = list(zip(*filled, strict=False)) if filled else [()] * width
    arrays = [pa.array(columns[i], pa.string()) for i in range(width)]
    return pa.table(arrays, names=[str(i) for i in range(width)])


def list_rows(chunk: pa.Table, indices: Sequence[int] | None = None) -> list[Row]:
    """Give rows of a chunk as Python lists, all or those at `indices`."""
    part = chunk if indices is None else chunk.take(pa.array(indices, pa.int64()))
    columns = [c.to_pylist() for c in part.columns]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(part.num_rows)]


def shift_row(row: Row, by: int) -> Row:
    """Give a row of lists side by side as it is for the list `by` columns to the right."""
    return [*row[by:], *([None] * min(by, len(row)))]


def get_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give a column as texts that may be a dictionary of them."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def join_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """Give tables of the same columns one below the other; a column that is a dictionary in one is so in all."""
    kinds = [{column.type for column in columns} for columns in zip(*(t.columns for t in tables), strict=True)]
    if all(len(kind) == 1 for kind in kinds):
        return pa.concat_tables(tables) if len(tables) > 1 else tables[0]
    mixed = [n for n, kind in enumerate(kinds) if len(kind) > 1]
    return pa.concat_tables([_encode_columns(table, mixed) for table in tables])


def _encode_columns(table: pa.Table, columns: Sequence[int]) -> pa.Table:
    for n in columns:
        column, field = table.column(n), table.schema.field(n)
        if column.type != DICTIONARY:
            table = table.set_column(n, field.with_type(DICTIONARY), column.dictionary_encode())
    return table
