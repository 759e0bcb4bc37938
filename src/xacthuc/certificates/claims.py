"""The claims of a certificate in HC1: who says it, from when to when, and the health certificate itself.

Source: RFC 8392 (CWT), HCERT 1.1.1, 3.3.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from xacthuc.certificates.cbor import is_plain, read_cbor
from xacthuc.certificates.cose import read_cose, write_signed_part
from xacthuc.certificates.ddcc import check_data_set, find_data_set, find_identifier, find_period
from xacthuc.certificates.hc1 import read_hc1
from xacthuc.certificates.schema import check_payload, is_usual
from xacthuc.certificates.stages import LATEST, Certificate, Unreadable, has_turning

ISS, EXP, NBF, IAT, HCERT = 1, 4, 5, 6, -260
DCC = 1  # inside HCERT: the EU's schema

KINDS = {"v": "vaccination", "t": "test", "r": "recovery"}

# How all marks begin that turn the direction of writing, in UTF-8: a quick look before the exact one.
_TURNING = (b"\xe2\x80", b"\xe2\x81", b"\xd8\x9c")


def read_health_certificate(text: str) -> Certificate:
    """Read a text that begins with HC1; raises Unreadable where nobody could check its signature.

    1 HC1 and COSE are whole
    2 the claims are a map
    3 the times are numbers of our calendar, no endless ones; `iss` is text or missing
    4 there is one health certificate, the EU's or one of WHO's, of plain values
    5 the EU's is of its schema, which allows one entry of one kind
    6 no sign in it turns the direction of writing.
    What 4 to 6 find is said beside the certificate: its signature is checked all the same.
    """
    signed = read_cose(read_hc1(text))  # 1
    claims = read_cbor(signed.payload, code="cert_claims")
    if not isinstance(claims, dict):  # 2
        raise Unreadable("cert_claims")
    issued, expires = _read_time(claims.get(IAT)), _read_time(claims.get(EXP))  # 3
    begins = _read_time(claims[NBF]) if NBF in claims else None
    issuer = claims.get(ISS)
    if not (issuer is None or isinstance(issuer, str)):
        raise Unreadable("cert_claims")
    hcert = claims.get(HCERT)  # 4
    if not isinstance(hcert, dict):
        raise Unreadable("cert_claims")
    told = _read_dcc(hcert[DCC], signed.payload) if DCC in hcert else _read_ddcc(hcert)
    return Certificate(
        family=told.family,
        kind=told.kind,
        payload=told.payload,
        issuer=issuer,
        kid=signed.kid,
        algorithm=signed.algorithm,
        part=write_signed_part(signed.protected, signed.payload),
        signature=signed.signature,
        issued=issued,
        begins=max(begins or 0, told.begins or 0),
        expires=expires if told.expires is None or expires is None else min(expires, told.expires),
        uvci=told.uvci,
        code=told.code,
    )


class Told(NamedTuple):
    """What a health certificate tells, without the claims around it."""

    family: Literal["dcc", "ddcc"]
    kind: str
    payload: dict[str, Any]
    uvci: str
    code: str | None
    begins: float | None = None
    expires: float | None = None


def _read_dcc(payload: Any, raw: bytes) -> Told:
    if not isinstance(payload, dict):
        raise Unreadable("cert_claims")
    if is_usual(payload):  # 4, 5
        return Told("dcc", KINDS["v"], payload, payload["v"][0]["ci"], _check_marks(payload, raw))
    if not is_plain(payload):
        return Told("dcc", "", payload, "", "cert_schema")
    kind, uvci = _find_entry(payload)
    faults = check_payload(payload)  # 5
    return Told("dcc", kind, payload, uvci, _check_marks(payload, raw) or (faults[0].code if faults else None))


def _read_ddcc(hcert: dict[Any, Any]) -> Told:
    found = find_data_set(hcert)
    if found is None:
        raise Unreadable("cert_claims")
    entry, kind = found
    code = check_data_set(entry, kind)
    return Told("ddcc", kind, entry, find_identifier(entry), code, *find_period(entry))


def _read_time(value: Any) -> float | None:
    if value is None:
        return None
    if (type(value) is int or type(value) is float) and 0 <= value < LATEST:  # NaN is in no range, true is no time
        return value
    raise Unreadable("cert_times")


def _find_entry(payload: dict[str, Any]) -> tuple[str, str]:
    """Give kind and identifier of the only list that has entries; "" where it is none or more."""
    filled = [letter for letter in KINDS if payload.get(letter)]
    if len(filled) != 1:
        return "", ""
    entries = payload[filled[0]]
    entry = entries[0] if isinstance(entries, list) else None
    uvci = entry.get("ci") if isinstance(entry, dict) else None
    return KINDS[filled[0]], uvci if isinstance(uvci, str) else ""


def _check_marks(payload: dict[str, Any], raw: bytes) -> str | None:  # 6
    suspect = _TURNING[0] in raw or _TURNING[1] in raw or _TURNING[2] in raw
    return "cert_name_marks" if suspect and has_turning(payload) else None
