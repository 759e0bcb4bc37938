"""What is wrong becomes a case, once, with owner and deadline; what is right again ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from settling_cast import DAY, NOW, Cast, act_for_job, give_dose, make_cast, state_person


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def open_for(person, now=NOW):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import open_cases
    from xacthuc_server.cases.models import Case

    with act_as(act_for_job()) as by:
        count = open_cases([person.id], by=by, now=now)
        return count, list(Case.objects.filter(person=person).order_by("id").select_related("owner"))


def state(cast, **values):
    from xacthuc_server.accounts.acting import act_as

    with act_as(act_for_job()):
        return state_person(cast, **values)


@pytest.mark.parametrize(
    ("values", "owner", "standing"),
    [
        ({}, "police", "open"),
        ({"identity": "NOT_FOUND", "reasons": [["number", "number_unknown"]]}, "police", "open"),
        ({"identity": "AMBIGUOUS", "reasons": []}, "police", "open"),
        ({"identity": "NO_NUMBER", "reasons": [["number", "number_missing"]]}, "station", "waiting"),
        (
            {"identity": "NO_NUMBER", "reasons": [["number", "number_missing"]], "sure": True, "reference": "r1"},
            "police",
            "open",
        ),
        ({"identity": "NO_NUMBER", "reasons": [], "unit": "department", "organisation": "site"}, "site", "waiting"),
        ({"identity": "FOREIGN", "reasons": [], "organisation": "site"}, "site", "open"),
        ({"organisation": "army"}, "army", "open"),
        ({"unit": "other_station"}, "other_police", "open"),
        ({"unit": "department"}, "police_department", "open"),
    ],
)
def test_an_identity_goes_to_who_can_settle_it(cast, values, owner, standing) -> None:
    _, [case] = open_for(state(cast, **values))
    assert (case.owner.code, case.state) == (owner, standing)


def test_the_station_brings_the_number_and_then_the_police_have_it(cast) -> None:
    _, [case] = open_for(state(cast, identity="NO_NUMBER", reasons=[["number", "number_missing"]]))
    assert case.returns_to == cast.organisations["police"]


@pytest.mark.parametrize(
    "values", [{"identity": "MATCHED", "reasons": []}, {"identity": "UNASKED"}, {"settled": "officer"}]
)
def test_nothing_is_opened_where_nothing_is_wrong(cast, values) -> None:
    assert open_for(state(cast, **values)) == (0, [])


def test_a_problem_has_one_case_however_often_it_is_looked_at(cast) -> None:
    person = state(cast)
    assert open_for(person)[0] == 1
    assert open_for(person)[0] == 0


def test_a_case_ends_when_its_problem_is_gone(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    person = state(cast)
    open_for(person)
    with act_as(act_for_job()):
        Person.objects.filter(id=person.id).update(identity="MATCHED", reasons=[], settled="matched")
    _, [case] = open_for(person)
    assert (case.state, case.outcome) == ("ended", "problem_gone")


def test_another_problem_is_another_case(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    person = state(cast)
    open_for(person)
    with act_as(act_for_job()):
        Person.objects.filter(id=person.id).update(reasons=[["sex", "sex_differs"]])
    _, [before, after] = open_for(person)
    assert (before.outcome, after.cause, after.state) == ("problem_changed", "sex_differs", "open")


def test_what_somebody_has_decided_is_not_opened_again_until_the_register_is_asked_again(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import end_case
    from xacthuc_server.people.models import Person

    person = state(cast)
    _, [case] = open_for(person)
    with act_as(cast.officer) as by:
        end_case(case.id, why="nobody_in_register", by=by, now=NOW + DAY, version=case.version)
    assert open_for(person)[0] == 0
    with act_as(act_for_job()):
        Person.objects.filter(id=person.id).update(asked_at=NOW + 2 * DAY)
    assert open_for(person)[0] == 1


def test_the_deadline_is_that_of_the_cause_that_weighs_most(cast) -> None:
    person = state(cast, reasons=[["name", "name_marks_lost"], ["birth_date", "birth_other"]])
    _, [case] = open_for(person)
    assert case.cause == "birth_other"
    assert case.deadline - case.opened_at == timedelta(days=14)


def test_a_doubtful_dose_goes_to_who_entered_it(cast) -> None:
    from xacthuc_server.accounts.acting import act_as

    person = state(cast, identity="MATCHED", reasons=[], settled="matched")
    with act_as(act_for_job()):
        dose = give_dose(cast, person, vaccination="DOUBTFUL", reasons=[["lot", "lot_expired"]])
    _, [case] = open_for(person)
    assert (case.kind, case.owner.code, case.dose_id, case.cause) == ("vaccination", "site", dose.id, "lot_expired")


@pytest.mark.parametrize("who", ["clerk", "officer", "supervisor", "chair", "issuer"])
def test_nobody_but_the_platform_opens_cases(cast, who) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import open_cases
    from xacthuc_server.units.posts import NotAllowed

    with act_as(cast.acting[who]) as by, pytest.raises(NotAllowed):
        open_cases([], by=by, now=NOW)
