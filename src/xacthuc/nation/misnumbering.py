"""What is written as the identity number of each profile: right, old, none, malformed, wrong, or somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.damage import DAMAGES, JOINT_DAMAGES
from xacthuc.nation.numbers import Cells, Digits, Numbering, is_held_nine, is_held_twelve
from xacthuc.nation.people import People
from xacthuc.nation.spoiling import Pen, are_known, damage_rows, empty, overwrite

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EXCLUSIVE = ("number_missing", "number_malformed", "number_wrong_digit", "number_of_other_person")
MISSING, MALFORMED, WRONG_DIGIT, OTHER = range(4)
HARMLESS = ("number_lost_zero", "number_punctuation", "number_letter_for_digit")
HOUSEMATE = 0.75  # of the numbers of other people: a member of the household (rates.toml)
ROUNDED = 1 / 3  # of the malformed numbers: by a spreadsheet; the others have a digit too few or too many
TWO_ZEROS = 10**10  # below this a number begins with two zeros: a spreadsheet drops both
PASSPORT_LETTERS = tuple("ABCEGKLMPRST")


@dataclass(frozen=True)
class Nation:
    """What has to be known of the whole nation to tell whether a number belongs to somebody."""

    totals: Cells
    country: Numbering


@dataclass(frozen=True)
class Papers:
    """The right numbers of the people of the profiles; `old`: the clerk was shown the old one."""

    twelve: pa.Array
    nine: pa.Array  # null where a person has none
    old: Flags


def write_numbers(people: People, *, rows: Ints, digits: Digits, nation: Nation, pen: Pen) -> tuple[pa.Array, Flags]:
    """Write the numbers of profiles, and tell which are the person's own, held by the register; `rows` are the people.

    Reads the marks of birth dates: where they are wrong no number loses two zeros, since only the year tells that.
    """
    inside, foreign = people.inside[rows], pen.marks.has("foreigner")
    twelve, nine = digits.number12.take(pa.array(rows)), digits.number9.take(pa.array(rows))
    papers = Papers(twelve, nine, are_known(nine) & pen.happens("cmnd_used") & ~foreign)
    number = pc.if_else(pa.array(papers.old), nine, twelve)
    number = overwrite(number, np.flatnonzero(foreign), _write_passports(int(foreign.sum()), rng=pen.rng))
    kind = pen.choose(EXCLUSIVE)
    kind[foreign | ((kind == OTHER) & ~inside)] = -1
    number, wrong = _spoil(number, kind=kind, old=papers.old, nation=nation, pen=pen)
    chosen, other = _find_others(np.flatnonzero(kind == OTHER), people=people, rows=rows, rng=pen.rng)
    number = overwrite(number, chosen, _show_papers(other, old=papers.old[chosen], digits=digits))
    pen.marks.set("number_of_other_person", chosen)
    pen.marks.set("not_in_register", ~inside & ~foreign)
    wrong[chosen] = True
    right = ~foreign & ~wrong
    unknown = right & papers.old & ~digits.knows_cmnd[rows] & inside
    pen.marks.set("cmnd_not_in_register", unknown)
    own = right & ~unknown & inside
    pen.marks.set("cmnd_used", own & papers.old)
    return _make_harmless(number, right=right, papers=papers, pen=pen), own


def _write_passports(count: int, *, rng: np.random.Generator) -> pa.Array:
    letters = pa.array(PASSPORT_LETTERS).take(pa.array(rng.integers(0, len(PASSPORT_LETTERS), count)))
    return pc.binary_join_element_wise(letters, pa.array(rng.integers(10**7, 10**8, count)).cast(pa.string()), "")


def _spoil(number: pa.Array, *, kind: Ints, old: Flags, nation: Nation, pen: Pen) -> tuple[pa.Array, Flags]:
    """Leave numbers out, spoil their form, or one digit; tell which are no longer right."""
    missing = np.flatnonzero(kind == MISSING)
    number = empty(number, missing)
    pen.marks.set("number_missing", missing)
    length, rounded = DAMAGES["number_wrong_length"].fn, DAMAGES["number_scientific_text"].fn
    number, malformed = damage_rows(
        number,
        np.flatnonzero(kind == MALFORMED),
        lambda value, _: (rounded if pen.chance.random() < ROUNDED else length)(value, pen.chance),
    )
    pen.marks.set("number_malformed", malformed)
    mistyped = np.flatnonzero(kind == WRONG_DIGIT)
    number = pen.damage("number_wrong_digit", number, mistyped)
    mistyped = mistyped[pen.marks.has("number_wrong_digit")[mistyped]]
    held = mistyped[_tell_held(number.take(pa.array(mistyped)), old=old[mistyped], nation=nation)]
    pen.marks.clear("number_wrong_digit", held)
    pen.marks.set("number_of_other_person", held)  # the wrong digit happens to make somebody's number
    wrong = np.zeros(len(number), bool)
    wrong[np.concatenate((missing, malformed, mistyped))] = True
    return number, wrong


def _tell_held(number: pa.Array, *, old: Flags, nation: Nation) -> Flags:
    value = number.cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
    nine = is_held_nine(value, totals=nation.totals, country=nation.country)
    return np.where(old, nine, is_held_twelve(value, totals=nation.totals, country=nation.country))


def _find_others(chosen: Ints, *, people: People, rows: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Find whose number is written instead: of a member of the household, or of the neighbourhood."""
    person = rows[chosen]
    starts = np.searchsorted(people.household, people.household[person])
    ends = np.searchsorted(people.household, people.household[person], side="right")
    mate = starts + (rng.random(len(person)) * (ends - starts)).astype(np.int64)
    near = rng.integers(0, len(people), len(person))
    other = np.where((rng.random(len(person)) < HOUSEMATE) & (ends - starts > 1), mate, near)
    other = np.where(other == person, np.where(person + 1 < ends, person + 1, starts), other)
    fits = people.inside[other] & (other != person)
    return chosen[fits], other[fits]


def _show_papers(person: Ints, *, old: Flags, digits: Digits) -> pa.Array:
    twelve, nine = digits.number12.take(pa.array(person)), digits.number9.take(pa.array(person))
    return pc.if_else(pa.array(old & digits.knows_cmnd[person]), nine, twelve)


def _make_harmless(number: pa.Array, *, right: Flags, papers: Papers, pen: Pen) -> pa.Array:
    kind = pen.choose(HARMLESS)
    value = papers.twelve.cast(pa.int64()).to_numpy(zero_copy_only=False)
    year_lost = pen.marks.has("birth_wrong", "birth_missing") & (value < TWO_ZEROS)
    new = right & ~papers.old
    fits = {"number_lost_zero": new & ~year_lost}
    for place, name in enumerate(HARMLESS):
        number = pen.damage(name, number, np.flatnonzero((kind == place) & fits.get(name, right)))
    both = JOINT_DAMAGES["number_both"].fn
    rows = np.flatnonzero((kind < 0) & new & are_known(papers.nine) & pen.happens("number_both"))
    number, rows = damage_rows(number, rows, lambda text, row: both(text, pen.chance, other=papers.nine[row].as_py()))
    pen.marks.set("number_both", rows)
    return number
