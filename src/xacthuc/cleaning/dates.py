"""Dates as clerks write them: any separator, serials of a spreadsheet, words, years alone; what is impossible.

A date is ISO text ("2021-11-09"), or "YYYY" where only the year is known. What one row cannot tell (day or month first,
the century of two digits, cells swapped by a foreign locale) is decided for the column and given as a DateStyle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from xacthuc.cleaning.cells import fold

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

_TIME = re.compile(r"[t\s]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:am|pm|sa|ch|z|[+-]\d{2}:?\d{2})?")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_TOKEN = re.compile(r"\d+|[a-z]+")
_LETTER_O = re.compile(r"(?<=[\d/.\-])o(?=[\d/.\-])")
_REMARK = re.compile(r"\([^)]*\)")
_MONTH_NAMES = (
    ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
    ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
    ("dec", "december"),
)  # fmt: skip
_MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_WORDS = frozenset(
    (
        "ngay",
        "thang",
        "nam",
        "sinh",
        "ngaysinh",
        "sn",
        "ns",
        "th",
        "t",
        "khoang",
        "d",
        "m",
        "y",
        "of",
        "the",
        "st",
        "nd",
        "rd",
    )
)
FIRST_YEAR, LAST_YEAR = 1850, 2150  # four digits outside are no year
_SERIALS = (1_000, 73_050)  # serials from 1902 to 2100; four digits inside the years are read as a year


@dataclass(frozen=True)
class DateStyle:
    """How a column writes its dates."""

    order: Order = "dmy"
    swapped: bool = False  # day and month of true date cells were swapped by a month-first locale
    pivot: int = 2021  # two digits never mean a year after this one
    date_system: Literal[1900, 1904] = 1900
    year: int | None = None  # of dates that are written without one


@dataclass(frozen=True)
class DateRead:
    """One date: its value, and the reason where something is to be said about it."""

    value: str | None = None
    reason: str | None = None  # month_first, swapped, year_added, impossible, unreadable, day_missing
    short: bool = False  # the year was written with two digits


def read_date(text: str, style: DateStyle) -> DateRead:
    """Read one cell that should hold a date; nothing is raised, what cannot be read has a reason."""
    plain = _TIME.sub("", fold(text)).strip(" .,;'\"")
    iso = _ISO.match(plain)
    if iso:
        return _read_iso(*map(int, iso.groups()), style=style)
    tokens = _tokens(plain)
    if tokens is None or not 1 <= len(tokens) <= 3:
        return DateRead(reason="unreadable")
    if len(tokens) == 1:
        return _read_run(tokens[0], style)
    if len(tokens) == 2:
        return _read_two(tokens, style)
    return _read_three(tokens, style)


def _tokens(plain: str) -> list[str] | None:
    """Give the day, month and year as digits in the order written, or null where other words stand."""
    bare = _LETTER_O.sub("0", _REMARK.sub(" ", plain))
    tokens: list[str] = []
    for token in _TOKEN.findall(bare):
        if token.isdigit():
            tokens.append(token)
        elif token in _MONTHS:
            tokens.append(f"m{_MONTHS[token]}")
        elif token not in _WORDS:
            return None
    return tokens


def _read_iso(year: int, month: int, day: int, *, style: DateStyle) -> DateRead:
    if style.swapped and day <= 12:
        return _make(year, day, month, reason="swapped" if day != month else None)
    if month > 12 and day <= 12:
        return _make(year, day, month, reason="month_first")
    return _make(year, month, day)


def _read_three(tokens: list[str], style: DateStyle) -> DateRead:
    named = [token for token in tokens if token[0] == "m"]
    if named:
        rest = [token for token in tokens if token[0] != "m"]
        if len(rest) != 2:
            return DateRead(reason="unreadable")
        day, year = (rest[1], rest[0]) if len(rest[0]) == 4 else (rest[0], rest[1])
        return _of_parts(day, named[0][1:], year, style)
    if len(tokens[0]) == 4:
        year, month, day = tokens
        return _of_parts(day, month, year, style)
    first, second, year = tokens
    if len(year) not in (2, 4):
        return DateRead(reason="unreadable")
    if style.order == "ymd" and len(year) == 2:
        return _of_parts(year, second, first, style)
    if style.order == "mdy":
        return _of_parts(second, first, year, style, expected="mdy")
    return _of_parts(first, second, year, style)


def _of_parts(day: str, month: str, year: str, style: DateStyle, *, expected: Order = "dmy") -> DateRead:
    if max(len(day), len(month)) > 2 or len(year) not in (2, 4):
        return DateRead(reason="unreadable")
    d, m, y = int(day), int(month), int(year)
    short = len(year) == 2
    if short:
        y = 2000 + y if 2000 + y <= style.pivot else 1900 + y
    if d == 0:
        return DateRead(str(y), "day_missing", short) if m <= 12 else DateRead(reason="impossible")
    if m > 12 and d <= 12:
        return _make(y, d, m, reason="month_first" if expected == "dmy" else "day_first", short=short)
    return _make(y, m, d, short=short)


def _read_two(tokens: list[str], style: DateStyle) -> DateRead:
    """Month and year, of which the year is kept, since a date is a day or a year; or day and month alone."""
    month, year = (tokens[1], tokens[0]) if len(tokens[0]) == 4 else (tokens[0], tokens[1])
    number = month.removeprefix("m")
    if len(year) == 4 and year.isdigit() and number.isdigit() and int(number) <= 12 and _is_year(int(year)):
        return DateRead(year, "day_missing")
    day, named = tokens if tokens[1][0] == "m" else (tokens[0], f"m{tokens[1]}")
    if style.year is None or not day.isdigit() or not named[1:].isdigit() or int(named[1:]) > 12:
        return DateRead(reason="unreadable")
    return _make(style.year, int(named[1:]), int(day), reason="year_added")


def _read_run(digits: str, style: DateStyle) -> DateRead:
    """Digits without a separator: a year, a serial of a spreadsheet, ddmmyyyy, yyyymmdd, ddmmyy or their lost zero."""
    if not digits.isdigit():
        return DateRead(reason="unreadable")
    if len(digits) == 4 and _is_year(int(digits)):
        return DateRead(digits)
    if len(digits) in (4, 5) and _SERIALS[0] <= int(digits) <= _SERIALS[1]:
        return _of_serial(int(digits), style)
    for day, month, year in _ways(digits):
        found = _of_parts(day, month, year, style)
        if found.value and found.reason is None:
            return found
    for day, month, year in _ways(digits):
        found = _of_parts(day, month, year, style)
        if found.value or found.reason == "impossible":
            return found
    return DateRead(reason="unreadable")


def _ways(digits: str) -> list[tuple[str, str, str]]:
    if len(digits) == 8:
        ways = [(digits[:2], digits[2:4], digits[4:]), (digits[6:], digits[4:6], digits[:4])]
        return [way for way in ways if _is_year(int(way[2]))]
    if len(digits) == 7:
        ways = [(digits[0], digits[1:3], digits[3:]), (digits[:2], digits[2], digits[3:])]
        return [way for way in ways if _is_year(int(way[2]))]
    if len(digits) == 6:
        return [(digits[:2], digits[2:4], digits[4:])]
    return []


def _of_serial(serial: int, style: DateStyle) -> DateRead:
    start = date(1904, 1, 1) if style.date_system == 1904 else date(1899, 12, 30)
    return DateRead((start + timedelta(days=serial)).isoformat())


def _make(year: int, month: int, day: int, *, reason: str | None = None, short: bool = False) -> DateRead:
    if not _is_year(year):
        return DateRead(reason="impossible")
    try:
        return DateRead(date(year, month, day).isoformat(), reason, short)
    except ValueError:
        return DateRead(reason="impossible", short=short)


def _is_year(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR
