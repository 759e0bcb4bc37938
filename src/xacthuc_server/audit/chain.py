"""The chain of seals: what is digested, how a chain is written to a file, and how it is checked without the platform.

A file has a line for each seal, and behind it a line for each of its events, all JSON. Whoever changes, removes or adds
an event afterwards changes a digest, and all that follow; who holds the last digest of an earlier day can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64
LINE_BYTES = 1 << 20  # of a file; an event has at most 10,000 ids

Event = dict[str, Any]
Seal = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What does not hold, and at which seal."""

    code: str  # audit_number, audit_chain, audit_count, audit_digest, audit_unreadable
    seal: int


@dataclass
class Checked:
    """What a chain holds: seals, events, and the digest of the last seal."""

    seals: int = 0
    events: int = 0
    digest: str = FIRST


def digest_events(previous: str, events: Iterable[Event]) -> str:
    """Give the digest of a seal: of the one before it, and of its events in the order of their ids."""
    hashed = hashlib.sha256(bytes.fromhex(previous))
    for event in events:
        hashed.update(write_event(event).encode())
    return hashed.hexdigest()


def write_event(event: Event) -> str:
    """Write an event as one line, always the same for the same event: what is digested and exported."""
    at = event["at"]
    told = at.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(at, datetime) else at
    return json.dumps({**event, "at": told}, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_seal(seal: Seal) -> str:
    """Write a seal as one line."""
    return json.dumps({"seal": {**seal, "at": seal["at"].astimezone(UTC).isoformat()}}, sort_keys=True) + "\n"


def check_chain(links: Iterable[tuple[Seal, list[Event]]], *, checked: Checked) -> Iterator[Fault]:
    """Check a chain from its first seal; what was seen is counted in `checked`.

    1 seals are numbered from 1 without gaps
    2 each names the digest of the one before
    3 it has the events that it names, as many as it says
    4 its digest is theirs.
    """
    for seal, events in links:
        checked.seals += 1
        checked.events += len(events)
        if seal["number"] != checked.seals:  # 1
            yield Fault("audit_number", checked.seals)
            checked.seals = seal["number"]
        if seal["previous"] != checked.digest:  # 2
            yield Fault("audit_chain", seal["number"])
        if [event["id"] for event in events] != read_ranges(seal["events"]) or len(events) != seal["count"]:  # 3
            yield Fault("audit_count", seal["number"])
        elif digest_events(seal["previous"], events) != seal["digest"]:  # 4
            yield Fault("audit_digest", seal["number"])
        checked.digest = seal["digest"]


def read_links(lines: Iterable[str]) -> Iterator[tuple[Seal, list[Event]]]:
    """Read the lines of a file as seals with their events; raises ValueError where a line is none of these."""
    seal: Seal | None = None
    events: list[Event] = []
    for line in lines:
        if len(line) > LINE_BYTES:
            raise ValueError("a line too long")
        said = json.loads(line)
        if "seal" not in said:
            events.append(said)
            continue
        if seal is not None or events:
            yield seal or _nothing(), events
        seal, events = said["seal"], []
    if seal is not None or events:
        yield seal or _nothing(), events


def _nothing() -> Seal:
    raise ValueError("events before the first seal")


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
