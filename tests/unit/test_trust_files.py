"""Trust lists of all kinds: what is read of them, what is passed over, what is refused."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from signers import NOON, b64, make_certificate, new_key, write_json_list
from xacthuc.certificates.keys import CertificateUnusable, read_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import encode_text, write_jwk
from xacthuc.certificates.trust import TrustList, judge_age
from xacthuc.certificates.trust_document import LIST_BYTES, Draft, sign_list
from xacthuc.certificates.trust_files import read_kid, read_trust

VN, DE = make_certificate("VN"), make_certificate("DE")


def jwk_of(certificate: Any, **more: Any) -> dict[str, Any]:
    return {**write_jwk(certificate.key), **more}


def read_json_as(said: Any) -> TrustList:
    return read_trust(json.dumps(said).encode())


def test_a_json_list() -> None:
    found = read_trust(write_json_list(VN, DE))
    assert found.find(VN.kid) == (VN,)
    assert (found.as_of, found.unread) == (None, 0)
    assert found.find(b"unknown!") == ()


def test_the_kid_of_the_list_counts_and_several_certificates_may_have_it() -> None:
    kid = b64(b"12345678")
    found = read_json_as([{"kid": kid, "certificate": b64(one.certificate or b"")} for one in (VN, DE)])
    assert [one.country for one in found.find(b"12345678")] == ["VN", "DE"]
    assert found.find(VN.kid) == ()


def test_a_kid_in_hexadecimal() -> None:
    found = read_json_as([{"kid": VN.kid.hex().upper(), "certificate": b64(VN.certificate or b"")}])
    assert found.find(VN.kid) == (VN,)


def test_a_certificate_without_a_kid_has_that_of_its_hash() -> None:
    assert read_json_as([{"certificate": b64(VN.certificate or b"")}]).find(VN.kid) == (VN,)


def test_an_entry_in_pem() -> None:
    pem = f"-----BEGIN CERTIFICATE-----\n{b64(VN.certificate or b'')}\n-----END CERTIFICATE-----\n"
    assert read_json_as([{"certificate": pem}]).find(VN.kid) == (VN,)
    assert read_trust((pem * 2).encode()).find(VN.kid) == (VN, VN)
    assert read_trust(VN.certificate or b"").find(VN.kid) == (VN,)


def test_entries_that_cannot_be_read_are_counted() -> None:
    good = {"kid": b64(VN.kid), "certificate": b64(VN.certificate or b"")}
    bad: list[Any] = [{}, 1, {"certificate": "!"}, {"certificate": b64(b"\x30\x03abc")}, {"kid": 5, "certificate": ""}]
    found = read_json_as([good, *bad])
    assert (len(found.certificates), found.unread) == (1, 5)
    with pytest.raises(ListRefused) as refusal:
        read_json_as(bad)
    assert refusal.value.code == "trust_nothing_read"


def test_an_empty_list_trusts_nobody() -> None:
    assert read_json_as([]).certificates == ()


def test_an_eu_list_with_its_signature() -> None:
    key, other = new_key(), new_key()
    body = json.dumps({"certificates": [{"kid": b64(VN.kid), "rawData": b64(VN.certificate or b""), "country": "VN"}]})
    data = f"{b64(key.sign(body.encode()))}\n{body}".encode()
    for publisher in (None, key.public):
        assert read_trust(data, publisher=publisher).find(VN.kid) == (VN,)
        assert read_trust(data + b"\n", publisher=publisher).find(VN.kid) == (VN,)
    for altered, publisher in (
        (data, other.public),
        (data.replace(b"VN", b"XX"), key.public),
        (body.encode(), key.public),
    ):
        with pytest.raises(ListRefused) as refusal:
            read_trust(altered, publisher=publisher)
        assert refusal.value.code == "list_altered"
    assert read_trust(body.encode()).find(VN.kid) == (VN,)


def test_a_key_set() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048).public_key()
    numbers = rsa_key.public_numbers()
    n, e = (encode_text(v.to_bytes(size, "big")) for v, size in ((numbers.n, 256), (numbers.e, 3)))
    found = read_json_as(
        {
            "keys": [
                jwk_of(VN, kid=b64(VN.kid)),
                jwk_of(DE, kid=encode_text(b"x" * 32), x5c=[b64(DE.certificate or b"")]),
                {"kty": "RSA", "kid": "key one!", "n": n, "e": e},
                jwk_of(VN),
                {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
                {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
                {"kty": "RSA", "n": "A" * 2_000, "e": "AQAB"},
            ]
        }
    )
    bare, carried, rsa_one, nameless = found.certificates
    assert (bare.certificate, bare.key, bare.country) == (None, VN.key, "")
    assert (carried.kid, carried.country) == (b"x" * 32, "DE")
    assert (rsa_one.kid, rsa_one.key) == (b"key one!", rsa_key)
    assert len(nameless.kid) == 8
    assert found.unread == 3


def test_a_did_document_takes_the_certificate_and_not_the_coordinates() -> None:
    place = "did:web:example.org:v2:trustlist:DCC:BEL:DSC"
    wrong = {**jwk_of(VN), "x": encode_text(b"\0" + base64.urlsafe_b64decode(write_jwk(DE.key)["x"] + "="))}
    padded = {**write_jwk(DE.key), "x": encode_text(b"\0" + base64.urlsafe_b64decode(write_jwk(DE.key)["x"] + "="))}
    kid = b64(b"\xff\xfe345678").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    methods: list[Any] = [
        {"id": f"{place}#{kid}", "controller": place, "publicKeyJwk": {**wrong, "x5c": [b64(VN.certificate or b"")]}},
        {"id": f"{place}#{b64(DE.kid)}", "controller": place, "publicKeyJwk": padded},
        "did:web:example.org:v2:trustlist:DCC:FRA:DSC",
        {"id": f"{place}#zz"},
    ]
    found = read_json_as({"@context": [], "id": "did:web:example.org", "verificationMethod": methods})
    assert [one.key for one in found.find(b"\xff\xfe345678")] == [VN.key]
    assert [(one.key, one.country) for one in found.find(DE.kid)] == [(DE.key, "BE")]
    assert found.unread == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "list_damaged"),
        (b"{", "list_damaged"),
        (b"[" * 100_000, "list_damaged"),
        (b'{"keys":[],"keys":[]}', "list_damaged"),
        (b"[NaN]", "list_damaged"),
        (b"\xff\xfe", "list_damaged"),
        (b"5", "list_of_another_kind"),
        (b'{"a":1}', "list_of_another_kind"),
        (b'{"payload":"e30","signatures":[]}', "list_damaged"),
        (b'{"payload":5,"signatures":[]}', "list_damaged"),
        (b" " * (LIST_BYTES + 1), "list_too_large"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ListRefused) as refusal:
        read_trust(data)
    assert refusal.value.code == code


def test_our_own_list_with_and_without_its_root() -> None:
    root = new_key()
    draft = Draft(3, (VN, DE), revocation_keys=(new_key().public,))
    data = sign_list(draft, issued=NOON, expires=NOON.replace(day=9), key=root)
    for given in (None, root.public):
        found = read_trust(data, root=given)
        assert (found.version, found.as_of, found.expires) == (3, NOON, NOON.replace(day=9))
        assert found.find(DE.kid) == (DE,)
        assert found.revocation_keys == draft.revocation_keys
    with pytest.raises(ListRefused) as refusal:
        read_trust(data, root=new_key().public)
    assert refusal.value.code == "list_key_unknown"
    assert judge_age(found.as_of, found.expires, at=NOON) is None
    assert judge_age(found.as_of, found.expires, at=NOON.replace(day=10)) == "trust_list_too_old"
    assert judge_age(found.as_of, found.expires, at=NOON.replace(year=2020)) == "trust_list_ahead"
    assert judge_age(None, None, at=NOON) == "trust_list_undated"


def test_a_kid_as_text() -> None:
    assert read_kid("AQIDBAUGBwg=") == read_kid("AQIDBAUGBwg") == bytes(range(1, 9))
    assert read_kid("_-8") == read_kid("/+8=")
    assert read_kid("a key") == b"a key"
    assert read_kid("abcde") == b"abcde"
    for text in ("", None, 5, "x" * 100):
        with pytest.raises(ValueError, match="kid"):
            read_kid(text)


@pytest.mark.shared
def test_the_key_set_of_the_smart_examples(shared: Path) -> None:
    folder = shared / "vectors" / "shc" / "spec-examples" / "issuer" / ".well-known"
    found = read_trust((folder / "jwks.json").read_bytes())
    assert found.unread == 0
    assert all(len(one.kid) == 32 for one in found.certificates)
    assert any(one.certificate for one in found.certificates)


@pytest.mark.shared
def test_every_certificate_of_the_eu_vectors_is_read(shared: Path) -> None:
    texts = {}
    for path in sorted((shared / "vectors" / "dgc-testdata").rglob("*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        text = isinstance(said, dict) and (said.get("TESTCTX") or {}).get("CERTIFICATE")
        if text:
            texts["".join(text.split())] = path
    found = read_json_as([{"certificate": text} for text in texts])
    print(f"{len(found.certificates)} certificates read, {found.unread} not")
    assert len(found.certificates) > 50
    assert found.unread <= 2


AS_OF = datetime(2022, 5, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "as_of", "expires"),
    [
        ({}, None, None),
        ({"issued": "2022-05-30T10:00:00Z"}, AS_OF, None),
        ({"date": "2022-05-30T12:00:00+02:00", "expires": "2022-05-30T10:01:00Z"}, AS_OF, AS_OF + timedelta(minutes=1)),
        ({"iat": AS_OF.timestamp(), "exp": int(AS_OF.timestamp()) + 60}, AS_OF, AS_OF + timedelta(minutes=1)),
        ({"proof": {"created": "2022-05-30T10:00:00Z"}}, AS_OF, None),
        ({"proof": [{"created": "2022-05-30T10:00:00Z"}, {"created": "2021-01-01T00:00:00Z"}]}, AS_OF, None),
        ({"issued": "yesterday", "expires": 1e300, "proof": 5}, None, None),
        ({"issued": True, "expires": [], "proof": [None]}, None, None),
    ],
)
def test_dates_of_lists_of_others(more: dict[str, Any], as_of: datetime | None, expires: datetime | None) -> None:
    one = make_certificate()
    entries = json.loads(write_json_list(one))
    for said in ({"certificates": entries}, {"keys": [{"kid": "a", "x5c": [entries[0]["certificate"]]}]}):
        found = read_trust(json.dumps(said | more).encode())
        assert (found.as_of, found.expires, len(found.certificates)) == (as_of, expires, 1)


HOSTILE = {
    "no base64 between the lines of PEM": b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----",
    "begins as DER": b"\x30\x82\x01\x00" + bytes(50),
    "nested": b"[" * 100_000,
    "nested, and ends": b"[" * 200 + b"]" * 200,
    "numbers without end": b'{"keys":[{"kty":"RSA","n":"' + b"A" * 5_000 + b'","e":"AQAB"}]}',
    "a number of many digits": b'{"keys":[' + b"9" * 10_000 + b"]}",
    "keys on no curve": b'{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}',
    "values of other kinds": b'{"certificates":[1,null,[],{},{"kid":5,"certificate":6},{"certificate":{"a":1}}]}',
    "methods of other kinds": b'{"verificationMethod":[{},{"id":5},{"id":"#a","publicKeyJwk":[]}]}',
    "not UTF-8": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_list_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ListRefused):
        read_trust(data)


@pytest.mark.parametrize("year", [b"00000101000000Z", b"99991231235959Z", b"99999999999999Z"])
def test_certificates_of_impossible_years_raise_nothing_else(year: bytes) -> None:
    der = make_certificate().certificate or b""
    begin = der.index(b"\x17\x0d") - 2  # two times of UTC, in a sequence
    length = der[begin + 1]
    times = b"\x18\x0f" + year + b"\x18\x0f" + b"20400101000000Z"
    changed = bytearray(der[:begin] + b"\x30" + bytes((len(times),)) + times + der[begin + 2 + length :])
    changed[2:4] = (len(changed) - 4).to_bytes(2, "big")
    changed[4:7] = b"\x30\x81" + bytes((changed[6] + len(changed) - len(der),))
    with suppress(CertificateUnusable):
        begins = read_certificate(bytes(changed)).not_before
        assert begins is None or begins.year == 9999
