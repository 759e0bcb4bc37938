"""The pages of the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show_home(request: HttpRequest) -> HttpResponse:
    """Show what is due today; to somebody who is not logged in, what this is."""
    return render(request, "desk/home.html" if request.user.is_authenticated else "desk/welcome.html")
