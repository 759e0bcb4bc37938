"""Who signs: a key that may lie in a file or in a token that never gives it away.

A signer signs and says with which certificate; that is all that issuing knows of keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xacthuc.certificates.cose import read_der
from xacthuc.certificates.keys import PublicKey, SigningCertificate

KEY_BYTES = 16 << 10  # of a key file; RSA-8192 has 6,400

_ECDSA = ECDSA(SHA256())
_PSS = PSS(mgf=MGF1(SHA256()), salt_length=PSS.DIGEST_LENGTH)


class SignerUnusable(Exception):
    """A key that cannot sign: a code of texts/certificates.toml, and never anything of the key."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class Signer(Protocol):
    """What signs certificates; `certificate` is the one by which others check it."""

    @property
    def certificate(self) -> SigningCertificate:
        """Give the certificate of the key."""

    @property
    def algorithm(self) -> Literal["ES256", "PS256"]:
        """Give the algorithm of the key."""

    def sign(self, part: bytes) -> bytes:
        """Give the signature over some bytes, as COSE writes it: r and s, or the number of PS256."""


class FileSigner:
    """Signs with a private key that this process holds."""

    def __init__(self, key: EllipticCurvePrivateKey | RSAPrivateKey, *, certificate: SigningCertificate) -> None:
        """Take a key and its certificate; raises SignerUnusable where they do not belong together."""
        if key.public_key() != certificate.key:
            raise SignerUnusable("issue_key_other")
        self._key = key
        self.certificate = certificate
        self.algorithm: Literal["ES256", "PS256"] = name_algorithm(certificate.key)

    def sign(self, part: bytes) -> bytes:
        """Give the signature over some bytes."""
        if isinstance(self._key, EllipticCurvePrivateKey):
            return read_der(self._key.sign(part, _ECDSA))
        return self._key.sign(part, _PSS, _ECDSA.algorithm)


def open_key_file(path: Path, *, certificate: SigningCertificate) -> FileSigner:
    """Open a private key in PEM, which nobody but its owner may read. Raises SignerUnusable."""
    if path.stat().st_mode & 0o077:
        raise SignerUnusable("issue_key_open")
    with path.open("rb") as stream:
        text = stream.read(KEY_BYTES)
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        raise SignerUnusable("issue_key_unusable") from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise SignerUnusable("issue_key_unusable")
    return FileSigner(key, certificate=certificate)


def name_algorithm(key: PublicKey) -> Literal["ES256", "PS256"]:
    """Give the one algorithm that a key signs with."""
    return "ES256" if isinstance(key, EllipticCurvePublicKey) else "PS256"
