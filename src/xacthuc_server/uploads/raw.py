"""Rows as they were written, beside what cleaning made of them: kept of files that people mend cell by cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.engines import writing
from xacthuc.reading import read_file
from xacthuc.records import RAW_FIELDS, RAW_SCHEMA, SheetLayout
from xacthuc.runs.intake import Source, load_source
from xacthuc_server.uploads.limits import SHOWN_ROWS
from xacthuc_server.uploads.models import Mend, Upload
from xacthuc_server.uploads.storing import find_file, find_read

RAW = "raw.parquet"

Address = tuple[int, int, int]  # row, part, slot


@dataclass(frozen=True)
class RawSheet:
    """A sheet as it was written, with what was mended since, and what reading understood of it."""

    rows: pa.Table
    layout: SheetLayout


def keep_rows(upload: Upload, source: Source) -> None:
    """Keep the rows of a file as they were written, unless nobody could mend so many by hand."""
    target = find_read(upload.id) / RAW
    if source.rows > SHOWN_ROWS or target.exists():
        return
    with writing(target) as unfinished, pq.ParquetWriter(unfinished, RAW_SCHEMA, compression="zstd") as writer:
        for sheet in read_file(find_file(upload.id, upload.name)):
            for batch in sheet.batches:
                writer.write_table(pa.table({name: batch[name] for name in RAW_SCHEMA.names}).cast(RAW_SCHEMA))


def has_rows(upload: Upload) -> bool:
    """Tell whether the rows of a file were kept."""
    return (find_read(upload.id) / RAW).exists()


def load_layouts(upload: Upload) -> Mapping[str, SheetLayout]:
    """Give what reading understood of each sheet."""
    folder = find_read(upload.id) / "work" / "claims"
    [summary] = folder.glob("*.json")
    source = load_source(json.loads(summary.read_text(encoding="utf-8")))
    return {layout.sheet: layout for layout in source.layouts}


def load_sheet(upload: Upload, sheet: str) -> RawSheet:
    """Give a sheet as it was written, mended cells in place; one that has no list is a KeyError."""
    layout = load_layouts(upload)[sheet]
    rows = pq.read_table(find_read(upload.id) / RAW, filters=pc.field("sheet") == sheet)
    return RawSheet(_mend(rows, upload, sheet), layout)


def _mend(rows: pa.Table, upload: Upload, sheet: str) -> pa.Table:
    mends = list(Mend.objects.filter(upload=upload, sheet=sheet).order_by("id"))
    if not mends:
        return rows
    addresses: dict[tuple[int, int], list[tuple[int, int]]] = {}
    keys = (rows[name].to_pylist() for name in ("row", "part", "slot"))
    for at, (row, part, slot) in enumerate(zip(*keys, strict=True)):
        addresses.setdefault((row, part), []).append((slot, at))
    changed: dict[str, dict[int, str | None]] = {}
    for mend in mends:
        for slot, at in addresses.get((mend.row, mend.part), []):
            if mend.slot in (0, slot):
                changed.setdefault(mend.field, {})[at] = mend.value or None
    for field, values in changed.items():
        rows = replace_values(rows, field, values)
    return rows


def replace_values(rows: pa.Table, field: str, values: Mapping[int, str | None]) -> pa.Table:
    """Give rows with other values of a field, by their places."""
    assert field in RAW_FIELDS
    column = rows[field].to_pylist()
    for at, value in values.items():
        column[at] = value
    return rows.set_column(rows.schema.get_field_index(field), field, pa.array(column, pa.string()))
