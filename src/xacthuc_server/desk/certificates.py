"""The certificates of a person, and their print."""

from __future__ import annotations

import threading
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xacthuc.certificates.paper import PaperRefused
from xacthuc.certificates.paper_text import read_paper
from xacthuc.certificates.press import Press
from xacthuc_server.desk.acting import get_acting
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.issuing import queries

_press_lock = threading.Lock()  # the press is not for several threads at once


@require_GET
@for_staff
def show_certificates(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show all certificates of a person, and what became of them."""
    found = queries.get_person(person_id, by=get_acting(request), now=timezone.now())
    if found is None:
        raise Http404
    return render(request, "desk/certificates.html", {"person": found[0], "certificates": found[1]})


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


@cache
def _open_press() -> Press:
    return Press()
