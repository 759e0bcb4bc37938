"""All that is recorded of one person, whoever stated it: for what is judged, settled or certified as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from xacthuc import rules
from xacthuc_server.people.judging import find_repeated, write_dose
from xacthuc_server.people.models import Dose, Person

Group = list[tuple[Person, list[Dose]]]  # the records of one person, each with its doses


def list_groups(person_ids: Iterable[int], *, references: Iterable[str] = ()) -> list[Group]:
    """Give the records of each person who is meant: those that share the register's reference, else one alone."""
    asked = list(Person.objects.filter(Q(id__in=list(person_ids)) | Q(reference__in=list(references))))
    shared = sorted({one.reference for one in asked if one.reference})
    persons = list(Person.objects.filter(Q(id__in=[one.id for one in asked]) | Q(reference__in=shared)).order_by("id"))
    doses: dict[int, list[Dose]] = defaultdict(list)
    for dose in Dose.objects.filter(person__in=persons).select_related("organisation").order_by("entered_at", "id"):
        doses[dose.person_id].append(dose)
    groups: dict[str, Group] = defaultdict(list)
    for person in persons:
        groups[person.reference or f"person:{person.id}"].append((person, doses[person.id]))
    return list(groups.values())


def assess_group(group: Group, *, on: date) -> rules.Assessment:
    """Assess the doses of one person that stand; a record of the assessment is named by the id of its dose."""
    first = group[0][0]
    births = [one.vouched_birth_date for one, _ in group] + [one.birth_date for one, _ in group]
    kept = sorted(
        (dose for _, doses in group for dose in doses if dose.withdrawn_at is None),
        key=lambda dose: (dose.entered_at, dose.id),
    )
    repeated = find_repeated(kept)
    given = [write_dose(dose, province=first.province, duplicate=dose.id in repeated) for dose in kept]
    birth = next((birth for birth in births if birth), None)
    return rules.assess_history(given, birth_date=birth, as_of=on, province=first.province)
