"""A signing certificate as we understand it: key id, key, country, validity, and what it may sign.

Read more leniently than X.509 asks: real signing certificates have negative serial numbers, empty usages and
defaults that are written out. What is trusted is the list that a certificate stands on, not its form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

PublicKey = EllipticCurvePublicKey | RSAPublicKey

KID_BYTES = 8  # of the hash of the certificate. Source: HCERT 1.1.1, 3.3.2
CERTIFICATE_BYTES = 16 << 10  # real ones have 300 to 2,100 bytes
RSA_BITS = range(1024, 8193)  # three issuers of the EU signed with 1024; beyond 8192 one check takes too long
SAFE_RSA_BITS = 2048

# Extended key usages of health certificates, and their twins of the first weeks. Source: EU DCC certificate governance.
_USAGES: Mapping[str, str] = {
    f"1.3.6.1.4.1.{arc}.2021.1.{number}": kind
    for arc in ("1847", "0.1847")
    for number, kind in ((1, "test"), (2, "vaccination"), (3, "recovery"))
}
USAGES = frozenset(_USAGES.values())


class CertificateUnusable(Exception):
    """These bytes are no certificate, or one with a key that no health certificate is signed with."""


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A key that may be trusted; `certificate` is None where only the key is known, `country` "" where none is said."""

    kid: bytes
    certificate: bytes | None
    key: PublicKey
    country: str  # alpha-2 as written in the certificate, upper case
    not_before: datetime | None
    not_after: datetime | None
    usages: frozenset[str] = frozenset()  # of USAGES; empty: may sign any kind

    @property
    def weak(self) -> bool:
        """Tell whether the key is shorter than is safe today."""
        return isinstance(self.key, RSAPublicKey) and self.key.key_size < SAFE_RSA_BITS


def make_kid(certificate: bytes) -> bytes:
    """Give the key id of a certificate in DER."""
    return hashlib.sha256(certificate).digest()[:KID_BYTES]


def read_certificate(der: bytes, *, kid: bytes | None = None) -> SigningCertificate:
    """Read a signing certificate; `kid` is what its list calls it, by default the one that follows from its bytes.

    Raises CertificateUnusable. Usages other than the three of health say nothing: such a certificate may sign any kind.
    Not checked: who signed it, and whether its time has come or gone.
    """
    if len(der) > CERTIFICATE_BYTES:
        raise CertificateUnusable("certificate too large")
    try:
        inner = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        key = read_public_key(inner["subject_public_key_info"].dump())
        validity = inner["validity"]
        begins, ends = (_tell_time(validity[name].native) for name in ("not_before", "not_after"))
        country = _find_country(inner)
        usages = _find_usages(inner)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        raise CertificateUnusable("no certificate") from None
    return SigningCertificate(
        kid=make_kid(der) if kid is None else kid,
        certificate=der,
        key=key,
        country=country,
        not_before=begins,
        not_after=ends,
        usages=usages,
    )


def read_public_key(der: bytes) -> PublicKey:
    """Read the key of a certificate: P-256 or RSA. Raises CertificateUnusable for any other."""
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CertificateUnusable("no key") from None
    return check_key(key)


def check_key(key: object) -> PublicKey:
    """Give a key that health certificates are signed with; raises CertificateUnusable for any other."""
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    if isinstance(key, RSAPublicKey) and key.key_size in RSA_BITS:
        return key
    raise CertificateUnusable("key of another kind")


def _tell_time(native: object) -> datetime | None:
    """Give a moment in UTC; None for one of the year 0, which no calendar of ours has."""
    return native.astimezone(UTC) if isinstance(native, datetime) else None


def _find_country(inner: x509.TbsCertificate) -> str:
    for name in (inner["subject"], inner["issuer"]):
        country = name.native.get("country_name")
        if isinstance(country, list):  # written several times
            country = country[0]
        if isinstance(country, str) and country.strip():
            return country.strip().upper()
    return ""


def _find_usages(inner: x509.TbsCertificate) -> frozenset[str]:
    """Give the kinds that a certificate may sign, empty where it says nothing of health."""
    found: set[str] = set()
    for extension in inner["extensions"] or ():
        if extension["extn_id"].native == "extended_key_usage":
            try:
                named = [usage.dotted for usage in extension["extn_value"].parsed]
            except (ValueError, TypeError):  # an extension that cannot be read restricts nothing
                continue
            found |= {_USAGES[usage] for usage in named if usage in _USAGES}
    return frozenset(found)
