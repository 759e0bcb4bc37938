"""One chunk of the nation from its seed, as tables: people, doses, records, truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.classes import expect_identity, expect_reasons, list_damage
from xacthuc.nation.doses import Doses, Quota, draw_doses, is_eligible
from xacthuc.nation.misnumbering import Nation
from xacthuc.nation.names import load_names
from xacthuc.nation.naming import draw_names
from xacthuc.nation.numbers import Cells, Holders, Numbering, count_cells, pad, write_ids
from xacthuc.nation.people import People, Stretch, draw_people
from xacthuc.nation.places import Places, load_places
from xacthuc.nation.profiles import Country, Profiles, draw_profiles
from xacthuc.nation.rates import Rates
from xacthuc.nation.recording import (
    Entries,
    ProfileList,
    enter_doses,
    style_dates,
    tell_profiles_apart,
    write_dose_columns,
)
from xacthuc.nation.registering import give_numbers, write_register
from xacthuc.nation.setting import Setting, load_setting, write_units
from xacthuc.nation.shuffling import permute
from xacthuc.nation.spoiling import take_pen

Ints = NDArray[np.int64]

IDS_PER_CHUNK = 1_500_000  # records, doses or profiles of one chunk at most, so that their ids never meet
ID_LEFT = ID_RIGHT = 40_000  # ids: a permutation of 1.6 thousand million places
PEOPLE, NAMES, DIGITS, DOSES, ENTRIES, PROFILES, COLUMNS, CAUSES = range(8)  # purposes, for the seeds


@dataclass(frozen=True)
class Chunk:
    """What one chunk has to be told; all of it travels to a worker."""

    number: int
    stretch: Stretch
    seed: int
    provinces: tuple[str, ...] | None
    replaced: tuple[tuple[str, float], ...]  # the rates


@dataclass(frozen=True)
class Share:
    """What pass one found out for a chunk, and what the plan gave it."""

    quota: Quota
    before: Cells
    totals: Cells


@dataclass(frozen=True)
class Census:
    """What pass one counts of a chunk."""

    cells: Cells
    adults: int
    pull: float  # adults, weighted by the pace of their province


@dataclass(frozen=True)
class Happened:
    """What happened in one chunk, and what was written of it."""

    people: People
    doses: Doses
    entries: Entries
    profiles: Profiles
    ids: pa.Array  # of each person
    person: pa.Array  # the same, null for people in no register


def count_chunk(chunk: Chunk) -> Census:
    """Count a chunk without writing it."""
    places = load_places(chunk.provinces)
    people = _draw(chunk, places=places, rates=Rates(dict(chunk.replaced)))
    adults = is_eligible(people)
    holders = Holders(people.home, sex=people.sex, year=people.year, inside=people.inside, index=people.index)
    return Census(
        cells=count_cells(holders, holds_cmnd=people.holds_cmnd, provinces=len(places.provinces)),
        adults=int(adults.sum()),
        pull=float(places.campaign[places.province[people.commune[adults]]].sum()),
    )


def make_chunk(chunk: Chunk, share: Share) -> dict[str, pa.Table]:
    """Make the tables of one chunk: register, claims, truth, unrecorded, sessions, population."""
    setting = load_setting(chunk.provinces, seed=chunk.seed, rates=Rates(dict(chunk.replaced)))
    places, rates, book = setting.places, setting.rates, load_names()
    people = _draw(chunk, places=places, rates=rates)
    named = draw_names(people, places=places, book=book, rng=_rng(chunk, NAMES))
    country = Numbering(places=places, seed=chunk.seed, unknown=rates["cmnd_not_in_register"])
    digits = give_numbers(people, before=share.before, country=country, rates=rates, rng=_rng(chunk, DIGITS))
    doses = draw_doses(people, quota=share.quota, setting=setting, rng=_rng(chunk, DOSES))
    entries, listed = enter_doses(doses, people=people, setting=setting, rng=_rng(chunk, ENTRIES))
    whole = Country(people, named, book, digits, Nation(share.totals, country), places)
    profiles = draw_profiles(whole, person=listed.person, site=listed.site, rates=rates, rng=_rng(chunk, PROFILES))
    ids = write_ids(people.index, seed=chunk.seed)
    person = pc.if_else(pa.array(people.inside), ids, pa.scalar(None, pa.string()))
    happened = Happened(people, doses, entries, profiles, ids, person)
    return {
        "register": write_register(people, named, places=places, book=book, digits=digits),
        **_write_records(happened, listed=listed, setting=setting, chunk=chunk),
        "unrecorded": _write_unrecorded(happened, setting=setting, chunk=chunk),
        "sessions": _count_sessions(doses, entries=entries),
        "population": _count_people(people, places=places),
    }


def _draw(chunk: Chunk, *, places: Places, rates: Rates) -> People:
    return draw_people(places, stretch=chunk.stretch, rng=_rng(chunk, PEOPLE), rates=rates)


def _rng(chunk: Chunk, purpose: int) -> np.random.Generator:
    return np.random.default_rng([chunk.seed, chunk.number, purpose])


def _write_ids(letter: str, place: Ints, *, chunk: Chunk) -> pa.Array:
    """Write opaque ids of the things of a chunk, unique in the nation for each letter."""
    assert len(place) <= IDS_PER_CHUNK, "a chunk has more records than there are ids"
    index = place + chunk.number * IDS_PER_CHUNK
    mixed = permute(index, left=ID_LEFT, right=ID_RIGHT, key=ord(letter) + chunk.seed * 128)
    return pc.binary_join_element_wise(pa.scalar(letter), pad(mixed, width=10), "")


def _write_records(happened: Happened, *, listed: ProfileList, setting: Setting, chunk: Chunk) -> dict[str, pa.Table]:
    """Write the claims, and the truth of each in the same order."""
    doses, entries, profiles = happened.doses, happened.entries, happened.profiles
    pen = take_pen(profiles.marks.take(entries.profile), rates=setting.rates, rng=_rng(chunk, COLUMNS))
    columns = write_dose_columns(doses, entries=entries, lots=setting.lots, campaign=setting.campaign, pen=pen)
    pen.marks.set("dose_again", entries.again)
    pen.marks.set("interval_too_short", doses.early[entries.dose])
    pen.marks.set("too_young", doses.young[entries.dose])
    record = _write_ids("R", np.arange(len(entries.dose)), chunk=chunk)
    profile = _write_ids("H", tell_profiles_apart(profiles, main=listed.main), chunk=chunk)
    identity, order = expect_identity(pen.marks)
    person = pa.array(doses.person[entries.dose])
    truth = pa.table(
        {
            "record": record,
            "person": happened.person.take(person),
            "human": happened.ids.take(person),
            "profile": profile.take(pa.array(entries.profile)),
            **_true_dose(doses, rows=entries.dose, setting=setting, chunk=chunk),
            "damage": list_damage(pen.marks),
            "expected_identity": identity,
            "expected_reasons": expect_reasons(pen.marks, identity=order),
            "number_own": pa.array(profiles.own[entries.profile]),
        }
    )
    return {
        "claims": _write_claims(record, happened=happened, source=listed.site, columns=columns, setting=setting),
        "truth": truth,
    }


def _write_claims(
    record: pa.Array, *, happened: Happened, source: Ints, columns: dict[str, pa.Array], setting: Setting
) -> pa.Table:
    profiles, places, take = happened.profiles, setting.places, pa.array(happened.entries.profile)
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
            "commune": profiles.commune_name.take(take),
            "address": profiles.address.take(take),
            **{name: columns[name] for name in ("vaccine", "lot", "dose_no", "dose_date")},
            "site": setting.sites.name.take(pa.array(happened.entries.site)),
        }
    )


def _true_dose(doses: Doses, *, rows: Ints, setting: Setting, chunk: Chunk) -> dict[str, pa.Array]:
    return {
        "dose": _write_ids("D", np.arange(len(doses)), chunk=chunk).take(pa.array(rows)),
        "dose_no": pa.array(doses.number[rows], pa.int8()),
        "vaccine": pa.array(setting.campaign.products).take(pa.array(doses.product[rows])),
        "dose_date": pa.array(doses.day[rows].astype("datetime64[D]")).cast(pa.string()),
        "lot": setting.lots.name.take(pa.array(doses.lot[rows])),
    }


def _write_unrecorded(happened: Happened, *, setting: Setting, chunk: Chunk) -> pa.Table:
    doses, rows = happened.doses, happened.entries.unrecorded
    shares = np.cumsum(list(setting.campaign.causes.values()))
    cause = np.searchsorted(shares / shares[-1], _rng(chunk, CAUSES).random(len(rows)), side="right")
    site = doses.site[rows]
    return pa.table(
        {
            **_true_dose(doses, rows=rows, setting=setting, chunk=chunk),
            "person": happened.person.take(pa.array(doses.person[rows])),
            "unit": write_units(site, places=setting.places, sites=setting.sites),
            "site": setting.sites.name.take(pa.array(site)),
            "cause": pa.array(list(setting.campaign.causes)).take(pa.array(cause)),
        }
    )


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
    adult = is_eligible(people)[people.inside]
    counts = np.bincount(commune, minlength=places.communes)
    adults = np.bincount(commune[adult], minlength=places.communes)
    there = np.flatnonzero(counts)
    return pa.table(
        {"unit": places.commune_codes.take(pa.array(there)), "people": counts[there], "adults": adults[there]}
    )
