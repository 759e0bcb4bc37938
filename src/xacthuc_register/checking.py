"""One claim against the register: whom it means, in codes; whom it may mean, for an officer; who it is, vouched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xacthuc.exchange.references import Referrer
from xacthuc.matching import reference
from xacthuc.matching.reference_fields import compare
from xacthuc_register.claims import Claim
from xacthuc_register.store import Row, Store

CANDIDATES = 8  # shown to an officer: who is not among the first eight is not found by looking longer

# The fields of a decision, as an answer names them; in the order of src/xacthuc/exchange/02_answers.sql.
REASONS = (("name", "name"), ("birth", "birth_date"), ("sex", "sex"), ("number", "number"))

# What an officer who works on a case sees of a candidate, and what the register vouches for.
SHOWN = ("name", "birth_date", "sex", "number12", "number9", "province", "district", "commune", "place")
VOUCHED = ("name", "birth_date", "sex")


@dataclass(frozen=True)
class Found:
    """What the register says of one claim; it stays in the node."""

    decision: Mapping[str, Any]
    weighed: reference.Weighed
    people: Mapping[int, Row]

    def list_reasons(self) -> list[dict[str, str]]:
        """Give the reasons as field and code."""
        said = ((field, self.decision[name]) for name, field in REASONS)
        return [{"field": field, "code": code} for field, code in said if code]

    def list_meant(self) -> list[Row]:
        """Give the people of whom the answer says something: holders of the number, and who is proposed."""
        proposed = self.decision["person_no"]
        numbers = {*self.weighed.holders, *([] if proposed is None else [proposed])}
        return [self.people[number] for number in sorted(numbers)]

    def list_candidates(self) -> list[Row]:
        """Give the holders of the number and the others, the likeliest first."""
        ranked = [number for number, _ in self.weighed.ranked]
        return [self.people[number] for number in dict.fromkeys([*ranked, *sorted(self.weighed.holders)])]


class Checker:
    """Matches single claims as the SQL steps do; any number of threads may ask at once."""

    def __init__(self, store: Store, referrer: Referrer) -> None:
        """`store` is the register, `referrer` names its people."""
        self._store, self._referrer = store, referrer

    def check(self, claim: Claim) -> Found:
        """Find whom a claim means; raises NodeRefused where too many people are like it."""
        people = {row["person_no"]: row for row in self._store.find_holders(claim)}
        weighed = self._weigh(claim, people)
        settled = claim["number_state"] in reference.ABROAD or any(agree for _, agree in weighed.holders.values())
        if not settled:
            people |= {row["person_no"]: row for row in self._store.find_alike(claim)}
            weighed = self._weigh(claim, people)
        return Found(weighed.decide(claim, self._store.model), weighed, people)

    def name_person(self, row: Row) -> str:
        """Give the reference of a person of the register."""
        return self._referrer.make(row["record"])

    def name_sure(self, found: Found) -> str | None:
        """Give the reference of the person who is surely meant, None where nobody is."""
        return self.name_person(found.people[found.decision["person_no"]]) if found.decision["sure"] else None

    def list_candidates(self, claim: Claim) -> list[dict[str, Any]]:
        """Give whom a claim may mean, the likeliest first, with what an officer sees and what differs."""
        found = self.check(claim)
        return [self._show(claim, row) for row in found.list_candidates()[:CANDIDATES]]

    def find_person(self, claim: Claim, person: str) -> Row | None:
        """Give a person by reference, if among those whom an officer sees for the claim; None otherwise."""
        holders = {self.name_person(row): row for row in self._store.find_holders(claim)}
        if person in holders:
            return holders[person]
        alike: Sequence[Row] = self.check(claim).list_candidates()[:CANDIDATES]
        return next((row for row in alike if self.name_person(row) == person), None)

    def _show(self, claim: Claim, row: Row) -> dict[str, Any]:
        via = 1 if _shares(claim, row, "number12") else 2 if _shares(claim, row, "number9") else 0
        levels = compare(claim, row, via)
        differs = [{"field": field, "code": code} for field, code in reference.name_differences(claim, levels)]
        return {"person": self.name_person(row), "differs": differs, **{name: row[name] for name in SHOWN}}

    def _weigh(self, claim: Claim, people: Mapping[int, Row]) -> reference.Weighed:
        bearers, size = self._store.count_bearers(claim["name_fold"]), self._store.index.size
        return reference.weigh([claim], list(people.values()), self._store.model, bearers=bearers, size=size)[
            claim["claim"]
        ]


def tell_person(row: Row) -> dict[str, str | None]:
    """Give what the register vouches for of a person: name, birth date, sex, and the number to show."""
    return {name: row[name] for name in VOUCHED} | {"number": row["number12"] or row["number9"]}


def _shares(claim: Claim, row: Row, column: str) -> bool:
    return claim[column] is not None and claim[column] == row[column]
