"""The site keeps or withdraws a dose, for a reason; never a word of it is changed."""

from __future__ import annotations

import pytest
from settling_cast import NOW, Cast, act_for_job, count_jobs, list_events, make_cast, open_case, open_dose_case


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def settle(cast, case, *, who="site_head", keep=True, why="seen_in_session_list"):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import settle_vaccination

    with act_as(cast.acting[who]) as by:
        settle_vaccination(case.id, keep=keep, why=why, by=by, now=NOW, version=case.version)
    with act_as(act_for_job()):
        case.refresh_from_db()
        case.dose.refresh_from_db()
    return case


def test_a_dose_that_the_site_stands_by_is_kept(cast) -> None:
    case = settle(cast, open_dose_case(cast))
    assert (case.state, case.outcome) == ("settled", "seen_in_session_list")
    assert (case.dose.settled_by, case.dose.withdrawn_at) == (cast.site_head.who, None)
    assert list_events(f"dose:{case.dose_id}") == ["dose.kept"]
    assert count_jobs("cases.follow") == 1


def test_a_dose_that_was_never_given_is_withdrawn(cast) -> None:
    case = settle(cast, open_dose_case(cast), keep=False, why="never_given")
    assert case.dose.withdrawn_at == NOW


@pytest.mark.parametrize(("keep", "why"), [(True, "never_given"), (False, "seen_in_session_list"), (True, "")])
def test_nothing_is_settled_without_its_reason(cast, keep, why) -> None:
    from xacthuc_server.cases.refusals import ReasonMissing

    with pytest.raises(ReasonMissing):
        settle(cast, open_dose_case(cast), keep=keep, why=why)


@pytest.mark.parametrize("who", ["officer", "chief", "station_head", "other_head", "supervisor", "chair", "soldier"])
def test_nobody_but_the_site_settles_its_doses(cast, who) -> None:
    from xacthuc_server.cases.refusals import CaseRefused
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises((NotAllowed, CaseRefused)):
        settle(cast, open_dose_case(cast), who=who)


def test_health_does_not_settle_identities(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import settle_vaccination
    from xacthuc_server.units.posts import NotAllowed

    case = open_case(cast)
    with act_as(cast.clerk) as by, pytest.raises(NotAllowed):
        settle_vaccination(case.id, keep=True, why="seen_on_certificate", by=by, now=NOW, version=case.version)


def test_a_settled_dose_is_not_settled_again(cast) -> None:
    from xacthuc_server.cases.refusals import WrongState

    case = settle(cast, open_dose_case(cast))
    with pytest.raises(WrongState):
        settle(cast, case)
