"""The law as small tables for the SQL steps: every precedence is settled here, so that SQL joins on equal keys only.

Products and provinces are numbered from 1; 0 is an unknown product, and a province without a law of its own.
A period is a stretch of days on which no rule changes; a band is a stretch of ages on which none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.rules.course import add_months, month_key
from xacthuc.rules.doses import NOTHING_SUPPLIED, Supply
from xacthuc.rules.law import LAST_DAY, OLDEST, Kind, Rules, Scope

DAY = timedelta(days=1)
TEXT, INT = pa.string(), pa.int32()

SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema([(column, INT if column in whole.split() else TEXT) for column in columns.split()])
    for name, columns, whole in (
        (
            "settings",
            "first_day as_of least_gap largest_no default_doses adult_age oldest_age has_lots has_sessions",
            "least_gap largest_no default_doses adult_age oldest_age has_lots has_sessions",
        ),
        ("calendar", "day day_no month_key month_day year period extra", "day_no month_key year period extra"),
        ("products", "product vaccine doses licensed_no", "product doses licensed_no"),
        ("bands", "age band", "age band"),
        ("named_provinces", "province code", "province"),
        (
            "age_limits",
            "product period hard_min hard_max soft_min soft_max",
            "product period hard_min hard_max soft_min soft_max",
        ),
        (
            "intervals",
            "kind product_1 product_2 province band period min_days max_days min_months",
            "product_1 product_2 province band period min_days max_days min_months",
        ),
        ("mixing", "scope product_1 product_2 band period", "product_1 product_2 band period"),
        (
            "due_rules",
            "kind product province band min_days max_days min_months",
            "product province band min_days max_days min_months",
        ),
        ("later_days", "day_no months later_no", "day_no months later_no"),
        ("days", "day_no day", "day_no"),
        ("lots", "lot vaccine expires_no", "expires_no"),
        ("lot_numbers", "lot", ""),
        ("sites", "site", ""),
        ("sessions", "site day_no", "day_no"),
    )
}

Row = tuple[str | int | None, ...]


def build_tables(rules: Rules, *, as_of: date, supply: Supply = NOTHING_SUPPLIED) -> dict[str, pa.Table]:
    """Build the tables that the steps read beside the doses, by name; their columns are SCHEMAS."""
    periods = list_periods(rules, as_of=as_of)
    bands = list_bands(rules)
    rows: dict[str, Iterable[Row]] = {
        "settings": [_list_settings(rules, as_of=as_of, supply=supply)],
        "calendar": _list_days(rules, periods=periods, as_of=as_of),
        "products": [
            (n, p.id, p.doses, p.valid_from.toordinal()) for n, p in enumerate(rules.products.values(), start=1)
        ],
        "bands": [(age, sum(start <= age for start in bands)) for age in range(OLDEST + 1)],
        "named_provinces": [(n, code) for n, code in enumerate(_list_provinces(rules)) if code],
        "age_limits": _list_age_limits(rules, periods),
        "intervals": _list_intervals(rules, periods=periods, bands=bands),
        "mixing": _list_mixing(rules, periods=periods, bands=bands),
        "due_rules": _list_due_rules(rules, bands=bands, as_of=as_of),
        "later_days": _list_later_days(rules, as_of=as_of),
        "days": _list_days_ahead(rules, as_of=as_of),
        **_list_supply(supply),
    }
    return {name: _as_table(rows[name], schema) for name, schema in SCHEMAS.items()}


def write_tables(tables: Mapping[str, pa.Table], *, folder: Path) -> dict[str, Path]:
    """Write the tables as Parquet into a folder, and give their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in tables}
    for name, table in tables.items():
        pq.write_table(table, paths[name])
    return paths


def list_periods(rules: Rules, *, as_of: date) -> list[date]:
    """Give the first days of the periods from the first day of the campaign to `as_of`."""
    starts = {rules.first_day, rules.extra_from}
    for rule in (*rules.intervals, *rules.ages, *rules.mixing):
        starts.add(rule.valid_from)
        if rule.valid_to < LAST_DAY:
            starts.add(rule.valid_to + DAY)
    return sorted(start for start in starts if rules.first_day <= start <= as_of)


def list_bands(rules: Rules) -> list[int]:
    """Give the first ages of the bands, for intervals and mixing; limits of age are compared in years."""
    starts = {0}
    for interval in rules.intervals:
        starts |= {interval.min_age, interval.max_age + 1}
    starts |= {rule.min_age for rule in rules.mixing}
    return sorted(start for start in starts if start <= OLDEST)


def _as_table(rows: Iterable[Row], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def _list_settings(rules: Rules, *, as_of: date, supply: Supply) -> Row:
    days = (rules.first_day.isoformat(), as_of.isoformat())
    limits = (rules.least_gap_days, rules.largest_dose_no, rules.default_doses, rules.adult_age, OLDEST)
    return (*days, *limits, int(bool(supply.lots)), int(bool(supply.sessions)))


def _list_days(rules: Rules, *, periods: list[date], as_of: date) -> Iterator[Row]:
    day = rules.first_day
    while day <= as_of:
        period = sum(start <= day for start in periods)
        extra = int(day >= rules.extra_from)
        told = day.isoformat()
        yield told, day.toordinal(), month_key(day), told[5:], day.year, period, extra
        day += DAY


def _list_provinces(rules: Rules) -> list[str]:
    return sorted({"", *(rule.province for rule in rules.intervals)})


def _list_names(rules: Rules) -> list[str]:
    """Give the products by their number in the tables; 0 is an unknown one."""
    return ["", *rules.products]


def _list_age_limits(rules: Rules, periods: list[date]) -> Iterator[Row]:
    for period, start in enumerate(periods, start=1):
        for number, name in enumerate(_list_names(rules)):
            hard = rules.find_age_limit("hard", vaccine=name, on=start)
            soft = rules.find_age_limit("soft", vaccine=name, on=start)
            limits = [(r.min_age, r.max_age) if r else (None, None) for r in (hard, soft)]
            yield number, period, *limits[0], *limits[1]


def _list_intervals(rules: Rules, *, periods: list[date], bands: list[int]) -> Iterator[Row]:
    names = list(enumerate(_list_names(rules)))
    provinces = list(enumerate(_list_provinces(rules)))
    kinds: tuple[Kind, ...] = get_args(Kind)
    for kind, first, second, place in product(kinds, names, names, provinces):
        for (period, start), (band, age) in product(enumerate(periods, start=1), enumerate(bands, start=1)):
            rule = rules.find_interval(kind, first=first[1], second=second[1], province=place[1], age=age, on=start)
            if rule is not None:
                keys = (kind, first[0], second[0], place[0], band, period)
                yield *keys, rule.min_days, rule.max_days, rule.min_months


def _list_due_rules(rules: Rules, *, bands: list[int], as_of: date) -> Iterator[Row]:
    """List what the law of the day calls to after a dose, reckoned for the same product again."""
    kinds: tuple[Kind, ...] = get_args(Kind)
    names, provinces = list(enumerate(_list_names(rules))), list(enumerate(_list_provinces(rules)))
    for kind, (number, name), (place, code) in product(kinds, names, provinces):
        for band, age in enumerate(bands, start=1):
            rule = rules.find_interval(kind, first=name, second=name, province=code, age=age, on=as_of)
            if rule is not None and (kind == "primary" or rule.due):
                yield kind, number, place, band, rule.min_days, rule.max_days, rule.min_months


def _list_later_days(rules: Rules, *, as_of: date) -> Iterator[Row]:
    """List each day of the campaign with the days that lie a rule's months later."""
    months = sorted({rule.min_months for rule in rules.intervals})
    for number, count in product(range(rules.first_day.toordinal(), as_of.toordinal() + 1), months):
        yield number, count, add_months(date.fromordinal(number), count).toordinal()


def _list_days_ahead(rules: Rules, *, as_of: date) -> Iterator[Row]:
    """List the days from the first of the campaign to the last on which a dose can fall due."""
    ahead = max((max(rule.min_days, rule.max_days or 0, 31 * rule.min_months) for rule in rules.intervals), default=0)
    for number in range(rules.first_day.toordinal(), as_of.toordinal() + ahead + 1):
        yield number, date.fromordinal(number).isoformat()


def _list_mixing(rules: Rules, *, periods: list[date], bands: list[int]) -> Iterator[Row]:
    names = list(enumerate(rules.products, start=1))
    scopes: tuple[Scope, ...] = get_args(Scope)
    for scope, first, second in product(scopes, names, names):
        for (period, start), (band, age) in product(enumerate(periods, start=1), enumerate(bands, start=1)):
            if first != second and rules.may_follow(scope, first=first[1], second=second[1], age=age, on=start):
                yield scope, first[0], second[0], band, period


def _list_supply(supply: Supply) -> dict[str, list[Row]]:
    lots: dict[tuple[str, str], list[date | None]] = {}
    for lot in (lot for same in supply.lots.values() for lot in same):
        lots.setdefault((lot.lot, lot.vaccine), []).append(lot.expires)
    return {
        "lots": [(*key, _find_last(days)) for key, days in lots.items()],
        "lot_numbers": [(number,) for number in supply.lots],
        "sites": [(site,) for site in supply.sessions],
        "sessions": [(site, day.toordinal()) for site, days in supply.sessions.items() for day in days],
    }


def _find_last(days: list[date | None]) -> int | None:
    """Give the latest day of expiry, or None where one is not known."""
    known = [day for day in days if day is not None]
    return max(known).toordinal() if len(known) == len(days) else None
