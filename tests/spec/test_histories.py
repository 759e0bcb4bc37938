"""The dated dose histories of conformance/histories.json, one test each, in plain Python and on the engines."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xacthuc.engines import Engine, open_engine
from xacthuc.findings import list_codes
from xacthuc.rules import Dose, Lot, Session, Supply, assess_history, judge_doses
from xacthuc.rules.doses import NOTHING_SUPPLIED
from xacthuc.runs.history import HISTORY_SCHEMA, write_history

BOOK = json.loads((Path(__file__).resolve().parents[2] / "conformance" / "histories.json").read_text("utf-8"))
CASES = [(topic["topic"], case) for topic in BOOK["topics"] for case in topic["cases"]]
NAMES = [f"{topic}: {case['name']}" for topic, case in CASES]
SUPPLY = Supply.of(
    lots=[
        Lot(lot["lot"], lot["vaccine"], lot["expires"] and date.fromisoformat(lot["expires"]))
        for lot in BOOK["supply"]["lots"]
    ],
    sessions=[Session(entry["site"], date.fromisoformat(entry["day"])) for entry in BOOK["supply"]["sessions"]],
)
LETTERS = "abcdef"


def read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def read_doses(case: dict) -> list[Dose]:
    keys = ("dose_no", "vaccine", "lot", "province", "site")
    return [
        Dose(
            record=LETTERS[index],
            dose_date=read_day(dose.get("date")),
            duplicate=dose.get("duplicate", False),
            **{key: dose.get(key) for key in keys},
        )
        for index, dose in enumerate(case["doses"])
    ]


def list_expected(case: dict) -> list[tuple]:
    expected = [dose["expect"] for dose in case["doses"]]
    return [(e["role"], e.get("dn"), e.get("sd"), e.get("why"), sorted(e.get("findings", []))) for e in expected]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=NAMES)
def test_history(case):
    result = assess_history(
        read_doses(case),
        birth_date=case["birth_date"],
        as_of=date.fromisoformat(case["as_of"]),
        province=case.get("province"),
        supply=SUPPLY if case.get("supply") else NOTHING_SUPPLIED,
    )
    assert [(d.role, d.dn, d.sd, d.why, sorted(d.findings)) for d in result.doses] == list_expected(case)
    expected = case["expect"]
    assert (result.state, result.completed_on) == (expected["state"], read_day(expected.get("completed_on")))
    assert (result.course_doses, list(result.missing)) == (expected.get("course_doses"), expected.get("missing", []))
    due = expected.get("next")
    told = result.next and (result.next.kind, result.next.number, result.next.due_from, result.next.due_to)
    assert told == (due and (due["kind"], due["number"], read_day(due["due_from"]), read_day(due["due_to"])))


def judge_cases(engine: Engine, folder: Path, *, only: str | None = None) -> None:
    """Run the cases of each day of assessment, with and without supply, in one go, and compare every dose."""
    groups: dict[tuple[str, bool], list[tuple[str, dict]]] = {}
    for name, (_, case) in zip(NAMES, CASES, strict=True):
        groups.setdefault((case["as_of"], case.get("supply", False)), []).append((name, case))
    for number, ((as_of, supplied), cases) in enumerate(groups.items()):
        if only in (None, as_of):
            place = folder / str(number)
            place.mkdir()
            write_doses(cases, place / "doses.parquet")
            supply = SUPPLY if supplied else NOTHING_SUPPLIED
            day = date.fromisoformat(as_of)
            doses = place / "doses.parquet"
            paths = judge_doses(engine, doses=doses, folder=place, as_of=day, supply=supply, history=True)
            compare(cases, findings=pq.read_table(paths["findings"]), history=pq.read_table(paths["history"]))
            compare_courses(cases, pq.read_table(paths["courses"]))


def write_doses(cases: list[tuple[str, dict]], path: Path) -> None:
    rows = [
        {
            "record": f"{name} {dose.record}",
            "person_group": name,
            "dose_no": dose.dose_no,
            "vaccine": dose.vaccine,
            "lot": dose.lot,
            "dose_date": dose.dose_date and dose.dose_date.isoformat(),
            "birth_date": case["birth_date"],
            "province": dose.province or case.get("province"),
            "site": dose.site,
            "duplicate": dose.duplicate,
        }
        for name, case in cases
        for dose in read_doses(case)
    ]
    kinds = {"dose_no": pa.int8(), "duplicate": pa.bool_()}
    keys = ["record", "person_group", "dose_no", "vaccine", "lot", "dose_date", "birth_date", "province", "site"]
    schema = pa.schema([(key, kinds.get(key, pa.string())) for key in [*keys, "duplicate"]])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def compare(cases: list[tuple[str, dict]], *, findings: pa.Table, history: pa.Table) -> None:
    codes: dict[str, list[str]] = {}
    for row in findings.to_pylist():
        codes.setdefault(row["record"], []).append(row["code"])
    counted = {row["record"]: (row["role"], row["dn"], row["sd"]) for row in history.to_pylist()}
    for name, case in cases:
        for letter, dose in zip(LETTERS, case["doses"], strict=False):
            expect, record = dose["expect"], f"{name} {letter}"
            assert sorted(codes.get(record, [])) == sorted(expect.get("findings", [])), record
            roles = ("not_counted", None, None)
            assert counted.get(record, roles) == (expect["role"], expect.get("dn"), expect.get("sd")), record


def compare_courses(cases: list[tuple[str, dict]], courses: pa.Table) -> None:
    found = {row["person"]: row for row in courses.to_pylist()}
    for name, case in cases:
        expect, row = case["expect"], found.get(name)
        assert (row["state"] if row else "none") == expect["state"], name
        if row is None:
            continue
        told = (row["course_doses"], row["completed_on"])
        assert told == (expect.get("course_doses"), expect.get("completed_on")), name
        due = expect.get("next")
        wanted = tuple(due[key] for key in ("kind", "number", "due_from", "due_to")) if due else (None,) * 4
        assert tuple(row[key] for key in ("next_role", "next_dose", "due_from", "due_to")) == wanted, name
        if due:
            assert row["next_product"] in {dose.get("vaccine") for dose in case["doses"]} | {None}, name


def test_duckdb_gives_the_same(tmp_path):
    engine = open_engine("duckdb", memory_gb=1, threads=2, scratch=tmp_path / "scratch")
    judge_cases(engine, tmp_path)
    engine.close()


def test_a_run_writes_the_same_down(tmp_path):
    """history.parquet, from the cases of one day as a run numbers them: every second person is in the register."""
    cases = [(name, case) for name, (_, case) in zip(NAMES, CASES, strict=True) if case["as_of"] == "2022-01-15"]
    cases = [(name, case) for name, case in cases if case["doses"] and not case.get("supply")]
    write_doses(cases, tmp_path / "named.parquet")
    named = pq.read_table(tmp_path / "named.parquet")
    names = [name for name, _ in cases]
    people = [names.index(name) for name in named["person_group"].to_pylist()]
    numbers = pa.array([at if at % 2 == 0 else -1 - at for at in people], pa.int64())
    claims = pa.array(range(named.num_rows), pa.int64())
    tables = {
        "doses_to_judge": named.set_column(0, "record", claims).set_column(1, "person_group", numbers),
        "claims": pa.table({"claim": claims, "record": named["record"]}),
        "doses": pa.schema([("claim", pa.int64()), ("first_claim", pa.int64())]).empty_table(),
        "people": pa.table({"person_no": pa.array(range(len(cases)), pa.int64()), "record": names}),
    }
    paths = {name: tmp_path / f"{name}.parquet" for name in tables}
    for name, table in tables.items():
        pq.write_table(table, paths[name])
    engine = open_engine("duckdb", memory_gb=1, threads=2, scratch=tmp_path / "scratch")
    day, doses = date(2022, 1, 15), paths["doses_to_judge"]
    judged = judge_doses(engine, doses=doses, folder=tmp_path / "rules", as_of=day, history=True)
    write_history(engine, tables=paths, judged=judged, out=tmp_path)
    engine.close()
    assert pq.read_schema(tmp_path / "history.parquet").equals(HISTORY_SCHEMA)
    written = {row["record"]: row for row in pq.read_table(tmp_path / "history.parquet").to_pylist()}
    assert len(written) == named.num_rows
    for at, (name, case) in enumerate(cases):
        due = case["expect"].get("next")
        wanted = tuple(due[key] for key in ("kind", "number", "due_from", "due_to")) if due else (None,) * 4
        for letter, dose in zip(LETTERS, case["doses"], strict=False):
            expect, row = dose["expect"], written[f"{name} {letter}"]
            assert (row["role"], row["dn"], row["sd"]) == (expect["role"], expect.get("dn"), expect.get("sd")), name
            assert row["state"] == case["expect"]["state"], name
            assert tuple(row[key] for key in ("next_role", "next_dose", "due_from", "due_to")) == wanted, name
            assert row["person_group"] == (f"p:{name}" if at % 2 == 0 else f"c:{at}")


@pytest.mark.spark
@pytest.mark.slow
def test_spark_gives_the_same_on_the_usual_day(tmp_path):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, which is not here")
    engine = open_engine("spark", memory_gb=1, threads=2, scratch=tmp_path / "scratch")
    try:
        judge_cases(engine, tmp_path, only="2022-01-15")
    finally:
        engine.close()


def test_every_code_of_the_rules_has_a_case():
    told = {code for _, case in CASES for dose in case["doses"] for code in dose["expect"].get("findings", [])}
    assert told == {name for name, code in list_codes().items() if code.stage == "rules"}


def test_the_book_is_large_enough_and_names_its_sources():
    assert len(CASES) >= 120
    assert len(set(NAMES)) == len(NAMES)
    assert all(topic["source"] for topic in BOOK["topics"])
