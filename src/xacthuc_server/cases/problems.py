"""What is wrong or unsure, as cases would say it: cause, who settles it, and which others are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xacthuc_server.cases.deadlines import find_cause
from xacthuc_server.cases.routing import TO_FACILITY, TO_POLICE, TO_STATION, find_nearest
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.units.models import Organisation

ALIKE_LENGTH = 200  # letters of the word, as the table has them

Key = tuple[str, int, int | None]  # kind, person, dose


@dataclass(frozen=True)
class Problem:
    """A case as it should stand open."""

    kind: str
    person: Person
    dose: Dose | None
    cause: str
    alike: str
    place: int
    owner: Organisation
    returns_to: Organisation | None = None  # where the owner only brings what is missing

    @property
    def key(self) -> Key:
        """Give what there is one open case of."""
        return self.kind, self.person.id, self.dose.id if self.dose else None


def make_alike(verdict: str, codes: Iterable[str], *, sure: bool = False) -> str:
    """Give the word that cases of one class share: the verdict, all reasons, and whether it is sure who is meant."""
    word = " ".join([verdict, *sorted(codes), *(["sure"] if sure else [])])
    if len(word) > ALIKE_LENGTH:
        word = f"{verdict} {hashlib.sha256(word.encode()).hexdigest()}"
    return word


def is_sure(person: Person) -> bool:
    """Tell whether the register is sure who is meant; that is still confirmed by an officer."""
    return person.sure and bool(person.reference)


def list_problems(persons: Sequence[Person], doses: Sequence[Dose]) -> list[Problem]:
    """List the problems of persons and doses, whose `organisation` is read with them."""
    return [*_list_identity(persons), *_list_vaccination(doses)]


def _list_identity(persons: Sequence[Person]) -> Iterator[Problem]:
    open_ = [
        one
        for one in persons
        if not one.settled and one.replaced_by_id is None and one.identity in (*TO_POLICE, *TO_STATION, *TO_FACILITY)
    ]
    places = [one.place for one in open_]
    police = find_nearest(places, route="police")
    stations = find_nearest([one.place for one in open_ if one.identity in TO_STATION], route="station")
    for person in open_:
        codes = [code for _, code in person.reasons]
        if person.organisation.authority == "army":  # soldiers stand in no civil register
            owner, returns_to = person.organisation, None
        elif person.identity in TO_FACILITY:
            owner, returns_to = person.organisation, None
            codes = codes or ["passport"]
        else:
            owner, returns_to = police.get(person.place, person.organisation), None
            if person.identity in TO_STATION and not is_sure(person):
                owner, returns_to = stations.get(person.place, person.organisation), owner
        yield Problem(
            kind="identity",
            person=person,
            dose=None,
            cause=find_cause(codes, otherwise=OTHERWISE[person.identity]),
            alike=make_alike(person.identity, codes, sure=is_sure(person)),
            place=person.place,
            owner=owner,
            returns_to=returns_to,
        )


# The cause where a verdict came without a reason.
OTHERWISE = {
    "MISMATCH": "number_of_another_person",
    "NOT_FOUND": "number_unknown",
    "AMBIGUOUS": "person_ambiguous",
    "NO_NUMBER": "number_missing",
    "FOREIGN": "passport",
    "DOUBTFUL": "dose_no_contradicts_history",
    "DUPLICATE": "dose_entered_twice",
}


def _list_vaccination(doses: Sequence[Dose]) -> Iterator[Problem]:
    for dose in doses:
        if dose.vaccination not in ("DOUBTFUL", "DUPLICATE") or dose.settled_at or dose.withdrawn_at:
            continue
        codes = [code for _, code in dose.reasons]
        yield Problem(
            kind="vaccination",
            person=dose.person,
            dose=dose,
            cause=find_cause(codes, otherwise=OTHERWISE[dose.vaccination]),
            alike=make_alike(dose.vaccination, codes),
            place=dose.place,
            owner=dose.organisation,
        )
