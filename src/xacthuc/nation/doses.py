"""Who of a chunk was vaccinated, when, where, with what: the true doses, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xacthuc.nation.campaign import Campaign, Lots, Sites, choose_lots, choose_products, choose_sites, snap_days
from xacthuc.nation.people import People
from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ADULT_YEAR = 2003  # born in this year or before: 18 in 2021
ADDITIONAL_AFTER = 28  # days (facts 2.8)
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


def draw_doses(
    people: People,
    *,
    quota: Quota,
    places: Places,
    sites: Sites,
    campaign: Campaign,
    lots: Lots,
    rates: Rates,
    rng: np.random.Generator,
) -> Doses:
    """Give the quota of doses to the people of a chunk; people outside the register are all vaccinated."""
    person, young = _choose_people(people, quota=quota, places=places, rates=rates, rng=rng)
    commune = people.commune[person]
    site = choose_sites(commune, places=places, sites=sites, campaign=campaign, rng=rng)
    day = np.interp(rng.random(len(person)), campaign.course_doses, campaign.course_days).astype(np.int64)
    again = np.argsort(day + rng.normal(0, 12, len(day)), kind="stable")[: quota.second]
    day = snap_days(day, site=site, sites=sites, campaign=campaign, forward=False)
    product = choose_products(day, site=site, campaign=campaign)
    late = again[day[again] + campaign.earliest[product[again]] > campaign.until]
    # Whoever is to have a second dose by now had the first in time, of the product that there was most of.
    product[late] = 0
    back = campaign.until - campaign.earliest[0] - (rng.random(len(late)) * 25).astype(np.int64)
    day[late] = np.minimum(day[late], snap_days(back, site=site[late], sites=sites, campaign=campaign, forward=False))
    flags = np.zeros(len(person), bool)
    first = (person, np.ones(len(person), np.int64), day, product, site, flags, young)
    shift = rng.random(len(again)) < SITE_CHANGES
    other = choose_sites(commune[again], places=places, sites=sites, campaign=campaign, rng=rng)
    next_site = np.where(shift, other, site[again])
    second = _follow(
        person[again],
        day=day[again],
        product=product[again],
        site=next_site,
        sites=sites,
        campaign=campaign,
        rates=rates,
        rng=rng,
    )
    parts = [first, second, _draw_third(second, count=quota.third, campaign=campaign, rng=rng)]
    joined = [np.concatenate([part[column] for part in parts]) for column in range(7)]
    order = np.lexsort((joined[1], joined[0]))
    person, number, day, product, site, early, young = (column[order] for column in joined)
    lot = choose_lots(day, product=product, site=site, lots=lots)
    return Doses(person, number, day, product, lot, site, early, young)


Part = tuple[Ints, Ints, Ints, Ints, Ints, Flags, Flags]


def _choose_people(
    people: People, *, quota: Quota, places: Places, rates: Rates, rng: np.random.Generator
) -> tuple[Ints, Flags]:
    """Choose who has a first dose: adults, by the province's pace; all who are outside the register; a few too young."""
    outside = np.flatnonzero(~people.inside)
    weight = places.campaign[places.province[people.commune]]
    key = rng.exponential(1.0, len(people)) / weight
    adults = np.flatnonzero(people.inside & (people.year <= ADULT_YEAR))
    near = np.flatnonzero(people.inside & (people.year > ADULT_YEAR) & (people.year <= ADULT_YEAR + 2))
    young = near[: min(len(near), round(quota.first * rates["too_young"]))]
    wanted = quota.first - len(outside) - len(young)
    assert 0 <= wanted <= len(adults), "the quota of a chunk does not fit its people"
    chosen = adults[np.argpartition(key[adults], wanted - 1)[:wanted]] if wanted else adults[:0]
    person = np.concatenate((outside, young, chosen))
    flags = np.zeros(len(person), bool)
    flags[len(outside) : len(outside) + len(young)] = True
    return person, flags


def _follow(
    person: Ints,
    *,
    day: Ints,
    product: Ints,
    site: Ints,
    sites: Sites,
    campaign: Campaign,
    rates: Rates,
    rng: np.random.Generator,
) -> Part:
    """Draw the second doses: the interval of the first product, sometimes another product, a few too early."""
    size = len(person)
    low, high = campaign.earliest[product], campaign.latest[product]
    due = day + low + (rng.random(size) ** 2 * (high - low)).astype(np.int64)
    early = rng.random(size) < rates["interval_too_short"]
    due = np.where(early, day + 1 + ((low - 7) * rng.uniform(0.3, 0.9, size)).astype(np.int64), due)
    given = np.minimum(due, campaign.until)
    snapped = snap_days(given, site=site, sites=sites, campaign=campaign, forward=True)
    given = np.where(early, given, snapped)
    other = product.copy()
    u = rng.random(size)
    for old, new, since, rate in campaign.mixing:
        other[(product == old) & (given >= since) & (u < rate)] = new
    return person, np.full(size, 2), given, other, site, early, np.zeros(size, bool)


def _draw_third(second: Part, *, count: int, campaign: Campaign, rng: np.random.Generator) -> Part:
    """Draw third doses: Abdala's third where it is due, else an additional dose after 28 days."""
    person, _, day, product, site, early, _ = second
    abdala = product == campaign.products.index("Abdala")
    wait = np.where(abdala, campaign.earliest[product], ADDITIONAL_AFTER)
    able = np.flatnonzero((day + wait <= campaign.until) & ~early)
    assert count <= len(able), "too few second doses are old enough for the third doses asked for"
    order = np.argsort(rng.random(len(able)) - abdala[able], kind="stable")
    rows = able[order[:count]]
    given = np.minimum(day[rows] + wait[rows] + (rng.random(count) * 7).astype(np.int64), campaign.until)
    no = np.zeros(count, bool)
    return person[rows], np.full(count, 3), given, product[rows], site[rows], no, no
