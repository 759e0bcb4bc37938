"""Columns of few values come as dictionaries: the rows, the records and the findings are those of columns of text."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_tables import read_one, write_text

from xacthuc.cleaning import clean_batch, gather_evidence
from xacthuc.reading import read_file
from xacthuc.records import CLEAN_SCHEMA, RAW_SCHEMA

HEADINGS = ["Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã", "Huyện", "Tỉnh", "Vắc xin", "Số lô", "Ngày tiêm"]
DOSES = [
    ("AstraZeneca", "CTMAV562", "01/09/2021"), ("Vero Cell", "2021 O7", "31/02/2021"), ("", "", "hoãn"),
    ("nt", "nt", "nt"), ("Pfizer", "FK0592", "2021-09-13"), ("-", "-", "13/9/21"),
]  # fmt: skip
PLACE = ("Xã Hải Minh", "Huyện Hải Hậu", "Tỉnh Nam Định")


def list_people(count: int) -> list[list[str]]:
    return [
        [f"Lê Văn {'ABCDEGH'[n % 7]}n", f"{n % 28 + 1:02}/0{n % 9 + 1}/1980", ("Nam", "Nữ", "")[n % 3],
         f"036080{n:06}", *PLACE, *DOSES[n % len(DOSES)]]
        for n in range(count)
    ]  # fmt: skip


def write(folder: Path, kind: str) -> Path:
    people = list_people(600)
    if kind == "csv":
        people[300] = people[300][:7]
        people[400] = [""] * 10
        return write_text(folder / "list.csv", [["DANH SÁCH"], HEADINGS, *people])
    table = pa.table([pa.array(column, pa.string()) for column in zip(*people, strict=True)], names=HEADINGS)
    if kind == "with nulls":
        table = pa.table([pa.array([c or None for c in column.to_pylist()]) for column in table.columns], HEADINGS)
    pq.write_table(table, folder / "list.parquet", row_group_size=250)
    return folder / "list.parquet"


@pytest.mark.parametrize("kind", ["csv", "parquet", "with nulls"])
def test_dictionaries_change_nothing(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind)
    sheet = next(iter(read_file(path)))
    raw = pa.concat_tables(sheet.batches)
    plain = raw.cast(RAW_SCHEMA)
    assert pa.types.is_dictionary(raw.schema.field("commune").type)
    assert read_one(path)[1] == read_one(path, columnar=False)[1]
    evidence = gather_evidence([raw], sheet.layout)
    assert evidence == gather_evidence([plain], sheet.layout)
    cleaned, expected = (clean_batch(table, sheet.layout, evidence=evidence) for table in (raw, plain))
    assert cleaned.records == expected.records
    assert cleaned.findings == expected.findings
    assert cleaned.findings.num_rows > 100
    distinct = clean_batch(raw, sheet.layout, evidence=evidence, distinct=True)
    assert pa.types.is_dictionary(distinct.records.schema.field("name_key").type)
    assert distinct.records.cast(CLEAN_SCHEMA) == expected.records
    assert distinct.findings == expected.findings
