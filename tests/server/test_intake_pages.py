"""The pages of files and people, as a browser meets them: who sees what, what they say, what the audit is told."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from intake_cast import NOW, Cast, read
from intake_register import Village

from line import write_csv
from village import DOSE, HEADINGS, PEOPLE, note_person

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
NUMBER = PEOPLE[3]["number12"]


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


def log_in(organisation: Any, role: str) -> Any:
    from datetime import date

    from allauth.mfa.models import Authenticator
    from django.test import Client

    from xacthuc_server.accounts.models import User
    from xacthuc_server.units.models import Post

    user, _ = User.objects.get_or_create(login=f"{role}-{organisation.id}", name="Cán bộ", made_at=NOW)
    Post.objects.get_or_create(user=user, organisation=organisation, role=role, valid_from=date(2020, 1, 1))
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def clerk(cast: Cast) -> Any:
    return log_in(cast.station, "clerk")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    rows = [
        [*HEADINGS, *DOSE],
        [*note_person(0), *JAB],
        [*note_person(3, number12="0363"), *JAB],
        [*note_person(4), "", "", "", ""],
    ]
    return write_csv(tmp_path / "ds tiem.csv", rows)


def send(client: Any, book: Path) -> Any:
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.uploads.models import Upload

    given = io.BytesIO(book.read_bytes())
    given.name = book.name
    answer = client.post("/uploads/", {"file": given})
    assert answer.status_code == 302
    with act_as(work_as("test")):
        upload = Upload.objects.latest("at")
    assert answer.headers["Location"] == f"/uploads/{upload.id}/"
    return upload


def settle(upload: Any) -> Any:
    from xacthuc_server.jobs.asking import ask_upload

    upload = read(upload)
    ask_upload(upload.id, clock=lambda: NOW, judge=Village())
    return upload


def find_person(**wanted: Any) -> Any:
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.people.models import Person

    with act_as(work_as("test")):
        return Person.objects.get(**wanted)


def list_events(what: str) -> list[Any]:
    from xacthuc_server.audit.models import Event

    return list(Event.objects.filter(what=what).order_by("id"))


def test_a_file_goes_through_its_pages(clerk: Any, book: Path) -> None:
    upload = send(clerk, book)
    waiting = clerk.get(f"/uploads/{upload.id}/").content.decode()
    assert "hx-trigger" in waiting
    settle(upload)
    page = clerk.get(f"/uploads/{upload.id}/").content.decode()
    assert 'hx-trigger="every' not in page
    assert "Tệp có 4 dòng: 3 dòng có người, 1 dòng tiêu đề, cộng hoặc trống." in page
    assert "dòng cần sửa" in page
    listed = clerk.get("/uploads/").content.decode()
    assert book.name in listed
    assert "Đã xong" in listed


def test_the_same_file_again_says_so(clerk: Any, book: Path) -> None:
    upload = send(clerk, book)
    again = send(clerk, book)
    assert again.id == upload.id
    assert "đã được gửi trước đây" in clerk.get(f"/uploads/{upload.id}/").content.decode()


def test_a_cell_is_mended_where_it_is_shown(clerk: Any, book: Path) -> None:
    upload = settle(send(clerk, book))
    grid = clerk.get(f"/uploads/{upload.id}/cells/?sheet=").content.decode()
    assert 'value="0363"' in grid
    said = {"sheet": "", "row": 3, "part": 1, "slot": 0, "field": "number", "was": "0363", "value": NUMBER}
    row = clerk.post(f"/uploads/{upload.id}/mend/", said, headers={"HX-Request": "true"}).content.decode()
    assert "Đã sửa" in row
    assert f'value="{NUMBER}"' in row
    stale = clerk.post(f"/uploads/{upload.id}/mend/", said, headers={"HX-Request": "true"}).content.decode()
    assert "đã được sửa ở nơi khác" in stale
    assert [event.more["field"] for event in list_events("row.mended")] == ["number"]


def test_an_annotated_copy_is_made_and_given(clerk: Any, book: Path) -> None:
    from openpyxl import load_workbook

    from xacthuc_server.jobs.annotating import annotate_upload

    upload = settle(send(clerk, book))
    address = f"/uploads/{upload.id}/annotated/"
    assert clerk.get(address).status_code == 404
    assert "hx-trigger" in clerk.post(address).content.decode()
    annotate_upload(upload.id)
    assert "download" in clerk.get(f"{address}?wait").content.decode()
    copy = load_workbook(io.BytesIO(b"".join(clerk.get(address).streaming_content)))
    cells = [str(cell.value) for row in copy.worksheets[0].iter_rows() for cell in row]
    assert "Đúng người" in cells


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nguyen thi dao", True),
        ("Nguyễn Thị Đào", True),
        ("NGUYEN DAO", True),
        ("dao 1970", True),
        ("dao 1971", False),
        ("{number}", True),
        ("{phone}", True),
        ("000000000000", False),
        ("' OR 1=1 --", False),
        ("%", False),
    ],
)
def test_people_are_found(clerk: Any, book: Path, text: str, found: bool) -> None:
    from xacthuc.cleaning.one_name import clean_name

    settle(send(clerk, book))
    person = find_person(name=clean_name(PEOPLE[0]["name"]).name)
    swap = {"nguyen thi dao": person.name_base.replace("<", " ").lower(), "Nguyễn Thị Đào": person.name}
    swap |= {"NGUYEN DAO": f"{person.name_first} {person.name_last}"}
    swap |= {
        f"dao {year}": f"{person.name_last} {wanted}"
        for year, wanted in (("1970", person.birth_date[:4]), ("1971", "1931"))
    }
    asked = swap.get(text, text).format(number=person.number12, phone=person.phone)
    page = clerk.post("/people/", {"q": asked}).content.decode()
    assert (f'href="/people/{person.id}/"' in page) is found
    assert all(asked not in str(event.more) for event in list_events("people.searched"))


def test_a_person_is_shown_with_both_verdicts_and_the_reading_is_told(clerk: Any, book: Path) -> None:
    settle(send(clerk, book))
    person = find_person(identity="MATCHED", settled="matched", doses__isnull=False)
    page = clerk.get(f"/people/{person.id}/").content.decode()
    assert "Con người: Công an xác nhận" in page
    assert "Mũi tiêm: Y tế xác nhận" in page
    assert "AstraZeneca, 01/09/2021" in page
    assert book.name in page
    [told] = list_events("person.read")
    assert (told.about, told.organisation) == (f"person:{person.id}", person.organisation_id)


def test_who_waits_for_a_dose_is_listed_for_the_plan(clerk: Any, cast: Cast, book: Path) -> None:
    settle(send(clerk, book))
    for client in (clerk, log_in(cast.police, "officer")):
        page = client.get("/people/waiting/").content.decode()
        assert "Đã xác nhận con người (1)" in page
        assert "Còn phải đối chiếu (0)" in page
    assert len(list_events("people.waiting_read")) == 2


def make_entry(**more: str) -> dict[str, str]:
    person = PEOPLE[0]
    day = "".join(reversed(person["birth_date"].split("-")))
    sex = {"M": "Nam", "F": "Nữ"}[person["sex"]]
    qr = f"{person['number12']}||{person['name']}|{day}|{sex}|Xã Hải Minh, Huyện Hải Hậu, Nam Định|01012021"
    return {"qr": qr, "vaccine": "AstraZeneca", "dose_no": "1", "dose_date": "01/09/2021", "lot": "CTMAV562", **more}


def test_a_card_is_scanned_and_the_register_answers(clerk: Any) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from xacthuc_server.jobs.asking import ask_person

    assert 'name="qr"' in clerk.get("/people/enter/").content.decode()
    answer = clerk.post("/people/enter/", make_entry())
    assert answer.status_code == 302, answer.content.decode()
    person = find_person(number12=PEOPLE[0]["number12"])
    assert answer.headers["Location"] == f"/people/{person.id}/?entered=recorded"
    assert "hx-trigger" in clerk.get(f"/people/{person.id}/answer/").content.decode()
    assert ProcrastinateJob.objects.get(task_name="people.ask").args == {"person_id": person.id}
    ask_person(person.id, clock=lambda: NOW, judge=Village())
    assert 'class="verdict good"' in clerk.get(f"/people/{person.id}/answer/").content.decode()
    assert clerk.post("/people/enter/", make_entry()).headers["Location"].endswith("?entered=same")


def test_what_is_wrong_is_said_beside_its_field_and_may_be_saved_as_typed(clerk: Any) -> None:
    typed = {**make_entry(qr=""), "name": "Nguyễn Văn Nam", "birth_date": "01/02/1980", "number": "0363"}
    page = clerk.post("/people/enter/", typed)
    assert page.status_code == 422
    text = page.content.decode()
    assert 'aria-describedby="number_said"' in text
    sure = text.split('name="sure" value="')[1].split('"')[0]
    assert clerk.post("/people/enter/", {**typed, "sure": sure}).status_code == 302


def test_nobody_is_entered_without_a_name_or_number(clerk: Any) -> None:
    page = clerk.post("/people/enter/", {**make_entry(qr=""), "sure": "row_without_person"})
    assert page.status_code == 422


PAGES = ("/uploads/", "/people/", "/people/enter/", "/people/waiting/")


def test_who_is_not_logged_in_is_asked_to(cast: Cast) -> None:
    from django.test import Client

    for address in PAGES:
        assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    ("kind", "role", "open_"),
    [
        ("station", "clerk", {"/uploads/", "/people/", "/people/enter/", "/people/waiting/"}),
        ("commune_police", "officer", {"/people/", "/people/waiting/"}),
        ("people_committee", "chair", {"/people/", "/people/waiting/"}),
        ("operator", "administrator", set()),
    ],
)
def test_pages_open_to_those_who_may(cast: Cast, kind: str, role: str, open_: set[str]) -> None:
    from intake_cast import make_organisation

    homes = {"station": cast.station, "commune_police": cast.police}
    client = log_in(homes.get(kind) or make_organisation(cast.unit, kind=kind), role)
    assert {address for address in PAGES if client.get(address).status_code == 200} == open_
    assert {client.get(address).status_code for address in PAGES} <= {200, 403}


def test_a_neighbour_finds_neither_file_nor_person(cast: Cast, clerk: Any, book: Path) -> None:
    upload = settle(send(clerk, book))
    person = find_person(identity="MATCHED", doses__isnull=False)
    neighbour = log_in(cast.other_station, "clerk")
    addresses = [f"/uploads/{upload.id}/{part}" for part in ("", "progress/", "cells/?sheet=", "annotated/")]
    for address in (*addresses, f"/people/{person.id}/", f"/people/{person.id}/answer/"):
        assert neighbour.get(address).status_code == 404, address
    assert f"/people/{person.id}/" not in neighbour.post("/people/", {"q": person.number12}).content.decode()
    assert book.name not in neighbour.get("/uploads/").content.decode()
    assert neighbour.post(f"/uploads/{upload.id}/mend/", {}).status_code == 404


def test_the_police_see_people_and_no_files(cast: Cast, clerk: Any, book: Path) -> None:
    upload = settle(send(clerk, book))
    person = find_person(identity="MATCHED", doses__isnull=False)
    officer = log_in(cast.police, "officer")
    assert officer.get(f"/people/{person.id}/").status_code == 200
    assert officer.get(f"/uploads/{upload.id}/").status_code == 403
