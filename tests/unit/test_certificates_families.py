"""Certificates of other families: SMART Health Cards, VDS-NC seals, WHO data sets, made here and altered."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import timedelta
from typing import Any

import pytest

from certificates import AT, EXPIRES, ISSUED, Forge, make_signer, make_trust
from xacthuc.certificates.rule_files import read_rules
from xacthuc.certificates.shc import CHUNKS, HEALTH_CARD, count_chunks
from xacthuc.certificates.stages import Verdict
from xacthuc.certificates.verify import verify

SIGNER = make_signer()


def check(text: str, **given: Any) -> Verdict:
    return verify(text, **{"trust": make_trust(), "at": AT, **given})


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


CARD: dict[str, Any] = {
    "iss": "https://example.test/issuer",
    "nbf": ISSUED.timestamp() + 0.5,
    "vc": {
        "type": [HEALTH_CARD, "https://smarthealth.cards#immunization"],
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": {"resourceType": "Bundle", "entry": []}},
    },
}
HEADER = {"zip": "DEF", "alg": "ES256", "kid": encode(SIGNER.certificate.kid)}


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def make_card(said: Any = CARD, *, header: Any = HEADER, packed: bytes | None = None) -> str:
    body = deflate(json.dumps(said).encode()) if packed is None else packed
    part = f"{encode(json.dumps(header).encode())}.{encode(body)}"
    return f"{part}.{encode(SIGNER.sign(part.encode()))}"


def digits(jws: str) -> str:
    return "".join(f"{ord(letter) - 45:02}" for letter in jws)


def test_a_card_in_each_of_its_forms() -> None:
    jws = make_card()
    verdict = check(jws)
    assert (verdict.accepted, verdict.code, verdict.issuer) == (True, "ok", "VN")
    assert verdict.payload == CARD
    whole = digits(jws)
    half = len(whole) // 4 * 2
    assert check(f"shc:/{whole}") == verdict
    assert check(f"shc:/2/2/{whole[half:]}\nshc:/1/2/{whole[:half]}\n") == verdict
    assert [count_chunks(text) for text in ("shc:/1234", "shc:/2/3/1234", "HC1:")] == [1, 3, 0]


CARDS = {
    "a chunk twice": ("shc:/1/2/1234\nshc:/1/2/1234", "cert_structure"),
    "chunks of two cards": ("shc:/1/2/1234\nshc:/2/3/1234", "cert_structure"),
    "a chunk is missing": ("shc:/2/2/1234", "cert_chunk_missing"),
    "too many chunks": ("\n".join(f"shc:/{n}/99/1234" for n in range(1, CHUNKS + 2)), "cert_structure"),
    "odd digits": ("shc:/123", "cert_structure"),
    "digits beyond the letters": ("shc:/9999", "cert_structure"),
    "other digits": ("shc:/١٢", "cert_structure"),
    "two parts": ("eyJ9.eyJ9", "cert_structure"),
    "four parts": (make_card() + ".AA", "cert_structure"),
    "too long": ("eyJ" + "a" * 60_000, "cert_too_long"),
    "not packed": (make_card(packed=b"{}"), "cert_compression"),
    "bytes behind the stream": (make_card(packed=deflate(b"{}") + b"x"), "cert_compression"),
    "bomb": (make_card(packed=deflate(bytes(10_000_000))), "cert_too_large"),
    "name twice": (make_card(packed=deflate(b'{"iss":"a","iss":"b","nbf":1}')), "cert_structure"),
    "NaN": (make_card(packed=deflate(b'{"iss":"a","nbf":NaN}')), "cert_structure"),
    "endless": (make_card(packed=deflate(b'{"iss":"a","nbf":1e999}')), "cert_times"),
    "deep": (make_card(packed=deflate(b"[" * 100_000)), "cert_structure"),
    "no map": (make_card([1]), "cert_structure"),
    "no time": (make_card({"iss": "https://a"}), "cert_times"),
    "issuer a number": (make_card(CARD | {"iss": 1}), "cert_claims"),
    "other packing": (make_card(header=HEADER | {"zip": "GZ"}), "cert_structure"),
    "critical header": (make_card(header=HEADER | {"crit": ["x"]}), "cert_structure"),
    "no algorithm": (make_card(header=HEADER | {"alg": "none"}), "cert_algorithm"),
    "secret of a public key": (make_card(header=HEADER | {"alg": "HS256"}), "cert_algorithm"),
    "unknown key": (make_card(header=HEADER | {"kid": encode(b"12345678")}), "cert_key_unknown"),
    "altered": (make_card()[:-4] + "AAAA", "cert_signature"),
    "no health card": (make_card(CARD | {"vc": {"type": ["other"]}}), "cert_schema"),
    "no bundle": (make_card(CARD | {"vc": CARD["vc"] | {"credentialSubject": {}}}), "cert_schema"),
    "issuer without an address": (make_card(CARD | {"iss": "somebody"}), "cert_schema"),
    "turned name": (make_card(CARD | {"name": "A\u202eB"}), "cert_name_marks"),
    "not yet": (make_card(CARD | {"nbf": EXPIRES.timestamp()}), "cert_not_yet"),
    "expired": (make_card(CARD | {"exp": ISSUED.timestamp() + 1}), "cert_expired"),
}


@pytest.mark.parametrize(("text", "wanted"), CARDS.values(), ids=CARDS.keys())
def test_what_is_wrong_with_a_card(text: str, wanted: str) -> None:
    verdict = check(text)
    assert (verdict.accepted, verdict.code) == (False, wanted)


def test_rules_of_the_eu_judge_no_card() -> None:
    verdict = check(make_card(), rules=read_rules('{"rules": []}'))
    assert (verdict.accepted, verdict.code) == (False, "cert_rule_family")


MESSAGE: dict[str, Any] = {
    "uvci": "VN0001",
    "pid": {"n": "NGUYEN THI DAO", "dob": "1980-02-03", "i": "C1234567"},
    "ve": [
        {"des": "XM68M6", "nam": "Comirnaty", "dis": "RA01.0", "vd": [{"dvc": "2021-09-01", "seq": 1, "ctr": "VNM"}]}
    ],
}
DATA: dict[str, Any] = {"hdr": {"t": "icao.vacc", "v": 1, "is": "VNM"}, "msg": MESSAGE}


def make_seal(data: Any = DATA, *, part: bytes | None = None, **seal: Any) -> str:
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    cer = base64.b64encode(SIGNER.certificate.certificate or b"").decode()
    standing = {"alg": "ES256", "cer": cer, "sigvl": encode(SIGNER.sign(part or canonical))}
    return json.dumps({"data": data, "sig": standing | seal}, ensure_ascii=False)


def test_a_seal() -> None:
    verdict = check(make_seal())
    assert (verdict.accepted, verdict.code, verdict.issuer, verdict.payload) == (True, "ok", "VN", DATA)
    shuffled = {"msg": dict(reversed(MESSAGE.items())), "hdr": DATA["hdr"]}
    assert check(make_seal(shuffled)).accepted


def header(**changes: Any) -> dict[str, Any]:
    return DATA | {"hdr": DATA["hdr"] | changes}


def message(**changes: Any) -> dict[str, Any]:
    return DATA | {"msg": MESSAGE | changes}


SEALS = {
    "no JSON": ('{"data"', "cert_structure"),
    "no signature": (json.dumps({"data": DATA}), "cert_structure"),
    "too long": ('{"data"' + " " * 20_000, "cert_too_long"),
    "certificate no base64": (make_seal(cer="?"), "cert_structure"),
    "certificate too long": (make_seal(cer="A" * 9_000), "cert_structure"),
    "fraction": (make_seal(message(x=1.5)), "cert_structure"),
    "huge number": (make_seal(message(x=1 << 60)), "cert_structure"),
    "name beyond ASCII": (make_seal(message(đ=1)), "cert_structure"),
    "message no map": (make_seal(DATA | {"msg": []}), "cert_structure"),
    "data no map": (make_seal([]), "cert_structure"),
    "kind of another": (make_seal(header(t="icao.visa")), "cert_schema"),
    "issuer of two letters": (make_seal(header(**{"is": "VN"})), "cert_schema"),
    "nobody named": (make_seal(message(pid={})), "cert_schema"),
    "nothing done": (make_seal(message(ve=[])), "cert_schema"),
    "turned name": (make_seal(message(pid={"n": "A\u202eB"})), "cert_name_marks"),
    "signature of other words": (make_seal(part=b"{}"), "cert_signature"),
    "other algorithm": (make_seal(alg="ES384"), "cert_algorithm"),
    "issuer of another country": (make_seal(header(**{"is": "AUT"})), "cert_issuer"),
}


@pytest.mark.parametrize(("text", "wanted"), SEALS.values(), ids=SEALS.keys())
def test_what_is_wrong_with_a_seal(text: str, wanted: str) -> None:
    verdict = check(text)
    assert (verdict.accepted, verdict.code) == (False, wanted)


def test_the_certificate_inside_a_seal_proves_nothing() -> None:
    other = make_signer(country="AT").certificate
    assert check(make_seal(), trust=make_trust(other)).code == "cert_key_unknown"


SET: dict[str, Any] = {
    "name": "Nguyễn Thị Đào",
    "birthDate": "1980-02-03",
    "vaccination": {"vaccine": {"code": "XM68M6"}, "date": "2021-09-01", "dose": 2},
    "certificate": {"hcid": {"value": "VN-1"}, "period": {"start": "2022-01-01", "end": "2022-06-01"}},
}


def make_set(entry: Any = SET, *, claim: int = 3, **more: Any) -> str:
    return Forge(claims={-260: {claim: entry} | more}).text()


def test_a_data_set() -> None:
    for entry in (SET, [SET]):
        verdict = check(make_set(entry))
        assert (verdict.accepted, verdict.code, verdict.payload) == (True, "ok", SET)


def test_a_data_set_ends_with_its_own_period() -> None:
    last = AT + timedelta(days=1)
    assert check(make_set(), at=last).code == "ok"
    assert check(make_set(), at=last + timedelta(seconds=1)).code == "cert_expired"
    later = SET | {"certificate": SET["certificate"] | {"period": {"start": "2022-07-01T00:00:00+07:00"}}}
    assert check(make_set(later)).code == "cert_not_yet"
    odd = SET | {"certificate": SET["certificate"] | {"period": {"start": "soon", "end": 5}}}
    assert check(make_set(odd)).code == "ok"


SETS = {
    "two sets": (make_set([SET, SET]), "cert_claims"),
    "no map": (make_set("text"), "cert_claims"),
    "test without a test": (make_set(claim=4), "cert_schema"),
    "no name": (make_set({key: value for key, value in SET.items() if key != "name"}), "cert_schema"),
    "no identifier": (make_set(SET | {"certificate": {}}), "cert_schema"),
    "bytes": (make_set(SET | {"x": b""}), "cert_schema"),
    "turned name": (make_set(SET | {"name": "A\u202eB"}), "cert_name_marks"),
}


@pytest.mark.parametrize(("text", "wanted"), SETS.values(), ids=SETS.keys())
def test_what_is_wrong_with_a_data_set(text: str, wanted: str) -> None:
    verdict = check(text)
    assert (verdict.accepted, verdict.code) == (False, wanted)


def test_a_data_set_of_a_test() -> None:
    entry = {key: value for key, value in SET.items() if key != "vaccination"} | {"test": {"result": "negative"}}
    assert check(make_set(entry, claim=4)).accepted
