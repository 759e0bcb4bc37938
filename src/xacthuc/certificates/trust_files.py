"""Trust lists of others, and ours, told by their content: JSON list, EU DSC list, JWKS, DID document.

What a list of others says is used as it is given, its dates too: none of them is signed in a way that every publisher
keeps to. Few carry a date at all.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from xacthuc.certificates.keys import (
    CertificateUnusable,
    PublicKey,
    SigningCertificate,
    check_key,
    make_kid,
    read_certificate,
)
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.moments import read_moment
from xacthuc.certificates.signed import decode_text, is_right, read_json
from xacthuc.certificates.trust import TrustList
from xacthuc.certificates.trust_document import ENTRIES, LIST_BYTES, read_offer
from xacthuc.codes.countries import find_country

KID_BYTES_MOST = 64  # 8 in the EU, 32 of a SMART Health Card; some JWKS call a key what they like
NUMBER_LETTERS = 1_400  # of a modulus with 8,192 bits
_KID = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_COUNTRY = re.compile(r":([A-Z]{2,3})(?=:|#|$)")  # in a DID of the GDHCN: did:web:HOST:v2:trustlist:DCC:BEL:DSC
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)

# What a broken entry makes the readers below say.
_BROKEN = (
    CertificateUnusable,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
)

# How publishers call the moment of a list, and that from which it is too old; a DID document says it in its proof.
_AS_OF = ("issued", "created", "updated", "date", "timestamp", "iat")
_EXPIRES = ("expires", "validUntil", "nextUpdate", "exp")
Reader = Callable[[Any], SigningCertificate]


def read_trust(
    data: bytes, *, root: EllipticCurvePublicKey | None = None, publisher: EllipticCurvePublicKey | None = None
) -> TrustList:
    """Read a trust list of any kind that we know. Entries that cannot be read are counted and passed over.

    `root` is the key of our own lists, `publisher` the one that signs an EU DSC list; without them such a list is used
    as it is given. In this order it is
    1 refused where it is too large
    2 an EU DSC list: a line with a signature, then JSON
    3 one certificate or several, in PEM or DER
    4 our own signed list
    5 a DID document, 6 a JWKS, 7 a JSON list of {kid, certificate}, bare or under `certificates`; a date is taken from
      where one of _AS_OF or _EXPIRES stands in it or in its proof, and one that cannot be read is none.
    Raises ListRefused for anything else, and where nothing in it can be read. Not checked: the proof of a DID document.
    """
    if len(data) > LIST_BYTES:  # 1
        raise ListRefused("list_too_large")
    body = _open_signature_line(data, publisher=publisher)  # 2
    certificates = _split_certificates(body)
    if certificates:  # 3
        return _collect(certificates, read=_read_bytes)
    try:
        said = read_json(body)
    except (ValueError, RecursionError):
        raise ListRefused("list_damaged") from None
    if isinstance(said, dict) and {"payload", "signatures"} <= said.keys():  # 4
        return read_offer(body, root=root).list
    entries, read = _choose_reader(said)  # 5, 6, 7
    as_of, expires = _find_moment(said, _AS_OF), _find_moment(said, _EXPIRES)
    return replace(_collect(entries, read=read), as_of=as_of, expires=expires)


def read_kid(text: Any) -> bytes:
    """Give the bytes of a kid that is written as text: base64 of either alphabet, else the text itself.

    Raises ValueError where there is none.
    """
    if not isinstance(text, str) or not text:
        raise ValueError("no kid")
    try:
        kid = _decode_base64(text) if _KID.fullmatch(text) else text.encode()
    except ValueError:  # letters of base64, but of no length that it can have
        kid = text.encode()
    if len(kid) > KID_BYTES_MOST:
        raise ValueError("kid too long")
    return kid


def _open_signature_line(data: bytes, *, publisher: EllipticCurvePublicKey | None) -> bytes:
    """Give what stands below the signature of an EU DSC list, all where there is none."""
    line, found, rest = data.partition(b"\n")
    if not found or not rest.lstrip().startswith((b"{", b"[")) or not _KID.fullmatch(line.strip().decode("latin-1")):
        if publisher is not None:
            raise ListRefused("list_altered")
        return data
    if publisher is not None:
        signature = _decode_base64(line.strip().decode("latin-1"))
        bodies = (rest, rest.strip())  # signed without the line's end that a copy may have added
        if not any(is_right(body, signature, key=publisher) for body in bodies):
            raise ListRefused("list_altered")
    return rest


def _find_moment(said: Any, names: tuple[str, ...]) -> datetime | None:
    """Give the latest moment that a list gives one of these names, in itself or in its proof."""
    if not isinstance(said, dict):
        return None
    proofs = said.get("proof")
    places = [said, *(proofs if isinstance(proofs, list) else [proofs])]
    written = [place.get(name) for place in places if isinstance(place, dict) for name in names]
    return max(filter(None, map(_read_moment, written)), default=None)


def _read_moment(written: Any) -> datetime | None:
    """Read a moment: a text, or seconds since 1970; None where it is neither."""
    if isinstance(written, str):
        return read_moment(written)
    if type(written) not in (int, float):
        return None
    try:
        return datetime.fromtimestamp(written, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _split_certificates(data: bytes) -> list[bytes | str]:
    """Give certificates as they stand in a file: one as DER, or each as the base64 between its lines of PEM."""
    if data[:2] in (b"\x30\x82", b"\x30\x81"):
        return [data]
    if b"-----BEGIN CERTIFICATE-----" not in data[: 1 << 16] or data.lstrip()[:1] in (b"{", b"["):
        return []
    return [*_PEM.findall(data.decode("latin-1"))]


def _read_bytes(one: bytes | str) -> SigningCertificate:
    return read_certificate(one if isinstance(one, bytes) else _decode_base64("".join(one.split())))


def _choose_reader(said: Any) -> tuple[list[Any], Reader]:
    if isinstance(said, dict):
        if isinstance(said.get("verificationMethod"), list):
            return [one for one in said["verificationMethod"] if isinstance(one, dict)], _read_method
        if isinstance(said.get("keys"), list):
            return said["keys"], _read_web_key
        said = said.get("certificates")
    if not isinstance(said, list):
        raise ListRefused("list_of_another_kind")
    return said, _read_entry


def _collect(entries: Iterable[Any], *, read: Reader) -> TrustList:
    found, unread = [], 0
    for number, entry in enumerate(entries, start=1):
        if number > ENTRIES:
            raise ListRefused("list_too_large")
        try:
            found.append(read(entry))
        except _BROKEN:
            unread += 1
    if unread and not found:
        raise ListRefused("trust_nothing_read")
    return TrustList(tuple(found), unread=unread)


def _read_entry(entry: Mapping[str, Any]) -> SigningCertificate:
    """Read an entry of a JSON list, or of an EU DSC list, where the certificate is called rawData."""
    text = entry.get("certificate") or entry["rawData"]
    armoured = _PEM.search(text)
    der = _decode_base64("".join((armoured[1] if armoured else text).split()))
    named = entry.get("kid")
    if isinstance(named, str) and named.lower() == make_kid(der).hex():  # some write it in hexadecimal
        return read_certificate(der)
    return read_certificate(der, kid=read_kid(named) if named else None)


def _read_method(method: Mapping[str, Any]) -> SigningCertificate:
    """Read a verification method of a DID document: its kid is the fragment of its id."""
    name = method["id"]
    fragment = unquote(name.partition("#")[2])
    kid = fragment or method["publicKeyJwk"].get("kid")
    places = _COUNTRY.findall(f"{method.get('controller', '')}:{name}")
    country = next((found.alpha2 for found in map(find_country, places) if found), "")
    return _read_web_key({**method["publicKeyJwk"], "kid": kid}, country=country)


def _read_web_key(key: Mapping[str, Any], *, country: str = "") -> SigningCertificate:
    """Read a JWK: its certificate where it has one, since about half of the GDHCN's coordinates are written wrong."""
    chain = key.get("x5c")
    first = chain[0] if isinstance(chain, list) and chain else chain
    kid = read_kid(key["kid"]) if key.get("kid") else None
    if isinstance(first, str) and first:
        return read_certificate(_decode_base64("".join(first.split())), kid=kid)
    made = _read_numbers(key)
    return SigningCertificate(kid or make_thumbprint(key), None, made, country, None, None)


def make_thumbprint(key: Mapping[str, Any]) -> bytes:
    """Give what stands in for a kid where a key has none: the beginning of the hash of its members (RFC 7638)."""
    named = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}[key["kty"]]
    return make_kid(("{" + ",".join(f'"{name}":"{key[name]}"' for name in named) + "}").encode())


def _read_numbers(key: Mapping[str, Any]) -> PublicKey:
    """Read the numbers of a JWK; zeros before a number are no fault here."""
    if key.get("kty") == "EC" and key.get("crv") == "P-256":
        return check_key(EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), SECP256R1()).public_key())
    if key.get("kty") == "RSA":
        return check_key(RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key())
    raise ValueError("another kind of key")


def _number(text: str) -> int:
    if len(text) > NUMBER_LETTERS:
        raise ValueError("number too long")
    return int.from_bytes(decode_text(text.rstrip("=")), "big")


def _decode_base64(text: str) -> bytes:
    """Read base64 of either alphabet, with or without filling; raises ValueError where it is none."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
