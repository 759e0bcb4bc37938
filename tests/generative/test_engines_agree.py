"""The same SQL text and the plain reference decide alike, on made-up registers and on a small nation."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import decide_on, describe_place, find_differences, write_country
from xacthuc.engines import Engine
from xacthuc.matching import read_model, reference, running
from xacthuc.nation import build_nation
from xacthuc.records import IDENTITY
from xacthuc.runs.intake import take_in

MODEL = Path(__file__).parents[2] / "conformance" / "model.json"
PLACES = 80  # places of one country: they meet one another in nothing


@pytest.fixture(params=["of any size", "large"])
def register_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any register count as one in which candidates must share more than one selective part, or none."""
    if request.param == "large":
        monkeypatch.setattr(running, "NARROW_FROM", 0)
        monkeypatch.setattr(reference, "NARROW_FROM", 0)


def describe_country(places: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*(describe_place(place) for place in range(places)))


def make_folder(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.mark.usefixtures("register_size")
def test_duckdb_and_reference_agree_on_any_register(duckdb_engine: Engine, tmp_path: Path) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(describe_country(3))
    def check(country: Any) -> None:
        folder = make_folder(tmp_path / "country")
        claims, people = write_country(country, folder)
        found = decide_on(duckdb_engine, folder, model=MODEL)
        assert find_differences(found["decided"], reference.match(claims, people, read_model(MODEL))) == []

    check()


def gather_places(count: int) -> list[Any]:
    """Draw the examples of many places, one Hypothesis example each, to be matched in one go."""
    places: list[Any] = []

    @settings(max_examples=count, deadline=None, derandomize=True, database=None)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        places.append(data.draw(describe_place(len(places) % PLACES)))

    draw()
    return places[-PLACES:]


@pytest.mark.spark
@pytest.mark.usefixtures("register_size")
def test_spark_duckdb_and_reference_agree_on_many_places(
    spark_engine: Engine, duckdb_engine: Engine, tmp_path: Path
) -> None:
    claims, people = write_country(gather_places(2 * PLACES), tmp_path)
    judged = reference.match(claims, people, read_model(MODEL))
    duckdb, spark = (decide_on(engine, tmp_path, model=MODEL) for engine in (duckdb_engine, spark_engine))
    assert find_differences(duckdb["decided"], judged) == []
    assert find_differences(spark["decided"], judged) == []
    assert spark == duckdb
    assert {row["identity"] for row in judged.values()} == set(IDENTITY)
    assert len({row["claim"] for row in duckdb["doses"].values()}) > 10


@pytest.mark.slow
@pytest.mark.spark
def test_spark_duckdb_and_reference_agree_on_a_small_nation(
    spark_engine: Engine, duckdb_engine: Engine, tmp_path: Path
) -> None:
    build_nation(tmp_path, people=20_000, doses=12_000, seed=4711)
    claims, people = (
        take_rows(tmp_path / f"{name}.parquet", folder=tmp_path, number=number)
        for name, number in (("claims", "claim"), ("register", "person_no"))
    )
    duckdb, spark = (
        decide_on(engine, tmp_path, claims="claim/rows", people="person_no/rows")
        for engine in (duckdb_engine, spark_engine)
    )
    assert spark == duckdb  # decisions, groups, doses entered twice, and the weights learnt
    (tmp_path / "learnt.json").write_text(duckdb["model"], encoding="utf-8")
    model = read_model(tmp_path / "learnt.json")
    assert model.learnt == "numbers"
    assert find_differences(duckdb["decided"], reference.match(claims, people, model)) == []


def take_rows(path: Path, *, folder: Path, number: str) -> list[dict[str, Any]]:
    """Take a file in as a run does; gives its clean rows."""
    source = take_in(path, folder=folder / number, number=number, first=0)
    assert source.rows > 10_000
    rows: list[dict[str, Any]] = pq.read_table(folder / number / "rows").to_pylist()
    return rows
