"""How things are done: inside one transaction, with an event, or not at all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import transaction

from xacthuc_server.audit.models import Event

F = TypeVar("F", bound=Callable[..., Any])

MOST_IDS = 10_000  # ids that one event names; more are counted only


class Actor(Protocol):
    """Whoever acts, as far as the audit knows them."""

    @property
    def who(self) -> str:
        """Give the opaque id."""

    @property
    def organisation_id(self) -> int | None:
        """Give the organisation in whose name it is done."""


@dataclass
class _Told:
    events: int = 0


_told: ContextVar[_Told | None] = ContextVar("told", default=None)
ACTIONS: dict[str, Callable[..., Any]] = {}  # by module and name: the refusal matrix is made from it


def action(function: F) -> F:
    """Make a function an action: one transaction, and at least one event of what was done.

    The function takes `by` and `now`. One that ends without having told of itself is an assertion.
    """

    @functools.wraps(function)
    def act(*args: Any, **named: Any) -> Any:
        before = _told.set(_Told())
        try:
            with transaction.atomic():
                result = function(*args, **named)
                told = _told.get()
                assert told is not None
                assert told.events, f"{function.__qualname__} has told of nothing"
            return result
        finally:
            outer = before.old_value
            _told.reset(before)
            if isinstance(outer, _Told):
                outer.events += 1

    ACTIONS[f"{function.__module__}.{function.__name__}"] = act
    return act


def tell(
    what: str, *, by: Actor, now: datetime, about: str = "", why: str = "", more: Mapping[str, Any] | None = None
) -> Event:
    """Write an event into the transaction that is open. `more` holds ids, counts and codes, never a person's data."""
    told = _told.get()
    if told is not None:
        told.events += 1
    return Event.objects.create(
        at=now, who=by.who, organisation=by.organisation_id, what=what, about=about, why=why, more=dict(more or {})
    )
