"""What clerks do to dates: ISO in ("YYYY" where only the year is known), ISO or text out, None where it cannot be."""

from __future__ import annotations

from datetime import date, timedelta

from xacthuc.nation.chance import Chance, pick

IMPOSSIBLE = ((31, 2), (30, 2), (31, 4), (31, 6), (31, 9), (31, 11), (0, 0), (32, 1), (15, 13), (0, 5))


def mistake_birth(birth: str, rng: Chance) -> str | None:
    """Write a wrong year, month or day: a valid date (or year) that differs, and is not day and month swapped."""
    if len(birth) == 4:
        return str(int(birth) + pick((-10, -3, -2, -1, 1, 2, 3), rng))
    day = _parse(birth)
    if day is None:
        return None
    while True:
        try:
            other = pick((_other_year, _other_year, _other_month, _other_day), rng)(day, rng)
        except (
            ValueError
        ):  # 29 February in another year, 31 in a shorter month: the clerk would not have got away with it
            continue
        if other != day and (other.day, other.month) != (day.month, day.day):
            return other.isoformat()


def swap_day_and_month(birth: str, _rng: Chance) -> str | None:
    """Swap day and month, to a valid date; None where the day is over 12 or both are the same."""
    day = _parse(birth)
    if day is None or day.day > 12 or day.day == day.month:
        return None
    return day.replace(day=day.month, month=day.day).isoformat()


def write_month_first(birth: str, _rng: Chance) -> str | None:
    """Write month/day/year where the day shows it (over 12)."""
    day = _parse(birth)
    if day is None or day.day <= 12:
        return None
    return f"{day.month:02d}/{day.day:02d}/{day.year}"


def write_year_only(birth: str, _rng: Chance) -> str | None:
    """Write only the year of a full date."""
    return birth[:4] if len(birth) == 10 else None


def write_first_of_january(birth: str, _rng: Chance) -> str | None:
    """Write 1 January for somebody of whom only the year is known."""
    return f"{birth}-01-01" if len(birth) == 4 else None


def write_impossible(birth: str, rng: Chance) -> str | None:
    """Write a day that does not exist, in the right year."""
    if len(birth) < 4:
        return None
    day, month = pick(IMPOSSIBLE, rng)
    return f"{day:02d}/{month:02d}/{birth[:4]}"


def mistake_dose_date(given: str, rng: Chance) -> str | None:
    """Write a wrong but valid date near the right one."""
    day = _parse(given)
    if day is None:
        return None
    shift = pick((-30, -10, -7, -2, -1, 1, 2, 7, 10, 14, 30), rng)
    return (day + timedelta(days=shift)).isoformat()


def mistype_dose_year(given: str, rng: Chance) -> str | None:
    """Write a year that nobody was vaccinated in: 2012, 2001, 2121 for 2021 ..."""
    day = _parse(given)
    if day is None:
        return None
    year = str(day.year)
    ways = {
        year[:2] + year[3] + year[2],
        f"20{year[3]}{year[2]}",
        f"200{year[3]}",
        f"2{year[3]}{year[2:]}",
        f"201{year[3]}",
        f"1{year[1:]}",
    }
    wrong = sorted(way for way in ways if not 2020 <= int(way) <= 2023)
    other = pick(wrong, rng)
    return f"{day.day:02d}/{day.month:02d}/{other}"


def write_impossible_dose_date(given: str, rng: Chance) -> str | None:
    """Write the 31st of a month that has 30 days, or 30 February, in the right year."""
    if _parse(given) is None:
        return None
    day, month = pick(((31, 9), (31, 11), (31, 6), (30, 2), (31, 4)), rng)
    return f"{day:02d}/{month:02d}/{given[:4]}"


def _parse(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _other_year(day: date, rng: Chance) -> date:
    year = day.year + pick((-10, -2, -1, 1, 2, 10), rng)
    if rng.random() < 0.3:
        tens, ones = divmod(day.year % 100, 10)
        year = day.year - day.year % 100 + ones * 10 + tens
    return day.replace(year=min(year, 2021))


def _other_month(day: date, rng: Chance) -> date:
    return day.replace(month=pick([month for month in range(1, 13) if month != day.month], rng))


def _other_day(day: date, rng: Chance) -> date:
    return day.replace(day=pick([number for number in range(1, 32) if number != day.day], rng))
