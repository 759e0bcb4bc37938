"""Refusals as people see them: what is wrong and what to do, with the status that says so to a program."""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from xacthuc_register.client import NodeRefused
from xacthuc_server.accounts.factor import FactorNeeded
from xacthuc_server.cases import refusals
from xacthuc_server.issuing.refusals import IssuingRefused
from xacthuc_server.people.queries import PersonNotThere
from xacthuc_server.people.restating import StatedRefused
from xacthuc_server.units.posts import NotAllowed
from xacthuc_server.uploads.queries import UploadNotThere

View = Callable[..., HttpResponse]

# By the kind of refusal; what is not listed is 422: understood, and not done.
STATUS: dict[type[Exception], int] = {
    refusals.NotThere: 404,
    refusals.NotYours: 403,
    NotAllowed: 403,
    refusals.WrongState: 409,
    refusals.Changed: 409,
    NodeRefused: 503,
    UploadNotThere: 404,
    PersonNotThere: 404,
}
REFUSED = (refusals.CaseRefused, IssuingRefused, StatedRefused, NotAllowed, UploadNotThere, PersonNotThere)


def for_staff(view: View) -> View:
    """Let somebody in who is logged in; say refusals in words, and ask for the second factor where it is needed.

    An action that is refused has written nothing: its own transaction has been rolled back.
    """

    @login_required
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except FactorNeeded:
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': find_back(request)})}")
        except NodeRefused:
            return _refuse(request, "register_away", 503)
        except REFUSED as refusal:
            return _refuse(request, refusal.code, STATUS.get(type(refusal), 422))

    return answer


def find_back(request: HttpRequest) -> str:
    """Give the page that an answer leads back to: the one that was named, if it is ours."""
    back = request.POST.get("back", "") or (request.path if request.method == "GET" else "/")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/"


def _refuse(request: HttpRequest, code: str, status: int) -> HttpResponse:
    return render(request, "desk/refused.html", {"code": code, "back": find_back(request)}, status=status)
