"""Who is meant and why not: the table of decisions on every engine and in the reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from rows import make_row, number_rows, write_rows
from xacthuc.engines import Engine
from xacthuc.matching import match, read_model, reference

FOLDER = Path(__file__).parents[2] / "conformance"
TABLE = json.loads((FOLDER / "decisions.json").read_text(encoding="utf-8"))
MODEL = FOLDER / "model.json"
REASONS = ("name", "birth", "sex", "number")


def list_people() -> list[dict[str, Any]]:
    rows = [make_row(**{k: v for k, v in p.items() if k != "id"}, record=p["id"]) for p in TABLE["people"]]
    return number_rows(rows, number="person_no")


def list_claims() -> list[dict[str, Any]]:
    return number_rows([make_row(**case["claim"]) for case in TABLE["cases"]], number="claim")


def tell(answer: dict[str, Any]) -> dict[str, Any]:
    """Give an answer of the reference or of an engine in the form of the table."""
    reasons = [answer.get(f"{field}_reason", answer.get(field)) for field in REASONS]
    person = answer["person_no"]
    return {
        "identity": answer["identity"],
        "person": None if person is None else TABLE["people"][person]["id"],
        "sure": answer["sure"],
        "reasons": sorted(reason for reason in reasons if reason),
    }


def find_wrong(answers: dict[int, dict[str, Any]]) -> list[Any]:
    wanted = [
        {k: case[k] for k in ("identity", "person", "sure")} | {"reasons": sorted(case["reasons"])}
        for case in TABLE["cases"]
    ]
    return [
        (TABLE["cases"][i]["why"], tell(answers[i]), want) for i, want in enumerate(wanted) if tell(answers[i]) != want
    ]


def test_reference_decides_as_the_table() -> None:
    assert find_wrong(reference.match(list_claims(), list_people(), read_model(MODEL))) == []


def test_engine_decides_as_the_table(engine: Engine, tmp_path: Path) -> None:
    claims = write_rows(list_claims(), tmp_path / "claims.parquet", number="claim")
    people = write_rows(list_people(), tmp_path / "people.parquet", number="person_no")
    made = match(engine, claims=claims, people=people, work=tmp_path / "work", model=MODEL)
    assert find_wrong({row["claim"]: row for row in pq.read_table(made["decided"]).to_pylist()}) == []
