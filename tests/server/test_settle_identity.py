"""The police settle who is meant: the register's candidate, and nobody else's fields."""

from __future__ import annotations

import pytest
from settling_cast import CAST_NODE, DAO, NOW, Cast, Node, act_for_job, count_jobs, list_events, make_cast, open_case


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def settle(cast, case, *, who="officer", person="r1", version=None, node=None):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import settle_identity

    with act_as(cast.acting[who]) as by:
        settle_identity(
            case.id, person=person, register=node or Node(CAST_NODE), by=by, now=NOW,
            version=case.version if version is None else version,
        )  # fmt: skip


def reread(case):
    from xacthuc_server.accounts.acting import act_as

    with act_as(act_for_job()):
        case.refresh_from_db()
        case.person.refresh_from_db()
        return case


def test_what_the_register_vouches_for_is_settled_and_what_was_stated_stays(cast) -> None:
    case = open_case(cast, name="Tran Thi Dao")
    settle(cast, case)
    person = reread(case).person
    assert (person.settled, person.vouched_name, person.reference) == ("officer", DAO["name"], "r1")
    assert person.name == "Tran Thi Dao"
    assert (case.state, case.outcome, case.closed_by) == ("settled", "settled_officer", cast.officer.who)


def test_it_is_told_and_what_follows_is_ordered(cast) -> None:
    case = open_case(cast)
    settle(cast, case)
    assert list_events(f"case:{case.id}") == ["case.settle"]
    assert list_events(f"person:{case.person_id}") == ["person.settled"]
    assert count_jobs("cases.follow") == 1


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("clerk", "NotAllowed"),
        ("site_head", "NotAllowed"),
        ("supervisor", "NotAllowed"),
        ("chair", "NotAllowed"),
        ("issuer", "NotAllowed"),
        ("police_supervisor", "NotAllowed"),
        ("other_officer", "NotThere"),
        ("soldier", "NotThere"),
    ],
)
def test_only_the_owner_settles(cast, who, name) -> None:
    case = open_case(cast)
    with pytest.raises(Exception) as refused:  # noqa: PT011  which one, is the point of the table
        settle(cast, case, who=who)
    assert type(refused.value).__name__ == name
    assert reread(case).person.settled == ""


def test_a_case_that_was_changed_meanwhile_is_refused(cast) -> None:
    from xacthuc_server.cases.refusals import Changed

    case = open_case(cast)
    with pytest.raises(Changed):
        settle(cast, case, version=case.version + 1)


def test_a_settled_case_is_not_settled_again(cast) -> None:
    from xacthuc_server.cases.refusals import WrongState

    case = open_case(cast)
    settle(cast, case)
    with pytest.raises(WrongState):
        settle(cast, reread(case))


def test_whom_the_register_does_not_vouch_for_is_not_settled(cast) -> None:
    from xacthuc_server.cases.refusals import NotVouched

    case = open_case(cast)
    with pytest.raises(NotVouched):
        settle(cast, case, person="r2")
    assert reread(case).state == "open"


def test_a_person_that_changed_while_the_register_was_asked_is_refused_and_nothing_is_half_done(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.refusals import Changed
    from xacthuc_server.people.models import Person

    class Slow(Node):
        def vouch(self, items, *, officer, case):
            with act_as(act_for_job()):
                Person.objects.update(version=7)
            return super().vouch(items, officer=officer, case=case)

    case = open_case(cast)
    with pytest.raises(Changed):
        settle(cast, case, node=Slow(CAST_NODE))
    assert reread(case).state == "open"


def test_a_foreigner_is_not_looked_for_in_the_register(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case
    from xacthuc_server.cases.refusals import NotSettledByThis

    case = open_case(cast, identity="FOREIGN", organisation="site", reasons=[])
    with act_as(act_for_job()):
        Case.objects.filter(id=case.id).update(owner=cast.organisations["police"])
    with pytest.raises(NotSettledByThis):
        settle(cast, case)
