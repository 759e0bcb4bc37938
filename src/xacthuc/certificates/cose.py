"""COSE_Sign1: a payload, what is said of its signature, and the signature.

Source: RFC 9052 (structures), RFC 9053 and RFC 8230 (ES256, PS256), HCERT 1.1.1 (which of it certificates use).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cbor2 import CBORTag, frozendict
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256

from xacthuc.certificates.cbor import read_cbor, write_cbor
from xacthuc.certificates.keys import PublicKey
from xacthuc.certificates.stages import Unreadable

ALG, CRIT, KID = 1, 2, 4  # labels of headers. Source: RFC 9052, table 3
ES256, PS256 = -7, -37
ALGORITHMS = {ES256: "ES256", PS256: "PS256"}

SIGN1, CWT = 18, 61  # tags; a message may carry both, one or none
TAGS = 4  # that may stand before a message
_USUAL = b"\xd2\x84"  # tag 18, four parts
_EMPTY_MAP = 0xA0

HALF = 32  # bytes of r, and of s
_ECDSA = ECDSA(SHA256())
_PSS = PSS(mgf=MGF1(SHA256()), salt_length=PSS.DIGEST_LENGTH)


class Signed(NamedTuple):  # made in a third of the time of a frozen dataclass, once for each text
    """A message as it was read; nothing of it is proved."""

    protected: bytes  # as it was signed
    payload: bytes
    signature: bytes
    algorithm: str  # of ALGORITHMS, else ""
    kid: bytes | None


def write_cose(payload: bytes, *, protected: bytes, signature: bytes) -> bytes:
    """Give a tagged message whose headers are all protected."""
    return b"\xd2\x84" + write_bytes(protected) + b"\xa0" + write_bytes(payload) + write_bytes(signature)


def write_protected(*, algorithm: str, kid: bytes) -> bytes:
    """Give the protected headers of a message."""
    return write_cbor({ALG: ES256 if algorithm == "ES256" else PS256, KID: kid})


def write_bytes(data: bytes) -> bytes:
    """Give a byte string of CBOR."""
    size = len(data)
    if size < 24:
        return bytes((0x40 + size,)) + data
    return (bytes((0x58, size)) if size < 1 << 8 else b"\x59" + size.to_bytes(2)) + data


def write_signed_part(protected: bytes, payload: bytes) -> bytes:
    """Give the bytes that a signature is over. Source: RFC 9052, 4.4."""
    return b"\x84\x6aSignature1" + write_bytes(protected) + b"\x40" + write_bytes(payload)


def read_cose(data: bytes) -> Signed:
    """Read a message; raises Unreadable where it is none.

    1 it is one CBOR value, a COSE_Sign1 under the tags 18, 61, both or none
    2 it is four parts: bytes, map, bytes, bytes; a payload kept elsewhere is refused
    3 its protected headers are a map or nothing
    4 nothing is critical that we do not know, and we know no such thing
    5 a protected header wins over one that nobody signed; neither has to be there.
    Not checked: the signature.
    """
    protected, loose, payload, signature = _cut(data) or _read_parts(data)  # 1, 2
    headers = _read_headers(protected)  # 3, 4
    algorithm = _find_algorithm(headers.get(ALG, loose.get(ALG)))  # 5
    return Signed(protected, payload, signature, algorithm, _find_kid(headers.get(KID), loose.get(KID)))


def _cut(data: bytes) -> tuple[bytes, Mapping[Any, Any], bytes, bytes] | None:
    """Cut a message as nearly all issuers write it, tagged once and without loose headers; None for any other.

    It says the same as `_read_parts`, in a third of the time.
    """
    if data[:2] != _USUAL:
        return None
    try:
        protected, at = _take_bytes(data, 2)
        if data[at] != _EMPTY_MAP:
            return None
        payload, at = _take_bytes(data, at + 1)
        signature, at = _take_bytes(data, at)
    except IndexError:
        return None
    return (protected, {}, payload, signature) if at == len(data) else None


def _take_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """Give a byte string of CBOR and where it ends; raises IndexError where none of fewer than 64 KB stands there."""
    head = data[at]
    if head == 0x58:
        begin, size = at + 2, data[at + 1]
    elif head == 0x59:
        begin, size = at + 3, data[at + 1] << 8 | data[at + 2]
    elif 0x40 <= head < 0x58:
        begin, size = at + 1, head - 0x40
    else:
        raise IndexError
    return data[begin : begin + size], begin + size


def _read_parts(data: bytes) -> tuple[bytes, Mapping[Any, Any], bytes, bytes]:
    parts = read_cbor(data, code="cert_structure")
    for _ in range(TAGS):
        if isinstance(parts, CBORTag) and parts.tag in (SIGN1, CWT):
            parts = parts.value
    if not (isinstance(parts, list | tuple) and len(parts) == 4):
        raise Unreadable("cert_structure")
    protected, loose, payload, signature = parts
    if not (type(protected) is type(payload) is type(signature) is bytes and isinstance(loose, dict | frozendict)):
        raise Unreadable("cert_structure")
    return protected, loose, payload, signature


@lru_cache(maxsize=1024)  # one key signs millions of certificates, and their headers are the same bytes
def _read_headers(protected: bytes) -> Mapping[Any, Any]:
    headers = read_cbor(protected, code="cert_structure") if protected else {}
    if not isinstance(headers, dict) or CRIT in headers:
        raise Unreadable("cert_structure")
    return headers


def is_signed(signed: Signed, key: PublicKey) -> bool:
    """Tell whether a key has signed a message, with the one algorithm that is the key's."""
    part = write_signed_part(signed.protected, signed.payload)
    return is_signed_part(part, signed.signature, key=key, algorithm=signed.algorithm)


def is_signed_part(part: bytes, signature: bytes, *, key: PublicKey, algorithm: str) -> bool:
    """Tell whether a key has signed these bytes: the key says which algorithm may be meant, never the text alone.

    The signature of ES256 is r and s, 32 bytes each, neither of them 0; that of PS256 has a salt as long as its hash.
    """
    try:
        if isinstance(key, EllipticCurvePublicKey):
            if algorithm != "ES256" or len(signature) != 2 * HALF:
                return False
            key.verify(write_der(signature), part, _ECDSA)
        else:
            if algorithm != "PS256":
                return False
            key.verify(signature, part, _PSS, _ECDSA.algorithm)
    except (InvalidSignature, ValueError):
        return False
    return True


def write_der(signature: bytes) -> bytes:
    """Give r and s as the DER sequence of two integers."""
    r, s = signature[:HALF].lstrip(b"\0"), signature[HALF:].lstrip(b"\0")
    r = b"\0" + r if not r or r[0] > 0x7F else r
    s = b"\0" + s if not s or s[0] > 0x7F else s
    return bytes((0x30, len(r) + len(s) + 4, 2, len(r))) + r + bytes((2, len(s))) + s


def read_der(der: bytes) -> bytes:
    """Give r and s, 32 bytes each, of the DER sequence that a signer gives."""
    middle = 4 + der[3]
    r, s = der[4:middle], der[middle + 2 :]
    return r[-HALF:].rjust(HALF, b"\0") + s[-HALF:].rjust(HALF, b"\0")


def _find_algorithm(label: Any) -> str:
    return ALGORITHMS.get(label, "") if type(label) is int else ""


def _find_kid(protected: Any, loose: Any) -> bytes | None:
    for kid in (protected, loose):
        if type(kid) is bytes and kid:
            return kid
    return None
