"""`check` with the lists around a certificate: how old they are, who is revoked, what the rules of a place say."""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "spec"))

from certificate_families import BUNDLE, write_jws
from certificate_making import BEGIN, signing

from certificates import Forge, make_issuer, make_payload, make_signer
from signers import b64, write_json_list
from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import list_hashes
from xacthuc.cli import commands

TEXT = make_issuer().issue(make_payload())
CERTIFICATE = make_signer().certificate
AT = "2022-06-01T00:00:00Z"
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "shc" / "spec-examples"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def check(text: str, trust: Path, *more: object, at: str = AT) -> dict[str, Any]:
    result = run("check", text, "--trust", trust, "--at", at, "--json", *more)
    assert result.exit_code in (0, 1), result.output
    said: dict[str, Any] = json.loads(result.output)
    assert (result.exit_code == 0) is said["accepted"]
    return said


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    return write(tmp_path / "trust.json", write_json_list(CERTIFICATE))


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def write_kinds(folder: Path, **dates: str) -> dict[str, Path]:
    """Write every kind of list of others, with dates."""
    entries = json.loads(write_json_list(CERTIFICATE))
    key = {"kty": "EC", "kid": entries[0]["kid"], "x5c": [entries[0]["certificate"]]}
    line = "MEUCIQ" + "A" * 80 + "\n"
    raw = [{"kid": one["kid"], "rawData": one["certificate"]} for one in entries]
    said = {
        "list": json.dumps({"certificates": entries} | dates),
        "dsc": line + json.dumps({"certificates": raw} | dates),
        "jwks": json.dumps({"keys": [key]} | dates),
        "did": json.dumps({"verificationMethod": [{"id": "did:web:x#a", "publicKeyJwk": key}], "proof": dates}),
    }  # fmt: skip
    said["did"] = said["did"].replace("#a", "#" + entries[0]["kid"].replace("=", "%3D").replace("/", "%2F"))
    return {kind: write(folder / f"{kind}.json", text) for kind, text in said.items()}


@pytest.mark.parametrize("kind", ["list", "dsc", "jwks", "did"])
@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({}, "trust_list_undated"),
        ({"created": "2022-05-31T00:00:00Z"}, "ok"),
        ({"created": "2022-05-01T00:00:00Z"}, "trust_list_too_old"),
        ({"created": "2022-05-01T00:00:00Z", "expires": "2022-07-01T00:00:00Z"}, "ok"),
        ({"expires": "2022-05-31T23:59:59Z"}, "trust_list_too_old"),
        ({"created": "2022-06-02T00:00:00Z"}, "trust_list_ahead"),
    ],
)
def test_age_of_lists_of_others(tmp_path: Path, kind: str, dates: dict[str, str], code: str) -> None:
    said = check(TEXT, write_kinds(tmp_path, **dates)[kind])
    assert (said["code"], said["accepted"]) == (code, code != "trust_list_too_old")


def test_age_of_our_own_list(tmp_path: Path) -> None:
    folder, der = tmp_path / "list", write(tmp_path / "dsc.der", CERTIFICATE.certificate or b"")
    run("trust", "make", folder)
    run("trust", "add", folder, der)
    run("trust", "sign", folder, "--days", "10", "--at", "2022-06-01T00:00:00Z")
    for at, code in (("2022-06-10T00:00:00Z", "ok"), ("2022-06-11T00:00:01Z", "trust_list_too_old")):
        said = check(TEXT, folder / "trust.json", at=at)
        assert (said["code"], [one["ok"] for one in said["stages"][2:]]) == (
            code,
            [True, None, None] if code == "ok" else [None, None, None],
        )


def revoke(folder: Path, *what: object) -> Path:
    run("revoke", "make", folder, "--name", "vn")
    added = run("revoke", "add", folder, *what)
    assert added.exit_code == 0, added.output
    made = run("revoke", "publish", folder, "--days", "7", "--at", "2022-06-01T00:00:00Z", "--json")
    return Path(json.loads(made.output)["set"])


UVCI = make_payload()["v"][0]["ci"]
SIGNATURE = read_health_certificate(TEXT).signature


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (("--uvci", UVCI), "cert_revoked"),
        (("--uvci", UVCI, "--country", "VN"), "cert_revoked"),
        (("--uvci", UVCI, "--country", "TH"), "trust_list_undated"),
        (("--signature", SIGNATURE.hex()), "cert_revoked"),
        (("--signature", (SIGNATURE[:32] + bytes(32)).hex()), "cert_revoked"),
        (("--kid", CERTIFICATE.kid.hex()), "cert_revoked"),
        (("--uvci", "URN:UVCI:01:VN:OTHER"), "trust_list_undated"),
    ],
)
def test_revoked_by_a_set_of_ours(trust: Path, tmp_path: Path, what: tuple[str, ...], code: str) -> None:
    said = check(TEXT, trust, "--revoked", revoke(tmp_path / "folder", *what))
    revoked = code == "cert_revoked"
    assert said["code"] == code
    assert said["stages"][3] == {"stage": "not revoked", "ok": not revoked, "code": code if revoked else "ok"}


def test_a_set_that_is_too_old_accepts_nobody(trust: Path, tmp_path: Path) -> None:
    published = revoke(tmp_path / "folder", "--uvci", "URN:UVCI:01:VN:OTHER")
    assert check(TEXT, trust, "--revoked", published, at="2022-06-08T00:00:00Z")["stages"][3]["ok"] is True
    late = check(TEXT, trust, "--revoked", published, at="2022-06-08T00:00:01Z")
    assert (late["accepted"], late["code"]) == (False, "cert_revoked_old")


def write_batch(path: Path, kind: str, *, kid: str, digest: bytes | None = None, country: str = "VN") -> Path:
    """Write a batch of the EU that revokes the certificate of these tests."""
    found = list_hashes(issuer="VN", uvci=UVCI, signature=SIGNATURE, algorithm="ES256")
    name = {"UCI": "uvci", "COUNTRYCODEUCI": "country_uvci", "SIGNATURE": "signature"}[kind]
    entries = [{"hash": b64(bytes(16))}, {"hash": b64(digest or found[name])}]
    said = {"country": country, "expires": "2023-01-01T00:00:00Z", "kid": kid, "hashType": kind, "entries": entries}
    return write(path, json.dumps(said))


@pytest.mark.parametrize("kind", ["UCI", "COUNTRYCODEUCI", "SIGNATURE"])
@pytest.mark.parametrize("kid", [pytest.param(b64(CERTIFICATE.kid), id="its key"), "UNKNOWN_KID"])
def test_revoked_by_a_batch_of_the_eu(trust: Path, tmp_path: Path, kind: str, kid: str) -> None:
    said = check(TEXT, trust, "--revoked", write_batch(tmp_path / "batch.json", kind, kid=kid))
    assert (said["code"], said["stages"][3]["ok"]) == ("cert_revoked", False)


@pytest.mark.parametrize(
    "other",
    [
        {"kid": b64(b"another!")},
        {"kid": "UNKNOWN_KID", "country": "TH"},
        {"kid": "UNKNOWN_KID", "digest": b"\1" * 16},
    ],
)
def test_a_batch_speaks_of_its_own_key_or_country_alone(trust: Path, tmp_path: Path, other: dict[str, Any]) -> None:
    said = check(TEXT, trust, "--revoked", write_batch(tmp_path / "batch.json", "UCI", **other))
    assert said["accepted"]
    assert said["stages"][3] == {"stage": "not revoked", "ok": True, "code": "cert_revoked_undated"}


def test_several_lists_at_once(trust: Path, tmp_path: Path) -> None:
    published = revoke(tmp_path / "folder", "--uvci", "URN:UVCI:01:VN:OTHER")
    batch = write_batch(tmp_path / "batch.json", "UCI", kid="UNKNOWN_KID")
    assert check(TEXT, trust, "--revoked", published, "--revoked", batch)["code"] == "cert_revoked"
    late = check(TEXT, trust, "--revoked", published, "--revoked", batch, at="2022-06-09T00:00:00Z")
    assert late["code"] == "cert_revoked"
    unrelated = write_batch(tmp_path / "other.json", "UCI", kid=b64(b"another!"))
    late = check(TEXT, trust, "--revoked", published, "--revoked", unrelated, at="2022-06-09T00:00:00Z")
    assert late["code"] == "cert_revoked_old"


def test_a_file_that_is_no_list_of_revocations(trust: Path, tmp_path: Path) -> None:
    for data in (b"", b"hello", b"[]", b"{}", b'{"rids":5}', b"XTREVOK1", b"XTREVOK1" + bytes(100)):
        result = run("check", TEXT, "--trust", trust, "--revoked", write(tmp_path / "no", data), "--at", AT)
        assert isinstance(result.exception, ListRefused), data


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.exists(), reason="needs ../shared/vectors")
def test_revoked_cards_of_the_specification(tmp_path: Path) -> None:
    """Of the four examples the last is revoked, for all that was issued before a moment."""
    (published,) = (VECTORS / "issuer" / ".well-known" / "crl").glob("*.json")
    keys = VECTORS / "issuer" / ".well-known" / "jwks.json"
    codes = []
    for number in range(4):
        jws = (VECTORS / f"example-0{number}-d-jws.txt").read_text().strip()
        said = check(jws, keys, "--revoked", published, at="2024-01-01T00:00:00Z")
        codes.append((said["accepted"], said["stages"][3]["code"]))
    fine = (True, "cert_revoked_undated")
    assert codes == [fine, fine, fine, (False, "cert_revoked")]


@pytest.mark.parametrize(
    ("rid", "rids", "code"),
    [
        ("aB-9", ["aB-9"], "cert_revoked"),
        ("aB-9", [f"aB-9.{BEGIN + 1}"], "cert_revoked"),
        ("aB-9", [f"aB-9.{BEGIN}"], "cert_revoked_undated"),
        ("aB-8", ["aB-9"], "cert_revoked_undated"),
        (None, ["aB-9"], "cert_revoked_undated"),
        (["aB-9"], ["aB-9"], "cert_revoked_undated"),
        ("\ud800", ["aB-9"], "cert_revoked_undated"),
    ],
)
def test_a_card_is_revoked_by_what_it_calls_itself(tmp_path: Path, rid: Any, rids: list[str], code: str) -> None:
    signer = signing()
    entry = {"kid": b64(signer.kid), "certificate": b64(signer.certificate)}
    trust = write(tmp_path / "trust.json", json.dumps([entry]))
    named = {"rid": rid} if rid else {}
    card = write_jws(json.dumps(BUNDLE | {"vc": BUNDLE["vc"] | named}))
    listed = {"kid": base64.urlsafe_b64encode(signer.kid).decode().rstrip("="), "method": "rid", "ctr": 1, "rids": rids}
    said = check(card, trust, "--revoked", write(tmp_path / "rids.json", json.dumps(listed)))
    assert said["stages"][3]["code"] == code


def rule(logic: Any, **more: Any) -> dict[str, Any]:
    return {"Identifier": "VR-VN-0001", "Logic": logic, **more}


OPEN = {
    "an operator nobody knows": (rule({"xor": [True, False]}), "certlogic_operator_unknown"),
    "a missing value set": (rule({"in": ["a", {"var": "external.valueSets.none"}]}), "certlogic_value_set_missing"),
    "a newer engine": (rule(True, EngineVersion="9.0.0"), "rule_engine_unknown"),
    "a newer schema": (rule(True, SchemaVersion="1.9.0"), "rule_schema_newer"),
    "no date": (rule({"after": [{"plusTime": ["x", 0, "day"]}, {"plusTime": ["x", 0, "day"]}]}), "certlogic_date"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "code"), OPEN.values(), ids=OPEN.keys())
def test_an_open_rule_is_no_yes_and_has_its_own_code(trust: Path, tmp_path: Path, said: Any, code: str) -> None:
    rules = write(tmp_path / "rules.json", json.dumps([said]))
    verdict = check(TEXT, trust, "--rules", rules)
    assert (verdict["accepted"], verdict["code"]) == (False, code)
    assert verdict["stages"][4] == {"stage": "rule", "ok": False, "code": code}
    assert verdict["reason"]["vi"]
    assert verdict["reason"]["en"]
    false = write(tmp_path / "false.json", json.dumps([said, rule(False, Identifier="VR-VN-0002")]))
    assert check(TEXT, trust, "--rules", false)["code"] == "rule_not_met"


def test_the_sentence_for_the_guard(trust: Path, tmp_path: Path) -> None:
    rules = write(tmp_path / "rules.json", '{"place": {"province": "56"}}')
    at = datetime(2022, 6, 1, tzinfo=UTC)
    entry = make_payload()["v"][0] | {"dt": (at - timedelta(days=9)).date().isoformat()}
    text = Forge(payload=make_payload() | {"v": [entry]}).text()
    said = check(text, trust, "--rules", rules)
    assert (said["code"], said["stages"][4]["ok"]) == ("rule_not_met", False)
    assert said["reason"] == {
        "vi": "Mũi 2 tiêm 9 ngày trước, cần 14 ngày.",
        "en": "Dose 2 was 9 days ago, 14 needed.",
    }
    words = run("check", text, "--trust", trust, "--rules", rules, "--at", AT).output
    assert "Mũi 2 tiêm 9 ngày trước, cần 14 ngày." in words
