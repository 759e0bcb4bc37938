"""Accounts and posts: who gives them, and how they end."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.accounts.models import User
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.units.models import KINDS, Organisation, Post
from xacthuc_server.units.posts import check_can
from xacthuc_server.units.roles import ROLES

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class PostRefused(Exception):
    """An account or a post cannot be given; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Take the code."""
        super().__init__(code)
        self.code = code


@action
def found_site(*, code: str, name: str, station: Organisation, by: Acting, now: datetime) -> Organisation:
    """Found a vaccination site in the commune of a station; `code` is that of its licence."""
    check_can(by, "administer")
    if Organisation.objects.filter(code=code).exists():
        raise PostRefused("organisation_exists")
    site = Organisation.objects.create(
        kind="site", authority=KINDS["site"], code=code, name=name, unit=station.unit, above=station.above
    )
    tell("site_founded", by=by, now=now, about=f"organisation:{site.id}")
    return site


@action
def make_account(*, login: str, name: str, password: str, by: Acting, now: datetime) -> User:
    """Make an account with a first password; a second factor is set up at the first login."""
    check_can(by, "administer")
    if not LOGIN.fullmatch(login):
        raise PostRefused("login_malformed")
    user = User(login=login, name=name, made_at=now)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise PostRefused("login_taken") from None
    tell("account_made", by=by, now=now, about=f"user:{user.id}")
    return user


@action
def give_post(*, user: User, organisation: Organisation, role: str, by: Acting, now: datetime) -> Post:
    """Give somebody a role in an organisation of a kind that has it, from today on."""
    check_can(by, "administer")
    if role not in ROLES or organisation.kind not in ROLES[role].kinds:
        raise PostRefused("role_elsewhere")
    post, new = Post.objects.get_or_create(
        user=user, organisation=organisation, role=role, valid_to=None, defaults={"valid_from": now.date()}
    )
    if not new:
        raise PostRefused("post_held")
    tell("post_given", by=by, now=now, about=f"user:{user.id}", more={"post": post.id, "role": role})
    return post


@action
def end_post(post: Post, *, last_day: date, by: Acting, now: datetime) -> None:
    """Let a post end on a day; it is kept, so that what was done in it can be told."""
    check_can(by, "administer")
    if last_day < post.valid_from - timedelta(days=1):
        raise PostRefused("post_end_early")
    if not Post.objects.filter(id=post.id, valid_to=None).update(valid_to=last_day):
        raise PostRefused("post_ended")
    tell("post_ended", by=by, now=now, about=f"user:{post.user_id}", more={"post": post.id})
