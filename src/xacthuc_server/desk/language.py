"""The language of a request: Vietnamese, until somebody has chosen another by the switch."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from xacthuc_server.texts import LANGUAGES

COOKIE = "language"


class LanguageMiddleware:
    """Takes it from the cookie alone: the phone of a health worker is often set to English by whoever sold it."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take what answers."""
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language that was chosen."""
        chosen = request.COOKIES.get(COOKIE)
        with translation.override(chosen if chosen in LANGUAGES else LANGUAGES[0]):
            answer = self.answer(request)
            answer.headers.setdefault("Content-Language", translation.get_language() or LANGUAGES[0])
            return answer
