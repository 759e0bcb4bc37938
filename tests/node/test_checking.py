"""A single check says what the SQL steps say: the table of decisions, and whole nations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from test_decisions import TABLE

from registers import decide_on
from rows import make_row
from xacthuc.engines import Engine
from xacthuc.exchange.references import Referrer
from xacthuc.matching import reference, running
from xacthuc.nation import build_nation
from xacthuc.runs.intake import take_in
from xacthuc.runs.prepared import Means, find_prepared, prepare_register
from xacthuc_register import building
from xacthuc_register.building import build_index
from xacthuc_register.checking import Checker
from xacthuc_register.store import Store

Row = Mapping[str, Any]
REFERRER = Referrer(b"secret of a test")
MODEL = Path(__file__).parents[2] / "conformance" / "model.json"


def open_checker(prepared: Path, folder: Path, *, model: Path | None = None) -> Checker:
    people = find_prepared(prepared)
    assert people is not None
    return Checker(Store(build_index(people, folder=folder, referrer=REFERRER, model=model)), REFERRER)


def test_the_node_decides_as_the_table(prepared: Path, tmp_path: Path) -> None:
    checker = open_checker(prepared, tmp_path)
    for case in TABLE["cases"]:
        claim = make_row(**case["claim"]) | {"claim": 0}
        found = checker.check(claim)
        person = found.decision["person_no"]
        said = {
            "identity": found.decision["identity"],
            "person": None if person is None else found.people[person]["record"],
            "sure": found.decision["sure"],
            "reasons": sorted(reason["code"] for reason in found.list_reasons()),
        }
        assert said == {k: case[k] for k in said} | {"reasons": sorted(case["reasons"])}, case["why"]


@pytest.mark.slow
@pytest.mark.parametrize("size", ["of any size", "large"])
@pytest.mark.parametrize("seed", [11, 12])
def test_the_node_says_of_every_claim_of_a_nation_what_sql_says(
    duckdb_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str, seed: int
) -> None:
    if size == "large":
        for module in (running, reference, building):
            monkeypatch.setattr(module, "NARROW_FROM", 0)
    build_nation(tmp_path, people=6_000, doses=5_000, seed=seed)
    take_in(tmp_path / "claims.parquet", folder=tmp_path / "claim", number="claim", first=0)
    prepared = tmp_path / "prepared"
    prepare_register(tmp_path / "register.parquet", out=prepared, means=Means(threads=1))
    decided = decide_on(duckdb_engine, tmp_path, claims="claim/rows", people="prepared/0001/people/rows")
    (tmp_path / "learnt.json").write_text(decided["model"], encoding="utf-8")
    checker = open_checker(prepared, tmp_path / "index", model=tmp_path / "learnt.json")
    claims = pq.read_table(tmp_path / "claim" / "rows").to_pylist()
    assert len(claims) > 4_000
    wrong = []
    for claim in claims:
        one, sql = checker.check(claim).decision, decided["decided"][claim["claim"]]
        pairs = [(one[n], sql[n]) for n in ("identity", "person_no", "sure", "weight", "margin")]
        pairs += [(one[n], sql[f"{n}_reason"]) for n in ("name", "birth", "sex", "number")]
        if any(a != b for a, b in pairs):
            wrong.append(claim["claim"])
    assert wrong == []
