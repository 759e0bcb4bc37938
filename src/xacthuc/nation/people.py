"""The people of one chunk as arrays: who lives where and with whom, births, sexes, origins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates
from xacthuc.nation.shuffling import rank_within

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TODAY = np.datetime64("2021-10-31")  # the country as of late October 2021
HOUSEHOLDS = ("a", "as", "asc", "ascc", "asccc", "ac", "acc", "esacc", "esac", "esa", "aa")
# Who lives together: a adult, s the adult's spouse, c child, e elder. Shares are ours, set so that 36 % are children
# below 25.
HOUSEHOLD_SHARES = (0.11, 0.19, 0.17, 0.23, 0.07, 0.06, 0.04, 0.07, 0.04, 0.02, 0.02)
# Share of the people by groups of five years, from 0-4 to 85 and over: census of 2019, moved to 2021, rounded.
PYRAMID = (8.0, 8.4, 7.9, 6.8, 6.4, 7.6, 8.5, 8.2, 7.3, 6.7, 6.0, 5.5, 4.7, 3.4, 2.1, 1.3, 0.9, 0.9)
CHILD_GROUPS = 5
ADULT_DAYS = 19 * 366
LAST_CMND = 2005  # born later: the twelve digits are the first number they have
LAST_VAGUE = 1990
ROLE_ADULT, ROLE_SPOUSE, ROLE_CHILD, ROLE_ELDER = range(4)


@dataclass(frozen=True)
class People:
    """One chunk of the country; arrays by person, in the order of the register."""

    index: Ints  # in the nation, from 0
    inside: Flags  # in the register
    foreign: Flags  # citizens of other countries, none of them inside
    commune: Ints
    household: Ints  # from 0 in the chunk
    role: Ints
    sex: Ints  # 0 male, 1 female
    birth: NDArray[np.datetime64]
    year_only: Flags  # the register holds the year alone
    people: Ints  # index in places.PEOPLES
    home: Ints  # province of birth registration, index
    holds_cmnd: Flags
    twin: Flags  # the second of two

    def __len__(self) -> int:
        """Count the people."""
        return len(self.index)

    @property
    def year(self) -> Ints:
        """Give the year of birth."""
        return year_of(self.birth)


@dataclass(frozen=True)
class Stretch:
    """A stretch of the nation: people of the register from a place on, and people beside them who are in none."""

    first: int
    count: int
    total: int  # people of the nation
    outside: int
    foreigners: int  # among those outside
    outside_first: int  # the first index of those outside


def draw_people(places: Places, *, stretch: Stretch, rng: np.random.Generator, rates: Rates) -> People:
    """Draw the people of a stretch. The communes follow one another, so a stretch holds whole neighbourhoods."""
    size = stretch.count + stretch.outside
    household, role = _draw_households(size, rng=rng)
    age_days = _draw_ages(household, role=role, rng=rng)
    inside, foreign = _place_outside(age_days, outside=stretch.outside, foreign=stretch.foreigners, rng=rng)
    place = stretch.first + np.maximum(np.cumsum(inside) - 1, 0)
    edges = np.cumsum(places.share)
    commune = np.minimum(np.searchsorted(edges, (place + 0.5) / stretch.total, side="right"), places.communes - 1)
    birth = TODAY - age_days.astype("timedelta64[D]")
    sex = _draw_sexes(household, role=role, rng=rng)
    twin = _join_twins(household, role=role, birth=birth, rng=rng, rate=rates["twins"])
    year = year_of(birth)
    people = _draw_peoples(places, province=places.province[commune], household=household, rng=rng)
    holding = np.where(year < 1997, rates["holds_cmnd"], rates["holds_cmnd_young"])
    return People(
        index=np.where(inside, place, stretch.outside_first + np.cumsum(~inside) - 1),
        inside=inside,
        foreign=foreign,
        commune=commune,
        household=household,
        role=role,
        sex=sex,
        birth=birth,
        year_only=_draw_vague(year, people=people, rng=rng, rates=rates) & ~twin,
        people=people,
        home=_draw_home(places, province=places.province[commune], rng=rng, rate=rates["born_elsewhere"]),
        holds_cmnd=(year <= LAST_CMND) & (rng.random(size) < holding),
        twin=twin & inside,
    )


def year_of(birth: NDArray[np.datetime64]) -> Ints:
    """Give the year of each day."""
    return birth.astype("datetime64[Y]").astype(np.int64) + 1970


def _draw_peoples(places: Places, *, province: Ints, household: Ints, rng: np.random.Generator) -> Ints:
    """Draw the people (Kinh, Tày ...) of each household, by the shares of its province."""
    u = rng.random(int(household[-1]) + 1)[household]
    edges = np.cumsum(places.peoples, axis=1)
    flat = (edges + 2.0 * np.arange(len(edges))[:, np.newaxis]).ravel()  # rows lie apart, whatever the rounding
    found = np.searchsorted(flat, u + 2.0 * province, side="right") - province * edges.shape[1]
    people: Ints = np.minimum(found, edges.shape[1] - 1)
    return people


def _draw_vague(year: Ints, *, people: Ints, rng: np.random.Generator, rates: Rates) -> Flags:
    """Draw of whom the register holds the year of birth alone: the old, and more among ethnic minorities."""
    others = np.where(people > 0, rates["year_only_minority"], rates["year_only"])
    return (rng.random(len(year)) < np.where(year < 1955, rates["year_only_elderly"], others)) & (year < LAST_VAGUE)


def _place_outside(age_days: Ints, *, outside: int, foreign: int, rng: np.random.Generator) -> tuple[Flags, Flags]:
    """Choose adults who are in no register; the first `foreign` of them are citizens of other countries."""
    inside, abroad = np.ones(len(age_days), bool), np.zeros(len(age_days), bool)
    chosen = rng.choice(np.flatnonzero(age_days > ADULT_DAYS), outside, replace=False)
    inside[chosen] = False
    abroad[chosen[:foreign]] = True
    return inside, abroad


def _draw_households(size: int, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    roles = [np.array(["asce".index(letter) for letter in kind], np.int64) for kind in HOUSEHOLDS]
    lengths = np.array([len(kind) for kind in HOUSEHOLDS])
    shares = np.array(HOUSEHOLD_SHARES) / sum(HOUSEHOLD_SHARES)
    kinds = rng.choice(len(HOUSEHOLDS), size, p=shares)  # at most one household a person
    kinds = kinds[: int(np.searchsorted(np.cumsum(lengths[kinds]), size)) + 1]
    household = np.repeat(np.arange(len(kinds)), lengths[kinds])[:size]
    place = rank_within(household)
    table = np.zeros((len(HOUSEHOLDS), int(lengths.max())), np.int64)
    for row, role in enumerate(roles):
        table[row, : len(role)] = role
    return household, table[kinds[household], place]


def _draw_ages(household: Ints, *, role: Ints, rng: np.random.Generator) -> Ints:
    """Draw ages in days from the pyramid; hand them out by rank within each role, so that families hold together."""
    age = np.zeros(len(role), np.int64)
    pyramid = np.array(PYRAMID)
    elder_weights = np.where(np.arange(len(pyramid)) >= 12, pyramid, 0.0)
    elders = int((role == ROLE_ELDER).sum())
    old_left = np.maximum(pyramid / pyramid.sum() * len(role) - elder_weights / elder_weights.sum() * elders, 0)
    old_left[:CHILD_GROUPS] = 0
    head_age = np.zeros(int(household[-1]) + 1)
    adults = np.flatnonzero(role == ROLE_ADULT)
    age[adults] = _draw_groups(len(adults), weights=old_left, rng=rng)
    np.maximum.at(head_age, household[adults], age[adults])
    weights = {
        ROLE_SPOUSE: old_left,
        ROLE_CHILD: np.where(np.arange(len(pyramid)) < CHILD_GROUPS, pyramid, 0.0),
        ROLE_ELDER: elder_weights,
    }
    spread = {ROLE_SPOUSE: 4 * 365, ROLE_CHILD: 6 * 365, ROLE_ELDER: 6 * 365}
    for kind, weight in weights.items():
        chosen = np.flatnonzero(role == kind)
        if len(chosen):
            drawn = np.sort(_draw_groups(len(chosen), weights=weight, rng=rng))
            wish = head_age[household[chosen]] + rng.normal(0, spread[kind], len(chosen))
            age[chosen[np.argsort(wish, kind="stable")]] = drawn
    return age


def _draw_groups(count: int, *, weights: NDArray[np.float64], rng: np.random.Generator) -> Ints:
    group = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(count), side="right")
    top = group == len(weights) - 1
    within = rng.random(count) * 5
    within[top] = np.minimum(rng.exponential(4.0, int(top.sum())), 20)
    return ((group * 5 + within) * 365.25).astype(np.int64)


def _draw_sexes(household: Ints, *, role: Ints, rng: np.random.Generator) -> Ints:
    u = rng.random(len(role))
    with_spouse = np.zeros(int(household[-1]) + 1, bool)
    with_spouse[household[role == ROLE_SPOUSE]] = True
    chance = np.select(
        [role == ROLE_CHILD, role == ROLE_ELDER, (role == ROLE_ADULT) & with_spouse[household], role == ROLE_ADULT],
        [0.48, 0.62, 0.12, 0.55],
        0.0,
    )
    sex = (u < chance).astype(np.int64)
    head = np.zeros(len(with_spouse), np.int64)
    adults = role == ROLE_ADULT
    head[household[adults]] = sex[adults]
    spouses = role == ROLE_SPOUSE
    sex[spouses] = 1 - head[household[spouses]]
    return sex


def _join_twins(
    household: Ints, *, role: Ints, birth: NDArray[np.datetime64], rng: np.random.Generator, rate: float
) -> Flags:
    """Give the second of some pairs of neighbouring children the first one's birth date, in place."""
    second = np.zeros(len(role), bool)
    second[1:] = (role[1:] == ROLE_CHILD) & (role[:-1] == ROLE_CHILD) & (household[1:] == household[:-1])
    second &= rng.random(len(role)) < rate
    second[1:] &= ~second[:-1]
    where = np.flatnonzero(second)
    birth[where] = birth[where - 1]
    return second


def _draw_home(places: Places, *, province: Ints, rng: np.random.Generator, rate: float) -> Ints:
    elsewhere = np.searchsorted(np.cumsum(places.population), rng.random(len(province)), side="right")
    elsewhere = np.minimum(elsewhere, len(places.provinces) - 1)
    return np.where(rng.random(len(province)) < rate, elsewhere, province)


def heads_of(people: People) -> Ints:
    """Give for each person the place of the head of the household."""
    head = np.zeros(int(people.household[-1]) + 1, np.int64)
    adults = np.flatnonzero(people.role == ROLE_ADULT)
    head[people.household[adults]] = adults
    return head[people.household]
