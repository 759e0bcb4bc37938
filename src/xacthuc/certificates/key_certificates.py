"""The X.509 certificates of an issuer: authority (CSCA), signers, and the upload and TLS keys for a trust gateway.

Source: EU DCC certificate governance; WHO GDHCN certificate governance, "Certificate templates"; RFC 5280.
Not made: revocation lists of the authority, and the extension that points to them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Kind = Literal["csca", "signer", "upload", "tls"]
PrivateKey = EllipticCurvePrivateKey | RSAPrivateKey

KINDS: tuple[Kind, ...] = ("csca", "signer", "upload", "tls")
HEALTH = {"test": 1, "vaccination": 2, "recovery": 3}  # last number of the extended key usage
TLS_BITS = 3072  # RSA, since the network's own check of TLS certificates verifies RSA signatures only
SIGNER_BITS = 2048  # RSA makes the QR code larger: no more than is safe. Source: GDHCN, "Requirements on the DSC"


@dataclass(frozen=True, slots=True)
class Periods:
    """How long a kind of key lasts."""

    valid: timedelta  # its certificate
    used: timedelta  # the private key
    renew: timedelta  # before the end of use


@dataclass(frozen=True, slots=True)
class Plan:
    """A certificate to be made: for whom, from when it is valid, and from when its key is used."""

    kind: Kind
    country: str  # alpha-2
    organisation: str
    begins: datetime
    used_from: datetime
    usages: tuple[str, ...] = ()  # of HEALTH, for signers; none: may sign any kind


@cache
def load_periods() -> dict[str, Periods]:
    """Give the periods by kind, as written in data/key_periods.toml."""
    data = resources.files("xacthuc.certificates") / "data" / "key_periods.toml"
    written = tomllib.loads(data.read_text(encoding="utf-8"))
    lasting = {kind: {name: timedelta(days=days) for name, days in said.items()} for kind, said in written.items()}
    return {kind: Periods(**said) for kind, said in lasting.items()}


def make_key(kind: Kind, *, rsa: bool = False) -> PrivateKey:
    """Give a new private key: P-256, RSA for TLS and for a signer that has to be `rsa`."""
    if kind == "tls":
        return generate_rsa(65537, TLS_BITS)
    return generate_rsa(65537, SIGNER_BITS) if rsa else generate_ec(SECP256R1())


def make_certificate(
    plan: Plan, key: PrivateKey, *, issuer: x509.Certificate | None = None, issuer_key: PrivateKey | None = None
) -> x509.Certificate:
    """Give the certificate of a key, signed by an authority or by itself.

    Its use period is written in it (RFC 3280, 4.2.1.4): whoever has the certificates has the calendar. Not checked:
    whether the times of the authority contain those of the certificate.
    """
    periods = load_periods()[plan.kind]
    serial = x509.random_serial_number()
    subject = _make_name(plan, serial)
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer.subject if issuer else subject,
        public_key=key.public_key(),
        serial_number=serial,
        not_valid_before=plan.begins,
        not_valid_after=plan.begins + periods.valid,
    )
    signing = issuer_key or key
    for extension, critical in _list_extensions(plan, key, signing, until=plan.used_from + periods.used):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing, SHA256())


def _make_name(plan: Plan, serial: int) -> x509.Name:
    """Give a name that no other certificate of the country has."""
    titles = {"csca": "CSCA", "signer": "DSC", "upload": "Upload", "tls": "TLS client"}
    common = f"{plan.country} {titles[plan.kind]} {plan.begins:%Y-%m-%d} {serial & 0xFFFFFFFF:08X}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, plan.country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, plan.organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _list_extensions(
    plan: Plan, key: PrivateKey, signing: PrivateKey, *, until: datetime
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    authority = plan.kind == "csca"
    yield x509.BasicConstraints(ca=authority, path_length=0 if authority else None), True
    # A TLS certificate that signs itself needs the usage for OpenSSL to accept it. Source: GDHCN, TLS client template.
    yield (
        _say_usages(digital_signature=not authority, cert_sign=authority or plan.kind == "tls", crl_sign=authority),
        True,
    )
    yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False
    yield x509.PrivateKeyUsagePeriod(plan.used_from.replace(tzinfo=None), until.replace(tzinfo=None)), False
    if plan.kind == "tls":
        yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False
    if plan.kind == "signer" and plan.usages:
        named = [x509.ObjectIdentifier(f"1.3.6.1.4.1.1847.2021.1.{HEALTH[usage]}") for usage in plan.usages]
        yield x509.ExtendedKeyUsage(named), False


def _say_usages(*, digital_signature: bool, cert_sign: bool, crl_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
