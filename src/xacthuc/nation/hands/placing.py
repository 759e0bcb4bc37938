"""One person's cells in one row, in the manner of a hand, and the classes of damage that the manner itself brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.cells import EMPTY, Cell
from xacthuc.nation.hands.dates import write_birth, write_given
from xacthuc.nation.hands.drafting import Draft, DraftDose
from xacthuc.nation.hands.hand import Hand, NumberHabit
from xacthuc.nation.hands.values import (
    REMARKS,
    write_dose_no,
    write_number,
    write_phone,
    write_place,
    write_sex,
    write_vaccine,
    write_vaccine_and_lot,
)

PLAIN_NUMBERS = NumberHabit()
JOBS = ("Nông dân", "Công nhân", "Buôn bán", "Hưu trí", "Giáo viên", "Nội trợ", "")
GROUPS = ("10", "13", "14", "Người trên 18 tuổi", "")
REACTIONS = ("Không", "Sốt nhẹ", "Đau tại chỗ tiêm", "")
MARK = ("x", "X", "x")


def write_row(
    draft: Draft, doses: Sequence[DraftDose], *, hand: Hand, stt: Cell, group: str, rng: Chance
) -> tuple[list[Cell], set[str]]:
    """Give the cells of one row, left to right, and classes of damage that came with the form (a lost zero, a swap)."""
    classes: set[str] = set()
    by_number = {dose.true.dose_no: dose for dose in doses}
    cells = []
    birth = _write_birth(draft, hand, classes, rng)
    for key in hand.fields():
        number, _, name = key.rpartition(":")
        if number.isdigit():
            cell = _dose_cell(name, by_number.get(int(number)), hand, rng)
        elif key in ("dose_no", "date", "vaccine", "lot", "vaccine_lot"):
            cell = _dose_cell(key, doses[0] if doses else None, hand, rng)
        elif key.startswith("birth") or key in ("day", "month", "year"):
            cell = birth.get(key, EMPTY)
        elif key == "stt":
            cell = stt
        else:
            cell = _person_cell(key, draft, hand, group, classes, rng)
        cells.append(replace(cell, border=True))
    if not any(key in ("birth", "birth:nam", "day") for key in hand.fields()):
        _ask_only_year(draft, hand, classes)
    return cells, classes


def join_rows(first: Sequence[Cell], second: Sequence[Cell], *, keys: Sequence[str], rng: Chance) -> list[Cell]:
    """Write two people into one row, cell by cell, one under the other; what they share stands once."""
    joined = []
    between = pick(("\n", " +\n"), rng)
    for key, one, two in zip(keys, first, second, strict=True):
        if key == "stt":
            joined.append(replace(one, value=f"{one.value}+{two.value}"))
        elif one.value == two.value:
            joined.append(one)
        else:
            left, right = ("" if cell.value is None else str(cell.value) for cell in (one, two))
            joined.append(Cell(left + (between if key == "name" else "\n") + right, border=True))
    return joined


def plain_hand(hand: Hand) -> Hand:
    """Give the same hand writing texts only, as cells for two people must be."""
    dates = replace(hand.dates, birth=(("dd/mm/yyyy", 1.0),), year=(("text", 1.0),), us_locale=False)
    return replace(hand, dates=dates, numbers=replace(PLAIN_NUMBERS, sex="Nam/Nữ", vaccine=hand.numbers.vaccine))


def _person_cell(key: str, draft: Draft, hand: Hand, group: str, classes: set[str], rng: Chance) -> Cell:
    person, numbers = draft.person, hand.numbers
    if key in ("number", "number12"):
        cell, lost = write_number(draft.number, numbers.number, rng)
        classes |= {lost} - {""}
        return cell
    if key == "number9":
        return write_number(draft.number9, (("text", 1.0),), rng)[0]
    if key == "phone":
        cell, lost = write_phone(draft.phone, numbers.phone, rng)
        classes |= {lost} - {""}
        return cell
    if key == "sex":
        return write_sex(draft.sex, numbers)
    if key in ("sex:nam", "sex:nu"):
        return Cell(pick(MARK, rng)) if draft.sex == ("M" if key == "sex:nam" else "F") else EMPTY
    if key in ("family", "given"):
        front, _, given = draft.name.rstrip().rpartition(" ")
        return Cell((front if key == "family" else given) or None)
    texts = {
        "name": draft.name,
        "qr": draft.qr,
        "hamlet": write_place(person.address, person.commune, hand.text, rng),
        "address": write_place(person.address, person.commune, hand.text, rng),
        "commune": person.commune, "district": person.district, "province": person.province,
        "department": group, "class": group,
        "nationality": person.nationality or "Việt Nam", "ethnicity": "Kinh",
        "site": f"TYT {person.commune}", "note": draft.remark or (pick(REMARKS, rng) if rng.random() < 0.04 else ""),
        "staff_code": f"NV{10000 + int(rng.random() * 89999)}", "job": pick(JOBS, rng), "group": pick(GROUPS, rng),
        "reaction": pick(REACTIONS, rng) if not draft.remark else "",
        "pressure": f"{pick((100, 110, 120, 130, 140, 150), rng)}/{pick((60, 70, 80, 90), rng)}",
        "insurance": _insurance(rng),
    }  # fmt: skip
    return Cell(texts[key] or None)


def _dose_cell(key: str, dose: DraftDose | None, hand: Hand, rng: Chance) -> Cell:
    if dose is None:
        return EMPTY
    vaccine = write_vaccine(dose.vaccine, hand.numbers.vaccine, rng)
    if key == "dose_no":
        return write_dose_no(dose.dose_no, hand.numbers.dose_no, rng)
    if key == "date":
        return write_given(dose.dose_date, hand.dates.given, rng=rng, date_1904=hand.date_1904)
    texts = {
        "vaccine": vaccine, "lot": dose.lot, "site": "", "reaction": pick(REACTIONS, rng),
        "vaccine_lot": write_vaccine_and_lot(vaccine, dose.lot, rng) if key == "vaccine_lot" else "",
    }  # fmt: skip
    text = texts[key]
    return Cell(
        int(text)
        if key == "lot" and text.isdigit() and not text.startswith("0") and rng.random() < 0.3
        else text or None
    )


def _write_birth(draft: Draft, hand: Hand, classes: set[str], rng: Chance) -> dict[str, Cell]:
    """Give the birth date by column: one cell, one under Nam or Nữ, day, month and year apart, or the year alone."""
    keys, text = hand.fields(), draft.birth_date
    if "birth:nam" in keys and hand.dates.birth[0][0] == "year":
        _ask_only_year(draft, hand, classes)
        text = text[:4] if text[:4].isdigit() else text[-4:]
    if "day" in keys:
        parts = _parts(text)
        return {key: _part_cell(part, rng) for key, part in zip(("day", "month", "year"), parts, strict=True)}
    if "year" in keys:
        year = text[:4] if text[:4].isdigit() else text[-4:]
        return {"year": Cell(int(year)) if year.isdigit() else EMPTY}
    cell, swapped = write_birth(text, hand.dates, rng=rng, date_1904=hand.date_1904)
    classes |= {swapped} - {""}
    return {"birth": cell, "birth:nam" if draft.sex == "M" else "birth:nu": cell}


def _ask_only_year(draft: Draft, hand: Hand, classes: set[str]) -> None:
    if len(draft.person.birth_date) == 10 and draft.birth_date and "qr" not in hand.fields():
        classes.add("birth_year_only")


def _parts(text: str) -> tuple[str, str, str]:
    if "/" in text:
        day, month, year = text.split("/")
        return day, month, year
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        return "", "", text
    return str(parsed.day), str(parsed.month), str(parsed.year)


def _part_cell(part: str, rng: Chance) -> Cell:
    if not part:
        return EMPTY
    return Cell(int(part)) if rng.random() < 0.8 else Cell(part.zfill(2))


def _insurance(rng: Chance) -> str:
    digits = "".join(pick("0123456789", rng) for _ in range(10))
    return pick(("", digits, pick(("DN", "GD", "HT", "HN", "TC"), rng) + "4" + "36" + digits), rng)
