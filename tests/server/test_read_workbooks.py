"""Workbooks as clerks keep them: every row of every sheet is recorded, the same, listed, refused or ignored."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from intake_cast import Cast, read, send

from xacthuc.nation.workbooks import WorkbookTruth, write_workbooks

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from hands_people import make_doses, make_people

BESIDE = {"rows.csv", "truth.csv", "register.csv", "README.md"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WorkbookTruth:
    people = make_people(180)
    return write_workbooks(tmp_path_factory.mktemp("hands"), people=people, doses=make_doses(people), seed=7, rows=60)


def load_rows(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(line["file"], line["sheet"]): line for line in csv.DictReader(file)}


def check_file(cast: Cast, path: Path, rows: dict[tuple[str, str], dict[str, str]]) -> int:
    """Hold what became of a file against what was written into it; gives the doses recorded."""
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Dose
    from xacthuc_server.uploads.models import Row

    upload = read(send(cast.clerk, path))
    assert upload.state == "recorded", upload.code
    with act_as(cast.clerk):
        states = Counter(Row.objects.filter(upload=upload).values_list("state", flat=True))
        lines: Counter[str] = Counter()
        for sheet, _ in Row.objects.filter(upload=upload).values_list("sheet", "row").distinct():
            lines[sheet] += 1
        doses = Dose.objects.filter(upload=upload).count()
    counts: dict[str, Any] = upload.counts
    mine = {sheet: line for (file, sheet), line in rows.items() if file == path.name}
    assert lines == {sheet: int(line["data"]) for sheet, line in mine.items() if int(line["data"])}
    assert counts["lines"] == sum(int(line["last_row"]) for line in mine.values())
    assert counts["lines"] == counts["ignored"] + sum(lines.values())
    assert sum(states.values()) == counts["records"]
    assert {state: counts[state] for state in states} == states
    assert states["recorded"] == doses
    return doses


def test_every_row_of_the_nations_hands_is_accounted_for(rolled_back: None, written: WorkbookTruth) -> None:
    cast, rows = Cast(), load_rows(written.rows)
    assert sum(check_file(cast, path, rows) for path in written.files) > 1_000


@pytest.mark.shared
def test_every_row_of_the_sample_workbooks_is_accounted_for(rolled_back: None, shared: Path) -> None:
    cast, folder = Cast(), shared / "workbooks"
    rows = load_rows(folder / "rows.csv")
    files = sorted(path for path in folder.iterdir() if path.name not in BESIDE)
    assert sum(check_file(cast, path, rows) for path in files) > 5_000
