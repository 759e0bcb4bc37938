"""ICAO VDS-NC: a visible digital seal as JSON, with its certificate inside.

Source: ICAO Technical Report VDS-NC 1.4 (2021): types icao.vacc and icao.test; signed is the canonical form of `data`,
RFC 8785.
"""

from __future__ import annotations

import json
import re
from functools import cache
from math import inf
from typing import Any

from xacthuc.certificates.cbor import is_plain
from xacthuc.certificates.keys import make_kid
from xacthuc.certificates.signed import decode_text, read_json
from xacthuc.certificates.stages import Certificate, Unreadable, has_turning
from xacthuc.codes.countries import list_countries

TEXT_LENGTH = 16 << 10  # letters; a QR code holds 2,953 bytes
KINDS = {"icao.vacc": "vaccination", "icao.test": "test"}
UVCI_LENGTH = 12  # letters of an identifier, the longest that the report allows
CERTIFICATE_LENGTH = 8 << 10  # letters of base64
_NAME = re.compile(r"[\x20-\x7e]{1,40}")
_COUNTRY = re.compile(r"[A-Z]{3}|D")  # Germany is D on passports


def is_seal(text: str) -> bool:
    """Tell whether a text begins as a seal does: JSON with `data`."""
    return text.lstrip()[:1] == "{" and '"data"' in text[:TEXT_LENGTH]


def read_seal(text: str) -> Certificate:
    """Read a seal; raises Unreadable where nobody could check its signature.

    1 it is JSON in which each name stands once, of at most TEXT_LENGTH letters
    2 it has data with a header and a message, and a signature with its certificate
    3 `data` has one canonical form: plain names, no broken numbers
    4 the kind is one of the two of health, the issuer a code of three letters
    5 the message names a person and what was done, without signs that turn the direction of writing.
    The certificate inside proves nothing: it has to be on the trust list. What 4 and 5 find is said beside the seal.
    Not checked: further fields of the message; the seal says no times.
    """
    if len(text) > TEXT_LENGTH:  # 1
        raise Unreadable("cert_too_long")
    try:
        said = read_json(text.strip())
        data, seal = said["data"], said["sig"]  # 2
        header, message = data["hdr"], data["msg"]
        certificate = _read_certificate(seal["cer"])
        proof = decode_text(seal["sigvl"].rstrip("="))
        part = _write_canonical(data)  # 3
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Unreadable("cert_structure") from None
    if not isinstance(header, dict) or not isinstance(message, dict):
        raise Unreadable("cert_structure")
    issuer = header.get("is")
    kind = KINDS.get(str(header.get("t")), "")
    return Certificate(
        family="vdsnc",
        kind=kind,
        payload=data,
        issuer=_name_country(issuer),
        kid=make_kid(certificate),
        algorithm="ES256" if seal.get("alg") == "ES256" else "",
        part=part,
        signature=proof,
        issued=0,
        begins=None,
        expires=inf,
        uvci=_find_identifier(message),
        code=_check_seal(kind, issuer, message),  # 4, 5
    )


def _read_certificate(text: Any) -> bytes:
    """Give the DER of a certificate in base64 of either alphabet, with or without filling."""
    if not isinstance(text, str) or len(text) > CERTIFICATE_LENGTH:
        raise ValueError("no certificate")
    return decode_text(text.rstrip("=").replace("+", "-").replace("/", "_"))


def _write_canonical(data: Any) -> bytes:
    """Give the canonical form of what a seal says. Source: RFC 8785, of which texts and whole numbers are all we need.

    Raises ValueError for fractions and for names beyond ASCII, which a seal does not have.
    """
    if not isinstance(data, dict) or not _is_simple(data):
        raise ValueError("no canonical form")
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _is_simple(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_NAME.fullmatch(name) and _is_simple(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_simple, value))
    if isinstance(value, float):
        return False
    return not isinstance(value, int) or -(2**53) < value < 2**53


def _find_identifier(message: dict[str, Any]) -> str:
    for name in ("uvci", "utci"):
        identifier = message.get(name)
        if isinstance(identifier, str):
            return identifier
    return ""


def _check_seal(kind: str, issuer: Any, message: dict[str, Any]) -> str | None:
    person = message.get("pid")
    done = message.get("ve") if kind == "vaccination" else message.get("ser")
    named = isinstance(person, dict) and isinstance(person.get("n"), str)
    right = kind and isinstance(issuer, str) and _COUNTRY.fullmatch(issuer) and named and done and is_plain(message)
    if not right:
        return "cert_schema"
    return "cert_name_marks" if has_turning(message) else None


def _name_country(issuer: Any) -> str | None:
    """Give the two-letter code of a country of a passport, the text itself where there is none."""
    if not isinstance(issuer, str):
        return None
    return "DE" if issuer == "D" else _load_codes().get(issuer, issuer)


@cache
def _load_codes() -> dict[str, str]:
    return {country.alpha3: country.alpha2 for country in list_countries()}
