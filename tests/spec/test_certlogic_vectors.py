"""CertLogic answers as the public suites of its specification say, every case of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xacthuc.certificates.certlogic import evaluate
from xacthuc.certificates.certlogic_form import check_form

pytestmark = pytest.mark.shared


@pytest.fixture
def suites(shared: Path) -> Path:
    folder = shared / "vectors" / "certlogic"
    if not folder.is_dir():
        pytest.skip("../shared/vectors is not beside this checkout")
    return folder


def read_cases(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    suites = [(path.name, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]
    return [(name, case) for name, suite in suites for case in suite["cases"]]


def test_values_are_those_of_the_suite(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The cases that the suite itself skips are among them."""
    wrong, asked = [], 0
    for name, case in read_cases(suites / "testSuite"):
        for said in case["assertions"]:
            expression = said.get("certLogicExpression", case.get("certLogicExpression"))
            found = evaluate(expression, said["data"])
            asked += 1
            if found != said["expected"] or type(found) is not type(said["expected"]):
                wrong.append((name, expression, said, found))
    with capsys.disabled():
        print(f"\nCertLogic: {asked - len(wrong)} of {asked} values of the public suite")
    assert wrong == []
    assert asked >= 232


def test_every_expression_of_the_suite_is_well_formed(suites: Path) -> None:
    for _, case in read_cases(suites / "testSuite"):
        for said in case["assertions"]:
            assert check_form(said.get("certLogicExpression", case.get("certLogicExpression"))) == ()


def test_issues_are_those_of_the_validation_suite(suites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong, asked = [], 0
    for name, case in read_cases(suites / "validation-testSuite"):
        found = [{"expr": i.expression, "message": i.message} for i in check_form(case["certLogicExpression"])]
        asked += 1
        if found != case["issues"]:
            wrong.append((name, case, found))
    with capsys.disabled():
        print(f"\nCertLogic: {asked - len(wrong)} of {asked} cases of the public validation suite")
    assert wrong == []
    assert asked >= 23
