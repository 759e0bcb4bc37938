"""How the doses of a chunk come into the books: which are entered, where, under which profile, and how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.codes.vaccines import list_vaccines
from xacthuc.nation.campaign import Campaign, Lots
from xacthuc.nation.doses import Doses
from xacthuc.nation.people import People
from xacthuc.nation.profiles import DATE_STYLES, Profiles
from xacthuc.nation.setting import Setting
from xacthuc.nation.shuffling import unit
from xacthuc.nation.spoiling import Pen

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

VACCINE_STYLES = 4  # how a source writes products: as they are called, in capitals, in small letters, by another name
EXCLUSIVE = {
    "dose_no": ("dose_no_wrong", "dose_no_missing"),
    "dose_date": ("dose_date_wrong", "dose_date_year_typo", "dose_date_missing"),
    "vaccine": ("vaccine_wrong", "vaccine_missing", "vaccine_typo"),
    "lot": ("lot_typo", "lot_space_or_case", "lot_missing"),
}


@dataclass(frozen=True)
class Entries:
    """The records of a chunk: which dose each is of, which profile it stands under, where it was entered."""

    dose: Ints  # place among the doses
    profile: Ints  # place among the profiles
    site: Ints
    again: Flags  # this dose has an earlier record
    unrecorded: Ints  # doses without any record


@dataclass(frozen=True)
class ProfileList:
    """The profiles to be written: whose, where; `main` is the first profile of the same person."""

    person: Ints
    site: Ints
    main: Ints


def enter_doses(
    doses: Doses, *, people: People, setting: Setting, rng: np.random.Generator
) -> tuple[Entries, ProfileList]:
    """Decide what is entered: some doses never, some twice, some second doses under a profile of their own."""
    rates = setting.rates
    starts = np.concatenate(([True], doses.person[1:] != doses.person[:-1]))
    begins, number = np.flatnonzero(starts), np.cumsum(starts) - 1  # first doses; of each dose its person, from 0
    split = (np.bincount(number) >= 2) & (rng.random(len(begins)) < rates["fragmented"])
    fragment = len(begins) + np.cumsum(split) - 1
    own = np.where((doses.number >= 2) & split[number], fragment[number], number)
    entered = rng.random(len(doses)) >= rates["unrecorded"] * _lag(doses.site)
    first = np.flatnonzero(entered)
    twice = first[rng.random(len(first)) < rates["entered_twice"]]
    other = _choose_other(doses.site[twice], commune=people.commune[doses.person[twice]], setting=setting, rng=rng)
    copies = len(begins) + int(split.sum()) + np.arange(len(twice))
    profiles = ProfileList(
        person=np.concatenate((doses.person[begins], doses.person[begins[split]], doses.person[twice])),
        site=np.concatenate((doses.site[begins], doses.site[begins[split] + 1], other)),
        main=np.concatenate((np.arange(len(begins)), np.flatnonzero(split), number[twice])),
    )
    order = rng.permutation(len(first) + len(twice))
    entries = Entries(
        dose=np.concatenate((first, twice))[order],
        profile=np.concatenate((own[first], copies))[order],
        site=np.concatenate((doses.site[first], other))[order],
        again=np.repeat([False, True], [len(first), len(twice)])[order],
        unrecorded=np.flatnonzero(~entered),
    )
    return entries, profiles


def _choose_other(site: Ints, *, commune: Ints, setting: Setting, rng: np.random.Generator) -> Ints:
    """Choose another facility than the one that gave the dose."""
    other = setting.choose_sites(commune, rng=rng)
    centre = setting.sites.stations + setting.places.district[commune]
    return np.where(other != site, other, np.where(site == centre, commune, centre))


def _lag(site: Ints) -> NDArray[np.float64]:
    """Give how far behind with entering a site is, against all: half to one and a half times."""
    return 0.5 + unit(site, key=67)


def write_dose_columns(
    doses: Doses, *, entries: Entries, lots: Lots, campaign: Campaign, pen: Pen
) -> dict[str, pa.Array]:
    """Write vaccine, lot, dose number and date of each record as the source does, damaged here and there."""
    dose = entries.dose
    values = {
        "dose_no": pa.array(["0", "1", "2", "3"]).take(pa.array(doses.number[dose])),
        "dose_date": pa.array(doses.day[dose].astype("datetime64[D]")).cast(pa.string()),
        "vaccine": pa.array(campaign.products).take(pa.array(doses.product[dose])),
        "lot": lots.name.take(pa.array(doses.lot[dose])),
    }
    for field, names in EXCLUSIVE.items():
        kind = pen.choose(names)
        for place, name in enumerate(names):
            values[field] = pen.damage(name, values[field], np.flatnonzero(kind == place))
    odd = pen.marks.has(*EXCLUSIVE["vaccine"])
    values["vaccine"] = _spell_vaccines(values["vaccine"], site=entries.site, odd=odd, campaign=campaign)
    values["dose_date"] = style_dates(values["dose_date"], site=entries.site)
    return {
        field: pc.if_else(pc.equal(value, ""), pa.scalar(None, pa.string()), value) for field, value in values.items()
    }


def _spell_vaccines(values: pa.Array, *, site: Ints, odd: Flags, campaign: Campaign) -> pa.Array:
    """Write products in the way of the source; misspelt and wrong ones stay as they are."""
    aliases = {vaccine.name: vaccine.aliases[0] for vaccine in list_vaccines()}
    spelt = [text for name in campaign.products for text in (name, name.upper(), name.lower(), aliases[name])]
    product = pc.index_in(values, pa.array(campaign.products)).fill_null(0).to_numpy(zero_copy_only=False)
    style = (unit(site, key=71) * VACCINE_STYLES).astype(np.int64)
    written = pa.array(spelt).take(pa.array(product * VACCINE_STYLES + style))
    return pc.if_else(pa.array(odd), values, written)


def style_dates(values: pa.Array, *, site: Ints) -> pa.Array:
    """Write ISO dates in the style of the source: ISO, dd/mm/yyyy or d/m/yyyy; other texts and years stay."""
    style = (unit(site, key=73) * DATE_STYLES).astype(np.int64)
    full = pc.match_substring_regex(values, r"^\d{4}-\d{2}-\d{2}$").fill_null(False)
    day, month = pc.utf8_slice_codeunits(values, 8, 10), pc.utf8_slice_codeunits(values, 5, 7)
    year = pc.utf8_slice_codeunits(values, 0, 4)
    long = pc.binary_join_element_wise(day, month, year, "/")
    short = pc.binary_join_element_wise(pc.ascii_ltrim(day, "0"), pc.ascii_ltrim(month, "0"), year, "/")
    styled = pc.if_else(pa.array(style == 1), long, pc.if_else(pa.array(style == 2), short, values))
    return pc.if_else(full, styled, values)


def tell_profiles_apart(profiles: Profiles, *, main: Ints) -> Ints:
    """Give for each profile the profile it is: the main one where name, birth date, sex and number read the same."""
    same = np.ones(len(main), bool)
    for column in (profiles.name, profiles.birth, profiles.sex, profiles.number):
        mine = column.fill_null("")
        same &= pc.equal(mine, mine.take(pa.array(main))).to_numpy(zero_copy_only=False)
    return np.where(same, main, np.arange(len(main)))
