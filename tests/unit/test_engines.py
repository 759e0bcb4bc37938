"""Engines: the same functions on each, an output that is whole or absent, and failures that quote nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import traceback
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from line import HEAR
from xacthuc.engines import Engine, EngineFailed, Step, load_steps, open_engine

TABLE = json.loads((Path(__file__).parents[2] / "conformance" / "functions.json").read_text(encoding="utf-8"))
FUNCTIONS = {name: cases for name, cases in TABLE.items() if isinstance(cases, list)}
SECRET = "Bùi Thị Hiếm"  # a value that no message may quote


def say_plainly(name: str, given: list[Any]) -> Any:
    """Give what a function means, in plain Python; the domain of day_number is ISO dates."""
    if None in given:
        return None
    if name == "sorted_words":
        return "<".join(sorted(given[0].split("<")))
    if name == "sorted_letters":
        return "".join(sorted(given[0]))
    if name == "words_begin_within":
        return all(any(word.startswith(part) for word in given[1].split("<")) for part in given[0].split("<"))
    try:
        return (date.fromisoformat(given[0]) - date(1900, 1, 1)).days if len(given[0]) == 10 else None
    except ValueError:
        return None


def ask(engine: Engine, cases: list[tuple[str, list[Any]]], folder: Path) -> list[Any]:
    """Let the engine answer each case from a table, as the steps do, and not from constants."""
    rows = [{"n": n, "a": args[0], "b": args[1] if len(args) > 1 else None} for n, (_, args) in enumerate(cases)]
    schema = pa.schema([("n", pa.int64()), ("a", pa.string()), ("b", pa.string())])
    answers: dict[int, Any] = {}
    for name in {name for name, _ in cases}:
        path = folder / f"{name}.parquet"
        asked = [row for row in rows if cases[row["n"]][0] == name]
        pq.write_table(pa.Table.from_pylist(asked, schema=schema), path)
        call = f"{name}(a, b)" if name == "words_begin_within" else f"{name}(a)"
        told = engine.fetch(f"SELECT n, {call} AS told FROM asked", inputs={"asked": path})
        answers |= {row["n"]: row["told"] for row in told.to_pylist()}
    return [answers[n] for n in range(len(cases))]


def test_functions_say_what_the_table_says(engine: Engine, tmp_path: Path) -> None:
    cases = [(name, case["in"]) for name, table in FUNCTIONS.items() for case in table]
    wanted = [case["out"] for table in FUNCTIONS.values() for case in table]
    assert ask(engine, cases, tmp_path) == wanted
    assert [say_plainly(*case) for case in cases] == wanted


KEYS = st.one_of(st.none(), st.text("AB<", max_size=6), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ<0123456789", max_size=30))
DAYS = st.one_of(
    st.none(),
    st.integers(-400_000, 60_000).map(lambda n: (date(1900, 1, 1) + timedelta(days=n)).isoformat()),
    st.text("0123456789-", max_size=10).filter(lambda text: len(text) != 10),
)
CASE = st.one_of(
    st.tuples(st.sampled_from(["sorted_words", "sorted_letters"]), st.tuples(KEYS).map(list)),
    st.tuples(st.just("words_begin_within"), st.tuples(KEYS, KEYS).map(list)),
    st.tuples(st.just("day_number"), st.tuples(DAYS).map(list)),
)


def test_functions_agree_with_plain_python(engine: Engine, tmp_path: Path) -> None:
    # One table of many cases: Spark takes a second for each question.
    @settings(max_examples=4, deadline=None, derandomize=True)
    @given(st.lists(CASE, min_size=150, max_size=400))
    def check(cases: list[tuple[str, list[Any]]]) -> None:
        assert ask(engine, cases, tmp_path) == [say_plainly(*case) for case in cases]

    check()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "it's a table.parquet"
    pq.write_table(pa.table({"name": [SECRET, "An"], "n": [1, 2]}), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return sorted(pq.read_table(path).to_pylist(), key=str)


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_step_reads_files_and_folders_whatever_they_are_called(engine: Engine, table: Path, tmp_path: Path) -> None:
    folder = tmp_path / "both o'them"
    folder.mkdir()
    for name in ("1.parquet", "2.parquet"):
        (folder / name).write_bytes(table.read_bytes())
    step = Step("count", "SELECT count(*) AS n FROM one CROSS JOIN many;\n")
    output = tmp_path / "it's out.parquet"
    for _ in range(2):  # the second time over what the first wrote
        engine.run_step(step, inputs={"one": table, "many": folder}, output=output)
        assert read(output) == [{"n": 8}]
    assert list_names(tmp_path) == ["both o'them", "it's a table.parquet", "it's out.parquet"]


def test_output_of_one_engine_is_input_of_another(engine: Engine, table: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made.parquet"  # Spark writes folders, DuckDB files; each replaces the other
    folder.mkdir()
    (folder / "part.parquet").write_bytes(table.read_bytes())
    engine.run_step(Step("keep", "SELECT n FROM t WHERE n > 1"), inputs={"t": table}, output=folder)
    assert read(folder) == [{"n": 2}]


FAILURES = {
    "a word is no number": "SELECT CAST(name AS INTEGER) AS n FROM t",
    "a column is missing": "SELECT born FROM t",
    "a function is missing": "SELECT no_such_function(name) AS n FROM t",
    "a table is missing": "SELECT * FROM nowhere",
    "the step is no SQL": f"SELEC '{SECRET}'",
}


def fail(engine: Engine, sql: str, *, table: Path, output: Path) -> str:
    """Run a step that must fail; give all that is said of it, as a log would hold it."""
    with pytest.raises(EngineFailed) as failure:
        engine.run_step(Step("07_doomed", sql), inputs={"t": table}, output=output)
    said = "".join(traceback.format_exception(failure.value))
    assert "(bước 07_doomed" in str(failure.value).splitlines()[0]
    assert "(step 07_doomed" in str(failure.value).splitlines()[1]
    return said


def test_failing_step_leaves_nothing_and_quotes_nothing(
    engine: Engine, table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for sql in FAILURES.values():
        said = fail(engine, sql, table=table, output=tmp_path / "out.parquet")
        assert SECRET not in said
        assert list_names(tmp_path) == [table.name]
    with pytest.raises(EngineFailed, match="step query") as failure:
        engine.fetch(FAILURES["a word is no number"], inputs={"t": table})
    assert SECRET not in "".join(traceback.format_exception(failure.value))
    shown = capfd.readouterr()
    assert SECRET not in shown.out + shown.err


def test_rows_are_handed_over_and_nothing_is_left(
    engine: Engine, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xacthuc.engines.on_duckdb.BATCH_ROWS", 2)
    step = Step("many", "SELECT name, m FROM t CROSS JOIN (SELECT 1 AS m UNION ALL SELECT 2 AS m) AS twice")
    batches = list(engine.stream(step, inputs={"t": table}))
    told = sorted((row["name"], row["m"]) for batch in batches for row in batch.to_pylist())
    assert told == [("An", 1), ("An", 2), (SECRET, 1), (SECRET, 2)]
    doomed = Step("07_doomed", FAILURES["a word is no number"] + ";\n")
    with pytest.raises(EngineFailed, match="step 07_doomed") as failure:
        list(engine.stream(doomed, inputs={"t": table}))
    assert SECRET not in "".join(traceback.format_exception(failure.value))
    assert list_names(tmp_path) == [table.name]


def test_failing_step_leaves_the_output_that_was_there(engine: Engine, table: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    engine.run_step(Step("keep", "SELECT n FROM t"), inputs={"t": table}, output=output)
    fail(engine, FAILURES["a word is no number"], table=table, output=output)
    assert read(output) == [{"n": 1}, {"n": 2}]


def test_damaged_file_is_said_without_its_bytes(engine: Engine, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1" + SECRET.encode() * 40 + b"PAR1")
    said = fail(engine, "SELECT * FROM t", table=damaged, output=tmp_path / "out.parquet")
    assert SECRET not in said
    assert list_names(tmp_path) == ["damaged.parquet"]


def test_absent_file_is_said(engine: Engine, tmp_path: Path) -> None:
    fail(engine, "SELECT * FROM t", table=tmp_path / "none.parquet", output=tmp_path / "out.parquet")
    assert list_names(tmp_path) == []


def test_memory_budget_holds_and_is_named(tmp_path: Path) -> None:
    engine = open_engine("duckdb", memory_gb=0.02, threads=1, scratch=tmp_path / "scratch")
    sql = "SELECT array_agg(a.n + b.n) AS all_of_them FROM t AS a CROSS JOIN t AS b"
    pq.write_table(pa.table({"n": range(4000)}), tmp_path / "n.parquet")
    try:
        said = fail(engine, sql, table=tmp_path / "n.parquet", output=tmp_path / "out.parquet")
    finally:
        engine.close()
    assert said.count("--memory") == 2
    assert not (tmp_path / "out.parquet").exists()


ENDLESS = """
from pathlib import Path
from xacthuc.engines import Step, open_engine
engine = open_engine("duckdb", scratch=Path("scratch"))
print("begun", flush=True)
many = "SELECT sum(a.i * b.i % 7) AS n FROM range(1000000) AS a(i), range(1000000) AS b(i)"
try:
    engine.run_step(Step("endless", many), inputs={}, output=Path("out.parquet"))
except KeyboardInterrupt:
    print("stopped", sorted(path.name for path in Path().iterdir()))
"""


@pytest.mark.parametrize("seconds", [0, 0.3, 2])
def test_ctrl_c_stops_a_step_as_it_stops_anything(seconds: float, tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HEAR + ENDLESS], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        assert process.stdout.readline() == "begun\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[0] == "stopped ['scratch']\n"
    finally:
        process.kill()  # where it did not stop, it would never end
        process.communicate()


def test_steps_come_in_the_order_of_their_numbers() -> None:
    names = list(load_steps("xacthuc.matching"))
    assert names == sorted(names)
    assert names[:2] == ["00_names", "01_numbers"]


def test_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="Choose duckdb or spark") as failure:
        open_engine("abacus", scratch=tmp_path)
    assert failure.value.code == "engine_unknown"


@pytest.mark.spark
def test_second_spark_engine_leaves_the_first_alone(spark_engine: Engine, table: Path, tmp_path: Path) -> None:
    second = open_engine("spark", scratch=tmp_path / "second")
    second.close()
    assert spark_engine.fetch("SELECT count(*) AS n FROM t", inputs={"t": table}).to_pylist() == [{"n": 2}]
