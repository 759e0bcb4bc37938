"""Identity numbers: what is read, repaired, refused, and that a column is read as its cells are one by one."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.numbers import clean_numbers, read_number, withdraw_doubtful

CASES = [
    # text, number12, number9, passport, digits, state, code
    ("036095020263", "036095020263", None, None, None, "twelve", None),
    ("162958077", None, "162958077", None, None, "nine", None),
    ("036 073 015 512", "036073015512", None, None, None, "twelve", "number_punctuation"),
    ("036.072.002.546", "036072002546", None, None, None, "twelve", "number_punctuation"),
    ("036-072-002-546", "036072002546", None, None, None, "twelve", "number_punctuation"),
    ("'036171005644", "036171005644", None, None, None, "twelve", "number_punctuation"),
    ("036177025307.0", "036177025307", None, None, None, "twelve", "number_punctuation"),
    ("036303010407 (CC)", "036303010407", None, None, None, "twelve", "number_punctuation"),
    ("036162020438.", "036162020438", None, None, None, "twelve", "number_punctuation"),
    ("số 036162020438", "036162020438", None, None, None, "twelve", "number_punctuation"),
    ("so\u0302\u0301 036162020438", "036162020438", None, None, None, "twelve", "number_punctuation"),
    ("CCCD036162020438", "036162020438", None, None, None, "twelve", "number_punctuation"),
    ("０３６１６２０２０４３８", "036162020438", None, None, None, "twelve", "number_punctuation"),
    ("169.226.424", None, "169226424", None, None, "nine", "number_punctuation"),
    ("205344457 - 049093021036", "049093021036", "205344457", None, None, "twelve", "number_both"),
    ("205344457-049093021036", "049093021036", "205344457", None, None, "twelve", "number_both"),
    ("162958077\n036079026991", "036079026991", "162958077", None, None, "twelve", "number_both"),
    ("168316070/036185000240", "036185000240", "168316070", None, None, "twelve", "number_both"),
    ("CMND 163226480 CCCD 036181021586", "036181021586", "163226480", None, None, "twelve", "number_both"),
    ("036181021586 ; 163226480", "036181021586", "163226480", None, None, "twelve", "number_both"),
    ("163226480 (CCCD chưa nhận)", None, "163226480", None, None, "nine", "number_punctuation"),
    ("036181021586; 036181021587", "036181021586", None, None, None, "twelve", "number_two_of_a_kind"),
    ("O36095841160", "036095841160", None, None, None, "twelve", "number_letters_mended"),
    ("16O385940", None, "160385940", None, None, "nine", "number_letters_mended"),
    ("35l952934", None, "351952934", None, None, "nine", "number_letters_mended"),
    ("36095020263", "036095020263", None, None, None, "twelve", "number_zero_restored"),
    ("36095020263.0", "036095020263", None, None, None, "twelve", "number_zero_restored"),
    ("38654987", None, "038654987", None, None, "nine", "number_zero_restored"),
    ("16364936", None, None, None, "16364936", "malformed", "number_length"),
    ("03834506", None, None, None, "03834506", "malformed", "number_length"),
    ("03618001829", None, None, None, "03618001829", "malformed", "number_length"),
    ("0360806014036", None, None, None, "0360806014036", "malformed", "number_length"),
    ("1661923144", None, None, None, "1661923144", "malformed", "number_length"),
    ("3,61E+10", None, None, None, None, "malformed", "number_scientific"),
    ("3.61940E+10", None, None, None, None, "malformed", "number_scientific"),
    ("G69476086", None, None, "G69476086", None, "passport", None),
    ("tr1834882", None, None, "TR1834882", None, "passport", None),
    ("HC: B1234567", None, None, "B1234567", None, "passport", "number_punctuation"),
    ("036095x20263", None, None, None, "03609520263", "malformed", "number_letters"),
    ("136095020263", "136095020263", None, None, None, "twelve", None),
    ("003095020263", "003095020263", None, None, None, "twelve", "number_place_unknown"),
    ("036595020263", "036595020263", None, None, None, "twelve", "number_century_impossible"),
    ("không có", None, None, None, None, "missing", "number_placeholder"),
    ("CCCD chưa nhận", None, None, None, None, "missing", "number_placeholder"),
    ("đang làm lại", None, None, None, None, "missing", "number_placeholder"),
    ("x", None, None, None, None, "missing", "number_placeholder"),
    ("0", None, None, None, None, "missing", "number_placeholder"),
    ("000000000", None, None, None, None, "missing", "number_placeholder"),
    ("số không nhớ", None, None, None, None, "missing", "number_placeholder"),
    ("=cmd|' /C calc'!A0", None, None, None, None, "missing", "number_placeholder"),
]


def _columns(texts: list[str | None], **options: object) -> list[tuple[object, ...]]:
    numbers = clean_numbers(pa.array(texts, pa.string()), **options)
    parts = (numbers.number12, numbers.number9, numbers.passport, numbers.digits, numbers.state, numbers.code)
    return list(zip(*(part.to_pylist() for part in parts), strict=True))


def test_a_column_is_read_as_the_table_says() -> None:
    got = _columns([case[0] for case in CASES], cmnd_first="1")
    assert got == [case[1:] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_one_cell_says_the_same_as_the_column(case: tuple[str, ...]) -> None:
    read = read_number(case[0], cmnd_first="1")
    assert (read.number12, read.number9, read.passport, read.digits, read.state) == case[1:6]


def test_lengths_are_told_alike_in_a_column_and_in_a_cell() -> None:
    heads = ("0", "1", "2", "9", "00", "01", "10", "36", "99", "036", "360", "960", "990")
    texts = [(head + "0820123456789")[:length] for head in heads for length in range(1, 15)] + ["0" * 10, "0" * 13]
    cells = [read_number(text) for text in texts]
    expected = [(c.number12, c.number9, c.passport, c.digits, c.state) for c in cells]
    got = _columns(texts)
    assert [row[:5] for row in got] == expected
    of_column = (None, "number_place_unknown", "number_century_impossible")  # what a right form can still be told
    assert all(
        row[5] == (c.code or row[5]) and (c.code or row[5] in of_column) for row, c in zip(got, cells, strict=True)
    )


def test_null_is_missing_without_a_finding() -> None:
    assert _columns([None]) == [(None, None, None, None, "missing", None)]


def test_a_lost_zero_of_a_cmnd_needs_to_know_the_others() -> None:
    assert read_number("38654987").state == "malformed"
    assert read_number("38654987", cmnd_first="3").state == "malformed"
    assert read_number("38654987", cmnd_first="2").number9 == "038654987"


@pytest.mark.parametrize(
    ("birth", "number", "digits", "code"),
    [
        ("1997-02-03", "001097123456", None, "number_zeros_restored"),
        ("1997", "001097123456", None, "number_zeros_restored"),
        ("1996-02-03", None, "1097123456", "number_length"),
        (None, None, "1097123456", "number_length"),
    ],
)
def test_two_lost_zeros_need_the_year_of_birth(
    birth: str | None, number: str | None, digits: str | None, code: str
) -> None:
    numbers = withdraw_doubtful(clean_numbers(pa.array(["1097123456"])), birth=pa.array([birth], pa.string()))
    assert (numbers.number12[0].as_py(), numbers.digits[0].as_py(), numbers.code[0].as_py()) == (number, digits, code)


def test_the_number_tells_year_and_sex() -> None:
    numbers = clean_numbers(
        pa.array(["036095020263", "036195020263", "036201020263", "036301020263", "162958077", None])
    )
    assert numbers.year.to_pylist() == ["1995", "1995", "2001", "2001", None, None]
    assert numbers.sex.to_pylist() == ["M", "F", "M", "F", None, None]


def test_joined_columns_need_no_remark() -> None:
    texts: list[str | None] = [
        "036042023420 ; 162380877",
        "162380877 ; 036042023420",
        "036042023420 ; 000000000",
        "036042023420",
    ]
    got = _columns(texts, columns=2)
    assert [(row[0], row[1], row[5]) for row in got] == [
        ("036042023420", "162380877", None),
        ("036042023420", "162380877", None),
        ("036042023420", None, None),
        ("036042023420", None, None),
    ]


def test_keys_of_another_register_are_kept_compact() -> None:
    got = _columns(["ab 12-345", "7781", None, " "], own_key=True)
    assert [(row[0], row[4], row[5]) for row in got] == [
        ("AB12345", "twelve", None),
        ("7781", "twelve", None),
        (None, "missing", None),
        (None, "missing", "number_placeholder"),
    ]
