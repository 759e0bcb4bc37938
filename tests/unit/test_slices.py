"""Slices of a Parquet file taken in by workers give what one process gives, or leave the file to one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from village import DOSE, HEADINGS, note_person
from xacthuc.nation import build_nation
from xacthuc.reading import columnar
from xacthuc.runs.identifiers import count_repeated, settle_records
from xacthuc.runs.intake import Source, take_in

P = TypeVar("P")
A = TypeVar("A")
ROWS = 12  # of one slice


def spread_here(work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
    """Do the work as workers would, each part twice: one of them was lost after it had finished."""
    return [(work(part), work(part))[1] for part in parts]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "SLICE_ROWS", ROWS)


def list_people(count: int) -> list[dict[str, Any]]:
    """Give rows of a list of people, each with one dose."""
    dose = dict(zip(DOSE, ("1", "AstraZeneca", "CTMAV562", "01/09/2021"), strict=True))
    return [dict(zip(HEADINGS, note_person(n % 9), strict=True)) | dose for n in range(count)]


def write(rows: list[dict[str, Any]], path: Path) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = pa.schema([(name, pa.string()) for name in names])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=ROWS // 2)
    return path


def take(path: Path, folder: Path, **options: Any) -> tuple[Source, list[dict[str, Any]], list[str], int]:
    """Take a file in; gives the source, its rows in their order, its findings in an order of their own, its files."""
    source = take_in(path, folder=folder, number="claim", first=5, threads=1, **options)
    settle_records(folder, [source])
    files = sorted((folder / "rows").iterdir())
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    findings = sorted(map(str, pq.read_table(folder / "findings").to_pylist()))
    assert {path.name for path in folder.iterdir()} == {"rows", "findings", "000000000005.json"}
    return source, rows, findings, len(files)


def compare(path: Path, folder: Path) -> int:
    """Check that slices give what the whole gives; gives the number of files they came in."""
    whole = take(path, folder / "whole")
    sliced = take(path, folder / "sliced", spread=spread_here)
    assert sliced[:3] == whole[:3]
    assert [row["claim"] for row in sliced[1]] == list(range(5, 5 + sliced[0].rows))
    return sliced[3]


def change(rows: list[dict[str, Any]], at: int, **cells: str | None) -> list[dict[str, Any]]:
    return [*rows[:at], {**rows[at], **cells}, *rows[at + 1 :]]


def turn(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows with the cells of each in the opposite order under the same headings."""
    return [dict(zip(row, reversed(row.values()), strict=True)) for row in rows]


NAME, NUMBER = HEADINGS[0], HEADINGS[3]
NOTHING: dict[str, str | None] = dict.fromkeys((*HEADINGS, *DOSE))
PEOPLE = list_people(5 * ROWS)
OTHER_DOSE = {"Vắc xin mũi 2": "AstraZeneca", "Số lô mũi 2": "CTMAV563", "Ngày tiêm mũi 2": "01/12/2021"}
SIGNED = {**NOTHING, NAME: "Người lập danh sách"}
TOP = 2 * ROWS  # the first row of a slice
SHARED = {
    "as always": PEOPLE,
    "blank rows": [*PEOPLE[:20], *[NOTHING] * 30, *PEOPLE[20:], NOTHING],
    "nothing but blank rows in the last slice": [*PEOPLE, *[NOTHING] * ROWS],
    "two people in a row": change(PEOPLE, 15, **{NAME: f"{PEOPLE[15][NAME]} / {PEOPLE[16][NAME]}", NUMBER: "1 / 2"}),
    "some with a second dose": [row | OTHER_DOSE if n % 3 else row for n, row in enumerate(PEOPLE)],
    "a ditto mark below a person": change(PEOPLE, TOP + 1, **{NUMBER: '"'}),
    "a person of an odd form first": change(PEOPLE, TOP, **{NAME: "A; B", NUMBER: None, HEADINGS[1]: None}),
    "a signature between people": [*PEOPLE[: TOP + 3], SIGNED, *PEOPLE[TOP + 3 :]],
    "own ids that stand twice": [{"record": str(n % 17), **row} for n, row in enumerate(PEOPLE)],
}
TOGETHER = {
    "a ditto mark first": change(PEOPLE, TOP, **{NUMBER: '"'}),
    "a sub-heading for all below": [*PEOPLE[:15], {**NOTHING, NAME: "Thôn Đông Hải"}, *PEOPLE[15:]],
    "a signature first": [*PEOPLE[:TOP], SIGNED, *PEOPLE[TOP:]],
    "a signature last": [*PEOPLE[: TOP - 1], SIGNED, *PEOPLE[TOP - 1 :]],
    "another table": [*PEOPLE[:15], *turn([dict(zip(PEOPLE[0], PEOPLE[0], strict=True)), *PEOPLE[15:]])],
}


@pytest.mark.parametrize("rows", SHARED.values(), ids=SHARED)
def test_slices_give_what_the_whole_gives(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    assert compare(write(rows, tmp_path / "list.parquet"), tmp_path) == len(rows) // ROWS + bool(len(rows) % ROWS) + 1


@pytest.mark.parametrize("rows", TOGETHER.values(), ids=TOGETHER)
def test_rows_that_hang_together_are_read_by_one(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    assert compare(write(rows, tmp_path / "list.parquet"), tmp_path) == 1


def test_slices_of_a_nation_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "SLICE_ROWS", 300)
    build_nation(tmp_path / "nation", people=2_000, doses=1_200, seed=4711)
    for name in ("claims", "register"):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pq.read_table(tmp_path / "nation" / path.name), path, row_group_size=100)
        assert compare(path, tmp_path / name) > 3


def test_what_is_said_of_a_file_is_said_once(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(PEOPLE).append_column("tags", pa.array([["a"]] * len(PEOPLE)))
    pq.write_table(table, tmp_path / "list.parquet", row_group_size=ROWS)
    compare(tmp_path / "list.parquet", tmp_path)


def test_damaged_part_is_said_as_always(tmp_path: Path) -> None:
    path = write(PEOPLE, tmp_path / "list.parquet")
    chunk = pq.read_metadata(path).row_group(6).column(0)
    content = bytearray(path.read_bytes())
    begin = chunk.dictionary_page_offset or chunk.data_page_offset
    content[begin : begin + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(content)
    assert compare(path, tmp_path) == 1
    assert "sheet_damaged" in str(take(path, tmp_path / "again", spread=spread_here)[0].refused_sheets)


@pytest.mark.parametrize("content", [b"", b"PAR1 no table", b"Ho ten,Ngay sinh\nAn,1980\n"])
def test_files_without_slices_are_read_by_one(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    path.write_bytes(content)
    assert compare(path, tmp_path) == 1


def test_ids_of_a_register_in_slices_are_counted(tmp_path: Path) -> None:
    path = write([{"record": str(n % 50), **row} for n, row in enumerate(PEOPLE)], tmp_path / "list.parquet")
    source = take_in(path, folder=tmp_path / "side", number="person_no", first=0, keep_ids=True, spread=spread_here)
    assert count_repeated(tmp_path / "side", source) == 10


def test_worker_that_does_not_see_the_file_says_so(tmp_path: Path) -> None:
    path = write(PEOPLE, tmp_path / "list.parquet")

    def spread_elsewhere(work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        path.rename(tmp_path / "elsewhere")
        return [work(part) for part in parts]

    with pytest.raises(FileNotFoundError):
        take_in(path, folder=tmp_path / "out", number="claim", first=0, spread=spread_elsewhere)
    assert not (tmp_path / "out" / "taken").exists()
