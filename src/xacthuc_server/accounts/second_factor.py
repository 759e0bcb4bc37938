"""Nobody works without a second factor: whoever has none is led to set one up, and sees nothing else before."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language

from xacthuc_server.texts import say

# What may be opened without one: setting it up, logging out, the language, and files without a person in them.
OPEN = ("/accounts/", "/static/", "/language/", "/gate/", "/lists/")
SET_UP = "mfa_activate_totp"


class SecondFactorMiddleware:
    """Leads to the page where a second factor is set up."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take what answers."""
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead there."""
        user = request.user
        if user.is_authenticated and not request.path.startswith(OPEN) and not is_mfa_enabled(user):
            messages.warning(request, say("second_factor_wanted", language=(get_language() or "vi")[:2]))
            return redirect(SET_UP)
        return self.answer(request)
