"""The pages of settling, signing and certificates, with a register node that answers, from the list to the gate."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from issuing_cast import list_certificates, set_up_keys, settled_person, sign_all, verify_at_gate
from register_cast import prepare, run_register, write_fields
from settling_cast import NOW, Cast, act_for_job, count_jobs, make_cast, open_case, open_dose_case


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return prepare(tmp_path_factory.mktemp("register"))


@pytest.fixture
def cast(rolled_back: None, tmp_path, monkeypatch) -> Cast:
    from django.conf import settings

    for name in ("DATA", "KEYS", "NODE"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    set_up_keys(tmp_path, settings)
    return make_cast()


@pytest.fixture
def node(cast, prepared, tmp_path) -> Iterator[None]:
    from django.conf import settings

    with run_register(tmp_path, settings, prepared=prepared):
        yield


def enter(cast: Cast, who: str, *, factor: bool = True) -> Any:
    """Log somebody in who has a second factor, given just now."""
    from allauth.mfa.models import Authenticator
    from django.test import Client

    from xacthuc_server.accounts.models import User

    user = User.objects.get(login=who)
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if factor:
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def reread(case):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case

    with act_as(act_for_job()):
        return Case.objects.select_related("person", "dose", "owner").get(id=case.id)


def mistaken(cast, at: int = 0, **changed):
    return open_case(cast, **write_fields(at, **changed), sure=True)


def find_value(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_an_officer_goes_from_the_list_to_a_settled_identity(cast, node) -> None:
    case = mistaken(cast, sex="M")
    client = enter(cast, "officer")
    assert f"/cases/{case.id}/" in client.get("/work/").content.decode()
    page = client.get(f"/cases/{case.id}/").content.decode()
    assert "Đúng là người này" not in page
    page = client.post(f"/cases/{case.id}/candidates/", {"version": case.version}).content.decode()
    assert "Đúng là người này" in page
    assert "giới tính khác" in page
    given = {"version": case.version, "person": find_value(page, "person")}
    assert client.post(f"/cases/{case.id}/settle/", given).status_code == 302
    case = reread(case)
    assert (case.state, case.person.settled, case.person.vouched_sex) == ("settled", "officer", "F")


def test_a_chief_settles_a_class_after_its_sample(cast, node) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.evidence import read_candidates
    from xacthuc_server.cases.models import Review
    from xacthuc_server.cases.node import open_node
    from xacthuc_server.jobs.settling import settle_class
    from xacthuc_server.people.models import Person

    cases = [mistaken(cast, at) for at in (0, 1)]
    for case in cases:
        with act_as(cast.chief) as by:
            found = read_candidates(case.id, register=open_node(), by=by, now=NOW, version=case.version)
        with act_as(act_for_job()):
            Person.objects.filter(id=case.person_id).update(reference=found[0].person)
    with act_as(act_for_job()):
        from xacthuc_server.cases.models import Case

        Case.objects.update(alike="MISMATCH name_marks_lost sure")
    client = enter(cast, "chief")
    assert "Rút mẫu để xem" in client.get("/classes/").content.decode()
    given = {"kind": "identity", "alike": "MISMATCH name_marks_lost sure", "choice": "register"}
    address = client.post("/classes/draw/", given)["Location"]
    for _ in cases:
        assert "cùng họ tên" in client.post(f"{address}look/").content.decode()
    page = client.get(address).content.decode()
    assert client.post(f"{address}sign/", {"version": find_value(page, "version")})["Location"] == address
    with act_as(cast.chief):
        review = Review.objects.get()
    settle_class(review_id=review.id, post_id=cast.posts["chief"].id)
    assert [reread(case).state for case in cases] == ["settled", "settled"]
    assert "2 đã xử lý, 0 để lại" in client.get(address).content.decode()


def test_a_signature_asks_for_the_second_factor_first(cast) -> None:
    settled_person(cast)
    client = enter(cast, "site_head", factor=False)
    page = client.get("/signing/").content.decode()
    answer = client.post("/signing/sign/", {"chosen": find_value(page, "chosen"), "back": "/signing/"})
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fsigning%2F"


def test_a_head_signs_and_the_certificate_appears_and_is_printed_and_the_gate_has_its_lists(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.models import Signing
    from xacthuc_server.jobs.issuing import issue, publish, sign_ordered

    person = settled_person(cast)
    client = enter(cast, "site_head")
    page = client.get("/signing/").content.decode()
    assert client.post("/signing/sign/", {"chosen": find_value(page, "chosen")}).status_code == 302
    with act_as(cast.site_head):
        order = Signing.objects.get()
    sign_ordered(order_id=order.id, post_id=cast.posts["site_head"].id)
    issue(person_ids=[person.id])
    assert count_jobs("issuing.publish") == 1
    publish()
    page = client.get(f"/people/{person.id}/certificates/").content.decode()
    assert "URN:UVCI:01:VN:" in page
    printed = client.get(page.split('class="button" href="')[1].split('"')[0])
    assert printed.content.startswith(b"%PDF")
    index = client.get("/gate/lists/index.json")
    assert json.loads(index.content)["sets"][0]["number"] == 1
    assert client.get("/gate/lists/revoked-1.bin").content.startswith(b"XTREVOK1")
    assert client.get("/gate/").status_code == 200


def test_a_correction_goes_from_the_page_to_a_revoked_and_a_new_certificate(cast, node) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.cases.models import Case
    from xacthuc_server.jobs.issuing import issue, publish
    from xacthuc_server.jobs.settling import follow
    from xacthuc_server.people.models import Person

    person = settled_person(cast, **write_fields(0), vouched_name="Nguyễn Thị Đao")
    sign_all(cast, person)
    issue(person_ids=[person.id])
    client = enter(cast, "clerk")
    assert client.post(f"/people/{person.id}/correction/", {"why": "holder_asked"}).status_code == 302
    with act_as(act_for_job()):
        case = Case.objects.get(cause="correction_asked")
    client = enter(cast, "officer")
    page = client.post(f"/cases/{case.id}/candidates/", {"version": case.version}).content.decode()
    client.post(f"/cases/{case.id}/settle/", {"version": case.version, "person": find_value(page, "person")})
    with act_as(act_for_job()):
        assert Person.objects.get(id=person.id).vouched_name == "Nguyễn Thị Đào"
    follow(person_ids=[person.id], references=["r1"])
    issue(person_ids=[person.id])
    publish()
    old, new = list_certificates(person)
    now = datetime.now(UTC)
    assert verify_at_gate(old.text, now=now).code == "cert_revoked"
    assert verify_at_gate(new.text, now=now).accepted


@pytest.mark.parametrize("name", ["samples.html", "../cli.py", "generate.py", "lists/none.bin", "words.toml", "a.b"])
def test_the_gate_gives_nothing_else(cast, name) -> None:
    from django.test import Client

    assert Client(headers={"host": "localhost"}).get(f"/gate/{name}").status_code == 404


def test_the_gate_keeps_its_own_policy(cast) -> None:
    from django.test import Client

    answer = Client(headers={"host": "localhost"}).get("/gate/")
    assert "wasm-unsafe-eval" in answer["Content-Security-Policy"]


def test_the_chair_signs_the_list(cast) -> None:
    from xacthuc_server.jobs.issuing import sign_list

    sign_all(cast, settled_person(cast))
    client = enter(cast, "chair")
    assert client.post("/commune-list/sign/").status_code == 302
    sign_list(post_id=cast.posts["chair"].id)
    assert "1: " in client.get("/commune-list/").content.decode()


def test_a_site_keeps_a_dose_by_its_page(cast) -> None:
    case = open_dose_case(cast)
    client = enter(cast, "site_head")
    assert "Mũi tiêm đúng, vì" in client.get(f"/cases/{case.id}/").content.decode()
    client.post(f"/cases/{case.id}/dose/", {"why": "seen_in_stock_book", "version": case.version})
    assert reread(case).state == "settled"


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("end", {"why": "nobody_in_register"}),
        ("ask", {"why": "need_number"}),
        ("hand-over", {"why": "lives_elsewhere", "to": "other_police"}),
    ],
)
def test_an_officer_ends_asks_and_hands_over_by_the_page(cast, what, given) -> None:
    case = open_case(cast)
    if "to" in given:
        given = given | {"to": cast.organisations[given["to"]].id}
    client = enter(cast, "officer")
    assert client.post(f"/cases/{case.id}/{what}/", given | {"version": case.version}).status_code == 302
    assert reread(case).state in ("ended", "waiting", "handed_over")


def test_a_station_completes_and_a_facility_confirms_a_passport_by_the_page(cast) -> None:
    missing = open_case(cast, identity="NO_NUMBER", reasons=[["number", "number_missing"]])
    client = enter(cast, "clerk")
    assert "Bổ sung thông tin" in client.get(f"/cases/{missing.id}/").content.decode()
    client.post(f"/cases/{missing.id}/complete/", {"number": "036180001111", "version": missing.version})
    assert reread(missing).person.number12 == "036180001111"
    foreign = open_case(cast, identity="FOREIGN", organisation="site", reasons=[])
    client = enter(cast, "site_head")
    assert "Xác nhận theo giấy tờ" in client.get(f"/cases/{foreign.id}/").content.decode()
    said = {"name": "Anna Example", "birth_date": "1990-01-02", "sex": "F", "number": "X1234567"}
    client.post(f"/cases/{foreign.id}/document/", said | {"version": foreign.version})
    assert reread(foreign).person.settled == "passport"


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("chair", "/signing/", 403),
        ("clerk", "/signing/", 403),
        ("officer", "/classes/", 403),
        ("chief", "/classes/", 200),
        ("site_head", "/commune-list/", 403),
        ("other_officer", "/cases/{case}/", 404),
        ("chair", "/cases/{case}/", 200),
        ("supervisor", "/cases/{case}/", 200),
        ("issuer", "/people/{person}/certificates/", 403),
        ("other_officer", "/people/{person}/certificates/", 404),
        ("clerk", "/work/?due=late&kind=identity&page=2", 200),
        ("officer", "/work/?page=99999&due=x&cause=y", 200),
        ("officer", "/", 200),
    ],
)
def test_pages_answer_who_may_see_them(cast, who, address, status) -> None:
    case = open_case(cast)
    client = enter(cast, who)
    assert client.get(address.format(case=case.id, person=case.person_id)).status_code == status


def test_nobody_reads_without_a_login(cast) -> None:
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    for address in ("/work/", "/classes/", "/signing/", "/commune-list/", "/cases/1/", "/people/1/certificates/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "7"])
def test_a_case_that_is_shown_in_another_version_is_refused_in_words(cast, version) -> None:
    case = open_case(cast)
    answer = enter(cast, "officer").post(f"/cases/{case.id}/end/", {"why": "no_person", "version": version})
    assert answer.status_code == 409
    assert "vừa thay đổi" in answer.content.decode()


def test_a_register_that_is_away_is_said_so(cast, tmp_path) -> None:
    from django.conf import settings

    from xacthuc_server.site.register import introduce

    introduce(tmp_path)
    settings.NODE = "http://127.0.0.1:9"
    case = open_case(cast)
    answer = enter(cast, "officer").post(f"/cases/{case.id}/candidates/", {"version": case.version})
    assert answer.status_code == 503


def test_reading_a_case_and_a_list_is_an_event(cast) -> None:
    from xacthuc_server.audit.models import Event

    case = open_case(cast)
    client = enter(cast, "officer")
    client.get("/work/")
    client.get(f"/cases/{case.id}/")
    told = Event.objects.filter(who=cast.officer.who).values_list("what", "more")
    assert ("cases.listed", {"persons": [case.person_id]}) in told
    assert ("case.read", {"person": case.person_id}) in told
