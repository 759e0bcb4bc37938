"""The seven workbooks: what a careful human could restore from the rows is restored. All people are synthetic."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from xacthuc.cleaning import clean_batch, gather_evidence
from xacthuc.cleaning.names import clean_name
from xacthuc.reading import read_file

FIELDS = ("name", "birth_date", "sex", "number", "number9", "phone", "dose_no", "vaccine", "dose_date", "lot")
LEAST = 0.99  # of the true doses, field by field, wherever the field can be restored

Row = tuple[str, str, int]


@pytest.fixture(scope="module")
def books(shared: Path) -> Path:
    return shared / "workbooks"


@pytest.fixture(scope="module")
def truth(books: Path) -> list[dict[str, str]]:
    with (books / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def register(books: Path) -> dict[str, dict[str, str]]:
    with (books / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def records(books: Path, truth: list[dict[str, str]]) -> dict[Row, list[dict[str, Any]]]:
    rows: dict[Row, list[dict[str, Any]]] = defaultdict(list)
    for name in dict.fromkeys(line["file"] for line in truth):
        for sheet in read_file(books / name):
            batches = list(sheet.batches)
            evidence = gather_evidence(batches, sheet.layout)
            for batch in batches:
                for record in clean_batch(batch, sheet.layout, evidence=evidence).records.to_pylist():
                    rows[name, record["sheet"], record["row"]].append(record)
    return rows


def _expect(line: dict[str, str], person: dict[str, str]) -> dict[str, str | None]:
    expected = {name: line.get(name) or line.get(f"true_{name}") for name in FIELDS}
    named = clean_name(line["true_name"]).name
    return expected | {"name": named, "number9": person.get("number9"), "phone": person.get("phone")}


@pytest.mark.shared
def test_what_can_be_restored_is_restored(
    truth: list[dict[str, str]], register: dict[str, dict[str, str]], records: dict[Row, list[dict[str, Any]]]
) -> None:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    used: set[str] = set()
    for line in truth:
        here = records[line["file"], line["sheet"], int(line["row"])]
        free = [record for record in here if record["given"] and record["record"] not in used]
        person = register.get(line["person_id"], {})
        expected = _expect(line, person)
        got = [{name: str(record[name]) for name in FIELDS} | {"record": record["record"]} for record in free]
        best = max(got, key=lambda found: sum(found[name] == expected[name] for name in FIELDS), default={"record": ""})
        used.add(best["record"])
        for name in filter(None, line["recoverable_fields"].split(";")):
            if expected[name] is not None:
                asked[name] += 1
                right[name] += best.get(name) == expected[name]
    assert {name for name in FIELDS if right[name] < LEAST * asked[name]} == set()


@pytest.mark.shared
def test_nothing_is_given_that_was_not(truth: list[dict[str, str]], records: dict[Row, list[dict[str, Any]]]) -> None:
    doses = Counter((line["file"], line["sheet"], int(line["row"])) for line in truth)
    given = {row: sum(record["given"] for record in here) for row, here in records.items()}
    assert {row for row, times in given.items() if times != doses[row]} == set()
