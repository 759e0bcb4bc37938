"""Dates: every style clerks use, what is impossible, and what the column decides."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.date_columns import clean_dates
from xacthuc.cleaning.dates import DateRead, DateStyle, read_date

PLAIN = [
    ("27/03/1995", "1995-03-27"),
    ("9/9/2021", "2021-09-09"),
    ("19.1.1941", "1941-01-19"),
    ("09-11-2021", "2021-11-09"),
    ("27 / 03 / 1995", "1995-03-27"),
    ("27//03/1995.", "1995-03-27"),
    ("20/05/1971", "1971-05-20"),
    ("1971-10-13", "1971-10-13"),
    ("1971-02-20 00:00:00", "1971-02-20"),
    ("1971-02-20T07:30:00Z", "1971-02-20"),
    ("20/02/1971 7:30 AM", "1971-02-20"),
    ("1971/2/20", "1971-02-20"),
    ("09052001", "2001-05-09"),
    ("20010509", "2001-05-09"),
    ("9052001", "2001-05-09"),
    ("090501", "2001-05-09"),
    ("44509", "2021-11-09"),
    ("21741", "1959-07-10"),
    ("9000", "1924-08-21"),
    ("1944", "1944"),
    ("năm 1944", "1944"),
    ("sinh năm 1944", "1944"),
    ("ngày 26 tháng 8 năm 2021", "2021-08-26"),
    ("26 tháng 8, 2021", "2021-08-26"),
    ("12-Aug-1960", "1960-08-12"),
    ("Aug 12, 1960", "1960-08-12"),
    ("12 August 60", "1960-08-12"),
    ("1960 Aug 12", "1960-08-12"),
    ("1/1/48", "1948-01-01"),
    ("19/10/21", "2021-10-19"),
    ("01/01/1950 (theo CMND)", "1950-01-01"),
    ("29/02/2000", "2000-02-29"),
]
ODD = [
    ("03/27/1995", "1995-03-27", "month_first"),
    ("1995-27-03", "1995-03-27", "month_first"),
    ("03271995", "1995-03-27", "month_first"),
    ("31/02/1980", None, "impossible"),
    ("29/02/2001", None, "impossible"),
    ("15/13/1986", None, "impossible"),
    ("32/8/2021", None, "impossible"),
    ("31021980", None, "impossible"),
    ("00/13/1980", None, "impossible"),
    ("00/00/1949", "1949", "day_missing"),
    ("00/10/2021", "2021", "day_missing"),
    ("5/1960", "1960", "day_missing"),
    ("tháng 5 năm 1960", "1960", "day_missing"),
    ("1960-05", "1960", "day_missing"),
    ("1/1/1", None, "unreadable"),
    ("1/1/198", None, "unreadable"),
    ("111/1/1980", None, "unreadable"),
    ("1/1/9999", None, "impossible"),
    ("13/1960", None, "unreadable"),
    ("Aug", None, "unreadable"),
    ("1 Aug Sep", None, "unreadable"),
    ("1 2 3 4", None, "unreadable"),
    ("không nhớ", None, "unreadable"),
    ("123456789", None, "unreadable"),
    ("999999", None, "impossible"),
    ("12", None, "unreadable"),
    ("", None, "unreadable"),
]


@pytest.mark.parametrize(("text", "value"), PLAIN, ids=range(len(PLAIN)))
def test_styles_are_read(text: str, value: str) -> None:
    read = read_date(text, DateStyle())
    assert (read.value, read.reason) == (value, None)


@pytest.mark.parametrize(("text", "value", "reason"), ODD, ids=range(len(ODD)))
def test_odd_dates_have_a_reason(text: str, value: str | None, reason: str) -> None:
    read = read_date(text, DateStyle())
    assert (read.value, read.reason) == (value, reason)


def test_a_letter_o_between_figures_is_a_nought() -> None:
    assert read_date("2o/o5/1971", DateStyle()).value == "1971-05-20"


def test_the_pivot_decides_the_century() -> None:
    assert read_date("1/2/16", DateStyle(pivot=2016)) == DateRead("2016-02-01", None, True)
    assert read_date("1/2/16", DateStyle(pivot=2015)).value == "1916-02-01"


@pytest.mark.parametrize(
    ("order", "text", "value", "reason"),
    [
        ("mdy", "03/04/1990", "1990-03-04", None),
        ("mdy", "27/03/1990", "1990-03-27", "day_first"),
        ("ymd", "90/03/04", "1990-03-04", None),
        ("ymd", "04/03/1990", "1990-03-04", None),
        ("dmy", "1990-03-04", "1990-03-04", None),
    ],
)
def test_the_order_of_the_column_rules(order: str, text: str, value: str, reason: str | None) -> None:
    read = read_date(text, DateStyle(order=order))
    assert (read.value, read.reason) == (value, reason)


def test_swapped_cells_are_put_right_and_texts_are_not() -> None:
    style = DateStyle(swapped=True)
    assert read_date("1998-08-04", style) == DateRead("1998-04-08", "swapped")
    assert read_date("1998-04-04", style) == DateRead("1998-04-04", None)
    assert read_date("14/05/1996", style) == DateRead("1996-05-14", None)


def test_serials_follow_the_date_system() -> None:
    assert read_date("43047", DateStyle(date_system=1904)).value == "2021-11-09"


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("20/8", "2021-08-20", "year_added"),
        ("12-9", "2021-09-12", "year_added"),
        ("12 Sep", "2021-09-12", "year_added"),
        ("31/9", None, "impossible"),
        ("20/13", None, "unreadable"),
        ("Sep Oct", None, "unreadable"),
    ],
)
def test_day_and_month_take_the_year_of_the_list(text: str, value: str | None, reason: str) -> None:
    read = read_date(text, DateStyle(year=2021))
    assert (read.value, read.reason) == (value, reason)
    assert read_date(text, DateStyle()).reason == "unreadable"


def test_a_column_gives_value_reason_and_short_year() -> None:
    value, reason, short = clean_dates(pa.array(["1/1/48", None, "31/02/1980"]), style=DateStyle())
    assert value.to_pylist() == ["1948-01-01", None, None]
    assert reason.to_pylist() == [None, None, "impossible"]
    assert short.to_pylist() == ["y", None, None]
