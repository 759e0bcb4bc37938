"""The causes of cases, by weight, and until when each has to be settled: dated data in deadlines.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True)
class Deadlines:
    """What deadlines.toml says."""

    hours: Mapping[str, tuple[tuple[date, date | None, int], ...]]  # by cause: from, to, hours
    weights: Mapping[str, int]  # by cause: its place; the lowest weighs most
    otherwise: timedelta
    raised: timedelta


@cache
def load_deadlines() -> Deadlines:
    """Read the data; a source that is missing is an assertion."""
    text = (resources.files("xacthuc_server.cases") / "deadlines.toml").read_text(encoding="utf-8")
    said = tomllib.loads(text)
    hours: dict[str, tuple[tuple[date, date | None, int], ...]] = {}
    for entry in said["deadline"]:
        assert entry["source"], "every deadline has its source"
        span = (entry["valid_from"], entry.get("valid_to"), entry["hours"])
        for cause in entry["causes"]:
            hours[cause] = (*hours.get(cause, ()), span)
    return Deadlines(
        hours=MappingProxyType(hours),
        weights=MappingProxyType({cause: place for place, cause in enumerate(hours)}),
        otherwise=timedelta(hours=said["otherwise"]["hours"]),
        raised=timedelta(hours=said["raised"]["hours"]),
    )


def find_deadline(cause: str, *, at: datetime) -> datetime:
    """Give until when a case with a cause, opened at a moment, has to be settled."""
    deadlines = load_deadlines()
    day = at.date()
    for begins, ends, hours in deadlines.hours.get(cause, ()):
        if begins <= day and (ends is None or day < ends):
            return at + timedelta(hours=hours)
    return at + deadlines.otherwise


def find_cause(codes: Iterable[str], *, otherwise: str) -> str:
    """Give of a record's reasons the one that weighs most."""
    weights = load_deadlines().weights
    return min(codes, key=lambda code: (weights.get(code, len(weights)), code), default=otherwise)
