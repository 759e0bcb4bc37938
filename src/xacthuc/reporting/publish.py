"""Public tables: the figures by unit, cause and day with small numbers hidden, as Parquet and CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.engines import writing
from xacthuc.reporting.suppression import SMALLEST, Cell, Sum, choose_hidden
from xacthuc.reporting.tables import NATION, Tables, write_csv

__all__ = ["SMALLEST", "hide_small", "write_public"]

LEVELS = ("nation", "province", "district", "commune")
CAUSE_LEVELS = ("nation", "province", "district")  # a cause in one commune is nearly always a small number
COUNTS = ("recorded", "matched", "plausible", "both_settled", "identity_only", "dose_only", "neither")
ACROSS = {
    "recorded": ("both_settled", "identity_only", "dose_only", "neither"),
    "matched": ("both_settled", "identity_only"),
    "plausible": ("both_settled", "dose_only"),
}
SHARES = {
    "matched_of_recorded": "matched",
    "plausible_of_recorded": "plausible",
    "both_of_recorded": "both_settled",
}
DAY_COUNTS = ("recorded", "both_settled")

Row = dict[str, Any]


def write_public(tables: Tables, out: Path) -> list[Path]:
    """Write units, causes and days with small numbers hidden; a hidden count is empty and named in `hidden`."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in hide_small(tables).items():
        with writing(out / f"{name}.parquet") as unfinished:
            pq.write_table(table, unfinished, compression="zstd")
        paths += [out / f"{name}.parquet", write_csv(table, out / f"{name}.csv")]
    return paths


def hide_small(tables: Tables, *, smallest: int = SMALLEST) -> dict[str, pa.Table]:
    """Give the public tables; all three are hidden together, since the days and the units have the same totals."""
    units = [row for row in tables.units.to_pylist() if row["level"] in LEVELS]
    causes = [r for r in tables.causes.to_pylist() if r["level"] in CAUSE_LEVELS and r["state"] == "recorded"]
    days = [row for row in tables.days.to_pylist() if row["level"] == "nation"]
    values: dict[Cell, int] = {}
    for row in units:
        values |= {("units", row["unit"], name): row[name] for name in COUNTS}
    values |= {("causes", row["unit"], row["code"]): row["doses"] for row in causes}
    for row in days:
        values |= {("days", row["dose_date"], name): row[name] for name in DAY_COUNTS}
    sums = [*_sum_units(units), *_sum_causes(causes, units), *_sum_days(days)]
    hidden = choose_hidden(values, sums, smallest=smallest)
    return {
        "units": _write_units(units, hidden),
        "causes": _write_causes(causes, hidden),
        "days": _write_days(days, hidden),
    }


def _sum_units(units: list[Row]) -> Iterator[Sum]:
    below: dict[str, list[str]] = defaultdict(list)
    for row in units:
        if row["parent"] is not None:
            below[row["parent"]].append(row["unit"])
        for whole, parts in ACROSS.items():
            yield Sum(("units", row["unit"], whole), tuple(("units", row["unit"], part) for part in parts))
    for parent, children in below.items():
        for name in COUNTS:
            yield Sum(("units", parent, name), tuple(("units", child, name) for child in children))


def _sum_causes(causes: list[Row], units: list[Row]) -> Iterator[Sum]:
    parents: Mapping[str, str | None] = {row["unit"]: row["parent"] for row in units}
    below: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for row in causes:
        parent = parents[row["unit"]]
        if parent is not None:
            below[parent, row["code"]].append(("causes", row["unit"], row["code"]))
    for (parent, code), cells in below.items():
        yield Sum(("causes", parent, code), tuple(cells))


def _sum_days(days: list[Row]) -> Iterator[Sum]:
    for name in DAY_COUNTS if days else ():
        yield Sum(("units", NATION, name), tuple(("days", row["dose_date"], name) for row in days))


def _write_units(units: list[Row], hidden: set[Cell]) -> pa.Table:
    keys = ("level", "unit", "name", "parent", "people", "adults", "delivered", "given")
    made = []
    for row in units:
        gone = [name for name in COUNTS if ("units", row["unit"], name) in hidden]
        shown = {name: None if name in gone else row[name] for name in COUNTS}
        # a share gives its part away to whoever knows the whole
        shares = {share: None if part in gone or "recorded" in gone else row[share] for share, part in SHARES.items()}
        made.append({name: row[name] for name in keys} | shown | shares | {"hidden": " ".join(gone)})
    text = ("level", "unit", "name", "parent")
    fields = [(name, pa.string() if name in text else pa.int64()) for name in (*keys, *COUNTS)]
    return pa.Table.from_pylist(
        made, pa.schema([*fields, *((n, pa.float64()) for n in SHARES), ("hidden", pa.string())])
    )


def _write_causes(causes: list[Row], hidden: set[Cell]) -> pa.Table:
    keys = ("level", "unit", "axis", "code", "class_2262")
    made = []
    for row in causes:
        gone = ("causes", row["unit"], row["code"]) in hidden
        made.append(
            {name: row[name] for name in keys}
            | {"doses": None if gone else row["doses"], "hidden": "doses" if gone else ""}
        )
    fields = [*((name, pa.string()) for name in keys), ("doses", pa.int64()), ("hidden", pa.string())]
    return pa.Table.from_pylist(made, pa.schema(fields))


def _write_days(days: list[Row], hidden: set[Cell]) -> pa.Table:
    made = []
    for row in days:
        gone = [name for name in DAY_COUNTS if ("days", row["dose_date"], name) in hidden]
        shown = {name: None if name in gone else row[name] for name in DAY_COUNTS}
        made.append({"dose_date": row["dose_date"]} | shown | {"hidden": " ".join(gone)})
    fields = [("dose_date", pa.string()), *((name, pa.int64()) for name in DAY_COUNTS), ("hidden", pa.string())]
    return pa.Table.from_pylist(made, pa.schema(fields))
