"""Which records of doses count, which number each has, and which role. The same as 04_kept.sql to 06_roles.sql.

1. Usable: not a duplicate, and dated between the first day of the campaign, the birth and the day of the assessment.
2. One dose a day: of several, the one with a licensed product, then the smallest number, then the smallest record.
3. A dose within the least gap after the one dated before it is the same dose again, or wrongly dated: not counted.
4. Numbers as written are believed if none is smaller than the doses counted before it; a larger one then means that
   earlier doses are missing. Otherwise the order of the dates alone gives the number.
5. The first known product gives the size of the course.
6. Doses beyond it are not counted before extra doses existed; later they are additional or booster doses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xacthuc.rules.doses import Dose
from xacthuc.rules.law import OLDEST, Interval, Kind, Rules
from xacthuc.rules.plausibility import find_ages, find_date_code

MONTH = 100  # a step of `month_key`: larger than any day of the month


@dataclass(frozen=True)
class Given:
    """A usable dose with what the law asks of it; `product` is "" where it is not a licensed one."""

    dose: Dose
    day: date
    no: int | None
    product: str
    province: str
    age: int  # the oldest possible; an adult's where the birth date is missing


@dataclass(frozen=True)
class Kept:
    """What is left of the usable doses, oldest first, and why the others are not counted."""

    counted: tuple[Given, ...]
    why: dict[str, str]  # by record: a finding code, or "duplicate"
    clashing: frozenset[str]  # records of days that hold two different doses


@dataclass(frozen=True)
class Numbered:
    """A counted dose with its number and the kind of its interval rule."""

    given: Given
    number: int
    kind: Kind
    previous: Given | None  # the dose with the number before, if it is recorded


@dataclass(frozen=True)
class Course:
    """The counted doses of a person, oldest first, and the size of the primary course."""

    doses: tuple[Numbered, ...]
    size: int
    codes: dict[str, str]  # by record: what is wrong with its number or its order
    excess: frozenset[str]  # records of doses beyond the course before extra doses existed


def month_key(day: date) -> int:
    """Give a number that grows by MONTH with each month and by 1 with each day of it."""
    return (day.year * 12 + day.month) * MONTH + day.day


def add_months(day: date, months: int) -> date:
    """Give the same day of a later month, or the first of the next where that month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(years, month + 1, day.day)
    except ValueError:
        return date(years, month + 2, 1)  # never December, which has 31 days


def is_reached(rule: Interval, *, since: date, on: date) -> bool:
    """Tell whether the least distance of a rule lies between two days."""
    months_over = month_key(on) >= month_key(since) + rule.min_months * MONTH
    return months_over and (on - since).days >= rule.min_days


def keep_doses(
    doses: Iterable[Dose], *, birth_date: str | None, as_of: date, province: str | None, rules: Rules
) -> Kept:
    """Choose the doses that count (steps 1 to 3) and say why the others do not."""
    why: dict[str, str] = {}
    usable: list[Given] = []
    for dose in doses:
        code = "duplicate" if dose.duplicate else None
        code = code or find_date_code(dose, birth_date=birth_date, as_of=as_of, rules=rules)
        if code is not None:
            why[dose.record] = code
        else:
            usable.append(_give(dose, birth_date=birth_date, province=province, rules=rules))
    usable.sort(key=lambda g: (g.day, not g.product, g.no is None, g.no or 0, g.dose.record))
    counted: list[Given] = []
    clashing: set[str] = set()
    first: Given | None = None
    for given in usable:
        if first is not None and given.day == first.day:
            same = _is_same(first, given)
            why[given.dose.record] = "duplicate" if same else "dose_on_same_day"
            clashing |= set() if same else {first.dose.record, given.dose.record}
            continue
        if first is not None and (given.day - first.day).days < rules.least_gap_days:
            why[given.dose.record] = "interval_not_credible"
        else:
            counted.append(given)
        first = given
    return Kept(tuple(counted), why, frozenset(clashing))


def _give(dose: Dose, *, birth_date: str | None, province: str | None, rules: Rules) -> Given:
    assert dose.dose_date is not None
    ages = find_ages(birth_date, on=dose.dose_date)
    possible = dose.dose_no is not None and 1 <= dose.dose_no <= rules.largest_dose_no
    return Given(
        dose=dose,
        day=dose.dose_date,
        no=dose.dose_no if possible else None,
        product=dose.vaccine if dose.vaccine in rules.products and dose.vaccine else "",
        province=dose.province or province or "",
        age=rules.adult_age if ages is None else min(ages.oldest, OLDEST),
    )


def _is_same(first: Given, other: Given) -> bool:
    """Tell whether two records of one day may be the same dose: nothing that both state differs."""
    vaccines = {v for v in (first.dose.vaccine, other.dose.vaccine) if v is not None}
    numbers = {n for n in (first.no, other.no) if n is not None}
    return len(vaccines) <= 1 and len(numbers) <= 1


def build_course(counted: Sequence[Given], *, rules: Rules) -> Course:
    """Number the counted doses and give each its role (steps 4 to 6)."""
    numbers, codes = _number(counted)
    size = _find_size(counted, numbers, rules)
    doses: list[Numbered] = []
    excess: set[str] = set()
    additional = False
    for given, number in zip(counted, numbers, strict=True):
        if number > size and given.day < rules.extra_from:
            excess.add(given.dose.record)
            continue
        number -= len(excess)
        previous = doses[-1].given if doses and doses[-1].number == number - 1 else None
        additional = additional or (number == size + 1 and _is_additional(given, previous=previous, rules=rules))
        kind = _find_kind(number - size, additional=additional)
        doses.append(Numbered(given, number, kind, previous))
    return Course(tuple(doses), size, codes, frozenset(excess))


def _is_additional(given: Given, *, previous: Given | None, rules: Rules) -> bool:
    """Tell whether the first dose after the course comes too early for a booster."""
    if previous is None:
        return False
    rule = find_rule("booster1", previous=previous, given=given, rules=rules)
    return rule is not None and not is_reached(rule, since=previous.day, on=given.day)


def _find_kind(extra: int, *, additional: bool) -> Kind:
    """Give the kind of the dose that is the `extra`-th after the course."""
    if extra <= 0:
        return "primary"
    if extra == 1:
        return "additional" if additional else "booster1"
    return "booster1" if extra == 2 and additional else "booster2"


def find_rule(kind: Kind, *, previous: Given, given: Given, rules: Rules) -> Interval | None:
    """Give the rule of the interval between two doses, by the day, the place and the age of the later one."""
    return rules.find_interval(
        kind, first=previous.product, second=given.product, province=given.province, age=given.age, on=given.day
    )


def _number(counted: Sequence[Given]) -> tuple[list[int], dict[str, str]]:
    """Give each dose its number, and the records whose number or order is wrong or shows a gap."""
    shift = 0
    believed: list[int] = []
    codes: dict[str, str] = {}
    broken = False
    for position, given in enumerate(counted, start=1):
        ahead = shift if given.no is None else given.no - position
        if ahead < shift:
            broken = True
            codes[given.dose.record] = "dose_no_contradicts_history"
        elif ahead > shift:
            codes[given.dose.record] = "earlier_dose_missing"
            shift = ahead
        believed.append(position + shift)
    if not broken:
        return believed, codes
    codes = {record: code for record, code in codes.items() if code != "earlier_dose_missing"}
    codes |= _find_repeated(counted) | _find_reversed(counted)
    return list(range(1, len(counted) + 1)), codes


def _find_repeated(counted: Sequence[Given]) -> dict[str, str]:
    seen: set[int] = set()
    codes: dict[str, str] = {}
    for given in counted:
        if given.no in seen:
            codes[given.dose.record] = "dose_no_repeated"
        seen |= {given.no} if given.no is not None else set()
    return codes


def _find_reversed(counted: Sequence[Given]) -> dict[str, str]:
    """Find both ends of every pair whose numbers and dates run against each other."""
    numbered = [(given.no, given.day, given.dose.record) for given in counted if given.no is not None]
    return {
        record: "order_reversed"
        for no, day, record in numbered
        if any((no < other and day > then) or (no > other and day < then) for other, then, _ in numbered)
    }


def _find_size(counted: Sequence[Given], numbers: Sequence[int], rules: Rules) -> int:
    """Give the size of the course; a late single-dose product is a dose of somebody else's course."""
    for given, number in zip(counted, numbers, strict=True):
        product = rules.products.get(given.product)
        if product is not None:
            return product.doses if number <= product.doses else max(product.doses, rules.default_doses)
    return rules.default_doses
