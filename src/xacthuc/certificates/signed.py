"""Signed documents: JSON in a JWS (RFC 7515, general serialisation) with ES256, as all our lists are.

Any JOSE library and every browser can check them. The key is named by the first 16 hexadecimal digits of the SHA-256 of
its point, short enough to be read out on the telephone; the kind of a document stands in what is signed, so that none
can be taken for one of another kind.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from xacthuc.certificates.list_refusals import ListRefused

FORMAT = 1
SIGNATURES = 8  # of one document: a root that rolls over needs two
DEPTH = 64  # lists and maps within each other; a health card has some fifteen
_HALF = 32  # bytes of r and of s


@dataclass(frozen=True)
class ListKey:
    """A key that signs lists: its public part, and what signs; a token can stand behind it."""

    public: EllipticCurvePublicKey
    sign: Callable[[bytes], bytes]  # gives r and s, 32 bytes each

    @property
    def id(self) -> str:
        """Give the id of the key."""
        return name_key(self.public)


@dataclass(frozen=True)
class Signed:
    """A signed document that was read: what it says, and who says to have signed it."""

    payload: Mapping[str, Any]
    text: bytes  # the payload as it was signed
    signatures: tuple[tuple[str, bytes, bytes], ...]  # id of the key, what was signed, signature

    @property
    def sha256(self) -> str:
        """Give the hash of what it says, by which two documents are told apart."""
        return hashlib.sha256(self.text).hexdigest()

    def is_signed_by(self, key: EllipticCurvePublicKey) -> bool:
        """Tell whether a key has signed this document."""
        named = name_key(key)
        return any(is_right(signed, value, key=key) for id_, signed, value in self.signatures if id_ == named)


def make_key() -> EllipticCurvePrivateKey:
    """Make a new private key."""
    return generate_private_key(SECP256R1())


def use_key(private: EllipticCurvePrivateKey) -> ListKey:
    """Give what signs with a private key that is in memory."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ECDSA(SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    return ListKey(private.public_key(), sign)


def name_key(key: EllipticCurvePublicKey) -> str:
    """Give the id of a key."""
    return hashlib.sha256(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hexdigest()[:16]


def write_private_pem(key: EllipticCurvePrivateKey) -> bytes:
    """Give a private key as PEM. Not encrypted: the file that holds it must be closed to others."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_public_pem(key: EllipticCurvePublicKey) -> bytes:
    """Give a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_private_pem(data: bytes) -> EllipticCurvePrivateKey:
    """Read a private key of P-256; raises ListRefused where it is none."""
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise ListRefused("list_key_unusable") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ListRefused("list_key_unusable")
    return key


def read_public_pem(data: bytes) -> EllipticCurvePublicKey:
    """Read a public key of P-256; raises ListRefused where it is none."""
    try:
        key = load_pem_public_key(data)
    except ValueError:
        raise ListRefused("list_key_unusable") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ListRefused("list_key_unusable")
    return key


def write_jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    """Give a public key of P-256 as JWK."""
    numbers = key.public_numbers()
    x, y = (encode_text(number.to_bytes(_HALF, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def read_jwk(said: Any) -> EllipticCurvePublicKey:
    """Read a public key of P-256 that is written as JWK; raises ValueError where it is none."""
    if not isinstance(said, Mapping) or (said.get("kty"), said.get("crv")) != ("EC", "P-256"):
        raise ValueError("no key of P-256")
    x, y = (int.from_bytes(decode_text(said.get(name)), "big") for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def write_signed(payload: Mapping[str, Any], *, kind: str, keys: Sequence[ListKey]) -> bytes:
    """Give a signed document of a kind, with a signature of each key."""
    text = json.dumps({"format": FORMAT, "kind": kind, **payload}, ensure_ascii=False, separators=(",", ":")).encode()
    coded = encode_text(text)
    signatures = []
    for key in keys:
        header = encode_text(json.dumps({"alg": "ES256", "kid": key.id}, separators=(",", ":")).encode())
        signature = encode_text(key.sign(f"{header}.{coded}".encode()))
        signatures.append({"protected": header, "signature": signature})
    return json.dumps({"payload": coded, "signatures": signatures}, separators=(",", ":")).encode()


def read_signed(data: bytes, *, kind: str, limit: int) -> Signed:
    """Read a signed document of a kind. Not checked: the signatures, see `Signed.is_signed_by`.

    Raises ListRefused if it
    1 is larger than `limit` bytes
    2 is no JWS of ours: JSON, names that stand once, base64url, ES256
    3 is of another kind or format.
    """
    if len(data) > limit:  # 1
        raise ListRefused("list_too_large")
    try:  # 2
        outer = read_json(data)
        text = decode_text(outer["payload"])
        payload = read_json(text)
        signatures = tuple(_read_signature(one, payload=outer["payload"]) for one in outer["signatures"][:SIGNATURES])
        said = (payload["kind"], payload["format"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ListRefused("list_damaged") from None
    if said[0] != kind:  # 3
        raise ListRefused("list_of_another_kind")
    if said[1] != FORMAT:
        raise ListRefused("list_format_unknown")
    return Signed(payload, text, signatures)


def read_json(data: bytes | str) -> Any:
    """Read JSON in which each name stands once and numbers are finite; raises ValueError where it is none.

    Nor may it be nested deeper than DEPTH: who walks through the value does so without asking. RecursionError where it
    is so deep that it cannot be read at all.
    """
    value = json.loads(data, object_pairs_hook=_take_pairs, parse_constant=_refuse_constant)
    if _count_openings(data) > DEPTH and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def encode_text(data: bytes) -> str:
    """Give base64url without filling."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_text(text: Any) -> bytes:
    """Read base64url without filling; raises ValueError where it is none, or another text for the same bytes."""
    if not isinstance(text, str):
        raise ValueError("no text")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no base64url") from None
    if encode_text(data) != text:
        raise ValueError("no base64url")
    return data


def write_moment(moment: datetime) -> str:
    """Give a moment as the lists write it, in UTC and to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: Any) -> datetime:
    """Read a moment as the lists write it; raises ValueError where it is none."""
    if not isinstance(text, str):
        raise ValueError("no moment")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _read_signature(said: Any, *, payload: str) -> tuple[str, bytes, bytes]:
    header = read_json(decode_text(said["protected"]))
    if header["alg"] != "ES256" or not isinstance(header["kid"], str):
        raise ValueError("another algorithm")
    return header["kid"], f"{said['protected']}.{payload}".encode(), decode_text(said["signature"])


def is_right(message: bytes, signature: bytes, *, key: EllipticCurvePublicKey) -> bool:
    """Tell whether a key has signed a message; the signature is r and s, 32 bytes each."""
    if len(signature) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _count_openings(data: bytes | str) -> int:
    """Give how many lists and maps may begin in JSON: a quick look, before the exact one."""
    return data.count(b"[") + data.count(b"{") if isinstance(data, bytes) else data.count("[") + data.count("{")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH):
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = list(chain.from_iterable(inner))
    return any(isinstance(one, dict | list) for one in level)


def _take_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    taken = dict(pairs)
    if len(taken) != len(pairs):
        raise ValueError("a name stands twice")
    return taken


def _refuse_constant(text: str) -> float:
    raise ValueError(text)
