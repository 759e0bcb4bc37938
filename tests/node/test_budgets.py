"""A register that explains itself can be guessed from: how much may be asked, and what is written down of it."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from claims import make_claim

from conftest import Cast
from village import PEOPLE
from xacthuc_register.client import BudgetSpent, NotTrusted
from xacthuc_register.refusals import NodeRefused
from xacthuc_register.state import Budgets, State, load_budgets, read_log

ASKER = {"organisation": "station-1", "officer": "staff-7"}
CASE = {"officer": "police-3", "case": "case-9"}
SMALL = Budgets(claims_a_day=5, looks_a_day=1, vouched_a_day=2, asked_a_day=2, asked_a_month=3)
NOW = datetime(2021, 11, 9, 8, tzinfo=UTC)


def test_a_person_cannot_be_guessed_by_trying(cast: Cast) -> None:
    cast.keep_budgets(asked_a_day=3)
    answers = [cast.health.check([make_claim(0, birth_date=f"1990-03-{day:02}")], **ASKER)["r1"] for day in range(1, 7)]
    assert [answer.refused for answer in answers] == [None] * 3 + ["node_person_spent"] * 3
    assert (answers[-1].identity, answers[-1].reasons, answers[-1].person) == ("", (), None)
    again = cast.health.check([make_claim(0, birth_date="1990-03-01")], **ASKER)["r1"]
    assert again.refused is None  # the same question tells nothing new
    assert cast.health.check([make_claim(1)], **ASKER)["r1"].identity == "MATCHED"


def test_a_number_that_nobody_holds_cannot_be_tried_for_ever(cast: Cast) -> None:
    cast.keep_budgets(asked_a_day=1)
    claims = [make_claim(0, name="Không Ai Cả", number12="036190009999", birth_date=f"19{n}") for n in (50, 51)]
    found = [cast.health.check([claim | {"phone": None}], **ASKER)["r1"] for claim in claims]
    assert [answer.refused for answer in found] == [None, "node_person_spent"]


def test_an_officer_has_a_day_s_work(cast: Cast) -> None:
    cast.keep_budgets(claims_a_day=5, looks_a_day=1, vouched_a_day=2)
    assert len(cast.health.check([make_claim(at, f"r{at}") for at in range(5)], **ASKER)) == 5
    with pytest.raises(BudgetSpent) as spent:
        cast.health.check([make_claim(5)], **ASKER)
    assert spent.value.code == "node_officer_spent"
    assert cast.health.check([make_claim(5)], organisation="station-1", officer="staff-8")
    claim = make_claim(0)
    shown = cast.police.candidates(claim, **CASE)
    with pytest.raises(BudgetSpent) as spent:
        cast.police.candidates(claim, **CASE)
    assert spent.value.code == "node_looks_spent"
    items = [(ref, claim, shown[0].person) for ref in "abc"]
    assert len(cast.police.vouch(items[:2], **CASE)) == 2
    with pytest.raises(BudgetSpent):
        cast.police.vouch(items[2:], **CASE)


def test_budgets_come_back_with_the_day_and_the_month(tmp_path: Path) -> None:
    state = State(tmp_path / "state.sqlite", budgets=SMALL)

    def ask(content: str, days: int) -> bool:
        with state.remember(now=NOW + timedelta(days=days)) as turn:
            return turn.ask_about("somebody", content)

    assert [ask(content, days) for content, days in (("a", 0), ("b", 0), ("c", 0), ("c", 1), ("d", 2))] == [
        True, True, False, True, False,
    ]  # fmt: skip
    assert ask("d", 31)
    with state.remember(now=NOW) as turn:
        turn.spend("officer", "claims_a_day", 5)
    with state.remember(now=NOW + timedelta(days=1)) as turn:
        turn.spend("officer", "claims_a_day", 5)
    state.close()


def spend_twice(state: State) -> None:
    with state.remember(now=NOW) as turn:
        turn.spend("officer", "claims_a_day", 4)
        turn.spend("officer", "claims_a_day", 4)


def test_what_is_refused_spends_nothing(tmp_path: Path) -> None:
    state = State(tmp_path / "state.sqlite", budgets=SMALL)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            spend_twice(state)
    with state.remember(now=NOW) as turn:
        turn.spend("officer", "claims_a_day", 5)
    state.close()


def test_budgets_of_the_folder_stand_before_those_of_the_program(tmp_path: Path) -> None:
    assert load_budgets(tmp_path).asked_a_day == 20
    (tmp_path / "budgets.toml").write_text(
        "claims_a_day = 1\nlooks_a_day = 2\nvouched_a_day = 3\nasked_a_day = 4\nasked_a_month = 5\n"
    )
    assert load_budgets(tmp_path) == Budgets(1, 2, 3, 4, 5)


def test_every_question_is_in_the_log_and_no_value(cast: Cast) -> None:
    claim = make_claim(1, name="Tran Van Binh")
    person = cast.health.check([claim], **ASKER)["r1"].person
    assert person
    cast.police.candidates(claim, **CASE)
    cast.police.vouch([("a", claim, person)], **CASE)
    cast.police.changes(0)
    with pytest.raises(NotTrusted):
        cast.health.vouch([("a", claim, person)], **CASE)
    lines = list(read_log(cast.folder.state))
    assert [line["action"] for line in lines] == ["check", "candidates", "vouch", "changes", "vouch"]
    assert lines[0]["answers"] == [["r1", "MISMATCH", "name_marks_lost"]]
    assert lines[0]["people"] == {"r1": [person]}
    assert person in lines[1]["people"]
    assert lines[2]["answers"] == [["a", person, None]]
    assert lines[4]["refused"] == "node_not_police"
    assert all(line["partner"] for line in lines)
    text = json.dumps(lines, ensure_ascii=False)
    values = {known[name] for known in PEOPLE for name in ("name", "birth_date", "number12", "number9", "phone")}
    assert not {value for value in values if value and value in text}


def test_a_log_that_was_changed_is_seen(cast: Cast) -> None:
    for at in range(3):
        cast.health.check([make_claim(at)], **ASKER)
    database = sqlite3.connect(cast.folder.state)
    for statement in ("UPDATE log SET said = '{}'", "DELETE FROM log"):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(statement)
    database.executescript("DROP TRIGGER log_kept; UPDATE log SET said = '{}' WHERE line = 2;")
    database.close()
    with pytest.raises(NodeRefused) as refused:
        list(read_log(cast.folder.state))
    assert (refused.value.code, refused.value.name) == ("node_log_broken", "2")
