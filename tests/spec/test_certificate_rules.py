"""What is promised of expressions, payloads and rules at a door: the tables that every verifier of ours passes."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from xacthuc.certificates.acceptance import judge_rules
from xacthuc.certificates.certlogic import CertLogicRefused, evaluate
from xacthuc.certificates.certlogic_form import check_form
from xacthuc.certificates.rule_files import RuleFileRefused, read_rules
from xacthuc.certificates.schema import check_payload

FOLDER = Path(__file__).parents[2] / "conformance"
LOGIC, SCHEMA, ACCEPTANCE = (
    json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("certlogic", "schema", "acceptance")
)


def each(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["why"] for case in cases])


def change(payload: dict[str, Any], *, to: dict[str, Any], without: list[str]) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    for path in (*to, *without):
        *way, last = path.split(".")
        inner: Any = changed
        for part in way:
            inner = inner[int(part) if part.isdigit() else part]
        if path in to:
            inner[last] = to[path]
        else:
            del inner[last]
    return changed


@each(LOGIC["cases"])
def test_an_expression_gives_its_value_or_is_refused(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(CertLogicRefused) as refused:
            evaluate(case["expression"], case["data"])
        assert refused.value.code == case["refused"]
    else:
        found = evaluate(case["expression"], case["data"])
        assert (found, type(found)) == (case["value"], type(case["value"]))


@each(LOGIC["forms"])
def test_the_form_of_an_expression_has_its_issues(case: dict[str, Any]) -> None:
    assert len(check_form(case["expression"])) == case["issues"]


@each(SCHEMA["cases"])
def test_a_payload_has_its_faults(case: dict[str, Any]) -> None:
    payload = change(SCHEMA["bases"][case["base"]], to=case["set"], without=case["drop"])
    assert [[fault.code, fault.field] for fault in check_payload(payload)] == case["faults"]


@each(ACCEPTANCE["cases"])
def test_a_certificate_is_enough_or_not(case: dict[str, Any]) -> None:
    payload = change(SCHEMA["bases"][case["payload"]], to=case.get("set", {}), without=[])
    rules = read_rules(json.dumps(case["rules"]))
    found = judge_rules(payload, rules=rules, issuer=case["issuer"], at=datetime.fromisoformat(case["at"]))
    told = {name: getattr(found, name) for name in case if hasattr(found, name)}
    assert told == {name: case[name] for name in told}
    assert told.keys() >= {"outcome", "code", "rule"}


@each(ACCEPTANCE["files"])
def test_a_file_of_rules_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(RuleFileRefused) as refused:
        read_rules(case["text"])
    assert (refused.value.code, refused.value.rule) == (case["code"], case["number"])
