"""The pages of people: found by name, number or telephone; one person with both verdicts; who waits for a dose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xacthuc_server.cases.models import Case
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.issuing.models import Certificate
from xacthuc_server.people.models import Person, Standing
from xacthuc_server.people.permissions import can_enter, check_can_see_people
from xacthuc_server.people.queries import (
    FOUND,
    get_person,
    list_doses,
    list_history,
    list_waiting,
    search_people,
)

# What is said of an entry that has just been taken in, by what became of it.
ENTERED = {"recorded": "entered_recorded", "same": "entered_same", "listed": "entered_listed"}


@for_staff
def show_search(request: HttpRequest) -> HttpResponse:
    """Find people. What is looked for is sent in the body: an address stays in histories and logs."""
    acting = request.acting
    check_can_see_people(acting)
    asked = request.POST.get("q", "") if request.method == "POST" else ""
    found = search_people(asked, by=acting, now=timezone.now()) if asked.strip() else []
    shown = {"asked": asked, "found": found[:FOUND], "more": len(found) > FOUND, "may_enter": can_enter(acting)}
    part = "desk/people/found.html" if "HX-Request" in request.headers else "desk/people/search.html"
    return render(request, part, shown)


@for_staff
@require_GET
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person: who it is, what was given, how both are known, and what became of it."""
    person = get_person(person_id, by=request.acting, now=timezone.now(), why="page")
    doses = list_doses(person)
    shown = {
        **_tell(person),
        "doses": doses,
        "history": list_history(person, [dose for dose in doses if dose.person_id == person.id]),
        "cases": list(Case.objects.filter(person=person).select_related("owner").order_by("closed_at", "deadline")),
        "entered": ENTERED.get(request.GET.get("entered", "")),
        "may_enter": can_enter(request.acting),
        "certificates": list(Certificate.objects.filter(person=person).order_by("-issued_at")),
    }
    return render(request, "desk/people/page.html", shown)


@for_staff
@require_GET
def show_answer(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show what the register says of a person, or that it is being asked: the part that asks again until it has."""
    person = get_person(person_id, by=request.acting, now=timezone.now(), why="answer")
    return render(request, "desk/people/answer.html", _tell(person))


def _tell(person: Person) -> dict[str, Any]:
    waits = person.identity == "UNASKED"
    away = Standing.objects.filter(id=1).exclude(away_since=None).first() if waits else None
    return {"person": person, "waits": waits, "away": away}


@for_staff
@require_GET
def show_waiting(request: HttpRequest) -> HttpResponse:
    """Show who wants a dose and has none yet, compared with the register: the plan of a vaccination."""
    waiting = list_waiting(by=request.acting, now=timezone.now())
    settled = [person for person in waiting if person.settled]
    shown = {"settled": settled, "open": [person for person in waiting if not person.settled], "today": timezone.now()}
    return render(request, "desk/people/waiting.html", shown)
