"""The line in this process: names of records, what stops a run and lets it go on, large tables, the terminal."""

from __future__ import annotations

import io
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from line import list_steps, write_csv, write_workbook
from village import DOSE, HEADINGS, note_person, write_lists, write_register
from xacthuc import pipeline
from xacthuc.engines import Engine, EngineFailed
from xacthuc.reading import ColumnMap
from xacthuc.runs import identifiers, verdicts
from xacthuc.runs.intake import Source, take_in
from xacthuc.runs.order import Order, VerifyRefused
from xacthuc.runs.progress import Progress
from xacthuc.runs.summary import print_reading

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
OWN = ["record", *HEADINGS, *DOSE]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def make_order(folder: Path, *files: Path, **more: Any) -> Order:
    register = more.pop("register", None) or write_register(folder / "register.csv")
    return Order(files=files, register=register, out=folder / "out", as_of=date(2021, 12, 20), **more)


def write_list(path: Path, *people: tuple[str, int]) -> Path:
    """Write a list of (own id, place in the village)."""
    return write_csv(path, [OWN, *([own, *note_person(place), *JAB] for own, place in people)])


def read_column(path: Path, name: str = "record") -> list[Any]:
    found: list[Any] = pq.read_table(path)[name].to_pylist()
    return found


def test_verified_rows_have_names_of_their_own(tmp_path: Path) -> None:
    sheets = {name: [OWN, ["1", *note_person(place), *JAB]] for name, place in (("A", 5), ("B", 6))}
    files = [
        write_list(tmp_path / "a.csv", ("0", 0), ("1", 1)),
        write_list(tmp_path / "b.csv", ("1", 2), ("2", 3)),
        write_workbook(tmp_path / "c.xlsx", sheets),
    ]
    outcome = pipeline.verify(make_order(tmp_path, *files))
    names = ["0", "1", "b.csv:1", "2", "c.xlsx:1", "c.xlsx:B:2:1:1"]
    assert read_column(outcome.verdicts) == read_column(outcome.records) == names
    assert outcome.people == 9
    assert set(read_column(outcome.findings)) <= {*names, None}
    assert set(read_column(tmp_path / "out" / "explanations.parquet")) <= set(names)


def take(folder: Path, *files: Path) -> list[Source]:
    sources: list[Source] = []
    for path in files:
        first = sum(source.rows for source in sources)
        sources.append(take_in(path, folder=folder, number="claim", first=first))
    return sources


def test_renaming_is_done_once_and_survives_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ["7", *note_person(3, number12="0363"), *JAB]  # a row with findings
    second = write_csv(tmp_path / "b.csv", [OWN, wrong, ["8", *note_person(4), *JAB]])
    sources = take(tmp_path, write_list(tmp_path / "a.csv", ("7", 0)), second)
    with monkeypatch.context() as killed:
        written: list[Path] = []

        def stop_after_findings(path: Path, renamed: Any) -> None:
            if written:
                raise KeyboardInterrupt
            written.append(path)
            rename(path, renamed)

        rename = identifiers._rename
        killed.setattr(identifiers, "_rename", stop_after_findings)
        with pytest.raises(KeyboardInterrupt):
            identifiers.settle_records(tmp_path, sources)
        assert [path.parent.name for path in written] == ["findings"]
    for _ in range(2):
        identifiers.settle_records(tmp_path, sources)
        assert read_column(tmp_path / "rows") == ["7", "b.csv:7", "8"]
        told = [record for record in read_column(tmp_path / "findings" / "000000000001.parquet") if record]
        assert told
        assert set(told) <= {"b.csv:7", "8"}


def test_rows_without_own_ids_are_left_alone(tmp_path: Path) -> None:
    listed = write_csv(tmp_path / "a.csv", [[*HEADINGS, *DOSE], [*note_person(0), *JAB]])
    before = take(tmp_path, listed)
    stamp = (tmp_path / "rows" / "000000000000.parquet").stat().st_mtime_ns
    identifiers.settle_records(tmp_path, before)
    assert (tmp_path / "rows" / "000000000000.parquet").stat().st_mtime_ns == stamp


def test_run_that_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    order = make_order(tmp_path, write_list(tmp_path / "a.csv", ("x", 0), ("y", 1)))

    def stop(*_: Any, **__: Any) -> None:
        raise EngineFailed("engine_memory_used_up", step="rules")

    with monkeypatch.context() as failing:
        failing.setattr(pipeline.rules, "judge_doses", stop)
        with pytest.raises(EngineFailed):
            pipeline.verify(order)
    before = list_steps(order.out)
    assert "decided" in before
    assert len(list(temporary.iterdir())) == 1  # the register's side waits, closed, for the run to go on
    pipeline.verify(order)
    steps = list_steps(order.out)
    assert steps[: len(before)] == before
    assert len(steps) == len(set(steps))
    assert list(temporary.iterdir()) == []
    told: list[str] = []
    again = pipeline.verify(order, report=lambda step, _: told.append(step))
    assert (told, again.people, list_steps(order.out)) == ([], 9, steps)


def test_candidates_are_kept_for_the_owner_of_the_register(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "a.csv", ("x", 0))
    no_number = write_csv(tmp_path / "b.csv", [OWN, ["y", *note_person(1, number12=""), *JAB]])
    side = tmp_path / "side"
    pipeline.verify(make_order(tmp_path, listed, no_number, register_side=side))
    rows = pq.read_table(side / "candidates.parquet").to_pylist()
    assert [
        (row["record"], row["place_no"], row["person"], row["number12"]) for row in rows if row["place_no"] == 1
    ] == [("y", 1, "B", "036085000002")]


@pytest.mark.slow
@pytest.mark.spark
def test_spark_gives_the_same_files(tmp_path: Path, spark_engine: Engine) -> None:
    told: dict[str, Any] = {}
    for name in ("duckdb", "spark"):
        folder = tmp_path / name
        folder.mkdir()
        files = write_lists(folder)[:2]
        order = make_order(folder, *files, engine=name, register_side=folder / "side")
        pipeline.verify(order)
        tables = [*(order.out / f"{table}.parquet" for table in TABLES), folder / "side" / "candidates.parquet"]
        told[name] = [sorted(map(str, pq.read_table(path).to_pylist())) for path in tables]
        assert all(told[name])
    assert told["spark"] == told["duckdb"]


TABLES = ("verdicts", "records", "persons", "explanations")


@pytest.mark.parametrize("sorted_rows", [1, 1000])
def test_large_tables_are_written_batch_by_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sorted_rows: int
) -> None:
    monkeypatch.setattr(verdicts, "SORTED_ROWS", sorted_rows)
    outcome = pipeline.verify(make_order(tmp_path, write_list(tmp_path / "a.csv", ("x", 0), ("y", 1), ("z", 2))))
    assert sorted(read_column(outcome.verdicts)) == ["x", "y", "z"]
    assert read_column(tmp_path / "out" / "persons.parquet") == read_column(outcome.verdicts)


def test_lots_that_are_known_are_asked_for(tmp_path: Path) -> None:
    lots = write_csv(tmp_path / "lots.csv", [["lot", "vaccine", "expires"], ["CTMAV562", "AstraZeneca", "2021-08-01"]])
    outcome = pipeline.verify(make_order(tmp_path, write_list(tmp_path / "a.csv", ("x", 0)), lots=lots))
    assert read_column(outcome.verdicts, "vaccination") == ["DOUBTFUL"]


def refuse(order: Order) -> str:
    with pytest.raises(VerifyRefused) as refusal:
        pipeline.verify(order)
    return refusal.value.code


def test_what_cannot_be_used_is_refused_before_anything_begins(tmp_path: Path, temporary: Path) -> None:
    listed, text = write_list(tmp_path / "a.csv", ("x", 0)), tmp_path / "wrong.toml"
    text.write_text("lot = [", encoding="utf-8")
    (tmp_path / "again").mkdir()
    same = write_list(tmp_path / "again" / "a.csv", ("y", 1))
    assert refuse(make_order(tmp_path, listed, same)) == "run_same_name"
    assert refuse(make_order(tmp_path, tmp_path / "none.csv")) == "run_file_missing"
    for aid in ("columns", "model", "lots"):
        assert refuse(make_order(tmp_path, listed, **{aid: text})) == "run_aid_unusable"
    assert not (tmp_path / "out").exists()
    assert refuse(make_order(tmp_path, listed, register=text)) == "run_register_unusable"
    assert refuse(make_order(tmp_path, text)) == "run_nothing_read"
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    assert refuse(make_order(tmp_path, broken)) == "run_nothing_read"
    empty = write_csv(tmp_path / "empty.csv", [HEADINGS])
    assert refuse(make_order(tmp_path, empty)) == "run_nothing_read"
    assert list(temporary.iterdir()) == []


def test_column_map_is_used_for_reading_alone_too(tmp_path: Path) -> None:
    columns = tmp_path / "map.toml"
    columns.write_text('[columns]\nname = "who"\nbirth_date = "when"\n', encoding="utf-8")
    listed = write_csv(tmp_path / "a.csv", [["who", "when", "else"], ["Hans Müller", "1985-07-25", "?"]])
    sources = pipeline.read_only([listed], out=tmp_path / "out", columns=columns)
    assert read_column(tmp_path / "out" / "records.parquet", "name") == ["Hans Müller"]
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", shown)
        print_reading(sources, out=tmp_path, as_json=False)
    assert "not used: else" in shown.getvalue()
    assert isinstance(pipeline.load_column_map(columns), ColumnMap)


def test_progress_tells_rows_and_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    shown.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", shown)
    with Progress(quiet=False, steps=2) as progress:
        progress.step("register", 1000)
        progress.step("register", 2_000_000)
        progress.step("numbered")
        fields = progress._bars.tasks[0]
        assert (fields.completed, fields.description) == (1, "numbered")
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    with Progress(quiet=False) as progress:
        progress.step("register", 1000)
        progress.step("numbered")
    assert plain.getvalue().split() == ["numbered"]
    with Progress(quiet=True) as progress:
        progress.step("numbered")
    assert plain.getvalue().split() == ["numbered"]
