"""How the database finds people behind its wall: by an index, at the size of a district; never row after row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from intake_cast import NOW, Cast

PEOPLE = 100_000  # a district; beyond it the plans stay the same

_FILL = """
INSERT INTO people_person (organisation_id, place, digest, stated_at, name, name_key, name_base, name_first, name_last,
    birth_date, number12, number9, phone, passport, insurance, number_state, identity, reasons, sure, settled,
    settled_by, version)
SELECT %(organisation)s + n %% 2, %(lower)s + n %% 400, md5(n::text), %(now)s, 'A', 'A',
    'NGUYEN<' || chr(65 + n %% 26) || chr(65 + n %% 23) || '<' || chr(65 + n %% 17) || chr(65 + n %% 19), 'NGUYEN',
    chr(65 + n %% 17) || chr(65 + n %% 19), (1930 + n %% 80)::text || '-01-01', lpad(n::text, 12, '0'),
    lpad(n::text, 9, '0'), lpad(n::text, 10, '0'), 'P' || n, lpad(n::text, 10, '0'), 'twelve',
    CASE WHEN n %% 500 = 0 THEN 'UNASKED' ELSE 'MATCHED' END, '[]', false, '', '', 0
FROM generate_series(1, %(people)s) AS n
"""


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    from django.db import connection

    from xacthuc_server.accounts.acting import act_as, work_as

    cast = Cast()
    first = min(cast.station.id, cast.police.id)
    with act_as(work_as("test")), connection.cursor() as cursor:
        values = {"organisation": first, "lower": cast.unit.lower - 200, "now": NOW, "people": PEOPLE}
        cursor.execute(_FILL, values)
    return cast


def find_scans(found: Any) -> list[str]:
    """List the tables that a query reads row after row."""
    plan = json.loads(found.explain(format="json"))[0]["Plan"]

    def walk(node: dict[str, Any]) -> list[str]:
        mine = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
        return mine + [table for part in node.get("Plans", []) for table in walk(part)]

    return walk(plan)


@pytest.mark.parametrize(
    "text", ["nguyen bc df", "df", "nguyen df", "df 1950", "000000000777", "000000777", "P0000777"]
)
def test_a_search_uses_an_index(cast: Cast, text: str) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person
    from xacthuc_server.people.queries import FOUND, _list_choices, list_scopes, read_wanted

    with act_as(cast.clerk):
        wanted = read_wanted(text)
        assert not wanted.empty
        for choice in _list_choices(wanted):
            for scope in list_scopes(cast.clerk):
                found = Person.objects.filter(scope, choice, replaced_by=None).order_by("name_base", "id")[:FOUND]
                assert find_scans(found) == [], str(choice)


def test_who_is_to_be_asked_about_is_found_by_an_index(cast: Cast) -> None:
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.people.models import Person

    with act_as(work_as("people.ask")):
        assert find_scans(Person.objects.filter(identity="UNASKED", id__gt=0).order_by("id")[:100]) == []


def test_a_person_and_its_doses_are_found_by_an_index(cast: Cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Person

    with act_as(cast.clerk):
        assert find_scans(Person.objects.filter(id=777)) == []
        assert find_scans(Person.objects.filter(reference="x")) == []
