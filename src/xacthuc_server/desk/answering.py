"""How a page answers where something may not be done, or is not there: one way for all pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language

from xacthuc_server import texts
from xacthuc_server.desk.views import refuse
from xacthuc_server.people.queries import PersonNotThere
from xacthuc_server.units.posts import NotAllowed
from xacthuc_server.uploads.queries import UploadNotThere

Page = Callable[..., HttpResponse]


def page(view: Page) -> Page:
    """Make a view a page of people who work here: it asks for a login, and says what may not be done."""

    @login_required
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except NotAllowed:
            return refuse(request, 403)
        except (UploadNotThere, PersonNotThere):
            raise Http404 from None

    return answer


def say_here(code: str, **named: Any) -> str:
    """Give the sentence of a code in the language of the request."""
    return texts.say(code, language=(get_language() or "vi")[:2], **named)
