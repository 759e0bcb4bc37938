"""The certificates of a person, and their print."""

from __future__ import annotations

import threading
from functools import cache

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from xacthuc.certificates.paper import PaperRefused
from xacthuc.certificates.paper_text import read_paper
from xacthuc.certificates.press import Press
from xacthuc_server.cases import actions
from xacthuc_server.cases.queries import list_open
from xacthuc_server.cases.steps import REASONS
from xacthuc_server.desk.acting import get_acting
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.desk.templatetags.words import language
from xacthuc_server.issuing import queries
from xacthuc_server.texts import say
from xacthuc_server.units.posts import can

_press_lock = threading.Lock()  # the press is not for several threads at once


@require_GET
@for_staff
def show_certificates(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show all certificates of a person, and what became of them."""
    found = queries.get_person(person_id, by=get_acting(request), now=timezone.now())
    if found is None:
        raise Http404
    may = any(can(get_acting(request), one) for one in ("settle_vaccination", "settle_identity"))
    told = {"person": found[0], "certificates": found[1], "why": REASONS["correct"] if may else ()}
    return render(request, "desk/certificates.html", told)


@require_GET
@for_staff
def print_certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Give a valid certificate as PDF."""
    one = queries.get_certificate(certificate_id, by=get_acting(request), now=timezone.now())
    if one is None or one.revoked_at is not None:
        raise Http404
    try:
        paper = read_paper(one.text, nationality=one.person.nationality, evidence=one.evidence)
        with _press_lock:
            pdf = _open_press().print_pdf(paper, one.text)
    except PaperRefused as refusal:
        return render(request, "desk/refused.html", {"code": refusal.code, "back": request.path}, status=422)
    return HttpResponse(pdf, content_type="application/pdf")


@require_POST
@for_staff
def ask_correction(request: HttpRequest, person_id: int) -> HttpResponse:
    """Open a case for something that is settled and turned out wrong: of a dose, where one is named, else who it is."""
    dose = request.POST.get("dose", "")
    case_id = actions.ask_correction(
        person_id,
        why=request.POST.get("why", ""),
        dose_id=int(dose) if dose.isdecimal() and len(dose) < 19 else None,
        by=get_acting(request),
        now=timezone.now(),
    )
    messages.success(request, say("correction_opened", language=language()))
    case = list_open(get_acting(request)).filter(id=case_id).first()
    return redirect("case", case_id=case_id) if case else redirect("certificates", person_id=person_id)


@cache
def _open_press() -> Press:
    return Press()
