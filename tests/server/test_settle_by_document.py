"""Foreigners are settled by passport at the facility, soldiers by the army's own books."""

from __future__ import annotations

import pytest
from settling_cast import NOW, Cast, act_for_job, make_cast, open_case

PASSPORT = ("Anna Example", "1990-01-02", "F", "X1234567")


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def settle(cast, case, *, who, said=PASSPORT):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import settle_by_document
    from xacthuc_server.people.actions import Vouched

    with act_as(cast.acting[who]) as by:
        settle_by_document(case.id, vouched=Vouched(*said), by=by, now=NOW, version=case.version)
    with act_as(act_for_job()):
        case.person.refresh_from_db()
    return case.person


def foreigner(cast):
    return open_case(cast, identity="FOREIGN", organisation="site", reasons=[], passport="X1234567", number12=None)


def test_the_head_of_the_facility_settles_a_foreigner(cast) -> None:
    person = settle(cast, foreigner(cast), who="site_head")
    assert (person.settled, person.vouched_number) == ("passport", "X1234567")


def test_the_army_settles_its_own(cast) -> None:
    person = settle(cast, open_case(cast, organisation="army"), who="soldier")
    assert (person.settled, person.vouched_name) == ("army", "Anna Example")


@pytest.mark.parametrize("who", ["officer", "clerk", "station_head", "soldier", "supervisor"])
def test_nobody_else_settles_a_foreigner(cast, who) -> None:
    from xacthuc_server.cases.refusals import CaseRefused
    from xacthuc_server.units.posts import NotAllowed

    case = foreigner(cast)
    with pytest.raises((NotAllowed, CaseRefused)):
        settle(cast, case, who=who)


def test_a_citizen_is_not_settled_by_passport(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case
    from xacthuc_server.cases.refusals import NotSettledByThis

    case = open_case(cast)
    with act_as(act_for_job()):
        Case.objects.filter(id=case.id).update(owner=cast.organisations["site"])
    with pytest.raises(NotSettledByThis):
        settle(cast, case, who="site_head")


@pytest.mark.parametrize(
    "said", [("", "1990-01-02", "F", "X1"), ("Anna", "", "F", "X1"), ("Anna", "1990-01-02", "F", "")]
)
def test_a_paper_that_says_too_little_settles_nothing(cast, said) -> None:
    from xacthuc_server.cases.refusals import NotVouched

    with pytest.raises(NotVouched):
        settle(cast, foreigner(cast), who="site_head", said=said)
