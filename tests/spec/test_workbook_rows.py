"""Every row of the shared workbooks is accounted for as their table of rows says."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from xacthuc.reading import SheetReading, read_file

WORKBOOKS = Path(__file__).resolve().parents[2].parent / "shared" / "workbooks"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="needs ../shared/workbooks beside the checkout"),
]


def list_expected() -> list[dict[str, str]]:
    if not WORKBOOKS.is_dir():
        return [{"file": "", "sheet": ""}]
    with (WORKBOOKS / "rows.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def read_workbook(name: str) -> dict[str, tuple[SheetReading, list[dict[str, object]]]]:
    found = {}
    for reading in read_file(WORKBOOKS / name):
        rows = [row for batch in reading.batches for row in batch.select(["row", "part", "slot"]).to_pylist()]
        found[reading.grid.sheet] = (reading, rows)
    return found


@pytest.mark.parametrize("expected", list_expected(), ids=lambda e: f"{e['file'][:12]} {e['sheet']}")
def test_rows_are_accounted_for(expected: dict[str, str]) -> None:
    reading, rows = read_workbook(expected["file"])[expected["sheet"]]
    layout = reading.layout
    wanted = {"data": "data", "heading": "headings", "blank": "blank", "total": "totals"}
    assert layout.kind == expected["sheet_kind"]
    assert layout.visible == (expected["state"] == "visible")
    assert layout.last_row == int(expected["last_row"])
    assert layout.counts == {kind: int(expected[column]) for kind, column in wanted.items()}
    assert sum(layout.counts.values()) == layout.last_row
    assert len({r["row"] for r in rows}) == int(expected["data"])
    assert len(layout.header_rows) == int(expected["header_rows"]) * (layout.kind == "list")
    assert sum(f.code == "row_hidden" for f in reading.findings) == int(expected["hidden_rows"])


def test_every_true_dose_has_its_row() -> None:
    truth: Counter[tuple[str, str, int]] = Counter()
    with (WORKBOOKS / "truth.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            truth[line["file"], line["sheet"], int(line["row"])] += 1
    given: Counter[tuple[str, str, int]] = Counter()
    for name in {key[0] for key in truth}:
        for sheet, (_, rows) in read_workbook(name).items():
            given.update((name, sheet, int(str(r["row"]))) for r in rows if r["slot"])
    short = [key for key, count in truth.items() if given[key] < count]
    over = sum((given - truth).values())
    assert short == []
    assert over <= 16 + 29  # people put off without a dose, and second doses put off in words ("hoãn", "vắng")
