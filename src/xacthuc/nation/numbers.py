"""Numbers of the people: twelve digits by the rules, the old CMND, phones, insurance; unique in the nation, and traceable.

The numbers of a cell (place of registration, sex, year) are a permutation of their rank, so that it can be told of any number, without a
look at the register, whether somebody holds it. Sources: decree 137/2015 article 13, circular 59/2021 (facts 2.2), facts 2.3, 2.4, 2.6.
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
PHONE_PREFIXES = (
    "032 033 034 035 036 037 038 039 086 096 097 098 070 076 077 078 079 089 090 093 081 082 083 084 085 088 091 094 052 056 058 092 059 099 055 087"
).split()
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


def count_cells(*, home: Ints, sex: Ints, year: Ints, holds_cmnd: Flags, inside: Flags, provinces: int) -> Cells:
    """Count the holders of one chunk."""
    twelve = np.bincount(cell_of(home, sex=sex, year=year)[inside], minlength=provinces * 2 * YEARS)
    return Cells(twelve, np.bincount(home[inside & holds_cmnd], minlength=provinces))


def number_twelve(
    *, home: Ints, sex: Ints, year: Ints, inside: Flags, index: Ints, before: Cells, seed: int, places: Places
) -> pa.Array:
    """Number everybody: province of birth registration, century and sex, year, six digits (circular 59/2021)."""
    cell = cell_of(home, sex=sex, year=year)
    masked = np.where(inside, cell, -1)
    rank = rank_within(masked) + before.twelve[cell]
    unheld = SERIALS - 1 - (mix(index, key=KEYS["unheld"]) % np.uint64(UNHELD)).astype(np.int64)
    rank = np.where(inside, rank, unheld)
    serial = permute(rank, left=1000, right=1000, key=cell * 64 + KEYS["twelve"] + seed * 1_048_576)
    codes = np.array([int(code) for code in places.provinces])[home]
    century = np.where(year < 2000, 0, 2) + sex
    return pad(codes * 10**9 + century * 10**8 + year % 100 * 10**6 + serial, width=12)


def is_held_twelve(number: Ints, *, totals: Cells, seed: int, places: Places) -> Flags:
    """Tell for numbers of twelve digits (below the century of 2100) whether somebody in the register holds them."""
    position = np.full(1000, -1)
    position[[int(code) for code in places.provinces]] = np.arange(len(places.provinces))
    home, digit = position[number // 10**9], number // 10**8 % 10
    year = 1900 + digit // 2 * 100 + number // 10**6 % 100
    valid = (home >= 0) & (year < FIRST_YEAR + YEARS)
    cell = cell_of(np.where(valid, home, 0), sex=digit % 2, year=np.where(valid, year, FIRST_YEAR))
    rank = restore(number % SERIALS, left=1000, right=1000, key=cell * 64 + KEYS["twelve"] + seed * 1_048_576)
    return valid & (rank < totals.twelve[cell])


@dataclass(frozen=True)
class Nine:
    """The old numbers of one chunk: -1 where a person has none, and whether the register knows it."""

    number: Ints
    known: Flags


def number_nine(
    *, home: Ints, holds: Flags, inside: Flags, index: Ints, before: Cells, seed: int, places: Places, unknown: float
) -> Nine:
    """Give the holders their old number, by the province that registered their birth (facts 2.3)."""
    capacity = _capacity(places)[home]
    rank = rank_within(np.where(inside & holds, home, -1)) + before.nine[home]
    fits = holds & inside & (rank < capacity * CMND_FILLED)
    unheld = capacity - 1 - (mix(index, key=KEYS["unheld"]) % (capacity // 8).astype(np.uint64)).astype(np.int64)
    rank = np.where(fits, rank, unheld)
    number = _write_nine(rank, home=home, seed=seed, places=places)
    for code, step in BLOCK_STEPS.items():
        here = fits & (home == places.provinces.index(code)) & (rank % step == 0) & (rank // step < BLOCK_SIZE)
        number = np.where(here, BLOCK_FIRST + rank // step, number)
    known = fits & (unit(rank * 64 + home, key=KEYS["knows"] + seed * 64) >= unknown)
    return Nine(np.where(fits | (holds & ~inside), number, -1), known)


def is_held_nine(number: Ints, *, totals: Cells, seed: int, places: Places, unknown: float) -> Flags:
    """Tell for numbers of nine digits whether the register knows somebody who holds them; the doubly issued block is held."""
    home, rank = _read_nine(number, seed=seed, places=places)
    safe = np.maximum(home, 0)
    held = (home >= 0) & (rank < np.minimum(totals.nine[safe], _capacity(places)[safe] * CMND_FILLED))
    held &= unit(rank * 64 + safe, key=KEYS["knows"] + seed * 64) >= unknown
    for code, step in BLOCK_STEPS.items():
        held &= ~((home == places.provinces.index(code)) & (rank % step == 0) & (rank // step < BLOCK_SIZE))
    return held | ((number >= BLOCK_FIRST) & (number < BLOCK_FIRST + BLOCK_SIZE))


def _capacity(places: Places) -> Ints:
    return np.array([sum(10 ** (9 - len(prefix)) for prefix in prefixes) for prefixes in places.cmnd], np.int64)


def _starts(places: Places) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Give by province where each prefix's numbers begin, by rank and by number."""
    ranks = np.empty(len(places.cmnd), object)
    firsts = np.empty(len(places.cmnd), object)
    for home, prefixes in enumerate(places.cmnd):
        sizes = [10 ** (9 - len(prefix)) for prefix in prefixes]
        ranks[home] = np.concatenate(([0], np.cumsum(sizes)))
        firsts[home] = np.array([int(prefix) * size for prefix, size in zip(prefixes, sizes, strict=True)])
    return ranks, firsts


def _write_nine(rank: Ints, *, home: Ints, seed: int, places: Places) -> Ints:
    right = _capacity(places)[home] // 1000
    place = permute(rank, left=1000, right=right, key=home * 64 + KEYS["nine"] + seed * 1_048_576)
    ranks, firsts = _starts(places)
    number = np.zeros(len(rank), np.int64)
    for province in np.unique(home).tolist():
        chosen = np.flatnonzero(home == province)
        part = np.searchsorted(ranks[province], place[chosen], side="right") - 1
        number[chosen] = firsts[province][part] + place[chosen] - ranks[province][part]
    return number


def _read_nine(number: Ints, *, seed: int, places: Places) -> tuple[Ints, Ints]:
    ranks, firsts = _starts(places)
    home, place = np.full(len(number), -1), np.zeros(len(number), np.int64)
    for province, starts in enumerate(firsts):
        sizes = np.diff(ranks[province])
        for part, first in enumerate(starts.tolist()):
            inside = (number >= first) & (number < first + sizes[part])
            home[inside] = province
            place[inside] = number[inside] - first + ranks[province][part]
    safe = np.maximum(home, 0)
    right = _capacity(places)[safe] // 1000
    return home, restore(place, left=1000, right=right, key=safe * 64 + KEYS["nine"] + seed * 1_048_576)


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
