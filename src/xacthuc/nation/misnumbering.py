"""What is written as the identity number of each profile: right, the old one, none, malformed, wrong, or somebody else's."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.classes import Marks
from xacthuc.nation.damage import DAMAGES, JOINT_DAMAGES
from xacthuc.nation.misnaming import choose_classes, damage_rows, overwrite
from xacthuc.nation.numbers import Cells, Digits, is_held_nine, is_held_twelve
from xacthuc.nation.people import People
from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]

EXCLUSIVE = ("number_missing", "number_malformed", "number_wrong_digit", "number_of_other_person")
HARMLESS = ("number_lost_zero", "number_punctuation", "number_letter_for_digit", "number_both")
HOUSEMATE = 0.75  # of the numbers of other people: a member of the household (rates.toml)
TWO_ZEROS = 10**10  # below this a number begins with two zeros: a spreadsheet drops both


@dataclass(frozen=True)
class Nation:
    """What has to be known of the whole nation to tell whether a number belongs to somebody."""

    totals: Cells
    places: Places
    seed: int
    rates: Rates


def write_numbers(
    people: People, *, rows: Ints, digits: Digits, nation: Nation, marks: Marks, rng: np.random.Generator
) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Write the numbers of profiles, and tell which are the person's own, held by the register; `rows` are the people.

    Reads the marks of birth dates: where they are wrong no number loses two zeros, since only the year tells that.
    """
    rates = nation.rates
    chance = random.Random(int(rng.integers(1 << 62)))
    take = pa.array(rows)
    twelve, nine = digits.number12.take(take), digits.number9.take(take)
    foreign = marks.has("foreigner")
    old = pc.is_valid(nine).to_numpy(zero_copy_only=False) & (rng.random(len(rows)) < rates["cmnd_used"]) & ~foreign
    number = pc.if_else(pa.array(old), nine, twelve)
    number = overwrite(number, np.flatnonzero(foreign), _write_passports(int(foreign.sum()), rng=rng))
    kind = choose_classes(EXCLUSIVE, size=len(rows), rates=rates, rng=rng)
    kind[foreign] = -1
    kind[(kind == EXCLUSIVE.index("number_of_other_person")) & ~people.inside[rows]] = -1
    number, wrong = _spoil(number, kind=kind, old=old, marks=marks, nation=nation, chance=chance)
    number, others = _borrow(number, kind=kind, old=old, people=people, rows=rows, digits=digits, rng=rng)
    marks.set("number_of_other_person", others)
    right = ~foreign & ~wrong
    right[others] = False
    marks.set("not_in_register", ~people.inside[rows] & ~foreign)
    unknown = right & old & ~digits.knows_cmnd[rows] & people.inside[rows]
    marks.set("cmnd_not_in_register", unknown)
    own = right & ~unknown & people.inside[rows]
    marks.set("cmnd_used", own & old)
    return _make_harmless(
        number,
        right=right & ~foreign,
        old=old,
        twelve=twelve,
        nine=nine,
        marks=marks,
        rates=rates,
        rng=rng,
        chance=chance,
    ), own


def _write_passports(count: int, *, rng: np.random.Generator) -> pa.Array:
    letters = pa.array(list("ABCEGKLMPRST")).take(pa.array(rng.integers(0, 12, count)))
    numbers = pa.array(rng.integers(10**7, 10**8, count)).cast(pa.string())
    return pc.binary_join_element_wise(letters, numbers, "")


def _spoil(
    number: pa.Array, *, kind: Ints, old: NDArray[np.bool_], marks: Marks, nation: Nation, chance: random.Random
) -> tuple[pa.Array, NDArray[np.bool_]]:
    missing = np.flatnonzero(kind == EXCLUSIVE.index("number_missing"))
    number = overwrite(number, missing, pa.nulls(len(missing), pa.string()))
    marks.set("number_missing", missing)
    malformed = np.flatnonzero(kind == EXCLUSIVE.index("number_malformed"))
    ways = (DAMAGES["number_wrong_length"].fn, DAMAGES["number_wrong_length"].fn, DAMAGES["number_scientific_text"].fn)
    number, malformed = damage_rows(number, malformed, lambda value, row: ways[row % 3](value, chance))
    marks.set("number_malformed", malformed)
    mistyped = np.flatnonzero(kind == EXCLUSIVE.index("number_wrong_digit"))
    number, mistyped = damage_rows(number, mistyped, lambda value, _: DAMAGES["number_wrong_digit"].fn(value, chance))
    held = _tell_held(number.take(pa.array(mistyped)), old=old[mistyped], nation=nation)
    marks.set("number_wrong_digit", mistyped[~held])
    marks.set("number_of_other_person", mistyped[held])  # the wrong digit happens to make somebody's number
    wrong = np.zeros(len(number), bool)
    wrong[np.concatenate((missing, malformed, mistyped))] = True
    return number, wrong


def _tell_held(number: pa.Array, *, old: NDArray[np.bool_], nation: Nation) -> NDArray[np.bool_]:
    value = number.cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
    nine = is_held_nine(
        value,
        totals=nation.totals,
        seed=nation.seed,
        places=nation.places,
        unknown=nation.rates["cmnd_not_in_register"],
    )
    twelve = is_held_twelve(value, totals=nation.totals, seed=nation.seed, places=nation.places)
    return np.where(old, nine, twelve)


def _borrow(
    number: pa.Array,
    *,
    kind: Ints,
    old: NDArray[np.bool_],
    people: People,
    rows: Ints,
    digits: Digits,
    rng: np.random.Generator,
) -> tuple[pa.Array, Ints]:
    """Write the number of a member of the household, or of somebody near."""
    chosen = np.flatnonzero(kind == EXCLUSIVE.index("number_of_other_person"))
    person = rows[chosen]
    starts = np.searchsorted(people.household, people.household[person])
    ends = np.searchsorted(people.household, people.household[person], side="right")
    mate = starts + (rng.random(len(person)) * (ends - starts)).astype(np.int64)
    near = rng.integers(0, len(people), len(person))
    other = np.where((rng.random(len(person)) < HOUSEMATE) & (ends - starts > 1), mate, near)
    other = np.where(other == person, np.where(person + 1 < ends, person + 1, starts), other)
    fits = people.inside[other] & (other != person)
    chosen, other = chosen[fits], other[fits]
    twelve, nine = digits.number12.take(pa.array(other)), digits.number9.take(pa.array(other))
    use_nine = pa.array(old[chosen] & digits.knows_cmnd[other])
    return overwrite(number, chosen, pc.if_else(use_nine, nine, twelve)), chosen


def _make_harmless(
    number: pa.Array, *, right: NDArray[np.bool_], old: NDArray[np.bool_], twelve: pa.Array, nine: pa.Array, marks: Marks, rates: Rates,
    rng: np.random.Generator, chance: random.Random,
) -> pa.Array:  # fmt: skip
    kind = choose_classes(HARMLESS, size=len(number), rates=rates, rng=rng)
    value = twelve.cast(pa.int64()).to_numpy(zero_copy_only=False)
    year_lost = marks.has("birth_wrong", "birth_missing") & (value < TWO_ZEROS)
    fits = {"number_lost_zero": right & ~old & ~year_lost, "number_both": right & ~old & marks_known(nine)}
    both = nine
    for place, name in enumerate(HARMLESS):
        rows = np.flatnonzero((kind == place) & fits.get(name, right))
        if name == "number_both":
            number, rows = damage_rows(
                number, rows, lambda text, row: JOINT_DAMAGES[name].fn(text, chance, other=both[row].as_py())
            )
        else:
            fn = DAMAGES[name].fn
            number, rows = damage_rows(number, rows, lambda text, _, fn=fn: fn(text, chance))
        marks.set(name, rows)
    return number


def marks_known(values: pa.Array) -> NDArray[np.bool_]:
    """Tell which values are not null."""
    return np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False))
