"""The SQL steps and the plain history say the same, on random histories."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xacthuc.engines import Engine, open_engine
from xacthuc.findings import list_codes
from xacthuc.rules import (
    Dose,
    Lot,
    Session,
    Supply,
    assess_history,
    judge_doses,
    list_steps,
    load_rules,
)

AS_OF = date(2022, 9, 30)
FIRST = date(2021, 3, 8)
VACCINES = [*load_rules().products, "Nanocovax", None]
SUPPLY = Supply.of(
    lots=[
        Lot("L1", "AstraZeneca", date(2021, 10, 31)),
        Lot("L1", "AstraZeneca", date(2021, 11, 30)),
        Lot("L2", "Comirnaty", None),
        Lot("L2", "Spikevax", date(2021, 9, 30)),
    ],
    sessions=[Session("S1", FIRST + timedelta(days=days)) for days in range(0, 500, 2)],
)
DOSES_SCHEMA = pa.schema(
    [
        ("record", pa.string()),
        ("person_group", pa.string()),
        ("dose_no", pa.int8()),
        ("vaccine", pa.string()),
        ("lot", pa.string()),
        ("dose_date", pa.string()),
        ("birth_date", pa.string()),
        ("province", pa.string()),
        ("site", pa.string()),
        ("duplicate", pa.bool_()),
    ]
)
Person = tuple[str | None, Sequence[Dose]]

BIRTHS = ["1950", "2003", "2009", "1900", "2004-10-14", "2004-02-29", "2010-04-01", "2017-04-02", "1956-05-05", "2022"]
GAPS = [0, 0, 1, 9, 10, 13, 14, 20, 21, 27, 28, 29, 41, 42, 55, 56, 84, 85, 89, 90, 91, 92, 120, 153, 183]
NUMBERS = [None, 0, 1, 1, 2, 2, 3, 3, 4, 5, 8]


def make_person(rng: random.Random) -> Person:
    """Make a history that is mostly in order, with every kind of disorder in it."""
    day = FIRST + timedelta(days=rng.randint(-20, 420))
    favourite = rng.choice(VACCINES)
    doses = []
    for index in rng.sample(range(9), rng.randint(1, 6)):
        orderly = rng.random() < 0.7
        doses.append(
            Dose(
                record=f"r{index}",
                dose_no=len(doses) + 1 if orderly else rng.choice(NUMBERS),
                vaccine=favourite if rng.random() < 0.7 else rng.choice(VACCINES),
                dose_date=None if rng.random() < 0.04 else day,
                lot=rng.choice([None, "L1", "L2", "L9"]),
                province=rng.choice([None, "79", "01"]),
                site=rng.choice([None, "S1", "S2"]),
                duplicate=rng.random() < 0.1,
            )
        )
        day += timedelta(days=rng.choice(GAPS) if rng.random() < 0.7 else rng.randint(-60, 260))
    return rng.choice([None, "1980-05-05", *BIRTHS]), doses


def make_people(seed: int, count: int) -> list[Person]:
    rng = random.Random(seed)
    return [make_person(rng) for _ in range(count)]


births = st.sampled_from([None, *BIRTHS])
gaps = st.one_of(st.sampled_from(GAPS), st.integers(-60, 260))


@st.composite
def people(draw: st.DrawFn) -> Person:
    day = FIRST + timedelta(days=draw(st.integers(-20, 420)))
    doses = []
    for index in draw(st.permutations(range(draw(st.integers(1, 5))))):
        doses.append(
            Dose(
                record=f"r{index}",
                dose_no=draw(st.sampled_from([len(doses) + 1, *NUMBERS])),
                vaccine=draw(st.sampled_from(VACCINES)),
                dose_date=draw(st.sampled_from([day, None])),
                province=draw(st.sampled_from([None, "79"])),
            )
        )
        day += timedelta(days=draw(gaps))
    return draw(births), doses


def write_doses(persons: Sequence[Person], path: Path) -> None:
    rows = [
        (
            f"{group}{dose.record}",
            f"p{group}",
            dose.dose_no,
            dose.vaccine,
            dose.lot,
            dose.dose_date and dose.dose_date.isoformat(),
            birth,
            dose.province,
            dose.site,
            dose.duplicate,
        )
        for group, (birth, doses) in enumerate(persons)
        for dose in doses
    ]
    random.Random(7).shuffle(rows)
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array(c, type=f.type) for c, f in zip(columns, DOSES_SCHEMA, strict=True)]
    pq.write_table(pa.table(arrays, schema=DOSES_SCHEMA), path)


Judged = tuple[set[tuple[str, str]], set[tuple[str, str, int, int]], dict[str, tuple[object, ...]]]


def judge_plainly(persons: Sequence[Person]) -> Judged:
    findings, roles, courses = set(), set(), {}
    for group, (birth, doses) in enumerate(persons):
        assessment = assess_history(doses, birth_date=birth, as_of=AS_OF, supply=SUPPLY)
        for dose in assessment.doses:
            assert len(set(dose.findings)) == len(dose.findings)
            findings |= {(f"{group}{dose.record}", code) for code in dose.findings}
            if dose.dn is not None and dose.sd is not None:
                roles.add((f"{group}{dose.record}", dose.role, dose.dn, dose.sd))
        if assessment.state != "none":
            due, extra = assessment.next, [dose for dose in assessment.doses if dose.role in ("additional", "booster")]
            told = (due.kind, due.number, due.due_from, due.due_to) if due else (None,) * 4
            last = max((d for d in assessment.doses if d.dn is not None), key=lambda dose: dose.dn or 0).record
            vaccine = next(dose.vaccine for dose in doses if dose.record == last)
            product = vaccine if due and vaccine in load_rules().products else None
            summed = (assessment.state, assessment.course_doses, assessment.completed_on, len(extra), *told, product)
            courses[f"p{group}"] = summed
    return findings, roles, courses


def judge_by_sql(engine: Engine, persons: Sequence[Person], folder: Path) -> Judged:
    write_doses(persons, folder / "doses.parquet")
    paths = judge_doses(engine, doses=folder / "doses.parquet", folder=folder, as_of=AS_OF, supply=SUPPLY, history=True)
    found = pq.read_table(paths["findings"]).to_pylist()
    roles = pq.read_table(paths["history"]).to_pylist()
    courses = pq.read_table(paths["courses"]).to_pylist()
    assert len(found) == len({(row["record"], row["code"]) for row in found})
    return (
        {(row["record"], row["code"]) for row in found},
        {(row["record"], row["role"], row["dn"], row["sd"]) for row in roles},
        {row["person"]: read_course(row) for row in courses},
    )


def read_course(row: dict[str, Any]) -> tuple[object, ...]:
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("completed_on", "due_from", "due_to")}
    told = row | days
    summed = ("state", "course_doses", "completed_on", "extra")
    return tuple(told[name] for name in (*summed, "next_role", "next_dose", "due_from", "due_to", "next_product"))


@pytest.fixture(scope="module")
def duckdb_engine(tmp_path_factory: pytest.TempPathFactory):
    engine = open_engine("duckdb", memory_gb=1, threads=2, scratch=tmp_path_factory.mktemp("scratch"))
    yield engine
    engine.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(persons=st.lists(people(), min_size=1, max_size=8))
def test_duckdb_and_the_plain_history_agree_on_small_cases(persons, duckdb_engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    assert judge_by_sql(duckdb_engine, persons, folder) == judge_plainly(persons)


def test_duckdb_and_the_plain_history_agree_on_four_thousand_people(duckdb_engine, tmp_path):
    persons = make_people(20211116, 4000)
    findings, roles, courses = judge_plainly(persons)
    assert judge_by_sql(duckdb_engine, persons, tmp_path) == (findings, roles, courses)
    assert {state for state, *_ in courses.values()} == {"partial", "complete"}
    assert {code for _, code in findings} == {code for code, c in list_codes().items() if c.stage == "rules"}
    assert {role for _, role, _, _ in roles} == {"primary", "additional", "booster"}


def test_a_second_run_finds_every_step_finished(duckdb_engine, tmp_path):
    write_doses(make_people(5, 50), tmp_path / "doses.parquet")
    ask = {"doses": tmp_path / "doses.parquet", "folder": tmp_path, "as_of": AS_OF}
    first, second = [], []
    paths = judge_doses(duckdb_engine, **ask, report=first.append)
    assert judge_doses(duckdb_engine, **ask, report=second.append) == paths
    assert (len(first), second) == (len(list_steps()) - 2, [])


@pytest.mark.spark
@pytest.mark.slow
def test_spark_and_the_plain_history_agree(tmp_path):
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, which is not here")
    engine = open_engine("spark", memory_gb=1, threads=2, scratch=tmp_path / "scratch")
    try:
        persons = make_people(20211117, 1500)
        assert judge_by_sql(engine, persons, tmp_path) == judge_plainly(persons)
    finally:
        engine.close()
