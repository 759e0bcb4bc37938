"""The history of one person: what each dose is, how far the course is, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from xacthuc.rules.course import (
    Course,
    Given,
    Kept,
    Numbered,
    add_months,
    build_course,
    find_rule,
    is_reached,
    keep_doses,
)
from xacthuc.rules.doses import NOTHING_SUPPLIED, AssessedDose, Assessment, Dose, NextDose, Role, State, Supply
from xacthuc.rules.law import OLDEST, Interval, Kind, Rules, load_rules
from xacthuc.rules.plausibility import assess_dose, find_ages

ROLES: dict[Kind, Role] = {
    "primary": "primary",
    "additional": "additional",
    "booster1": "booster",
    "booster2": "booster",
}

AFTER_EXTRA: dict[Kind, tuple[Kind, ...]] = {"additional": ("booster1",), "booster1": ("booster2",), "booster2": ()}


def assess_history(
    doses: Sequence[Dose],
    *,
    birth_date: str | None,
    as_of: date,
    province: str | None = None,
    rules: Rules | None = None,
    supply: Supply = NOTHING_SUPPLIED,
) -> Assessment:
    """Assess the doses of one person on the day `as_of`, and give each record's role, dn/sd and findings.

    `birth_date` is ISO or a year, `province` a GSO code of 2021 for the doses that name none. dn/sd follow Implementing
    Decision (EU) 2021/2301: 1/2, 2/2, boosters 3/3 and on, after a course of one dose 2/1 and on. Plain and slow: it
    is also the judge of the SQL steps. Not checked: whether the records are of one person; recovery from the disease.
    """
    rules = rules or load_rules()
    assert len({dose.record for dose in doses}) == len(doses), "a record stands twice in one history"
    kept = keep_doses(doses, birth_date=birth_date, as_of=as_of, province=province, rules=rules)
    course = build_course(kept.counted, rules=rules)
    numbered = {dose.given.dose.record: dose for dose in course.doses}
    assessed = []
    for dose in doses:
        alone = assess_dose(dose, birth_date=birth_date, as_of=as_of, rules=rules, supply=supply)
        together = _find_together(dose.record, kept=kept, course=course, numbered=numbered, rules=rules)
        findings = () if dose.duplicate else alone + together
        assessed.append(_assess(dose, numbered.get(dose.record), kept=kept, course=course, findings=findings))
    return _sum_up(assessed, course=course, birth_date=birth_date, as_of=as_of, province=province, rules=rules)


def _find_together(
    record: str, *, kept: Kept, course: Course, numbered: dict[str, Numbered], rules: Rules
) -> tuple[str, ...]:
    """Give the codes that need the other doses; the same as 07_together.sql."""
    codes = []
    if record in kept.clashing:
        codes.append("dose_on_same_day")
    if kept.why.get(record) == "interval_not_credible":
        codes.append("interval_not_credible")
    if record in course.codes:
        codes.append(course.codes[record])
    if record in course.excess:
        codes.append("dose_more_than_course")
    if record in numbered:
        codes += _judge_interval(numbered[record], rules=rules) + _judge_mixing(numbered[record], rules=rules)
    return tuple(codes)


def _judge_interval(dose: Numbered, *, rules: Rules) -> list[str]:
    """Compare the distance to the dose before with the rule of that day."""
    given, previous = dose.given, dose.previous
    rule = find_rule(dose.kind, previous=previous or given, given=given, rules=rules)
    if rule is None:
        return [] if dose.kind == "primary" else ["booster_not_advised_then"]
    if previous is None:
        return []
    if not is_reached(rule, since=previous.day, on=given.day):
        return ["interval_too_short"]
    too_long = rule.max_days is not None and (given.day - previous.day).days > rule.max_days
    return ["interval_too_long"] if too_long else []


def _judge_mixing(dose: Numbered, *, rules: Rules) -> list[str]:
    given, previous = dose.given, dose.previous
    if previous is None:
        return []
    allowed = rules.may_follow(
        "primary" if dose.kind == "primary" else "extra",
        first=previous.product,
        second=given.product,
        age=given.age,
        on=given.day,
    )
    return [] if allowed else ["mixing_not_allowed_then"]


def _assess(
    dose: Dose, numbered: Numbered | None, *, kept: Kept, course: Course, findings: tuple[str, ...]
) -> AssessedDose:
    if numbered is None:
        why = "dose_more_than_course" if dose.record in course.excess else kept.why[dose.record]
        return AssessedDose(dose.record, "not_counted", None, None, why, findings)
    single = course.size == 1
    sd = course.size if numbered.kind == "primary" or single else numbered.number
    return AssessedDose(dose.record, ROLES[numbered.kind], numbered.number, sd, None, findings)


def _sum_up(
    assessed: Sequence[AssessedDose],
    *,
    course: Course,
    birth_date: str | None,
    as_of: date,
    province: str | None,
    rules: Rules,
) -> Assessment:
    ages = find_ages(birth_date, on=as_of)
    age = rules.adult_age if ages is None else max(0, min(ages.oldest, OLDEST))
    if not course.doses:
        first = NextDose("primary", 1, as_of, None)
        return Assessment(tuple(assessed), "none", None, None, (), first)
    days = {dose.number: dose.given.day for dose in course.doses}
    complete = all(number in days for number in range(1, course.size + 1))
    state: State = "complete" if complete else "partial"
    return Assessment(
        doses=tuple(assessed),
        state=state,
        course_doses=course.size,
        completed_on=days[course.size] if complete else None,
        missing=tuple(number for number in range(1, max(days)) if number not in days),
        next=_find_next(course, age=age, as_of=as_of, province=province, rules=rules),
    )


def _find_next(course: Course, *, age: int, as_of: date, province: str | None, rules: Rules) -> NextDose | None:
    """Give the dose to which the law of today calls after the last one counted, or None."""
    last = course.doses[-1]
    given = last.given
    for kind in _list_next_kinds(last, size=course.size):
        rule = rules.find_interval(
            kind,
            first=given.product,
            second=given.product,
            province=province or given.province,
            age=age,
            on=as_of,
        )
        if kind == "primary" or (rule is not None and rule.due):
            due_from, due_to = _find_due(rule, since=given)
            return NextDose(ROLES[kind], last.number + 1, due_from, due_to)
    return None


def _list_next_kinds(last: Numbered, *, size: int) -> tuple[Kind, ...]:
    if last.number < size:
        return ("primary",)
    if last.kind == "primary":
        return ("additional", "booster1")
    return AFTER_EXTRA[last.kind]


def _find_due(rule: Interval | None, *, since: Given) -> tuple[date | None, date | None]:
    if rule is None:
        return None, None
    start = max(add_months(since.day, rule.min_months), since.day + timedelta(days=rule.min_days))
    end = None if rule.max_days is None else since.day + timedelta(days=rule.max_days)
    return start, end
