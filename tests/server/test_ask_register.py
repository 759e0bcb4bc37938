"""The register is asked about everybody once; what it answers is recorded; while it is away nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from intake_cast import NOW, Cast, clock, fetch, read, send
from intake_register import Village

from line import write_csv
from village import DOSE, HEADINGS, note_person

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
NEXT = ("2", "AstraZeneca", "CTMAV563", "01/12/2021")


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


@pytest.fixture(autouse=True)
def _all(rolled_back: None) -> Any:
    from xacthuc_server.accounts.acting import act_as, work_as

    with act_as(work_as("test")):
        yield


@pytest.fixture
def upload(cast: Cast, tmp_path: Path) -> Any:
    rows = [
        [*HEADINGS, *DOSE],
        [*note_person(0), *JAB],
        [*note_person(0), *NEXT],
        [*note_person(3, name="Tran Van Binh"), *JAB],
        [*note_person(4, number12=""), *JAB],
    ]
    return read(send(cast.clerk, write_csv(tmp_path / "ds.csv", rows)))


def ask(upload: Any, judge: Village) -> Any:
    from xacthuc_server.jobs.asking import ask_upload

    ask_upload(upload.id, clock=clock, judge=judge)
    return fetch(upload)


def test_everybody_is_asked_about_once_and_the_upload_is_done(upload: Any) -> None:
    from xacthuc_server.people.models import Dose, Person

    village = Village()
    assert ask(upload, village).state == "done"
    assert len(village.asked) == Person.objects.count() == 3
    told = dict(Person.objects.values_list("identity", "settled"))
    assert told["MATCHED"] == "matched"
    assert "UNASKED" not in told
    assert not Dose.objects.filter(vaccination="UNJUDGED").exists()
    ask(upload, village)
    assert len(village.asked) == 3


def test_who_matches_is_settled_with_what_was_stated(upload: Any) -> None:
    from xacthuc_server.people.models import Person

    ask(upload, Village())
    person = Person.objects.get(identity="MATCHED")
    stated = (person.name, person.birth_date, person.sex, person.number)
    assert (person.vouched_name, person.vouched_birth_date, person.vouched_sex, person.vouched_number) == stated
    assert person.reference
    assert person.settled_by == "job:people.ask"
    other = Person.objects.exclude(identity="MATCHED").first()
    assert other is not None
    assert (other.settled, other.vouched_name, other.settled_at) == ("", None, None)


def test_a_register_that_is_away_is_asked_again(upload: Any) -> None:
    from xacthuc_server.jobs.asking import RegisterAway
    from xacthuc_server.people.models import Dose, Person, Standing

    for _ in range(2):
        with pytest.raises(RegisterAway):
            ask(upload, Village(away=True))
    assert Standing.objects.get().away_since == NOW
    assert set(Person.objects.values_list("identity", flat=True)) == {"UNASKED"}
    assert not Dose.objects.filter(vaccination="UNJUDGED").exists(), "health's verdict waits for nobody"
    assert ask(upload, Village()).state == "done"
    assert Standing.objects.get().away_since is None


def test_of_whom_the_register_says_nothing_is_asked_later(upload: Any) -> None:
    from xacthuc_server.jobs.asking import RegisterSilent

    with pytest.raises(RegisterSilent):
        ask(upload, Village(silent=True))
    assert fetch(upload).state == "recorded"
    assert ask(upload, Village()).state == "done"


def test_an_answer_about_a_person_who_has_changed_is_dropped(upload: Any) -> None:
    from xacthuc_server.accounts.acting import work_as
    from xacthuc_server.people.actions import record_answers
    from xacthuc_server.people.models import Person

    person = Person.objects.earliest("id")
    answer = {"identity": "NOT_FOUND", "reasons": [{"field": "number", "code": "number_unknown"}], "sure": False}
    by = work_as("people.ask")
    assert record_answers([{**answer, "ref": f"{person.id}:7"}], by=by, now=NOW) == []
    assert record_answers([{**answer, "ref": f"{person.id}:0"}], by=by, now=NOW) == [person.id]
    person.refresh_from_db()
    assert (person.identity, person.reasons) == ("NOT_FOUND", [["number", "number_unknown"]])


def test_what_an_officer_has_settled_is_not_answered_over(upload: Any) -> None:
    from xacthuc_server.accounts.acting import work_as
    from xacthuc_server.people.actions import record_answers
    from xacthuc_server.people.models import Person

    person = Person.objects.earliest("id")
    Person.objects.filter(id=person.id).update(settled="officer")
    answer = {"ref": f"{person.id}:0", "identity": "NOT_FOUND", "reasons": [], "sure": False}
    assert record_answers([answer], by=work_as("people.ask"), now=NOW) == []


@pytest.mark.parametrize(
    "wrong", [{"identity": "PERHAPS"}, {"ref": "1 OR 1=1:0"}, {"person": "x" * 65, "sure": True}], ids=str
)
def test_an_answer_of_another_form_is_refused(upload: Any, wrong: dict[str, Any]) -> None:
    from xacthuc_server.accounts.acting import work_as
    from xacthuc_server.people.actions import AnswerUnusable, record_answers

    answer = {"ref": "1:0", "identity": "MATCHED", "reasons": [], "sure": True, "person": "p", **wrong}
    with pytest.raises(AnswerUnusable):
        record_answers([answer], by=work_as("people.ask"), now=NOW)


@pytest.mark.parametrize("name", ["clerk", "head", "officer", "neighbour"])
def test_only_the_platform_itself_records_answers_and_judges(cast: Cast, name: str) -> None:
    from xacthuc_server.people.actions import judge_doses, record_answers
    from xacthuc_server.units.posts import NotAllowed

    by = getattr(cast, name)
    with pytest.raises(NotAllowed):
        record_answers([], by=by, now=NOW)
    with pytest.raises(NotAllowed):
        judge_doses([], by=by, now=NOW)


def test_doses_of_one_person_under_two_numbers_are_judged_together(cast: Cast, tmp_path: Path) -> None:
    """Entered with the telephone of a son, the second is still the same dose of the same person."""
    from xacthuc_server.people.models import Dose, Person

    rows = [[*HEADINGS, *DOSE], [*note_person(0), *JAB], [*note_person(0, phone="0987654321"), *JAB]]
    upload = read(send(cast.clerk, write_csv(tmp_path / "ds.csv", rows)))
    ask(upload, Village())
    assert Person.objects.count() == 2
    assert list(Dose.objects.order_by("id").values_list("vaccination", flat=True)) == ["PLAUSIBLE", "DUPLICATE"]
