"""Rules as they are published: of countries for certificates, and the coloured cards of provinces.

Source: eHealth Network, EU DCC Validation Rules 1.1, for the fields of a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Version = tuple[int, int, int]

ENGINE = "CERTLOGIC"
COLOURS = ("green", "yellow", "red")  # from the best down
CERTIFICATE_TYPES = ("General", "Vaccination", "Test", "Recovery")


@dataclass(frozen=True, slots=True)
class Measure:
    """A whole number that the reason of a rule names: fixed, a value of the data, days or hours since a date there."""

    number: int | None = None
    value: str = ""  # path in the data
    since: str = ""  # path of a date in the data
    unit: Literal["day", "hour"] = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it is published: what has to be true, for which certificates, where and when, and what it says."""

    identifier: str
    logic: Any  # a CertLogic expression
    invalidation: bool = False  # of the country that issued, else an acceptance rule of the country that looks
    country: str = ""
    region: str = ""
    certificate_type: str = "General"  # General, Vaccination, Test, Recovery
    version: Version = (1, 0, 0)
    schema_version: Version = (1, 0, 0)
    engine: str = ENGINE
    engine_version: Version = (1, 0, 0)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    affected: tuple[str, ...] = ()  # fields of the payload that it looks at
    descriptions: Mapping[str, str] = field(default_factory=dict)  # by language; {name} is a measure
    measures: Mapping[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to a colour: a kind of certificate, and rules that all have to be true."""

    colour: str
    certificate_type: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The colours of a province while its rule was in force; what no way leads to is red."""

    id: str
    province: str
    status: Literal["in_force", "draft"]
    valid_from: date
    valid_to: date | None
    source: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """What counts at one place. With `cards`, the colour of the day decides, and has to be `least` or better."""

    rules: tuple[Rule, ...] = ()
    value_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    country: str = ""  # whose acceptance rules count; empty: all that are given
    region: str = ""  # likewise
    utc_hours: int = 0  # local time of the place, for days
    cards: tuple[Card, ...] = ()
    least: str = "green"


def read_version(said: Any) -> Version | None:
    """Read a version of three numbers; None where it is none."""
    parts = said.split(".") if isinstance(said, str) and len(said) <= 40 else []
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])
