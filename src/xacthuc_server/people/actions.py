"""The writers of persons and doses: what was stated, what the register answered, what each authority has settled."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from xacthuc.records import IDENTITY
from xacthuc.rules import load_rules
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import MOST_IDS, action, tell
from xacthuc_server.people import recording
from xacthuc_server.people.judging import Judged, judge_history
from xacthuc_server.people.models import SETTLED_HOW, Dose, Person, Standing
from xacthuc_server.people.permissions import can_enter, check_can_settle_dose, check_can_settle_person, check_is_job
from xacthuc_server.people.recording import Answer
from xacthuc_server.people.staging import Staged
from xacthuc_server.units.posts import NotAllowed

JUDGED = 2_000  # persons whose doses are judged at a time: their doses are some 10 MB


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
def record_doses(staged: Staged, *, by: Acting, now: datetime, upload: uuid.UUID | None = None) -> list[Answer]:
    """Record a few staged rows for the organisation that acts; gives what became of each, in their order.

    Raises NotAllowed.
    """
    if not can_enter(by):
        raise NotAllowed("not_allowed")
    assert by.organisation_id is not None
    answers = recording.record_few(staged, organisation_id=by.organisation_id, upload=upload, now=now)
    doses = [answer.dose for answer in answers if answer.state == "recorded"]
    counts = _count(answer.state for answer in answers)
    tell(
        "doses.recorded",
        by=by,
        now=now,
        about=f"dose:{doses[0]}" if len(doses) == 1 else "",
        more={**counts, "ids": doses},
    )
    return answers


@action
def record_list(staged: Staged, *, by: Acting, now: datetime, upload: uuid.UUID) -> Mapping[str, int]:
    """Record the copied rows of an upload for its organisation; gives their number by state. Raises NotAllowed."""
    check_is_job(by)
    assert by.organisation_id is not None, "an upload is somebody's"
    counts = recording.record_many(staged, organisation_id=by.organisation_id, upload=upload, now=now)
    tell("doses.recorded", by=by, now=now, about=f"upload:{upload}", more=dict(counts))
    return counts


_ANSWERED = """
UPDATE people_person AS p
SET identity = a.identity, reasons = a.reasons, sure = a.sure, reference = a.reference, asked_at = %(now)s,
    settled = CASE WHEN a.identity = 'MATCHED' THEN 'matched' ELSE '' END,
    settled_by = CASE WHEN a.identity = 'MATCHED' THEN %(who)s ELSE '' END,
    settled_at = CASE WHEN a.identity = 'MATCHED' THEN %(now)s::timestamptz END,
    vouched_name = CASE WHEN a.identity = 'MATCHED' THEN p.name END,
    vouched_birth_date = CASE WHEN a.identity = 'MATCHED' THEN p.birth_date END,
    vouched_sex = CASE WHEN a.identity = 'MATCHED' THEN p.sex END,
    vouched_number = CASE WHEN a.identity = 'MATCHED' THEN p.number END,
    version = p.version + 1
FROM jsonb_to_recordset(%(answers)s::jsonb)
    AS a(id bigint, version integer, identity text, reasons jsonb, sure boolean, reference text)
WHERE p.id = a.id AND p.version = a.version AND p.settled IN ('', 'matched')
RETURNING p.id
"""


@action
def record_answers(answers: Iterable[Mapping[str, Any]], *, by: Acting, now: datetime) -> list[int]:
    """Write down what the register answered; gives the persons of whom it holds.

    An answer has `ref` ("ID:VERSION" of the person as it was asked about), identity, reasons as {field, code},
    sure, person (the register's reference). One about a person that has changed since, or that somebody has settled,
    is dropped: it is asked again. MATCHED settles by itself, with what was stated. Raises NotAllowed.
    """
    check_is_job(by)
    known = [_read_answer(answer) for answer in answers]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, {"answers": _dump(known), "now": now, "who": by.who})
        changed = sorted(row[0] for row in cursor.fetchall())
    counts = _count(answer["identity"] for answer in known)
    tell("persons.answered", by=by, now=now, more={**counts, "ids": changed[:MOST_IDS]})
    return changed


_JUDGED = """
UPDATE people_dose AS d
SET vaccination = j.vaccination, reasons = j.reasons, version = d.version + 1
FROM jsonb_to_recordset(%(judged)s::jsonb) AS j(id bigint, version integer, vaccination text, reasons jsonb)
WHERE d.id = j.id AND d.version = j.version
"""


@action
def judge_doses(person_ids: Sequence[int], *, by: Acting, now: datetime) -> int:
    """Judge all doses of some persons by the rules of vaccination; gives how many have another verdict now.

    A person's doses are those of everybody with the same reference of the register, else one's own. A dose that is
    changed meanwhile keeps its verdict, and is judged again when its person is. Raises NotAllowed.
    """
    check_is_job(by)
    changed = 0
    for at in range(0, len(person_ids), JUDGED):
        judged = _judge(person_ids[at : at + JUDGED], now=now)
        with connection.cursor() as cursor:
            cursor.execute(_JUDGED, {"judged": _dump(judged)})
            changed += cursor.rowcount
    tell("doses.judged", by=by, now=now, more={"persons": len(person_ids), "changed": changed})
    return changed


def _judge(person_ids: Sequence[int], *, now: datetime) -> list[dict[str, Any]]:
    asked = list(Person.objects.filter(id__in=person_ids))
    references = {person.reference for person in asked if person.reference}
    persons = {person.id: person for person in asked}
    persons |= {person.id: person for person in Person.objects.filter(reference__in=references)}
    histories: dict[object, list[Dose]] = defaultdict(list)
    doses = Dose.objects.filter(person_id__in=list(persons), withdrawn_at=None).order_by("entered_at", "id")
    for dose in doses:
        histories[persons[dose.person_id].reference or dose.person_id].append(dose)
    rules, today = load_rules(), timezone.localdate(now)
    verdicts: dict[int, Judged] = {}
    for history in histories.values():
        verdicts |= judge_history(history, person=persons[history[0].person_id], as_of=today, rules=rules)
    return [
        {"id": dose.id, "version": dose.version, "vaccination": new.vaccination, "reasons": new.reasons}
        for history in histories.values()
        for dose in history
        if (new := verdicts[dose.id]) != Judged(dose.vaccination, dose.reasons)
    ]


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
    """Write down who somebody is, as the owner of identities says; `how` "" takes it back.

    Raises PersonChanged, and NotAllowed unless whoever acts answers for this identity.
    """
    assert how in SETTLED_HOW
    assert bool(how) == (vouched is not None), "what is settled is vouched for"
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise PersonChanged("person_changed")
    check_can_settle_person(by, person, how=how)
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
    """Write down that the site stands by a dose, or withdraw it; `why` is a code.

    Raises PersonChanged, and NotAllowed unless whoever acts is of the site that entered it.
    """
    dose = Dose.objects.filter(id=dose_id).first()
    if dose is None:
        raise PersonChanged("dose_changed")
    check_can_settle_dose(by, dose)
    fields = {"settled_by": by.who, "settled_at": now, "withdrawn_at": None} if keep else {"withdrawn_at": now}
    changed = Dose.objects.filter(id=dose_id, version=version).update(**fields, version=F("version") + 1)
    if not changed:
        raise PersonChanged("dose_changed")
    tell("dose.kept" if keep else "dose.withdrawn", by=by, now=now, about=f"dose:{dose_id}", why=why)


class AnswerUnusable(Exception):
    """An answer of the register is not of the form that was agreed on; nothing of it is kept."""

    code = "register_answer_unusable"


def _read_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    number, _, version = str(answer["ref"]).partition(":")
    reasons = [[reason["field"], reason["code"]] for reason in answer["reasons"]]
    reference = answer.get("person") if answer["sure"] else None
    if answer["identity"] not in IDENTITY or not number.isdecimal() or len(reference or "") > 64:
        raise AnswerUnusable
    return {
        "id": int(number), "version": int(version), "identity": answer["identity"], "reasons": reasons,
        "sure": bool(answer["sure"]), "reference": reference,
    }  # fmt: skip


def _count(states: Iterable[str]) -> dict[str, int]:
    return dict(Counter(states))


def _dump(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows)


def record_standing(*, away: bool, by: Acting, now: datetime) -> None:
    """Write down that the register node answers, or since when it does not; told once, when it becomes otherwise.

    Raises NotAllowed.
    """
    check_is_job(by)
    standing, _ = Standing.objects.select_for_update().get_or_create(id=1)
    if away != (standing.away_since is not None):
        tell("register.away" if away else "register.back", by=by, now=now)
    fields = {"away_since": standing.away_since or now} if away else {"away_since": None, "answered_at": now}
    Standing.objects.filter(id=1).update(**fields)
