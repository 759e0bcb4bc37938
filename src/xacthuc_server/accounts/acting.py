"""Who acts, from where, over which territory: told to the database in each transaction, for row-level security."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from django.db import connection, transaction

Authority = Literal["health", "police", "army", "commune", "none"]


@dataclass(frozen=True)
class Acting:
    """Somebody in a post: what permissions, audit and the database's own wall need to know of them."""

    who: str  # user id, "key:" and id of an API key, "job:" and name of a task
    role: str
    authority: Authority
    organisation_id: int | None
    lower: int = 0  # the territory: places from lower up to, but not including, upper
    upper: int = 0

    def covers(self, place: int) -> bool:
        """Tell whether a place lies in the territory."""
        return self.lower <= place < self.upper


NOBODY = Acting(who="", role="nobody", authority="none", organisation_id=None)

EVERYWHERE = 2**62  # beyond every place


def work_as(task: str, *, organisation_id: int | None = None) -> Acting:
    """Act as a task of the platform's own: over all places, for an organisation or for none."""
    return Acting(f"job:{task}", "job", "none", organisation_id, 0, EVERYWHERE)


def set_acting(acting: Acting) -> None:
    """Tell the database who acts, until the transaction ends; must be called inside one."""
    assert connection.in_atomic_block, "who acts is set inside a transaction, or it would outlive it"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('xacthuc.who', %s, true), set_config('xacthuc.authority', %s, true),"
            " set_config('xacthuc.organisation', %s, true), set_config('xacthuc.lower', %s, true),"
            " set_config('xacthuc.upper', %s, true)",
            [
                acting.who,
                acting.authority,
                str(acting.organisation_id or ""),
                str(acting.lower),
                str(acting.upper),
            ],
        )


_acting: ContextVar[Acting] = ContextVar("acting", default=NOBODY)


@contextmanager
def act_as(acting: Acting) -> Iterator[Acting]:
    """Open a transaction in which somebody acts; inside another one, who acted before acts again afterwards."""
    inside = connection.in_atomic_block
    before = _acting.set(acting)
    try:
        with transaction.atomic():
            set_acting(acting)
            yield acting
    finally:
        _acting.reset(before)
        if inside and not connection.needs_rollback:
            set_acting(_acting.get())
