"""Dates and times as CertLogic reads and moves them: always UTC, to the millisecond.

Source: CertLogic 1.3.3, `plusTime` and `dccDateOfBirth`; months and years are added as ECMAScript's Date does.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

UNITS = ("year", "month", "day", "hour")

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FULL = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?"
)
LONGEST = 64  # letters of a date and time: its longest useful form has 29, decimals may follow without number


def read_moment(text: str) -> datetime | None:
    """Give the moment of a date, a partial date or a date with time; None where it is none.

    A partial date is its last day, a date is its midnight, a time without offset is UTC, decimals beyond the third are
    dropped. Years 0001 to 9999. A leap second and 24:00 are no times here.
    """
    if len(text) > LONGEST:
        return None
    full = _FULL.fullmatch(text)
    if full is None:
        return read_birth_date(text)
    year, month, day, hour, minute, second = (int(part) for part in full.groups()[:6])
    milliseconds = int((full[7] or "0").ljust(3, "0")[:3])
    offset_hours, offset_minutes = int(full[9] or 0), int(full[10] or 0)
    if offset_hours > 23 or offset_minutes > 59:
        return None
    offset = timedelta(hours=offset_hours, minutes=offset_minutes)
    try:
        moment = datetime(year, month, day, hour, minute, second, milliseconds * 1000, tzinfo=UTC)
        return moment + offset if full[8] == "-" else moment - offset
    except (ValueError, OverflowError):
        return None


def read_birth_date(text: str) -> datetime | None:
    """Give the last moment's day that a date or partial date allows, at midnight; None where it is no date."""
    partial = _PARTIAL.fullmatch(text)
    if partial is None:
        return None
    year, month = int(partial[1]), int(partial[2] or 12)
    try:
        day = int(partial[3]) if partial[3] else monthrange(year, month)[1]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def add_time(moment: datetime, amount: int, unit: str) -> datetime | None:
    """Give the moment so many units later, or earlier where the amount is negative; None beyond years 1 to 9999.

    A day that the month does not have runs over into the next month: 2020-02-29 and a year is 2021-03-01.
    """
    assert unit in UNITS, "the caller knows the units"
    try:
        if unit == "day":
            return moment + timedelta(days=amount)
        if unit == "hour":
            return moment + timedelta(hours=amount)
        months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "year" else 1)
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        return first + timedelta(days=moment.day - 1)
    except (ValueError, OverflowError):
        return None
