"""Cases that change hands: ended, asked about, completed, handed over, raised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from settling_cast import DAY, NOW, Cast, act_for_job, count_jobs, list_events, make_cast, open_case, open_dose_case


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def do(cast, action, case, *, who, now=NOW, **named):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases import actions

    with act_as(cast.acting[who]) as by:
        getattr(actions, action)(case.id, by=by, now=now, version=case.version, **named)
    return reread(case)


def reread(case):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case

    with act_as(act_for_job()):
        return Case.objects.select_related("person", "dose", "owner", "returns_to", "raised_to").get(id=case.id)


def refused(cast, action, case, *, who, **named):
    from xacthuc_server.cases.refusals import CaseRefused
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises((CaseRefused, NotAllowed)) as why:
        do(cast, action, case, who=who, **named)
    return type(why.value).__name__


def test_nobody_in_the_register_ends_a_case_and_leaves_the_record_unverified(cast) -> None:
    case = do(cast, "end_case", open_case(cast), who="officer", why="nobody_in_register")
    assert (case.state, case.outcome, case.person.settled) == ("ended", "nobody_in_register", "")
    assert list_events(f"case:{case.id}") == ["case.end"]


@pytest.mark.parametrize(
    ("who", "name"),
    [("clerk", "NotYours"), ("supervisor", "NotAllowed"), ("other_officer", "NotThere"), ("chair", "NotAllowed")],
)
def test_only_the_owner_ends(cast, who, name) -> None:
    found = refused(cast, "end_case", open_case(cast), who=who, why="nobody_in_register")
    assert found in (name, "NotAllowed")


def test_nothing_ends_without_a_reason(cast) -> None:
    assert refused(cast, "end_case", open_case(cast), who="officer", why="because") == "ReasonMissing"


def test_missing_data_are_asked_of_the_station_and_come_back(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.restating import Restated

    case = do(cast, "ask_for_data", open_case(cast), who="officer", why="need_number")
    assert (case.state, case.owner.code, case.returns_to.code) == ("waiting", "station", "police")
    assert refused(cast, "end_case", case, who="officer", why="nobody_in_register") == "NotYours"
    case = do(cast, "complete_case", case, who="clerk", stated=Restated(number="036 180 001 111"))
    assert (case.state, case.owner.code, case.returns_to) == ("open", "police", None)
    with act_as(act_for_job()):
        case.person.refresh_from_db()
    assert (case.person.number12, case.person.identity) == ("036180001111", "UNASKED")
    assert count_jobs("people.ask") == 1


@pytest.mark.parametrize("stated", [{}, {"number": "12"}, {"birth_date": "2031-01-01"}, {"name": "???"}, {"sex": "X"}])
def test_what_cannot_be_read_completes_nothing(cast, stated) -> None:
    from xacthuc_server.people.restating import Restated, StatedRefused

    case = open_case(cast, identity="NO_NUMBER", reasons=[["number", "number_missing"]])
    with pytest.raises(StatedRefused):
        do(cast, "complete_case", case, who="clerk", stated=Restated(**stated))


@pytest.mark.parametrize("who", ["officer", "site_head", "other_head", "supervisor"])
def test_only_the_station_that_was_asked_completes(cast, who) -> None:
    from xacthuc_server.people.restating import Restated

    case = open_case(cast, identity="NO_NUMBER", reasons=[["number", "number_missing"]])
    refused(cast, "complete_case", case, who=who, stated=Restated(number="036180001111"))


def test_who_lives_elsewhere_is_handed_over_and_seen_there(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case
    from xacthuc_server.jobs.settling import follow
    from xacthuc_server.people.models import Person

    to = cast.organisations["other_police"]
    case = do(cast, "hand_over", open_case(cast), who="officer", to=to.id, why="lives_elsewhere")
    assert (case.state, case.owner) == ("handed_over", to)
    follow(person_ids=[case.person_id], references=[])
    with act_as(cast.other_officer):
        assert Case.objects.filter(id=case.id).exists()
        assert Person.objects.filter(id=case.person_id).exists()
    with act_as(cast.officer):
        assert not Person.objects.filter(id=case.person_id).exists()


def test_a_soldier_is_handed_over_to_the_army(cast) -> None:
    to = cast.organisations["army"]
    case = do(cast, "hand_over", open_case(cast), who="officer", to=to.id, why="serves_in_army")
    assert case.owner == to


@pytest.mark.parametrize("to", ["station", "committee", "operator", "police"])
def test_an_identity_is_handed_to_nobody_who_cannot_settle_it(cast, to) -> None:
    organisation = cast.organisations[to].id
    case = open_case(cast)
    assert refused(cast, "hand_over", case, who="officer", to=organisation, why="other_owner") == "NotSettledByThis"


@pytest.mark.parametrize("who", ["clerk", "other_officer", "chair", "issuer", "supervisor"])
def test_only_the_owner_and_who_stands_above_hand_over(cast, who) -> None:
    to = cast.organisations["other_police"].id
    refused(cast, "hand_over", open_case(cast), who=who, to=to, why="other_owner")


def test_who_stands_above_may_give_a_case_to_another(cast) -> None:
    to = cast.organisations["other_police"].id
    case = do(cast, "hand_over", open_case(cast), who="police_supervisor", to=to, why="other_owner")
    assert case.owner_id == to


def raise_due(cast, now):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import raise_due

    with act_as(act_for_job()) as by:
        return raise_due(by=by, now=now)


def test_a_case_is_raised_level_by_level_and_its_owner_can_still_settle_it(cast) -> None:
    case = open_dose_case(cast)
    assert raise_due(cast, NOW + DAY) == 0
    late = case.deadline + timedelta(minutes=1)
    assert raise_due(cast, late) == 1
    assert raise_due(cast, late) == 0
    for level, above in enumerate(["centre", "department", "ministry"], start=1):
        case = reread(case)
        assert (case.raised, case.raised_to.code, case.state, case.owner.code) == (level, above, "raised", "site")
        late = case.deadline + timedelta(minutes=1)
        raise_due(cast, late)
    case = reread(case)
    assert case.raised == 3
    assert list_events(f"case:{case.id}") == ["case.raise"] * 3
    case = do(cast, "settle_vaccination", case, who="site_head", keep=True, why="seen_on_certificate")
    assert case.state == "settled"


def test_a_closed_case_is_not_raised(cast) -> None:
    case = do(cast, "end_case", open_case(cast), who="officer", why="nobody_in_register")
    assert raise_due(cast, NOW + 100 * DAY) == 0
    assert case.raised == 0


@pytest.mark.parametrize("who", ["supervisor", "police_supervisor", "officer", "issuer"])
def test_nobody_but_the_platform_raises(cast, who) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import raise_due
    from xacthuc_server.units.posts import NotAllowed

    with act_as(cast.acting[who]) as by, pytest.raises(NotAllowed):
        raise_due(by=by, now=NOW)


def test_a_correction_is_a_case_for_who_settles_such_things_within_two_days(cast) -> None:
    from settling_cast import state_person

    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import ask_correction, open_cases
    from xacthuc_server.cases.models import Case

    with act_as(act_for_job()):
        person = state_person(cast, identity="MATCHED", reasons=[], settled="matched")
    with act_as(cast.clerk) as by:
        number = ask_correction(person.id, why="holder_asked", by=by, now=NOW)
    with act_as(act_for_job()) as by:
        open_cases([person.id], by=by, now=NOW + DAY)
        case = Case.objects.get(id=number)
    assert (case.owner.code, case.cause, case.state) == ("police", "correction_asked", "open")
    assert case.deadline - NOW == timedelta(hours=48)


@pytest.mark.parametrize("who", ["chair", "supervisor", "auditor"])
def test_a_correction_is_asked_by_who_settles(cast, who) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import ask_correction
    from xacthuc_server.units.posts import NotAllowed

    case = open_case(cast)
    with act_as(cast.acting[who]) as by, pytest.raises(NotAllowed):
        ask_correction(case.person_id, why="holder_asked", by=by, now=NOW)
