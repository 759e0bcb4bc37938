"""Signing that was ordered, certificates that follow from what was settled, and the lists for the gates."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from xacthuc_server.accounts.acting import act_as, work_as
from xacthuc_server.issuing.certifying import issue_certificates
from xacthuc_server.issuing.keys import open_central_signer, open_organisation_signer, read_secret
from xacthuc_server.issuing.lists import carry_out_list
from xacthuc_server.issuing.models import Signing
from xacthuc_server.issuing.publishing import is_published, publish_lists
from xacthuc_server.issuing.queries import list_ended
from xacthuc_server.issuing.signing import carry_out
from xacthuc_server.units.models import Post
from xacthuc_server.units.posts import take_post

RENEW_HOURLY = "40 * * * *"
PUBLISH_DAILY = "15 3 * * *"  # before the gates open; a set lasts a week
AGAIN = RetryStrategy(max_attempts=20, linear_wait=60)  # a token that is away, a worker that was stopped


@app.task(name="issuing.sign", retry=AGAIN)
def sign_ordered(*, order_id: int, post_id: int) -> None:
    """Sign what the head of a site has ordered, in their name, with the key of the site."""
    post = Post.objects.select_related("organisation__unit").get(id=post_id)
    by, now = take_post(post), timezone.now()
    with act_as(by):
        if Signing.objects.get(id=order_id).finished_at is not None:
            return
    with open_organisation_signer(post.organisation, now=now) as signer:
        carry_out(order_id, by=by, now=now, signer=signer)


@app.task(name="issuing.sign_list", retry=AGAIN)
def sign_list(*, post_id: int) -> None:
    """Sign the list of results that the chair of a commune has ordered, with the key of the committee."""
    post = Post.objects.select_related("organisation__unit").get(id=post_id)
    now = timezone.now()
    with open_organisation_signer(post.organisation, now=now) as signer:
        carry_out_list(by=take_post(post), now=now, signer=signer, organisation=post.organisation.code)


@app.task(name="issuing.issue", retry=AGAIN, lock="issuing.issue")
def issue(*, person_ids: list[int]) -> None:
    """Issue and revoke what the records of some persons ask for."""
    now = timezone.now()
    with open_central_signer(now=now) as signer:
        issue_certificates(person_ids, by=work_as("issuing.issue"), now=now, signer=signer, secret=read_secret())
    if not is_published():
        _order_lists()


@app.task(name="issuing.publish", retry=AGAIN, lock="issuing.publish")
def publish() -> None:
    """Publish the lists, as soon as something was revoked."""
    publish_lists(by=work_as("issuing.publish"), now=timezone.now())


@app.periodic(cron=RENEW_HOURLY)
@app.task(name="issuing.renew", queueing_lock="issuing.renew")
def renew(timestamp: int) -> None:  # noqa: ARG001  the moment at which it was due, which may be long ago
    """Issue again what has ended by itself, a batch an hour: nobody applies for it."""
    with act_as(work_as("issuing.renew")):
        persons = list_ended(now=timezone.now())
        if persons:
            app.configure_task("issuing.issue").defer(person_ids=list(persons))


@app.periodic(cron=PUBLISH_DAILY)
@app.task(name="issuing.publish_daily", lock="issuing.publish")
def publish_daily(timestamp: int) -> None:  # noqa: ARG001  the moment at which it was due, which may be long ago
    """Publish the lists every day, so that they are never too old."""
    publish_lists(by=work_as("issuing.publish"), now=timezone.now())


def _order_lists() -> None:
    """Let the lists be published for the first time, once: a gate knows whom to trust by them."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task("issuing.publish", queueing_lock="issuing.publish").defer()
