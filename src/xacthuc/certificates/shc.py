"""SMART Health Cards: a signed FHIR bundle as JWS, in one QR code or several.

Source: SMART Health Cards Framework 1.4.0 (specification of JWS, health cards and QR codes), RFC 7515.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from math import inf
from typing import Any

from xacthuc.certificates.cbor import is_plain
from xacthuc.certificates.signed import decode_text, read_json
from xacthuc.certificates.stages import LATEST, Certificate, Unreadable, has_turning

PREFIX = "shc:/"
HEALTH_CARD = "https://smarthealth.cards#health-card"
CHUNKS = 30  # QR codes of one card; version 1.4.0 asks for a single one
JWS_LENGTH = 48 << 10  # letters; a single QR code holds 1,195 of them
TEXT_LENGTH = 2 * JWS_LENGTH + 64 * CHUNKS  # two digits a letter, and what stands around a chunk
INFLATED_BYTES = 128 << 10  # a bundle has 2 to 10 KB, and to look through 128 KB takes 20 ms; more is a bomb
_FIRST = 45  # what a pair of digits counts from: the code of "-"
_LAST = 122 - _FIRST  # and to "z"

_CHUNK = re.compile(r"shc:/(?:([1-9][0-9]?)/([1-9][0-9]?)/)?([0-9]+)", re.ASCII)
_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", re.ASCII)
_RID = re.compile(r"[A-Za-z0-9_-]{1,24}")
_KINDS = (("#immunization", "vaccination"), ("#laboratory", "test"))


def is_card(text: str) -> bool:
    """Tell whether a text begins as a SMART Health Card does: shc:/, or the header of a JWS."""
    return text.startswith((PREFIX, "eyJ"))


def read_card(text: str) -> Certificate:
    """Read a card: a JWS, one chunk, or all its chunks, a line each, in any order. Raises Unreadable.

    1 all chunks are there, each once
    2 it is a JWS of three parts of base64url, packed, signed with ES256, with nothing critical
    3 it unpacks to at most INFLATED_BYTES of JSON in which each name stands once
    4 it has an issuer with an address and the moment from which it counts
    5 it is a health card with a FHIR bundle of plain values, without signs that turn the direction of writing.
    What 4 finds of types and 5 finds is said beside the card: its signature is checked all the same. Not checked: what
    the bundle says; FHIR is read elsewhere.
    """
    if len(text) > TEXT_LENGTH:
        raise Unreadable("cert_too_long")
    jws = _join(text.split("\n")) if text.startswith(PREFIX) else text.strip()  # 1
    if len(jws) > JWS_LENGTH:
        raise Unreadable("cert_too_long")
    if not _JWS.fullmatch(jws):  # 2
        raise Unreadable("cert_structure")
    header_text, packed, signature = jws.split(".")
    try:
        header = read_json(decode_text(header_text))
        said = read_json(_unpack(decode_text(packed)))  # 3
        kid = decode_text(header["kid"])
        proof = decode_text(signature)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable("cert_structure") from None
    if not isinstance(said, dict) or header.get("zip") != "DEF" or "crit" in header:
        raise Unreadable("cert_structure")
    issuer, begins, expires = said.get("iss"), _read_time(said.get("nbf")), _read_time(said.get("exp", LATEST))  # 4
    if not isinstance(issuer, str):
        raise Unreadable("cert_claims")
    return Certificate(
        family="shc",
        kind=_find_kind(said),
        payload=said,
        issuer=issuer,
        kid=kid,
        algorithm="ES256" if header.get("alg") == "ES256" else "",
        part=f"{header_text}.{packed}".encode(),
        signature=proof,
        issued=begins,
        begins=begins,
        expires=inf if "exp" not in said else expires,
        uvci=_find_rid(said),
        code=_check_card(said),  # 5
    )


def count_chunks(text: str) -> int:
    """Give of how many chunks a text is one; 1 for a whole card, 0 for what is none."""
    chunk = _CHUNK.fullmatch(text.strip())
    return 0 if chunk is None else int(chunk[2] or 1)


def _join(lines: Sequence[str]) -> str:
    found = [_CHUNK.fullmatch(line.strip()) for line in lines if line.strip()]
    chunks = [chunk for chunk in found if chunk]
    if len(chunks) != len(found) or len(chunks) > CHUNKS:
        raise Unreadable("cert_structure")
    totals = {int(chunk[2] or 1) for chunk in chunks}
    if len(totals) != 1:
        raise Unreadable("cert_structure")
    digits = {int(chunk[1] or 1): chunk[3] for chunk in chunks}
    if len(digits) != len(chunks):
        raise Unreadable("cert_structure")
    if sorted(digits) != list(range(1, totals.pop() + 1)):
        raise Unreadable("cert_chunk_missing")
    return "".join(_read_digits(digits[number]) for number in sorted(digits))


def _read_digits(digits: str) -> str:
    if len(digits) > 2 * JWS_LENGTH:
        raise Unreadable("cert_too_long")
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    if len(digits) % 2 or max(pairs) > _LAST:
        raise Unreadable("cert_structure")
    return bytes(_FIRST + pair for pair in pairs).decode()


def _unpack(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15)
    try:
        data = unpacker.decompress(packed, INFLATED_BYTES)
    except zlib.error:
        raise Unreadable("cert_compression") from None
    if not unpacker.eof:
        raise Unreadable("cert_too_large" if len(data) >= INFLATED_BYTES else "cert_compression")
    if unpacker.unused_data:
        raise Unreadable("cert_compression")
    return data


def _read_time(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= LATEST:
        raise Unreadable("cert_times")
    return float(value)


def _find_kind(said: dict[str, Any]) -> str:
    """Give the kind that the types of a card name, "" where they name none or several."""
    types = _list_types(said)
    kinds = [kind for end, kind in _KINDS if any(isinstance(one, str) and one.endswith(end) for one in types)]
    return kinds[0] if len(kinds) == 1 else ""


def _find_rid(said: dict[str, Any]) -> str:
    """Give under what a card may be revoked, "" where it names nothing that a list could name."""
    vc = said.get("vc")
    rid = vc.get("rid") if isinstance(vc, dict) else None
    return rid if isinstance(rid, str) and _RID.fullmatch(rid) else ""


def _list_types(said: dict[str, Any]) -> list[Any]:
    vc = said.get("vc")
    types = vc.get("type") if isinstance(vc, dict) else None
    return types if isinstance(types, list) else []


def _check_card(said: dict[str, Any]) -> str | None:
    if HEALTH_CARD not in _list_types(said) or not said["iss"].startswith("https://") or not is_plain(said):
        return "cert_schema"
    subject = said["vc"].get("credentialSubject")
    bundle = subject.get("fhirBundle") if isinstance(subject, dict) else None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        return "cert_schema"
    return "cert_name_marks" if has_turning(said) else None
