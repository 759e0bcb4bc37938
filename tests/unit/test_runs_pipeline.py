"""The line in this process: names of records, what stops a run and lets it go on, large tables, the terminal."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from line import list_steps, write_csv, write_workbook
from village import DOSE, HEADINGS, PEOPLE, note_person, write_lists, write_register
from xacthuc import pipeline
from xacthuc.engines import Engine, EngineFailed
from xacthuc.findings import get_code
from xacthuc.reading import ColumnMap
from xacthuc.runs import identifiers, verdicts
from xacthuc.runs.delivery import deliver
from xacthuc.runs.intake import Source, list_unfound, take_in
from xacthuc.runs.order import Order, VerifyRefused
from xacthuc.runs.progress import Progress, count_steps, name_step
from xacthuc.runs.summary import is_doubtful, pick_main, print_reading, print_summary, summarise

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
        with pytest.raises(EngineFailed) as stopped:
            pipeline.verify(order)
    before = list_steps(order.out)
    assert "decided" in before
    (side,) = temporary.iterdir()  # the register's side waits, closed, for the run to go on
    assert all(str(side) in line for line in stopped.value.__notes__[0].splitlines())
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


@pytest.mark.parametrize(("sorted_rows", "slice_of"), [(1, 1000), (1, 2), (1000, 1)])
def test_large_tables_are_written_batch_by_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sorted_rows: int, slice_of: int
) -> None:
    monkeypatch.setattr(verdicts, "SORTED_ROWS", sorted_rows)
    monkeypatch.setattr(verdicts, "SLICE", slice_of)
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
    vi, en = str(refusal.value).splitlines()
    assert get_code(refusal.value.code).vi.partition("{")[0] in vi
    for language, other in ((vi, en), (en, vi)):  # each sentence once, in its own language
        sentences = [sentence for sentence in re.split(r"(?<=[.?!]) ", language) if " " in sentence]
        assert len(sentences) == len(set(sentences))
        assert not set(sentences) & set(re.split(r"(?<=[.?!]) ", other))
    assert not getattr(refusal.value, "__notes__", [])  # nothing of the register is left
    return refusal.value.code


def test_register_of_which_a_part_cannot_be_read_is_refused(tmp_path: Path) -> None:
    lines = write_register(tmp_path / "register.csv").read_text(encoding="utf-8").splitlines()
    people = [line.replace('"', "").split(",") for line in lines]
    listed = write_list(tmp_path / "a.csv", ("x", 0))
    unread = [["Ai", "Sinh thời", "Mũi"], [PEOPLE[0]["name"], "02/03/1980", "1"]]
    register = write_workbook(tmp_path / "people.xlsx", {"A": people, "B": unread})
    assert refuse(make_order(tmp_path, listed, register=register)) == "run_register_unusable"


def test_headings_of_the_map_that_no_file_has_are_told(tmp_path: Path) -> None:
    columns = tmp_path / "map.toml"
    columns.write_text('[columns]\nname = ["Họ và tên", "Họ và tênn", "name"]\n', encoding="utf-8")
    listed = write_list(tmp_path / "a.csv", ("x", 0))
    for _ in range(2):  # a finished run knows it too, though the register's side is gone
        outcome = pipeline.verify(make_order(tmp_path, listed, columns=columns))
        assert outcome.unfound == ("Họ và tênn",)
        assert summarise(outcome)["map_headings_unfound"] == ["Họ và tênn"]
    sources = pipeline.read_only([listed], out=tmp_path / "read", columns=columns)
    assert list_unfound(sources) == ("Họ và tênn", "name")


def print_to_text(outcome: Any) -> str:
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", shown)
        print_summary(summarise(outcome), as_json=False)
    return " ".join(shown.getvalue().split())


def test_ids_that_stand_twice_in_the_register_stay_as_written_and_are_counted(tmp_path: Path) -> None:
    lines = write_register(tmp_path / "register.csv").read_text(encoding="utf-8").splitlines()
    first, second = (line.split(",")[0] for line in lines[1:3])
    lines[2] = lines[2].replace(second, first, 1)
    register = tmp_path / "twice.csv"
    register.write_text("\n".join(lines), encoding="utf-8")
    listed = write_list(tmp_path / "a.csv", ("x", 0), ("y", 1), ("z", 3))
    for _ in range(2):  # a finished run knows it too, though the register's side is gone
        outcome = pipeline.verify(make_order(tmp_path, listed, register=register))
        assert read_column(outcome.verdicts, "person")[:2] == [first.strip('"')] * 2
        assert outcome.ids_repeated == summarise(outcome)["register_ids_repeated"] == 1
        assert get_code("run_register_ids_repeated").en.format(name=1) in print_to_text(outcome)
    again = pipeline.verify(make_order(tmp_path / "again", listed, register=tmp_path / "register.csv"))
    assert again.ids_repeated == 0


def test_register_in_which_no_number_is_found_is_doubted(tmp_path: Path) -> None:
    def count(people: int) -> Any:
        rows = [[f"r{n}", *note_person(0, number12=f"0010800{n:05}"), *JAB] for n in range(people)]
        listed = write_csv(tmp_path / f"{people}.csv", [OWN, *rows])
        return pipeline.verify(make_order(tmp_path, listed))

    asked = get_code("run_register_doubtful").vi.format(name=20)
    assert asked in print_to_text(few := count(20))
    assert summarise(few)["register_doubtful"] is True
    assert asked not in print_to_text(count(19))
    assert not is_doubtful({"NOT_FOUND": 1000, "MISMATCH": 1})


def test_sheet_that_was_not_read_is_told(tmp_path: Path) -> None:
    unread = [["Ai", "Sinh thời", "Mũi"], [PEOPLE[0]["name"], "02/03/1980", "1"]]
    book = write_workbook(tmp_path / "a.xlsx", {"A": [OWN, ["1", *note_person(5), *JAB]], "B": unread})
    for _ in range(2):
        outcome = pipeline.verify(make_order(tmp_path, book))
        assert [source.refused_sheets for source in outcome.sources] == [(("B", "sheet_not_understood"),)]
        told = summarise(outcome)
        assert told["refused_sheets"] == [{"file": "a.xlsx", "sheet": "B", "code": "sheet_not_understood"}]
        assert told["refused_files"] == {}


def test_what_cannot_be_used_is_refused_before_anything_begins(tmp_path: Path, temporary: Path) -> None:
    listed, text = write_list(tmp_path / "a.csv", ("x", 0)), tmp_path / "wrong.toml"
    text.write_text("lot = [", encoding="utf-8")
    (tmp_path / "again").mkdir()
    same = write_list(tmp_path / "again" / "a.csv", ("y", 1))
    assert refuse(make_order(tmp_path, listed, same)) == "run_same_name"
    assert refuse(make_order(tmp_path, tmp_path / "none.csv")) == "run_file_missing"
    for aid in ("columns", "model", "lots", "sessions"):
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


def test_what_is_sooner_read_is_refused_first(tmp_path: Path) -> None:
    def list_told(order: Order) -> list[str]:
        told: list[str] = []
        with pytest.raises(VerifyRefused):
            pipeline.verify(order, report=lambda name, _: told.append(name))
        return sorted(set(told))

    letter = tmp_path / "letter.csv"
    letter.write_text("Xin chào", encoding="utf-8")
    assert list_told(make_order(tmp_path, letter)) == ["letter.csv"]
    listed = write_list(tmp_path / "a.csv", ("x", 0), ("y", 1))
    assert list_told(make_order(tmp_path, listed, register=letter)) == ["register"]
    folder = tmp_path / "people"
    folder.mkdir()
    write_register(folder / "register.csv")
    assert pipeline.measure([folder]) == pipeline.measure([folder / "register.csv"]) > 0


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
        progress.step("register", 0)
        progress.step("register", 2_000_000)
        fields = progress._bars.tasks[0]
        assert fields.fields["rows"].startswith("2,000,000 dòng · rows, ")
        progress.step("register")
        progress.step("numbered")
        assert (fields.completed, fields.total) == (2, 2)
        assert fields.description == "tìm theo số định danh · people found by their numbers"
        assert fields.fields["rows"] == ""
    plain = io.StringIO()
    monkeypatch.setattr(sys, "stderr", plain)
    with Progress(quiet=False) as progress:
        progress.step("[danh sách].xlsx", 1000)
        progress.step("[danh sách].xlsx")
        progress.step("decided")
    first, second = plain.getvalue().splitlines()
    assert re.fullmatch(r"  \[danh sách\]\.xlsx: 1,000 dòng · rows, [\d,]+/s", first)
    assert second == "  kết luận về con người · verdicts on people"
    with Progress(quiet=True) as progress:
        progress.step("numbered")
    assert len(plain.getvalue().splitlines()) == 2


def test_steps_that_are_reported_have_words_and_are_counted(tmp_path: Path) -> None:
    model = Path(__file__).parents[2] / "conformance" / "model.json"
    listed = write_list(tmp_path / "a.csv", ("x", 0))
    for name, more in (("a", {}), ("b", {"model": model, "history": True, "register_side": tmp_path / "side"})):
        folder = tmp_path / name
        folder.mkdir()
        order = make_order(folder, listed, **more)
        told: list[str] = []
        outcome = pipeline.verify(
            order, report=lambda step, rows, told=told: told.append(step) if rows is None else None
        )
        assert len(told) == count_steps(order, report=False)
        assert [step for step in told if name_step(step) == step] == ["a.csv"]
        deliver(outcome, as_of=order.as_of, title="", report=lambda step, _, told=told: told.append(step))
        assert len(told) == count_steps(order, report=True)


def test_the_main_measures_come_first_and_long_lists_not_at_all() -> None:
    measured = {"files": {"a.csv": {"right": 1}}, "rows": {"wrong": [{"row": 1}], "right": 2}, "share": 0.5}
    assert list(pick_main(measured).items()) == [("share", 0.5), ("rows", {"right": 2})]
