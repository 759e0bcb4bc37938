"""Cleaning never raises, keeps its rows, says the same twice, and reads a column as its cells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xacthuc.cleaning import clean_batch
from xacthuc.cleaning.date_columns import clean_dates
from xacthuc.cleaning.dates import DateStyle, Order, read_date
from xacthuc.cleaning.numbers import clean_numbers, load_forms, read_number
from xacthuc.cleaning.people import clean_insurance, read_insurance
from xacthuc.cleaning.phones import clean_phones, read_phone
from xacthuc.findings import list_codes
from xacthuc.records import CLEAN_SCHEMA, FINDING_SCHEMA, NUMBER_STATES, RAW_FIELDS, RAW_SCHEMA, Column, SheetLayout

LAYOUT = SheetLayout(
    file="f.xlsx",
    sheet="S",
    kind="list",
    visible=True,
    last_row=9,
    counts={},
    columns=tuple(Column(name, at, name) for at, name in enumerate(RAW_FIELDS)),
)
LIKELY = {
    "name": st.sampled_from(
        ["Nguyễn Thị Hoa", "LÊ VĂN BA", "Tran Van Danh", "Hoa, Lê Thị", "SOK DARA", "x", "Lê T. Hoa (Bé)"]
    ),
    "birth_date": st.sampled_from(
        ["27/03/1995", "1/1/48", "năm 1944", "31/02/1980", "03/27/1995", "1970-01-02", "21741", "00/00/1950"]
    ),
    "sex": st.sampled_from(["Nam", "Nữ", "1", "0", "x", "M"]),
    "number": st.sampled_from(
        ["036195020263", "36195020263", "162958077", "3,61E+10", "không có", "B1234567", "205344457 - 049093021036"]
    ),
    "phone": st.sampled_from(["0961852275", "961 852 275", "01251675290", "x", "+84961852275 (vợ)"]),
    "dose_date": st.sampled_from(["19/10/2021", "44509", "vắng", "19/10/2012", "2021-10-19"]),
    "vaccine": st.sampled_from(["AZ", "Pfiezr", "AZ lô CTMAV562", "abc"]),
    "lot": st.sampled_from(["CTMAV562", "lô FHO114", "-"]),
    "dose_no": st.sampled_from(["1", "Mũi II", "nhắc lại", "?"]),
    "qr": st.sampled_from(["089063017664|356963310|Trần Văn Danh|27101963|Nam|Ấp 2, An Giang|25032021", "a|b|c|d"]),
    "note": st.sampled_from(["hoãn", "Theo dõi 60p"]),
}
TEXT = st.text(max_size=40)
CELL = {name: st.none() | LIKELY.get(name, TEXT) | TEXT for name in RAW_FIELDS}
ROW = st.fixed_dictionaries(
    {
        **CELL,
        "row": st.integers(2, 9),
        "part": st.integers(1, 2),
        "slot": st.integers(0, 3),
        "file": st.just("f.xlsx"),
        "sheet": st.just("S"),
    }
)
DIGITS = st.text("0123456789", max_size=14)
NUMBERS = DIGITS | st.text("0123456789OlI .'-/;\nAB", max_size=26) | TEXT
KEPT = ("name", "birth_date", "sex", "number", "phone", "vaccine", "lot", "dose_date")


def _raw(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=RAW_SCHEMA)


@given(st.lists(ROW, max_size=6), st.sampled_from([None, "tcvn3", "vni"]))
@settings(max_examples=150, deadline=None)
def test_any_batch_gives_its_rows_and_known_findings(rows: list[dict[str, Any]], encoding: str | None) -> None:
    layout = SheetLayout(**{**vars(LAYOUT), "context": {"encoding": encoding} if encoding else {}})
    cleaned = clean_batch(_raw(rows), layout)
    assert cleaned.records.schema == CLEAN_SCHEMA
    assert cleaned.findings.schema == FINDING_SCHEMA
    assert cleaned.records["row"].to_pylist() == [row["row"] for row in rows]
    assert set(cleaned.findings["code"].to_pylist()) <= set(list_codes())
    assert set(cleaned.records["number_state"].to_pylist()) <= set(NUMBER_STATES)
    for name in ("name", "number", "phone", "vaccine", "lot"):
        assert "" not in cleaned.records[name].to_pylist()


@given(ROW)
@settings(max_examples=150, deadline=None)
def test_cleaning_what_was_cleaned_changes_nothing(row: dict[str, Any]) -> None:
    once = clean_batch(_raw([{**row, "name": None}]), LAYOUT).records.to_pylist()[0]
    again = clean_batch(_raw([{**row, "qr": None, **{name: once[name] for name in KEPT}}]), LAYOUT).records.to_pylist()[
        0
    ]
    assert {name: again[name] for name in KEPT} == {name: once[name] for name in KEPT}


@given(st.lists(st.none() | NUMBERS, max_size=8), st.sampled_from([None, "1", "3"]))
@settings(max_examples=300, deadline=None)
def test_a_column_of_numbers_is_read_as_its_cells(texts: list[str | None], first: str | None) -> None:
    column = clean_numbers(pa.array(texts, pa.string()), cmnd_first=first)
    for at, text in enumerate(texts):
        if text is None:
            continue
        read = read_number(text, cmnd_first=first)
        got = tuple(
            part[at].as_py() for part in (column.number12, column.number9, column.passport, column.digits, column.state)
        )
        assert got == (read.number12, read.number9, read.passport, read.digits, read.state)


@given(DIGITS, st.sampled_from([3, 12]), st.sampled_from(["", " ", ".", "-"]), st.data())
@settings(max_examples=300, deadline=None)
def test_signs_around_digits_mean_the_same_in_a_column(digits: str, group: int, sign: str, data: st.DataObject) -> None:
    assume(sign != "." or not digits.endswith("000"))  # three zeros behind a dot can be decimals too
    before = data.draw(st.sampled_from(["", " ", "'", "số ", "Số ", "O", "B", "\u00a0"]))
    after = data.draw(st.sampled_from(["", " ", ".0", ",0", ".00", "\u00a0", "."]))
    text = before + sign.join(digits[at : at + group] for at in range(0, len(digits), group)) + after
    read, column = read_number(text), clean_numbers(pa.array([text]))
    got = (column.number12, column.number9, column.passport, column.digits, column.state)
    expected = (read.number12, read.number9, read.passport, read.digits, read.state)
    assert tuple(part[0].as_py() for part in got) == expected


ORDERS: list[Order] = ["dmy", "mdy", "ymd"]


@given(
    st.lists(st.none() | st.text("0123456789/-. ", max_size=11) | st.dates().map(str) | TEXT, max_size=8),
    st.sampled_from(ORDERS),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_a_column_of_dates_is_read_as_its_cells(texts: list[str | None], order: Order, swapped: bool) -> None:
    style = DateStyle(order=order, swapped=swapped)
    written = [day and "/".join(reversed(day.split("-"))) for day in texts]
    for column in (texts, written, [*written, None][1:]):
        value, reason, short = clean_dates(pa.array(column, pa.string()), style=style)
        read = [read_date(text, style) if text is not None else None for text in column]
        assert value.to_pylist() == [found and found.value for found in read]
        assert reason.to_pylist() == [found and found.reason for found in read]
        assert short.to_pylist() == ["y" if found and found.short else None for found in read]


@given(st.lists(DIGITS | st.from_regex("[A-Za-zĐ]{2}[0-9]{13}[ x]?", fullmatch=True) | TEXT, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_column_of_insurance_is_read_as_its_cells(texts: list[str]) -> None:
    cards, codes = clean_insurance(pa.array(texts, pa.string()))
    assert list(zip(cards.to_pylist(), codes.to_pylist(), strict=True)) == [read_insurance(text) for text in texts]


@given(
    st.sampled_from(load_forms()["places"]["provinces"]),
    st.sampled_from("0123"),
    st.text("0123456789", min_size=8, max_size=8),
)
def test_a_lost_zero_is_given_back(province: str, century: str, rest: str) -> None:
    number = province + century + rest
    lost = number[1:]
    if lost[0] != "0":
        assert read_number(lost).number12 == number


@given(st.lists(DIGITS | st.text("0123456789 .-+()/", max_size=24) | TEXT, max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_column_of_phones_is_read_as_its_cells(texts: list[str]) -> None:
    phones, codes = clean_phones(pa.array(texts, pa.string()))
    assert list(zip(phones.to_pylist(), codes.to_pylist(), strict=True)) == [read_phone(text) for text in texts]


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)))
def test_every_style_of_a_date_is_the_same_date(day: date) -> None:
    styles = [
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%Y-%m-%d",
        "%Y-%m-%d 00:00:00",
        "%d%m%Y",
        "ngày %d tháng %m năm %Y",
        "%d %b %Y",
        "%B %d, %Y",
    ]
    short = [f"{day.day}/{day.month}/{day.year}", f"{day.day}{day.month:02d}{day.year}"]
    assert {read_date(day.strftime(style), DateStyle()).value for style in styles} | {
        read_date(text, DateStyle()).value for text in short
    } == {day.isoformat()}
