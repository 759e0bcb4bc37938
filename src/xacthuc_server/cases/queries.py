"""The readers of cases: work lists, classes, one case. Reading of a person is an event too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import tell
from xacthuc_server.cases.classes import ClassOfCases
from xacthuc_server.cases.models import Case, Review
from xacthuc_server.cases.moving import OWNERS
from xacthuc_server.cases.permissions import check_can_see
from xacthuc_server.cases.policies import OPEN_STATES
from xacthuc_server.cases.refusals import NotThere
from xacthuc_server.people.models import Dose
from xacthuc_server.units.models import Organisation

PAGE = 50  # cases of one page: what is read in one go on an office screen
PAGES = 400  # beyond it a filter helps more than a page
DESTINATIONS = 300  # organisations that are offered: those of a large district, twice

DOSES = 20  # of one person: more is a fault, and as much as anybody looks at

DUE = ("late", "today", "week")


@dataclass(frozen=True)
class Wanted:
    """What of a work list is asked for; empty is all."""

    kind: str = ""
    cause: str = ""
    due: str = ""  # of DUE
    page: int = 1


def list_open(by: Acting) -> QuerySet[Case]:
    """Give the open cases of one's own organisation, and those whose delay it answers for."""
    own = Q(owner_id=by.organisation_id) | Q(raised_to_id=by.organisation_id)
    return Case.objects.filter(own, closed_at=None, state__in=OPEN_STATES)


def list_work(wanted: Wanted, *, by: Acting, now: datetime) -> tuple[list[Case], bool]:
    """List a page of open cases, what is due first, and tell whether there are more; who is shown is an event."""
    found = list_open(by)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.cause:
        found = found.filter(cause=wanted.cause)
    if wanted.due == "late":
        found = found.filter(deadline__lt=now)
    elif wanted.due in ("today", "week"):
        found = found.filter(deadline__lt=now + timedelta(days=1 if wanted.due == "today" else 7))
    begin = (min(max(wanted.page, 1), PAGES) - 1) * PAGE
    rows = found.select_related("person", "dose", "owner").order_by("deadline", "id")[begin : begin + PAGE + 1]
    shown = list(rows)
    if shown:
        tell("cases.listed", by=by, now=now, more={"persons": [case.person_id for case in shown[:PAGE]]})
    return shown[:PAGE], len(shown) > PAGE


def count_causes(by: Acting) -> list[tuple[str, int]]:
    """Count open cases by cause, most frequent first."""
    counts = list_open(by).values_list("cause").annotate(Count("id")).order_by("-id__count", "cause")
    return [(cause, number) for cause, number in counts]


def count_due(by: Acting, *, now: datetime) -> dict[str, int]:
    """Count open cases: all, those that are late, and those due within a day."""
    told = list_open(by).aggregate(
        all=Count("id"),
        late=Count("id", filter=Q(deadline__lt=now)),
        today=Count("id", filter=Q(deadline__lt=now + timedelta(days=1))),
    )
    return {name: int(told[name]) for name in ("all", "late", "today")}


def list_classes(by: Acting) -> list[ClassOfCases]:
    """List the classes of one's own cases that can be settled together, largest first."""
    open_ = Case.objects.filter(owner_id=by.organisation_id, state__in=OPEN_STATES, returns_to=None)
    sure = Q(kind="vaccination") | (Q(person__sure=True) & ~Q(person__reference=None))
    counts = open_.filter(sure).exclude(cause="correction_asked").values_list("kind", "alike")
    counts = counts.annotate(Min("cause"), Count("id")).filter(id__count__gte=2).order_by("-id__count", "alike")
    return [ClassOfCases(kind, alike, cause, number) for kind, alike, cause, number in counts]


def list_reviews(by: Acting) -> list[Review]:
    """List the latest reviews of one's own organisation."""
    return list(Review.objects.filter(owner_id=by.organisation_id).order_by("-drawn_at")[:20])


def get_case(case_id: int, *, by: Acting, now: datetime) -> Case:
    """Give one case with its person, which is an event; raises NotThere, NotAllowed, NotYours."""
    found = (
        Case.objects.select_related("person", "dose__organisation", "owner", "organisation", "raised_to", "returns_to")
        .filter(id=case_id)
        .first()
    )
    if found is None:
        raise NotThere("case_not_there")
    check_can_see(by, found)
    tell("case.read", by=by, now=now, about=f"case:{found.id}", more={"person": found.person_id})
    return found


def list_other_doses(case: Case) -> list[Dose]:
    """List what else is recorded of a case's person, oldest first: a dose is judged by those beside it."""
    if case.dose_id is None:
        return []
    of_person = Q(person_id=case.person_id)
    if case.person.reference:
        of_person |= Q(person__reference=case.person.reference)
    found = Dose.objects.filter(of_person, withdrawn_at=None).exclude(id=case.dose_id).select_related("organisation")
    return list(found.order_by("dose_date", "id")[:DOSES])


def list_destinations(case: Case) -> list[Organisation]:
    """List to whom a case can be handed over: of its kind, in the same province, and the army."""
    kinds = OWNERS[case.kind]
    lower = case.place // 10**10 * 10**10  # the province's own territory, as units.places reckons it
    near = Q(unit__lower__gte=lower, unit__upper__lte=lower + 10**10) | Q(kind="army")
    found = Organisation.objects.filter(near, kind__in=kinds).exclude(id=case.owner_id)
    return list(found.order_by("kind", "name")[:DESTINATIONS])
