"""What a clerk writes down of one person and one dose, damaged at given rates, before it has a form or a place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.damage import DAMAGES, JOINT_DAMAGES
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.people import DoseRow, PersonRow
from xacthuc.nation.hands.values import write_qr

# Drawn in this order, at most so many of one field; the order keeps each damage in the manner of its class.
NAME_CLASSES = (
    "name_variant_word", "name_iy", "name_typo", "name_tone_placement", "name_middle_missing", "name_abbreviated",
    "name_telex", "name_given_first", "name_nickname", "name_no_marks", "name_space_or_case",
)  # fmt: skip
MAX_NAME_CLASSES = 2
NUMBER_LOST = (
    "number_missing",
    "number_placeholder",
    "number_wrong_length",
    "number_scientific_text",
    "number_wrong_digit",
)
NUMBER_KEPT = ("number_punctuation", "number_letter_for_digit", "number_lost_zero")
BIRTH_CLASSES = (
    "birth_missing", "birth_impossible", "birth_wrong", "birth_day_month_swapped", "birth_month_first_text",
    "birth_year_only", "birth_0101_for_year",
)  # fmt: skip
SEX_CLASSES = ("sex_wrong", "sex_missing")
PHONE_CLASSES = ("phone_missing", "phone_changed", "phone_wrong_length", "phone_old_11_digits")
DOSE_CLASSES = {
    "dose_no": ("dose_no_wrong", "dose_no_missing"),
    "vaccine": ("vaccine_typo", "vaccine_wrong", "vaccine_missing"),
    "dose_date": ("dose_date_wrong", "dose_date_year_typo", "dose_date_missing", "dose_date_impossible"),
    "lot": ("lot_typo", "lot_missing", "lot_space_or_case"),
}
QR_DAMAGES = (("qr_truncated", 0.015), ("qr_six_fields", 0.02), ("qr_mojibake", 0.025))


@dataclass
class DraftDose:
    """One dose as it is written; empty texts are empty cells."""

    true: DoseRow
    dose_no: str
    vaccine: str
    dose_date: str
    lot: str
    classes: set[str] = field(default_factory=set)


@dataclass
class Draft:
    """One person as written; dates ISO, a year, or text that stays as it is; sex M, F or empty."""

    person: PersonRow
    name: str
    birth_date: str
    sex: str
    number: str
    number9: str = ""  # where the form has a column of its own for the old CMND
    phone: str = ""
    qr: str = ""
    remark: str = ""
    doses: list[DraftDose] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    true_number: str = ""


@cache
def read_rates() -> Mapping[str, float]:
    """Give the rate of each class from `workbook_rates.toml`."""
    text = (resources.files("xacthuc.nation.hands") / "workbook_rates.toml").read_text(encoding="utf-8")
    return {name: rate for part in tomllib.loads(text).values() for name, rate in part.items()}


def draft_person(
    person: PersonRow,
    doses: Sequence[DoseRow],
    *,
    hand: Hand,
    rates: Mapping[str, float],
    others: Sequence[PersonRow],
    rng: Chance,
) -> Draft:
    """Write a person down, with the damages that chance brings; `others` lend their numbers and phones."""
    draft = Draft(person, person.name, person.birth_date, person.sex, person.number12, phone=person.phone)
    draft.classes |= {
        "outside": {"not_in_register"},
        "other_commune": {"not_in_register", "other_commune"},
        "foreigner": {"not_in_register", "foreigner"},
    }.get(person.standing, set())
    keys = hand.fields()
    _write_name(draft, hand, rates, rng)
    if {"number", "number9", "number12"} & set(keys):
        _write_number(draft, keys, rates, others, rng)
    else:
        draft.number, draft.true_number = "", person.passport or person.number12
    _draw(draft, "birth_date", _birth_classes(hand), rates, rng)
    _write_sex(draft, keys, rates, rng)
    if "phone" in keys:
        _write_phone(draft, rates, others, rng)
    if "qr" in keys and rng.random() < hand.layout.qr:
        _scan_card(draft, others, rng)
    draft.doses = [draft_dose(dose, in_title=hand.shape() == "title", rates=rates, rng=rng) for dose in doses]
    return draft


def draft_dose(dose: DoseRow, *, in_title: bool, rates: Mapping[str, float], rng: Chance) -> DraftDose:
    """Write a dose down, with damages; in a title it is written once for all, without."""
    draft = DraftDose(dose, str(dose.dose_no), dose.vaccine, dose.dose_date, dose.lot)
    if in_title:
        draft.classes.add("dose_in_heading")
        return draft
    for name, classes in DOSE_CLASSES.items():
        for class_name in classes:
            if rng.random() < rates.get(class_name, 0.0):
                damaged = DAMAGES[class_name].fn(getattr(draft, name), rng)
                if damaged is not None:
                    setattr(draft, name, damaged)
                    draft.classes.add(class_name)
                    break
    return draft


def _draw(draft: Draft, name: str, classes: Sequence[str], rates: Mapping[str, float], rng: Chance) -> None:
    for class_name in classes:
        if rng.random() < rates.get(class_name, 0.0):
            damaged = DAMAGES[class_name].fn(getattr(draft, name), rng)
            if damaged is not None:
                setattr(draft, name, damaged)
                draft.classes.add(class_name)
                return


def _birth_classes(hand: Hand) -> Sequence[str]:
    fields = set(hand.fields())
    if "day" in fields:
        return [name for name in BIRTH_CLASSES if name != "birth_month_first_text"]
    if "year" in fields or hand.dates.birth[0][0] == "year":
        return ("birth_missing", "birth_wrong")
    if hand.dates.us_locale:  # its own swap would be lost among the others
        return [name for name in BIRTH_CLASSES if name not in ("birth_month_first_text", "birth_day_month_swapped")]
    return BIRTH_CLASSES


def _write_sex(draft: Draft, keys: Sequence[str], rates: Mapping[str, float], rng: Chance) -> None:
    """Write the sex; a form that tells it by the place of the birth date, or crosses only women, never lacks it."""
    by_place = "birth:nam" in keys
    women_only = "sex:nu" in keys and "sex:nam" not in keys
    _draw(draft, "sex", SEX_CLASSES[:1] if by_place or women_only else SEX_CLASSES, rates, rng)
    if by_place and not draft.birth_date:
        draft.sex = ""
        draft.classes = (draft.classes - {"sex_wrong"}) | {"sex_missing"}


def _write_name(draft: Draft, hand: Hand, rates: Mapping[str, float], rng: Chance) -> None:
    foreign = draft.person.standing == "foreigner"
    split = "given" in hand.fields()
    count = 0
    for class_name in NAME_CLASSES:
        rate = (
            hand.text.given_first
            if class_name == "name_given_first" and hand.text.given_first
            else rates.get(class_name, 0.0)
        )
        if foreign or count == MAX_NAME_CLASSES or rng.random() >= rate:
            continue
        if split and class_name in ("name_given_first", "name_nickname"):
            continue
        damaged = DAMAGES[class_name].fn(draft.name, rng)
        if damaged is not None:
            draft.name, count = damaged, count + 1
            draft.classes.add(class_name)
    if hand.text.upper and draft.name != draft.name.upper() and rng.random() < 0.98:
        draft.name = draft.name.upper()
        draft.classes.add("name_upper")
    if hand.text.font == "unicode" and not foreign and rng.random() < rates.get("name_nfd", 0.0):
        damaged = DAMAGES["name_nfd"].fn(draft.name, rng)
        if damaged is not None:
            draft.name = damaged
            draft.classes.add("name_nfd")


def _write_number(
    draft: Draft, keys: Sequence[str], rates: Mapping[str, float], others: Sequence[PersonRow], rng: Chance
) -> None:
    person = draft.person
    draft.true_number = draft.number = person.passport or person.number12
    if not draft.number:
        draft.true_number = draft.number = person.number9
    if person.passport:
        return
    if "number9" in keys:
        _fill_two_columns(draft, rates, rng)
        return
    old = bool(person.number9) and rng.random() < rates.get("cmnd_used", 0.0)
    if old and draft.number != person.number9:
        draft.number = person.number9
        draft.classes.add("cmnd_used")
        if person.standing != "register":
            draft.true_number = person.number9
    if others and rng.random() < rates.get("number_of_other_person", 0.0):
        other = pick(others, rng)
        wrong = JOINT_DAMAGES["number_of_other_person"].fn(
            draft.number, rng, other=other.number9 if old else other.number12
        )
        if wrong is not None and other.id != person.id:
            draft.number = wrong
            draft.classes.add("number_of_other_person")
            return
    if not old and person.standing == "register" and rng.random() < rates.get("number_both", 0.0):
        both = JOINT_DAMAGES["number_both"].fn(draft.number, rng, other=person.number9)
        if both is not None:
            draft.number = both
            draft.classes.add("number_both")
            return
    _draw(draft, "number", (*NUMBER_LOST, *NUMBER_KEPT), rates, rng)


def _fill_two_columns(draft: Draft, rates: Mapping[str, float], rng: Chance) -> None:
    """Fill a form that has one column for the old CMND and one for the 12 digits: one of them, or both."""
    person = draft.person
    if person.number9 and (not person.number12 or rng.random() < 0.35):
        draft.number9 = person.number9
        if rng.random() < 0.7 or not person.number12:
            draft.number = ""
            draft.classes.add("cmnd_used")
            if person.standing != "register":
                draft.true_number = person.number9
            return
    _draw(draft, "number", (*NUMBER_LOST, *NUMBER_KEPT), rates, rng)


def _write_phone(draft: Draft, rates: Mapping[str, float], others: Sequence[PersonRow], rng: Chance) -> None:
    if not draft.phone:
        draft.classes.add("phone_missing")
        return
    if others and rng.random() < rates.get("phone_of_relative", 0.0):
        other = JOINT_DAMAGES["phone_of_relative"].fn(draft.phone, rng, other=pick(others, rng).phone)
        if other is not None:
            draft.phone = other
            draft.classes.add("phone_of_relative")
            if rng.random() < 0.4:
                draft.phone += pick((" (con)", " (vợ)", " - chồng", " ĐT cháu", " (con dâu)", " (mẹ)"), rng)
            return
    _draw(draft, "phone", PHONE_CLASSES, rates, rng)


def _scan_card(draft: Draft, others: Sequence[PersonRow], rng: Chance) -> None:
    """Scan the card: then the other cells are often left empty."""
    person = draft.person
    scanned = pick(others, rng) if others and rng.random() < 0.01 else person
    if not scanned.number12 or len(scanned.birth_date) != 10:
        return
    month, day = 1 + int(rng.random() * 9), 1 + int(rng.random() * 28)
    place = ", ".join(part for part in (scanned.address, scanned.commune, scanned.district, scanned.province) if part)
    draft.qr = write_qr(
        number12=scanned.number12, number9=scanned.number9, name=scanned.name, birth_date=scanned.birth_date,
        sex=scanned.sex, place=place, issued=f"{day:02d}{month:02d}2021",
    )  # fmt: skip
    if scanned.id != person.id:
        draft.classes.add("qr_of_other_person")
        return
    draft.classes.add("qr_pasted")
    for class_name, rate in QR_DAMAGES:
        if rng.random() < rate:
            damaged = DAMAGES[class_name].fn(draft.qr, rng)
            if damaged is not None:
                draft.qr = damaged
                draft.classes.add(class_name)
                break
    _leave_to_card(draft, rng)


def _leave_to_card(draft: Draft, rng: Chance) -> None:
    left = rng.random()
    if left > 0.75:
        return
    draft.birth_date = draft.sex = draft.number = draft.number9 = ""
    gone = ("birth_", "sex_", "number_", "cmnd_", "name_") if left < 0.4 else ("birth_", "sex_", "number_", "cmnd_")
    draft.classes = {name for name in draft.classes if not name.startswith(gone)}
    if left < 0.4:
        draft.name = ""
