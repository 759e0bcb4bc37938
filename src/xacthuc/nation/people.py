"""The people of one chunk: households, births, names and numbers, as arrays; and how the register writes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation import numbers
from xacthuc.nation.names import NameBook, draw_words, join_names
from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates
from xacthuc.nation.shuffling import rank_within

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TODAY = np.datetime64("2021-10-31")  # the country as of late October 2021
HOUSEHOLDS = ("a", "as", "asc", "ascc", "asccc", "ac", "acc", "esacc", "esac", "esa", "aa")
# Who lives together: a adult, s the adult's spouse, c child, e elder. Shares are ours, set so that 36 % are children below 25.
HOUSEHOLD_SHARES = (0.11, 0.19, 0.17, 0.23, 0.07, 0.06, 0.04, 0.07, 0.04, 0.02, 0.02)
# Share of the people by groups of five years, from 0-4 to 85 and over: census of 2019, moved to 2021, rounded.
PYRAMID = (8.0, 8.4, 7.9, 6.8, 6.4, 7.6, 8.5, 8.2, 7.3, 6.7, 6.0, 5.5, 4.7, 3.4, 2.1, 1.3, 0.9, 0.9)
CHILD_GROUPS = 5
HAMLETS = 15
ADULT_DAYS = 19 * 366
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
        return self.birth.astype("datetime64[Y]").astype(np.int64) + 1970


def draw_people(
    places: Places,
    *,
    first: int,
    count: int,
    total: int,
    outside: int,
    foreigners: int,
    outside_first: int,
    rng: np.random.Generator,
    rates: Rates,
) -> People:
    """Draw `count` people of the register from place `first` of `total`, and `outside` people beside them who are in no register.

    The communes follow one another through the nation, so a chunk holds whole neighbourhoods.
    """
    size = count + outside
    household, role = _draw_households(size, rng=rng)
    age_days = _draw_ages(household, role=role, rng=rng)
    inside, foreign = _place_outside(age_days, outside=outside, foreign=foreigners, rng=rng)
    place = first + np.maximum(np.cumsum(inside) - 1, 0)
    edges = np.cumsum(places.share)
    commune = np.minimum(np.searchsorted(edges, (place + 0.5) / total, side="right"), places.communes - 1)
    index = np.where(inside, place, outside_first + np.cumsum(~inside) - 1)
    birth = TODAY - age_days.astype("timedelta64[D]")
    sex = _draw_sexes(household, role=role, rng=rng)
    twin = _join_twins(household, role=role, birth=birth, rng=rng, rate=rates["twins"])
    province = places.province[commune]
    edges_people = np.cumsum(places.peoples, axis=1)
    people = (rng.random(int(household[-1]) + 1)[household, np.newaxis] > edges_people[province]).sum(axis=1)
    people = np.minimum(people, places.peoples.shape[1] - 1)
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    vague = rng.random(size) < np.where(
        year < 1955, rates["year_only_elderly"], np.where(people > 0, rates["year_only_minority"], rates["year_only"])
    ) * (year < 1990)
    holds = (year <= 2005) & (rng.random(size) < np.where(year < 1997, rates["holds_cmnd"], rates["holds_cmnd_young"]))
    return People(
        index=index,
        inside=inside,
        foreign=foreign,
        commune=commune,
        household=household,
        role=role,
        sex=sex,
        birth=birth,
        year_only=vague & ~twin,
        people=people,
        home=_draw_home(places, province=province, rng=rng, rate=rates["born_elsewhere"]),
        holds_cmnd=holds,
        twin=twin & inside,
    )


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
    """Draw ages in days from the pyramid, and hand them out so that families hold together: by rank within each role."""
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
    weight = np.bincount(places.province, weights=places.share, minlength=len(places.provinces)) + 0.002
    elsewhere = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(len(province)), side="right")
    return np.where(rng.random(len(province)) < rate, elsewhere, province)


@dataclass(frozen=True)
class Named:
    """The words of each person's name, as indices into the name book."""

    family: Ints
    middle: Ints
    given: Ints


def draw_names(people: People, *, places: Places, book: NameBook, rng: np.random.Generator) -> Named:
    """Name everybody: children after the head of the household, twins a letter, a mark or a word apart."""
    size = len(people)
    region = places.region[places.province[people.commune]]
    cohort = np.searchsorted(np.array(book.cohorts), people.year, side="right")
    family = draw_words(book.family, people=people.people, sex=people.sex, column=region, u=rng.random(size))
    middle = draw_words(book.middle, people=people.people, sex=people.sex, column=cohort, u=rng.random(size))
    given = draw_words(book.given, people=people.people, sex=people.sex, column=cohort, u=rng.random(size))
    head = np.zeros(int(people.household[-1]) + 1, np.int64)
    adults = np.flatnonzero(people.role == ROLE_ADULT)
    head[people.household[adults]] = adults
    follows = (people.role == ROLE_CHILD) | ((people.role == ROLE_ELDER) & (people.sex == 0))
    follows &= _takes_family(people)
    family = np.where(follows, family[head[people.household]], family)
    second = np.flatnonzero(people.twin)
    if len(second):
        _name_twins(second, people=people, middle=middle, given=given, book=book, rng=rng)
    strangers = np.flatnonzero(people.foreign)
    family[strangers] = rng.choice(book.foreign[1], len(strangers))
    given[strangers] = rng.choice(book.foreign[0], len(strangers))
    middle[strangers] = 0
    return Named(family, middle, given)


def _takes_family(people: People) -> Flags:
    # Among the Ba Na, Ê Đê and Cơ Ho the first word tells the sex, and is not handed down.
    return ~np.isin(people.people, (9, 10, 11))


def _name_twins(
    second: Ints, *, people: People, middle: Ints, given: Ints, book: NameBook, rng: np.random.Generator
) -> None:
    for twin, u in zip(second.tolist(), rng.random(len(second)).tolist(), strict=True):
        first = twin - 1
        if people.sex[twin] != people.sex[first] or u < 0.35:
            continue  # a word apart, by chance
        middle[twin] = middle[first]
        close = book.close[given[first]]
        if len(close):
            given[twin] = close[int((u - 0.35) / 0.65 * len(close))]


def write_register(people: People, named: Named, *, places: Places, book: NameBook, digits: numbers.Digits) -> pa.Table:
    """Write the rows of the register: the people inside it, in their order."""
    rows = np.flatnonzero(people.inside)
    take = pa.array(rows)
    commune = pa.array(people.commune[rows])
    return pa.table(
        {
            "id": numbers.write_ids(people.index[rows], seed=digits.seed),
            "name": join_names(book.words, [named.family[rows], named.middle[rows], named.given[rows]]),
            "birth_date": write_births(people.birth[rows], year_only=people.year_only[rows]),
            "sex": pa.array(["M", "F"]).take(pa.array(people.sex[rows])),
            "number12": digits.number12.take(take),
            "number9": pc.if_else(
                pa.array(digits.knows_cmnd[rows]), digits.number9.take(take), pa.scalar(None, pa.string())
            ),
            "phone": digits.phone.take(take),
            "insurance": digits.insurance.take(take),
            "province": places.province_names.take(commune),
            "district": places.district_names.take(commune),
            "commune_code": places.commune_codes.take(commune),
            "commune": places.commune_names.take(commune),
            "address": write_addresses(
                people.household[rows], region=places.region[places.province[people.commune[rows]]]
            ),
        }
    )


def write_births(birth: NDArray[np.datetime64], *, year_only: Flags) -> pa.Array:
    """Write dates as ISO, or the year alone."""
    text = pa.array(birth.astype("datetime64[D]")).cast(pa.string())
    return pc.if_else(pa.array(year_only), pc.utf8_slice_codeunits(text, 0, 4), text)


def write_addresses(household: Ints, *, region: Ints) -> pa.Array:
    """Write the hamlet of each household: Xóm in the North, Thôn in the centre, Ấp in the South; forty neighbours share one."""
    kinds = pa.array([f"{kind} {number}" for kind in ("Xóm", "Thôn", "Ấp") for number in range(1, HAMLETS + 1)])
    return kinds.take(pa.array(region * HAMLETS + household // 40 % HAMLETS))


def give_phones(people: People, *, rng: np.random.Generator, rates: Rates) -> tuple[Ints, Flags]:
    """Give each person the slot of a phone (-1: none), and tell whose own it is; children and some adults use the head's."""
    head = np.zeros(int(people.household[-1]) + 1, np.int64)
    adults = np.flatnonzero(people.role == ROLE_ADULT)
    head[people.household[adults]] = adults
    head_of = head[people.household]
    grown = people.year <= 2006
    owns = (grown & (rng.random(len(people)) < rates["own_phone"])) | (head_of == np.arange(len(people)))
    slot = np.where(owns, people.index, people.index[head_of])
    none = rng.random(len(people)) < np.where(grown, rates["no_phone"], rates["no_phone_child"])
    return np.where(none, -1, slot), owns & ~none


def give_numbers(
    people: People, *, places: Places, before: numbers.Cells, seed: int, rates: Rates, rng: np.random.Generator
) -> numbers.Digits:
    """Give everybody of the chunk their numbers; `before` counts the holders in the chunks before this one."""
    keys = {
        "home": people.home,
        "inside": people.inside,
        "index": people.index,
        "before": before,
        "seed": seed,
        "places": places,
    }
    nine = numbers.number_nine(holds=people.holds_cmnd, unknown=rates["cmnd_not_in_register"], **keys)
    slot, _ = give_phones(people, rng=rng, rates=rates)
    none = pa.scalar(None, pa.string())
    insured = pa.array(rng.random(len(people)) < rates["insured"])
    return numbers.Digits(
        seed=seed,
        number12=numbers.number_twelve(sex=people.sex, year=people.year, **keys),
        number9=pc.if_else(pa.array(nine.number >= 0), numbers.pad(np.maximum(nine.number, 0), width=9), none),
        phone=pc.if_else(pa.array(slot >= 0), numbers.write_phones(np.maximum(slot, 0), seed=seed), none),
        insurance=pc.if_else(insured, numbers.write_insurance(people.index, seed=seed), none),
        knows_cmnd=nine.known,
    )
