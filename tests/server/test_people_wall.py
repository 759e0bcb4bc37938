"""What a neighbour's eyes see of people, doses and uploads, with no filter but the database's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from intake_cast import Cast, read, send

from village import write_lists

MODELS = (
    "people.Person",
    "people.Dose",
    "people.PersonEvent",
    "people.DoseEvent",
    "uploads.Upload",
    "uploads.Row",
    "uploads.CellFinding",
)


@pytest.fixture
def cast(rolled_back: None, tmp_path: Path) -> Cast:
    cast = Cast()
    read(send(cast.clerk, write_lists(tmp_path)[0]))
    return cast


def count_seen(by: Any) -> dict[str, int]:
    from django.apps import apps

    from xacthuc_server.accounts.acting import act_as

    with act_as(by):
        return {name: apps.get_model(name).objects.count() for name in MODELS}


def test_whoever_entered_them_sees_all(cast: Cast) -> None:
    assert all(count_seen(cast.clerk).values())


def test_the_police_of_the_place_see_its_people(cast: Cast) -> None:
    assert count_seen(cast.officer)["people.Person"] == count_seen(cast.clerk)["people.Person"]


def test_a_neighbour_sees_nothing(cast: Cast) -> None:
    assert set(count_seen(cast.neighbour).values()) == {0}


def test_nobody_sees_nothing(cast: Cast) -> None:
    from xacthuc_server.accounts.acting import NOBODY

    assert set(count_seen(NOBODY).values()) == {0}


def test_a_neighbour_changes_nothing(cast: Cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Dose, Person

    with act_as(cast.neighbour):
        assert Person.objects.update(name="x") == Dose.objects.update(lot="x") == 0


def test_nobody_puts_a_person_behind_the_neighbours_wall(cast: Cast) -> None:
    from django.db import DatabaseError, transaction
    from intake_cast import NOW

    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    with act_as(cast.neighbour), pytest.raises(DatabaseError), transaction.atomic():
        Person.objects.create(
            organisation=cast.station, place=cast.unit.lower, digest="0" * 64, stated_at=NOW, number_state="missing"
        )
