"""Give a person another residence: the place by which they are seen, and by which their cases are routed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.people.permissions import check_is_job


@action
def move_person(person_id: int, *, place: int, by: Acting, now: datetime) -> None:
    """Move a person and their doses to a place. Raises NotAllowed: only the platform's own work sees both places."""
    check_is_job(by)
    Person.objects.filter(id=person_id).exclude(place=place).update(place=place, version=F("version") + 1)
    Dose.objects.filter(person_id=person_id).exclude(place=place).update(place=place, version=F("version") + 1)
    tell("person.moved", by=by, now=now, about=f"person:{person_id}", more={"place": place})
