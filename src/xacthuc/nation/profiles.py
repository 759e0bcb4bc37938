"""The identity texts of a chunk's profiles: what the clerk who opened the profile wrote of the person."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.classes import DIFFERENCES, Marks
from xacthuc.nation.damage import DAMAGES
from xacthuc.nation.misnaming import choose_classes, damage_rows, overwrite, write_names
from xacthuc.nation.misnumbering import Nation, write_numbers
from xacthuc.nation.names import NameBook
from xacthuc.nation.numbers import SECOND_PHONE, Digits, write_phones
from xacthuc.nation.people import Named, People, write_addresses, write_births
from xacthuc.nation.rates import Rates
from xacthuc.nation.shuffling import unit

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BIRTH_DAMAGES = ("birth_day_month_swapped", "birth_wrong", "birth_year_only", "birth_missing")
VAGUE_DAMAGES = ("birth_0101_for_year", "birth_full_for_year", "birth_wrong", "birth_missing")
PHONE_DAMAGES = ("phone_missing", "phone_changed", "phone_of_relative")
PHONE_HARMLESS = ("phone_old_11_digits", "phone_lost_zero")
DATE_STYLES = 3  # ISO, dd/mm/yyyy, d/m/yyyy: one a source
OBJECT_CODES = (
    "GD4",
    "DN4",
    "HT3",
    "TC4",
    "CN3",
    "HN2",
    "GB4",
    "HX4",
    "KC4",
    "BT2",
)  # of the old insurance card (facts 2.4)


@dataclass(frozen=True)
class Profiles:
    """Identity texts, by profile."""

    person: Ints  # place in the chunk
    name: pa.Array
    birth: pa.Array  # ISO or year; the style comes with the source
    sex: pa.Array  # M, F
    number: pa.Array
    phone: pa.Array
    insurance: pa.Array
    commune: Ints
    address: pa.Array
    own: Flags  # the number written is the person's own, held by the register
    marks: Marks


def draw_profiles(
    people: People,
    *,
    person: Ints,
    site: Ints,
    named: Named,
    book: NameBook,
    digits: Digits,
    nation: Nation,
    seeds: list[int],
) -> Profiles:
    """Write the identity of each profile: the person's, as it came out at that site. Nothing here knows of other profiles."""
    rng = np.random.default_rng(seeds)
    rates, marks = nation.rates, Marks(len(person))
    marks.set("foreigner", people.foreign[person])
    upper = unit(site, key=61) < rates["name_upper"]
    name = write_names(named, rows=person, book=book, upper=upper, marks=marks, rates=rates, rng=rng)
    birth = _write_birth(people, person=person, marks=marks, rates=rates, rng=rng)
    number, own = write_numbers(people, rows=person, digits=digits, nation=nation, marks=marks, rng=rng)
    right_twelve = own & ~marks.has("cmnd_used")
    middle = book.words.take(pa.array(named.middle[person])).to_numpy(zero_copy_only=False)
    sex = _write_sex(people.sex[person], right_twelve=right_twelve, middle=middle, marks=marks, rates=rates, rng=rng)
    commune = _write_commune(people, person=person, nation=nation, marks=marks, rates=rates, rng=rng)
    return Profiles(
        person=person, name=name, birth=birth, sex=sex, number=number,
        phone=_write_phone(people, person=person, digits=digits, marks=marks, rates=rates, rng=rng, seed=nation.seed),
        insurance=_write_insurance(digits, person=person, rates=rates, rng=rng),
        commune=commune,
        address=write_addresses(people.household[person], region=nation.places.region[nation.places.province[commune]]),
        own=own, marks=marks,
    )  # fmt: skip


def _write_birth(people: People, *, person: Ints, marks: Marks, rates: Rates, rng: np.random.Generator) -> pa.Array:
    vague = people.year_only[person]
    birth = write_births(people.birth[person], year_only=vague)
    chance = random.Random(int(rng.integers(1 << 62)))
    steady = marks.has("name_other")  # a wholly other name and another birth date would be another person
    kinds = np.where(
        vague,
        choose_classes(VAGUE_DAMAGES, size=len(person), rates=rates, rng=rng) + 10,
        choose_classes(BIRTH_DAMAGES, size=len(person), rates=rates, rng=rng),
    )
    full = write_births(people.birth[person], year_only=np.zeros(len(person), bool))
    for start, names in ((0, BIRTH_DAMAGES), (10, VAGUE_DAMAGES)):
        for place, name in enumerate(names):
            rows = np.flatnonzero((kinds == start + place) & ~steady)
            if name == "birth_missing":
                birth = overwrite(birth, rows, pa.nulls(len(rows), pa.string()))
            elif name == "birth_full_for_year":
                rows = rows[~pc.ends_with(full.take(pa.array(rows)), "-01-01").to_numpy(zero_copy_only=False)]
                birth = overwrite(birth, rows, full.take(pa.array(rows)))
            else:
                fn = DAMAGES[name].fn
                birth, rows = damage_rows(birth, rows, lambda text, _, fn=fn: fn(text, chance))
            marks.set(name, rows)
    return birth


def _write_sex(
    sex: Ints, *, right_twelve: Flags, middle: NDArray[np.object_], marks: Marks, rates: Rates, rng: np.random.Generator
) -> pa.Array:
    """Write the other sex now and then; where the name's middle word and the number both tell the right one it is repaired."""
    wrong = rng.random(len(sex)) < rates["sex_wrong"]
    wrong &= ~marks.has("name_other", "foreigner")
    rows = np.flatnonzero(wrong)
    words = np.array([(text or "").split(" ")[0] for text in middle[rows].tolist()], object)
    tells = (words == np.where(sex[rows] == 1, "Thị", "Văn")) & right_twelve[rows]
    spoilt = marks.take(rows).has(*(name for name in DIFFERENCES if name.startswith(("name_", "birth_"))))
    doubtful = tells & spoilt  # whether it can be repaired would depend on the other damage
    marks.set("sex_wrong_mended", rows[tells & ~spoilt])
    marks.set("sex_wrong", rows[~tells])
    written = sex.copy()
    written[rows[~doubtful]] = 1 - sex[rows[~doubtful]]
    return pa.array(["M", "F"]).take(pa.array(written))


def _write_phone(
    people: People, *, person: Ints, digits: Digits, marks: Marks, rates: Rates, rng: np.random.Generator, seed: int
) -> pa.Array:
    phone = digits.phone.take(pa.array(person))
    kind = choose_classes(PHONE_DAMAGES, size=len(person), rates=rates, rng=rng)
    missing = np.flatnonzero(kind == PHONE_DAMAGES.index("phone_missing"))
    changed = np.flatnonzero(kind == PHONE_DAMAGES.index("phone_changed"))
    phone = overwrite(phone, changed, write_phones(people.index[person[changed]] + SECOND_PHONE, seed=seed))
    head = np.searchsorted(people.household, people.household[person])  # the first of a household is its head
    relative = np.flatnonzero((kind == PHONE_DAMAGES.index("phone_of_relative")) & (head != person))
    phone = overwrite(phone, relative, digits.phone.take(pa.array(head[relative])))
    phone = overwrite(phone, missing, pa.nulls(len(missing), pa.string()))
    for name, rows in zip(PHONE_DAMAGES, (missing, changed, relative), strict=True):
        marks.set(name, rows)
    chance = random.Random(int(rng.integers(1 << 62)))
    kind = choose_classes(PHONE_HARMLESS, size=len(person), rates=rates, rng=rng)
    old = np.flatnonzero(kind == 0)
    phone, old = damage_rows(phone, old, lambda text, _: DAMAGES["phone_old_11_digits"].fn(text, chance))
    marks.set("phone_old_11_digits", old)
    cut = (kind == 1) & pc.is_valid(phone).to_numpy(zero_copy_only=False)
    marks.set("phone_lost_zero", cut)
    return pc.if_else(pa.array(cut), pc.utf8_slice_codeunits(phone, 1), phone)


def _write_insurance(digits: Digits, *, person: Ints, rates: Rates, rng: np.random.Generator) -> pa.Array:
    number = digits.insurance.take(pa.array(person))
    given = rng.random(len(person)) < rates["insurance_given"]
    old_card = rng.random(len(person)) < 0.6
    code = pa.array(OBJECT_CODES).take(pa.array(rng.integers(0, len(OBJECT_CODES), len(person))))
    area = pc.ascii_lpad(pa.array(rng.integers(1, 97, len(person))).cast(pa.string()), 2, "0")
    long = pc.binary_join_element_wise(code, area, number, "")
    return pc.if_else(pa.array(given), pc.if_else(pa.array(old_card), long, number), pa.scalar(None, pa.string()))


def _write_commune(
    people: People, *, person: Ints, nation: Nation, marks: Marks, rates: Rates, rng: np.random.Generator
) -> Ints:
    places = nation.places
    home = people.commune[person]
    moved = rng.random(len(person)) < rates["moved"]
    province = places.province[home]
    low, high = np.searchsorted(places.province, province), np.searchsorted(places.province, province, side="right")
    near = low + (rng.random(len(person)) * (high - low)).astype(np.int64)
    far = np.searchsorted(np.cumsum(places.share), rng.random(len(person)), side="right")
    other = np.where(rng.random(len(person)) < rates["moved_far"], np.minimum(far, places.communes - 1), near)
    commune = np.where(moved, other, home)
    marks.set("moved", commune != home)
    return commune
