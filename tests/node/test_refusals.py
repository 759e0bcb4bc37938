"""What the node does not do: for whom it does not know, too late, twice, too large, too much, or in another form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
from claims import make_claim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from conftest import Cast
from xacthuc.exchange.keys import name_key
from xacthuc_register import signing
from xacthuc_register.app import BODY_BYTES
from xacthuc_register.client import NodeAway, NodeRefused, NotTrusted, Partner, open_partner
from xacthuc_register.refusals import load_texts, make_refusal

ASKER = {"organisation": "station-1", "officer": "staff-7"}


def send(
    partner: Partner,
    *,
    target: str = "/v1/check",
    method: str = "POST",
    said: Any = None,
    body: bytes | None = None,
    signed: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, dict[str, Any]]:
    """Send a request made by hand, in which `signed` is signed instead of what is sent; gives status and answer."""
    body = json.dumps(said).encode() if body is None else body
    request = signing.Request(
        signed.get("method", method),
        signed.get("target", target),
        signed.get("node", name_key(partner.server_key)),
        signed.get("time", datetime.now(UTC).isoformat()),
        signed.get("nonce", "0" * 32),
    )
    signature = signing.sign(request.write(body), partner.key)
    headers = signing.list_headers(request, key=name_key(partner.key.public_key()), signature=signature)
    place = urlsplit(partner.url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.request(method, target, body=body, headers=headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def ask(claim: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"asker": ASKER, "claims": [claim or make_claim(0)]}


def test_a_partner_whom_the_node_does_not_know(cast: Cast) -> None:
    stranger = open_partner(cast.address, Ed25519PrivateKey.generate(), cast.folder.key.public_key())
    with pytest.raises(NotTrusted) as refused:
        stranger.check([make_claim(0)], **ASKER)
    assert refused.value.code == "node_key_unknown"


def test_a_node_whom_the_partner_does_not_know(cast: Cast) -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(NotTrusted) as refused:
        replace(cast.health, server_key=other.public_key()).check([make_claim(0)], **ASKER)
    assert refused.value.code == "node_answer_unsigned"


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        ({"method": "GET"}, "node_signature_wrong"),
        ({"target": "/v1/vouch"}, "node_signature_wrong"),
        ({"node": "0" * 16}, "node_signature_wrong"),
        ({"nonce": "short"}, "node_unsigned"),
        ({"nonce": "\xe9" * 32}, "node_unsigned"),
        ({"time": "yesterday"}, "node_time_off"),
        ({"time": "2021-11-09T08:00:00+07:00"}, "node_time_off"),
        ({"time": "2021-11-09T08:00:00"}, "node_time_off"),
    ],
)
def test_what_was_signed_is_what_came(cast: Cast, signed: dict[str, str], code: str) -> None:
    status, answer = send(cast.health, said=ask(), signed=signed)
    assert (status, answer["code"]) == (401, code)


def test_the_same_request_a_second_time(cast: Cast) -> None:
    time = datetime.now(UTC).isoformat()
    signed = {"time": time, "nonce": "a" * 32}
    assert send(cast.health, said=ask(), signed=signed)[0] == 200
    status, answer = send(cast.health, said=ask(), signed=signed)
    assert (status, answer["code"]) == (401, "node_repeated")
    with cast.state.remember(now=datetime.now(UTC)) as turn, pytest.raises(NotTrusted):
        turn.take_nonce("a" * 32)  # also where two come at the same moment


def test_a_clock_that_is_off_within_bounds(cast: Cast) -> None:
    late = replace(cast.health, now=lambda: datetime.now(UTC) - timedelta(minutes=4))
    assert late.check([make_claim(0)], **ASKER)["r1"].sure


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"asker": ASKER, "claims": []},
        {"asker": ASKER, "claims": "all"},
        {"asker": ASKER, "claims": [1]},
        {"asker": ASKER, "claims": [make_claim(0, ref="Nguyễn Thị Đào")]},
        {"asker": ASKER, "claims": [make_claim(0), make_claim(1)]},
        {"asker": ASKER, "claims": [make_claim(0, ref=f"r{at}") for at in range(101)]},
        {"asker": ASKER, "claims": [make_claim(0) | {"note": "x"}]},
        {"asker": {"officer": "staff-7"}, "claims": [make_claim(0)]},
        {"asker": ASKER | {"officer": "a b"}, "claims": [make_claim(0)]},
    ],
)
def test_a_request_of_another_form(cast: Cast, said: Any) -> None:
    status, answer = send(cast.health, said=said)
    assert (status, answer["code"]) == (400, "node_request_unusable")


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000, b"null"])
def test_a_body_that_is_no_object(cast: Cast, body: bytes) -> None:
    status, answer = send(cast.health, body=body)
    assert (status, answer["code"]) == (400, "node_request_unusable")


def test_addresses_and_methods_that_are_not_there(cast: Cast) -> None:
    assert send(cast.health, target="/v1/people", said={})[1]["code"] == "node_path_unknown"
    assert send(cast.health, method="PUT", said={})[1]["code"] == "node_method_wrong"
    assert send(cast.health, method="GET", target="/v1/changes?since=x", body=b"")[1]["code"] == "node_request_unusable"


def test_a_body_that_is_too_large(cast: Cast) -> None:
    place = urlsplit(cast.address)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    connection.putrequest("POST", "/v1/check")
    connection.putheader("Content-Length", str(BODY_BYTES + 1))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["code"]) == (413, "node_request_large")
    connection.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"number12": "12"},
        {"sex": "X"},
        {"birth_date": "1990-3-2"},
        {"number12": "٠٣٦١٩٠٠٠٠٠٠١"},
        {"place": "Xã"},
        {"phone": 912000001},
    ],
)
def test_a_value_of_another_form_is_not_compared(cast: Cast, changed: dict[str, Any]) -> None:
    answer = cast.health.check([make_claim(0) | changed], **ASKER)["r1"]
    assert (answer.identity, answer.reasons) == ("REFUSED", (("row", "exchange_claim_unusable"),))
    with pytest.raises(NodeRefused) as refused:
        cast.police.candidates(make_claim(0) | changed, officer="police-3", case="case-9")
    assert refused.value.code == "node_claim_unusable"
    vouched = cast.police.vouch([("a", make_claim(0) | changed, "p")], officer="police-3", case="case-9")
    assert vouched["a"].refused == "node_claim_unusable"


def test_nobody_at_the_address() -> None:
    key = Ed25519PrivateKey.generate()
    with pytest.raises(NodeAway):
        open_partner("http://127.0.0.1:9", key, key.public_key(), seconds=2).get_version()


def test_a_mistake_of_ours_ends_one_answer_and_says_nothing_of_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("Nguyễn Thị Đào")

    monkeypatch.setattr("xacthuc_register.checking.Checker.check", fail)
    with pytest.raises(NodeRefused) as refused:
        cast.health.check([make_claim(0)], **ASKER)
    assert refused.value.code == "node_failed"
    said = capfd.readouterr().err
    assert "ZeroDivisionError" in said
    assert "Nguy" not in said


def test_every_refusal_is_said_in_both_languages() -> None:
    for code, text in load_texts().items():
        assert set(text) - {"status"} == {"vi", "en"}
        assert text["vi"] != text["en"]
        assert make_refusal(code, "x").code == code
    assert make_refusal("of a newer node").code == "node_answer_unknown"
