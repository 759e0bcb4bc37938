"""The truth of every dose written, and what a careful human could restore: truth.csv, rows.csv, register.csv."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xacthuc.nation.hands.cells import ROW_KINDS, Sheet
from xacthuc.nation.hands.drafting import Draft, DraftDose
from xacthuc.nation.hands.people import PersonRow

TRUTH_COLUMNS = (
    "file", "sheet", "row", "dose_no", "person_id", "true_name", "true_birth_date", "true_sex", "true_number",
    "vaccine", "dose_date", "lot", "damage", "recoverable_fields",
)  # fmt: skip
ROWS_COLUMNS = (
    "file", "sheet", "sheet_kind", "state", "last_row", "data", "headings", "blank", "totals", "title_rows",
    "header_rows", "subheading_rows", "total_rows", "signature_rows", "note_rows", "data_without_dose",
    "dose_records", "hidden_rows",
)  # fmt: skip
REGISTER_COLUMNS = (
    "id", "name", "birth_date", "sex", "number12", "number9", "phone", "province", "district", "commune_code",
    "commune", "address",
)  # fmt: skip

LOST: dict[str, frozenset[str]] = {
    "name": frozenset(
        ("name_no_marks", "name_typo", "name_middle_missing", "name_abbreviated", "name_variant_word", "name_iy")
    ),
    "birth_date": frozenset(
        ("birth_wrong", "birth_day_month_swapped", "birth_year_only", "birth_0101_for_year", "birth_impossible",
         "birth_missing", "birth_us_locale_swap")
    ),
    "number": frozenset(
        ("number_missing", "number_placeholder", "number_wrong_length", "number_scientific_text", "number_wrong_digit",
         "number_of_other_person")
    ),
    "phone": frozenset(("phone_missing", "phone_changed", "phone_of_relative", "phone_wrong_length")),
    "dose_no": frozenset(("dose_no_wrong", "dose_no_missing")),
    "vaccine": frozenset(("vaccine_wrong", "vaccine_missing")),
    "dose_date": frozenset(("dose_date_wrong", "dose_date_year_typo", "dose_date_missing", "dose_date_impossible")),
    "lot": frozenset(("lot_typo", "lot_missing")),
}  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """One dose of one person in one row; `classes` are those of person, dose and row together."""

    file: str
    sheet: str
    row: int
    draft: Draft
    dose: DraftDose
    classes: frozenset[str]
    fields: frozenset[str]  # what the sheet has a place for, title included
    shown_phone_of: PersonRow  # whose phone stands in the cell: the person's, or the one above in a merged cell


def list_recoverable(placed: Placed) -> list[str]:
    """Name the fields that a careful human could restore, as the README beside the sample workbooks defines them."""
    classes, person = placed.classes, placed.draft.person
    kept = {name for name, lost in LOST.items() if name in placed.fields and not classes & lost}
    card = "qr_pasted" in classes
    if card:
        kept |= {"name", "birth_date", "number"}
    if person.phone == "" or placed.shown_phone_of.phone != person.phone:
        kept.discard("phone")
    numbers = _list_numbers(placed, kept, card)
    kept = (kept - {"number"}) | numbers
    if card or _tells_sex(placed, kept):
        kept.add("sex")
    order = ("name", "birth_date", "sex", "number", "number9", "phone", "dose_no", "vaccine", "dose_date", "lot")
    return [name for name in order if name in kept]


def write_truth(out: Path, placed: Sequence[Placed]) -> None:
    """Write truth.csv; doses written before, in the same or an earlier file, get their class."""
    seen: dict[tuple[str, ...], str] = {}
    with (out / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TRUTH_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for line in placed:
            dose, person = line.dose.true, line.draft.person
            key = (person.id or line.draft.true_number, str(dose.dose_no), dose.vaccine, dose.dose_date)
            again = {"": "", line.file: "dose_again_same_file"}.get(seen.get(key, ""), "dose_again_other_file")
            seen.setdefault(key, line.file)
            damage = sorted(line.classes | ({again} if again else set()))
            writer.writerow(_truth_line(line, damage))


def write_rows(out: Path, sheets: Iterable[tuple[str, Sheet]]) -> None:
    """Write rows.csv from (file, sheet); the name of a csv's only sheet is empty."""
    with (out / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ROWS_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for name, sheet in sheets:
            writer.writerow(_rows_line(name, sheet))


def write_register(out: Path, people: Iterable[PersonRow]) -> None:
    """Write register.csv."""
    with (out / "register.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REGISTER_COLUMNS)
        writer.writerows([getattr(person, column) for column in REGISTER_COLUMNS] for person in people)


def _truth_line(line: Placed, damage: list[str]) -> dict[str, str | int]:
    person, dose = line.draft.person, line.dose.true
    return {
        "file": line.file, "sheet": line.sheet, "row": line.row, "dose_no": dose.dose_no,
        "person_id": person.id if person.standing == "register" else "", "true_name": person.name,
        "true_birth_date": person.birth_date, "true_sex": person.sex, "true_number": line.draft.true_number,
        "vaccine": dose.vaccine, "dose_date": dose.dose_date, "lot": dose.lot, "damage": ";".join(damage),
        "recoverable_fields": ";".join(list_recoverable(line)),
    }  # fmt: skip


def _rows_line(file: str, sheet: Sheet) -> dict[str, str | int]:
    last = sheet.last_row()
    parts = Counter(sheet.parts[:last])
    if sheet.kind != "list":  # no people of ours: its figures count as totals
        parts["total"] += parts.pop("data", 0)
    kinds: Counter[str] = Counter()
    for part, count in parts.items():
        kinds[ROW_KINDS[part]] += count
    return {
        "file": file, "sheet": sheet.name, "sheet_kind": sheet.kind, "state": "visible" if sheet.visible else "hidden",
        "last_row": last, "data": kinds["data"], "headings": kinds["headings"], "blank": kinds["blank"],
        "totals": kinds["totals"], "title_rows": parts["title"], "header_rows": parts["header"],
        "subheading_rows": parts["subheading"], "total_rows": parts["total"], "signature_rows": parts["signature"],
        "note_rows": parts["note"], "data_without_dose": sheet.without_dose, "dose_records": sheet.dose_records,
        "hidden_rows": len(sheet.hidden_rows),
    }  # fmt: skip


def _list_numbers(placed: Placed, kept: set[str], card: bool) -> set[str]:
    draft, person = placed.draft, placed.draft.person
    numbers: set[str] = set()
    if card:
        numbers.add("number")
        if person.number9 and "qr_six_fields" not in placed.classes:
            numbers.add("number9")
    if person.standing != "register":
        return numbers | ({"number"} & kept if draft.number or draft.number9 else set())
    if draft.number9:
        numbers.add("number9")
    if "number" in kept and draft.number:
        numbers.add("number9" if "cmnd_used" in placed.classes and not card else "number")
        if "number_both" in placed.classes:
            numbers.add("number9")
    return numbers


def _tells_sex(placed: Placed, kept: set[str]) -> bool:
    draft, person = placed.draft, placed.draft.person
    by_number = "number" in kept and draft.true_number == person.number12 != ""
    if draft.sex == person.sex and "sex" in placed.fields:
        return True
    if "sex_wrong" not in placed.classes or "sex" not in placed.fields:
        return by_number
    words = person.name.split()[1:-1]
    by_name = "name" in kept and ("Thị" if person.sex == "F" else "Văn") in words
    return by_number and by_name
