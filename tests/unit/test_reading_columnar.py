"""Damage in the middle of a Parquet file is told and nothing below it is read; what is no damage is not called so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xacthuc.reading import read_file
from xacthuc.reading.columnar import _list_chunks
from xacthuc.reading.grid import Grid

GROUPS, ROWS = 3, 2_000


def write(path: Path, *, checksum: bool) -> Path:
    lots = [f"LO{number:05d}" for number in range(GROUPS * ROWS)]
    names, days = ["Nguyễn Văn An"] * len(lots), ["01/02/1980"] * len(lots)
    table = pa.table({"Họ và tên": names, "Ngày sinh": days, "Số lô": lots})
    options = {"compression": "NONE", "use_dictionary": False, "write_page_checksum": checksum}
    pq.write_table(table, path, row_group_size=ROWS, **options)
    return path


def read(path: Path) -> tuple[int, set[str]]:
    sheet = next(read_file(path))
    rows = sum(batch.num_rows for batch in sheet.batches)
    return rows, {finding.code for finding in sheet.findings}


def test_a_letter_changed_in_the_middle_is_told_where_the_file_has_sums(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", checksum=True)
    assert read(path) == (GROUPS * ROWS, set())
    content = path.read_bytes()
    assert content.count(b"03000") == 1
    path.write_bytes(content.replace(b"03000", b"03333"))
    rows, codes = read(path)
    assert "sheet_damaged" in codes
    assert rows <= ROWS


@pytest.mark.parametrize("checksum", [True, False])
def test_a_middle_that_was_lost_is_told(tmp_path: Path, checksum: bool) -> None:
    path = write(tmp_path / "a.parquet", checksum=checksum)
    content = path.read_bytes()
    third = len(content) // 3
    path.write_bytes(content[:third] + bytes(third) + content[2 * third :])
    rows, codes = read(path)
    assert "sheet_damaged" in codes
    assert rows <= ROWS


def test_memory_that_is_used_up_is_no_damage() -> None:
    def fail() -> Iterator[pa.RecordBatch]:
        raise pa.ArrowMemoryError("malloc of size 9 failed")
        yield

    grid = Grid(sheet="", chunks=iter(()))
    with pytest.raises(MemoryError):
        list(_list_chunks(fail(), grid))
    assert grid.notes == []
