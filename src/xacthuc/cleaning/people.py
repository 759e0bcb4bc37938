"""The person of each row: name, birth, sex and number, from the cells and from a scanned card where there is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cards import clean_cards
from xacthuc.cleaning.cells import Answer, as_array, choose, cut, fold, is_true, map_distinct, map_odd
from xacthuc.cleaning.date_columns import clean_dates
from xacthuc.cleaning.evidence import SheetEvidence
from xacthuc.cleaning.found import FoundList
from xacthuc.cleaning.name_habits import turn_names
from xacthuc.cleaning.names import NAME_COLUMNS, CleanNames, clean_names
from xacthuc.cleaning.numbers import Numbers, clean_numbers, tell_birth, withdraw_doubtful
from xacthuc.cleaning.sexes import clean_sexes, read_markers, restore_sexes
from xacthuc.cleaning.vaccines import count_edits
from xacthuc.records import SheetLayout

OLDEST = 125  # years: nobody is older; an earlier birth is a typing error

_ASIDE = re.compile(r"\s*\([^)]*\)")  # "Nữ (x)"

BIRTH_CODES = {
    "month_first": "birth_month_first",
    "day_first": "birth_month_first",
    "swapped": "birth_cells_swapped",
    "impossible": "birth_impossible",
    "unreadable": "birth_unreadable",
    "day_missing": "birth_day_missing",
}

Cells: TypeAlias = Mapping[str, pa.Array]


@dataclass(frozen=True)
class People:
    """The person's columns, all of one length, the name's perhaps as dictionaries; `card` is as CardRead, or empty."""

    name: pa.Array
    name_key: pa.Array
    name_fold: pa.Array
    name_base: pa.Array
    name_first: pa.Array
    name_last: pa.Array
    name_refused: pa.Array  # true where a cell that should hold a name holds none
    birth: pa.Array
    sex: pa.Array
    numbers: Numbers
    card: Mapping[str, pa.Array]


def clean_people(cells: Cells, layout: SheetLayout, *, evidence: SheetEvidence, found: FoundList) -> People:
    """Clean who each row speaks of; a right card wins over the cells, another person's card is left aside."""
    birth, reason, short = clean_dates(cells["birth_date"], style=evidence.birth)
    found.add("birth_date", rename(reason, BIRTH_CODES))
    joined = sum(column.field == "number" for column in layout.columns)
    numbers = clean_numbers(
        cells["number"], cmnd_first=evidence.cmnd_first, own_key=evidence.own_key, columns=max(joined, 1)
    )
    numbers = withdraw_doubtful(numbers, birth=birth)
    birth = _settle_century(birth, short=short, year=numbers.year)
    sex, code = clean_sexes(cells["sex"], codes=evidence.sex_codes, marked=find_marked_sex(layout))
    found.add("sex", code)
    people = _with_names(cells, birth=birth, sex=sex, numbers=numbers, given_first=evidence.given_first, found=found)
    found.add("number", people.numbers.code)
    if cells["qr"].null_count < len(birth):
        people = _apply_cards(people, cells["qr"], found=found)
    return _check(people, cells=cells, evidence=evidence, found=found)


def find_marked_sex(layout: SheetLayout) -> str | None:
    """Give the sex that a mark means where the column is headed "Nữ" or "Nam" alone."""
    heads = [
        fold(_ASIDE.sub("", column.heading.split(" / ")[-1])) for column in layout.columns if column.field == "sex"
    ]
    return {"nu": "F", "nam": "M"}.get(heads[0]) if len(heads) == 1 else None


def rename(reasons: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Give the finding codes of a column of reasons."""
    (named,) = map_distinct(reasons, lambda reason: (codes[reason],), width=1)
    return named


def _settle_century(birth: pa.Array, *, short: pa.Array, year: pa.Array) -> pa.Array:
    """Take the century from the 12-digit number where the year has two digits and the number has the same two."""
    if short.null_count == len(short):
        return birth
    same = pc.equal(pc.utf8_slice_codeunits(birth, 2, 4), pc.utf8_slice_codeunits(year, 2, 4))
    told = pc.binary_join_element_wise(year, pc.utf8_slice_codeunits(birth, 4), "")
    return pc.if_else(is_true(pc.and_(pc.is_valid(short), same)), told, birth)


def _with_names(
    cells: Cells, *, birth: pa.Array, sex: pa.Array, numbers: Numbers, given_first: bool, found: FoundList
) -> People:
    context = found.layout.context
    names = clean_names(cells["name"], encoding=context.get("encoding"), told="names_told" in context)
    if given_first:
        names = turn_names(names)
    for code, rows in names.list_findings().items():
        found.add_rows("name", code, pa.array(rows))
    return People(
        **{column: getattr(names, column) for column in NAME_COLUMNS},
        name_refused=pc.and_(pc.is_valid(cells["name"]), pc.is_null(names.name)),
        birth=birth,
        sex=sex,
        numbers=numbers,
        card={},
    )


def _apply_cards(people: People, qr: pa.Array, *, found: FoundList) -> People:
    """Take name, birth, sex and numbers from the scanned card, unless the row's own cells are another person's."""
    card = clean_cards(qr)
    names = clean_names(card["name"]).as_texts()
    people = replace(people, **{column: as_array(getattr(people, column)) for column in NAME_COLUMNS})
    other = _find_others(people, card=card, names=names)
    found.add("qr", pc.coalesce(choose(other, "qr_of_another_person"), card["code"]))
    trusted = {column: pc.if_else(other, None, values) for column, values in card.items()}
    marked = pc.and_(pc.is_valid(trusted["marked"]), pc.is_valid(names.name_key))
    fill = pc.and_(pc.and_(pc.invert(other), pc.is_null(people.name)), pc.is_valid(names.name_key))
    use = pc.or_(marked, fill)
    found.add("name", choose(pc.and_(use, _differs(names.name_key, people.name_key)), "name_from_qr"))
    for name, mine in (("birth_date", people.birth), ("sex", people.sex), ("number", people.numbers.number12)):
        theirs = trusted[{"birth_date": "birth", "sex": "sex", "number": "number12"}[name]]
        found.add(name, choose(pc.and_(pc.is_valid(theirs), _differs(theirs, mine)), CARD_CODES[name]))
    return replace(
        people,
        **{column: pc.if_else(use, getattr(names, column), getattr(people, column)) for column in NAME_COLUMNS},
        name_refused=pc.and_(people.name_refused, pc.invert(use)),
        birth=pc.coalesce(trusted["birth"], people.birth),
        sex=pc.coalesce(trusted["sex"], people.sex),
        numbers=_with_card_numbers(people.numbers, trusted),
        card=trusted,
    )


CARD_CODES = {"birth_date": "birth_from_qr", "sex": "sex_from_qr", "number": "number_from_qr"}


def _with_card_numbers(numbers: Numbers, card: Mapping[str, pa.Array]) -> Numbers:
    number12 = pc.coalesce(card["number12"], numbers.number12)
    number9 = pc.coalesce(card["number9"], numbers.number9)
    year, sex, _ = tell_birth(number12)
    taken = pc.is_valid(card["number12"])
    state = pc.if_else(taken, "twelve", numbers.state)
    state = pc.if_else(pc.and_(pc.equal(state, "missing"), pc.is_valid(number9)), "nine", state)
    digits = pc.if_else(taken, None, numbers.digits)
    return replace(numbers, number12=number12, number9=number9, digits=digits, state=state, year=year, sex=sex)


def _find_others(people: People, *, card: Mapping[str, pa.Array], names: CleanNames) -> pa.Array:
    """Tell by row whether the card is not this person's: another name, and nothing else that binds them."""
    fold_key = names.name_fold
    differs = is_true(pc.not_equal(fold_key, people.name_fold))
    if not pc.any(differs).as_py():
        return differs
    numbers = people.numbers
    same_number = pc.or_(_same(numbers.number12, card["number12"]), _same(numbers.number9, card["number9"]))
    year, card_year = pc.utf8_slice_codeunits(people.birth, 0, 4), pc.utf8_slice_codeunits(card["birth"], 0, 4)
    against = pc.or_(is_true(pc.not_equal(numbers.number12, card["number12"])), is_true(pc.not_equal(year, card_year)))
    pairs = pc.binary_join_element_wise(people.name_fold, fold_key, "|")
    (alike,) = map_distinct(pairs, lambda pair: ("y" if _are_alike(*pair.split("|")) else None,), width=1)
    stranger = pc.or_(against, pc.is_null(alike))
    return pc.and_(pc.and_(differs, pc.invert(same_number)), stranger)


def _are_alike(first: str, second: str) -> bool:
    """Tell whether two folded names can be one person's, written short or with typing errors."""
    words, others = sorted((first.split("<"), second.split("<")), key=len)
    found = sum(any(_is_like(word, other) for other in others) for word in words)
    return 3 * found >= 2 * len(words)


def _is_like(word: str, other: str) -> bool:
    return (
        word == other
        or (len(word) == 1 and other.startswith(word))
        or (len(word) > 2 and count_edits(word, other) <= 1)
    )


def _check(people: People, *, cells: Cells, evidence: SheetEvidence, found: FoundList) -> People:
    """Compare birth, sex and number with one another, and mark what is empty or cannot be."""
    birth, code = _check_births(people.birth, dose=cells["dose_day"], evidence=evidence)
    found.add("birth_date", code)
    numbers = people.numbers
    differs = _differs_if_both(numbers.year, cut(birth, 0, 4))
    found.add("number", choose(differs, "number_birth_differs"))
    marker = read_markers(
        people.name_key, where=differs
    )  # Thị or Văn in the name bears a number out that the birth speaks against
    trusted = pc.if_else(pc.and_(differs, pc.invert(_same(marker, numbers.sex))), None, numbers.sex)
    mended, code = restore_sexes(people.sex, number=trusted, name_key=people.name_key)
    found.add("sex", code)
    has = {column.field for column in found.layout.columns}
    for name, value in (("name", people.name), ("birth_date", cells["birth_date"]), ("number", cells["number"])):
        empty = pc.and_(pc.is_null(value), pc.is_null(cells["qr"])) if name in has else None
        if empty is not None and name != "name":
            found.add(name, choose(empty, EMPTY_CODES[name]))
        elif empty is not None:
            found.add(name, choose(pc.and_(empty, pc.is_null(cells["name"])), EMPTY_CODES[name]))
    return replace(people, birth=birth, sex=mended)


EMPTY_CODES = {"name": "name_empty", "birth_date": "birth_empty", "number": "number_empty"}


def _check_births(birth: pa.Array, *, dose: pa.Array, evidence: SheetEvidence) -> tuple[pa.Array, pa.Array]:
    """Give null for births after the dose or the last day, and for those of more than 125 years ago."""
    future = pc.greater(birth, pc.coalesce(dose, pa.scalar(evidence.last_day)))
    ancient = pc.less(birth, str(int(evidence.last_day[:4]) - OLDEST))
    code = pc.coalesce(choose(future, "birth_in_future"), choose(ancient, "birth_too_long_ago"))
    return pc.if_else(pc.is_valid(code), None, birth), code


def _same(first: pa.Array, second: pa.Array) -> pa.Array:
    return is_true(pc.equal(first, second))


def _differs(first: pa.Array, second: pa.Array) -> pa.Array:
    """Tell where the texts are not equal; null differs from any text."""
    return pc.fill_null(pc.not_equal(first, second), True)


def _differs_if_both(first: pa.Array, second: pa.Array) -> pa.Array:
    return is_true(pc.not_equal(first, second))


def clean_insurance(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Clean health insurance numbers: (the last ten digits, finding code). Source: Decision 1666/QĐ-BHXH of 2020."""

    length = pc.binary_length(values)
    short = pc.and_(pc.equal(length, 10), pc.ascii_is_decimal(values))
    tail = cut(values, 2, 15)
    long = pc.and_(pc.and_(pc.equal(length, 15), pc.ascii_is_decimal(tail)), pc.ascii_is_alpha(cut(values, 0, 2)))
    usual = pc.if_else(short, values, pc.if_else(long, cut(values, 5, 15), None))
    odd = pc.and_(pc.is_valid(values), pc.is_null(usual))
    value, code = map_odd(values, odd, read_insurance, width=2, regular=(usual, None))
    return value, code


def read_insurance(text: str) -> Answer:
    """Read one cell: ten digits, or a card's fifteen letters and digits of which they are the last; else a finding."""
    compact = "".join(letter for letter in text.upper() if letter.isalnum())
    tail = compact[-10:]
    whole = len(compact) == 10 or (len(compact) == 15 and compact[:2].isalpha())
    if whole and tail.isascii() and tail.isdecimal():
        return tail, None
    return None, "insurance_invalid" if sum(map(str.isdecimal, compact)) >= 4 else None
