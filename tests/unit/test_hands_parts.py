"""The parts of a hand: date styles, value manners, headings, cells, outsiders, and a district of a nation."""

from __future__ import annotations

import random
import unicodedata
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hands_people import make_doses, make_people

from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.dates import STYLES, write_birth, write_date, write_given
from xacthuc.nation.hands.hand import DateHabit, Hand, Layout
from xacthuc.nation.hands.headings import add_header, choose_headings
from xacthuc.nation.hands.outsiders import make_outsider
from xacthuc.nation.hands.people import DistrictNotFound, load_district
from xacthuc.nation.hands.values import write_number, write_phone, write_vaccine, write_vaccine_and_lot
from xacthuc.nation.hands.writing_csv import show, to_cp1258

DAY = date(1988, 3, 9)


@pytest.mark.parametrize(
    ("style", "value"),
    [
        ("dd/mm/yyyy", "09/03/1988"), ("d/m/yyyy", "9/3/1988"), ("d/m/yy", "9/3/88"), ("ddmmyyyy number", 9031988),
        ("words", "ngày 09 tháng 03 năm 1988"), ("dd-Mon-yyyy", "09-Mar-1988"), ("iso time", "1988-03-09 00:00:00"),
        ("cell", DAY), ("serial", 32211),
    ],
)  # fmt: skip
def test_date_styles(style: str, value: object) -> None:
    assert write_date(DAY, style).value == value


def test_every_date_style_shows_the_day_and_the_month() -> None:
    for style in STYLES:
        shown = show(write_date(DAY, style))
        assert "9" in shown
        assert "3" in shown or "Mar" in shown


def test_serials_count_from_1904_where_the_workbook_does() -> None:
    assert write_date(date(1904, 1, 2), "serial", date_1904=True).value == "02/01/1904"
    assert write_date(date(2021, 1, 1), "serial", date_1904=True).value == 42735
    assert write_date(date(1903, 5, 5), "cell", date_1904=True).value == "05/05/1903"


def test_births_by_habit() -> None:
    rng = random.Random(1)
    assert write_birth("", DateHabit(), rng=rng)[0].value is None
    assert write_birth("1944", DateHabit(year=(("words", 1.0),)), rng=rng)[0].value == "năm 1944"
    assert write_birth("31/02/1988", DateHabit(), rng=rng)[0].value == "31/02/1988"
    short = DateHabit(birth=(("d/m/yy", 1.0),))
    assert write_birth("1921-03-09", short, rng=rng)[0].value == "9/3/1921"
    american = DateHabit(us_locale=True)
    assert write_birth("1988-03-09", american, rng=rng) == (Cell(date(1988, 9, 3), "m/d/yyyy"), "birth_us_locale_swap")
    assert write_birth("1988-03-19", american, rng=rng) == (Cell("19/03/1988"), "")
    assert write_birth("1988-03-03", american, rng=rng)[1] == ""


def test_a_date_without_its_year_is_of_the_year_in_the_title() -> None:
    rng = random.Random(1)
    assert write_given("2021-09-07", (("d/m", 1.0),), rng=rng).value == "7/9"
    assert write_given("2022-01-07", (("d/m", 1.0),), rng=rng).value == "7/1/2022"
    assert write_given("", (("d/m", 1.0),), rng=rng).value is None


@pytest.mark.parametrize(
    ("style", "value", "lost"),
    [
        ("text", "036190026067", ""),
        ("number", 36190026067, "number_lost_zero"), ("padded", 36190026067, "number_lost_zero"),
        ("dotted", "036.190.026.067", "number_punctuation"), ("apostrophe", "'036190026067", "number_punctuation"),
    ],
)  # fmt: skip
def test_numbers(style: str, value: object, lost: str) -> None:
    cell, class_name = write_number("036190026067", ((style, 1.0),), random.Random(1))
    assert (cell.value, class_name) == (value, lost)


def test_phones_and_vaccines() -> None:
    rng = random.Random(1)
    assert write_phone("0378213993", (("plus84", 1.0),), rng)[0].value == "+84378213993"
    assert write_phone("0378213993", (("number", 1.0),), rng) == (Cell(378213993, "0"), "phone_lost_zero")
    assert write_phone("0378 (con)", (("number", 1.0),), rng)[0].value == "0378 (con)"
    assert write_vaccine("Pfzier", "upper", rng) == "PFZIER"
    assert write_vaccine_and_lot("", "FK0592", rng) == "lô FK0592"
    assert write_vaccine_and_lot("Pfizer", "Lô FK0592", rng) == "Pfizer Lô FK0592"


def test_headings_are_merged_over_doses_and_down_over_people() -> None:
    hand = Hand(
        "x", "north", "x", "stt name 1:date 1:lot", layout=Layout(header_rows=2), words={"dose_group": "Mũi {n}"}
    )
    paths = choose_headings(hand, random.Random(1))
    assert [path[0] for path in paths[2:]] == ["Mũi 1", "Mũi 1"]
    sheet = Sheet("x")
    add_header(sheet, paths, depth=2, numbered=True)
    assert sheet.parts == ["header"] * 3
    assert (0, 2, 0, 3) in sheet.merges
    assert (0, 0, 1, 0) in sheet.merges
    assert sheet.rows[0][3].value is None


@pytest.mark.parametrize("name", HANDS)
def test_each_column_of_each_hand_has_a_heading(name: str) -> None:
    hand = HANDS[name]
    paths = choose_headings(hand, random.Random(2))
    assert len(paths) == len(hand.fields())
    assert all(all(path) and len(path) <= hand.layout.header_rows for path in paths)


def test_cp1258_comes_back_in_nfc() -> None:
    for text in ("Nguyễn Thị Đào", "Huỳnh Ỷ Ơn, Xã Hải Minh", "PHƯƠNG"):
        assert unicodedata.normalize("NFC", to_cp1258(text).decode("cp1258")) == text


def test_outsiders_have_numbers_of_their_own() -> None:
    people = make_people(60)
    taken = {person.number12 for person in people}
    rng = random.Random(3)
    strangers = [make_outsider(people, foreign=number % 4 == 0, rng=rng) for number in range(40)]
    assert not {person.number12 for person in strangers if person.number12} & taken
    assert {person.standing for person in strangers} == {"outside", "other_commune", "foreigner"}
    assert all(person.passport for person in strangers if person.standing == "foreigner")


def test_a_district_is_read_from_a_nation(tmp_path: Path) -> None:
    people = make_people(30)
    doses = make_doses(people)
    columns = [
        name for name in type(people[0]).__dataclass_fields__ if name not in ("standing", "passport", "nationality")
    ]
    register = {name: [getattr(person, name) or None for person in people] for name in columns}
    pq.write_table(pa.table(register), tmp_path / "register.parquet")
    rows = [{"dose": f"D{n}", "person": d.person, "dose_no": d.dose_no, "vaccine": d.vaccine, "lot": d.lot,
             "dose_date": d.dose_date} for n, d in enumerate(doses)]  # fmt: skip
    pq.write_table(pa.Table.from_pylist([*rows[:-2], rows[0]]), tmp_path / "truth.parquet")
    pq.write_table(pa.Table.from_pylist(rows[-2:]), tmp_path / "unrecorded.parquet")
    district = load_district(tmp_path, "366")
    assert {person.commune_code for person in district.people} == {"14233"}
    own = {person.id for person in district.people}
    assert sorted((d.person, d.dose_no) for d in district.doses) == sorted(
        (d.person, d.dose_no) for d in doses if d.person in own
    )
    with pytest.raises(DistrictNotFound):
        load_district(tmp_path, "001")
