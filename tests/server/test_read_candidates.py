"""An officer looks at whom a case may mean; each look is an event, and what was seen is kept nowhere."""

from __future__ import annotations

import pytest
from settling_cast import CAST_NODE, DAO, NOW, Cast, Node, list_events, make_cast, open_case


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def look(cast, case, *, who="officer", node=None):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.evidence import read_candidates

    with act_as(cast.acting[who]) as by:
        return read_candidates(case.id, register=node or Node(CAST_NODE), by=by, now=NOW, version=case.version)


def test_what_is_the_same_and_what_differs_is_said_in_words(cast) -> None:
    case = open_case(cast, name="Trần Thị Đảo", name_key="TRAcfN<THIj<DdArO")
    [seen] = look(cast, case)
    assert seen.same == ("seen_same_number", "seen_same_birth", "seen_same_sex")
    assert seen.differs == ("seen_name_one_mark",)


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"name_key": "TRAN<THI<DAO"}, "seen_name_marks_lost"),
        ({"birth_date": "1980-05-03"}, "seen_birth_swapped"),
        ({"birth_date": "1980"}, "seen_birth_year_only"),
        ({"sex": "M"}, "seen_sex_differs"),
        ({"number12": "036180001235"}, "seen_number_one_digit"),
    ],
)
def test_differences_have_their_words(cast, stated, code) -> None:
    [seen] = look(cast, open_case(cast, **stated))
    assert code in seen.differs


def test_a_look_is_an_event_here_and_there_and_nothing_of_it_is_kept(cast) -> None:
    from xacthuc_server.audit.models import Event

    node = Node(CAST_NODE)
    case = open_case(cast)
    look(cast, case, node=node)
    assert list_events(f"case:{case.id}") == ["case.candidates_read"]
    assert node.asked == [(cast.officer.who, f"case:{case.id}")]
    assert not any(value in str(event) for value in DAO.values() for event in Event.objects.values())


@pytest.mark.parametrize("who", ["clerk", "site_head", "supervisor", "other_officer", "chair", "soldier"])
def test_nobody_else_sees_candidates(cast, who) -> None:
    from xacthuc_server.cases.refusals import CaseRefused
    from xacthuc_server.units.posts import NotAllowed

    node = Node(CAST_NODE)
    with pytest.raises((NotAllowed, CaseRefused)):
        look(cast, open_case(cast), who=who, node=node)
    assert node.asked == []
