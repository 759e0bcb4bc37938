"""The writers of persons and doses: what each authority has settled, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.people.models import SETTLED_HOW, Dose, Person


class PersonChanged(Exception):
    """Somebody has changed the person or the dose since it was read; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Vouched:
    """What the owner of an identity vouches for, and certificates say."""

    name: str
    birth_date: str  # ISO; a year where nobody knows more
    sex: str | None
    number: str | None


@action
def settle_person(
    person_id: int,
    *,
    how: str,
    vouched: Vouched | None,
    reference: str | None,
    by: Acting,
    now: datetime,
    version: int,
) -> None:
    """Write down who somebody is, as the owner of identities says; `how` "" takes it back. Raises PersonChanged."""
    assert how in SETTLED_HOW, "one of the ways that are listed"
    assert bool(how) == (vouched is not None), "what is settled is vouched for"
    said = vouched or Vouched("", "", None, None)
    changed = Person.objects.filter(id=person_id, version=version).update(
        settled=how,
        settled_by=by.who if how else "",
        settled_at=now if how else None,
        vouched_name=said.name or None,
        vouched_birth_date=said.birth_date or None,
        vouched_sex=said.sex,
        vouched_number=said.number,
        reference=reference,
        version=F("version") + 1,
    )
    if not changed:
        raise PersonChanged("person_changed")
    tell("person.settled", by=by, now=now, about=f"person:{person_id}", why=how)


@action
def settle_dose(dose_id: int, *, keep: bool, why: str, by: Acting, now: datetime, version: int) -> None:
    """Write down that the site stands by a dose, or withdraw it; `why` is a code. Raises PersonChanged."""
    fields = {"settled_by": by.who, "settled_at": now, "withdrawn_at": None} if keep else {"withdrawn_at": now}
    changed = Dose.objects.filter(id=dose_id, version=version).update(**fields, version=F("version") + 1)
    if not changed:
        raise PersonChanged("dose_changed")
    tell("dose.kept" if keep else "dose.withdrawn", by=by, now=now, about=f"dose:{dose_id}", why=why)


@action
def move_person(person_id: int, *, place: int, by: Acting, now: datetime) -> None:
    """Give a person and their doses another residence: the place by which they are seen and routed."""
    Person.objects.filter(id=person_id).exclude(place=place).update(place=place, version=F("version") + 1)
    Dose.objects.filter(person_id=person_id).exclude(place=place).update(place=place, version=F("version") + 1)
    tell("person.moved", by=by, now=now, about=f"person:{person_id}", more={"place": place})
