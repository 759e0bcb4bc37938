"""The identity texts of a chunk's profiles: what the clerk who opened the profile wrote of the person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.classes import DIFFERENCES, Marks
from xacthuc.nation.misnaming import write_names
from xacthuc.nation.misnumbering import Nation, write_numbers
from xacthuc.nation.names import NameBook
from xacthuc.nation.naming import Named
from xacthuc.nation.numbers import SECOND_PHONE, Digits, write_phones
from xacthuc.nation.people import People, heads_of
from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates
from xacthuc.nation.registering import write_addresses, write_births
from xacthuc.nation.shuffling import unit
from xacthuc.nation.spoiling import Pen, empty, overwrite, take_pen

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BIRTH_DAMAGES = ("birth_day_month_swapped", "birth_wrong", "birth_year_only", "birth_missing")
VAGUE_DAMAGES = ("birth_0101_for_year", "birth_full_for_year", "birth_wrong", "birth_missing")
PHONE_DAMAGES = ("phone_missing", "phone_changed", "phone_of_relative")
PHONE_HARMLESS = ("phone_old_11_digits", "phone_lost_zero")
OLD_CARD = 0.6  # of the insurance numbers written: our assumption
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
    commune_name: pa.Array
    address: pa.Array
    own: Flags  # the number written is the person's own, held by the register
    marks: Marks


@dataclass(frozen=True)
class Country:
    """All that the profiles of a chunk are drawn from."""

    people: People
    named: Named
    book: NameBook
    digits: Digits
    nation: Nation
    places: Places


def draw_profiles(country: Country, *, person: Ints, site: Ints, rates: Rates, rng: np.random.Generator) -> Profiles:
    """Write the identity of each profile: the person's, as it came out at that site, whatever other profiles say."""
    people, places = country.people, country.places
    pen = take_pen(Marks(len(person)), rates=rates, rng=rng)
    pen.marks.set("foreigner", people.foreign[person])
    upper = unit(site, key=61) < rates["name_upper"]
    name = write_names(country.named, rows=person, book=country.book, upper=upper, pen=pen)
    birth = _write_birth(people, person=person, pen=pen)
    number, own = write_numbers(people, rows=person, digits=country.digits, nation=country.nation, pen=pen)
    middle = country.book.words.take(pa.array(country.named.middle[person])).to_numpy(zero_copy_only=False)
    sex = _write_sex(people.sex[person], right_twelve=own & ~pen.marks.has("cmnd_used"), middle=middle, pen=pen)
    commune = _write_commune(people.commune[person], places=places, pen=pen)
    phone = _write_phone(people, person=person, digits=country.digits, pen=pen)
    insurance = _write_insurance(country.digits, person=person, pen=pen)
    return Profiles(
        person=person,
        name=name,
        birth=birth,
        sex=sex,
        number=number,
        phone=phone,
        insurance=insurance,
        commune=commune,
        commune_name=_name_commune(commune, places=places, pen=pen),
        address=write_addresses(people.household[person], region=places.region[places.province[commune]]),
        own=own,
        marks=pen.marks,
    )


def _write_birth(people: People, *, person: Ints, pen: Pen) -> pa.Array:
    """Write births with damages of their own for people of whom only the year is registered."""
    vague = people.year_only[person]
    birth = write_births(people.birth[person], year_only=vague)
    steady = pen.marks.has("name_other")  # a wholly other name and another birth date would be another person
    for names, whose in ((BIRTH_DAMAGES, ~vague), (VAGUE_DAMAGES, vague)):
        kind = pen.choose(names)
        for place, name in enumerate(names):
            rows = np.flatnonzero((kind == place) & whose & ~steady)
            if name == "birth_missing":
                birth = empty(birth, rows)
                pen.marks.set(name, rows)
            elif name == "birth_full_for_year":
                full = write_births(people.birth[person[rows]], year_only=np.zeros(len(rows), bool))
                other = ~pc.ends_with(full, "-01-01").to_numpy(zero_copy_only=False)
                birth = overwrite(birth, rows[other], full.filter(pa.array(other)))
                pen.marks.set(name, rows[other])
            else:
                birth = pen.damage(name, birth, rows)
    return birth


def _write_sex(sex: Ints, *, right_twelve: Flags, middle: NDArray[np.object_], pen: Pen) -> pa.Array:
    """Write the other sex now and then; it is repaired where the middle word and the number both tell the right one."""
    rows = np.flatnonzero(pen.happens("sex_wrong") & ~pen.marks.has("name_other", "foreigner"))
    words = np.array([(text or "").split(" ")[0] for text in middle[rows].tolist()], object)
    tells = (words == np.where(sex[rows] == 1, "Thị", "Văn")) & right_twelve[rows]
    spoilt = pen.marks.take(rows).has(*(name for name in DIFFERENCES if name.startswith(("name_", "birth_"))))
    doubtful = tells & spoilt  # whether it can be repaired would depend on the other damage
    pen.marks.set("sex_wrong_mended", rows[tells & ~spoilt])
    pen.marks.set("sex_wrong", rows[~tells])
    written = sex.copy()
    written[rows[~doubtful]] = 1 - sex[rows[~doubtful]]
    return pa.array(["M", "F"]).take(pa.array(written))


def _write_phone(people: People, *, person: Ints, digits: Digits, pen: Pen) -> pa.Array:
    phone = digits.phone.take(pa.array(person))
    kind = pen.choose(PHONE_DAMAGES)
    missing, changed = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    head = heads_of(people)[person]
    relative = np.flatnonzero((kind == 2) & (head != person))
    phone = overwrite(phone, changed, write_phones(people.index[person[changed]] + SECOND_PHONE, seed=digits.seed))
    phone = overwrite(phone, relative, digits.phone.take(pa.array(head[relative])))
    phone = empty(phone, missing)
    for name, rows in zip(PHONE_DAMAGES, (missing, changed, relative), strict=True):
        pen.marks.set(name, rows)
    kind = pen.choose(PHONE_HARMLESS)
    for place, name in enumerate(PHONE_HARMLESS):
        phone = pen.damage(name, phone, np.flatnonzero(kind == place))
    return phone


def _write_insurance(digits: Digits, *, person: Ints, pen: Pen) -> pa.Array:
    """Write the insurance number where the field was filled in: the ten digits, or the fifteen of the old card."""
    rng, size = pen.rng, len(person)
    number = digits.insurance.take(pa.array(person))
    code = pa.array(OBJECT_CODES).take(pa.array(rng.integers(0, len(OBJECT_CODES), size)))
    area = pc.ascii_lpad(pa.array(rng.integers(1, 97, size)).cast(pa.string()), 2, "0")
    long = pc.binary_join_element_wise(code, area, number, "")
    written = pc.if_else(pa.array(rng.random(size) < OLD_CARD), long, number)
    return pc.if_else(pa.array(pen.happens("insurance_given")), written, pa.scalar(None, pa.string()))


def _write_commune(home: Ints, *, places: Places, pen: Pen) -> Ints:
    """Write where people say they live: now and then another commune than that of the register."""
    province = places.province[home]
    low, high = np.searchsorted(places.province, province), np.searchsorted(places.province, province, side="right")
    near = low + (pen.rng.random(len(home)) * (high - low)).astype(np.int64)
    far = np.searchsorted(np.cumsum(places.share), pen.rng.random(len(home)), side="right")
    other = np.where(pen.happens("moved_far"), np.minimum(far, places.communes - 1), near)
    commune = np.where(pen.happens("moved"), other, home)
    pen.marks.set("moved", commune != home)
    return commune


def _name_commune(commune: Ints, *, places: Places, pen: Pen) -> pa.Array:
    """Write the commune's name, now and then that of before a merger."""
    names, former = (column.take(pa.array(commune)) for column in (places.commune_names, places.former_names))
    old = pen.happens("commune_old_name") & pc.is_valid(former).to_numpy(zero_copy_only=False)
    pen.marks.set("commune_old_name", old)
    return pc.if_else(pa.array(old), former, names)
