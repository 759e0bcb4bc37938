"""Seal events into the chain, and read it out again.

Events of transactions that end later are sealed later: the order of the chain is that of being seen, not of ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from xacthuc_server.audit import chain
from xacthuc_server.audit.models import Event, Seal, Unsealed

BATCH = 20_000  # events of one seal: some 10 MB in memory
LOCK = 0x5EA1  # one sealer at a time, by an advisory lock of the database


def seal_events(*, now: datetime) -> int:
    """Seal what waits; gives the number of events sealed, 0 where nothing waits or another sealer is at work."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        ids = list(Unsealed.objects.order_by("event_id").values_list("event_id", flat=True)[:BATCH])
        if not ids:
            return 0
        last = Seal.objects.order_by("-number").first()
        previous = last.digest if last else chain.FIRST
        digest = chain.digest_events(previous, _read_events(ids))
        Seal.objects.create(
            number=last.number + 1 if last else 1,
            at=now,
            events=chain.write_ranges(ids),
            count=len(ids),
            previous=previous,
            digest=digest,
        )
        Unsealed.objects.filter(event_id__in=ids).delete()
        return len(ids)


def list_links() -> Iterator[tuple[chain.Seal, list[chain.Event]]]:
    """Give every seal with its events, from the first on."""
    for seal in Seal.objects.order_by("number").values("number", "at", "events", "count", "previous", "digest"):
        yield seal, _read_events(chain.read_ranges(seal["events"]))


def _read_events(ids: list[int]) -> list[chain.Event]:
    return list(Event.objects.filter(id__in=ids).order_by("id").values())
