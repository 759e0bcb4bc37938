"""The campaign as data: its course, its products, their intervals, its sites and lots."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xacthuc.nation.places import Places
from xacthuc.nation.shuffling import unit

LOTS_IN_USE = 12  # of a product at a time: our assumption

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Campaign:
    """Arrays by product unless said otherwise; days are counted from 1970."""

    until: int
    course_days: Ints  # by point of the course
    course_doses: Floats  # cumulative share, 0 to 1
    products: tuple[str, ...]
    period_days: Ints  # by period
    period_shares: Floats  # period x product, cumulative
    earliest: Ints  # days to the next dose
    latest: Ints
    youngest: Ints
    oldest: Ints
    mixing: tuple[tuple[int, int, int, float], ...]  # from, to, since, rate
    supply: dict[str, float]
    sites: dict[str, float]
    causes: dict[str, float]
    lot_rules: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Lots:
    """All lots of the nation, product after product in the order of arrival."""

    name: pa.Array
    product: Ints
    arrived: Ints
    first: Ints  # by product: where its lots begin; one more at the end


@dataclass(frozen=True)
class Sites:
    """All sites: a station a commune, a centre a district, a hospital a province, in this order."""

    name: pa.Array
    kind: pa.Array
    commune: Ints  # -1 where the site serves more than one
    district: Ints
    province: Ints
    stations: int
    centres: int


def parse_day(text: str) -> int:
    """Give a day of ISO text, counted from 1970."""
    return int(np.datetime64(text, "D").astype(np.int64))


@cache
def load_campaign() -> Campaign:
    """Read the data file once."""
    data = tomllib.loads((resources.files("xacthuc.nation") / "data" / "campaign.toml").read_text(encoding="utf-8"))
    products = tuple(data["intervals"])
    course = np.array([float(doses) for doses in data["given"].values()])
    shares = np.array([[float(period.get(product, 0)) for product in products] for period in data["products"].values()])
    return Campaign(
        until=parse_day(data["until"]),
        course_days=np.array([parse_day(day) for day in data["given"]]),
        course_doses=course / course[-1],
        products=products,
        period_days=np.array([parse_day(day) for day in data["products"]]),
        period_shares=np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True),
        earliest=np.array([data["intervals"][product][0] for product in products]),
        latest=np.array([data["intervals"][product][1] for product in products]),
        youngest=np.array([data["ages"].get(product, (0, 0))[0] for product in products]),
        oldest=np.array([data["ages"].get(product, (0, 200))[1] for product in products]),
        mixing=tuple(
            (products.index(rule["from"]), products.index(rule["to"]), parse_day(rule["since"]), float(rule["rate"]))
            for rule in data["mixing"]
        ),
        supply=data["supply"], sites=data["sites"], causes=data["unrecorded_causes"], lot_rules=data["lots"],
    )  # fmt: skip


def draw_lots(campaign: Campaign, *, seed: int) -> Lots:
    """Draw the lots of the nation: each with a name of its product's shape, unique, and a day of arrival."""
    rng = np.random.default_rng([seed, 0, 90])
    names: list[str] = []
    product: list[int] = []
    arrived: list[int] = []
    taken: set[str] = set()
    for number, name in enumerate(campaign.products):
        rule = campaign.lot_rules[name]
        since = parse_day(rule["since"])
        days = np.sort(rng.integers(since, campaign.until - 5, rule["count"]))
        days[0] = since
        for day in days.tolist():
            lot = _name_lot(rule["shapes"], taken=taken, rng=rng)
            taken.add(lot)
            names.append(lot)
            product.append(number)
            arrived.append(day)
    counts = np.bincount(product, minlength=len(campaign.products))
    return Lots(pa.array(names), np.array(product), np.array(arrived), np.concatenate(([0], np.cumsum(counts))))


def _name_lot(shapes: list[str], *, taken: set[str], rng: np.random.Generator) -> str:
    for _ in range(1000):
        shape = shapes[int(rng.integers(len(shapes)))]
        lot = "".join(str(rng.integers(10)) if letter == "#" else letter for letter in shape)
        if lot not in taken:
            return lot
    raise AssertionError("a shape has fewer lots than are asked for")


def list_sites(places: Places) -> Sites:
    """List all sites of the country."""
    _, first_of_district = np.unique(places.district, return_index=True)
    chosen = np.unique(places.province)
    first_of_province = np.searchsorted(places.province, chosen)
    communes, districts = places.commune_names.to_pylist(), places.district_names.to_pylist()
    provinces = places.province_names.to_pylist()
    names = [
        *(f"TYT {name}" for name in communes),
        *(f"TTYT {districts[first]}" for first in first_of_district.tolist()),
        *(f"Bệnh viện Đa khoa {provinces[first]}" for first in first_of_province.tolist()),
    ]
    kinds = ["station"] * len(communes) + ["centre"] * len(first_of_district) + ["hospital"] * len(chosen)
    none = np.full(len(first_of_district) + len(chosen), -1)
    return Sites(
        name=pa.array(names), kind=pa.array(kinds),
        commune=np.concatenate((np.arange(places.communes), none)),
        district=np.concatenate((places.district, places.district[first_of_district], np.full(len(chosen), -1))),
        province=np.concatenate((places.province, places.province[first_of_district], chosen)),
        stations=places.communes, centres=len(first_of_district),
    )  # fmt: skip


def choose_sites(commune: Ints, *, places: Places, sites: Sites, campaign: Campaign, rng: np.random.Generator) -> Ints:
    """Choose where people of these communes are vaccinated."""
    shares = np.cumsum([campaign.sites[key] for key in ("station", "district", "province")])
    kind = np.searchsorted(shares, rng.random(len(commune)), side="right")
    province = places.province[commune]
    chosen = np.unique(places.province)
    low, high = np.searchsorted(places.province, province), np.searchsorted(places.province, province, side="right")
    elsewhere = low + (rng.random(len(commune)) * (high - low)).astype(np.int64)
    options = [
        commune,
        sites.stations + places.district[commune],
        sites.stations + sites.centres + np.searchsorted(chosen, province),
    ]
    return np.choose(kind, [*options, elsewhere])


def snap_days(day: Ints, *, site: Ints, sites: Sites, campaign: Campaign, forward: bool) -> Ints:
    """Move days to a day on which the site holds a session: back, or forward but never past the end."""
    every = np.select(
        [site < sites.stations, site < sites.stations + sites.centres],
        [campaign.sites["station_every"], campaign.sites["district_every"]],
        1,
    ).astype(np.int64)
    past = (day + (unit(site, key=41) * every).astype(np.int64)) % every
    if not forward:
        earlier: Ints = np.maximum(day - past, campaign.course_days[0] + 1)
        return earlier
    moved = day + (every - past) % every
    kept: Ints = np.where(moved > campaign.until, day, moved)
    return kept


def choose_products(day: Ints, *, site: Ints, campaign: Campaign) -> Ints:
    """Choose the product of first doses: one for each session."""
    period = np.maximum(np.searchsorted(campaign.period_days, day, side="right") - 1, 0)
    u = unit(site * 65536 + day, key=43)
    product: Ints = (u[:, np.newaxis] >= campaign.period_shares[period]).sum(axis=1)
    return product


def choose_lots(day: Ints, *, product: Ints, site: Ints, lots: Lots) -> Ints:
    """Choose the lot of each dose among the last of its product to arrive: one for each site, product and week."""
    chosen = np.zeros(len(day), np.int64)
    u = unit(site * 65536 + day // 7, key=47)
    for number in range(len(lots.first) - 1):
        rows = np.flatnonzero(product == number)
        arrivals = lots.arrived[lots.first[number] : lots.first[number + 1]]
        there = np.maximum(np.searchsorted(arrivals, day[rows], side="right"), 1)
        chosen[rows] = lots.first[number] + there - 1 - (u[rows] * np.minimum(there, LOTS_IN_USE)).astype(np.int64)
    return chosen
