"""The messy workbooks of a nation: from its most populous province, each in another hand."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from line import run
from xacthuc.cli import commands
from xacthuc.codes.units import load_units
from xacthuc.nation import build_nation
from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.hands.people import load_neighbours
from xacthuc.nation.workbooks import write_neighbours


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    build_nation(folder, people=6000, doses=4000, seed=11)
    return folder


def test_neighbours_are_of_the_largest_province_and_as_many_as_asked(nation: Path) -> None:
    tree = load_units("2021")
    homes = pq.read_table(nation / "register.parquet", columns=["commune_code"])["commune_code"].to_pylist()
    provinces = [tree.ancestors(home)[-1].code for home in homes]
    largest = max(set(provinces), key=provinces.count)
    few, all_of_them = load_neighbours(nation, people=1), load_neighbours(nation, people=10_000_000)
    assert {person.province for person in all_of_them.people} == {load_units("2021").get(largest).full_name}
    assert len(all_of_them.people) == provinces.count(largest)
    assert 1 <= len(few.people) < len(all_of_them.people)
    assert len({person.district for person in few.people}) == 1


def test_each_workbook_is_of_another_hand_and_has_its_truth(nation: Path, tmp_path: Path) -> None:
    written = write_neighbours(nation, out=tmp_path / "books", count=3, seed=1, rows=20)
    assert len({path.name for path in written.files}) == 3
    assert all(path.stat().st_size for path in (*written.files, written.truth, written.rows, written.register))
    assert written.dose_records > 0


@pytest.mark.parametrize("count", [0, len(HANDS) + 1])
def test_there_are_no_more_hands_than_the_catalogue_has(nation: Path, tmp_path: Path, count: int) -> None:
    with pytest.raises(ValueError, match="hands"):
        write_neighbours(nation, out=tmp_path, count=count, seed=1)


def test_the_command_makes_workbooks_and_offers_every_hand(tmp_path: Path) -> None:
    [option] = [param for param in commands.commands["nation"].params if param.name == "workbooks"]
    assert option.type.max == len(HANDS)
    folder = tmp_path / "n"
    words = ("nation", folder, "--people", "2000", "--doses", "1000", "--workbooks", "2", "--json")
    code, _, err = run(*words, temporary=tmp_path / "tmp")
    assert (code, err) == (0, "")
    assert {path.name for path in (folder / "workbooks").iterdir()} > {"truth.csv", "rows.csv", "register.csv"}
    assert len(list((folder / "workbooks").iterdir())) == 5
