"""What tests of certificates share: keys made here, a trust list of them, payloads of invented people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xacthuc.certificates.cbor import write_cbor
from xacthuc.certificates.cose import write_cose, write_protected, write_signed_part
from xacthuc.certificates.hc1 import write_hc1
from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.payload import Built, CountedDose, Holder, build_payload
from xacthuc.certificates.signer import FileSigner, Signer
from xacthuc.certificates.trust import TrustList
from xacthuc.certificates.uvci import make_uvci

SECRET = bytes(range(32))
ISSUED = datetime(2022, 5, 1, tzinfo=UTC)
EXPIRES = ISSUED + timedelta(days=365)
AT = datetime(2022, 6, 1, tzinfo=UTC)
HEALTH = "1.3.6.1.4.1.1847.2021.1."


def make_certificate(key: Any, *, country: str = "VN", usages: tuple[str, ...] = (), serial: int = 7) -> bytes:
    """Give a signing certificate in DER, signed by itself."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, "DSC")]
    )
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(serial).not_valid_before(datetime(2021, 12, 1)).not_valid_after(datetime(2023, 12, 1))
    )
    if usages:
        named = [x509.ObjectIdentifier(usage) for usage in usages]
        builder = builder.add_extension(x509.ExtendedKeyUsage(named), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """Give the key of these tests."""
    return ec.derive_private_key(2021, ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Give an RSA key."""
    return rsa.generate_private_key(65537, 2048)


@cache
def make_signer(*, kind: str = "ec", country: str = "VN", usages: tuple[str, ...] = ()) -> FileSigner:
    """Give a signer."""
    key = ec_key() if kind == "ec" else rsa_key()
    return FileSigner(key, certificate=read_certificate(make_certificate(key, country=country, usages=usages)))


def make_trust(*certificates: SigningCertificate, as_of: datetime | None = AT) -> TrustList:
    """Give a list of certificates, by default of the moment of the check."""
    return TrustList(certificates or (make_signer().certificate,), as_of=as_of)


def make_issuer(signer: Signer | None = None, *, check: bool = True) -> Issuer:
    """Give an issuer."""
    return Issuer(signer or make_signer(), country="VN", issued=ISSUED, expires=EXPIRES, check=check)


def build(
    holder: Holder | None = None, dose: CountedDose | None = None, *, uvci: str | None = None, issuer: str = "Bộ Y tế"
) -> Built:
    """Build a payload, of an invented person if none is given."""
    return build_payload(
        holder or Holder("Nguyễn", "Thị Đào", "1980-02-03", nationality="VN"),
        dose or CountedDose("Vero Cell", 2, 2, date(2021, 9, 1)),
        uvci=make_uvci("a test", country="VN", secret=SECRET) if uvci is None else uvci,
        issuer=issuer,
        today=date(2022, 5, 1),
        evidence="both",
    )


def make_payload() -> dict[str, Any]:
    """Give a payload."""
    payload = build().payload
    assert payload is not None
    return payload


@dataclass(frozen=True)
class Forge:
    """Writes messages as nobody should: each part can be replaced."""

    payload: Any = None
    claims: dict[Any, Any] | None = None
    raw: bytes | None = None  # instead of the claims
    protected: bytes | None = None
    loose: dict[Any, Any] | None = None
    signer: FileSigner | None = None
    signature: bytes | None = None

    def write(self) -> bytes:
        """Give the signed message."""
        signer = self.signer or make_signer()
        kid = signer.certificate.kid
        protected = write_protected(algorithm=signer.algorithm, kid=kid) if self.protected is None else self.protected
        payload = make_payload() if self.payload is None else self.payload
        standing = {1: "VN", 4: int(EXPIRES.timestamp()), 6: int(ISSUED.timestamp()), -260: {1: payload}}
        body = write_cbor(standing | (self.claims or {})) if self.raw is None else self.raw
        signature = signer.sign(write_signed_part(protected, body)) if self.signature is None else self.signature
        if self.loose is None:
            return write_cose(body, protected=protected, signature=signature)
        return b"\xd2" + write_cbor([protected, self.loose, body, signature])

    def text(self) -> str:
        """Give the text of a QR code."""
        return write_hc1(self.write())
