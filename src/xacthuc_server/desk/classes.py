"""The page of classes, and of one review: how many are alike, the sample to look through, one signature."""

from __future__ import annotations

import random

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from xacthuc_server.accounts.factor import find_factor
from xacthuc_server.cases import classes, queries
from xacthuc_server.cases.evidence import read_candidates
from xacthuc_server.cases.models import Case, Review
from xacthuc_server.cases.node import open_node
from xacthuc_server.cases.steps import REASONS
from xacthuc_server.desk.acting import get_acting, get_post_id
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.units.posts import check_can

CHANCE = random.SystemRandom()  # nobody foresees what will be looked at


@require_GET
@for_staff
def show_classes(request: HttpRequest) -> HttpResponse:
    """Show the classes that can be settled together, and the reviews under way."""
    by = get_acting(request)
    check_can(by, "review_class")
    told = {"classes": queries.list_classes(by), "reviews": queries.list_reviews(by), "reasons": REASONS}
    return render(request, "desk/classes.html", told)


@require_POST
@for_staff
def draw(request: HttpRequest) -> HttpResponse:
    """Draw the sample of a class."""
    given = {name: request.POST.get(name, "") for name in ("kind", "choice")}
    by, now = get_acting(request), timezone.now()
    review = classes.draw_review(request.POST.get("alike", ""), rng=CHANCE, by=by, now=now, **given)
    return redirect("review", review_id=review.id)


@require_GET
@for_staff
def show_review(request: HttpRequest, review_id: int) -> HttpResponse:
    """Show a review: what was looked at, what is still to be looked at, what came of it."""
    review = classes.take_review(review_id, by=get_acting(request))
    return _render(request, review)


@require_POST
@for_staff
def look(request: HttpRequest, review_id: int) -> HttpResponse:
    """Show the next case of the sample, and note that it was looked at."""
    by, now = get_acting(request), timezone.now()
    review = classes.take_review(review_id, by=by)
    left = [case_id for case_id in review.sample if case_id not in review.looked]
    if not left:
        return redirect("review", review_id=review.id)
    case = queries.get_case(left[0], by=by, now=now)
    candidate = _find_meant(case, request) if review.kind == "identity" else None
    classes.look_at_case(review.id, case.id, by=by, now=now)
    review.refresh_from_db()
    return _render(request, review, case=case, candidate=candidate)


@require_POST
@for_staff
def sign(request: HttpRequest, review_id: int) -> HttpResponse:
    """Sign for the class."""
    version = request.POST.get("version", "")
    classes.settle_class(
        review_id,
        post=get_post_id(request),
        factor_at=find_factor(request),
        by=get_acting(request),
        now=timezone.now(),
        version=int(version) if version.isdecimal() and len(version) < 10 else -1,
    )
    return redirect("review", review_id=review_id)


def _find_meant(case: Case, request: HttpRequest) -> object:
    """Give whom the register is sure of, as it says now; None where it no longer shows them."""
    by, now = get_acting(request), timezone.now()
    found = read_candidates(case.id, register=open_node(), by=by, now=now, version=case.version)
    return next((one for one in found if one.person == case.person.reference), None)


def _render(request: HttpRequest, review: Review, **more: object) -> HttpResponse:
    left = len(review.sample) - len(review.looked)
    return render(request, "desk/review.html", {"review": review, "left": left, "size": len(review.cases)} | more)
