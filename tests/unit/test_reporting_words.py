"""Verdicts, reasons and weights in words."""

from __future__ import annotations

import pytest

from xacthuc.findings import get_code, list_codes
from xacthuc.records import IDENTITY, RAW_FIELDS, VACCINATION
from xacthuc.reporting.words import (
    FIELD_WORDS,
    IDENTITY_WORDS,
    VACCINATION_WORDS,
    Evidence,
    Explanation,
    Proposal,
    Words,
    explain_html,
    explain_text,
    find_axis,
    name_field,
    write_reasons,
)

EXPLANATION = Explanation(
    record="ds.xlsx:S:17:1:1",
    steps=(
        Evidence("name", Words("bằng nhau khi bỏ dấu", "equal without marks"), 48),
        Evidence("birth_date", Words("trùng", "agrees"), 92),
        Evidence("phone", Words("khác", "differs"), -14),
    ),
    total=126,
    threshold=120,
    proposals=(Proposal(1, 126, 30, True), Proposal(2, 96, None, False)),
    identity="MISMATCH",
    vaccination="PLAUSIBLE",
    reasons=(("name", "name_marks_lost"),),
)


def test_every_verdict_and_field_has_words_in_both_languages() -> None:
    assert set(IDENTITY_WORDS) == set(IDENTITY)
    assert set(VACCINATION_WORDS) == set(VACCINATION)
    assert set(RAW_FIELDS) <= set(FIELD_WORDS)
    assert all(w.vi and w.en for words in (IDENTITY_WORDS, VACCINATION_WORDS, FIELD_WORDS) for w in words.values())
    assert name_field("own_column") == ("own_column", "own_column")


@pytest.mark.parametrize(
    ("field", "code", "axis"),
    [
        ("name", "name_marks_lost", "identity"),
        ("number", "number_missing", "identity"),
        ("row", "person_recorded_twice", "identity"),
        ("row", "dose_entered_twice", "dose"),
        ("dose_date", "name_missing", "dose"),
    ],
)
def test_a_reason_belongs_to_the_owner_of_its_field(field: str, code: str, axis: str) -> None:
    assert find_axis(field, get_code(code)) == axis


def test_every_code_there_is_has_an_owner() -> None:
    assert {find_axis(code.field, code) for code in list_codes().values()} <= {"identity", "dose"}


def test_reasons_are_said_once_and_in_order() -> None:
    reasons = [{"code": "sex_differs"}, {"code": "name_marks_lost"}, {"code": "sex_differs"}]
    text = write_reasons(reasons).en
    assert text.count("The sex differs") == 1
    assert text.index("The sex differs") < text.index("The name is written without")


def test_the_terminal_shows_each_weight_where_it_begins() -> None:
    lines = explain_text(EXPLANATION, width=20).splitlines()
    bars = [line[line.index("|") + 1 : line.rindex("|")] for line in lines if line.count("|") == 2]
    assert bars[0].startswith("█")
    assert bars[1].index("█") == bars[0].rindex("█") + 1
    assert "▒" in bars[2]
    assert "█" not in bars[2]
    assert all(len(bar) == 20 for bar in bars)


def test_the_terminal_says_verdicts_reasons_total_and_proposals() -> None:
    text = explain_text(EXPLANATION)
    for said in (
        "Thông tin chưa khớp",
        "Họ tên viết thiếu dấu",
        "Tổng +126, ngưỡng +120: đạt",
        "ahead of the next by 30",
    ):
        assert said in text
    below = Explanation("r", (), total=10, threshold=120)
    assert "chưa đạt" in explain_text(below)
    assert "not reached" in explain_text(below)


def test_the_page_draws_a_bar_for_each_weight_and_escapes_the_record() -> None:
    page = explain_html(EXPLANATION)
    assert page.count('<rect class="for"') == 2
    assert page.count('<rect class="against"') == 1
    assert "http" not in page
    assert "<i>" not in explain_html(Explanation("<i>", (), total=0, threshold=0))
