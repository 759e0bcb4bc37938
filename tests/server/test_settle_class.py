"""A class is settled in one reviewed, signed step: all that are alike, none that changed meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from settling_cast import (
    CAST_NODE,
    NOW,
    Cast,
    Node,
    act_for_job,
    count_jobs,
    list_events,
    make_cast,
    open_case,
    open_dose_case,
)

ALIKE = "MISMATCH name_marks_lost sure"


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return make_cast()


def open_class(cast, count=3, **values):
    sure = {"sure": True, "reference": "r1"}
    return [open_case(cast, **(sure | values)) for _ in range(count)]


def draw(cast, *, who="chief", alike=ALIKE, kind="identity", choice="register"):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.classes import draw_review

    with act_as(cast.acting[who]) as by:
        return draw_review(alike, kind=kind, choice=choice, rng=random.Random(1), by=by, now=NOW)


def look_and_sign(cast, review, *, who="chief", looked=None, factor_at=NOW):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.classes import look_at_case, settle_class

    with act_as(cast.acting[who]) as by:
        for case in review.sample if looked is None else looked:
            look_at_case(review.id, case, by=by, now=NOW)
        review.refresh_from_db()
        settle_class(review.id, post=cast.posts[who].id, factor_at=factor_at, by=by, now=NOW, version=review.version)
        review.refresh_from_db()


def carry_out(cast, review, *, who="chief", node=None):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.jobs.settling import carry_out

    carry_out(review.id, by=cast.acting[who], register=node or Node(CAST_NODE))
    with act_as(cast.acting[who]):
        review.refresh_from_db()


def reread(case):
    from xacthuc_server.accounts.acting import act_as

    with act_as(act_for_job()):
        case.refresh_from_db()
        case.person.refresh_from_db()
    return case


def test_all_that_are_alike_are_settled_and_each_has_its_event(cast) -> None:
    cases = open_class(cast)
    other = open_case(cast, reasons=[["sex", "sex_differs"]], sure=True, reference="r1")
    review = draw(cast)
    look_and_sign(cast, review)
    node = Node(CAST_NODE)
    carry_out(cast, review, node=node)
    assert (review.settled, review.refused, review.finished_at is not None) == (3, 0, True)
    assert [reread(case).state for case in [*cases, other]] == ["settled"] * 3 + ["open"]
    assert all("case.settle" in list_events(f"case:{case.id}") for case in cases)
    assert len(node.asked) == 1, "one question for all"
    assert count_jobs("cases.follow") == 1


def test_what_changed_meanwhile_is_left_and_told(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import end_case

    cases = open_class(cast)
    review = draw(cast)
    look_and_sign(cast, review)
    with act_as(cast.officer) as by:
        end_case(cases[0].id, why="nobody_in_register", by=by, now=NOW, version=cases[0].version)
    carry_out(cast, review)
    assert (review.settled, review.refused) == (2, 1)
    assert reread(cases[0]).outcome == "nobody_in_register"
    assert "case.class_refused" in list_events(f"case:{cases[0].id}")


def test_whom_the_register_does_not_vouch_for_stays_open(cast) -> None:
    [case] = open_class(cast, 1, reference="r9")
    review = draw(cast)
    look_and_sign(cast, review)
    carry_out(cast, review)
    assert (review.refused, reread(case).state) == (1, "open")


def test_a_step_that_was_stopped_goes_on_and_settles_each_case_once(cast, monkeypatch) -> None:
    from xacthuc_server.cases import classes

    monkeypatch.setattr(classes, "PART", 2)
    cases = open_class(cast, 5)
    review = draw(cast)
    look_and_sign(cast, review)

    class Falling(Node):
        def vouch(self, items, *, officer, case):
            if len(self.asked) == 1:
                raise ConnectionError
            return super().vouch(items, officer=officer, case=case)

    with pytest.raises(ConnectionError):
        carry_out(cast, review, node=Falling(CAST_NODE))
    assert sum(reread(case).state == "settled" for case in cases) == 2
    carry_out(cast, review)
    assert (review.settled, review.refused) == (5, 0)
    assert all(list_events(f"case:{case.id}").count("case.settle") == 1 for case in cases)


def test_a_class_is_not_signed_before_its_sample_was_looked_through(cast) -> None:
    from xacthuc_server.cases.refusals import SampleNotSeen

    open_class(cast)
    review = draw(cast)
    with pytest.raises(SampleNotSeen):
        look_and_sign(cast, review, looked=review.sample[:-1])


@pytest.mark.parametrize("given", [None, NOW - timedelta(minutes=6), NOW + timedelta(minutes=1)])
def test_a_class_is_signed_with_the_second_factor_given_again(cast, given) -> None:
    from xacthuc_server.accounts.factor import FactorNeeded

    open_class(cast)
    with pytest.raises(FactorNeeded):
        look_and_sign(cast, draw(cast), factor_at=given)


def test_a_class_is_signed_once(cast) -> None:
    from xacthuc_server.cases.refusals import Changed

    open_class(cast)
    review = draw(cast)
    look_and_sign(cast, review)
    with pytest.raises(Changed):
        look_and_sign(cast, review)


def test_the_sample_grows_with_the_class_and_is_drawn_by_chance(cast) -> None:
    open_class(cast, 15)
    review = draw(cast)
    assert len(review.sample) == 15
    assert review.sample != sorted(review.sample)
    open_class(cast, 15)
    assert len(draw(cast).sample) == 20


@pytest.mark.parametrize("who", ["officer", "clerk", "site_head", "supervisor", "chair"])
def test_nobody_draws_who_may_not_review_the_class(cast, who) -> None:
    from xacthuc_server.units.posts import NotAllowed

    open_class(cast)
    with pytest.raises(NotAllowed):
        draw(cast, who=who)


def test_nobody_signs_for_another_organisation(cast) -> None:
    from xacthuc_server.cases.refusals import NotThere

    open_dose_case(cast)
    review = draw(cast, who="site_head", alike="DOUBTFUL lot_expired", kind="vaccination", choice="seen_in_stock_book")
    with pytest.raises(NotThere):
        look_and_sign(cast, review, who="station_head")


def test_a_class_without_sureness_is_not_settled_together(cast) -> None:
    from xacthuc_server.cases.refusals import NotThere

    open_case(cast, sure=False)
    with pytest.raises(NotThere):
        draw(cast, alike="MISMATCH name_marks_lost")


@pytest.mark.parametrize("choice", ["seen_in_stock_book", "", "nobody_in_register"])
def test_an_identity_is_settled_as_the_register_says_or_not_at_all(cast, choice) -> None:
    from xacthuc_server.cases.refusals import NotSettledByThis

    open_class(cast)
    with pytest.raises(NotSettledByThis):
        draw(cast, choice=choice)


def test_doses_of_a_class_are_withdrawn_together(cast) -> None:
    cases = [open_dose_case(cast, vaccination="DUPLICATE", reasons=[["row", "dose_entered_twice"]]) for _ in range(2)]
    who = "site_head"
    review = draw(cast, who=who, alike="DUPLICATE dose_entered_twice", kind="vaccination", choice="entered_twice")
    look_and_sign(cast, review, who=who)
    carry_out(cast, review, who=who)
    assert review.settled == 2
    assert [reread(case).outcome for case in cases] == ["entered_twice"] * 2
