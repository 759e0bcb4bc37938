"""A sheet laid out in a hand: title, header, rows, sub-headings, totals, signatures, and where every dose stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.cells import EMPTY, Cell, Sheet
from xacthuc.nation.hands.drafting import Draft, DraftDose
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.headings import Path, add_header, choose_headings
from xacthuc.nation.hands.merging import merge_cells, merge_phones
from xacthuc.nation.hands.people import PersonRow
from xacthuc.nation.hands.placing import join_rows, plain_hand, write_row
from xacthuc.nation.hands.planning import CLASSES, DEPARTMENTS, ENGLISH_DEPARTMENTS, Entry, SheetPlan
from xacthuc.nation.hands.titles import add_signatures, add_title, add_total
from xacthuc.nation.hands.truth import Placed

DOSE_FIELD_NAMES = {"date": "dose_date", "vaccine": "vaccine", "lot": "lot", "dose_no": "dose_no"}


@dataclass
class LaidRow:
    """One data row: where it stands, who is in it, and what the form did to it."""

    row: int
    people: list[tuple[Draft, list[DraftDose]]]
    cells: list[Cell]
    classes: set[str] = field(default_factory=set)
    follows: bool = False  # the row above is a data row too
    phone_of: PersonRow | None = None  # the person above in a merged phone cell


def lay_list(hand: Hand, plans: Sequence[SheetPlan], *, file: str, rng: Chance) -> tuple[Sheet, list[Placed]]:
    """Lay tables out, one under the other, as one sheet."""
    name = plans[0].name if len(plans) == 1 else "Gop"
    sheet = Sheet(name if hand.form != "csv" else "", font=hand.text.font)
    sheet.hidden_columns = {place + hand.layout.first_column for place in hand.hidden_columns()}
    sheet.bordered_below = hand.layout.bordered_below
    placed: list[Placed] = []
    paths = choose_headings(hand, rng)
    for plan in plans:
        rows = _lay_table(sheet, hand, plan, paths, rng)
        for row in rows:
            placed += _place(row, file, sheet, hand)
        if plan is not plans[-1]:
            sheet.add([], "blank")
            sheet.add([], "blank")
    sheet.recode(nfd=hand.text.nfd)
    return sheet, placed


def _lay_table(sheet: Sheet, hand: Hand, plan: SheetPlan, paths: Sequence[Path], rng: Chance) -> list[LaidRow]:
    layout, width = hand.layout, len(hand.fields()) + hand.layout.first_column
    add_title(sheet, hand, plan.heading, width=width, rng=rng)
    _header(sheet, hand, paths)
    rows: list[LaidRow] = []
    first = len(sheet.rows) + 1
    for label, entries in plan.groups:
        if label and layout.subheads:
            sheet.add_text({layout.first_column: _subhead(label, hand, rng)}, "subheading", bold=True)
        _lay_entries(sheet, hand, entries, label, rows, paths, rng)
        if label and layout.total == "groups":
            sheet.add_text({layout.first_column + 1: f"Cộng {label}"}, "total", bold=True)
    last = len(sheet.rows)
    _merge_and_repeat(sheet, hand, rows, rng)
    if layout.total != "none":
        column = layout.first_column + next((p for p, key in enumerate(hand.fields()) if key in ("name", "family")), 0)
        add_total(sheet, hand, people=len(rows), first=first, last=last, column=column, rng=rng)
    if layout.signatures:
        add_signatures(sheet, hand, plan.heading, width=width, rng=rng)
    return rows


def _header(sheet: Sheet, hand: Hand, paths: Sequence[Path]) -> None:
    layout = hand.layout
    depth = max(len(path) for path in paths)
    add_header(sheet, paths, depth=depth, offset=layout.first_column, numbered=layout.numbered_header)


def _lay_entries(
    sheet: Sheet,
    hand: Hand,
    entries: Sequence[Entry],
    label: str,
    rows: list[LaidRow],
    paths: Sequence[Path],
    rng: Chance,
) -> None:
    layout = hand.layout
    place, start = 0, len(rows)
    while place < len(entries):
        together = _two_together(hand, entries[place : place + 2], rng)
        people = list(entries[place : place + (2 if together else 1)])
        place += len(people)
        number = len(rows) + 1 - (start if layout.stt == "restart" else 0)
        cells, classes = _write_people(people, hand, number, label, rng)
        follows = bool(sheet.parts) and sheet.parts[-1] == "data"
        row = sheet.add([EMPTY] * layout.first_column + cells, "data")
        hidden = rng.random() < layout.hidden_rows
        if hidden:
            sheet.hidden_rows.add(row - 1)
            classes.add("hidden_row")
        rows.append(LaidRow(row, people, cells, classes, follows))
        if rng.random() < layout.blank_rows:
            sheet.add([], "blank")
        if layout.repeat_header and len(rows) % layout.repeat_header == 0 and place < len(entries):
            _header(sheet, hand, paths)


def _two_together(hand: Hand, entries: Sequence[Entry], rng: Chance) -> bool:
    if len(entries) < 2 or rng.random() >= hand.layout.two_in_a_cell:
        return False
    (one, first), (two, second) = entries
    if one is two or "birth:nam" in hand.fields() or not (one.name and two.name):
        return False
    shown = [[(d.dose_no, d.vaccine, d.dose_date, d.lot) for d in doses] for doses in (first, second)]
    return len(first) == 1 and shown[0] == shown[1]


def _write_people(
    people: Sequence[Entry], hand: Hand, number: int, label: str, rng: Chance
) -> tuple[list[Cell], set[str]]:
    stt = Cell(str(number) if hand.layout.stt == "text" else number, border=True)
    if len(people) == 1:
        draft, doses = people[0]
        return write_row(draft, doses, hand=hand, stt=stt, group=label or _own_group(hand, rng), rng=rng)
    plain = plain_hand(hand)
    (one, doses), (two, _) = people
    first, classes = write_row(one, doses, hand=plain, stt=stt, group=label, rng=rng)
    second, _ = write_row(two, doses, hand=plain, stt=Cell(number + 1), group=label, rng=rng)
    for place, key in enumerate(hand.fields()):
        if key in ("date", "vaccine", "lot", "dose_no", "vaccine_lot", "pressure", "note", "reaction"):
            second[place] = first[place]
    return join_rows(first, second, keys=hand.fields(), rng=rng), classes | {"two_people_in_one_cell"}


def _own_group(hand: Hand, rng: Chance) -> str:
    if hand.people == "school":
        return pick(CLASSES, rng)
    return pick(ENGLISH_DEPARTMENTS if hand.manner == "english" else DEPARTMENTS, rng)


def _subhead(label: str, hand: Hand, rng: Chance) -> str:
    if hand.layout.subheads == "department":
        return f"Department: {label}" if hand.manner == "english" else f"Bộ phận: {label}"
    if hand.layout.subheads == "class":
        return f"Lớp {label}"
    return pick((label.upper(), label, f"* {label}:"), rng)


def _merge_and_repeat(sheet: Sheet, hand: Hand, rows: Sequence[LaidRow], rng: Chance) -> None:
    merge_phones(sheet, hand, rows)
    merge_cells(sheet, hand, rows)
    fields, offset = hand.fields(), hand.layout.first_column
    for key in hand.layout.ditto.split():
        column = fields.index(key)
        for above, row in pairwise(rows):
            same = row.follows and row.cells[column].value == above.cells[column].value is not None
            if same and "hidden_row" not in above.classes and rng.random() < 0.85:
                sheet.put(row.row, column + offset, Cell(hand.layout.ditto_mark, border=True))
                row.classes.add("ditto_mark")


def _place(row: LaidRow, file: str, sheet: Sheet, hand: Hand) -> list[Placed]:
    placed = []
    for draft, doses in row.people:
        classes = draft.classes | row.classes
        if row.phone_of is not None:
            classes = {name for name in classes if not name.startswith("phone_")} | {"phone_cell_merged"}
        for dose in doses:
            shown = row.phone_of or draft.person
            kinds = frozenset(classes | dose.classes | _habit_classes(hand))
            placed.append(Placed(file, sheet.name, row.row, draft, dose, kinds, list_fields(hand), shown))
    sheet.dose_records += len(placed)
    sheet.without_dose += not placed
    return placed


def _habit_classes(hand: Hand) -> set[str]:
    classes = {f"encoding_{hand.text.font}"} - {"encoding_unicode"}
    return classes | ({"name_nfd"} if hand.text.nfd else set())


def list_fields(hand: Hand) -> frozenset[str]:
    """Name the fields for which the hand's form has a place, the title included."""
    fields = set(hand.fields())
    names = {"name"}
    names |= {"birth_date"} if fields & {"birth", "birth:nam", "day", "year", "qr"} else set()
    names |= {"sex"} if fields & {"sex", "birth:nam", "sex:nam", "sex:nu"} else set()
    names |= {"number"} if fields & {"number", "number12", "number9"} else set()
    names |= {"phone"} & fields
    if hand.shape() == "title":
        return frozenset(names | set(DOSE_FIELD_NAMES.values()))
    bare = {key.rpartition(":")[2] for key in fields}
    names |= {name for key, name in DOSE_FIELD_NAMES.items() if key in bare}
    names |= {"vaccine", "lot"} if "vaccine_lot" in bare else set()
    names |= {"dose_no"} if hand.shape() == "across" else set()
    return frozenset(names)
