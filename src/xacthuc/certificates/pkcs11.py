"""Sign with a key that lies in a token and never leaves it: PKCS#11, from a smart card to a hardware security module.

Source: OASIS PKCS#11 2.40. Only the hash of what is signed (ES256) or the bytes themselves (PS256) go to the token, and
only the signature comes back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pkcs11
from pkcs11 import MGF, Attribute, KeyType, Mechanism, ObjectClass

from xacthuc.certificates.cose import is_signed_part
from xacthuc.certificates.keys import SigningCertificate, make_kid, read_certificate
from xacthuc.certificates.signer import SignerUnusable, name_algorithm

_SALT = 32  # as long as the hash. Source: RFC 8230, 2
_PSS = (Mechanism.SHA256, MGF.SHA256, _SALT)
_KINDS = {"ES256": KeyType.EC, "PS256": KeyType.RSA}


class TokenSigner:
    """Signs with a key of a token; to be closed. Not to be handed to another process: each opens its own."""

    def __init__(self, module: Path, *, token: str, label: str, pin: str, certificate: SigningCertificate) -> None:
        """Open a session with a token by its driver `module`; `label` is the key's.

        Raises SignerUnusable where driver, token or key is missing, the PIN is wrong, the key could be taken out of the
        token, or it is not the key of `certificate`.
        """
        self.certificate = certificate
        self.algorithm: Literal["ES256", "PS256"] = name_algorithm(certificate.key)
        try:
            self._session = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin)
        except (pkcs11.PKCS11Error, RuntimeError):  # the second: no driver, or none of this machine
            raise SignerUnusable("issue_token_unusable") from None
        try:
            self._key = self._find_key(label)
            if not _is_key_of_certificate(self):
                raise SignerUnusable("issue_key_other")
        except BaseException:
            self.close()
            raise

    def sign(self, part: bytes) -> bytes:
        """Give the signature over some bytes; raises SignerUnusable where the token has gone."""
        try:
            if self.algorithm == "ES256":
                return bytes(self._key.sign(hashlib.sha256(part).digest(), mechanism=Mechanism.ECDSA))
            return bytes(self._key.sign(part, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=_PSS))
        except pkcs11.PKCS11Error:
            raise SignerUnusable("issue_token_unusable") from None

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def __enter__(self) -> TokenSigner:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the session."""
        self.close()

    def _find_key(self, label: str) -> Any:
        try:
            key = self._session.get_key(
                object_class=ObjectClass.PRIVATE_KEY, key_type=_KINDS[self.algorithm], label=label
            )
            leaves = key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]
        except pkcs11.PKCS11Error:
            raise SignerUnusable("issue_token_unusable") from None
        if leaves:
            raise SignerUnusable("issue_token_open")
        return key


@dataclass(frozen=True)
class TokenKey:
    """A private key in a token, by the token's driver; `certificate` is its own in DER."""

    module: Path
    token: str
    label: str
    pin: str = field(repr=False)
    certificate: bytes

    @property
    def kid(self) -> bytes:
        """Give the id of the key."""
        return make_kid(self.certificate)

    def open(self) -> TokenSigner:
        """Open a session of this process with the token; see TokenSigner."""
        certificate = read_certificate(self.certificate)
        return TokenSigner(self.module, token=self.token, label=self.label, pin=self.pin, certificate=certificate)


def _is_key_of_certificate(signer: TokenSigner) -> bool:
    """Tell whether what a token signs is right by its certificate: the only way to compare without the key."""
    part = b"xacthuc: which key is this?"
    return is_signed_part(part, signer.sign(part), key=signer.certificate.key, algorithm=signer.algorithm)
