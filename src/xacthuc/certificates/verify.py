"""Verify a certificate: one verdict in five stages, each with one stable code.

Nothing here raises, whatever the text; nothing of a holder is kept or written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

from xacthuc.certificates.acceptance import judge_rules
from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.cose import is_signed_part
from xacthuc.certificates.freshness import FRESH, is_ahead, is_old
from xacthuc.certificates.hc1 import PREFIX
from xacthuc.certificates.keys import SigningCertificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.rule_sets import RuleSet
from xacthuc.certificates.shc import is_card, read_card
from xacthuc.certificates.stages import (
    NOT_CHECKED,
    OK,
    STAGES,
    Certificate,
    Revoked,
    Stage,
    Trust,
    Unreadable,
    Verdict,
    judge,
)
from xacthuc.certificates.vdsnc import is_seal, read_seal

TEXT_LENGTH = 256 << 10  # letters; more than any family allows, so that a book is not even looked through

Read = Callable[[str], Certificate]


def verify(
    text: str,
    *,
    trust: Trust,
    at: datetime,
    revoked: Revoked | None = None,
    rules: RuleSet | None = None,
    fresh: timedelta = FRESH,
) -> Verdict:
    """Give the verdict on a text at the moment `at`, which carries its offset.

    read: the text is a certificate of a family we know, whole and within all bounds
     1 a reader knows it by how it begins
     2 nothing in it is broken, ambiguous or endless; it says what its schema asks
    trusted: somebody on the trust list has signed it, and may sign this
     3 the list is not too old
     4 the algorithm is one of ours, and a key id is given
     5 the list has a certificate with this key id; each of them is tried
     6 one of them has signed exactly this
     7 it is of the country that the text names as issuer
     8 it may sign certificates of this kind
    in time: `at` is a moment at which it counts
     9 it says from when to when it counts
    10 it has begun
    11 it has not ended
    not revoked: nobody has taken it back
    12 what is known of revocation is not too old
    13 neither its number, nor its signature, nor its key is revoked
    rule: it is enough here
    14 the rules of the place say so; they are of the EU's schema and can judge no other family.
    Where 1 or 2 leaves no signature to look at, or where nobody of the list has signed it (3 to 6), all that comes
    after is not checked: nothing is said of what anybody may have written. In all other cases every stage speaks.
    """
    assert at.tzinfo is not None, "a moment without its offset is no moment"
    try:
        certificate = _find_reader(text)(text)  # 1, 2
    except Unreadable as unreadable:
        return refuse_unread(unreadable.code)
    said = [_RIGHT["read"] if certificate.code is None else Stage("read", False, certificate.code)]
    trusted, key = check_trust(certificate, trust=trust, at=at, fresh=fresh)
    said.append(trusted)
    if key is None:
        return _end(said, certificate)
    said.append(_check_time(certificate, at=at))
    issuer = _name_issuer(certificate, key)
    said.append(_check_revoked(certificate, key, issuer=issuer, revoked=revoked, at=at, fresh=fresh))
    rule, reason = _check_rule(certificate, issuer=issuer, rules=rules, at=at)
    return _end([*said, rule], certificate, issuer=issuer, reason=reason)


def refuse_unread(code: str) -> Verdict:
    """Give the verdict on what could not even be read as a text: a picture without a code."""
    return _end([Stage("read", False, code)])


def _find_reader(text: str) -> Read:
    if len(text) > TEXT_LENGTH:
        return _refuse_long
    if text.startswith(PREFIX):
        return read_health_certificate
    begin = text.lstrip()
    if is_card(begin):
        return read_card
    if is_seal(begin):
        return read_seal
    return _refuse_unsigned if _UNSIGNED.match(begin[:UNSIGNED_LENGTH]) else read_health_certificate


# The QR text of a chip identity card (number|old number|name|birth date|...), and the personal one of QĐ 1405 whose
# number may be masked: everybody can write one.
UNSIGNED_LENGTH = 1_000
_UNSIGNED = re.compile(r"(?:[0-9]{12}|[0-9A-Z*]{6,20})\|[^|]*(?:\|[^|]*){3,7}\s*\Z")


def _refuse_long(_text: str) -> Certificate:
    raise Unreadable("cert_too_long")


def _refuse_unsigned(_text: str) -> Certificate:
    raise Unreadable("cert_not_signed")


def _end(
    said: list[Stage],
    certificate: Certificate | None = None,
    *,
    issuer: str | None = None,
    reason: tuple[str, str] | None = None,
) -> Verdict:
    stages = (*said, *_UNCHECKED[len(said) :])
    accepted, code = judge(stages)
    if certificate is None:
        return Verdict(accepted, code, stages)
    return Verdict(accepted, code, stages, certificate.kid, issuer or certificate.issuer, certificate.payload, reason)


_UNCHECKED = tuple(Stage(stage, None, NOT_CHECKED) for stage in STAGES)
_RIGHT = {stage: Stage(stage, True, OK) for stage in STAGES}


def check_trust(
    certificate: Certificate, *, trust: Trust, at: datetime, fresh: timedelta
) -> tuple[Stage, SigningCertificate | None]:
    """Give what the stage says, and the certificate that has signed, None where nobody of the list has."""
    if is_old(trust.as_of, trust.expires, at=at, fresh=fresh):  # 3
        return Stage("trusted", False, "trust_list_too_old"), None
    if not certificate.algorithm:  # 4
        return Stage("trusted", False, "cert_algorithm"), None
    if not certificate.kid:
        return Stage("trusted", False, "cert_kid_missing"), None
    keys = trust.find(certificate.kid)  # 5
    if not keys:
        return Stage("trusted", False, "cert_key_unknown"), None
    refused: tuple[Stage, SigningCertificate | None] | None = None
    part, signature, algorithm = certificate.part, certificate.signature, certificate.algorithm
    for key in keys:
        if is_signed_part(part, signature, key=key.key, algorithm=algorithm):  # 6
            code = _refuse_signer(certificate, key)  # 7, 8
            if code is None:
                warning = _warn_of_trust(certificate, key, trust=trust, at=at)
                return _RIGHT["trusted"] if warning == OK else Stage("trusted", True, warning), key
            refused = refused or (Stage("trusted", False, code), key)
    return refused or (Stage("trusted", False, "cert_signature"), None)


def _refuse_signer(certificate: Certificate, key: SigningCertificate) -> str | None:
    said = certificate.issuer
    if said != key.country and not _is_of(_read_country(said), key.country):  # 7
        return "cert_issuer"
    if key.usages and certificate.kind and certificate.kind not in key.usages:  # 8
        return "cert_usage"
    return None


def _is_of(said: str, country: str) -> bool:
    return not (said and country) or said == country or said in load_aliases().get(country, ())


def _warn_of_trust(certificate: Certificate, key: SigningCertificate, *, trust: Trust, at: datetime) -> str:
    said = certificate.issuer
    if said and said != key.country and certificate.family != "shc" and not _read_country(said):
        return "cert_issuer_name"
    if key.weak:
        return "cert_key_short"
    if trust.as_of is None and trust.expires is None:
        return "trust_list_undated"
    return "trust_list_ahead" if is_ahead(trust.as_of, at=at) else OK


def _read_country(issuer: str | None) -> str:
    """Give the country code that a text names, "" where it names none."""
    said = (issuer or "").strip().upper()
    return said if len(said) == 2 and said.isascii() and said.isalpha() else ""


def _name_issuer(certificate: Certificate, key: SigningCertificate) -> str:
    said = certificate.issuer
    return said if said and said == key.country else _read_country(said) or key.country or said or ""


def _check_time(certificate: Certificate, *, at: datetime) -> Stage:
    now = at.timestamp()
    if certificate.issued is None or certificate.expires is None:  # 9
        return Stage("in time", False, "cert_times_missing")
    if now < max(certificate.issued, certificate.begins or 0):  # 10
        return Stage("in time", False, "cert_not_yet")
    if now > certificate.expires:  # 11, as the EU's own vectors have it: in its last second it still counts
        return Stage("in time", False, "cert_expired")
    return _RIGHT["in time"]


def _check_revoked(
    certificate: Certificate,
    key: SigningCertificate,
    *,
    issuer: str,
    revoked: Revoked | None,
    at: datetime,
    fresh: timedelta,
) -> Stage:
    if revoked is None:
        return _UNCHECKED[3]
    try:
        if _is_revoked(certificate, key, issuer=issuer, revoked=revoked):  # 13, before 12: revoked stays revoked
            return Stage("not revoked", False, "cert_revoked")
    except ListRefused as refusal:  # a list in which nothing can be looked up says nothing
        return Stage("not revoked", False, refusal.code)
    if is_old(revoked.complete_as_of, revoked.expires, at=at, fresh=fresh):  # 12
        return Stage("not revoked", False, "cert_revoked_old")
    if revoked.complete_as_of is None:
        return Stage("not revoked", True, "cert_revoked_undated")
    return _RIGHT["not revoked"]


def _is_revoked(certificate: Certificate, key: SigningCertificate, *, issuer: str, revoked: Revoked) -> bool:
    """Ask for the country that the text names and for that of the key: lists of either may say what is revoked."""
    if certificate.family == "shc":
        return revoked.contains_card(
            kid=key.kid, rid=certificate.uvci, issued=certificate.issued or 0, signature=certificate.signature
        )
    return any(
        revoked.contains(
            issuer=country,
            uvci=certificate.uvci,
            signature=certificate.signature,
            algorithm=certificate.algorithm,
            kid=key.kid,
        )
        for country in dict.fromkeys((issuer, key.country))
    )


def _check_rule(
    certificate: Certificate, *, issuer: str, rules: RuleSet | None, at: datetime
) -> tuple[Stage, tuple[str, str] | None]:
    """Give what the stage says, and the reason of the rule for a person; a rule that stays open accepts nobody."""
    if rules is None or certificate.code is not None:
        return _UNCHECKED[4], None
    if certificate.family != "dcc":
        return Stage("rule", False, "cert_rule_family"), None
    judged = judge_rules(certificate.payload, rules=rules, issuer=issuer, at=at)  # 14
    reason = (judged.vi, judged.en) if judged.vi else None
    return Stage("rule", judged.outcome == "accepted", judged.code), reason


@cache
def load_aliases() -> Mapping[str, tuple[str, ...]]:
    """Give what `iss` may say besides the country of the signing certificate, as written in issuers.toml."""
    text = (resources.files("xacthuc.certificates") / "data" / "issuers.toml").read_text(encoding="utf-8")
    return {country: tuple(others) for country, others in tomllib.loads(text)["countries"].items()}
