"""Any two lists of people are matched with a column map: names in one column or two, not Vietnamese, no number."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from two_lists import STRANGERS, VISITORS, write_lists

from xacthuc.pipeline import verify
from xacthuc.runs.order import Order


def measure(folder: Path) -> dict[str, float]:
    """Match the visitors with the members and hold the proposals against the truth."""
    order = Order(
        files=(folder / "visitors.csv",),
        register=folder / "members.csv",
        out=folder / "out",
        as_of=date(2021, 12, 1),
        columns=folder / "map.toml",
    )
    verify(order)
    with (folder / "truth.csv").open(encoding="utf-8") as stream:
        truth = {row["record"]: row["person"] for row in csv.DictReader(stream)}
    rows = pq.read_table(order.out / "verdicts.parquet").to_pylist()
    assert len(rows) == VISITORS
    known = VISITORS - STRANGERS
    proposed = [row for row in rows if row["person"]]
    sure = [row for row in rows if row["sure"]]
    right, surely_right = (sum(r["person"] == truth[r["record"]] for r in found) for found in (proposed, sure))
    return {
        "first proposal right": right / known,
        "proposals right": right / len(proposed),
        "sure proposals right": surely_right / len(sure),
        "surely found": surely_right / known,
    }


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.parametrize(
    ("phones", "first", "surely"), [(True, 0.97, 0.87), (False, 0.95, 0.86)], ids=["phones", "no phones"]
)
def test_two_lists_without_numbers(tmp_path: Path, *, seed: int, phones: bool, first: float, surely: float) -> None:
    write_lists(tmp_path, seed=seed, phones=phones)
    measured = measure(tmp_path)
    print(", ".join(f"{what} {share:.4f}" for what, share in measured.items()))
    assert measured["first proposal right"] >= first
    assert measured["proposals right"] >= 0.96
    assert measured["sure proposals right"] >= 0.999
    assert measured["surely found"] >= surely
