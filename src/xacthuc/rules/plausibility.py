"""What can be said of one dose alone: date, product, age, lot, site, number. The same as 02_alone.sql."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from xacthuc.rules.doses import NOTHING_SUPPLIED, Dose, Supply
from xacthuc.rules.law import Rules, load_rules


class Ages(NamedTuple):
    """Oldest and youngest age in completed years that a birth date allows; they differ where only its year is known."""

    oldest: int
    youngest: int


def find_ages(birth_date: str | None, *, on: date) -> Ages | None:
    """Give the ages on a day for a birth date (ISO, or "YYYY"); None where it is missing or something else."""
    if birth_date is None or len(birth_date) not in (4, 10):
        return None
    day = on.isoformat()[5:]
    years = on.year - int(birth_date[:4])
    if len(birth_date) == 4:
        return Ages(years, years - (day < "12-31"))
    age = years - (day < birth_date[5:])
    return Ages(age, age)


def find_date_code(dose: Dose, *, birth_date: str | None, as_of: date, rules: Rules) -> str | None:
    """Give the code why a date of a dose cannot be used, or None."""
    if dose.dose_date is None:
        return "dose_date_missing"
    if dose.dose_date > as_of:
        return "dose_in_future"
    if dose.dose_date < rules.first_day:
        return "dose_before_campaign"
    if birth_date is not None and len(birth_date) in (4, 10) and dose.dose_date.isoformat() < birth_date:
        return "dose_before_birth"
    return None


def assess_dose(
    dose: Dose,
    *,
    birth_date: str | None,
    as_of: date,
    rules: Rules | None = None,
    supply: Supply = NOTHING_SUPPLIED,
) -> tuple[str, ...]:
    """Give the finding codes of one dose seen alone, in a fixed order.

    `birth_date` is ISO or a year; a year alone is taken in the person's favour. Sources: the rules' own.
    Not checked here: anything that needs the person's other doses (assess_history does), nor who the person is.
    """
    rules = rules or load_rules()
    date_code = find_date_code(dose, birth_date=birth_date, as_of=as_of, rules=rules)
    codes = [date_code, _find_number_code(dose, rules)]
    codes.append(_find_vaccine_code(dose, usable=date_code is None, rules=rules))
    codes += _find_lot_codes(dose, usable=date_code is None, supply=supply)
    if date_code is None:
        assert dose.dose_date is not None
        codes.append(_find_age_code(dose, ages=find_ages(birth_date, on=dose.dose_date), rules=rules))
        days = supply.sessions.get(dose.site or "")
        codes.append("site_closed" if days and dose.dose_date not in days else None)
    return tuple(code for code in codes if code is not None)


def _find_number_code(dose: Dose, rules: Rules) -> str | None:
    possible = dose.dose_no is None or 1 <= dose.dose_no <= rules.largest_dose_no
    return None if possible else "dose_no_not_possible"


def _find_vaccine_code(dose: Dose, *, usable: bool, rules: Rules) -> str | None:
    if dose.vaccine is None:
        return "vaccine_missing"
    product = rules.products.get(dose.vaccine)
    if product is None:
        return "vaccine_not_licensed"
    early = usable and dose.dose_date is not None and dose.dose_date < product.valid_from
    return "product_not_licensed_yet" if early else None


def _find_lot_codes(dose: Dose, *, usable: bool, supply: Supply) -> list[str | None]:
    """Judge the lot where a list of lots is there; a lot that was not written is not judged."""
    if not supply.lots or dose.lot is None:
        return []
    lots = supply.lots.get(dose.lot)
    if lots is None:
        return ["lot_unknown"]
    if dose.vaccine is None:
        return []
    same = [lot for lot in lots if lot.vaccine == dose.vaccine]
    if not same:
        return ["lot_of_another_product"]
    ends = [lot.expires for lot in same if lot.expires is not None]
    expired = usable and dose.dose_date is not None and len(ends) == len(same) and dose.dose_date > max(ends)
    return ["lot_expired"] if expired else []


def _find_age_code(dose: Dose, *, ages: Ages | None, rules: Rules) -> str | None:
    """Judge the age: the hard limit first, then the advice."""
    if ages is None or dose.dose_date is None:
        return None
    vaccine = dose.vaccine if dose.vaccine in rules.products else ""
    hard = rules.find_age_limit("hard", vaccine=vaccine or "", on=dose.dose_date)
    soft = rules.find_age_limit("soft", vaccine=vaccine or "", on=dose.dose_date)
    if hard is not None and ages.oldest < hard.min_age:
        return "too_young"
    if hard is not None and ages.youngest > hard.max_age:
        return "too_old"
    if soft is not None and ages.oldest < soft.min_age:
        return "age_below_advice"
    if soft is not None and ages.youngest > soft.max_age:
        return "age_above_advice"
    return None
