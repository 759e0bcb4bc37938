"""The register's values never leave its side: every output is searched for what only the register knows."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from leaks import PEOPLE, PLACE, SECRET_FIELDS, find_leaks, find_secrets, make_claims, make_people
from line import run, write_csv, write_workbook


class Country:
    """The register, two lists, and what no output may tell."""

    def __init__(self, folder: Path) -> None:
        people = make_people()
        claims = make_claims(people)
        self.folder = folder
        self.secrets = find_secrets(people, claims)
        rows = [[*people[0], "province", "district", "commune"], *([*p.values(), *PLACE] for p in people)]
        self.register = write_csv(folder / "register.csv", rows)
        half = len(claims) // 2
        self.files = [
            write_workbook(folder / "list.xlsx", {"1": claims[:half]}),
            write_csv(folder / "list.csv", [claims[0], *claims[half:]]),
        ]

    def verify(self, *options: str | Path) -> tuple[int, str, str]:
        words = (*self.files, "--register", self.register, "--out", self.folder / "out", "--as-of", "2021-12-01")
        return run("verify", *words, *options, temporary=self.folder / "tmp")


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def test_search_finds_what_is_there(country: Country) -> None:
    assert len(country.secrets) > PEOPLE
    book = write_workbook(country.folder / "x.xlsx", {"1": [["a", sorted(country.secrets)[0]]]})
    assert str(book) in find_leaks(country.folder, country.secrets)


def test_nothing_of_the_register_is_in_the_outputs(country: Country) -> None:
    code, said, errors = country.verify("--json", "--history")
    assert code == 0, errors
    assert find_leaks(country.folder / "out", country.secrets) == []
    assert not [secret for secret in country.secrets if secret in said + errors]
    assert list((country.folder / "tmp").iterdir()) == []
    told = json.loads(said)
    assert told["identity"]["MATCHED"] == PEOPLE // 10
    explained = run("explain", "c1", "--out", country.folder / "out", temporary=country.folder / "tmp")[1]
    assert not [secret for secret in country.secrets if secret in explained]


def test_candidates_are_on_the_side_of_the_register_alone(country: Country) -> None:
    side = country.folder / "side"
    side.mkdir(mode=0o755)
    code, said, errors = country.verify("--register-side", side)
    assert code == 0, errors
    assert find_leaks(country.folder / "out", country.secrets) == []
    assert not [secret for secret in country.secrets if secret in said + errors]
    assert stat.S_IMODE(side.stat().st_mode) == 0o700
    assert list((country.folder / "tmp").iterdir()) == []
    candidates = pq.read_table(side / "candidates.parquet").to_pylist()
    with country.register.open(encoding="utf-8", newline="") as lines:
        people = {row["id"]: row for row in csv.DictReader(lines)}
    assert {row["place_no"] for row in candidates} <= {1, 2, 3}
    for row in candidates:
        person = people[row["person"]]
        assert [row[field] for field in SECRET_FIELDS] == [person[field] for field in SECRET_FIELDS]
    first = {row["record"]: row["person"] for row in candidates if row["place_no"] == 1}
    assert first["c1"] == "ref0001"
    assert not (country.folder / "out" / "candidates.parquet").exists()


def test_side_that_is_no_folder_is_refused(country: Country) -> None:
    code, _, errors = country.verify("--register-side", country.register)
    assert code == 2, errors
    assert not [secret for secret in country.secrets if secret in errors]
