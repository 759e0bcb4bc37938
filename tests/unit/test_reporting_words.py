"""Verdicts and reasons in words."""

from __future__ import annotations

import pytest

from xacthuc.findings import get_code, list_codes
from xacthuc.records import IDENTITY, RAW_FIELDS, VACCINATION
from xacthuc.reporting.words import (
    FIELD_WORDS,
    IDENTITY_WORDS,
    VACCINATION_WORDS,
    find_axis,
    name_field,
    write_reasons,
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
