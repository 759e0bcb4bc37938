"""The first page, and what is chosen for all pages: post and language."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xacthuc_server.desk.acting import get_acting
from xacthuc_server.desk.due import list_due
from xacthuc_server.desk.language import COOKIE
from xacthuc_server.texts import LANGUAGES
from xacthuc_server.units.middleware import CHOSEN

YEAR = 365 * 86400


def show_home(request: HttpRequest) -> HttpResponse:
    """Show what is due today; to somebody who is not logged in, what this is."""
    if not request.user.is_authenticated:
        return render(request, "desk/welcome.html")
    due = list_due(get_acting(request), now=timezone.now())
    return render(request, "desk/home.html", {"due": due})


@login_required
def show_account(request: HttpRequest) -> HttpResponse:
    """Show where password, second factor and sessions are kept."""
    return render(request, "desk/account.html")


@login_required
@require_POST
def choose_post(request: HttpRequest) -> HttpResponse:
    """Act in another of one's posts from now on."""
    held = {str(post.id): post.id for post in request.posts}
    chosen = held.get(request.POST.get("post", ""))
    if chosen is not None:
        request.session[CHOSEN] = chosen
    return redirect("home")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Read in another language from now on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    answer = redirect(back)
    language = request.POST.get("language")
    if language in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, secure=request.is_secure(), samesite="Lax")
    return answer


def refuse(request: HttpRequest, status: int) -> HttpResponse:
    """Show the page of an error."""
    codes = {"title_code": f"error_{status}_title", "body_code": f"error_{status}_body"}
    return render(request, "desk/error.html", codes, status=status)


def refuse_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return refuse(request, 400)


def refuse_access(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Answer 403."""
    return refuse(request, 403)


def refuse_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return refuse(request, 404)


def refuse_fault(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return refuse(request, 500)
