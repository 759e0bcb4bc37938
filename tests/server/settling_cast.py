"""Two neighbouring communes of one district with all who work there, and an army unit; all invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

NOW = datetime(2022, 5, 10, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TREE = date(2021, 1, 1)


@dataclass
class Cast:
    """Organisations and people in posts, by name."""

    organisations: dict[str, Any] = field(default_factory=dict)
    acting: dict[str, Any] = field(default_factory=dict)
    posts: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name in ("acting", "organisations", "posts"):
            raise AttributeError(name)
        return self.acting[name]


# name: kind, unit, above
ORGANISATIONS = {
    "ministry": ("ministry", "nation", None),
    "department": ("department", "province", "ministry"),
    "centre": ("centre", "district", "department"),
    "station": ("station", "here", "centre"),
    "site": ("site", "here", "centre"),
    "other_station": ("station", "there", "centre"),
    "police_department": ("police_department", "province", None),
    "police": ("commune_police", "here", "police_department"),
    "other_police": ("commune_police", "there", "police_department"),
    "committee": ("people_committee", "here", None),
    "army": ("army", "barracks", None),
    "operator": ("operator", "nation", None),
}
PEOPLE = {
    "clerk": ("clerk", "station"),
    "site_head": ("site_head", "site"),
    "station_head": ("site_head", "station"),
    "officer": ("officer", "police"),
    "chief": ("police_chief", "police"),
    "other_officer": ("officer", "other_police"),
    "other_head": ("site_head", "other_station"),
    "chair": ("chair", "committee"),
    "supervisor": ("supervisor", "centre"),
    "police_supervisor": ("supervisor", "police_department"),
    "soldier": ("officer", "army"),
    "issuer": ("issuer", "ministry"),
    "auditor": ("auditor", "operator"),
}


def make_cast() -> Cast:
    from xacthuc_server.accounts.models import User
    from xacthuc_server.units.models import KINDS, Organisation, Post, Unit
    from xacthuc_server.units.places import find_territory
    from xacthuc_server.units.posts import take_post

    units = {}
    told = {
        "nation": ("00", "nation", {}),
        "province": ("36", "province", {"province": "36"}),
        "district": ("366", "district", {"province": "36", "district": "366"}),
        "here": ("14215", "commune", {"province": "36", "district": "366", "commune": "14215"}),
        "there": ("14218", "commune", {"province": "36", "district": "366", "commune": "14218"}),
        "barracks": ("99001", "commune", {"province": "99", "district": "999", "commune": "99001"}),
    }
    for name, (code, level, codes) in told.items():
        land = find_territory("2021", **codes)
        units[name] = Unit.objects.create(
            tree="2021", code=code, level=level, name=name, valid_from=TREE, lower=land.lower, upper=land.upper
        )
    cast = Cast()
    for name, (kind, unit, above) in ORGANISATIONS.items():
        cast.organisations[name] = Organisation.objects.create(
            kind=kind, authority=KINDS[kind], code=name, name=name, unit=units[unit],
            above=cast.organisations.get(above) if above else None,
        )  # fmt: skip
    for name, (role, organisation) in PEOPLE.items():
        user = User.objects.create(login=name, name=name, made_at=NOW)
        post = Post.objects.create(user=user, organisation=cast.organisations[organisation], role=role, valid_from=TREE)
        cast.posts[name] = post
        cast.acting[name] = take_post(post)
    return cast


def act_for_job() -> Any:
    from xacthuc_server.accounts.acting import work_as

    return work_as("test")


HOLDER = {
    "name": "Trần Thị Đào", "name_key": "TRAcfN<THIj<DdAfO", "name_fold": "DAO<THI<TRAN", "name_base": "TRAN<THI<DAO",
    "name_first": "TRAN", "name_last": "DAO", "birth_date": "1980-03-05", "sex": "F", "number": "036180001234",
    "number12": "036180001234", "number_state": "twelve", "nationality": "VN", "province": "36",
}  # fmt: skip


def state_person(cast: Cast, organisation: str = "station", *, unit: str = "station", **changed: Any) -> Any:
    """Record a person as an organisation stated it; must be called as somebody who sees the place."""
    from xacthuc_server.people.models import Person

    count = Person.objects.count()
    values = HOLDER | {"identity": "MISMATCH", "reasons": [["name", "name_marks_lost"]], "asked_at": NOW} | changed
    values.setdefault("place", cast.organisations[unit].unit.lower)
    return Person.objects.create(
        organisation=cast.organisations[organisation], digest=f"{count:064}", stated_at=NOW, **values
    )


def give_dose(cast: Cast, person: Any, organisation: str = "site", **changed: Any) -> Any:
    from xacthuc_server.people.models import Dose

    count = Dose.objects.count()
    values = {
        "dose_no": 1, "vaccine": "Comirnaty", "dose_date": "2021-09-01", "vaccination": "PLAUSIBLE",
        "entered_at": NOW, "place": person.place,
    } | changed  # fmt: skip
    return Dose.objects.create(
        person=person, organisation=cast.organisations[organisation], digest=f"{count:064}", **values
    )


@dataclass
class Node:
    """The register as a case meets it: who stands in it, and what was asked."""

    people: Mapping[str, Mapping[str, Any]]
    asked: list[Any] = field(default_factory=list)

    def candidates(self, claim: Any, *, officer: str, case: str) -> Sequence[Any]:
        self.asked.append((officer, case))
        return [
            SimpleNamespace(
                person=name, number9=None, number12=said["number"],
                **{key: said[key] for key in ("name", "birth_date", "sex")},
            )
            for name, said in self.people.items()
        ]  # fmt: skip

    def vouch(self, items: Any, *, officer: str, case: str) -> Mapping[str, Any]:
        self.asked.append((officer, [ref for ref, _, _ in items]))
        answers = {}
        for ref, _, person in items:
            said = self.people.get(person)
            answers[ref] = (
                SimpleNamespace(**said, refused=None)
                if said
                else SimpleNamespace(name=None, birth_date=None, sex=None, number=None, refused="node_person_unlike")
            )
        return answers


DAO = {"name": "Trần Thị Đào", "birth_date": "1980-03-05", "sex": "F", "number": "036180001234"}
CAST_NODE = {"r1": DAO}


def open_case(cast: Cast, **values: Any) -> Any:
    """Record a person with a problem and open its case."""
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import open_cases
    from xacthuc_server.cases.models import Case

    with act_as(act_for_job()) as by:
        person = state_person(cast, **values)
        open_cases([person.id], by=by, now=NOW)
        return Case.objects.select_related("person", "dose", "owner", "returns_to", "raised_to").get(person=person)


def open_dose_case(cast: Cast, **values: Any) -> Any:
    """Record a person whose identity is settled, with a doubtful dose, and open its case."""
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.actions import open_cases
    from xacthuc_server.cases.models import Case

    doubtful = {"vaccination": "DOUBTFUL", "reasons": [["lot", "lot_expired"]]}
    with act_as(act_for_job()) as by:
        person = state_person(cast, identity="MATCHED", reasons=[], settled="matched")
        give_dose(cast, person, **(doubtful | values))
        open_cases([person.id], by=by, now=NOW)
        return Case.objects.select_related("person", "dose", "owner", "returns_to", "raised_to").get(person=person)


def count_jobs(name: str) -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=name).count()


def list_events(about: str) -> list[str]:
    from xacthuc_server.audit.models import Event

    return list(Event.objects.filter(about=about).order_by("id").values_list("what", flat=True))
