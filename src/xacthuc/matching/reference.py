"""The meaning of the SQL steps in slow plain Python: the judge of both engines.

Rows are dictionaries with the columns of CLEAN_SCHEMA plus `claim` or `person_no`. Read it beside the SQL: each
function names the step it speaks for. It is written to be right, not to be fast.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from xacthuc.matching.model import LEVELS, RARITIES, Model, cut_of

Row = Mapping[str, Any]
Pair = tuple[int, int]

ABROAD = ("passport", "foreign")  # states of the number of people whom the register does not know
MARKS = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyz")


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]


def find_holders(claims: Sequence[Row], people: Sequence[Row]) -> dict[Pair, tuple[int, bool]]:
    """Step 01: for each claim and holder of its number, by which number and whether all agrees."""
    found: dict[Pair, tuple[int, bool]] = {}
    for via, number in ((2, "number9"), (1, "number12")):
        index = _index(people, itemgetter(number))
        for claim in claims:
            for person in index.get(claim[number], ()) if claim[number] else ():
                found[claim["claim"], person["person_no"]] = (via, _agrees(claim, person))
    return found


def _agrees(claim: Row, person: Row) -> bool:
    same = all(claim[f] is not None and claim[f] == person[f] for f in ("name_key", "birth_date"))
    return same and (claim["sex"] is None or person["sex"] is None or claim["sex"] == person["sex"])


def compare(claim: Row, person: Row, via: int) -> dict[str, int]:
    """Step 02: a level per field."""
    return {
        "name": compare_names(claim["name_key"], person["name_key"], claim["name_fold"], person["name_fold"]),
        "birth_date": compare_births(claim["birth_date"], person["birth_date"]),
        "sex": _same(claim["sex"], person["sex"]),
        "phone": _same(claim["phone"], person["phone"]),
        "place": _compare_places(claim, person),
        "number": 0 if via else _compare_numbers(claim, person),
    }


def _same(a: Any, b: Any) -> int:
    return -1 if a is None or b is None else int(a != b)


def compare_names(a: str | None, b: str | None, a_fold: str | None, b_fold: str | None) -> int:
    """Step 02, the level of two marked keys."""
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    base_a, base_b = a.translate(MARKS), b.translate(MARKS)
    if base_a == base_b:
        return 1 if a == base_a else 2
    if a_fold == b_fold:
        return 3 if sorted(base_a.split("<")) == sorted(base_b.split("<")) else 4
    return _compare_other_names(base_a, base_b, a_fold or "", b_fold or "")


def _compare_other_names(a: str, b: str, a_fold: str, b_fold: str) -> int:
    apart = distance(a, b)
    (a_first, *_, a_last), (b_first, *_, b_last) = a.split("<") * 2, b.split("<") * 2
    if len(a_first) == 1 < len(b_first) and a_last == b_last and _words_within(a, b):
        return 6
    if apart == 1 or (apart == 2 and len(a) == len(b) and sorted(a) == sorted(b)):
        return 5
    if a_last == b_last and "<" in a and "<" in b and (_words_within(a, b) or _words_within(b, a)):
        return 6
    if apart == 2 or distance(a_fold, b_fold) == 1:
        return 7
    if a_last == b_last:
        return 8 if a_first == b_first else 9
    return 10


def _words_within(a: str, b: str) -> bool:
    return all(any(word.startswith(part) for word in b.split("<")) for part in a.split("<"))


def compare_births(a: str | None, b: str | None) -> int:
    """Step 02, the level of two birth dates, ISO or a year."""
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    if len(a) == 10 and len(b) == 10:
        return _compare_full_births(a, b)
    if a[:4] != b[:4]:
        return 7
    if len(a) == 4:
        return 2
    return 3 if a[5:10] == "01-01" else 4


def _compare_full_births(a: str, b: str) -> int:
    if a == b[:5] + b[8:] + "-" + b[5:7]:
        return 1
    same = [a[:4] == b[:4], a[5:7] == b[5:7], a[8:] == b[8:]]
    if sum(same) == 2:
        return 5
    return 6 if same[0] else 7


def _compare_places(claim: Row, person: Row) -> int:
    a, b = claim["commune"] or claim["place"], person["commune"] or person["place"]
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    for level, field in ((1, "district"), (2, "province")):
        if claim[field] is not None and claim[field] == person[field]:
            return level
    return 3


def _compare_numbers(claim: Row, person: Row) -> int:
    digits = claim["number12"] or claim["number9"] or claim["digits"]
    twelve, nine = person["number12"], person["number9"]
    if digits is None or (twelve is None and nine is None):
        return -1
    if (len(digits) == 9 and nine is None) or (len(digits) > 9 and twelve is None):
        return -1
    if any(number is not None and _one_digit_off(digits, number, ends) for number, ends in ((twelve, 5), (nine, 4))):
        return 1
    return 2 if twelve is not None and digits[:6] == twelve[:6] else 3


def _one_digit_off(a: str, b: str, ends: int) -> bool:
    if a[:ends] != b[:ends] and a[-ends:] != b[-ends:]:
        return False
    apart = distance(a, b)
    return apart <= 1 or (apart == 2 and sorted(a) == sorted(b))


def find_residual(
    claims: Sequence[Row], people: Mapping[int, Row], holders: Mapping[Pair, tuple[int, bool]]
) -> dict[int, str]:
    """Step 04: the claims that their number does not settle, and how far to look."""
    by_claim: dict[int, list[int]] = defaultdict(list)
    for claim_no, person in holders:
        by_claim[claim_no].append(person)
    reach = {}
    for claim in claims:
        no = claim["claim"]
        if claim["number_state"] in ABROAD or claim["refused"] is not None:
            continue
        if any(holders[no, person][1] for person in by_claim[no]):
            continue
        near = any(_hardly_other(compare(claim, people[person], 1)) for person in by_claim[no])
        reach[no] = "near" if near else "wide"
    return reach


def _hardly_other(levels: Mapping[str, int]) -> bool:
    name, birth = levels["name"], levels["birth_date"]
    return (0 <= name <= 6 and 0 <= birth <= 5) or name == 0 or (birth == 0 and 0 <= name <= 8)


def count_rarities(claims: Iterable[Row], people: Iterable[Row]) -> dict[str, int]:
    """Step 05: the class of the number of people who bear a name."""
    bearers = Counter(p["name_fold"] for p in people if p["name_fold"])
    asked = {c["name_fold"] for c in claims if c["name_fold"]}
    classes = range(1, RARITIES)
    return {
        name: next(r for r in classes if cut_of(r)[0] <= bearers[name] <= cut_of(r)[1])
        for name in asked
        if name in bearers
    }


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


def _near_relative_or_self(claim: Row, person: Row) -> bool:
    same_word = claim["name_last"] is not None and claim["name_last"] == person["name_last"]
    return same_word or (_year(claim) is not None and _year(claim) == _year(person))


@dataclass(frozen=True)
class Block:
    """Step 06: what a claim and a candidate must share (of the claim, of the person), and what else must hold."""

    keys: tuple[tuple[Key, Key], ...]
    also: Callable[[Row, Row], bool] = lambda _, __: True


def _equal(*parts: Key | str) -> tuple[tuple[Key, Key], ...]:
    """Give keys that read the same column or function on both sides."""
    readers = [itemgetter(part) if isinstance(part, str) else part for part in parts]
    return tuple((reader, reader) for reader in readers)


def _cut(start: int | None, stop: int | None) -> tuple[Key, Key]:
    return lambda c: _part(_digits(c), start, stop), lambda p: _part(p["number12"], start, stop)


BLOCKS = (
    Block(_equal("name_fold", "birth_date")),
    Block(_equal(_day, _place)),
    Block(_equal("name_fold", _place)),
    Block(_equal("phone"), _near_relative_or_self),
    Block(_equal("name_fold", _year, _province)),
    Block(_equal(_day, "name_last"), _same_sex),
    Block(_equal(_day, "name_first", _province), _same_sex),
    Block(_equal(_place, "name_last", _year)),
    Block((_cut(0, 6), _cut(-3, None))),
    Block((_cut(-6, None), *_equal(_year))),
)

EXACT = Block(_equal("name_key", "birth_date"))


def find_candidates(
    claims: Sequence[Row], people: Sequence[Row], reach: Mapping[int, str], holders: Mapping[Pair, tuple[int, bool]]
) -> dict[Pair, int]:
    """Step 06: candidates of the residual, with the number that led there (0: none)."""
    found = {pair: via for pair, (via, _) in holders.items() if pair[0] in reach}
    wide = [c for c in claims if reach.get(c["claim"]) == "wide"]
    near = [c for c in claims if reach.get(c["claim"]) == "near"]
    for asking, block in [(near, EXACT), *((wide, block) for block in BLOCKS)]:
        for pair in _meet(asking, people, block):
            found.setdefault(pair, 0)
    return found


def _meet(claims: Sequence[Row], people: Sequence[Row], block: Block) -> Iterator[Pair]:
    index = _index(people, lambda p: _join(of_person(p) for _, of_person in block.keys))
    for claim in claims:
        for person in index.get(_join(of_claim(claim) for of_claim, _ in block.keys), ()):
            if block.also(claim, person):
                yield claim["claim"], person["person_no"]


def _join(parts: Iterable[Any]) -> tuple[Any, ...] | None:
    key = tuple(parts)
    return None if None in key else key


def _index(people: Sequence[Row], key: Key) -> dict[Any, list[Row]]:
    index: dict[Any, list[Row]] = defaultdict(list)
    for person in people:
        value = key(person)
        if value is not None:
            index[value].append(person)
    index.pop(None, None)
    return index


def score(levels: Mapping[str, int], rarity: int, model: Model) -> dict[str, int]:
    """Step 08: the weight of each field."""
    weights = {field: model.weigh(field, levels[field], rarity) for field in LEVELS}
    of_another = levels["number"] == 0 and levels["name"] >= 7 and not 0 <= levels["birth_date"] <= 3
    return weights | ({"number": 0} if of_another else {})


def rank(scored: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Step 08: (person_no, weight) in order, heaviest first, then the smaller person_no."""
    return sorted(scored, key=lambda item: (-item[1], item[0]))


def decide(
    claim: Row,
    holders: Mapping[int, tuple[int, bool]],
    ranked: Sequence[tuple[int, int]],
    facts: Mapping[int, Any],
    model: Model,
) -> dict[str, Any]:
    """Step 09: identity, proposal, reasons. `facts` gives (via, levels) of each candidate."""
    if claim["refused"] is not None:
        return _answer("REFUSED")
    if claim["number_state"] in ABROAD:
        return _answer("FOREIGN")
    agreeing = sorted(person for person, (_, agree) in holders.items() if agree)
    if len(agreeing) == 1:
        via = holders[agreeing[0]][0]
        return _answer("MATCHED", agreeing[0], sure=True, number="number_old_cmnd" if via == 2 else None)
    if agreeing:
        return _answer("AMBIGUOUS", agreeing[0], number="number_held_twice")
    return _decide_by_weight(claim, bool(holders), ranked, facts, model)


def _decide_by_weight(
    claim: Row, held: bool, ranked: Sequence[tuple[int, int]], facts: Mapping[int, Any], model: Model
) -> dict[str, Any]:
    limits = model.thresholds
    person, weight, margin, via, levels, sure = None, None, None, 0, None, False
    if ranked and ranked[0][1] >= limits.propose:
        person, weight = ranked[0]
        margin = weight - max(ranked[1][1] if len(ranked) > 1 else 0, 0)
        via, levels = facts[person]
        fitting = via > 0 or (0 <= levels["name"] <= 8 and levels["birth_date"] < 7)
        sure = weight >= limits.sure_weight and margin >= limits.sure_margin and fitting
    if held:
        close = margin is not None and margin < limits.doubt_margin and len(ranked) > 1
        identity = "AMBIGUOUS" if person is not None and close else "MISMATCH"
    else:
        identity = "NOT_FOUND" if claim["number_state"] in ("twelve", "nine") else "NO_NUMBER"
    spoken = levels if person is not None and (via or sure) else None
    return _answer(
        identity,
        person,
        sure=sure,
        weight=weight,
        margin=margin,
        name="name_missing" if claim["name_key"] is None else _name_reason(spoken),
        birth="birth_missing" if claim["birth_date"] is None else _birth_reason(spoken),
        sex="sex_differs" if spoken and spoken["sex"] == 1 else None,
        number=_number_reason(identity, via, claim["number_state"]),
    )


def _name_reason(levels: Mapping[str, int] | None) -> str | None:
    names = ("marks_lost", "marks_differ", "order", "variant", "one_letter", "words_missing")
    level = levels["name"] if levels else 0
    if level <= 0:
        return None
    return f"name_{names[level - 1]}" if level <= len(names) else "name_other"


def _birth_reason(levels: Mapping[str, int] | None) -> str | None:
    names = ("day_month_swapped", "year_only", "0101_for_year", "register_year_only")
    level = levels["birth_date"] if levels else 0
    if level <= 0:
        return None
    return f"birth_{names[level - 1]}" if level <= len(names) else "birth_other"


def _number_reason(identity: str, via: int, state: str) -> str | None:
    if identity == "MISMATCH":
        return {0: "number_of_another_person", 1: None, 2: "number_old_cmnd"}[via]
    if identity == "NO_NUMBER":
        return "number_malformed" if state == "malformed" else "number_missing"
    return {"AMBIGUOUS": "person_ambiguous", "NOT_FOUND": "number_unknown"}[identity]


def _answer(identity: str, person: int | None = None, *, sure: bool = False, **rest: Any) -> dict[str, Any]:
    answer = {"identity": identity, "person_no": person, "sure": sure, "weight": None, "margin": None}
    return answer | {"name": None, "birth": None, "sex": None, "number": None} | rest


def match(claims: Sequence[Row], people: Sequence[Row], model: Model) -> dict[int, dict[str, Any]]:
    """Say what the steps 01 to 09 say, for every claim."""
    by_no = {p["person_no"]: p for p in people}
    holders = find_holders(claims, people)
    reach = find_residual(claims, by_no, holders)
    rarities = count_rarities((c for c in claims if c["claim"] in reach), people)
    held: dict[int, dict[int, tuple[int, bool]]] = defaultdict(dict)
    for (claim_no, person), held_by in holders.items():
        held[claim_no][person] = held_by
    candidates: dict[int, dict[int, int]] = defaultdict(dict)
    for (claim_no, person), via in find_candidates(claims, people, reach, holders).items():
        candidates[claim_no][person] = via
    decided = {}
    for claim in claims:
        no = claim["claim"]
        facts = {person: (via, compare(claim, by_no[person], via)) for person, via in candidates[no].items()}
        rarity = rarities.get(claim["name_fold"], 0)
        weighed = ((person, sum(score(levels, rarity, model).values())) for person, (_, levels) in facts.items())
        decided[no] = decide(claim, held[no], rank(weighed), facts, model)
    return decided
