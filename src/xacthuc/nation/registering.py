"""What the register holds of the people of a chunk: their numbers, phones and addresses, and its rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.names import NameBook, join_names
from xacthuc.nation.naming import Named
from xacthuc.nation.numbers import (
    Cells,
    Digits,
    Holders,
    Numbering,
    number_nine,
    number_twelve,
    pad,
    write_ids,
    write_insurance,
    write_phones,
)
from xacthuc.nation.people import People, heads_of
from xacthuc.nation.places import Places
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HAMLETS, NEIGHBOURS = 15, 40  # hamlets of a commune, households in a row that share one
LAST_GROWN = 2006  # born by then: may have a phone of their own


def write_register(people: People, named: Named, *, places: Places, book: NameBook, digits: Digits) -> pa.Table:
    """Write the rows of the register: the people inside it, in their order."""
    rows = np.flatnonzero(people.inside)
    take = pa.array(rows)
    commune = pa.array(people.commune[rows])
    return pa.table(
        {
            "id": write_ids(people.index[rows], seed=digits.seed),
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
    """Write the hamlet of each household: Xóm in the North, Thôn in the centre, Ấp in the South."""
    kinds = pa.array([f"{kind} {number}" for kind in ("Xóm", "Thôn", "Ấp") for number in range(1, HAMLETS + 1)])
    return kinds.take(pa.array(region * HAMLETS + household // NEIGHBOURS % HAMLETS))


def give_phones(people: People, *, rng: np.random.Generator, rates: Rates) -> Ints:
    """Give each person the slot of a phone, -1 for none; children and some adults use that of the head."""
    head = heads_of(people)
    grown = people.year <= LAST_GROWN
    owns = (grown & (rng.random(len(people)) < rates["own_phone"])) | (head == np.arange(len(people)))
    slot = np.where(owns, people.index, people.index[head])
    none = rng.random(len(people)) < np.where(grown, rates["no_phone"], rates["no_phone_child"])
    return np.where(none, -1, slot)


def give_numbers(
    people: People, *, before: Cells, country: Numbering, rates: Rates, rng: np.random.Generator
) -> Digits:
    """Give everybody of the chunk their numbers; `before` counts the holders in the chunks before this one."""
    holders = Holders(people.home, sex=people.sex, year=people.year, inside=people.inside, index=people.index)
    nine = number_nine(holders, holds=people.holds_cmnd, before=before, country=country)
    slot = give_phones(people, rng=rng, rates=rates)
    none = pa.scalar(None, pa.string())
    insured = pa.array(rng.random(len(people)) < rates["insured"])
    return Digits(
        seed=country.seed,
        number12=number_twelve(holders, before=before, country=country),
        number9=pc.if_else(pa.array(nine.number >= 0), pad(np.maximum(nine.number, 0), width=9), none),
        phone=pc.if_else(pa.array(slot >= 0), write_phones(np.maximum(slot, 0), seed=country.seed), none),
        insurance=pc.if_else(insured, write_insurance(people.index, seed=country.seed), none),
        knows_cmnd=nine.known,
    )
