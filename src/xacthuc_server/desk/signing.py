"""The page on which the head of a site signs doses, and the chair of a commune its list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from xacthuc_server.accounts.factor import find_factor
from xacthuc_server.desk.acting import get_acting, get_post_id
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.issuing import actions, queries
from xacthuc_server.issuing.lists import draft_list
from xacthuc_server.issuing.refusals import ListEmpty
from xacthuc_server.issuing.signing import LARGEST


@require_GET
@for_staff
def show_signing(request: HttpRequest) -> HttpResponse:
    """Show the doses that the site has still to sign."""
    by = get_acting(request)
    doses = queries.list_to_sign(by=by, now=timezone.now())
    told = {
        "doses": doses,
        "all": queries.list_signable(by).count(),
        "chosen": ",".join(f"{dose.id}:{dose.version}" for dose in doses),
        "orders": queries.list_orders(by),
    }
    return render(request, "desk/signing.html", told)


@require_POST
@for_staff
def sign(request: HttpRequest) -> HttpResponse:
    """Order the doses that were shown to be signed."""
    actions.order_signing(
        _read_chosen(request.POST.get("chosen", "")),
        post=get_post_id(request),
        factor_at=find_factor(request),
        by=get_acting(request),
        now=timezone.now(),
    )
    return redirect("signing")


@require_GET
@for_staff
def show_list(request: HttpRequest) -> HttpResponse:
    """Show what the chair's list would say, and the lists before."""
    by = get_acting(request)
    try:
        draft = draft_list(by=by)
        count = draft.lines.count("\n") + 1
    except ListEmpty:
        count = 0
    return render(request, "desk/commune_list.html", {"count": count, "lists": queries.list_signed_lists(by)})


@require_POST
@for_staff
def sign_list(request: HttpRequest) -> HttpResponse:
    """Order the commune's list to be signed."""
    actions.order_list(
        post=get_post_id(request),
        factor_at=find_factor(request),
        by=get_acting(request),
        now=timezone.now(),
    )
    return redirect("commune_list")


def _read_chosen(text: str) -> list[tuple[int, int]]:
    """Read "id:version,id:version", as it was shown; what is not of that form is left out."""
    pairs = (part.split(":") for part in text.split(",")[: LARGEST + 1])
    return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2 and all(map(str.isdecimal, pair))]
