"""Small-number suppression: what is hidden cannot be worked out, judged by another method than the one that hides."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pytest
from reporting_country import write_country

from xacthuc.engines import open_engine
from xacthuc.reporting.publish import ACROSS, COUNTS, hide_small, write_public
from xacthuc.reporting.suppression import SMALLEST, Sum, choose_hidden, find_exposed
from xacthuc.reporting.tables import Sources, Tables, build_tables


def find_determined(hidden: list[object], sums: list[Sum]) -> set[object]:
    """Judge by singular values: a cell is determined where no direction of the null space moves it."""
    place = {cell: number for number, cell in enumerate(hidden)}
    matrix = np.zeros((len(sums) + 1, len(hidden)))
    for line, known in enumerate(sums):
        for cell, sign in ((known.whole, -1.0), *((part, 1.0) for part in known.parts)):
            if cell in place:
                matrix[line, place[cell]] += sign
    _, values, rows = np.linalg.svd(matrix)
    rank = int((values > 1e-9).sum())
    return {cell for cell, number in place.items() if np.allclose(rows[rank:, number], 0, atol=1e-9)}


def make_grid(rng: random.Random, rows: int, columns: int) -> tuple[dict[object, int], list[Sum]]:
    """Make a table of counts with totals of rows, of columns and of all."""
    values: dict[object, int] = {
        (r, c): rng.choice((0, rng.randint(1, 15), rng.randint(10, 300))) for r in range(rows) for c in range(columns)
    }
    sums = [Sum((r, "all"), tuple((r, c) for c in range(columns))) for r in range(rows)]
    sums += [Sum(("all", c), tuple((r, c) for r in range(rows))) for c in (*range(columns), "all")]
    for known in sums:
        values[known.whole] = sum(values[part] for part in known.parts)
    return values, sums


@pytest.mark.parametrize("seed", range(25))
def test_hidden_cells_cannot_be_worked_out_from_the_totals(seed: int) -> None:
    values, sums = make_grid(random.Random(seed), rows=6, columns=5)
    hidden = choose_hidden(values, sums)
    assert {cell for cell, value in values.items() if 0 < value < SMALLEST} <= hidden
    assert find_determined(sorted(hidden, key=str), sums) == set()


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    values: dict[object, int] = {"a": 3, "b": 40, "c": 90, "all": 133}
    assert choose_hidden(values, [Sum("all", ("a", "b", "c"))]) == {"a", "b"}


def test_two_ones_that_add_up_to_two_get_company() -> None:
    values: dict[object, int] = {"a": 1, "b": 1, "c": 90, "all": 92}
    assert choose_hidden(values, [Sum("all", ("a", "b", "c"))]) == {"a", "b", "c"}


def test_where_all_parts_are_small_the_whole_goes_too() -> None:
    values: dict[object, int] = {"a": 4, "b": 5, "c": 5, "all": 14}
    assert "all" not in choose_hidden(values, [Sum("all", ("a", "b", "c"))])
    values = {"a": 4, "b": 7, "all": 11}
    assert choose_hidden(values, [Sum("all", ("a", "b"))]) == {"a", "b"}
    values = {"a": 4, "b": 6, "all": 10}
    assert choose_hidden(values, [Sum("all", ("a", "b"))]) == {"a", "b", "all"}


def test_large_tables_are_left_alone_and_nought_is_shown() -> None:
    values: dict[object, int] = {"a": 40, "b": 0, "all": 40}
    assert choose_hidden(values, [Sum("all", ("a", "b"))]) == set()


def test_a_bridge_between_two_circles_is_found_exposed() -> None:
    # two 2 x 2 blocks of hidden cells, joined by one cell: every row and column has two or three, yet it is determined
    sums = [Sum(("r", r), tuple((r, c) for c in range(4))) for r in range(4)]
    sums += [Sum(("c", c), tuple((r, c) for r in range(4))) for c in range(4)]
    hidden: set[object] = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 2)}
    assert set(find_exposed(hidden, sums)) == {(1, 2)}
    assert find_determined(sorted(hidden, key=str), sums) == {(1, 2)}


def test_a_sum_that_does_not_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="does not hold"):
        choose_hidden({"a": 1, "all": 2}, [Sum("all", ("a",))])


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("country")
    engine = open_engine("duckdb", scratch=folder / "spill")
    sources = Sources(**write_country(folder, lines=6000, provinces=("48", "49"), per_district=3))
    made = build_tables(sources, engine=engine, scratch=folder / "s")
    engine.close()
    return made


def test_public_units_show_no_small_number_and_no_share_of_one(tables: Tables) -> None:
    public = hide_small(tables)["units"].to_pylist()
    assert any(row["hidden"] for row in public)
    for row in public:
        shown = [row[name] for name in COUNTS if row[name] is not None]
        assert not [value for value in shown if 0 < value < SMALLEST]
        for share, part in (("matched_of_recorded", "matched"), ("both_of_recorded", "both_settled")):
            assert row[share] is None or part not in row["hidden"].split()


def test_public_units_cannot_be_recomputed_across_or_up_the_tree(tables: Tables) -> None:
    public = {row["unit"]: row for row in hide_small(tables)["units"].to_pylist()}
    hidden: list[object] = [(unit, name) for unit, row in public.items() for name in row["hidden"].split()]
    sums = [Sum((u, whole), tuple((u, p) for p in parts)) for u in public for whole, parts in ACROSS.items()]
    for parent in public:
        children = [unit for unit, row in public.items() if row["parent"] == parent]
        if children:
            sums += [Sum((parent, name), tuple((child, name) for child in children)) for name in COUNTS]
    assert find_determined(hidden, sums) == set()


def test_public_causes_and_days_are_hidden_with_the_units(tables: Tables, tmp_path: Path) -> None:
    paths = write_public(tables, tmp_path)
    assert {path.name for path in paths} >= {"units.csv", "causes.csv", "days.csv", "days.parquet"}
    for row in pa_csv.read_csv(tmp_path / "causes.csv").to_pylist():
        assert (row["doses"] is None) == (row["hidden"] == "doses")
        assert row["doses"] is None or row["doses"] >= SMALLEST
    days = pa_csv.read_csv(tmp_path / "days.csv").to_pylist()
    nation = next(row for row in tables.units.to_pylist() if row["unit"] == "VN")
    gone = [row for row in days if row["recorded"] is None]
    assert len(gone) != 1
    assert sum(row["recorded"] or 0 for row in days) <= nation["recorded"]
