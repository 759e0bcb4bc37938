"""The gate reads lists of others as the library does: trust lists of every kind, and revoked SMART Health Cards."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from certificate_families import BUNDLE, in_digits, write_jws
from certificate_making import NOW, signing
from cryptography.hazmat.primitives.asymmetric import rsa
from gate import launch, serve, start
from playwright.sync_api import Page

from signers import b64, make_certificate, make_header, new_key, write_json_list
from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import RevocationList, hash_rid, read_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_ledger import ROW, Entry, write_rows
from xacthuc.certificates.signed import encode_text, write_jwk
from xacthuc.certificates.trust_files import read_trust
from xacthuc.certificates.verify import verify

ASK = "async ([name, given]) => JSON.stringify(await (await import('/probe.js'))[name](JSON.parse(given)))"
VN, DE = make_certificate("VN", usages=("1.3.6.1.4.1.1847.2021.1.2",)), make_certificate("DE")
DID = "did:web:example.org:v2:trustlist:DCC:BEL:DSC"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    made = {"samples.json": b"[]", "probe.js": (Path(__file__).parent / "gate_probe.js").read_bytes()}
    with serve(made) as place, start() as playwright, launch(playwright) as browser:
        opened = browser.new_page()
        opened.goto(place + "samples.html")
        yield opened


def ask(page: Page, name: str, given: Any) -> Any:
    return json.loads(page.evaluate(ASK, [name, json.dumps(given)]))


def list_trusts() -> Iterator[bytes]:
    """Give trust lists of every kind, whole, dated, odd and broken."""
    plain = write_json_list(VN, DE)
    entries = json.loads(plain)
    pem = f"-----BEGIN CERTIFICATE-----\n{b64(VN.certificate or b'')}\n-----END CERTIFICATE-----\n"
    yield from (plain, pem.encode() * 2, VN.certificate or b"", json.dumps([{"certificate": pem}]).encode(), b"[]")
    body = json.dumps({"certificates": [{"kid": b64(VN.kid), "rawData": b64(VN.certificate or b""), "country": "VN"}]})
    yield from (f"{b64(bytes(70))}\n{body}\n".encode(), b"no signature!\n" + body.encode(), body.encode())
    for said in list_web_keys():
        yield json.dumps(said).encode()
    for more in list_dates():
        yield json.dumps({"certificates": entries} | more).encode()
    bad: list[Any] = [{}, 1, None, [], {"certificate": "!"}, {"certificate": b64(b"0\x03abc")}, {"certificate": 6}]
    yield json.dumps([*entries, *bad, {"certificate": {"a": 1}}, {"kid": "A" * 100, **entries[0]}]).encode()
    yield json.dumps(bad).encode()
    yield from (b"", b"{", b"[" * 200 + b"]" * 200, b"[" * 64 + b"]" * 64, b"[NaN]", b"\xff\xfe", b"5", b'{"a":1}')
    yield from (b'{"keys":[],"keys":[]}', pem.encode().replace(b"M", b"!"), b"0\x82\x01\0\0")


def list_web_keys() -> Iterator[dict[str, Any]]:
    numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    rsa_key = {"kty": "RSA", "n": encode_text(numbers.n.to_bytes(256, "big")), "e": encode_text(b"\1\0\1")}
    bare, padded = write_jwk(VN.key), write_jwk(DE.key)
    padded = {**padded, "x": encode_text(b"\0" + base64.urlsafe_b64decode(padded["x"] + "="))}
    yield {
        "keys": [
            {**bare, "kid": b64(VN.kid)},
            {**bare, "kid": encode_text(b"x" * 32), "x5c": [b64(DE.certificate or b"")]},
            {**bare, "x5c": b64(DE.certificate or b"")},
            {**rsa_key, "kid": "key one!"}, {**rsa_key, "kid": 5}, {**rsa_key, "kid": "AAAAA"}, rsa_key, bare, padded,
            {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
            {"kty": "RSA", "n": "A" * 2_000, "e": "AQAB"}, {"kty": "RSA"}, {}, 5, {**bare, "x5c": ["!"]},
        ]
    }  # fmt: skip
    kid = b64(b"\xff\xfe345678").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    yield {
        "verificationMethod": [
            {"id": f"{DID}#{kid}", "controller": DID, "publicKeyJwk": {**padded, "x5c": [b64(VN.certificate or b"")]}},
            {"id": f"{DID}#{b64(DE.kid)}", "controller": DID, "publicKeyJwk": padded},
            {"id": "did:web:example.org:GB#a", "publicKeyJwk": bare},
            {"id": "did:web:example.org:MY", "publicKeyJwk": {**bare, "kid": "from the key"}},
            {"id": "did:web:example.org:QQQ:LKA", "publicKeyJwk": bare},
            "did:web:example.org", {"id": f"{DID}#zz"}, {}, {"id": 5}, {"id": "#a", "publicKeyJwk": []},
        ]
    }  # fmt: skip


def list_dates() -> Iterator[dict[str, Any]]:
    yield from (
        {"issued": "2022-05-30T10:00:00Z"},
        {"date": "2022-05-30T12:00:00+02:00", "expires": "2022-05-30T10:01:00Z", "nextUpdate": "2022-06"},
        {"iat": 1_653_904_800, "exp": 1_653_904_860},
        {"proof": {"created": "2022-05-30T10:00:00Z"}},
        {"proof": [{"created": "2022-05-30"}, {"created": "2021-01-01T00:00:00Z"}, 5]},
        {"issued": "yesterday", "expires": 1e300, "proof": 5},
        {"issued": True, "expires": [], "proof": [None], "exp": -1e14},
    )


def tell(data: bytes) -> dict[str, Any]:
    """Give what the library reads in a list."""
    try:
        found = read_trust(data)
    except ListRefused as refusal:
        return {"code": refusal.code}
    moments = [moment and round(moment.timestamp() * 1000) for moment in (found.as_of, found.expires)]
    return {"moments": moments, "unread": found.unread, "certificates": list(map(tell_certificate, found.certificates))}


def tell_certificate(one: SigningCertificate) -> list[Any]:
    algorithm = "PS256" if isinstance(one.key, rsa.RSAPublicKey) else "ES256"
    return [one.kid.hex(), one.country, sorted(one.usages or ()), algorithm]


def test_each_trust_list_is_read_alike(page: Page) -> None:
    lists = list(list_trusts())
    told = ask(page, "readTrusts", [b64(one) for one in lists])
    for number, (data, found) in enumerate(zip(lists, told, strict=True)):
        assert found == tell(data), (number, data[:80])


def test_a_revoked_health_card_is_refused_alike(page: Page) -> None:
    certificate = read_certificate(signing().certificate)
    cards = [change_card(rid) for rid in ("card-1", "card-2", 5, None)]
    texts = [write_jws(card) for card in cards]
    texts.append("shc:/" + in_digits(texts[0]))
    key = new_key()
    rows = np.frombuffer(write_rows([Entry(hash_rid(certificate.kid, "card-1"), "rid")]), ROW)
    at = datetime.fromtimestamp(NOW, UTC)
    header = make_header(key, complete_as_of=at, expires=at + timedelta(days=7))
    data = b"".join(build_set(rows, header=header, key=key))
    trust = write_json_list(certificate)
    held = RevocationList((read_set(data, keys=None),))
    wanted = [verify(text, trust=read_trust(trust), at=at, revoked=held) for text in texts]
    assert [one.accepted for one in wanted] == [False, True, True, True, False]
    cases = [{"text": text, "trust": "one", "revoked": "one", "rules": None, "at": at.isoformat()} for text in texts]
    given = {"cases": cases, "trusts": {"one": {"text": trust.decode()}}, "revoked": {"one": b64(data)}, "rules": {}}
    told = ask(page, "judge", given)
    assert [(one["accepted"], one["code"]) for one in told] == [(one.accepted, one.code) for one in wanted]


def change_card(rid: Any) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(json.dumps(BUNDLE))
    if rid is not None:
        card["vc"]["rid"] = rid
    return card
