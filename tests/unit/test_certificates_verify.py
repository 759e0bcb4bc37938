"""What a verifier refuses and what it lets through, fault by fault."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from certificates import (
    AT,
    EXPIRES,
    HEALTH,
    ISSUED,
    Forge,
    ec_key,
    make_certificate,
    make_issuer,
    make_payload,
    make_signer,
    make_trust,
)
from xacthuc.certificates.base45 import read_base45, write_base45
from xacthuc.certificates.cbor import write_cbor
from xacthuc.certificates.cose import _cut, _read_parts, write_cose, write_protected
from xacthuc.certificates.hc1 import INFLATED_BYTES, PREFIX, write_hc1
from xacthuc.certificates.keys import CertificateUnusable, check_key, make_kid, read_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import RevocationList, list_hashes
from xacthuc.certificates.revocation_files import Batch
from xacthuc.certificates.revocation_ledger import Entry
from xacthuc.certificates.rule_files import read_rules
from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.stages import STAGES, Verdict
from xacthuc.certificates.verify import load_aliases, verify


def check(text: str, **given: Any) -> Verdict:
    return verify(text, **{"trust": make_trust(), "at": AT, **given})


def code(text: str, **given: Any) -> str:
    return check(text, **given).code


def pack(data: bytes) -> str:
    return PREFIX + write_base45(zlib.compress(data))


def test_a_certificate_of_ours_is_accepted() -> None:
    verdict = check(make_issuer().issue(make_payload()))
    assert (verdict.accepted, verdict.code, verdict.issuer) == (True, "ok", "VN")
    assert verdict.payload == make_payload()
    assert [stage.stage for stage in verdict.stages] == list(STAGES)
    assert [stage.ok for stage in verdict.stages] == [True, True, True, None, None]


def test_ps256() -> None:
    signer = make_signer(kind="rsa")
    text = make_issuer(signer).issue(make_payload())
    assert code(text, trust=make_trust(signer.certificate)) == "ok"


GOOD = Forge().text()
MESSAGE = Forge().write()
KID = make_signer().certificate.kid


READ = {
    "empty": ("", "cert_family_unknown"),
    "other context": (GOOD.replace("HC1:", "HC2:"), "cert_family_unknown"),
    "lower case": (GOOD.lower(), "cert_family_unknown"),
    "no context": (GOOD[4:], "cert_family_unknown"),
    "sign outside the alphabet": (GOOD[:50] + "a" + GOOD[51:], "cert_base45"),
    "line end inside": (GOOD[:50] + "\n" + GOOD[50:], "cert_base45"),
    "not ASCII": (GOOD + "đ", "cert_base45"),
    "cut": (PREFIX + write_base45(zlib.compress(MESSAGE)[:-10]), "cert_compression"),
    "not packed": (PREFIX + write_base45(MESSAGE), "cert_compression"),
    "bytes behind the stream": (PREFIX + write_base45(zlib.compress(MESSAGE) + b"x"), "cert_compression"),
    "an idle bit of the packing": (
        PREFIX + write_base45(b"\x78\x01\x09" + read_base45(GOOD.removeprefix(PREFIX))[3:]),
        "cert_compression",
    ),
    "a book": ("x" * 300_000, "cert_too_long"),
    "a card of empty lines": ("shc:/" + "\n" * 150_000, "cert_too_long"),
    "keys with one hash": (pack(b"\xd2\x84\x40\xa0\x59\x3f\xff" + bytes(20_000)), "cert_too_large"),
    "bomb": (pack(bytes(INFLATED_BYTES * 40)), "cert_too_large"),
    "too long": (PREFIX + "0" * 20_000, "cert_too_long"),
    "identity card": ("001098012345||NGUYỄN VĂN B|01012000|Nữ|Hà Nội|01012022", "cert_not_signed"),
    "identity card, line end": ("001098012345||NGUYỄN VĂN B|01012000|Nữ|Hà Nội|01012022\r\n", "cert_not_signed"),
    "personal code": ("******029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<", "cert_not_signed"),
    "three parts": (pack(write_cbor([b"", {}, b""])), "cert_structure"),
    "MAC": (pack(b"\xd1" + MESSAGE[1:]), "cert_structure"),
    "bytes behind the message": (pack(MESSAGE + b"\0"), "cert_structure"),
    "payload elsewhere": (pack(write_cbor([b"", {}, None, b"x"])), "cert_structure"),
    "critical header": (Forge(protected=write_cbor({1: -7, 4: KID, 2: [99]})).text(), "cert_structure"),
    "protected header twice": (Forge(protected=b"\xa2\x01\x26\x01\x26").text(), "cert_structure"),
    "deep": (pack(b"\x81" * 5_000 + b"\0"), "cert_structure"),
    "claims no map": (Forge(raw=write_cbor([1])).text(), "cert_claims"),
    "claims twice": (Forge(raw=b"\xa2\x01\x62VN\x01\x62AT").text(), "cert_claims"),
    "no health certificate": (Forge(raw=write_cbor({1: "VN", 4: 1, 6: 1})).text(), "cert_claims"),
    "unknown health certificate": (Forge(claims={-260: {7: {}}}).text(), "cert_claims"),
    "issuer a number": (Forge(claims={1: 5}).text(), "cert_claims"),
    "NaN": (Forge(claims={4: float("nan")}).text(), "cert_times"),
    "endless": (Forge(claims={4: float("inf")}).text(), "cert_times"),
    "time as text": (Forge(claims={6: "2022-01-01"}).text(), "cert_times"),
    "time true": (Forge(claims={6: True}).text(), "cert_times"),
    "beyond the calendar": (Forge(claims={4: 1 << 60}).text(), "cert_times"),
    "before the calendar": (Forge(claims={6: -1}).text(), "cert_times"),
    "big number": (Forge(raw=b"\xa2\x04\xc2\x58\x20" + b"\xff" * 32 + b"\x06\0").text(), "cert_claims"),
    "unknown schema": (Forge(payload=make_payload() | {"ver": "2.0.0"}).text(), "schema_version"),
    "two entries": (Forge(payload=make_payload() | {"v": make_payload()["v"] * 2}).text(), "schema_entry_count"),
    "null list": (Forge(payload=make_payload() | {"t": None}).text(), "schema_group_count"),
    "bytes in the payload": (Forge(payload=make_payload() | {"x": b"1"}).text(), "cert_schema"),
    "NaN in the payload": (Forge(payload=make_payload() | {"x": float("nan")}).text(), "cert_schema"),
    "turned name": (Forge(payload=make_payload() | {"nam": {"fn": "A\u202eB", "fnt": "AB"}}).text(), "cert_name_marks"),
}


@pytest.mark.parametrize(("text", "wanted"), READ.values(), ids=READ.keys())
def test_what_cannot_be_read_says_why(text: str, wanted: str) -> None:
    verdict = check(text)
    assert (verdict.accepted, verdict.code, verdict.stages[0].ok) == (False, wanted, False)


def test_a_wrong_payload_does_not_hide_who_signed_it() -> None:
    verdict = check(Forge(payload={"ver": "1.3.0"}).text())
    assert [stage.ok for stage in verdict.stages] == [False, True, True, None, None]


CLAIMS = write_cbor({1: "VN", 4: int(EXPIRES.timestamp()), 6: int(ISSUED.timestamp()), -260: {1: make_payload()}})
LENIENT = {
    "untagged": MESSAGE[1:],
    "CWT around it": b"\xd8\x3d" + MESSAGE,
    "key id unprotected": Forge(protected=write_cbor({1: -7}), loose={4: KID}).write(),
    "all headers unprotected": Forge(protected=b"", loose={1: -7, 4: KID}).write(),
    "empty map of headers": Forge(protected=b"\xa0", loose={1: -7, 4: KID}).write(),
    "protected key id wins": Forge(loose={4: b"12345678"}).write(),
    "other headers": Forge(protected=write_cbor({1: -7, 4: KID, 3: "application/cwt"})).write(),
    "float times": Forge(claims={4: EXPIRES.timestamp() + 0.5, 6: float(ISSUED.timestamp())}).write(),
    "blank after the issuer": Forge(claims={1: "VN "}).write(),
    "no issuer": Forge(claims={1: None}).write(),
    "map of untold length": Forge(raw=b"\xbf" + CLAIMS[1:] + b"\xff").write(),
    "float dose": Forge(payload=make_payload() | {"v": [make_payload()["v"][0] | {"dn": 2.0}]}).write(),
}


@pytest.mark.parametrize("message", LENIENT.values(), ids=LENIENT.keys())
def test_what_real_issuers_write_is_read(message: bytes) -> None:
    assert code(pack(message)) == "ok"


def test_blanks_around_a_text_are_the_scanners() -> None:
    assert code(f" \t{GOOD} \r\n") == "ok"


OTHER = ec.derive_private_key(7, ec.SECP256R1())


TRUSTED = {
    "altered": (Forge(signature=make_signer().sign(b"other")), "cert_signature"),
    "short signature": (Forge(signature=b"abc"), "cert_signature"),
    "zero signature": (Forge(signature=bytes(64)), "cert_signature"),
    "long signature": (Forge(signature=make_signer().sign(b"x") + b"\0"), "cert_signature"),
    "signature in DER": (Forge(signature=ec_key().sign(b"x", ec.ECDSA(SHA256()))), "cert_signature"),
    "other algorithm of the key": (Forge(protected=write_protected(algorithm="PS256", kid=KID)), "cert_signature"),
    "unknown algorithm": (Forge(protected=write_cbor({1: -8, 4: KID})), "cert_algorithm"),
    "algorithm as text": (Forge(protected=write_cbor({1: "ES256", 4: KID})), "cert_algorithm"),
    "algorithm true": (Forge(protected=write_cbor({1: True, 4: KID})), "cert_algorithm"),
    "no algorithm": (Forge(protected=write_cbor({4: KID})), "cert_algorithm"),
    "no key id": (Forge(protected=write_cbor({1: -7})), "cert_kid_missing"),
    "empty key id": (Forge(protected=write_cbor({1: -7, 4: b""})), "cert_kid_missing"),
    "unknown key id": (Forge(protected=write_cbor({1: -7, 4: b"12345678"})), "cert_key_unknown"),
    "short key id": (Forge(protected=write_cbor({1: -7, 4: KID[:7]})), "cert_key_unknown"),
    "long key id": (Forge(protected=write_cbor({1: -7, 4: KID + b"\0"})), "cert_key_unknown"),
    "protected key id wrong": (Forge(protected=write_cbor({1: -7, 4: b"1234567"}), loose={4: KID}), "cert_key_unknown"),
    "issuer of another country": (Forge(claims={1: "AT"}), "cert_issuer"),
    "small letters of another": (Forge(claims={1: "at "}), "cert_issuer"),
}  # fmt: skip


@pytest.mark.parametrize(("forged", "wanted"), TRUSTED.values(), ids=TRUSTED.keys())
def test_what_is_not_to_be_trusted_says_why(forged: Forge, wanted: str) -> None:
    verdict = check(forged.text())
    assert (verdict.accepted, verdict.code) == (False, wanted)
    assert [stage.ok for stage in verdict.stages[:2]] == [True, False]


def test_nothing_is_said_of_what_nobody_signed() -> None:
    verdict = check(Forge(claims={4: 1}, signature=bytes(64)).text())
    assert [stage.ok for stage in verdict.stages] == [True, False, None, None, None]


def test_every_certificate_with_a_key_id_is_tried() -> None:
    other = replace(read_certificate(make_certificate(OTHER)), kid=KID)
    assert code(GOOD, trust=make_trust(other, make_signer().certificate)) == "ok"
    assert code(GOOD, trust=make_trust(other)) == "cert_signature"


def test_the_other_half_of_a_signature_changes_nothing() -> None:
    """s and n - s are both right, as ECDSA has it; revocation looks at r alone."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    signature = MESSAGE[-64:]
    twin = signature[:32] + (order - int.from_bytes(signature[32:])).to_bytes(32)
    assert code(pack(MESSAGE[:-64] + twin)) == "ok"


@pytest.mark.parametrize(
    ("usages", "wanted"),
    [
        ((), "ok"),
        ((HEALTH + "2",), "ok"),
        ((HEALTH + "1", HEALTH + "2"), "ok"),
        (("1.3.6.1.4.1.0.1847.2021.1.2",), "ok"),
        (("1.3.6.1.5.5.7.3.4",), "ok"),  # none of health: any kind
        ((HEALTH + "1",), "cert_usage"),
        ((HEALTH + "3", "1.3.6.1.5.5.7.3.4"), "cert_usage"),
    ],
)
def test_usages(usages: tuple[str, ...], wanted: str) -> None:
    signer = make_signer(usages=usages)
    verdict = check(Forge(signer=signer).text(), trust=make_trust(signer.certificate))
    assert verdict.code == wanted
    assert verdict.stages[2].ok is True  # it is signed: the other stages speak


@pytest.mark.parametrize(("country", "said"), [("GR", "EL"), ("GB", "GG"), ("GB", "JE"), ("GB", "GI"), ("FR", "MQ")])
def test_aliases_of_countries(country: str, said: str) -> None:
    signer = make_signer(country=country)
    verdict = check(Forge(claims={1: said}, signer=signer).text(), trust=make_trust(signer.certificate))
    assert (verdict.code, verdict.issuer) == ("ok", said)
    assert country not in load_aliases().get(said, ()) or {country, said} <= {"GR", "EL", "GB", "UK"}


def test_a_name_as_issuer_is_a_warning_and_the_key_says_the_country() -> None:
    signer = make_signer(country="FR")
    verdict = check(Forge(claims={1: "CNAM"}, signer=signer).text(), trust=make_trust(signer.certificate))
    assert (verdict.accepted, verdict.code, verdict.issuer) == (True, "cert_issuer_name", "FR")


def test_a_short_key_is_a_warning() -> None:
    key = rsa.generate_private_key(65537, 1024)
    signer = FileSigner(key, certificate=read_certificate(make_certificate(key)))
    verdict = check(Forge(signer=signer).text(), trust=make_trust(signer.certificate))
    assert (verdict.accepted, verdict.code) == (True, "cert_key_short")


@pytest.mark.parametrize(
    ("as_of", "wanted", "accepted"),
    [
        (None, "trust_list_undated", True),
        (AT - timedelta(days=7), "ok", True),
        (AT - timedelta(days=7, seconds=1), "trust_list_too_old", False),
        (AT + timedelta(minutes=59), "ok", True),
        (AT + timedelta(days=1), "trust_list_ahead", True),
    ],
)
def test_age_of_the_trust_list(as_of: datetime | None, wanted: str, accepted: bool) -> None:
    verdict = check(GOOD, trust=make_trust(as_of=as_of))
    assert (verdict.accepted, verdict.code) == (accepted, wanted)


def test_a_list_that_names_its_end_is_used_until_then() -> None:
    trust = replace(make_trust(as_of=AT - timedelta(days=30)), expires=AT)
    assert code(GOOD, trust=trust) == "ok"
    assert code(GOOD, trust=trust, at=AT + timedelta(seconds=1)) == "trust_list_too_old"


@pytest.mark.parametrize(
    ("claims", "at", "wanted"),
    [
        ({}, ISSUED, "ok"),
        ({}, ISSUED - timedelta(seconds=1), "cert_not_yet"),
        ({}, EXPIRES, "ok"),  # its last second
        ({}, EXPIRES + timedelta(seconds=1), "cert_expired"),
        ({}, ISSUED.astimezone(timezone(timedelta(hours=7))), "ok"),
        ({5: int(AT.timestamp()) + 1}, AT, "cert_not_yet"),
        ({4: None}, AT, "cert_times_missing"),
        ({6: None}, AT, "cert_times_missing"),
        ({4: 0, 6: 0}, AT, "cert_expired"),
    ],
)
def test_times(claims: dict[Any, Any], at: datetime, wanted: str) -> None:
    verdict = verify(Forge(claims=claims).text(), trust=make_trust(as_of=None), at=at)
    assert verdict.stages[2].code == wanted


def test_a_certificate_may_outlive_its_key() -> None:
    """Presence on the list is the validity of the key; its own dates are not asked."""
    far = datetime(2040, 1, 1, tzinfo=UTC)
    text = Forge(claims={4: int(far.timestamp())}).text()
    assert verify(text, trust=make_trust(as_of=None), at=far - timedelta(days=1)).accepted


@dataclass(frozen=True)
class Taken:
    """Revocations of a test."""

    uvci: str = ""
    kid: bytes = b""
    complete_as_of: datetime | None = AT
    expires: datetime | None = None

    def contains(self, *, issuer: str, uvci: str, signature: bytes, algorithm: str, kid: bytes) -> bool:
        assert (issuer, algorithm, len(signature)) == ("VN", "ES256", 64)
        return uvci == self.uvci or kid == self.kid

    def contains_card(self, *, kid: bytes, rid: str, issued: float, signature: bytes) -> bool:
        raise AssertionError("no card is asked for here")


UVCI = make_payload()["v"][0]["ci"]


@pytest.mark.parametrize(
    ("taken", "ok", "wanted"),
    [
        (Taken(), True, "ok"),
        (Taken(uvci=UVCI), False, "cert_revoked"),
        (Taken(kid=KID), False, "cert_revoked"),
        (Taken(complete_as_of=None), True, "cert_revoked_undated"),
        (Taken(complete_as_of=AT - timedelta(days=8)), False, "cert_revoked_old"),
        (Taken(uvci=UVCI, complete_as_of=AT - timedelta(days=8)), False, "cert_revoked"),
        (Taken(complete_as_of=AT - timedelta(days=8), expires=AT + timedelta(days=1)), True, "ok"),
    ],
)
def test_revocation(taken: Taken, ok: bool, wanted: str) -> None:
    verdict = check(GOOD, revoked=taken)
    assert (verdict.stages[3].ok, verdict.stages[3].code) == (ok, wanted)
    assert verdict.accepted is ok


def test_rules_of_a_place_give_their_reason() -> None:
    rules = read_rules('{"place": {"province": "56"}}')
    at = datetime(2021, 11, 10, tzinfo=UTC)
    claims = {6: int(at.timestamp()) - 86_400}
    recent = make_payload() | {"v": [make_payload()["v"][0] | {"dt": "2021-11-01"}]}
    refused = verify(Forge(payload=recent, claims=claims).text(), trust=make_trust(as_of=at), at=at, rules=rules)
    assert (refused.accepted, refused.stages[4].ok) == (False, False)
    assert refused.reason is not None
    assert "9" in refused.reason[0]
    assert "9" in refused.reason[1]


def test_keys_of_other_kinds_are_refused() -> None:
    with pytest.raises(CertificateUnusable):
        check_key(ec.generate_private_key(ec.SECP384R1()).public_key())
    for broken in (b"", b"\x30\x00", make_certificate(ec_key())[:-1], bytes(20_000)):
        with pytest.raises(CertificateUnusable):
            read_certificate(broken)


def test_the_key_id_follows_from_the_certificate() -> None:
    der = make_certificate(ec_key())
    assert read_certificate(der).kid == make_kid(der)
    assert read_certificate(der, kid=b"other").kid == b"other"
    assert write_cose(b"", protected=b"", signature=b"") == b"\xd2\x84\x40\xa0\x40\x40"
    assert zlib.decompress(read_base45(write_hc1(MESSAGE).removeprefix(PREFIX))) == MESSAGE


@pytest.mark.parametrize("cut", [*range(0, 40), -1, -64, -65, -66, -67])
def test_a_message_cut_anywhere_is_refused(cut: int) -> None:
    """The quick way and the whole one refuse alike."""
    assert code(pack(MESSAGE[:cut])) == "cert_structure"


def test_both_ways_of_cutting_a_message_say_the_same() -> None:
    assert _cut(MESSAGE) == _read_parts(MESSAGE)
    long = write_cose(bytes(70), protected=bytes(300), signature=bytes(256))
    assert _cut(long) == _read_parts(long)
    assert _cut(MESSAGE[1:]) is None


def test_a_list_that_names_its_end_alone_is_dated() -> None:
    trust = replace(make_trust(as_of=None), expires=AT)
    assert code(GOOD, trust=trust) == "ok"
    assert code(GOOD, trust=trust, at=AT + timedelta(seconds=1)) == "trust_list_too_old"


@dataclass(frozen=True)
class Broken(Taken):
    """Revocations in which nothing can be looked up."""

    def contains(self, **_asked: Any) -> bool:
        raise ListRefused("revocation_damaged")


def test_revocations_that_cannot_be_looked_up_accept_nobody() -> None:
    verdict = check(GOOD, revoked=Broken())
    assert (verdict.accepted, verdict.code) == (False, "revocation_damaged")


def test_both_countries_are_asked_for() -> None:
    """A certificate that names its country otherwise than its key is revoked under either."""
    signer = make_signer(country="GR")
    text = Forge(claims={1: "EL"}, signer=signer).text()
    for country in ("EL", "GR"):
        digest = list_hashes(issuer=country, uvci=UVCI, signature=b"", algorithm="ES256")["country_uvci"]
        batch = Batch(country, None, (Entry(digest, "country_uvci"),))
        other = replace(batch, country="AT")
        trust = make_trust(signer.certificate)
        assert code(text, trust=trust, revoked=RevocationList((), (batch,))) == "cert_revoked"
        assert code(text, trust=trust, revoked=RevocationList((), (other,))) == "cert_revoked_undated"
