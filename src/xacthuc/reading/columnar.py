"""Parquet files as one grid: the names of the columns are the headings, each record is a row from 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.reading.grid import DICTIONARY, Grid, Note
from xacthuc.reading.limits import FileRefused, Limits

SLICE_ROWS = 200_000  # the least that one worker reads at a time: a batch of reading

_BATCH = 100_000
_HEAD = 1_000  # rows that are ample to understand the columns
_MOST_BYTES = 4  # that a cell takes on average in a column of few values: they stand once, and a number for each cell


@dataclass(frozen=True)
class Slice:
    """Some row groups of a Parquet file, one after the other: `rows` rows below the `first` ones."""

    groups: tuple[int, ...]
    first: int
    rows: int


def list_slices(path: Path) -> list[Slice]:
    """Divide a Parquet file between its row groups into slices of at least SLICE_ROWS rows, the last one excepted.

    Not checked: whether the file can be read; a file that is no Parquet file has no slices.
    """
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return []
    slices: list[Slice] = []
    groups: list[int] = []
    first = rows = 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        rows += metadata.row_group(group).num_rows
        if rows >= SLICE_ROWS or group + 1 == metadata.num_row_groups:
            slices.append(Slice(tuple(groups), first, rows))
            first, rows, groups = first + rows, 0, []
    return slices


def open_columnar(path: Path, *, limits: Limits, part: Slice | None = None) -> Iterator[Grid]:
    """Give a Parquet file, or a slice of it, as one grid; FileRefused if it is damaged, encrypted or too wide.

    Columns of lists or records are no cells: they come as null, with a note.
    """
    try:
        repeated = _list_repeated(path)
        # Sums of the pages are held against them where whoever wrote the file gave any.
        file = pq.ParquetFile(path, memory_map=False, read_dictionary=repeated, page_checksum_verification=True)
    except MemoryError:  # Arrow's is an ArrowException, too, and says nothing about the file
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        code = "file_encrypted" if "ncrypt" in str(error) else "file_damaged"
        raise FileRefused(code, file=path.name) from None
    schema = file.schema_arrow
    if len(schema) > limits.columns:
        raise FileRefused("too_many_columns", file=path.name)
    if file.metadata.num_rows > limits.rows:
        raise FileRefused("too_many_rows", file=path.name)
    grid = Grid(sheet="", chunks=iter(()), headings=tuple(schema.names))
    grid.notes.extend(Note("column_nested", column=i) for i, f in enumerate(schema) if pa.types.is_nested(f.type))
    if part is None:
        grid.chunks = _list_chunks(file.iter_batches(batch_size=_BATCH), grid)
    else:
        grid.head = next(_list_chunks(file.iter_batches(batch_size=_HEAD), grid), None)
        grid.first_row = part.first
        grid.chunks = _list_chunks(file.iter_batches(batch_size=_BATCH, row_groups=list(part.groups)), grid)
    return iter((grid,))


def _list_repeated(path: Path) -> list[str]:
    """Give the columns of texts that hold few values again and again, by the size of the first piece of the file."""
    metadata = pq.read_metadata(path)
    if not metadata.num_row_groups:
        return []
    first = metadata.row_group(0)
    columns = [first.column(i) for i in range(first.num_columns)]
    return [
        c.path_in_schema
        for c in columns
        if c.physical_type == "BYTE_ARRAY"
        and "RLE_DICTIONARY" in c.encodings
        and c.total_uncompressed_size <= _MOST_BYTES * c.num_values
    ]


def _list_chunks(batches: Iterator[pa.RecordBatch], grid: Grid) -> Iterator[pa.Table]:
    try:
        for batch in batches:
            batch.validate(full=True)  # text that is no UTF-8 would raise much later
            yield pa.table([_get_text(c) for c in batch.columns], names=[str(i) for i in range(batch.num_columns)])
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        grid.notes.append(Note("sheet_damaged"))


def _get_text(column: pa.Array) -> pa.Array:
    """Give a column as text in the manner of `get_cell_text`, or as a dictionary of texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        if _is_plain(column.dictionary) and len(column.dictionary) <= len(column):
            return column.cast(DICTIONARY)
        return _get_text(column.dictionary_decode())
    if pa.types.is_nested(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([None if v is None else v.decode("utf-8", "replace") for v in column.to_pylist()], pa.string())
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    if pa.types.is_floating(kind):
        return _get_number_text(column)
    if pa.types.is_timestamp(kind):
        return _get_moment_text(column)
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _is_plain(texts: pa.Array) -> bool:
    return bool(pa.types.is_string(texts.type) and texts.null_count == 0 and texts.index("").as_py() < 0)


def _get_number_text(column: pa.Array) -> pa.Array:
    wide = column.cast(pa.float64())
    whole = pc.and_(pc.equal(wide, pc.floor(wide)), pc.less(pc.abs(wide), 2.0**53))
    integers = pc.if_else(whole, wide, None).cast(pa.int64()).cast(pa.string())
    text = pc.if_else(pc.is_nan(wide), None, wide.cast(pa.string()))
    return pc.if_else(pc.fill_null(whole, False), integers, text)


def _get_moment_text(column: pa.Array) -> pa.Array:
    seconds = column.cast(pa.timestamp("s"), safe=False)
    days = seconds.cast(pa.date32(), safe=False)
    midnight = pc.equal(days.cast(pa.timestamp("s")), seconds)
    return pc.if_else(midnight, days.cast(pa.string()), pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S"))
