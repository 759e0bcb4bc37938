"""The styles in which clerks write a date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from xacthuc.nation.chance import Chance, pick_weighted
from xacthuc.nation.hands.cells import EMPTY, Cell
from xacthuc.nation.hands.hand import DateHabit, Weighted

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
SHORT_YEARS = range(1923, 2020)  # a year in two digits must not be of the other century
LIST_YEAR = 2021  # the year in the title of lists that write day and month only

STYLES: dict[str, Callable[[date], Cell]] = {
    "dd/mm/yyyy": lambda d: Cell(f"{d:%d/%m/%Y}"),
    "d/m/yyyy": lambda d: Cell(f"{d.day}/{d.month}/{d.year}"),
    "dd-mm-yyyy": lambda d: Cell(f"{d:%d-%m-%Y}"),
    "dd.mm.yyyy": lambda d: Cell(f"{d:%d.%m.%Y}"),
    "d.m.yyyy": lambda d: Cell(f"{d.day}.{d.month}.{d.year}"),
    "d/m/yy": lambda d: Cell(f"{d.day}/{d.month}/{d:%y}"),
    "dd mm yyyy": lambda d: Cell(f"{d:%d %m %Y}"),
    "ddmmyyyy": lambda d: Cell(f"{d:%d%m%Y}"),
    "ddmmyyyy number": lambda d: Cell(int(f"{d:%d%m%Y}")),
    "iso": lambda d: Cell(d.isoformat()),
    "iso time": lambda d: Cell(f"{d.isoformat()} 00:00:00"),
    "yyyy/mm/dd": lambda d: Cell(f"{d:%Y/%m/%d}"),
    "dd-Mon-yyyy": lambda d: Cell(f"{d.day:02d}-{MONTHS[d.month - 1]}-{d.year}"),
    "words": lambda d: Cell(f"ngày {d.day:02d} tháng {d.month:02d} năm {d.year}"),
    "d/m": lambda d: Cell(f"{d.day}/{d.month}"),
    "cell": lambda d: Cell(d, "dd/mm/yyyy"),
    "cell d/m/yyyy": lambda d: Cell(d, "d/m/yyyy"),
    "cell m/d/yyyy": lambda d: Cell(d, "m/d/yyyy"),
    "cell dd-mmm-yy": lambda d: Cell(d, "dd-mmm-yy"),
    "cell iso": lambda d: Cell(d, "yyyy-mm-dd"),
}
SHORT_YEAR = {"d/m/yy": "d/m/yyyy"}


def write_birth(text: str, habit: DateHabit, *, rng: Chance, date_1904: bool = False) -> tuple[Cell, str]:
    """Write a birth date (ISO, a year, or text that stays) in the hand's manner; give the cell and a class of damage.

    Before 1904 no cell of the 1904 system can hold the day, nor before 1900 of the other: such days are text.
    """
    if not text:
        return EMPTY, ""
    if len(text) == 4 and text.isdigit():
        return _write_year(text, habit.year, rng), ""
    day = _parse(text)
    if day is None:
        return Cell(text), ""
    if habit.us_locale:
        return _type_into_us_locale(day)
    style = pick_weighted(habit.birth, rng)
    if day.year not in SHORT_YEARS:
        style = SHORT_YEAR.get(style, style)
    return write_date(day, style, date_1904=date_1904), ""


def write_given(text: str, styles: Weighted, *, rng: Chance, date_1904: bool = False) -> Cell:
    """Write the date of a dose (ISO, or text that stays) in the manner of the hand."""
    day = _parse(text)
    if not text or day is None:
        return Cell(text or None)
    style = pick_weighted(styles, rng)
    if style == "d/m" and day.year != LIST_YEAR:
        style = "d/m/yyyy"
    return write_date(day, style, date_1904=date_1904)


def write_date(day: date, style: str, *, date_1904: bool = False) -> Cell:
    """Write a date in one style; "serial" is the bare number that a date cell holds."""
    first = EPOCH_1904 if date_1904 else EPOCH_1900
    if (style.startswith("cell") or style == "serial") and day < first.replace(year=first.year + 1):
        style = "dd/mm/yyyy"
    if style == "serial":
        return Cell((day - first).days)
    return STYLES[style](day)


def _write_year(year: str, styles: Weighted, rng: Chance) -> Cell:
    style = pick_weighted(styles, rng)
    if style == "number":
        return Cell(int(year))
    return Cell(f"năm {year}" if style == "words" else year)


def _type_into_us_locale(day: date) -> tuple[Cell, str]:
    if day.day > 12:
        return Cell(f"{day:%d/%m/%Y}"), ""
    swapped = day.replace(day=day.month, month=day.day)
    return Cell(swapped, "m/d/yyyy"), "birth_us_locale_swap" if swapped != day else ""


def _parse(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
