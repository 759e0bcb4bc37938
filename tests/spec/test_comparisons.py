"""How far apart two notes on a person are: every engine and the reference say the same as the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rows import make_row, number_rows, write_rows
from xacthuc.engines import Engine, load_steps
from xacthuc.matching import reference

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "comparisons.json").read_text(encoding="utf-8"))


def list_cases() -> list[tuple[str, dict[str, Any], dict[str, Any], int]]:
    """Give (level column, claim row, person row, level) of all cases."""
    cases = [("name", make_row(name=c["claim"]), make_row(name=c["register"]), c["level"]) for c in CASES["names"]]
    cases += [
        ("birth_date", make_row(birth_date=c["claim"]), make_row(birth_date=c["register"]), c["level"])
        for c in CASES["births"]
    ]
    for case in CASES["numbers"]:
        column = {12: "number12", 9: "number9"}.get(len(case["claim"] or ""), "digits")
        person = make_row(number12=case["twelve"], number9=case["nine"])
        cases.append(("number", make_row(**{column: case["claim"]}), person, case["level"]))
    for case in CASES["places"]:
        places = [
            dict(zip(("commune", "district", "province"), side, strict=True))
            for side in (case["claim"], case["register"])
        ]
        cases.append(("place", make_row(**places[0]), make_row(**places[1]), case["level"]))
    return cases


def test_reference_says_what_the_table_says() -> None:
    for field, claim, person, level in list_cases():
        assert reference.compare(claim, person, 0)[field] == level, (
            field,
            claim[field if field != "place" else "commune"],
        )


def test_engine_says_what_the_table_says(engine: Engine, tmp_path: Path) -> None:
    cases = list_cases()
    claims = write_rows(
        number_rows([c for _, c, _, _ in cases], number="claim"), tmp_path / "c.parquet", number="claim"
    )
    people = write_rows(
        number_rows([p for _, _, p, _ in cases], number="person_no"), tmp_path / "p.parquet", number="person_no"
    )
    count = range(len(cases))
    pairs = pa.table({"claim": count, "person_no": count, "via": [0] * len(cases), "agree": [False] * len(cases)})
    pq.write_table(pairs, tmp_path / "pairs.parquet")
    output = tmp_path / "out.parquet"
    inputs = {"claims": claims, "people": people, "pairs": tmp_path / "pairs.parquet"}
    engine.run_step(load_steps("xacthuc.matching")["02_compare"], inputs=inputs, output=output)
    found = {row["claim"]: row for row in pq.read_table(output).to_pylist()}
    wrong = [
        (i, field, found[i][f"{field.removesuffix('_date')}_level"], level)
        for i, (field, _, _, level) in enumerate(cases)
        if found[i][f"{field.removesuffix('_date')}_level"] != level
    ]
    assert not wrong


@pytest.mark.parametrize("field", ["names", "births", "numbers", "places"])
def test_each_case_gives_its_reason(field: str) -> None:
    assert all(case["why"] for case in CASES[field])
