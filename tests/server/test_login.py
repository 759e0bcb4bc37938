"""Logging in: a password and a second factor, or nothing; what was done leaves an event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

NOW = datetime(2021, 12, 20, 3, 0, tzinfo=UTC)
COMMUNE = "14233"  # Xã Hải Minh, huyện Hải Hậu, tỉnh Nam Định


@pytest.fixture
def cast(rolled_back: None) -> Any:
    from xacthuc_server.demonstration import InsecureDemonstrationStaff, make_cast

    with pytest.warns(InsecureDemonstrationStaff):
        return make_cast(commune=COMMUNE, now=NOW)


@pytest.fixture
def client(rolled_back: None) -> Any:
    from django.test import Client

    return Client(headers={"host": "localhost"})


def log_in(client: Any, login: str, *, password: str | None = None, code: str | None = None) -> Any:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    from xacthuc_server.demonstration import PASSWORD, SECRET

    answer = client.post("/accounts/login/", {"login": login, "password": password or PASSWORD})
    if answer.status_code != 302 or "2fa" not in answer["Location"]:
        return answer
    counter = next(iter(yield_hotp_counters_from_time()))
    code = code or format_hotp_value(hotp_value(SECRET, counter))
    return client.post(answer["Location"], {"code": code})


def list_events() -> list[str]:
    from xacthuc_server.audit.models import Event

    return list(Event.objects.order_by("id").values_list("what", flat=True))


def test_everybody_of_the_cast_gets_in_and_has_work_to_see(cast: Any, client: Any) -> None:
    for member in cast:
        client.logout()
        assert log_in(client, member.login).status_code == 302
        page = client.get("/").content.decode()
        assert "Việc hôm nay" in page
        assert member.name in page


def test_without_the_second_factor_nobody_gets_in(cast: Any, client: Any) -> None:
    assert log_in(client, "congan", code="000000").status_code == 200
    assert "Việc hôm nay" not in client.get("/").content.decode()


def test_a_wrong_password_is_an_event_without_the_name(cast: Any, client: Any) -> None:
    from xacthuc_server.audit.models import Event

    answer = log_in(client, "congan", password="wrong and long enough")
    assert answer.status_code == 200
    event = Event.objects.get(what="login_failed")
    assert (event.who, event.about, event.more) == ("stranger", "", {})


def test_who_has_no_second_factor_is_led_to_one(cast: Any, client: Any) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.demonstration import OPERATOR
    from xacthuc_server.units.actions import make_account

    with act_as(OPERATOR):
        make_account(login="moi", name="Lê Mới", password="mot-mat-khau-dai", by=OPERATOR, now=NOW)
    assert log_in(client, "moi", password="mot-mat-khau-dai").status_code == 302
    assert client.get("/")["Location"].endswith("/accounts/2fa/totp/activate/")


def test_logging_in_and_out_are_events(cast: Any, client: Any) -> None:
    log_in(client, "congan")
    client.post("/accounts/logout/")
    events = list_events()
    assert "logged_in" in events
    assert "logged_out" in events
