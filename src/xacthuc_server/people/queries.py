"""The readers of people: each reading is an event. They compare with =, < and >= only, for the wall's sake."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xacthuc.cleaning.one_name import clean_name
from xacthuc.cleaning.phones import read_phone
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import tell
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.people.permissions import check_can_see_people
from xacthuc_server.uploads.models import Row

FOUND = 50  # people shown of a search: whose name is commoner is found by year or number
WAITING = 5_000  # people on the list of a commune: as many as live in one
LETTERS = 80  # of what is searched for
BEYOND = "~"  # behind every letter of a key: the end of a range of keys that begin alike


class PersonNotThere(Exception):
    """There is no such person, or not for whoever asks."""

    code = "person_not_there"


@dataclass(frozen=True)
class Wanted:
    """What somebody types to find people, taken apart."""

    numbers: tuple[str, ...] = ()
    phone: str | None = None
    words: tuple[str, ...] = ()  # of the name, without marks, in the order typed
    year: str | None = None

    @property
    def empty(self) -> bool:
        """Tell whether nobody can be found by it."""
        return not (self.numbers or self.phone or self.words)


def read_wanted(text: str) -> Wanted:
    """Take apart what was typed: numbers, a telephone, a year of birth, the words of a name with marks or without."""
    parts = text[:LETTERS].split()
    years = [part for part in parts if re.fullmatch(r"(?:19|20)\d\d", part)]
    digits = re.sub(r"[\s.\-]", "", text[:LETTERS])
    if re.fullmatch(r"\+?\d{9,12}", digits):
        found = read_phone(digits)
        phone = found[0] if found else None
        return Wanted(numbers=(digits,), phone=phone)
    if re.fullmatch(r"[A-Za-z]{1,2}\d{6,8}", digits):
        return Wanted(numbers=(digits.upper(),))
    name = " ".join(part for part in parts if part not in years)
    key = clean_name(name, told=True).key if name else None
    base = re.sub("[a-z]", "", key or "")
    return Wanted(words=tuple(word for word in base.split("<") if word), year=years[0] if years else None)


def search_people(text: str, *, by: Acting, now: datetime) -> Sequence[Person]:
    """Find people of the territory and of one's own organisation; tells the audit whom, never what was typed.

    A number or a telephone is found whole; of a name its beginning, or its last word, or its first and last.
    Raises NotAllowed.
    """
    check_can_see_people(by)
    wanted = read_wanted(text)
    if wanted.empty:
        return []
    found: dict[int, Person] = {}
    for choice in _list_choices(wanted):
        for scope in list_scopes(by):
            some = Person.objects.filter(scope, choice, replaced_by=None)
            if wanted.year:
                some = some.filter(birth_date__gte=wanted.year, birth_date__lt=wanted.year + BEYOND)
            found |= {person.id: person for person in some.order_by("name_base", "id")[: FOUND + 1]}
    shown = list(found.values())[: FOUND + 1]
    tell("people.searched", by=by, now=now, more={"ids": [person.id for person in shown]})
    return shown


def list_scopes(by: Acting) -> tuple[Q, ...]:
    """Give the people whom somebody may see, in parts that each have an index: the territory's, the organisation's."""
    territory = Q(place__gte=by.lower, place__lt=by.upper)
    return (territory, Q(organisation_id=by.organisation_id)) if by.organisation_id else (territory,)


def _list_choices(wanted: Wanted) -> Iterable[Q]:
    for number in wanted.numbers:
        columns = {12: ("number12",), 9: ("number9",), 10: ("insurance",)}.get(len(number), ("passport",))
        yield from (
            Q(**{column: number}) for column in (*columns, *(("passport",) if columns != ("passport",) else ()))
        )
    if wanted.phone:
        yield Q(phone=wanted.phone)
    if len(wanted.words) == 1:
        yield Q(name_last=wanted.words[0])
    elif wanted.words:
        base = "<".join(wanted.words)
        yield Q(name_base__gte=base, name_base__lt=base + BEYOND)
        yield Q(name_last=wanted.words[-1], name_first=wanted.words[0])


def get_person(person_id: int, *, by: Acting, now: datetime, why: str = "") -> Person:
    """Give a person; the audit is told who was read. Raises NotAllowed, PersonNotThere."""
    check_can_see_people(by)
    person = Person.objects.filter(id=person_id).select_related("organisation").first()
    if person is None:
        raise PersonNotThere
    tell("person.read", by=by, now=now, about=f"person:{person_id}", why=why)
    return person


def list_doses(person: Person) -> Sequence[Dose]:
    """List what is recorded of a person's doses: of everybody with the same reference, as far as one may see them."""
    same = Q(person__reference=person.reference) if person.reference else Q(person_id=person.id)
    mine = Dose.objects.filter(same).select_related("organisation", "upload", "person")
    return sorted(mine, key=lambda dose: (dose.dose_date or "9", dose.dose_no or 0, dose.id))


# What people want to know of a row's history; the rest are keys and copies of keys.
SHOWN = (
    "name", "birth_date", "sex", "number", "phone", "identity", "settled", "vouched_name", "vouched_birth_date",
    "vouched_number", "vaccine", "dose_date", "dose_no", "lot", "vaccination", "withdrawn_at", "signed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What was changed of a person or a dose at a moment: fields with the values after it."""

    at: datetime
    kind: str  # person, dose
    first: bool
    fields: Mapping[str, Any]


def list_history(person: Person, doses: Sequence[Dose]) -> Sequence[Change]:
    """List what was changed of a person and the doses shown, the newest first."""
    from django.apps import apps

    changes: list[Change] = []
    kinds = (("person", "PersonEvent", [person.id]), ("dose", "DoseEvent", [dose.id for dose in doses]))
    for kind, model, ids in kinds:
        events = apps.get_model("people", model).objects.filter(pgh_obj_id__in=ids).order_by("pgh_obj_id", "pgh_id")
        before: dict[int, Any] = {}
        for event in events:
            last = before.get(event.pgh_obj_id)
            fields = _compare(last, event)
            if fields or last is None:
                changes.append(Change(event.pgh_created_at, kind, last is None, fields))
            before[event.pgh_obj_id] = event
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _compare(before: Any, after: Any) -> dict[str, Any]:
    names = [name for name in SHOWN if hasattr(after, name)]
    return {
        name: getattr(after, name) for name in names if before is None or getattr(before, name) != getattr(after, name)
    }


def list_waiting(*, by: Acting, now: datetime) -> Sequence[Person]:
    """List who is on a list and has no dose yet, of the territory: by name; the audit is told. Raises NotAllowed."""
    check_can_see_people(by)
    waiting = list(_find_waiting(by).order_by("name_last", "name_base", "id")[:WAITING])
    tell("people.waiting_read", by=by, now=now, more={"count": len(waiting)})
    return waiting


def count_waiting(by: Acting) -> int:
    """Count who is on a list and has no dose yet."""
    return _find_waiting(by).count()


def _find_waiting(by: Acting) -> QuerySet[Person]:
    dosed = Dose.objects.filter(person_id=OuterRef("id"), withdrawn_at=None)
    return Person.objects.filter(~Exists(dosed), place__gte=by.lower, place__lt=by.upper, replaced_by=None)


def count_verdicts(upload_id: uuid.UUID) -> Mapping[str, Mapping[str, int]]:
    """Count the people of a file by identity verdict, and its doses by vaccination verdict."""
    rows = Row.objects.filter(upload_id=upload_id)
    persons = Person.objects.filter(id__in=rows.exclude(person=None).values("person"))
    doses = Dose.objects.filter(id__in=rows.exclude(dose=None).values("dose"))
    return {
        "identity": dict(persons.values_list("identity").annotate(Count("id")).order_by("identity")),
        "vaccination": dict(doses.values_list("vaccination").annotate(Count("id")).order_by("vaccination")),
    }
