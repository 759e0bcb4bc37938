"""Dose numbers, and whether a dose was given."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.doses import clean_dose_numbers, decide_given, read_dose_number, tell_not_given, tell_only_words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2.0", 2),
        ("II", 2),
        ("I", 1),
        ("Mũi 1", 1),
        ("MŨI II", 2),
        ("M2", 2),
        ("Lần 2", 2),
        ("Liều 3", 3),
        ("mũi thứ 2", 2),
        ("mũi nhất", 1),
        ("mũi hai", 2),
        ("nhắc lại", 3),
        ("nhắc lại lần 2", 4),
        ("Booster 1", 3),
        ("mũi bổ sung", 3),
        ("Mũi 3 (nhắc lại)", 3),
        ("first dose", 1),
        ("Tiêm mũi 2 ngày 12/10/2021", 2),
        ("1/2", 1),
        ("2/2", 2),
        ("2/1", None),
        ("1st", 1),
        ("3rd", 3),
        ("1. dose", 1),
        ("1st dose", 1),
        ("2ND DOSE", 2),
        ("2 nd dose", 2),
        ("3. Dose (booster)", 3),
        ("Dose 1.", 1),
        ("dose no. 1", 1),
        ("Dose No: 2", 2),
        ("Dose number 2", 2),
        ("Dose #2", 2),
        ("2nd shot", 2),
        ("12. dose", None),
        ("2 doses", None),
        ("1+2 dose", None),
        ("1/2 dose", None),
        ("1+2", None),
        ("0", None),
        ("?", None),
        ("12", None),
        ("2021", None),
    ],
)
def test_dose_numbers(text: str, number: int | None) -> None:
    assert read_dose_number(text) == number


def test_a_column_of_dose_numbers() -> None:
    numbers, codes = clean_dose_numbers(pa.array(["Mũi 2", None, "?"]))
    assert numbers.type == pa.int8()
    assert numbers.to_pylist() == [2, None, None]
    assert codes.to_pylist() == [None, None, "dose_no_unreadable"]


NOT_GIVEN = [
    "Hoa\u0303n",
    "Hoãn, có thai 8 tuần",
    "HOÃN - HA cao",
    "vắng",
    "Vang",
    "Không tiêm: sốt",
    "chống chỉ định",
    "Từ chối tiêm",
    "chuyển viện",
    "hoan",
    "HA cao",
]
GIVEN = [
    "Theo dõi 60p",
    "Đã hoàn thành",
    "hoan thanh",
    "F0 khỏi",
    "CCCD chưa nhận",
    "Không",
    "Sốt nhẹ",
    "Đau tại chỗ tiêm",
    "da vang",
    "Đã đổi CCCD",
]


def test_remarks_that_say_no_dose_was_given() -> None:
    assert tell_not_given(pa.array([*NOT_GIVEN, None])).to_pylist() == [True] * len(NOT_GIVEN) + [False]
    assert tell_not_given(pa.array(GIVEN)).to_pylist() == [False] * len(GIVEN)


def test_words_for_a_date_say_that_none_was_given_unless_they_say_so() -> None:
    texts = pa.array(["chưa đến lịch", "đi làm xa", "đã tiêm", "rồi", "x", "12/10/2021", "tháng 10/2021", None])
    assert tell_only_words(texts).to_pylist() == [True, True, False, False, False, False, False, False]


@pytest.mark.parametrize(
    ("slot", "own", "note", "cell", "given", "contradicted"),
    [
        (1, True, False, False, True, False),
        (1, True, True, False, True, True),
        (1, False, True, False, False, False),
        (1, False, False, False, True, False),
        (2, True, False, True, False, False),
        (0, True, False, False, False, False),
        (0, False, True, False, False, False),
    ],
)
def test_given(slot: int, own: bool, note: bool, cell: bool, given: bool, contradicted: bool) -> None:
    result = decide_given(
        slot=pa.array([slot], pa.int8()), own=pa.array([own]), note=pa.array([note]), cell=pa.array([cell])
    )
    assert (result[0].to_pylist(), result[1].to_pylist()) == ([given], [contradicted])
