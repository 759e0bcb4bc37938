"""Who signs: a key that may lie in a file or in a token that never gives it away.

A signer signs and says with which certificate; that is all that issuing knows of keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xacthuc.certificates.cose import read_der
from xacthuc.certificates.keys import PublicKey, SigningCertificate, make_kid, read_certificate

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


class SignerKey(Protocol):
    """Where a key lies and what opens it there; can be told to another process, which then opens its own signer."""

    @property
    def kid(self) -> bytes:
        """Give the id of the key."""

    def open(self) -> AbstractContextManager[Signer]:
        """Open the key for a while. Raises SignerUnusable."""


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


@dataclass(frozen=True)
class FileKey:
    """A private key in a file; `certificate` is its own in DER, `passphrase` opens it where it is encrypted."""

    path: Path
    certificate: bytes
    passphrase: bytes | None = field(default=None, repr=False)

    @property
    def kid(self) -> bytes:
        """Give the id of the key."""
        return make_kid(self.certificate)

    @contextmanager
    def open(self) -> Iterator[FileSigner]:
        """Open the key; see open_key_file."""
        yield open_key_file(self.path, certificate=read_certificate(self.certificate), passphrase=self.passphrase)


def open_key_file(path: Path, *, certificate: SigningCertificate, passphrase: bytes | None = None) -> FileSigner:
    """Open a private key in PEM, which nobody but its owner may read; `passphrase` where it is encrypted.

    Raises SignerUnusable.
    """
    if path.stat().st_mode & 0o077:
        raise SignerUnusable("issue_key_open")
    locked = is_locked(path)
    if locked and passphrase is None:
        raise SignerUnusable("issue_key_passphrase")
    try:
        key = load_pem_private_key(_read(path), password=passphrase if locked else None)
    except (ValueError, TypeError):
        raise SignerUnusable("issue_key_passphrase" if locked else "issue_key_unusable") from None
    if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
        raise SignerUnusable("issue_key_unusable")
    return FileSigner(key, certificate=certificate)


def is_locked(path: Path) -> bool:
    """Tell whether a private key in PEM is encrypted, by what its file says."""
    return b"ENCRYPTED" in _read(path)


def name_algorithm(key: PublicKey) -> Literal["ES256", "PS256"]:
    """Give the one algorithm that a key signs with."""
    return "ES256" if isinstance(key, EllipticCurvePublicKey) else "PS256"


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(KEY_BYTES)
