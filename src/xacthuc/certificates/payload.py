"""A person with a settled identity and the doses of record: what the vaccine passport says of them.

Source: EU DCC schema 1.3 and QĐ 5772/QĐ-BYT (20/12/2021), whose eleven fields these are. Its third, the nationality,
has no place in the schema; it travels beside the payload, as the evidence does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from xacthuc.certificates.schema import check_payload
from xacthuc.certificates.transliteration import NAME_LENGTH, transliterate
from xacthuc.certificates.uvci import is_checked
from xacthuc.certificates.value_sets import VaccineCodes, check_values, find_vaccine_codes

SCHEMA = "1.3.0"
DISEASE = "840539006"  # COVID-19, SNOMED CT
COUNTRY = "VN"
ISSUER_LENGTH = 80  # letters. Source: EU DCC schema 1.3
DOSES = 9  # of one person; more is a slip of the pen
CAMPAIGN_BEGAN = date(2021, 3, 8)  # first dose in Vietnam
EARLIEST_BIRTH, LATEST_BIRTH = 1900, 2099  # years that the schema can say

Evidence = Literal["self-declared", "site-signed", "identity settled", "both"]


@dataclass(frozen=True, slots=True)
class Holder:
    """A person as a certificate names them; one name may be empty. `birth_date` is a day, month or year in ISO."""

    family: str
    given: str
    birth_date: str
    family_latin: str | None = None  # as in the passport, where the person's script is not Latin
    given_latin: str | None = None
    nationality: str | None = None  # alpha-2


@dataclass(frozen=True, slots=True)
class CountedDose:
    """The last dose that counts, as rules counted it: `number` of `series` is 2/2, 3/3, 2/1."""

    product: str  # name of codes/vaccines
    number: int
    series: int
    day: date
    booster: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """A payload that may be signed, and what is printed beside it; or the codes of what forbids it."""

    payload: dict[str, Any] | None
    codes: tuple[str, ...]
    nationality: str | None
    evidence: Evidence


def rate_evidence(*, site_signed: bool, identity_settled: bool) -> Evidence:
    """Give how well a record is vouched for: by Health, by the police, by both, or by nobody but who entered it."""
    if site_signed and identity_settled:
        return "both"
    if site_signed:
        return "site-signed"
    return "identity settled" if identity_settled else "self-declared"


def build_payload(
    holder: Holder, dose: CountedDose, *, uvci: str, issuer: str, today: date, evidence: Evidence
) -> Built:
    """Build the payload of a vaccination certificate, or say why there is none.

    1 names are in NFC, of at most 80 letters, without control or turning signs, and can be read by machines
    2 the birth date is a day, month or year of 1900 to 2099, and not in the future
    3 the vaccine is known
    4 the dose lies between the first of the campaign and today, and not before the birth
    5 number and series go together: 2/2, 3/3 after a course; beyond the series (2/1) only what is a booster
    6 the course is complete, as QĐ 5772 asks
    7 the identifier has its check letter, and the issuer is named
    8 what came of it is of the EU's schema, with codes of its value sets that are in use today.
    All that is wrong is said at once. Not checked: whether the person had the dose; that is what the record is for.
    """
    vaccine = find_vaccine_codes(dose.product, issued=today)
    fnt, gnt = _latin(holder.family, holder.family_latin), _latin(holder.given, holder.given_latin)
    codes = [
        *_check_names(holder, fnt, gnt),  # 1
        *_check_birth(holder.birth_date, dose.day, today),  # 2, 4
        *_check_dose(dose, vaccine, today),  # 3 to 6
        *(["issue_uvci"] if not is_checked(uvci) else []),  # 7
        *(["issue_issuer"] if not 0 < len(issuer) <= ISSUER_LENGTH else []),
    ]
    if codes or vaccine is None:
        return Built(None, tuple(dict.fromkeys(codes)), holder.nationality, evidence)
    names = {"fn": holder.family, "fnt": fnt, "gn": holder.given, "gnt": gnt}
    payload = {
        "ver": SCHEMA,
        "nam": {key: name for key, name in names.items() if name},
        "dob": holder.birth_date,
        "v": [_build_entry(dose, vaccine, uvci=uvci, issuer=issuer)],
    }
    faults = check_payload(payload) or check_values(payload, issued=today)  # 8
    codes = list(dict.fromkeys(fault.code for fault in faults))
    return Built(None if codes else payload, tuple(codes), holder.nationality, evidence)


def _build_entry(dose: CountedDose, vaccine: VaccineCodes, *, uvci: str, issuer: str) -> dict[str, Any]:
    return {
        "tg": DISEASE,
        "vp": vaccine.vp,
        "mp": vaccine.mp,
        "ma": vaccine.ma,
        "dn": dose.number,
        "sd": dose.series,
        "dt": dose.day.isoformat(),
        "co": COUNTRY,
        "is": issuer,
        "ci": uvci,
    }


def _latin(name: str, given: str | None) -> str | None:
    return transliterate(given or name) if name or given else ""


def _check_names(holder: Holder, fnt: str | None, gnt: str | None) -> Iterator[str]:
    if not (holder.family or holder.given):
        yield "issue_name_missing"
    for name in (holder.family, holder.given):
        if len(name) > NAME_LENGTH:
            yield "issue_name_long"
        if not unicodedata.is_normalized("NFC", name) or name != name.strip():
            yield "issue_name_form"
        if any(unicodedata.category(sign)[0] == "C" for sign in name):  # control signs, and those that turn the writing
            yield "issue_name_form"
    if fnt is None or gnt is None:
        yield "issue_name_script"


def _check_birth(written: str, dose: date, today: date) -> Iterator[str]:
    first = _read_first_day(written)
    if first is None or first > today or not EARLIEST_BIRTH <= first.year <= LATEST_BIRTH:
        yield "issue_birth_date"
    elif first > dose:
        yield "issue_dose_date"


def _read_first_day(written: str) -> date | None:
    """Give the first day that a date, a month or a year may mean, None where it is none of them."""
    parts = written.split("-")
    right = [len(part) for part in parts] == [4, 2, 2][: len(parts)]
    if not right or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, month, day = [*map(int, parts), 1, 1][:3]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _check_dose(dose: CountedDose, vaccine: VaccineCodes | None, today: date) -> Iterator[str]:
    if vaccine is None:
        yield "issue_vaccine"
    if not CAMPAIGN_BEGAN <= dose.day <= today:
        yield "issue_dose_date"
    beyond = dose.number > dose.series and not dose.booster
    if beyond or not (1 <= dose.number <= DOSES and 1 <= dose.series <= DOSES):
        yield "issue_dose_number"
    elif dose.number < dose.series:
        yield "issue_course"
