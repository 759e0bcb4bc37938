"""Judge doses by the library's rules: over all doses of one person, whoever stated them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F, Q
from django.utils import timezone

from xacthuc import rules
from xacthuc.findings import get_code
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.people.models import Dose, Person

Group = list[tuple[Person, list[Dose]]]


def list_groups(person_ids: Iterable[int], *, references: Iterable[str] = ()) -> list[Group]:
    """Give the records of each person who is meant: those that share the register's reference, else one alone."""
    asked = Person.objects.filter(Q(id__in=list(person_ids)) | Q(reference__in=list(references)))
    shared = sorted({one.reference for one in asked if one.reference})
    persons = list(Person.objects.filter(Q(id__in=[one.id for one in asked]) | Q(reference__in=shared)).order_by("id"))
    doses: dict[int, list[Dose]] = defaultdict(list)
    for dose in Dose.objects.filter(person__in=persons).select_related("organisation").order_by("id"):
        doses[dose.person_id].append(dose)
    groups: dict[str, Group] = defaultdict(list)
    for person in persons:
        groups[person.reference or f"person:{person.id}"].append((person, doses[person.id]))
    return list(groups.values())


def assess(group: Group, *, on: date) -> rules.Assessment:
    """Assess the doses of one person that stand; a record's name is the id of its dose."""
    birth = next(
        (one.vouched_birth_date or one.birth_date for one, _ in group if one.vouched_birth_date or one.birth_date), None
    )
    provinces = {one.id: one.province for one, _ in group}
    kept = [dose for _, doses in group for dose in doses if dose.withdrawn_at is None]
    return rules.assess_history([_make_dose(dose, provinces) for dose in kept], birth_date=birth, as_of=on)


def _make_dose(dose: Dose, provinces: dict[int, str | None]) -> rules.Dose:
    return rules.Dose(
        record=str(dose.id),
        dose_no=dose.dose_no,
        vaccine=dose.vaccine,
        dose_date=date.fromisoformat(dose.dose_date) if dose.dose_date and len(dose.dose_date) == 10 else None,
        lot=dose.lot,
        province=provinces[dose.person_id],
        site=dose.site,
    )


@action
def judge_doses(person_ids: Sequence[int], *, by: Acting, now: datetime) -> None:
    """Give the doses of persons their verdicts, over all doses of whoever is meant; only what differs is written."""
    changed = 0
    for group in list_groups(person_ids):
        doses = {str(dose.id): dose for _, some in group for dose in some}
        for said in assess(group, on=timezone.localdate(now)).doses:
            dose = doses[said.record]
            verdict = "DUPLICATE" if said.why == "duplicate" else "DOUBTFUL" if said.is_doubtful else "PLAUSIBLE"
            codes = ["dose_entered_twice"] if verdict == "DUPLICATE" else list(said.findings)
            reasons = [[get_code(code).field, code] for code in codes]
            if (verdict, reasons) != (dose.vaccination, dose.reasons):
                changed += Dose.objects.filter(id=dose.id, version=dose.version).update(
                    vaccination=verdict, reasons=reasons, version=F("version") + 1
                )
    tell("doses.judged", by=by, now=now, more={"persons": len(person_ids), "changed": changed})
