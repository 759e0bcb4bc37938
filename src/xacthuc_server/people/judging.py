"""The vaccination verdicts of a person's doses, by the library's rules; which entries repeat another.

The same as the library's lines say of files: see src/xacthuc/matching/12_doses.sql,
src/xacthuc/runs/dose_reasons.sql and src/xacthuc/runs/verdicts.sql.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from xacthuc.findings import get_code
from xacthuc.rules import Dose as Given
from xacthuc.rules import Rules, assess_history
from xacthuc_server.people.models import Dose, Person

MOST_REASONS = 8  # of one dose, as in the library
NEAR_DAYS = 7  # doses with the same number that are closer than that are one
MISSING = ("dose_date_missing", "vaccine_missing")


@dataclass(frozen=True)
class Judged:
    """The verdict of one dose."""

    vaccination: str
    reasons: list[list[str]]


def judge_history(
    doses: Sequence[Dose], *, person: Person, as_of: date, rules: Rules | None = None
) -> Mapping[int, Judged]:
    """Judge all doses of one person, oldest entry first; gives verdicts by id of the dose."""
    repeated = find_repeated(doses)
    given = [write_dose(dose, province=person.province, duplicate=dose.id in repeated) for dose in doses]
    birth = person.vouched_birth_date or person.birth_date
    assessed = assess_history(given, birth_date=birth, as_of=as_of, province=person.province, rules=rules)
    return {
        int(one.record): _judge(dose, one.findings, repeated) for dose, one in zip(doses, assessed.doses, strict=True)
    }


def _judge(dose: Dose, findings: Iterable[str], repeated: set[int]) -> Judged:
    if dose.id in repeated:
        return Judged("DUPLICATE", [["row", "dose_entered_twice"]])
    written = {get_code(code).field for _, code in dose.found if get_code(code).kind == "wrong"}
    said = [get_code(code) for code in findings]
    codes = {code.code for code in said if not (code.field in written and code.code in MISSING)}
    codes |= {code for _, code in dose.found}
    reasons = sorted([get_code(code).field, code] for code in codes)
    doubtful = any(get_code(code).kind == "wrong" for code in codes)
    return Judged("DOUBTFUL" if doubtful else "PLAUSIBLE", reasons[:MOST_REASONS])


def write_dose(dose: Dose, *, province: str | None, duplicate: bool) -> Given:
    """Give a dose of record as the rules take it, named by its id."""
    return Given(
        record=str(dose.id),
        dose_no=dose.dose_no,
        vaccine=dose.vaccine,
        dose_date=_read_day(dose.dose_date),
        lot=dose.lot,
        province=province,
        site=dose.site,
        duplicate=duplicate,
    )


def find_repeated(doses: Sequence[Dose]) -> set[int]:
    """Give the doses that repeat an earlier entry, of one person.

    The first four rules of src/xacthuc/matching/12_doses.sql.
    """
    return {later.id for earlier, later in combinations(doses, 2) if _is_repeated(earlier, later)}


def _is_repeated(a: Dose, b: Dose) -> bool:
    same_number, other_number = _compare(a.dose_no, b.dose_no)
    same_vaccine, other_vaccine = _compare(a.vaccine, b.vaccine)
    same_lot, other_lot = _compare(a.lot, b.lot)
    same_day, _ = _compare(a.dose_date, b.dose_date)
    if same_day and ((not other_number and not (other_vaccine and other_lot)) or same_lot):
        return True
    if not same_number or other_vaccine:
        return False
    days = _read_day(a.dose_date), _read_day(b.dose_date)
    if days[0] and days[1] and abs((days[0] - days[1]).days) <= NEAR_DAYS:
        return True
    if not same_vaccine:
        return False
    if not (a.dose_date and b.dose_date):
        return not (a.lot and b.lot and is_far(a.lot, b.lot))
    return same_lot and _is_mistyped(a.dose_date, b.dose_date)


def _compare(a: object, b: object) -> tuple[bool, bool]:
    """Tell whether two values are the same, and whether they are different; neither, where one is missing."""
    known = a is not None and b is not None
    return known and a == b, known and a != b


def _is_mistyped(a: str, b: str) -> bool:
    """Tell whether two days differ in their year only, or have day and month swapped."""
    return a[5:10] == b[5:10] or a == f"{b[:5]}{b[8:10]}-{b[5:7]}"


def is_far(a: str, b: str) -> bool:
    """Tell whether two texts are more than one letter apart."""
    if abs(len(a) - len(b)) > 1:
        return True
    start = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    rest = longer[start + 1 :]
    return rest not in (shorter[start:], shorter[start + 1 :]) or (len(a) == len(b) and rest != shorter[start + 1 :])


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text and len(text) == len("2021-01-01") else None
