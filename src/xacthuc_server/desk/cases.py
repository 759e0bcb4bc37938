"""The work list, and the page of one case: what was stated, who may be meant, and what can be done."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from xacthuc_server.cases import actions, queries
from xacthuc_server.cases.evidence import read_candidates
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.node import open_node
from xacthuc_server.cases.permissions import is_owner
from xacthuc_server.cases.policies import can_step
from xacthuc_server.cases.steps import REASONS
from xacthuc_server.desk.acting import get_acting
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.people.actions import Vouched
from xacthuc_server.people.restating import Restated
from xacthuc_server.units.posts import can

FACTS = ("name", "birth_date", "sex", "number", "passport", "phone", "nationality")  # of what was stated


@require_GET
@for_staff
def show_work(request: HttpRequest) -> HttpResponse:
    """Show what is to be settled, what is due first."""
    by, now = get_acting(request), timezone.now()
    page = request.GET.get("page", "1")
    wanted = queries.Wanted(
        kind=request.GET.get("kind", ""),
        cause=request.GET.get("cause", ""),
        due=request.GET.get("due", ""),
        page=int(page) if page.isdecimal() and len(page) < 4 else 1,
    )
    cases, more = queries.list_work(wanted, by=by, now=now)
    told = {
        "cases": cases, "wanted": wanted, "now": now, "causes": queries.count_causes(by),
        "counts": queries.count_due(by, now=now), "dues": queries.DUE,
        "next": _turn(request, wanted.page + 1) if more else "",
        "previous": _turn(request, wanted.page - 1) if wanted.page > 1 else "",
    }  # fmt: skip
    return render(request, "desk/work.html", told)


@require_GET
@for_staff
def show_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show one case."""
    case = queries.get_case(case_id, by=get_acting(request), now=timezone.now())
    return _render(request, case)


@require_POST
@for_staff
def show_candidates(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show one case with whom it may mean, asked of the register now; the answer is kept nowhere."""
    by, now = get_acting(request), timezone.now()
    case = queries.get_case(case_id, by=by, now=now)
    found = read_candidates(case.id, register=open_node(), by=by, now=now, version=_version(request))
    return _render(request, case, candidates=found)


@require_POST
@for_staff
def act(request: HttpRequest, case_id: int, what: str) -> HttpResponse:
    """Do something with a case: one of DOES; then go on with the next."""
    DOES[what](request, case_id)
    return redirect("work")


def _settle(request: HttpRequest, case_id: int) -> None:
    person = request.POST.get("person", "")
    actions.settle_identity(case_id, person=person, register=open_node(), **_given(request))


def _settle_by_document(request: HttpRequest, case_id: int) -> None:
    said = {name: request.POST.get(name, "").strip() for name in ("name", "birth_date", "sex", "number")}
    vouched = Vouched(said["name"], said["birth_date"], said["sex"] or None, said["number"] or None)
    actions.settle_by_document(case_id, vouched=vouched, **_given(request))


def _settle_dose(request: HttpRequest, case_id: int) -> None:
    why = request.POST.get("why", "")
    actions.settle_vaccination(case_id, keep=why in REASONS["keep"], why=why, **_given(request))


def _end(request: HttpRequest, case_id: int) -> None:
    actions.end_case(case_id, why=request.POST.get("why", ""), **_given(request))


def _ask(request: HttpRequest, case_id: int) -> None:
    actions.ask_for_data(case_id, why=request.POST.get("why", ""), **_given(request))


def _complete(request: HttpRequest, case_id: int) -> None:
    said = {name: request.POST.get(name, "").strip() or None for name in ("number", "name", "birth_date", "sex")}
    actions.complete_case(case_id, stated=Restated(**said), **_given(request))


def _hand_over(request: HttpRequest, case_id: int) -> None:
    to = request.POST.get("to", "")
    actions.hand_over(case_id, to=int(to) if to.isdecimal() else 0, why=request.POST.get("why", ""), **_given(request))


DOES = {
    "settle": _settle,
    "document": _settle_by_document,
    "dose": _settle_dose,
    "end": _end,
    "ask": _ask,
    "complete": _complete,
    "hand-over": _hand_over,
}


def _given(request: HttpRequest) -> dict[str, object]:
    """Give what every action takes."""
    return {"by": get_acting(request), "now": timezone.now(), "version": _version(request)}


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _turn(request: HttpRequest, page: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(page)
    return f"?{asked.urlencode()}"


def _render(request: HttpRequest, case: Case, **more: object) -> HttpResponse:
    by = get_acting(request)
    own = is_owner(by, case)
    army = case.owner.authority == "army"
    by_document = army or case.person.identity == "FOREIGN"
    may = {
        "look": own and case.kind == "identity" and not by_document and can(by, "settle_identity"),
        "document": own and case.kind == "identity" and by_document
        and can(by, "settle_identity" if army else "settle_passport"),
        "dose": own and case.kind == "vaccination" and can(by, "settle_vaccination"),
        "complete": own and case.returns_to_id is not None and can(by, "settle_vaccination"),
        "ask": own and case.kind == "identity" and can(by, "settle_identity"),
        "end": own and case.kind == "identity" and can(by, "settle_identity"),
        "hand_over": can(by, "hand_over"),
    }  # fmt: skip
    steps = {"look": "settle", "document": "settle", "dose": "settle"}
    may = {name: told and can_step(case.state, steps.get(name, name)) for name, told in may.items()}
    told = {
        "case": case, "may": may, "reasons": REASONS, "now": timezone.now(),
        "facts": [(name, getattr(case.person, name)) for name in FACTS],
        "why": [code for _, code in (case.dose.reasons if case.dose else case.person.reasons)],
        "others": queries.list_other_doses(case),
        "destinations": queries.list_destinations(case) if may["hand_over"] else [],
    }  # fmt: skip
    return render(request, "desk/case.html", told | more)
