"""Cases of trust, time, revocation and rules, and the lists that all cases are judged by."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from certificate_making import (
    BEGIN,
    END,
    NOW,
    RECOVERY,
    TEST,
    VACCINATION,
    Signing,
    change,
    issue,
    make_claims,
    sign,
    signing,
    write,
)
from certificate_texts import HEALTH, Case, say, turn
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from xacthuc.certificates.cose import read_der, write_der
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.revocation import list_hashes
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import ROW, Entry, write_rows
from xacthuc.certificates.signed import ListKey, write_jwk
from xacthuc.certificates.trust_document import Draft, sign_list, sign_rollover
from xacthuc.runs.gate_samples import make_private_key

MOMENT = datetime.fromtimestamp(NOW, UTC)
WEEK = timedelta(days=7)

RULES: dict[str, Any] = {
    "khanh hoa": {"place": {"province": "56"}},
    "khanh hoa yellow": {"place": {"province": "56", "least": "yellow"}},
    "a place without rules": {"place": {"province": "01"}},
    "vietnam": {
        "rules": [
            {
                "Identifier": "VR-VN-0001",
                "Logic": {"===": [{"var": "payload.v.0.co"}, "VN"]},
                "Description": [{"lang": "en", "desc": "Only doses given in Viet Nam count."}],
            }
        ],
        "country": "VN",
    },
    "an unknown operator": [{"Identifier": "GR-VN-0001", "Logic": {"map": []}}],
    "a newer engine": [{"Identifier": "GR-VN-0001", "Logic": True, "EngineVersion": "3.0.0"}],
    "a newer schema": [{"Identifier": "GR-VN-0001", "Logic": True, "SchemaVersion": "1.4.0"}],
    "a missing value set": [{"Identifier": "GR-VN-0001", "Logic": {"in": ["x", {"var": "external.valueSets.none"}]}}],
}


def list_key(words: str) -> ListKey:
    key = make_private_key(f"conformance {words}")
    return ListKey(key.public_key(), lambda part: read_der(key.sign(part, ECDSA(SHA256(), deterministic_signing=True))))


def list_signings() -> list[Signing]:
    """Give everybody that the lists trust."""
    return [
        signing(),
        signing("rsa", bits=2048),
        signing("short rsa", bits=1024),
        signing("greece", country="GR"),
        signing("britain", country="GB"),
        signing("nowhere", country=None),
        signing("vaccinations", usages=(f"{HEALTH}.2",)),
        signing("early", usages=("1.3.6.1.4.1.0.1847.2021.1.2",)),
        signing("server", usages=("1.3.6.1.5.5.7.3.1",)),
        signing("tests", usages=(f"{HEALTH}.1",)),
        signing("thailand", country="TH"),
    ]


def make_trusts() -> dict[str, Any]:
    """Give trust lists by name: their text, and the root that signs them."""
    root, next_root = list_key("root"), list_key("next root")
    found = tuple(read_certificate(one.certificate) for one in list_signings())
    draft = Draft(7, found, (list_key("revocations").public,))
    twins = [
        {"kid": _b64(signing("second of two").kid), "certificate": _b64(one.certificate)}
        for one in (signing("first of two"), signing("second of two"))
    ]
    rolled = Draft(8, found, rollovers=(sign_rollover(next_root.public, at=MOMENT - WEEK, key=root),))

    def sign_at(issued: datetime, *, key: ListKey = root, said: Draft = draft) -> dict[str, Any]:
        text = sign_list(said, issued=issued, expires=issued + WEEK, key=key).decode()
        return {"text": text, "root": write_jwk(root.public)}

    return {
        "fresh": sign_at(MOMENT - timedelta(days=1)),
        "old": sign_at(MOMENT - WEEK - timedelta(seconds=1)),
        "at its end": sign_at(MOMENT - WEEK),
        "ahead": sign_at(MOMENT + timedelta(hours=1, seconds=1)),
        "nearly ahead": sign_at(MOMENT + timedelta(hours=1)),
        "rolled over": sign_at(MOMENT - timedelta(days=1), key=next_root, said=rolled),
        "undated": {"text": json.dumps(_plain(list_signings())), "root": None},
        "twins": {"text": json.dumps({"certificates": twins}), "root": None},
        "empty": {"text": "[]", "root": None},
    }


def _plain(signings: list[Signing]) -> list[dict[str, str]]:
    return [{"kid": _b64(one.kid), "certificate": _b64(one.certificate)} for one in signings]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def trust_cases() -> Iterator[Case]:
    yield say("a list without a date", issue(), "trust_list_undated", trust="undated")
    yield say("a list that is too old", issue(), "trust_list_too_old", trust="old")
    yield say("a list at its last moment", issue(), trust="at its end")
    yield say("a list dated after the clock", issue(), "trust_list_ahead", trust="ahead")
    yield say("a list dated an hour after the clock", issue(), trust="nearly ahead")
    yield say("a list whose root has rolled over", issue(), trust="rolled over")
    yield say("an empty list", issue(), "cert_key_unknown", trust="empty")
    yield say("a key that is not on the list", issue(by=signing("stranger")), "cert_key_unknown")
    yield from _signature_cases()
    yield from _header_cases()
    for why, by, iss in (
        ("another country", signing(), "TH"),
        ("a country that is no alias", signing("greece", country="GR"), "CY"),
        ("an alias of another country", signing(), "EL"),
    ):
        yield say(f"issuer: {why}", issue(by=by, iss=iss), "cert_issuer")
    yield say("a key for tests under a vaccination", issue(by=signing("tests", usages=(f"{HEALTH}.1",))), "cert_usage")
    yield say(
        "a key for vaccinations under a test",
        issue(TEST, by=signing("vaccinations", usages=(f"{HEALTH}.2",))),
        "cert_usage",
    )
    yield from _time_cases()


def _signature_cases() -> Iterator[Case]:
    other, rsa = signing("stranger"), signing("rsa", bits=2048)
    forged = Signing(other.key, signing().certificate, signing().kid)
    zero, half = b"\0" * 32, b"\1" * 32
    twists = {
        "one bit of r is another": lambda s: bytes((s[0] ^ 1,)) + s[1:],
        "one bit of s is another": lambda s: s[:-1] + bytes((s[-1] ^ 1,)),
        "r and s are zero": lambda _: zero + zero,
        "r is zero": lambda s: zero + s[32:],
        "s is zero": lambda s: s[:32] + zero,
        "r and s are all the same": lambda _: half + half,
        "r is beyond the group": lambda s: b"\xff" * 32 + s[32:],
        "the signature is cut off": lambda s: s[:-1],
        "the signature is too long": lambda s: s + b"\0",
        "no signature": lambda _: b"",
        "r and s as DER": write_der,
    }
    for why, twist in twists.items():
        yield say(why, write(sign(twist=twist)), "cert_signature")
    yield say("signed with another key", issue(by=forged), "cert_signature")
    message = sign()
    yield say("another name under the signature", write(message.replace(b"Hoa", b"Hua", 1)), "cert_signature")
    yield say(
        "the headers changed after signing",
        write(sign(protected=None, loose={1: -7, 4: signing().kid}).replace(b"\x84\x40", b"\x84\x41\xa0", 1)),
        "cert_signature",
    )
    yield say(
        "RSA with one bit another", write(sign(by=rsa, twist=lambda s: s[:-1] + bytes((s[-1] ^ 1,)))), "cert_signature"
    )
    yield say("RSA with a signature cut off", write(sign(by=rsa, twist=lambda s: s[:-1])), "cert_signature")
    yield say("a key of RSA said to be ES256", write(sign(by=rsa, protected={1: -7, 4: rsa.kid})), "cert_signature")
    yield say("a key of P-256 said to be PS256", write(sign(protected={1: -37, 4: signing().kid})), "cert_signature")


def _header_cases() -> Iterator[Case]:
    kid = signing().kid
    for why, algorithm in (
        ("ES384", -35),
        ("RS256", -257),
        ("ES256 in words", "ES256"),
        ("a fraction", -7.0),
        ("nothing", None),
        ("a shared secret", 5),
    ):
        yield say(f"algorithm: {why}", write(sign(protected={1: algorithm, 4: kid})), "cert_algorithm")
    yield say("no algorithm", write(sign(protected={4: kid})), "cert_algorithm")
    yield say(
        "the signed algorithm counts, not the other",
        write(sign(protected={1: -35, 4: kid}, loose={1: -7})),
        "cert_algorithm",
    )
    yield say("no key id", write(sign(protected={1: -7})), "cert_kid_missing")
    yield say("an empty key id", write(sign(protected={1: -7, 4: b""})), "cert_kid_missing")
    yield say("a key id that is text", write(sign(protected={1: -7, 4: "kid"})), "cert_kid_missing")
    yield say("half a key id", write(sign(protected={1: -7, 4: kid[:4]})), "cert_key_unknown")


def _time_cases() -> Iterator[Case]:
    yield say("no issue date", issue(iat=None), "cert_times_missing")
    yield say("no end", issue(exp=None), "cert_times_missing")
    yield say("issued a second from now", issue(iat=NOW + 1), "cert_not_yet")
    yield say("counts from a second from now", issue(nbf=NOW + 1), "cert_not_yet")
    yield say("ended a second ago", issue(exp=NOW - 1), "cert_expired")
    yield say("ended a fraction of a second ago", issue(exp=NOW - 0.25), "cert_expired")
    yield say("ended before it began", issue(iat=NOW + 5, exp=NOW - 5), "cert_not_yet")
    yield say(
        "in another zone",
        issue(iat=BEGIN, exp=END),
        at="2023-01-01T06:59:59+07:00",
        trust="undated",
        **{"code": "trust_list_undated"},
    )


def make_revoked() -> dict[str, str]:
    """Give sets of revocations by name, in base64."""

    def digest(kind: str, *, issuer: str = "", uvci: str = "", signature: bytes = b"") -> Entry:
        return Entry(list_hashes(issuer=issuer, uvci=uvci, signature=signature, algorithm="ES256")[kind], kind)

    from xacthuc.certificates.claims import read_health_certificate

    def find(text: str) -> bytes:
        return read_health_certificate(text).signature

    entries = [
        digest("uvci", uvci="URN:UVCI:01:VN:REVOKED"),
        digest("country_uvci", issuer="VN", uvci="01:VN:ONLY HERE"),
        digest("country_uvci", issuer="GR", uvci="01:GR:ALIAS"),
        digest("signature", signature=find(_by_signature())),
        digest("uvci", uvci="URN:UVCI:01:VN:SIGNED RSA"),
    ]
    rsa = find(issue(change(VACCINATION, {"v.0.ci": "rsa"}), by=signing("rsa", bits=2048)))
    entries.append(Entry(list_hashes(issuer="", uvci="", signature=rsa, algorithm="PS256")["signature"], "signature"))
    return {
        "fresh": _build(entries),
        "old": _build(entries, complete=MOMENT - WEEK - timedelta(seconds=1)),
        "of another key": _build(entries, scope=frozenset({b"\1" * 8})),
        "a whole key": _build([], keys=frozenset({signing("thailand", country="TH").kid})),
        "large": _build(
            [*entries, *(digest("uvci", uvci=f"URN:UVCI:01:VN:{n}") for n in range(600))], nominal=1_000_000
        ),
    }


def _build(entries: list[Entry], *, complete: datetime = MOMENT, nominal: int = 1_000, **said: frozenset[bytes]) -> str:
    key = list_key("revocations")
    header = Header(
        name="vn",
        number=1,
        nominal=nominal,
        count=0,
        complete_as_of=complete,
        expires=complete + WEEK,
        table="",
        signer=key.public,
        scope=said.get("scope", frozenset()),
        keys=said.get("keys", frozenset()),
    )
    rows = np.frombuffer(write_rows(entries), ROW)
    return base64.b64encode(b"".join(build_set(rows, header=header, key=key))).decode()


def _by_signature() -> str:
    return issue(change(VACCINATION, {"v.0.ci": "01:VN:BY SIGNATURE"}))


def revoked_cases() -> Iterator[Case]:
    def with_uvci(uvci: str, **said: Any) -> str:
        return issue(change(VACCINATION, {"v.0.ci": uvci}), **said)

    signature = write(sign(make_claims(change(VACCINATION, {"v.0.ci": "01:VN:BY SIGNATURE"})), twist=turn))
    greece = signing("greece", country="GR")
    cases: list[tuple[str, str, str]] = [
        ("not revoked", issue(), "ok"),
        ("revoked by its number", with_uvci("URN:UVCI:01:VN:REVOKED"), "cert_revoked"),
        ("another number in small letters is not revoked", with_uvci("urn:uvci:01:vn:revoked"), "ok"),
        ("revoked by country and number", with_uvci("01:VN:ONLY HERE"), "cert_revoked"),
        ("the same number of another country is not revoked", with_uvci("01:VN:ONLY HERE", by=greece, iss="GR"), "ok"),
        ("revoked under the country of the key", with_uvci("01:GR:ALIAS", by=greece, iss="EL"), "cert_revoked"),
        ("revoked by its signature", _by_signature(), "cert_revoked"),
        ("revoked by its signature, with the other half", signature, "cert_revoked"),
        (
            "revoked by a signature of RSA",
            issue(change(VACCINATION, {"v.0.ci": "rsa"}), by=signing("rsa", bits=2048)),
            "cert_revoked",
        ),
        ("revoked and expired", with_uvci("URN:UVCI:01:VN:REVOKED", exp=NOW - 1), "cert_expired"),
    ]
    for why, text, code in cases:
        yield say(why, text, code, revoked="fresh")
    for why, text, code in cases[:8]:
        yield say(f"{why}, in a large set", text, code, revoked="large")
    yield say("what is known of revocations is too old", issue(), "cert_revoked_old", revoked="old")
    yield say("revoked in an old set stays revoked", with_uvci("URN:UVCI:01:VN:REVOKED"), "cert_revoked", revoked="old")
    yield say("the set speaks of another key", with_uvci("URN:UVCI:01:VN:REVOKED"), revoked="of another key")
    yield say(
        "all that a key has signed is revoked",
        issue(by=signing("thailand", country="TH"), iss="TH"),
        "cert_revoked",
        revoked="a whole key",
    )
    yield say("another key than the revoked one", issue(), revoked="a whole key")


def rule_cases() -> Iterator[Case]:
    def dose(day: str, number: int = 2, series: int = 2) -> str:
        return issue(change(VACCINATION, {"v.0.dt": day, "v.0.dn": number, "v.0.sd": series}))

    rapid = change(TEST, {"t.0.tt": "LP217198-3"})
    positive = change(TEST, {"t.0.tr": "260373001"})
    here, yellow = {"rules": "khanh hoa"}, {"rules": "khanh hoa yellow"}
    yield say("second dose long ago", dose("2021-09-28"), **here)
    yield say("second dose fourteen days ago", dose("2022-05-18"), **here)
    yield say("second dose thirteen days ago", dose("2022-05-19"), "rule_not_met", **here)
    yield say("second dose nine days ago", dose("2022-05-23"), "rule_not_met", **here)
    yield say("second dose yesterday is yellow", dose("2022-05-31"), **yellow)
    yield say("a dose of tomorrow", dose("2022-06-02"), "rule_not_met", **here)
    yield say("first dose of two", dose("2022-01-01", 1, 2), "rule_not_met", **here)
    yield say("first dose of two is yellow", dose("2022-01-01", 1, 2), **yellow)
    yield say("a booster of yesterday", dose("2022-05-31", 3, 3), **here)
    yield say("a test is not enough for green", issue(TEST), "card_kind", **here)
    yield say("a test of yesterday is yellow", issue(TEST), **yellow)
    yield say("a rapid test", issue(rapid), "rule_not_met", **yellow)
    yield say("a positive test", issue(positive), "rule_not_met", **yellow)
    yield say("a test too old", issue(change(TEST, {"t.0.sc": "2022-05-28T23:59:59Z"})), "rule_not_met", **yellow)
    yield say("a recovery is green", issue(RECOVERY), **here)
    yield say("a recovery too long ago", issue(change(RECOVERY, {"r.0.fr": "2021-12-01"})), "rule_not_met", **here)
    yield say("another illness", issue(change(VACCINATION, {"v.0.tg": "1"})), "rule_not_met", **here)
    yield say("an old version of the schema", issue(change(VACCINATION, {"ver": "0.9.0"})), "schema_version", **here)
    yield say("a place without rules refuses nothing", issue(), "rule_none_applies", rules="a place without rules")
    yield say("a rule of a country, met", issue(), rules="vietnam")
    yield say(
        "a rule of a country, not met", issue(change(VACCINATION, {"v.0.co": "TH"})), "rule_not_met", rules="vietnam"
    )
    yield say("a rule for vaccinations and a test", issue(TEST), "rule_none_applies", rules="vietnam")
    yield say("a rule nobody can evaluate", issue(), "certlogic_operator_unknown", rules="an unknown operator")
    yield say("a rule for a newer engine", issue(), "rule_engine_unknown", rules="a newer engine")
    yield say("a rule for newer certificates", issue(), "rule_schema_newer", rules="a newer schema")
    yield say("a rule whose value set is missing", issue(), "certlogic_value_set_missing", rules="a missing value set")
    yield say("expired and not enough", issue(exp=NOW - 1), "cert_expired", **here)
    yield say("warned of, and enough", issue(iss="CNAM"), "cert_issuer_name", **here)
