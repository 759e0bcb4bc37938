"""Cleaning a column of names: shapes, findings, and the same answers as cell by cell. All names are made up."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.names import clean_name, clean_names

WRITTEN = [
    "Nguyễn Thị Đào", None, "LÊ  VĂN HOÀ", "Hương, Phạm Thị", "Phan V. Hiếu", "NGUYEN THI HOA", "Lan", "",
    "036095020263",    "Lê Thị Hoa (Bé Sáu)", "Hồ Lê Thị Thu", "Nguyễn Thị Đào", " Lê Lan ", "V. Hiếu Lê", "Lê Thị T",
    "Anh Lê Thị Thu", "Không Có", "Danh Lê Hoa", "Lê\u00a0Thị\u00a0Hoa", "LE\u00a0THI \u00a0HOA\u00a0",
    "LÃ\u00a0VĂN HÒA", "Lê\u00a0Thị\u00a0Hoa\u0301", "Lê\u00a0Hoa, Trần", "\u00a0",
]  # fmt: skip


@pytest.fixture(
    params=["plain", "chunked", "dictionary", "large", "sliced"],
)
def column(request: pytest.FixtureRequest) -> pa.Array | pa.ChunkedArray:
    plain = pa.array(WRITTEN, pa.string())
    return {
        "plain": plain,
        "chunked": pa.chunked_array([plain[:5], plain[5:]]),
        "dictionary": plain.dictionary_encode(),
        "large": plain.cast(pa.large_string()),
        "sliced": pa.array(["Lê", *WRITTEN], pa.string())[1:],
    }[request.param]


def test_a_column_is_its_cells(column: pa.Array | pa.ChunkedArray) -> None:
    names = clean_names(column)
    for row, written in enumerate(WRITTEN):
        cell = clean_name(written)
        got = (names.name[row].as_py(), names.name_key[row].as_py(), names.name_fold[row].as_py())
        assert got == (cell.name, cell.key, cell.fold)
        assert names.get_findings(row) == cell.findings


def test_findings_by_code() -> None:
    names = clean_names(pa.array(["LÊ LAN", "Lê Lan", None, "lê  lan"]))
    assert {code: rows.tolist() for code, rows in names.list_findings().items()} == {
        "name_spaces": [3],
        "name_case": [0, 3],
    }
    assert [column.to_pylist() for column in names.list_code_columns()] == [
        [None, None, None, "name_spaces"],
        ["name_case", None, None, "name_case"],
    ]


@pytest.mark.parametrize("column", [pa.array([], pa.string()), pa.array([None, None], pa.string()), pa.nulls(2)])
def test_no_names(column: pa.Array) -> None:
    names = clean_names(column)
    assert names.name.to_pylist() == [None] * len(column)
    assert names.list_findings() == {}


def test_the_encoding_of_the_column_is_used() -> None:
    assert clean_names(pa.array(["Vò Lan", "Lan Anh"]), encoding="tcvn3").name.to_pylist() == ["Vũ Lan", "Lan Anh"]
