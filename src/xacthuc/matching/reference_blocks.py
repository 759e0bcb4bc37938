"""The meaning of step 06 in plain Python: whom a claim that its number does not settle may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

from xacthuc.matching.reference_fields import Row, distance, words_within

Pair = tuple[int, int]
Key = Callable[[Row], Any]


def _year(row: Row) -> str | None:
    return row["birth_date"][:4] if row["birth_date"] else None


def _day(row: Row) -> str | None:
    return row["birth_date"] if row["birth_date"] and len(row["birth_date"]) == 10 else None


def _place(row: Row) -> str | None:
    place: str | None = row["commune"] or row["place"]
    return place


def _digits(row: Row) -> str | None:
    digits: str | None = row["number12"] or row["digits"]
    return digits if digits and len(digits) >= 9 else None


def _part(text: str | None, start: int | None, stop: int | None) -> str | None:
    return text[start:stop] if text else None


def _province(row: Row) -> str:
    return row["province"] or ""


def _same_sex(claim: Row, person: Row) -> bool:
    return claim["sex"] is None or person["sex"] is None or claim["sex"] == person["sex"]


def _shares(claim: Row, person: Row, column: str) -> bool:
    return claim[column] is not None and claim[column] == person[column]


def _near_relative_or_self(claim: Row, person: Row) -> bool:
    same_year = _year(claim) is not None and _year(claim) == _year(person)
    return _shares(claim, person, "name_last") or same_year


def _parts_of_birth(claim: Row, person: Row, *parts: slice) -> bool:
    return any(claim["birth_date"][part] == person["birth_date"][part] for part in parts)


def _year_or_day_of_year(claim: Row, person: Row) -> bool:
    unknown = claim["birth_date"] is None or person["birth_date"] is None
    return unknown or _parts_of_birth(claim, person, slice(0, 4), slice(4, 10))


def _near_day(claim: Row, person: Row) -> bool:
    a, b = claim["birth_date"], person["birth_date"]
    if len(a) == 4 or len(b) == 4 or a[5:] == f"{b[8:]}-{b[5:7]}":
        return True
    return not claim["common_name"] and _parts_of_birth(claim, person, slice(5, 7), slice(8, 10))


def _month_or_day_or_first(claim: Row, person: Row) -> bool:
    near = _shares(claim, person, "name_first") or _parts_of_birth(claim, person, slice(5, 7), slice(8, 10))
    return _same_sex(claim, person) and near


def _near_name(claim: Row, person: Row) -> bool:
    a, b = claim["name_base"], person["name_base"]
    if abs(len(a) - len(b)) <= 2:
        return distance(a, b) <= 2
    return words_within(a, b) if len(a) < len(b) else words_within(b, a)


def _near_name_of_region(claim: Row, person: Row) -> bool:
    region = _shares(claim, person, "name_first") or _province(claim) == _province(person)
    return region and _near_name(claim, person)


def _last_word_or_first_and_birth(claim: Row, person: Row) -> bool:
    also = _shares(claim, person, "name_first") and _shares(claim, person, "birth_date")
    return _shares(claim, person, "name_last") or also


def _first_or_last_word(claim: Row, person: Row) -> bool:
    return _shares(claim, person, "name_last") or _shares(claim, person, "name_first")


@dataclass(frozen=True)
class Block:
    """Step 06: what a claim and a candidate must share (of the claim, of the person), and what else must hold."""

    keys: tuple[tuple[Key, Key], ...]
    also: Callable[[Row, Row], bool] = lambda _, __: True
    narrow: Callable[[Row, Row], bool] = lambda _, __: True  # what else must be near in a large register


def _equal(*parts: Key | str) -> tuple[tuple[Key, Key], ...]:
    """Give keys that read the same column or function on both sides."""
    readers = [itemgetter(part) if isinstance(part, str) else part for part in parts]
    return tuple((reader, reader) for reader in readers)


def _cut(start: int | None, stop: int | None) -> tuple[Key, Key]:
    return lambda c: _part(_digits(c), start, stop), lambda p: _part(p["number12"], start, stop)


BLOCKS = (
    Block(_equal("name_fold", "birth_date")),
    Block(_equal(_day, _place)),
    Block(_equal("name_fold", _place), narrow=_year_or_day_of_year),
    Block(_equal("phone"), _near_relative_or_self),
    Block(_equal("name_fold", _year, _province), narrow=_near_day),
    Block(_equal(_day, "name_last"), _same_sex, narrow=_near_name_of_region),
    Block(_equal(_day, "name_first", _province), _same_sex, narrow=_near_name),
    Block(_equal(_place, "name_last", _year), narrow=_month_or_day_or_first),
    Block((_cut(0, 6), _cut(-3, None)), narrow=_last_word_or_first_and_birth),
    Block((_cut(-6, None), *_equal(_year)), narrow=_first_or_last_word),
)

EXACT = Block(_equal("name_key", "birth_date"))


def find_candidates(
    claims: Sequence[Row],
    people: Sequence[Row],
    reach: Mapping[int, str],
    holders: Mapping[Pair, tuple[int, bool]],
    *,
    common: Set[str],
    narrow: bool,
) -> dict[Pair, int]:
    """Step 06: candidates of the residual, with the number that led there (0: none); `common` are folded names."""
    found = {pair: via for pair, (via, _) in holders.items() if pair[0] in reach}
    wide = [{**c, "common_name": c["name_fold"] in common} for c in claims if reach.get(c["claim"]) == "wide"]
    near = [c for c in claims if reach.get(c["claim"]) == "near"]
    met = [_meet(near, people, EXACT), *(_meet(wide, people, block, narrow=narrow) for block in BLOCKS)]
    for pair in chain.from_iterable(met):
        found.setdefault(pair, 0)
    return found


def _meet(claims: Sequence[Row], people: Sequence[Row], block: Block, *, narrow: bool = False) -> Iterator[Pair]:
    index = index_people(people, lambda p: _join(of_person(p) for _, of_person in block.keys))
    for claim in claims:
        for person in index.get(_join(of_claim(claim) for of_claim, _ in block.keys), ()):
            if block.also(claim, person) and (not narrow or block.narrow(claim, person)):
                yield claim["claim"], person["person_no"]


def _join(parts: Iterable[Any]) -> tuple[Any, ...] | None:
    key = tuple(parts)
    return None if None in key else key


def index_people(people: Sequence[Row], key: Key) -> dict[Any, list[Row]]:
    """Give the people by key; those without one are left out."""
    index: dict[Any, list[Row]] = defaultdict(list)
    for person in people:
        value = key(person)
        if value is not None:
            index[value].append(person)
    index.pop(None, None)
    return index
