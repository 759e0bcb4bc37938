"""Ask the register about people: a hundred at a time, until nobody is left whom it was not asked about.

1 a hundred persons are asked about, outside any transaction
2 what the register answers is recorded, their doses are judged, and what is wrong becomes a case
3 an upload whose people are all answered is done
A node that is away is asked again later; since when it is away is written down, and the pages say so.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from xacthuc.exchange.keys import read_private_key, read_public_key
from xacthuc.exchange.tables import PERSON_COLUMNS
from xacthuc_register.client import NodeAway, open_partner
from xacthuc_server.accounts.acting import act_as, work_as
from xacthuc_server.cases.actions import open_cases
from xacthuc_server.people.actions import judge_doses, record_answers, record_standing
from xacthuc_server.people.models import Person
from xacthuc_server.uploads.actions import finish_upload
from xacthuc_server.uploads.models import Row, Upload

Clock = Callable[[], datetime]

AT_ONCE = 100  # as many as the node takes in one question
TASK = "people.ask"


class RegisterAway(Exception):
    """The register node does not answer now; asked again later."""

    code = "register_away"


class RegisterSilent(RegisterAway):
    """The register says nothing of some people today: enough was asked about them, or by their organisation."""

    code = "register_silent"


class Judge(Protocol):
    """Whoever answers whom a claim means: a register node; in tests the library's slow reference."""

    def check(
        self, claims: Sequence[Mapping[str, str | None]], *, organisation: str, officer: str
    ) -> Mapping[str, Any]:
        """Give answers by `ref`, with identity, reasons, sure, person, refused; raises RegisterAway."""
        ...


def ask_upload(upload_id: uuid.UUID, *, clock: Clock, judge: Judge | None = None) -> None:
    """Ask about the people of an upload; raises RegisterAway, and does nothing where the upload is done."""
    with act_as(work_as(TASK)):
        upload = Upload.objects.filter(id=upload_id, state="recorded").first()
    if upload is None:
        return
    stated = Row.objects.filter(upload_id=upload_id, person=OuterRef("id"))
    left = _ask(Person.objects.filter(Exists(stated)), officer=upload.by, clock=clock, judge=judge)
    if left:
        raise RegisterSilent
    with act_as(work_as(TASK, organisation_id=upload.organisation_id)) as by:
        finish_upload(upload, by=by, now=clock())


def ask_person(person_id: int, *, clock: Clock, judge: Judge | None = None) -> None:
    """Ask about one person, whom somebody at a counter waits for; raises RegisterAway."""
    _ask(Person.objects.filter(id=person_id), officer=f"job:{TASK}", clock=clock, judge=judge)


def ask_everybody(*, clock: Clock, judge: Judge | None = None) -> None:
    """Ask about all persons of whom the register was not asked yet; raises RegisterAway."""
    _ask(Person.objects.all(), officer=f"job:{TASK}", clock=clock, judge=judge)


def _ask(persons: QuerySet[Person], *, officer: str, clock: Clock, judge: Judge | None) -> int:
    """Ask about those persons who are unasked; gives the number of them of whom the register says nothing."""
    last, left = 0, 0
    while True:
        with act_as(work_as(TASK)):
            unasked = persons.filter(identity="UNASKED", id__gt=last).order_by("id")
            some = list(unasked[:AT_ONCE])
        if not some:
            return left
        last = some[-1].id
        left += _ask_some(some, officer=officer, clock=clock, judge=judge)


def _ask_some(some: Sequence[Person], *, officer: str, clock: Clock, judge: Judge | None) -> int:
    claims = [write_claim(person) for person in some]
    try:
        said = (judge or open_judge()).check(claims, organisation=str(some[0].organisation_id), officer=officer)  # 1
    except RegisterAway:
        with act_as(work_as(TASK)) as by:
            record_standing(away=True, by=by, now=clock())
            judge_doses([person.id for person in some], by=by, now=clock())
        raise
    answers = [
        {
            "ref": ref,
            "identity": answer.identity,
            "reasons": [{"field": field, "code": code} for field, code in answer.reasons],
            "sure": answer.sure,
            "person": answer.person,
        }
        for ref, answer in said.items()
        if not answer.refused
    ]
    with act_as(work_as(TASK)) as by:  # 2
        now = clock()
        record_standing(away=False, by=by, now=now)
        record_answers(answers, by=by, now=now)
        ids = [person.id for person in some]
        judge_doses(ids, by=by, now=now)
        open_cases(ids, by=by, now=now)
    return len(some) - len(answers)


def write_claim(person: Person) -> dict[str, str | None]:
    """Give what the register is told of a person: the keys that matching reads, and a name for the question."""
    known = {name: getattr(person, {"place": "place_text"}.get(name, name)) for name in PERSON_COLUMNS}
    if not re.fullmatch(r"\d{10}", known["phone"] or ""):
        known["phone"] = None  # a foreign one: the register has none
    return {"ref": f"{person.id}:{person.version}", **known}


def open_judge() -> Judge:
    """Give the register node that the settings name; raises RegisterAway where there is none.

    Its public key and the key of the health side lie in register/ of the platform's folder.
    """
    if not settings.NODE:
        raise RegisterAway
    folder = Path(settings.DATA) / "register"
    partner = open_partner(settings.NODE, read_private_key(folder / "health.pem"), read_public_key(folder / "node.pem"))

    class Node:
        """The node, whose being away is ours to say."""

        def check(
            self, claims: Sequence[Mapping[str, str | None]], *, organisation: str, officer: str
        ) -> Mapping[str, Any]:
            """See Judge."""
            try:
                return partner.check(claims, organisation=organisation, officer=officer)
            except NodeAway:
                raise RegisterAway from None

    return Node()
