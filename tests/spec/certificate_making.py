"""Certificates for the table of verdicts, made by hand so that each fault can be put where it belongs."""

from __future__ import annotations

import copy
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cbor2 import dumps
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xacthuc.certificates.base45 import write_base45
from xacthuc.certificates.cose import read_der, write_bytes, write_signed_part
from xacthuc.certificates.keys import make_kid
from xacthuc.runs.gate_samples import make_private_key

BEGIN, END = 1_640_995_200, 1_672_531_199  # the year 2022
NOW = 1_654_041_600  # 2022-06-01T00:00:00Z
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group of P-256
HASH = 32
ES256, PS256 = -7, -37
KEPT = object()  # what stays as it is

VACCINATION = {
    "ver": "1.3.0",
    "nam": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Hoa", "gnt": "THI<HOA"},
    "dob": "1990-02-03",
    "v": [
        {
            "tg": "840539006",
            "vp": "1119305005",
            "mp": "BBIBP-CorV",
            "ma": "ORG-100020693",
            "dn": 2,
            "sd": 2,
            "dt": "2021-09-28",
            "co": "VN",
            "is": "Bộ Y tế",
            "ci": "URN:UVCI:01:VN:0123456789ABCDEF#A",
        }
    ],
}
TEST = {
    **{name: VACCINATION[name] for name in ("ver", "nam", "dob")},
    "t": [
        {
            "tg": "840539006",
            "tt": "LP6464-4",
            "nm": "PCR",
            "sc": "2022-05-31T08:00:00+07:00",
            "tr": "260415000",
            "tc": "Viện Pasteur",
            "co": "VN",
            "is": "Bộ Y tế",
            "ci": "URN:UVCI:01:VN:T1#B",
        }
    ],
}
RECOVERY = {
    **{name: VACCINATION[name] for name in ("ver", "nam", "dob")},
    "r": [
        {
            "tg": "840539006",
            "fr": "2022-03-01",
            "co": "VN",
            "is": "Bộ Y tế",
            "df": "2022-03-12",
            "du": "2022-08-28",
            "ci": "URN:UVCI:01:VN:R1#C",
        }
    ],
}


@dataclass(frozen=True)
class Signing:
    """A key with its certificate."""

    key: EllipticCurvePrivateKey | RSAPrivateKey
    certificate: bytes
    kid: bytes

    def sign(self, part: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return sign_pss(part, self.key)
        return read_der(self.key.sign(part, ECDSA(SHA256(), deterministic_signing=True)))


@cache
def signing(
    words: str = "issuer", *, country: str | None = "VN", usages: tuple[str, ...] = (), bits: int = 0
) -> Signing:
    """Give the key that follows from some words; RSA where a size is given."""
    key = make_rsa(words, bits) if bits else make_private_key(f"conformance {words}")
    issuer = make_private_key("conformance authority")
    names = [x509.NameAttribute(NameOID.COMMON_NAME, f"Conformance {words}")]
    if country:
        names.insert(0, x509.NameAttribute(NameOID.COUNTRY_NAME, country))
    begin, end = datetime(2021, 6, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(x509.Name(names), x509.Name(names), key.public_key(), 1, begin, end)
    if usages:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier(one) for one in usages]), critical=False
        )
    der = builder.sign(issuer, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)
    return Signing(key, der, make_kid(der))


def change(payload: dict[str, Any], said: dict[str, Any], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give a payload with other values, by paths as in v.0.dt, and without some."""
    changed = copy.deepcopy(payload)
    for path in (*said, *without):
        *way, last = path.split(".")
        inner: Any = changed
        for part in way:
            inner = inner[int(part)] if isinstance(inner, list) else inner[part]
        place: Any = int(last) if isinstance(inner, list) else last
        if path in said:
            inner[place] = said[path]
        else:
            del inner[place]
    return changed


def make_claims(payload: Any = None, **said: Any) -> dict[Any, Any]:
    """Give the claims of a certificate: iss, exp, nbf, iat by name; None leaves one out."""
    given = {"iss": "VN", "exp": END, "nbf": None, "iat": BEGIN} | said
    labels = {"iss": 1, "exp": 4, "nbf": 5, "iat": 6}
    claims: dict[Any, Any] = {labels[name]: value for name, value in given.items() if value is not None}
    claims[-260] = {1: VACCINATION if payload is None else payload}
    return claims


def sign(
    claims: Any = None,
    *,
    by: Signing | None = None,
    protected: Any = KEPT,
    loose: dict[Any, Any] | None = None,
    raw: bytes | None = None,
    tag: bytes = b"\xd2",
    twist: Callable[[bytes], bytes] = lambda signature: signature,
) -> bytes:
    """Give a signed message. `raw` are claims as bytes, `twist` changes the signature, `tag` stands before it all."""
    by = by or signing()
    algorithm = PS256 if isinstance(by.key, RSAPrivateKey) else ES256
    headers = {1: algorithm, 4: by.kid} if protected is KEPT else protected
    shielded = headers if isinstance(headers, bytes) else dumps(headers) if headers is not None else b""
    body = raw if raw is not None else dumps(make_claims() if claims is None else claims)
    signature = twist(by.sign(write_signed_part(shielded, body)))
    return tag + b"\x84" + write_bytes(shielded) + dumps(loose or {}) + write_bytes(body) + write_bytes(signature)


def pack(message: bytes) -> bytes:
    return zlib.compress(message, 9)


def write(message: bytes) -> str:
    """Give the text of a message."""
    return "HC1:" + write_base45(pack(message))


def issue(payload: Any = None, *, by: Signing | None = None, **said: Any) -> str:
    """Give the text of a certificate."""
    return write(sign(make_claims(payload, **said), by=by))


def sign_pss(part: bytes, key: RSAPrivateKey) -> bytes:
    """Sign with a salt that follows from the message: the same file each time. Source: RFC 8017, 9.1.1."""
    numbers = key.private_numbers()
    bits = key.key_size - 1
    size = -(-bits // 8)
    digest = hashlib.sha256(part).digest()
    salt = hashlib.sha256(b"salt" + part).digest()
    mixed = hashlib.sha256(b"\0" * 8 + digest + salt).digest()
    block = b"\0" * (size - 2 * HASH - 2) + b"\1" + salt
    mask = b"".join(hashlib.sha256(mixed + n.to_bytes(4, "big")).digest() for n in range(-(-len(block) // HASH)))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * size - bits)
    number = int.from_bytes(bytes(masked) + mixed + b"\xbc", "big")
    return pow(number, numbers.d, numbers.public_numbers.n).to_bytes(key.key_size // 8, "big")


def make_rsa(words: str, bits: int) -> RSAPrivateKey:
    """Give the RSA key that follows from some words."""
    p, q = (find_prime(f"{words} {bits} {name}", bits // 2) for name in "pq")
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(65537, p * q)
    return RSAPrivateNumbers(
        max(p, q), min(p, q), d, d % (max(p, q) - 1), d % (min(p, q) - 1), pow(min(p, q), -1, max(p, q)), public
    ).private_key()


def find_prime(words: str, bits: int) -> int:
    number = int.from_bytes(hashlib.shake_256(words.encode()).digest(bits // 8), "big")
    number |= 3 << (bits - 2) | 1
    while not is_prime(number) or number % 65537 == 1:
        number += 2
    return number


def is_prime(number: int) -> bool:
    small = all(number % prime for prime in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43))
    return small and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11, 13))
