"""One chunk of the nation from its seed: people, doses, records, truth, as tables. Chunks know nothing of one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation import numbers
from xacthuc.nation.campaign import Campaign, Lots, Sites, draw_lots, list_sites, load_campaign
from xacthuc.nation.classes import expect_identity, expect_reasons, list_damage
from xacthuc.nation.doses import Doses, Quota, draw_doses
from xacthuc.nation.misnumbering import Nation
from xacthuc.nation.names import load_names
from xacthuc.nation.people import People, draw_names, draw_people, give_numbers, write_register
from xacthuc.nation.places import Places, load_places
from xacthuc.nation.profiles import Profiles, draw_profiles
from xacthuc.nation.rates import Rates
from xacthuc.nation.recording import Entries, enter_doses, style_dates, tell_profiles_apart, write_dose_columns
from xacthuc.nation.shuffling import permute

Ints = NDArray[np.int64]

IDS_PER_CHUNK = 1_500_000  # records, doses or profiles of one chunk at most, so that their ids never meet
ID_LEFT = ID_RIGHT = 40_000  # ids: a permutation of 1.6 thousand million places
PEOPLE, NAMES, DIGITS, DOSES, ENTRIES, PROFILES, COLUMNS = range(7)  # purposes, for the seeds


@dataclass(frozen=True)
class Chunk:
    """What one chunk has to be told; all of it travels to a worker."""

    number: int
    first: int  # place of its first person in the nation
    people: int
    total: int  # people of the nation
    outside: int  # people of this chunk in no register
    foreigners: int  # among them
    seed: int
    provinces: tuple[str, ...] | None
    replaced: tuple[tuple[str, float], ...]  # rates other than those of the data file


@dataclass(frozen=True)
class Share:
    """What pass one found out for a chunk, and what the plan gave it."""

    quota: Quota
    before: numbers.Cells
    totals: numbers.Cells


@dataclass(frozen=True)
class Census:
    """What pass one counts of a chunk."""

    cells: numbers.Cells
    adults: int
    pull: float  # adults, weighted by the pace of their province


def count_chunk(chunk: Chunk) -> Census:
    """Count a chunk without writing it."""
    places, rates = load_places(chunk.provinces), Rates(dict(chunk.replaced))
    people = _draw(chunk, places=places, rates=rates)
    adults = people.inside & (people.year <= 2003)
    return Census(
        numbers.count_cells(
            home=people.home, sex=people.sex, year=people.year, holds_cmnd=people.holds_cmnd, inside=people.inside,
            provinces=len(places.provinces),
        ),
        int(adults.sum()),
        float(places.campaign[places.province[people.commune[adults]]].sum()),
    )  # fmt: skip


def make_chunk(chunk: Chunk, share: Share) -> dict[str, pa.Table]:
    """Make the tables of one chunk: register, claims, truth, unrecorded, sessions, population."""
    places, rates, book, campaign = (
        load_places(chunk.provinces),
        Rates(dict(chunk.replaced)),
        load_names(),
        load_campaign(),
    )
    sites, lots = list_sites(places), draw_lots(campaign, seed=chunk.seed)
    people = _draw(chunk, places=places, rates=rates)
    named = draw_names(people, places=places, book=book, rng=_rng(chunk, NAMES))
    digits = give_numbers(
        people, places=places, before=share.before, seed=chunk.seed, rates=rates, rng=_rng(chunk, DIGITS)
    )
    doses = draw_doses(
        people,
        quota=share.quota,
        places=places,
        sites=sites,
        campaign=campaign,
        lots=lots,
        rates=rates,
        rng=_rng(chunk, DOSES),
    )
    entries, listed = enter_doses(
        doses, people=people, places=places, sites=sites, campaign=campaign, rates=rates, rng=_rng(chunk, ENTRIES)
    )
    nation = Nation(totals=share.totals, places=places, seed=chunk.seed, rates=rates)
    profiles = draw_profiles(
        people,
        person=listed.person,
        site=listed.site,
        named=named,
        book=book,
        digits=digits,
        nation=nation,
        seeds=[chunk.seed, chunk.number, PROFILES],
    )
    marks = profiles.marks.take(entries.profile)
    columns = write_dose_columns(
        doses, entries=entries, lots=lots, campaign=campaign, marks=marks, rates=rates, rng=_rng(chunk, COLUMNS)
    )
    marks.set("dose_again", entries.again)
    marks.set("interval_too_short", doses.early[entries.dose])
    marks.set("too_young", doses.young[entries.dose])
    record = _write_ids("R", np.arange(len(entries.dose)), chunk=chunk)
    profile = tell_profiles_apart(profiles, main=listed.main)
    claims = _write_claims(
        record, entries=entries, profiles=profiles, source=listed.site, columns=columns, places=places, sites=sites
    )
    identity, order = expect_identity(marks)
    ids = numbers.write_ids(people.index, seed=chunk.seed)
    inside = pa.array(people.inside)
    person = pc.if_else(inside, ids, pa.scalar(None, pa.string()))
    truth = pa.table(
        {
            "record": record,
            "person": person.take(pa.array(doses.person[entries.dose])),
            "human": ids.take(pa.array(doses.person[entries.dose])),
            "profile": _write_ids("H", profile, chunk=chunk).take(pa.array(entries.profile)),
            **_true_dose(doses, rows=entries.dose, campaign=campaign, lots=lots, chunk=chunk),
            "damage": list_damage(marks),
            "expected_identity": identity,
            "expected_reasons": expect_reasons(marks, identity=order),
            "number_own": pa.array(profiles.own[entries.profile]),
        }
    )
    return {
        "register": write_register(people, named, places=places, book=book, digits=digits),
        "claims": claims,
        "truth": truth,
        "unrecorded": _write_unrecorded(
            doses,
            rows=entries.unrecorded,
            person=person,
            campaign=campaign,
            lots=lots,
            chunk=chunk,
            places=places,
            sites=sites,
        ),
        "sessions": _count_sessions(doses, entries=entries),
        "population": _count_people(people, places=places),
    }


def _draw(chunk: Chunk, *, places: Places, rates: Rates) -> People:
    return draw_people(
        places, first=chunk.first, count=chunk.people, total=chunk.total, outside=chunk.outside, foreigners=chunk.foreigners,
        outside_first=chunk.total + chunk.number * 20_000, rng=_rng(chunk, PEOPLE), rates=rates,
    )  # fmt: skip


def _rng(chunk: Chunk, purpose: int) -> np.random.Generator:
    return np.random.default_rng([chunk.seed, chunk.number, purpose])


def _write_ids(letter: str, place: Ints, *, chunk: Chunk) -> pa.Array:
    """Write opaque ids of the things of a chunk, unique in the nation for each letter."""
    assert len(place) <= IDS_PER_CHUNK, "a chunk has more records than there are ids"
    index = place + chunk.number * IDS_PER_CHUNK
    mixed = permute(index, left=ID_LEFT, right=ID_RIGHT, key=ord(letter) + chunk.seed * 128)
    return pc.binary_join_element_wise(pa.scalar(letter), numbers.pad(mixed, width=10), "")


def _write_claims(
    record: pa.Array,
    *,
    entries: Entries,
    profiles: Profiles,
    source: Ints,
    columns: dict[str, pa.Array],
    places: Places,
    sites: Sites,
) -> pa.Table:
    take = pa.array(entries.profile)
    commune = pa.array(profiles.commune).take(take)
    sex = pa.array(["Nam", "Nữ"]).take(pc.index_in(profiles.sex, pa.array(["M", "F"])))
    return pa.table(
        {
            "record": record,
            "name": profiles.name.take(take),
            "birth_date": style_dates(profiles.birth, site=source).take(take),
            "sex": sex.take(take),
            "number": profiles.number.take(take),
            "phone": profiles.phone.take(take),
            "insurance": profiles.insurance.take(take),
            "province": places.province_names.take(commune),
            "district": places.district_names.take(commune),
            "commune": places.commune_names.take(commune),
            "address": profiles.address.take(take),
            "vaccine": columns["vaccine"],
            "lot": columns["lot"],
            "dose_no": columns["dose_no"],
            "dose_date": columns["dose_date"],
            "site": sites.name.take(pa.array(entries.site)),
        }
    )


def _true_dose(doses: Doses, *, rows: Ints, campaign: Campaign, lots: Lots, chunk: Chunk) -> dict[str, pa.Array]:
    return {
        "dose": _write_ids("D", np.arange(len(doses)), chunk=chunk).take(pa.array(rows)),
        "dose_no": pa.array(doses.number[rows], pa.int8()),
        "vaccine": pa.array(campaign.products).take(pa.array(doses.product[rows])),
        "dose_date": pa.array(doses.day[rows].astype("datetime64[D]")).cast(pa.string()),
        "lot": lots.name.take(pa.array(doses.lot[rows])),
    }


def _write_unrecorded(
    doses: Doses,
    *,
    rows: Ints,
    person: pa.Array,
    campaign: Campaign,
    lots: Lots,
    chunk: Chunk,
    places: Places,
    sites: Sites,
) -> pa.Table:
    shares = np.cumsum(list(campaign.causes.values()))
    cause = np.searchsorted(shares / shares[-1], _rng(chunk, COLUMNS + 1).random(len(rows)), side="right")
    site = doses.site[rows]
    return pa.table(
        {
            **_true_dose(doses, rows=rows, campaign=campaign, lots=lots, chunk=chunk),
            "person": person.take(pa.array(doses.person[rows])),
            "unit": write_units(site, places=places, sites=sites),
            "site": sites.name.take(pa.array(site)),
            "cause": pa.array(list(campaign.causes)).take(pa.array(cause)),
        }
    )


def write_units(site: Ints, *, places: Places, sites: Sites) -> pa.Array:
    """Give the code of the smallest unit that each site serves: commune, district or province."""
    district_codes = pa.array(places.district_codes.unique().to_pylist())
    commune = places.commune_codes.take(pa.array(np.maximum(sites.commune[site], 0)))
    district = district_codes.take(pa.array(np.maximum(sites.district[site], 0)))
    province = pa.array(places.provinces).take(pa.array(sites.province[site]))
    wide = pc.if_else(pa.array(sites.district[site] >= 0), district, province)
    return pc.if_else(pa.array(sites.commune[site] >= 0), commune, wide)


def _count_sessions(doses: Doses, *, entries: Entries) -> pa.Table:
    recorded = np.bincount(entries.dose[~entries.again], minlength=len(doses))
    table = pa.table(
        {"site": doses.site, "day": doses.day, "product": doses.product, "lot": doses.lot, "recorded": recorded,
         "given": np.ones(len(doses), np.int64)}
    )  # fmt: skip
    return add_sessions(table)


def add_sessions(table: pa.Table) -> pa.Table:
    """Add up doses by site, day, product and lot; the order is that of these columns."""
    keys = ["site", "day", "product", "lot"]
    added = table.group_by(keys).aggregate([("given", "sum"), ("recorded", "sum")])
    added = added.rename_columns([name.removesuffix("_sum") for name in added.column_names])
    return added.sort_by([(key, "ascending") for key in keys]).select([*keys, "given", "recorded"])


def _count_people(people: People, *, places: Places) -> pa.Table:
    commune = people.commune[people.inside]
    adult = people.year[people.inside] <= 2003
    counts = np.bincount(commune, minlength=places.communes)
    adults = np.bincount(commune[adult], minlength=places.communes)
    there = np.flatnonzero(counts)
    return pa.table(
        {"unit": places.commune_codes.take(pa.array(there)), "people": counts[there], "adults": adults[there]}
    )
