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
Test = Callable[[Row, Row], bool]


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


def _first_letter(row: Row) -> str | None:
    return _part(row["name_last"], 0, 1)


def _last_letter(row: Row) -> str | None:
    return _part(row["name_last"], -1, None)


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


def _few_letters(claim: Row, person: Row) -> bool:
    a, b = claim["name_base"], person["name_base"]
    if abs(len(a) - len(b)) > 1:
        return False
    apart = distance(a, b)
    return apart <= 1 or (apart == 2 and sorted(a) == sorted(b))


def _few_letters_or_words(claim: Row, person: Row) -> bool:
    a, b = sorted((claim["name_base"], person["name_base"]), key=len)
    if len(b) - len(a) <= 1:
        return _few_letters(claim, person)
    return min(a.count("<"), b.count("<")) < 2 or words_within(a, b)


def _both(*tests: Test) -> Test:
    return lambda claim, person: all(test(claim, person) for test in tests)


def _last_word_or_first_and_birth(claim: Row, person: Row) -> bool:
    also = _shares(claim, person, "name_first") and _shares(claim, person, "birth_date")
    return _shares(claim, person, "name_last") or also


def _cut(start: int | None, stop: int | None) -> tuple[Key, Key]:
    return lambda c: _part(_digits(c), start, stop), lambda p: _part(p["number12"], start, stop)


_COLUMNS = ("name_key", "name_fold", "name_first", "name_last", "birth_date", "phone")
_READERS = {"day": _day, "year": _year, "place": _place, "province": _province}
_LETTERS = {"first_letter": _first_letter, "last_letter": _last_letter}

# What a claim and a candidate may have to share, by name: read of the claim, read of the person.
PARTS: Mapping[str, tuple[Key, Key]] = {
    **{name: (itemgetter(name), itemgetter(name)) for name in _COLUMNS},
    **{name: (reader, reader) for name, reader in (_READERS | _LETTERS).items()},
    "number_begins": _cut(0, 6),
    "number_ends": _cut(-3, None),
    "number_tail": _cut(-6, None),
}


@dataclass(frozen=True)
class Block:
    """Step 06: the parts that a claim and a candidate must share, and what else must hold."""

    parts: tuple[str, ...]
    also: Test = lambda _, __: True

    def read_claim(self, claim: Row) -> tuple[Any, ...] | None:
        """Give what a claim says of the parts; None where it lacks one."""
        return _join(PARTS[part][0](claim) for part in self.parts)

    def read_person(self, person: Row) -> tuple[Any, ...] | None:
        """Give what the register says of the parts; None where it lacks one."""
        return _join(PARTS[part][1](person) for part in self.parts)


FIRST = (
    Block(("name_fold", "birth_date")),
    Block(("phone",), _near_relative_or_self),
)

EVERY = (
    Block(("day", "place")),
    Block(("name_fold", "place")),
    Block(("name_fold", "year", "province")),
    Block(("day", "name_last"), _same_sex),
    Block(("day", "name_first", "province"), _same_sex),
    Block(("place", "name_last", "year")),
    Block(("number_begins", "number_ends")),
    Block(("number_tail", "year")),
)

FEW = (
    Block(("day", "place")),
    Block(("name_fold", "place"), _year_or_day_of_year),
    Block(("name_fold", "year", "province"), _near_day),
    Block(("day", "name_last", "name_first"), _both(_same_sex, _few_letters_or_words)),
    Block(("day", "name_last", "province"), _both(_same_sex, _few_letters)),
    Block(("day", "name_first", "province", "first_letter"), _both(_same_sex, _few_letters)),
    Block(("day", "name_first", "province", "last_letter"), _both(_same_sex, _few_letters)),
    Block(("number_begins", "number_ends"), _last_word_or_first_and_birth),
)

EXACT = Block(("name_key", "birth_date"))


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
    first = {*_meet(near, people, EXACT), *chain.from_iterable(_meet(wide, people, block) for block in FIRST)}
    plain = {c["claim"] for c in wide if narrow and any(is_plain(c, person) for person in people)}
    rest = [c for c in wide if c["claim"] not in plain]
    further = chain.from_iterable(_meet(rest, people, block) for block in (FEW if narrow else EVERY))
    for pair in chain(first, further):
        found.setdefault(pair, 0)
    return found


def is_plain(claim: Row, person: Row) -> bool:
    """Say whether somebody bears exactly the name and the birth date, and lives in the place or has the phone."""
    same = _shares(claim, person, "name_key") and _shares(claim, person, "birth_date")
    return same and ((_place(claim) is not None and _place(claim) == _place(person)) or _shares(claim, person, "phone"))


def _meet(claims: Sequence[Row], people: Sequence[Row], block: Block) -> Iterator[Pair]:
    index = index_people(people, block.read_person)
    for claim in claims:
        for person in index.get(block.read_claim(claim), ()):
            if block.also(claim, person):
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
