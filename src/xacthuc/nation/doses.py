"""Who of a chunk was vaccinated, when, where, with what: the true doses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xacthuc.nation.campaign import Campaign, choose_lots, choose_products
from xacthuc.nation.people import People
from xacthuc.nation.setting import Setting

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

GROWN = np.datetime64("2003-03-08")  # born by then: 18 when the campaign began
FIRST_YOUNG, LAST_YOUNG = np.datetime64("2003-11-01"), np.datetime64("2005-11-01")  # 16 and 17 in October 2021
ADDITIONAL_AFTER = 28  # days (facts 2.8)
COMMONEST = 0  # the product there was most of, first in the campaign's data
EARLY_FIRST = 12  # days by which chance mixes who has a second dose first
SPREAD_BACK = 25  # days
SITE_CHANGES = 0.2  # second doses at another site than the first: our assumption


@dataclass(frozen=True)
class Quota:
    """How many first, second and third doses a chunk gives."""

    first: int
    second: int
    third: int

    @property
    def doses(self) -> int:
        """Add them up."""
        return self.first + self.second + self.third


@dataclass(frozen=True)
class Doses:
    """The true doses, by person and dose number; `person` is the place in the chunk."""

    person: Ints
    number: Ints
    day: Ints
    product: Ints
    lot: Ints
    site: Ints
    early: Flags  # too soon after the one before: a true mistake
    young: Flags  # given before it was allowed at that age

    def __len__(self) -> int:
        """Count the doses."""
        return len(self.person)


def draw_doses(people: People, *, quota: Quota, setting: Setting, rng: np.random.Generator) -> Doses:
    """Give the quota of doses to the people of a chunk; people outside the register are all vaccinated."""
    person, young = _choose_people(people, quota=quota, setting=setting, rng=rng)
    first, again = _draw_first(people, person=person, young=young, seconds=quota.second, setting=setting, rng=rng)
    moved = setting.choose_sites(people.commune[first.person[again]], rng=rng)
    site = np.where(rng.random(len(again)) < SITE_CHANGES, moved, first.site[again])
    second = _draw_second(first.take(again), site=site, setting=setting, rng=rng)
    third = _draw_third(second, count=quota.third, campaign=setting.campaign, rng=rng)
    rounds = [np.concatenate(columns) for columns in zip(first, second, third, strict=True)]
    number = np.repeat([1, 2, 3], [len(first.person), len(second.person), len(third.person)])
    order = np.lexsort((number, rounds[0]))
    person, day, product, site, early, young = (column[order] for column in rounds)
    lot = choose_lots(day, product=product, site=site, lots=setting.lots)
    return Doses(person, number[order], day, product, lot, site, early, young)


class Round(NamedTuple):
    """All first, second or third doses, as arrays."""

    person: Ints
    day: Ints
    product: Ints
    site: Ints
    early: Flags
    young: Flags

    def take(self, rows: Ints) -> Round:
        """Give the doses of some rows."""
        return Round(
            self.person[rows], self.day[rows], self.product[rows], self.site[rows], self.early[rows], self.young[rows]
        )


def _draw_first(
    people: People, *, person: Ints, young: Flags, seconds: int, setting: Setting, rng: np.random.Generator
) -> tuple[Round, Ints]:
    """Draw the first doses by the course of the campaign, and choose who goes on: mostly those who began early."""
    campaign = setting.campaign
    site = setting.choose_sites(people.commune[person], rng=rng)
    day = np.interp(rng.random(len(person)), campaign.course_doses, campaign.course_days).astype(np.int64)
    again = np.argsort(day + rng.normal(0, EARLY_FIRST, len(day)), kind="stable")[:seconds]
    day = setting.snap_days(day, site=site, forward=False)
    product = choose_products(day, site=site, campaign=campaign)
    age = 2021 - people.year[person]
    meant = (age > campaign.youngest[product]) & (age < campaign.oldest[product])
    product = np.where(meant, product, COMMONEST)
    # Whoever is to have a second dose by now had the first in time, of the product that there was most of.
    late = again[day[again] + campaign.earliest[product[again]] > campaign.until]
    product[late] = COMMONEST
    back = campaign.until - campaign.earliest[COMMONEST] - (rng.random(len(late)) * SPREAD_BACK).astype(np.int64)
    day[late] = np.minimum(day[late], setting.snap_days(back, site=site[late], forward=False))
    return Round(person, day, product, site, np.zeros(len(person), bool), young), again


def is_eligible(people: People) -> Flags:
    """Tell who of the register may be vaccinated: adults on the first day of the campaign."""
    return people.inside & (people.birth <= GROWN)


def _choose_people(people: People, *, quota: Quota, setting: Setting, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """Choose who has a first dose: adults by their province's pace, all outside the register, a few too young."""
    places = setting.places
    outside = np.flatnonzero(~people.inside)
    weight = places.campaign[places.province[people.commune]]
    key = rng.exponential(1.0, len(people)) / weight
    adults = np.flatnonzero(is_eligible(people))
    near = (people.birth > FIRST_YOUNG) & (people.birth < LAST_YOUNG) & people.inside & ~people.year_only
    young = np.flatnonzero(near)[: round(quota.first * setting.rates["too_young"])]
    wanted = quota.first - len(outside) - len(young)
    assert 0 <= wanted <= len(adults), "the quota of a chunk does not fit its people"
    chosen = adults[np.argpartition(key[adults], wanted - 1)[:wanted]] if wanted else adults[:0]
    person = np.concatenate((outside, young, chosen))
    flags = np.zeros(len(person), bool)
    flags[len(outside) : len(outside) + len(young)] = True
    return person, flags


def _draw_second(first: Round, *, site: Ints, setting: Setting, rng: np.random.Generator) -> Round:
    """Draw the second doses: the interval of the first product, sometimes another product, a few too early."""
    campaign, size = setting.campaign, len(first.person)
    low, high = campaign.earliest[first.product], campaign.latest[first.product]
    due = first.day + low + (rng.random(size) ** 2 * (high - low)).astype(np.int64)
    early = rng.random(size) < setting.rates["interval_too_short"]
    hasty = first.day + 1 + ((low - 7) * rng.uniform(0.3, 0.9, size)).astype(np.int64)
    given = np.minimum(np.where(early, hasty, due), campaign.until)
    day = np.where(early, given, setting.snap_days(given, site=site, forward=True))
    product = first.product.copy()
    u = rng.random(size)
    for old, new, since, rate in campaign.mixing:
        product[(first.product == old) & (day >= since) & (u < rate)] = new
    return Round(first.person, day, product, site, early, np.zeros(size, bool))


def _draw_third(second: Round, *, count: int, campaign: Campaign, rng: np.random.Generator) -> Round:
    """Draw third doses: Abdala's third where it is due, else an additional dose after 28 days."""
    abdala = second.product == campaign.products.index("Abdala")
    wait = np.where(abdala, campaign.earliest[second.product], ADDITIONAL_AFTER)
    able = np.flatnonzero((second.day + wait <= campaign.until) & ~second.early)
    assert count <= len(able), "too few second doses are old enough for the third doses asked for"
    rows = able[np.argsort(rng.random(len(able)) - abdala[able], kind="stable")[:count]]
    day = np.minimum(second.day[rows] + wait[rows] + (rng.random(count) * 7).astype(np.int64), campaign.until)
    no = np.zeros(count, bool)
    return Round(second.person[rows], day, second.product[rows], second.site[rows], no, no)
