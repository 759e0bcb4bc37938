"""The door for systems: a dose once however often it is sent, answers by field, keys with scopes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from intake_cast import NOW, Cast, make_organisation, take_role
from intake_register import Village

from village import PEOPLE

DOSES, BATCH = "/api/v1/doses", "/api/v1/doses/batch"


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


def make_key(organisation: Any, *scopes: str) -> tuple[Any, str]:
    from xacthuc_server.api.actions import issue_key

    administrator = take_role(organisation, "administrator")
    return issue_key(
        organisation.id, name="HIS", scopes=scopes or ("doses:write", "doses:read"), by=administrator, now=NOW
    )


class System:
    """A hospital's system with a key."""

    def __init__(self, secret: str) -> None:
        from django.test import Client

        self.client, self.secret = Client(), secret

    def post(self, address: str, said: Any, *, name: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"} | ({"Idempotency-Key": name} if name else {})
        body = said if isinstance(said, str) else json.dumps(said)
        return self.client.post(address, body, content_type="application/json", headers=headers)

    def get(self, address: str) -> Any:
        return self.client.get(address, headers={"Authorization": f"Bearer {self.secret}"})


@pytest.fixture
def system(cast: Cast) -> System:
    return System(make_key(cast.station)[1])


def make_dose(place: int = 0, **changed: Any) -> dict[str, Any]:
    person = PEOPLE[place]
    said = {name: person[name] for name in ("name", "birth_date", "sex", "phone")} | {"number": person["number12"]}
    return {**said, "vaccine": "AstraZeneca", "dose_no": "1", "dose_date": "2021-09-01", "lot": "CTMAV562", **changed}


def count_doses() -> int:
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.people.models import Dose

    with act_as(work_as("test")):
        return Dose.objects.count()


def test_a_dose_is_recorded_once_and_asked_about(system: System) -> None:
    from xacthuc_server.jobs.asking import ask_everybody

    first = system.post(DOSES, make_dose())
    assert first.status_code == 201, first.content
    dose = first.json()["dose"]
    assert system.post(DOSES, make_dose()).json() == {**first.json(), "state": "same"}
    assert count_doses() == 1
    ask_everybody(clock=lambda: NOW, judge=Village())
    status = system.get(f"{DOSES}/{dose}").json()
    assert (status["identity"], status["identity_settled"], status["vaccination"]) == (
        "MATCHED",
        "matched",
        "PLAUSIBLE",
    )


def test_a_request_that_names_itself_is_answered_the_same(system: System) -> None:
    first = system.post(DOSES, make_dose(), name="7f3c")
    again = system.post(DOSES, make_dose(), name="7f3c")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = system.post(DOSES, make_dose(3), name="7f3c")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_other")
    assert count_doses() == 1


@pytest.mark.parametrize("name", ["x" * 81, "khóa", "a\tb"])
def test_a_name_of_another_form_is_refused(system: System, name: str) -> None:
    answer = system.post(DOSES, make_dose(), name=name)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_unusable")


def test_a_batch_sent_twice_doubles_nothing(system: System) -> None:
    said = {"doses": [make_dose(place) for place in range(len(PEOPLE))] + [make_dose(0), make_dose(name="", number="")]}
    first = system.post(BATCH, said).json()
    assert [each["state"] for each in first["results"]] == ["recorded"] * len(PEOPLE) + ["same", "refused"]
    again = system.post(BATCH, said).json()
    assert again["counts"] == {"same": len(PEOPLE) + 1, "refused": 1}
    assert [each["dose"] for each in again["results"]] == [each["dose"] for each in first["results"]]
    assert count_doses() == len(PEOPLE)


def test_what_is_wrong_is_said_by_field_in_both_languages(system: System) -> None:
    answer = system.post(DOSES, make_dose(number="0363", dose_date="31/02/2021")).json()
    said = {each["field"]: each for each in answer["findings"] if each["kind"] == "wrong"}
    assert set(said) >= {"number", "dose_date"}
    assert all(each["vi"] and each["en"] and each["vi"] != each["en"] for each in said.values())
    assert "0363" not in json.dumps(answer)


def test_a_person_without_a_dose_is_listed(system: System) -> None:
    said = make_dose(vaccine=None, dose_no=None, dose_date=None, lot=None)
    answer = system.post(DOSES, said)
    assert (answer.status_code, answer.json()["state"], answer.json()["dose"]) == (201, "listed", None)


def test_nobody_is_recorded_without_name_and_number(system: System) -> None:
    answer = system.post(DOSES, make_dose(name="", number=""))
    assert (answer.status_code, answer.json()["state"]) == (422, "refused")
    assert count_doses() == 0


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"doses": []}, "doses", "batch_empty"),
        ({"doses": [{}] * 101}, "doses", "batch_too_long"),
        ({"doses": [{"name": "x" * 501}]}, "doses.0.name", "field_too_long"),
        ({"doses": [{"vorname": "x"}]}, "doses.0.vorname", "field_unknown"),
        ({"doses": [{"number": 36170000001}]}, "doses.0.number", "field_no_text"),
        ({}, "doses", "field_missing"),
        ([], "body", "field_unusable"),
    ],
)
def test_a_request_of_another_form_is_refused_by_field(system: System, said: Any, field: str, code: str) -> None:
    answer = system.post(BATCH, said)
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]


def test_what_is_no_json_is_refused(system: System) -> None:
    assert system.post(DOSES, "{").json()["code"] == "request_unreadable"


def test_a_body_larger_than_any_batch_is_refused(system: System) -> None:
    answer = system.post(DOSES, json.dumps({"name": "x" * (5 << 20)}))
    assert (answer.status_code, answer.json()["code"]) == (400, "request_too_large")


@pytest.mark.parametrize("secret", ["", "x", "xacthuc_" + "A" * 43])
def test_a_key_that_nobody_gave_is_refused(cast: Cast, secret: str) -> None:
    answer = System(secret).post(DOSES, make_dose())
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_key_that_has_ended_is_refused(cast: Cast) -> None:
    from xacthuc_server.api.actions import revoke_key

    key, secret = make_key(cast.station)
    revoke_key(key.id, by=take_role(cast.station, "administrator"), now=NOW)
    assert System(secret).post(DOSES, make_dose()).status_code == 401


def test_a_key_does_what_its_scopes_say_and_no_more(cast: Cast) -> None:
    reader = System(make_key(cast.station, "doses:read")[1])
    answer = reader.post(DOSES, make_dose())
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert reader.get("/api/v1/uploads/00000000-0000-0000-0000-000000000000").status_code == 403


def test_a_neighbour_learns_nothing_of_a_dose(cast: Cast, system: System) -> None:
    dose = system.post(DOSES, make_dose()).json()["dose"]
    neighbour = System(make_key(cast.other_station)[1])
    answer = neighbour.get(f"{DOSES}/{dose}")
    assert (answer.status_code, answer.json()["code"]) == (404, "dose_not_there")
    own = neighbour.post(DOSES, make_dose()).json()
    assert own["state"] == "recorded", "what another has stated is not told"
    named = neighbour.post(DOSES, make_dose(3), name="7f3c")
    assert named.status_code == 201


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "1e3", "x"])
def test_an_id_out_of_bounds_is_refused(system: System, number: str) -> None:
    assert system.get(f"{DOSES}/{number}").status_code in (404, 422)


def test_who_asks_too_often_waits(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    from xacthuc_server.api import limits

    monkeypatch.setattr(limits, "REQUESTS", 2)
    codes = [system.get(f"{DOSES}/1").status_code for _ in range(4)]
    assert codes[-1] == 429


def test_a_file_is_sent_and_followed(cast: Cast) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    sender = System(make_key(cast.station, "uploads:write")[1])
    header = {"Authorization": f"Bearer {sender.secret}"}

    def send() -> Any:
        return sender.client.post("/api/v1/uploads", {"file": SimpleUploadedFile("a.csv", b"a,b\n")}, headers=header)

    first, again = send(), send()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["again"]
    assert sender.get(f"/api/v1/uploads/{first.json()['upload']}").json()["state"] == "received"


@pytest.mark.parametrize("role", ["clerk", "site_head", "officer", "supervisor", "issuer", "auditor", "sender"])
def test_only_an_administrator_gives_keys(cast: Cast, role: str) -> None:
    from xacthuc_server.api.actions import issue_key, revoke_key
    from xacthuc_server.units.posts import NotAllowed

    by = take_role(cast.station, role)
    with pytest.raises(NotAllowed):
        issue_key(cast.station.id, name="HIS", scopes=["doses:write"], by=by, now=NOW)
    with pytest.raises(NotAllowed):
        revoke_key(1, by=by, now=NOW)


def test_keys_are_for_who_gives_doses(cast: Cast) -> None:
    from xacthuc_server.api.actions import KeyRefused

    with pytest.raises(KeyRefused):
        make_key(make_organisation(cast.unit, kind="people_committee"))
    with pytest.raises(KeyRefused):
        make_key(cast.station, "everything")


def test_the_description_is_openapi_31_and_names_every_answer(cast: Cast) -> None:
    from django.test import Client

    told = Client().get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) == {
        "/api/v1/doses", "/api/v1/doses/batch", "/api/v1/doses/{dose_id}", "/api/v1/uploads",
        "/api/v1/uploads/{upload_id}",
    }  # fmt: skip
    for path in told["paths"].values():
        for operation in path.values():
            assert {"401", "403", "422", "429"} <= set(operation["responses"])
