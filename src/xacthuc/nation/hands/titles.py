"""What stands above and below a table: letterhead, title, the dose told in the title, totals, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.cells import EMPTY, Cell, Sheet
from xacthuc.nation.hands.dates import LIST_YEAR
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.people import DoseRow, PersonRow
from xacthuc.nation.hands.values import write_vaccine

EXPIRY = ("30/11/2021", "31/12/2021", "28/02/2022")
PLAIN = (
    "DANH SÁCH NGƯỜI DÂN ĐÃ TIÊM VẮC XIN PHÒNG COVID-19",
    "Danh sách đối tượng tiêm chủng vắc xin phòng COVID-19",
    "DANH SÁCH TIÊM VẮC-XIN PHÒNG, CHỐNG DỊCH COVID-19",
    "TỔNG HỢP DANH SÁCH NGƯỜI ĐÃ ĐƯỢC TIÊM VẮC XIN COVID-19",
)
SIGNERS = (("Người lập biểu", "TRƯỞNG TRẠM Y TẾ"), ("NGƯỜI LẬP", "TRẠM TRƯỞNG"), ("Người nhập", "Đội trưởng đội tiêm"))
NAMES_BELOW = (
    ("Trần Thị Hoa", "BS. Phạm Văn Lâm"),
    ("Lê Thị Bé Ba", "Huỳnh Văn Sang"),
    ("Ngô Thị Tâm", "YS. Đinh Văn Kha"),
)


@dataclass(frozen=True)
class Heading:
    """What the title of a sheet has to tell."""

    place: PersonRow  # of whom commune, district and province are taken
    last_day: str  # ISO, the day of the list
    dose: DoseRow | None = None  # where the title tells the dose


def add_title(sheet: Sheet, hand: Hand, heading: Heading, *, width: int, rng: Chance) -> None:
    """Add the rows above the table; a list without a title has none."""
    layout, offset = hand.layout, hand.layout.first_column
    right = max(offset + 2, offset + width // 2)
    if layout.letterhead:
        for left, other in _letterhead(hand, heading.place):
            sheet.add_text({offset: left, right: other} if other else {offset: left}, "title", bold=True)
        _add_blank(sheet)
    if layout.title == "none":
        return
    if heading.dose is None:
        _add_plain_title(sheet, hand, heading, rng)
    else:
        pick((_add_lines, _add_lines, _add_one_line, _add_pairs), rng)(sheet, hand, heading.dose, rng)
    if rng.random() < 0.6:
        _add_blank(sheet)


def add_total(sheet: Sheet, hand: Hand, *, people: int, first: int, last: int, column: int, rng: Chance) -> None:
    """Add the total below the table: a sentence, or sums as formulas; `first` and `last` are its rows, from 1."""
    style = hand.layout.total
    english = hand.manner == "english"
    if rng.random() < 0.4:
        _add_blank(sheet)
    if style in ("text", "groups"):
        words = f"Total: {people}" if english else pick(
            (f"Tổng cộng: {people} người", f"Tổng số: {people}", f"Cộng: {people} người", f"TỔNG CỘNG: {people}"), rng
        )  # fmt: skip
        sheet.add_text({column if rng.random() < 0.5 else hand.layout.first_column: words}, "total", bold=True)
    if style in ("sum", "both"):
        letter = chr(ord("A") + column)
        cells = [EMPTY] * (column + 1)
        cells[hand.layout.first_column] = Cell(
            "Total" if english else pick(("Tổng cộng", "Cộng", "TỔNG"), rng), bold=True
        )
        cells[column] = Cell(people, formula=f"COUNTA({letter}{first}:{letter}{last})")
        sheet.add(cells, "total")
    if style == "both" or hand.layout.note_below:
        words = f"Danh sách có {people} người." if not english else f"This list has {people} people."
        sheet.add_text({hand.layout.first_column: words}, "note")


def add_signatures(sheet: Sheet, hand: Hand, heading: Heading, *, width: int, rng: Chance) -> None:
    """Add place and day, the signers' offices and names, with blank rows between for the ink."""
    offset = hand.layout.first_column
    left, right = offset + 1, offset + max(3, width - 4)
    day = date.fromisoformat(heading.last_day)
    _add_blank(sheet)
    if hand.manner == "english":
        sheet.add_text({left: "Prepared by", right: "HR Manager"}, "signature")
        return
    name = heading.place.commune.split(" ", 1)[-1]
    sheet.add_text({right: f"{name}, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"}, "signature")
    offices = pick(SIGNERS, rng)
    sheet.add_text({left: offices[0], right: offices[1]}, "signature", bold=True)
    sheet.add_text({left: "(Ký, ghi rõ họ tên)", right: "(Ký tên, đóng dấu)"}, "signature")
    for _ in range(1 + int(rng.random() * 3)):
        _add_blank(sheet)
    names = pick(NAMES_BELOW, rng)
    sheet.add_text({left: names[0], right: names[1]}, "signature")


def _letterhead(hand: Hand, place: PersonRow) -> Sequence[tuple[str, str]]:
    commune, district = place.commune.upper(), place.district.upper()
    if hand.manner == "english":
        return (("SAO MAI ELECTRONICS CO., LTD", ""), (f"Industrial Park, {place.district}", ""))
    if hand.people == "factory":
        return ((f"CÔNG TY TNHH MAY MẶC BÌNH MINH ({commune})", ""),)
    if hand.people == "school":
        return ((f"PHÒNG GD&ĐT {district}", ""), ("TRƯỜNG THCS & THPT NGUYỄN DU", "NĂM HỌC 2021 - 2022"))
    if hand.people == "closed":
        return ((f"TRẠI SỐ 3 - {district}", ""), ("BỘ PHẬN Y TẾ", ""))
    motto = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    if hand.region == "south":
        return ((f"TRUNG TÂM Y TẾ {district}", motto[0]), (f"TRẠM Y TẾ {commune}", motto[1]))
    return ((f"UBND {commune}", motto[0]), ("TRẠM Y TẾ", motto[1]))


def _add_plain_title(sheet: Sheet, hand: Hand, heading: Heading, rng: Chance) -> None:
    offset, day = hand.layout.first_column, date.fromisoformat(heading.last_day)
    if hand.manner == "english":
        sheet.add_text({offset: "LIST OF EMPLOYEES VACCINATED AGAINST COVID-19"}, "title", bold=True)
        return
    title = pick(PLAIN, rng)
    if hand.layout.title == "year":
        title += f" NĂM {LIST_YEAR}"
    sheet.add_text({offset: title}, "title", bold=True)
    if rng.random() < 0.6 and hand.layout.title != "year":
        sheet.add_text({offset: f"(Tính đến hết ngày {day.day} tháng {day.month} năm {day.year})"}, "title")


def _add_lines(sheet: Sheet, hand: Hand, dose: DoseRow, rng: Chance) -> None:
    offset = hand.layout.first_column
    word = "TIÊM NGỪA" if hand.region == "south" else "TIÊM VẮC XIN PHÒNG"
    sheet.add_text({offset: f"DANH SÁCH {word} COVID-19 MŨI {dose.dose_no}"}, "title", bold=True)
    sheet.add_text({offset: f"Ngày tiêm: {_day(dose.dose_date, rng)}"}, "title")
    vaccine = write_vaccine(dose.vaccine, hand.numbers.vaccine, rng)
    expiry = f" – HSD: {pick(EXPIRY, rng)}" if rng.random() < 0.6 else ""
    sheet.add_text({offset: f"Loại vắc xin: {vaccine} – Số lô: {dose.lot}{expiry}"}, "title")


def _add_one_line(sheet: Sheet, hand: Hand, dose: DoseRow, rng: Chance) -> None:
    vaccine = write_vaccine(dose.vaccine, hand.numbers.vaccine, rng)
    first = f"DANH SÁCH TIÊM MŨI {dose.dose_no} NGÀY {_day(dose.dose_date, rng).upper().removeprefix('NGÀY ')}"
    second = pick(
        (
            f"Vắc xin {vaccine} (lô {dose.lot})",
            f"Tên vắc xin: {vaccine}, lô: {dose.lot}",
            f"VX {vaccine} - Lô {dose.lot}",
        ),
        rng,
    )
    if rng.random() < 0.5:
        sheet.add_text({hand.layout.first_column: f"{first} - {second}"}, "title", bold=True)
    else:
        sheet.add_text({hand.layout.first_column: first}, "title", bold=True)
        sheet.add_text({hand.layout.first_column: f"({second})"}, "title")


def _add_pairs(sheet: Sheet, hand: Hand, dose: DoseRow, rng: Chance) -> None:
    """Labels in one cell, values in a cell further right, as forms have them."""
    offset = hand.layout.first_column
    sheet.add_text({offset: pick(PLAIN, rng)}, "title", bold=True)
    day = date.fromisoformat(dose.dose_date)
    given = Cell(day, "dd/mm/yyyy") if rng.random() < 0.5 else Cell(f"{day:%d/%m/%Y}")
    vaccine = write_vaccine(dose.vaccine, hand.numbers.vaccine, rng)
    pairs = (
        ("Ngày tiêm:", given),
        ("Tên vắc xin:", Cell(vaccine)),
        ("Số lô:", Cell(dose.lot)),
        ("Mũi tiêm:", Cell(dose.dose_no)),
    )
    for label, value in pairs:
        sheet.add([EMPTY] * offset + [Cell(label), EMPTY, value], "title")


def _day(iso: str, rng: Chance) -> str:
    day = date.fromisoformat(iso)
    ways = (
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
    )
    return pick(ways, rng)


def _add_blank(sheet: Sheet) -> None:
    sheet.add([], "blank")
