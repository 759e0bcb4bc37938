"""The meaning of the SQL steps in slow plain Python: the judge of both engines.

Rows are dictionaries with the columns of CLEAN_SCHEMA plus `claim` or `person_no`. Read it beside the SQL: each
function names the step it speaks for. It is written to be right, not to be fast.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from xacthuc.matching.model import LEVELS, NARROW_FROM, RARITIES, Model, cut_of, find_common
from xacthuc.matching.reference_blocks import Pair, find_candidates, index_people
from xacthuc.matching.reference_fields import Row, compare

ABROAD = ("passport", "foreign")  # states of the number of people whom the register does not know


def find_holders(claims: Sequence[Row], people: Sequence[Row]) -> dict[Pair, tuple[int, bool]]:
    """Step 01: for each claim and holder of its number, by which number and whether all agrees."""
    found: dict[Pair, tuple[int, bool]] = {}
    for via, number in ((2, "number9"), (1, "number12")):
        index = index_people(people, itemgetter(number))
        for claim in claims:
            for person in index.get(claim[number], ()) if claim[number] else ():
                found[claim["claim"], person["person_no"]] = (via, _agrees(claim, person))
    return found


def _agrees(claim: Row, person: Row) -> bool:
    same = all(claim[f] is not None and claim[f] == person[f] for f in ("name_key", "birth_date"))
    return same and (claim["sex"] is None or person["sex"] is None or claim["sex"] == person["sex"])


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


def count_bearers(people: Iterable[Row]) -> Counter[str]:
    """Step 00: how many people bear each name."""
    return Counter(p["name_fold"] for p in people if p["name_fold"])


def count_rarities(claims: Iterable[Row], bearers: Mapping[str, int]) -> dict[str, int]:
    """Step 05: the class of the number of people who bear a name."""
    asked = {c["name_fold"] for c in claims if c["name_fold"]}
    classes = range(1, RARITIES)
    return {
        name: next(r for r in classes if cut_of(r)[0] <= bearers[name] <= cut_of(r)[1])
        for name in asked
        if name in bearers
    }


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


def name_differences(claim: Row, levels: Mapping[str, int]) -> list[tuple[str, str]]:
    """Give (field, code) for each field in which a claim and one candidate differ, with the codes of step 09."""
    said = (
        ("name", "name_missing" if claim["name_key"] is None else _name_reason(levels)),
        ("birth_date", "birth_missing" if claim["birth_date"] is None else _birth_reason(levels)),
        ("sex", "sex_differs" if levels["sex"] == 1 else None),
    )
    return [(field, code) for field, code in said if code]


def _number_reason(identity: str, via: int, state: str) -> str | None:
    if identity == "MISMATCH":
        return {0: "number_of_another_person", 1: None, 2: "number_old_cmnd"}[via]
    if identity == "NO_NUMBER":
        return "number_malformed" if state == "malformed" else "number_missing"
    return {"AMBIGUOUS": "person_ambiguous", "NOT_FOUND": "number_unknown"}[identity]


def _answer(identity: str, person: int | None = None, *, sure: bool = False, **rest: Any) -> dict[str, Any]:
    answer = {"identity": identity, "person_no": person, "sure": sure, "weight": None, "margin": None}
    return answer | {"name": None, "birth": None, "sex": None, "number": None} | rest


def match(
    claims: Sequence[Row],
    people: Sequence[Row],
    model: Model,
    *,
    bearers: Mapping[str, int] | None = None,
    size: int | None = None,
) -> dict[int, dict[str, Any]]:
    """Say what the steps 01 to 09 say, for every claim.

    `people` is the register, or all of it that can be a candidate of the claims; then `bearers` (00) and `size` say
    what is counted of the whole of it.
    """
    weighed = weigh(claims, people, model, bearers=bearers, size=size)
    return {claim["claim"]: weighed[claim["claim"]].decide(claim, model) for claim in claims}


@dataclass(frozen=True)
class Weighed:
    """What is known of one claim before it is decided: holders of its number, candidates in order, and their levels."""

    holders: Mapping[int, tuple[int, bool]]
    ranked: Sequence[tuple[int, int]]
    facts: Mapping[int, tuple[int, Mapping[str, int]]]

    def decide(self, claim: Row, model: Model) -> dict[str, Any]:
        """Say what step 09 says of the claim."""
        return decide(claim, self.holders, self.ranked, self.facts, model)


def weigh(
    claims: Sequence[Row],
    people: Sequence[Row],
    model: Model,
    *,
    bearers: Mapping[str, int] | None = None,
    size: int | None = None,
) -> dict[int, Weighed]:
    """Say what the steps 01 to 08 say, for every claim; people, bearers and size as `match` has them."""
    size = len(people) if size is None else size
    by_no = {p["person_no"]: p for p in people}
    holders = find_holders(claims, people)
    reach = find_residual(claims, by_no, holders)
    known = count_bearers(people) if bearers is None else bearers
    rarities = count_rarities((c for c in claims if c["claim"] in reach), known)
    held: dict[int, dict[int, tuple[int, bool]]] = defaultdict(dict)
    for (claim_no, person), held_by in holders.items():
        held[claim_no][person] = held_by
    candidates: dict[int, dict[int, int]] = defaultdict(dict)
    common = {name for name, rarity in rarities.items() if rarity > find_common(size)}
    found = find_candidates(claims, people, reach, holders, common=common, narrow=size >= NARROW_FROM)
    for (claim_no, person), via in found.items():
        candidates[claim_no][person] = via
    weighed = {}
    for claim in claims:
        no = claim["claim"]
        facts = {person: (via, compare(claim, by_no[person], via)) for person, via in candidates[no].items()}
        rarity = rarities.get(claim["name_fold"], 0)
        sums = ((person, sum(score(levels, rarity, model).values())) for person, (_, levels) in facts.items())
        weighed[no] = Weighed(held[no], rank(sums), facts)
    return weighed
