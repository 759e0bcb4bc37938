"""What follows when something was settled, and deadlines that pass."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xacthuc_server.accounts.acting import Acting, act_as, work_as
from xacthuc_server.cases.actions import open_cases, raise_due
from xacthuc_server.cases.classes import list_items, settle_part, take_review
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.node import open_node
from xacthuc_server.cases.register import Register
from xacthuc_server.people.actions import judge_doses
from xacthuc_server.people.histories import list_groups
from xacthuc_server.people.moving import move_person
from xacthuc_server.units.models import Post
from xacthuc_server.units.posts import take_post

SEE_BY_PLACE = ("commune_police", "army")
RAISE_EVERY = "*/5 * * * *"  # deadlines are hours; who answers for a delay knows of it within five minutes


@app.task(name="cases.follow", retry=5)
def follow(*, person_ids: list[int], references: list[str]) -> None:
    """Let doses be judged, cases opened and certificates issued for persons of whom something was settled."""
    with act_as(work_as("cases.follow")) as by:
        now = timezone.now()
        ids = sorted({one.id for group in list_groups(person_ids, references=references) for one, _ in group})
        _move_handed_over(ids, by=by, now=now)
        judge_doses(ids, by=by, now=now)
        open_cases(ids, by=by, now=now)
        app.configure_task("issuing.issue").defer(person_ids=ids)


@app.task(name="cases.settle_class", retry=RetryStrategy(max_attempts=20, linear_wait=60))
def settle_class(*, review_id: int, post_id: int) -> None:
    """Settle a class that was signed, part by part, in the name of who signed; goes on where it was stopped."""
    post = Post.objects.select_related("organisation__unit").get(id=post_id)
    by = take_post(post)
    carry_out(review_id, by=by, register=open_node() if by.authority == "police" else None)


def carry_out(review_id: int, *, by: Acting, register: Register | None) -> None:
    """Let a signed class be settled; the register is asked between two transactions, never within one."""
    left = 1
    while left:
        with act_as(by):
            review = take_review(review_id, by=by)
            items, done = list_items(review), review.done
        if done >= len(review.cases):
            return
        said = register.vouch(items, officer=by.who, case=f"review:{review_id}") if register and items else {}
        with act_as(by):
            left = settle_part(review_id, said=said, done=done, by=by, now=timezone.now())


@app.periodic(cron=RAISE_EVERY)
@app.task(name="cases.raise_due", queueing_lock="cases.raise_due")
def raise_overdue(timestamp: int) -> None:  # noqa: ARG001  the moment at which it was due, which may be long ago
    """Raise what is overdue, a batch at a time until nothing is."""
    while True:
        with act_as(work_as("cases.raise_due")) as by:
            if not raise_due(by=by, now=timezone.now()):
                return


def _move_handed_over(ids: list[int], *, by: Acting, now: datetime) -> None:
    """Let persons be seen by whom they were handed over to: only the platform's own work sees both places."""
    given = Case.objects.filter(person_id__in=ids, kind="identity", state="handed_over", owner__kind__in=SEE_BY_PLACE)
    for case in given.select_related("owner__unit").exclude(place=F("owner__unit__lower")):
        move_person(case.person_id, place=case.owner.unit.lower, by=by, now=now)
        given.filter(id=case.id).update(place=case.owner.unit.lower)
