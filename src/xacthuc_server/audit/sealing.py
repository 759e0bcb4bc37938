"""Seal events into a chain: each seal holds the digest of its events and of the seal before.

Whoever changes, removes or adds an event afterwards changes a digest, and all that follow. Events of transactions that
end later are sealed later: the order of the chain is that of being seen, not of ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from xacthuc_server.audit.models import Event, Seal, Unsealed

FIRST = "0" * 64
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
        previous = last.digest if last else FIRST
        rows = Event.objects.filter(id__in=ids).order_by("id").values()
        digest = _digest(previous, rows)
        number = last.number + 1 if last else 1
        Seal.objects.create(
            number=number, at=now, events=write_ranges(ids), count=len(ids), previous=previous, digest=digest
        )
        Unsealed.objects.filter(event_id__in=ids).delete()
        return len(ids)


@dataclass(frozen=True)
class Fault:
    """What does not hold, and at which seal."""

    code: str  # audit_digest, audit_count, audit_chain, audit_number, audit_unsealed
    seal: int


def check_chain(seals: Iterable[dict[str, Any]], *, get_events: Any) -> Iterator[Fault]:
    """Check a chain from its first seal: numbers without gaps, each upon the one before, each with its events.

    `get_events(ids)` gives the rows of events by id. Nothing is believed of the seals but what can be computed again.
    """
    previous, number = FIRST, 0
    for seal in seals:
        number += 1
        if seal["number"] != number:
            yield Fault("audit_number", number)
            number = seal["number"]
        if seal["previous"] != previous:
            yield Fault("audit_chain", number)
        ids = read_ranges(seal["events"])
        rows = get_events(ids)
        if len(rows) != len(ids) or len(ids) != seal["count"]:
            yield Fault("audit_count", number)
        elif _digest(seal["previous"], rows) != seal["digest"]:
            yield Fault("audit_digest", number)
        previous = seal["digest"]


def _digest(previous: str, rows: Iterable[dict[str, Any]]) -> str:
    hashed = hashlib.sha256(bytes.fromhex(previous))
    for row in rows:
        hashed.update(write_event(row).encode())
    return hashed.hexdigest()


def write_event(row: dict[str, Any]) -> str:
    """Write an event as one line, always the same for the same event: what is digested and exported."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds") if isinstance(row["at"], datetime) else row["at"]
    return json.dumps({**row, "at": at}, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_ranges(ids: Iterable[int]) -> str:
    """Write ascending ids as ranges: "1-40,42"."""
    spans: list[list[int]] = []
    for number in ids:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def read_ranges(text: str) -> list[int]:
    """Read ids from ranges."""
    spans = (part.split("-") for part in text.split(",") if part)
    return [number for span in spans for number in range(int(span[0]), int(span[-1]) + 1)]
