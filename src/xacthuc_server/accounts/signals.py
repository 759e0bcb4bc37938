"""Logging in and out are events too, and so is every login that fails: without the name that was tried."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.accounts.models import User
from xacthuc_server.audit.actions import tell

STRANGER = Acting(who="stranger", role="nobody", authority="none", organisation_id=None)


def connect() -> None:
    """Listen to Django's signals of login."""
    user_logged_in.connect(_tell_login, dispatch_uid="xacthuc.login")
    user_logged_out.connect(_tell_logout, dispatch_uid="xacthuc.logout")
    user_login_failed.connect(_tell_failure, dispatch_uid="xacthuc.login_failed")


def _tell(what: str, user: User | None) -> None:
    who = STRANGER if user is None else Acting(str(user.id), "nobody", "none", None)
    with act_as(who):
        tell(what, by=who, now=timezone.now(), about=f"user:{user.id}" if user else "")


def _tell_login(user: User, **_: Any) -> None:
    _tell("logged_in", user)


def _tell_logout(user: User | None, **_: Any) -> None:
    if user is not None:
        _tell("logged_out", user)


def _tell_failure(**_: Any) -> None:
    _tell("login_failed", None)
