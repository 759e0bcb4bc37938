"""Hands put together at random: no file raises, every row is accounted for, and the promised shares are kept."""

from __future__ import annotations

import csv
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xacthuc.cleaning import clean_batch, gather_evidence
from xacthuc.nation.checking import check_reading
from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.hands.composing import random_hand
from xacthuc.nation.workbooks import write_workbooks
from xacthuc.reading import read_file

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
from hands_people import make_doses, make_people

SEEDS = (20211110, 61803398, 314159)
HANDS_OF_A_SEED = 8
ROWS = 45
FLOOR_DOSES = 0.99  # doses of which every recoverable field is right
FLOOR_RESTORED = 0.995  # damaged cells of recoverable classes, all together
FLOOR_CLASS = 0.97  # of each class with enough cells: a few cells hang on one person's name
ENOUGH = 60


def _read(folder: Path, out: Path) -> tuple[Path, Path]:
    """Read and clean the files of a folder into records.parquet and rows.csv, as the main command does."""
    tables: list[pa.Table] = []
    rows: list[dict[str, Any]] = []
    with (folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {line["file"] for line in csv.DictReader(file)}
    for path in sorted(folder / name for name in names):
        for sheet in read_file(path):
            batches = list(sheet.batches)
            if batches:
                evidence = gather_evidence(batches, sheet.layout)
                tables += [clean_batch(b, sheet.layout, evidence=evidence).records for b in batches]
            counts = sheet.layout.counts
            assert sum(counts.values()) == sheet.layout.last_row
            rows.append(
                {"file": path.name, "sheet": sheet.layout.sheet, "data": counts["data"],
                 "headings": counts["heading"], "blank": counts["blank"], "totals": counts["total"]}
            )  # fmt: skip
    records, counted = out / "records.parquet", out / "rows.csv"
    table = pa.concat_tables(tables)
    pq.write_table(table.filter(table.column("given")), records)
    with counted.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return records, counted


@pytest.mark.parametrize("seed", [*SEEDS, None])
def test_workbooks_in_unseen_hands(tmp_path: Path, seed: int | None) -> None:
    rng = random.Random(seed or 0)
    hands = list(HANDS.values()) if seed is None else [random_hand(rng) for _ in range(HANDS_OF_A_SEED)]
    people = make_people(180, seed or 7)
    folder, out = tmp_path / "made", tmp_path / "read"
    out.mkdir()
    write_workbooks(folder, people=people, doses=make_doses(people, seed or 7), seed=seed or 7, hands=hands, rows=ROWS)
    found = check_reading(*_read(folder, out), folder)
    assert found["rows"]["wrong"] == []
    assert not [miss for miss in found["misses"] if miss[3] == "record"]
    assert found["doses"]["share"] >= FLOOR_DOSES, Counter((m[0], m[3]) for m in found["misses"])
    cells = Counter[str]()
    for counts in found["restored"].values():
        cells.update({"cells": counts["cells"], "right": counts["right"]})
    assert cells["right"] >= FLOOR_RESTORED * cells["cells"]
    weak = {
        k: c for k, c in found["restored"].items() if c["cells"] >= ENOUGH and c["right"] < FLOOR_CLASS * c["cells"]
    }
    assert weak == {}
