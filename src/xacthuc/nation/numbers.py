"""Numbers of the people: twelve digits by the rules, the old CMND, phones, insurance; unique in the nation, traceable.

The numbers of a cell (place of registration, sex, year) are a permutation of their rank, so that it can be told of any
number, without a look at the register, whether somebody holds it. Sources: decree 137/2015 article 13, circular 59/2021
(facts 2.2), facts 2.3, 2.4, 2.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.places import Places
from xacthuc.nation.shuffling import mix, permute, rank_within, restore, unit

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FIRST_YEAR, YEARS = 1900, 130
SERIALS = 1_000_000  # six digits a cell
HOLDERS_LIMIT = 600_000  # of a cell: the rest of the serials belongs to nobody in the register
UNHELD = 399_999  # serial ranks from the top, for people in no register
CMND_FILLED = 0.8  # of the numbers of a province, at most
BLOCK_FIRST, BLOCK_SIZE = 271450001, 50_000  # issued in both provinces (facts 2.3)
BLOCK_STEPS = {"77": 16, "75": 40}  # every n-th holder of the province has a number of the block
PHONE_PREFIXES = (   # by operator (facts 2.6)
    "032", "033", "034", "035", "036", "037", "038", "039", "086", "096", "097", "098",
    "070", "076", "077", "078", "079", "089", "090", "093",
    "081", "082", "083", "084", "085", "088", "091", "094",
    "052", "056", "058", "092", "059", "099", "055", "087",
)  # fmt: skip
SECOND_PHONE = 180_000_000  # the second phone of a person; more people than this need another numbering plan
KEYS = {"twelve": 11, "nine": 13, "knows": 17, "phone": 19, "insurance": 23, "id": 29, "unheld": 31}


@dataclass(frozen=True)
class Cells:
    """How many people of the register hold a number of each cell, in the nation and before one chunk."""

    twelve: Ints  # by cell12
    nine: Ints  # by province


@dataclass(frozen=True)
class Digits:
    """The numbers of one chunk, as text (null where there is none) and as integers (-1)."""

    seed: int
    number12: pa.Array
    number9: pa.Array
    phone: pa.Array
    insurance: pa.Array
    knows_cmnd: Flags  # the register holds the old number


def cell_of(home: Ints, *, sex: Ints, year: Ints) -> Ints:
    """Give the cell whose members share the first six digits."""
    return (home * 2 + sex) * YEARS + year - FIRST_YEAR


@dataclass(frozen=True)
class Numbering:
    """What the numbers of a nation depend on; `unknown`: the share of old numbers that the register lacks."""

    places: Places
    seed: int
    unknown: float

    def key(self, cell: Ints, *, of: str) -> Ints:
        """Give the key of the permutation of each cell."""
        return cell * 64 + KEYS[of] + self.seed * 1_048_576


@dataclass(frozen=True)
class Holders:
    """The people to be numbered, in the order of the register."""

    home: Ints  # province of birth registration, index
    sex: Ints
    year: Ints
    inside: Flags  # in the register; the numbers of others are held by nobody in it
    index: Ints


def count_cells(holders: Holders, *, holds_cmnd: Flags, provinces: int) -> Cells:
    """Count the holders of one chunk."""
    cell = cell_of(holders.home, sex=holders.sex, year=holders.year)[holders.inside]
    nine = np.bincount(holders.home[holders.inside & holds_cmnd], minlength=provinces)
    return Cells(np.bincount(cell, minlength=provinces * 2 * YEARS), nine)


def number_twelve(holders: Holders, *, before: Cells, country: Numbering) -> pa.Array:
    """Number everybody: province of birth registration, century and sex, year, six digits (circular 59/2021)."""
    year = holders.year
    cell = cell_of(holders.home, sex=holders.sex, year=year)
    rank = rank_within(np.where(holders.inside, cell, -1)) + before.twelve[cell]
    unheld = SERIALS - 1 - (mix(holders.index, key=KEYS["unheld"]) % np.uint64(UNHELD)).astype(np.int64)
    rank = np.where(holders.inside, rank, unheld)
    serial = permute(rank, left=1000, right=1000, key=country.key(cell, of="twelve"))
    codes = np.array([int(code) for code in country.places.provinces])[holders.home]
    century = np.where(year < 2000, 0, 2) + holders.sex
    return pad(codes * 10**9 + century * 10**8 + year % 100 * 10**6 + serial, width=12)


def is_held_twelve(number: Ints, *, totals: Cells, country: Numbering) -> Flags:
    """Tell for numbers of twelve digits (below the century of 2100) whether somebody in the register holds them."""
    provinces = country.places.provinces
    position = np.full(1000, -1)
    position[[int(code) for code in provinces]] = np.arange(len(provinces))
    home, digit = position[number // 10**9], number // 10**8 % 10
    year = 1900 + digit // 2 * 100 + number // 10**6 % 100
    valid = (home >= 0) & (year < FIRST_YEAR + YEARS)
    cell = cell_of(np.where(valid, home, 0), sex=digit % 2, year=np.where(valid, year, FIRST_YEAR))
    rank = restore(number % SERIALS, left=1000, right=1000, key=country.key(cell, of="twelve"))
    return np.asarray(valid & (rank < totals.twelve[cell]), bool)


@dataclass(frozen=True)
class Nine:
    """The old numbers of one chunk: -1 where a person has none, and whether the register knows it."""

    number: Ints
    known: Flags


def number_nine(holders: Holders, *, holds: Flags, before: Cells, country: Numbering) -> Nine:
    """Give the holders their old number, by the province that registered their birth (facts 2.3)."""
    home, inside = holders.home, holders.inside
    capacity = _capacity(country.places)[home]
    rank = rank_within(np.where(inside & holds, home, -1)) + before.nine[home]
    fits = holds & inside & (rank < capacity * CMND_FILLED)
    unheld = (
        capacity - 1 - (mix(holders.index, key=KEYS["unheld"]) % (capacity // 8).astype(np.uint64)).astype(np.int64)
    )
    rank = np.where(fits, rank, unheld)
    number = _write_nine(rank, home=home, country=country)
    known = fits & _is_known(rank, home=home, country=country)
    for code, step in BLOCK_STEPS.items():
        here = fits & _in_block(rank, home=home, code=code, country=country)
        number = np.where(here, BLOCK_FIRST + rank // step, number)
        known |= here  # what was issued twice, the register has
    return Nine(np.where(fits | (holds & ~inside), number, -1), known)


def is_held_nine(number: Ints, *, totals: Cells, country: Numbering) -> Flags:
    """Tell for numbers of nine digits whether the register knows somebody who holds them."""
    home, rank = _read_nine(number, country=country)
    safe, holders = np.maximum(home, 0), _count_holders(totals, country=country)
    held = (home >= 0) & (rank < holders[safe]) & _is_known(rank, home=safe, country=country)
    for code, step in BLOCK_STEPS.items():
        held &= ~_in_block(rank, home=home, code=code, country=country)
        place = number - BLOCK_FIRST
        issued = holders[country.places.provinces.index(code)]
        held |= (place >= 0) & (place < BLOCK_SIZE) & (place * step < issued)
    return np.asarray(held, bool)


def _count_holders(totals: Cells, *, country: Numbering) -> NDArray[np.float64]:
    """Give by province how many of the register hold an old number; where the numbers run out, fewer than wanted."""
    holders: NDArray[np.float64] = np.minimum(totals.nine, np.ceil(_capacity(country.places) * CMND_FILLED))
    return holders


def _is_known(rank: Ints, *, home: Ints, country: Numbering) -> Flags:
    return np.asarray(unit(rank * 64 + home, key=KEYS["knows"] + country.seed * 64) >= country.unknown, bool)


def _in_block(rank: Ints, *, home: Ints, code: str, country: Numbering) -> Flags:
    step = BLOCK_STEPS[code]
    there: Flags = (home == country.places.provinces.index(code)) & (rank % step == 0) & (rank // step < BLOCK_SIZE)
    return there


def _capacity(places: Places) -> Ints:
    return np.array([sum(10 ** (9 - len(prefix)) for prefix in prefixes) for prefixes in places.cmnd], np.int64)


def _starts(places: Places) -> tuple[list[Ints], list[Ints]]:
    """Give by province where each prefix's numbers begin, by rank and by number."""
    ranks, firsts = [], []
    for prefixes in places.cmnd:
        sizes = [10 ** (9 - len(prefix)) for prefix in prefixes]
        ranks.append(np.concatenate(([0], np.cumsum(sizes))))
        firsts.append(np.array([int(prefix) * size for prefix, size in zip(prefixes, sizes, strict=True)]))
    return ranks, firsts


def _write_nine(rank: Ints, *, home: Ints, country: Numbering) -> Ints:
    right = _capacity(country.places)[home] // 1000
    place = permute(rank, left=1000, right=right, key=country.key(home, of="nine"))
    ranks, firsts = _starts(country.places)
    number = np.zeros(len(rank), np.int64)
    for province in np.unique(home).tolist():
        chosen = np.flatnonzero(home == province)
        part = np.searchsorted(ranks[province], place[chosen], side="right") - 1
        number[chosen] = firsts[province][part] + place[chosen] - ranks[province][part]
    return number


def _read_nine(number: Ints, *, country: Numbering) -> tuple[Ints, Ints]:
    ranks, firsts = _starts(country.places)
    home, place = np.full(len(number), -1), np.zeros(len(number), np.int64)
    for province, starts in enumerate(firsts):
        sizes = np.diff(ranks[province])
        for part, first in enumerate(starts.tolist()):
            inside = (number >= first) & (number < first + sizes[part])
            home[inside] = province
            place[inside] = number[inside] - first + ranks[province][part]
    safe = np.maximum(home, 0)
    right = _capacity(country.places)[safe] // 1000
    return home, restore(place, left=1000, right=right, key=country.key(safe, of="nine"))


def write_phones(slot: Ints, *, seed: int) -> pa.Array:
    """Write the mobile number of each slot; two slots never share one. Plan of 2018 (facts 2.6)."""
    place = permute(slot, left=18_000, right=20_000, key=KEYS["phone"] + seed * 64)
    prefixes = np.array([int(prefix) for prefix in PHONE_PREFIXES])
    return pad(prefixes[place // 10**7] * 10**7 + place % 10**7, width=10)


def write_insurance(index: Ints, *, seed: int) -> pa.Array:
    """Write the ten digits of each person's social insurance number (facts 2.4)."""
    return pad(permute(index, left=100_000, right=100_000, key=KEYS["insurance"] + seed * 64), width=10)


def write_ids(index: Ints, *, seed: int) -> pa.Array:
    """Write the register's opaque reference of each person."""
    text = pad(permute(index, left=32_000, right=32_000, key=KEYS["id"] + seed * 64), width=10)
    return pc.binary_join_element_wise(pa.scalar("P"), text, "")


def pad(values: Ints, *, width: int) -> pa.Array:
    """Write integers with leading zeros."""
    return pc.ascii_lpad(pa.array(values).cast(pa.string()), width, "0")
