"""Who settles what: the police a person, a facility its foreigner, health its own dose; nobody the other's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from intake_cast import NOW, Cast, make_organisation, read, send, take_role

from line import write_csv
from village import DOSE, HEADINGS, note_person

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")


@pytest.fixture
def cast(rolled_back: None, tmp_path: Path) -> Cast:
    cast = Cast()
    read(send(cast.clerk, write_csv(tmp_path / "ds.csv", [[*HEADINGS, *DOSE], [*note_person(0), *JAB]])))
    return cast


@pytest.fixture
def person(cast: Cast) -> Any:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    with act_as(cast.clerk):
        return Person.objects.get()


def settle(person: Any, by: Any, *, how: str, version: int = 0) -> Any:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.actions import Vouched, settle_person
    from xacthuc_server.people.models import Person

    vouched = Vouched("Nguyễn Thị Đào", "1970-11-05", "F", "036170000001") if how else None
    with act_as(by):
        settle_person(person.id, how=how, vouched=vouched, reference=None, by=by, now=NOW, version=version)
        return Person.objects.get(id=person.id)


def make_foreign(person: Any, cast: Cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    with act_as(cast.clerk):
        Person.objects.filter(id=person.id).update(identity="FOREIGN")


def test_the_police_settle_a_person_and_take_it_back(cast: Cast, person: Any) -> None:
    from xacthuc_server.audit.models import Event

    settled = settle(person, cast.officer, how="officer")
    assert (settled.settled, settled.vouched_number, settled.version) == ("officer", "036170000001", 1)
    back = settle(person, cast.officer, how="", version=1)
    assert (back.settled, back.vouched_name, back.settled_at) == ("", None, None)
    assert Event.objects.filter(what="person.settled", about=f"person:{person.id}").count() == 2


def test_a_facility_settles_its_foreigner_by_passport(cast: Cast, person: Any) -> None:
    make_foreign(person, cast)
    assert settle(person, cast.head, how="passport").settled == "passport"


@pytest.mark.parametrize(
    ("name", "how"),
    [("clerk", "officer"), ("head", "officer"), ("head", "passport"), ("officer", "passport"), ("officer", "army")],
)
def test_who_does_not_answer_for_an_identity_is_refused(cast: Cast, person: Any, name: str, how: str) -> None:
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises(NotAllowed):
        settle(person, getattr(cast, name), how=how)


def test_the_police_do_not_settle_a_foreigner(cast: Cast, person: Any) -> None:
    from xacthuc_server.units.posts import NotAllowed

    make_foreign(person, cast)
    with pytest.raises(NotAllowed):
        settle(person, cast.officer, how="officer")


def test_the_army_settles_as_the_army(cast: Cast, person: Any) -> None:
    army = take_role(make_organisation(cast.unit, kind="army"), "officer")
    assert settle(person, army, how="army").settled == "army"


def test_the_neighbours_police_do_not_find_the_person(cast: Cast, person: Any) -> None:
    from xacthuc_server.people.actions import PersonChanged

    other = take_role(make_organisation(cast.other_unit, kind="commune_police"), "officer")
    with pytest.raises(PersonChanged):
        settle(person, other, how="officer")


def test_a_person_changed_meanwhile_is_not_settled(cast: Cast, person: Any) -> None:
    from xacthuc_server.people.actions import PersonChanged

    with pytest.raises(PersonChanged):
        settle(person, cast.officer, how="officer", version=5)


def settle_dose(by: Any, *, keep: bool, version: int = 0) -> Any:
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.people import actions
    from xacthuc_server.people.models import Dose

    with act_as(work_as("test")):
        dose = Dose.objects.get()
    with act_as(by):
        actions.settle_dose(dose.id, keep=keep, why="seen_on_paper", by=by, now=NOW, version=version)
        return Dose.objects.get()


def test_the_site_stands_by_its_dose_or_withdraws_it(cast: Cast) -> None:
    assert settle_dose(cast.clerk, keep=True).settled_by == cast.clerk.who
    assert settle_dose(cast.clerk, keep=False, version=1).withdrawn_at == NOW


@pytest.mark.parametrize("name", ["officer", "neighbour"])
def test_nobody_else_settles_a_dose(cast: Cast, name: str) -> None:
    from xacthuc_server.people.actions import PersonChanged
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises((NotAllowed, PersonChanged)):
        settle_dose(getattr(cast, name), keep=True)


def test_a_colleague_of_another_site_of_the_commune_does_not_settle_it(cast: Cast) -> None:
    from xacthuc_server.units.posts import NotAllowed

    other = take_role(make_organisation(cast.unit, kind="site"), "site_head")
    with pytest.raises(NotAllowed):
        settle_dose(other, keep=True)


def test_a_dose_changed_meanwhile_is_not_settled(cast: Cast) -> None:
    from xacthuc_server.people.actions import PersonChanged

    with pytest.raises(PersonChanged):
        settle_dose(cast.clerk, keep=True, version=9)
