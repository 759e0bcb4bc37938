"""Why a record got its verdict: the waterfall, what agrees, what it takes to be sure, the course."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xacthuc.reporting.explanation import (
    Course,
    Dose,
    Evidence,
    Explanation,
    Match,
    Proposal,
    explain_html,
    explain_text,
    write_checks,
    write_course,
    write_doses,
)
from xacthuc.reporting.words import Words

EXPLANATION = Explanation(
    record="ds.xlsx:S:17:1:1",
    steps=(
        Evidence("name", Words("bằng nhau khi bỏ dấu", "equal without marks"), 48),
        Evidence("birth_date", Words("trùng", "agrees"), 92),
        Evidence("phone", Words("khác", "differs"), -14),
    ),
    total=126,
    threshold=120,
    proposals=(Proposal(1, 126, 30, True, "P7"), Proposal(2, 96, None, False, "P9")),
    identity="MISMATCH",
    vaccination="PLAUSIBLE",
    reasons=(("name", "name_marks_lost"),),
    person="P7",
    margin_threshold=50,
    candidates=2,
)
MATCHED = Explanation(
    "r", (), total=0, threshold=120, identity="MATCHED", person="P7", match=Match(old_number=False, sex_known=True)
)


def test_the_terminal_shows_each_weight_where_it_begins() -> None:
    lines = explain_text(EXPLANATION, width=20).splitlines()
    bars = [line[line.index("|") + 1 : line.rindex("|")] for line in lines if line.count("|") == 2]
    assert bars[0].startswith("█")
    assert bars[1].index("█") == bars[0].rindex("█") + 1
    assert "▒" in bars[2]
    assert "█" not in bars[2]
    assert all(len(bar) == 20 for bar in bars)


def test_the_terminal_says_verdicts_reasons_thresholds_and_who_is_proposed() -> None:
    text = explain_text(EXPLANATION)
    for said in (
        "Thông tin chưa khớp",
        "Họ tên viết thiếu dấu",
        "Tổng +126, ngưỡng +120: đạt, hơn 6",
        "Ahead of the next by +30, threshold +50: not reached, short by 20",
        "Đề xuất 1: P7 trọng số 126, hơn người kế tiếp 30: chắc chắn",
        "Proposal 2: P9 weight 96: a person has to compare",
    ):
        assert said in text


def test_a_lonely_candidate_is_said_to_be_alone() -> None:
    alone = replace(EXPLANATION, candidates=1, proposals=(Proposal(1, 126, None, True, "P7"),))
    text = explain_text(alone)
    assert "There is no second candidate: the whole +126, threshold +50: reached, by 76" in text
    assert "ahead of the next" not in text
    assert "Ahead of the next" not in text


def test_the_last_proposal_is_ahead_of_nobody() -> None:
    second = replace(EXPLANATION, proposals=(EXPLANATION.proposals[0], Proposal(2, 96, 96, False, "P9")), candidates=3)
    assert "Proposal 2: P9 weight 96: a person has to compare" in explain_text(second)
    only = replace(EXPLANATION, proposals=EXPLANATION.proposals[:1])
    assert "Đề xuất 1: P7 trọng số 126: chắc chắn" in explain_text(only)
    assert "Ahead of the next, who is not worth a proposal, by +30, threshold +50" in explain_text(only)


def test_too_little_to_propose_and_a_relative_are_said() -> None:
    little = replace(EXPLANATION, total=20, proposals=(), candidates=3, other_person=True)
    said = [words.en for words in write_checks(little)]
    assert said[0] == "Total +20, threshold +120: not reached, short by 100"
    assert said[1] == "Nobody weighs enough to be proposed."
    assert "perhaps a relative" in said[2]


def test_a_matched_record_says_what_agrees() -> None:
    text = explain_text(MATCHED)
    for said in (
        "Số CCCD: trùng khớp (Identity number: the same)",
        "Name: the same with all marks",
        "Birth date: the same",
        "Sex: the same",
        "Người mang mã P7",
    ):
        assert said in text
    assert "No weights" not in text
    assert "threshold" not in text
    old = replace(MATCHED, match=Match(old_number=True, sex_known=False))
    assert "Old number (CMND): the same" in explain_text(old)
    assert "Sex: not written" in explain_text(old)
    assert "<h2>Vì sao đúng người" in explain_html(old)


@pytest.mark.parametrize(
    ("identity", "said"),
    [("FOREIGN", "foreigner"), ("REFUSED", "no record"), ("AMBIGUOUS", "several people"), ("NOT_FOUND", "Nobody")],
)
def test_without_weights_it_says_why(identity: str, said: str) -> None:
    assert said in explain_text(Explanation("r", (), total=0, threshold=120, identity=identity))


COURSE = Course(
    state="partial",
    completed_on=None,
    next_role="primary",
    next_dose=2,
    next_product="AstraZeneca",
    due_from="2021-10-27",
    due_to="2021-12-22",
    doses=(Dose("r", "primary", 1, 2), Dose("again", "not_counted", None, None)),
)


def test_the_course_says_what_each_dose_counts_for_and_what_is_due() -> None:
    assert [(name, words.en) for name, words in write_doses(COURSE)] == [
        ("r", "primary course 1/2"),
        ("again", "not counted"),
    ]
    assert [words.en for words in write_course(COURSE)] == [
        "This person: primary course not complete",
        "Next dose: number 2 (primary course, AstraZeneca) from 2021-10-27 to 2021-12-22",
    ]
    over = replace(COURSE, state="complete", completed_on="2021-09-01", next_role=None)
    assert [words.vi for words in write_course(over)] == [
        "Người này: đủ liều cơ bản (2021-09-01)",
        "Không có mũi nào đến lịch.",
    ]
    booster = replace(COURSE, next_role="booster", next_dose=3, next_product=None, due_from=None, due_to=None)
    assert write_course(booster)[-1].en == "Next dose: number 3 (booster)"
    told = replace(EXPLANATION, course=COURSE)
    assert "Mũi tiếp theo: mũi 2" in explain_text(told)
    assert "Mũi tiếp theo: mũi 2" in explain_html(told)


def test_the_page_draws_a_bar_for_each_weight_and_escapes_the_record() -> None:
    page = explain_html(EXPLANATION)
    assert page.count('<rect class="for"') == 2
    assert page.count('<rect class="against"') == 1
    assert "http" not in page
    assert "<i>" not in explain_html(Explanation("<i>", (), total=0, threshold=0))
