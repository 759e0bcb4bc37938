"""What the report shows, taken from the tables: rows by unit, causes, work and days, and the scope they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.codes.units import UnitTree
from xacthuc.findings import get_code
from xacthuc.reporting.tables import NATION, NO_UNIT, UNKNOWN, Tables, name_unit, write_class
from xacthuc.reporting.words import OWNER_WORDS, Axis, Words, write_sentence

Row = Mapping[str, Any]
Level = Literal["nation", "province", "district"]

WORST_UNITS = 10  # a page that a person reads to its end
TASKS_PER_UNIT = 4
FEW_DAYS = 70  # more bars than this are drawn by week
MANY_DAYS = 500  # and more than this by month
STRAY_SHARE = 0.01  # no more doses than this, before a gap of STRAY_GAP days, are taken for slips of the year
STRAY_GAP = 60


@dataclass(frozen=True)
class Place:
    """A unit in the report: its figures, and those of the units below."""

    code: str
    name: Words
    figures: Row
    below: tuple[Place, ...] = ()
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True)
class Cause:
    """A reason, how often it is given, and who settles it."""

    code: str
    axis: Axis
    owner: Words
    sentence: Words
    class_2262: str | None
    doses: int
    sure: int


@dataclass(frozen=True)
class Task:
    """One class of work of a unit."""

    owner: Axis
    settle: Literal["one_step", "compare", "ask"]
    sentence: Words
    doses: int


@dataclass(frozen=True)
class Bar:
    """The doses of one day, week or month, by its first day."""

    first: date
    recorded: int
    matched: int
    plausible: int
    both: int


@dataclass(frozen=True)
class Trend:
    """Bars without a gap, and the doses that could not be placed on them."""

    step: Literal["day", "week", "month"]
    bars: tuple[Bar, ...]
    undated: int
    stray: int


@dataclass(frozen=True)
class Figures:
    """All that the report shows."""

    scope: Level
    scope_code: str
    scope_name: Words
    total: Row
    places: tuple[Place, ...]  # provinces, or districts, or communes: one level below the scope
    by_province: Mapping[str, Row]
    causes: tuple[Cause, ...]
    classes: tuple[Task, ...]  # what settles most in the whole scope
    worst: tuple[Place, ...]
    products: tuple[Row, ...]
    dose_numbers: tuple[Row, ...]
    trend: Trend


def collect_figures(tables: Tables, *, tree: UnitTree, as_of: date) -> Figures:
    """Take what the report shows from the tables; units without lines and without supply do not appear.

    The totals are those of all lines, also where the scope is one province: lines whose unit is not known stand in
    their own place of the list, so that the list always adds up to the totals.
    """
    rows = tables.units.to_pylist()
    by_level: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        by_level[row["level"]][row["unit"]] = row
    scope, code = find_scope(by_level)
    nation = tables.products.filter(pc.equal(tables.products["level"], "nation"))
    return Figures(
        scope=scope,
        scope_code=code,
        scope_name=_name_scope(by_level, code=code, tree=tree),
        total=by_level["nation"].get(NATION) or _count_nothing(tables.units),
        places=_list_places(by_level, scope, tree),
        by_province=by_level["province"],
        causes=_list_causes(tables.causes),
        classes=_list_tasks(tables.worklist, level="nation", units={NATION}).get(NATION, ()),
        worst=_list_worst(by_level["commune"], tables.worklist, tree),
        products=_sum_by(nation, "product"),
        dose_numbers=_sum_by(nation, "dose_no"),
        trend=_draw_trend(tables.days, as_of=as_of),
    )


def find_scope(by_level: Mapping[str, Mapping[str, Row]]) -> tuple[Level, str]:
    """Give the smallest unit above commune that holds every line whose unit is known."""
    districts = {code for code, row in by_level.get("district", {}).items() if _is_busy(row)}
    provinces = {code for code, row in by_level["province"].items() if _is_busy(row)} - {UNKNOWN}
    in_unknown_district = {code for code in districts if code.endswith(UNKNOWN) and not code.startswith(UNKNOWN)}
    known = {code for code in districts if not code.endswith(UNKNOWN)}
    if len(known) == 1 and not in_unknown_district:
        return "district", known.pop()
    return ("province", provinces.pop()) if len(provinces) == 1 else ("nation", NATION)


def _name_scope(by_level: Mapping[str, Mapping[str, Row]], *, code: str, tree: UnitTree) -> Words:
    """Name the smallest unit that holds every line whose unit is known, a commune with the units above it."""
    busy = {place for place, row in by_level.get("commune", {}).items() if _is_busy(row) and place[:1] != UNKNOWN}
    if not busy and by_level.get("commune"):
        return NO_UNIT
    if len(busy) != 1 or (commune := tree.get(next(iter(busy)))) is None:
        return name_unit(code, tree)
    name = ", ".join(unit.full_name for unit in (commune, *tree.ancestors(commune.code)))
    return Words(name, name)


def _count_nothing(units: pa.Table) -> Row:
    """Give the figures of a run without a line: nought where lines are counted, unknown elsewhere."""
    first = units.column_names.index("line_count")
    return {name: None if place < first else 0 for place, name in enumerate(units.column_names)}


def _is_busy(row: Row) -> bool:
    return bool(row["line_count"])


def _list_places(by_level: Mapping[str, Mapping[str, Row]], scope: Level, tree: UnitTree) -> tuple[Place, ...]:
    levels = {"nation": ("province", "district"), "province": ("district", "commune"), "district": ("commune", None)}
    level, below = levels[scope]
    children: dict[str, list[Place]] = defaultdict(list)
    for row in by_level.get(below or "", {}).values():
        if _is_busy(row):
            children[row["parent"]].append(_make_place(row, tree))
    places = [_make_place(row, tree, below=children[code]) for code, row in by_level[level].items() if _is_busy(row)]
    return tuple(sorted(places, key=_by_open))


def _make_place(row: Row, tree: UnitTree, *, below: Iterable[Place] = (), tasks: tuple[Task, ...] = ()) -> Place:
    name = name_unit(row["unit"], tree)
    return Place(row["unit"], name, row, tuple(sorted(below, key=_by_open)), tasks)


def _by_open(place: Place) -> tuple[bool, int, str]:
    """Units with most to settle first, those that are not known last."""
    return place.code.endswith(UNKNOWN), -place.figures["open_doses"], place.code


def _list_causes(causes: pa.Table) -> tuple[Cause, ...]:
    nation = [r for r in causes.to_pylist() if r["level"] == "nation" and r["state"] == "recorded"]
    made = [
        Cause(
            code=row["code"],
            axis=row["axis"],
            owner=OWNER_WORDS[row["axis"]],
            sentence=write_sentence(row["code"]),
            class_2262=get_code(row["code"]).class_2262,
            doses=row["doses"],
            sure=row["sure"],
        )
        for row in nation
    ]
    return tuple(sorted(made, key=lambda cause: (-cause.doses, cause.code)))


def _list_tasks(worklist: pa.Table, *, level: str, units: set[str]) -> dict[str, tuple[Task, ...]]:
    """Give the classes of work of some units, both owners together, what settles most first."""
    chosen = pc.and_(
        pc.equal(worklist["level"], level), pc.is_in(worklist["unit"], value_set=pa.array(sorted(units), pa.string()))
    )
    rows = sorted(worklist.filter(chosen).to_pylist(), key=lambda r: (-r["doses"], r["owner"], r["rank"]))
    tasks: dict[str, list[Task]] = defaultdict(list)
    for row in rows:
        tasks[row["unit"]].append(Task(row["owner"], row["settle"], write_class(row["work_class"]), row["doses"]))
    return {unit: tuple(made[:TASKS_PER_UNIT] if level != "nation" else made[:8]) for unit, made in tasks.items()}


def _list_worst(communes: Mapping[str, Row], worklist: pa.Table, tree: UnitTree) -> tuple[Place, ...]:
    known = [row for code, row in communes.items() if not code.endswith(UNKNOWN)]
    work = sorted(known, key=lambda row: (-(row["open_doses"] + row["duplicates"]), row["unit"]))[:WORST_UNITS]
    worst = [row for row in work if row["open_doses"] + row["duplicates"]]
    tasks = _list_tasks(worklist, level="commune", units={row["unit"] for row in worst})
    places = []
    for row in worst:
        above = ", ".join(unit.full_name for unit in tree.ancestors(row["unit"]))
        name = f"{name_unit(row['unit'], tree).vi}, {above}"
        places.append(Place(row["unit"], Words(name, name), row, tasks=tasks.get(row["unit"], ())))
    return tuple(places)


def _sum_by(products: pa.Table, column: str) -> tuple[Row, ...]:
    """Add up the products table by one of its keys, most doses first; the unknown last."""
    counts = ("recorded", "matched", "plausible", "both_settled", "duplicates")
    made = products.group_by(column).aggregate([(name, "sum") for name in counts]).to_pylist()
    rows = [{"key": row[column]} | {name: row[f"{name}_sum"] for name in counts} for row in made]
    if column == "dose_no":
        return tuple(sorted(rows, key=lambda row: (row["key"] is None, row["key"] or 0)))
    return tuple(sorted(rows, key=lambda row: (row["key"] is None, -row["recorded"], row["key"] or "")))


def _draw_trend(days: pa.Table, *, as_of: date) -> Trend:
    rows = [row for row in days.to_pylist() if row["level"] == "nation"]
    undated = sum(row["recorded"] for row in rows if row["dose_date"] is None)
    dated = sorted((date.fromisoformat(r["dose_date"]), r) for r in rows if r["dose_date"] is not None)
    kept = _leave_strays(dated, as_of=as_of)
    stray = sum(row["recorded"] for _, row in dated) - sum(row["recorded"] for _, row in kept)
    if not kept:
        return Trend("day", (), undated, stray)
    span = (kept[-1][0] - kept[0][0]).days + 1
    step: Literal["day", "week", "month"] = "day" if span <= FEW_DAYS else "week" if span <= MANY_DAYS else "month"
    sums: dict[date, list[int]] = {first: [0, 0, 0, 0] for first in _list_firsts(kept[0][0], kept[-1][0], step)}
    for day, row in kept:
        bar = sums[_find_first(day, step)]
        for place, name in enumerate(("recorded", "matched", "plausible", "both_settled")):
            bar[place] += row[name]
    return Trend(step, tuple(Bar(first, *counts) for first, counts in sums.items()), undated, stray)


def _leave_strays(dated: list[tuple[date, Row]], *, as_of: date) -> list[tuple[date, Row]]:
    """Leave out days after the report's own, and the few doses long before all others: their year is a slip."""
    past = [(day, row) for day, row in dated if day <= as_of]
    total = sum(row["recorded"] for _, row in past)
    seen = first = 0
    for place in range(len(past) - 1):
        seen += past[place][1]["recorded"]
        if seen > total * STRAY_SHARE:
            break
        if (past[place + 1][0] - past[place][0]).days > STRAY_GAP:
            first = place + 1
    return past[first:]


def _find_first(day: date, step: str) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _list_firsts(first: date, last: date, step: str) -> list[date]:
    day, firsts = _find_first(first, step), []
    while day <= last:
        firsts.append(day)
        day = _find_first(day + timedelta(days=31 if step == "month" else 7 if step == "week" else 1), step)
    return firsts
