"""Signing certificates and list keys for tests, all made on the spot."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.signed import ListKey, make_key, use_key

NOON = datetime(2021, 11, 1, 12, tzinfo=UTC)


def make_certificate(country: str = "VN", *, usages: tuple[str, ...] = (), serial: int = 1) -> SigningCertificate:
    """Give a signing certificate that signs itself, with a new key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, country)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, NOON, NOON + timedelta(days=730))
    if usages:
        named = x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage) for usage in usages])
        builder = builder.add_extension(named, critical=False)
    return read_certificate(builder.sign(key, SHA256()).public_bytes(Encoding.DER))


def new_key() -> ListKey:
    """Give a new key that signs lists."""
    return use_key(make_key())


def make_header(key: ListKey, *, number: int = 1, nominal: int = 1_000, **said: object) -> Header:
    """Give the header of a set before it is built."""
    given: dict[str, object] = {
        "name": "vn", "number": number, "nominal": nominal, "count": 0, "table": "", "signer": key.public,
        "complete_as_of": NOON + timedelta(days=number), "expires": NOON + timedelta(days=number + 7),
        "scope": frozenset(), "keys": frozenset(),
    }  # fmt: skip
    return Header(**(given | said))  # type: ignore[arg-type]  # the fields by their names


def b64(data: bytes) -> str:
    """Give base64 as most lists write it."""
    return base64.b64encode(data).decode()


def write_json_list(*certificates: SigningCertificate) -> bytes:
    """Give the plainest list: kid and certificate."""
    return json.dumps(
        [{"kid": b64(one.kid), "certificate": b64(one.certificate or b"")} for one in certificates]
    ).encode()
