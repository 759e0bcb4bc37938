"""Issue a certificate: a checked payload, signed and written as the text of a QR code.

Nothing leaves that was not read back: a signer that fails, fails here and not at a border.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from xacthuc.certificates.cbor import write_cbor
from xacthuc.certificates.claims import DCC, EXP, HCERT, IAT, ISS, read_health_certificate
from xacthuc.certificates.cose import is_signed_part, write_cose, write_protected, write_signed_part
from xacthuc.certificates.hc1 import write_hc1
from xacthuc.certificates.signer import Signer
from xacthuc.certificates.stages import Unreadable

LONGEST = timedelta(days=366)  # QĐ 5772: twelve months after it was made


class IssueRefused(Exception):
    """A certificate must not be made so, or came out of the signer wrong: a code of texts/certificates.toml."""

    def __init__(self, code: str) -> None:
        """Keep the code; the holder is named nowhere."""
        super().__init__(code)
        self.code = code


class Issuer:
    """Issues certificates with one signer, from one moment to another.

    What is the same in all of them is written once. Raises IssueRefused where the certificates would outlive the
    signing certificate, begin before it, or last longer than twelve months.
    """

    def __init__(
        self, signer: Signer, *, country: str, issued: datetime, expires: datetime, check: bool = True
    ) -> None:
        """Take a signer; with `check` every certificate is read back before it is given."""
        certificate = signer.certificate
        if certificate.not_before and issued < certificate.not_before:
            raise IssueRefused("issue_before_key")
        if certificate.not_after and expires > certificate.not_after:
            raise IssueRefused("issue_beyond_key")
        if not issued < expires <= issued + LONGEST:
            raise IssueRefused("issue_times")
        if certificate.usages and "vaccination" not in certificate.usages:
            raise IssueRefused("issue_usage")
        if certificate.country and certificate.country != country:
            raise IssueRefused("issue_country")
        self.signer = signer
        self.check = check
        self._protected = write_protected(algorithm=signer.algorithm, kid=certificate.kid)
        before = {ISS: country, EXP: int(expires.timestamp()), IAT: int(issued.timestamp())}
        self._before = b"\xa4" + write_cbor(before)[1:] + write_cbor(HCERT) + b"\xa1" + write_cbor(DCC)

    def issue(self, payload: Mapping[str, Any]) -> str:
        """Give the text of a certificate; raises IssueRefused where it does not read back as what was put in.

        `payload` is what build_payload gives. Not checked: the payload.
        """
        claims = self._before + write_cbor(payload)
        signature = self.signer.sign(write_signed_part(self._protected, claims))
        text = write_hc1(write_cose(claims, protected=self._protected, signature=signature))
        if self.check:
            self.check_again(text, payload)
        return text

    def check_again(self, text: str, payload: Mapping[str, Any]) -> None:
        """Read a text as a verifier does; raises IssueRefused where signature or payload differ."""
        try:
            read = read_health_certificate(text)
        except Unreadable:
            raise IssueRefused("issue_self_check") from None
        key = self.signer.certificate.key
        signed = is_signed_part(read.part, read.signature, key=key, algorithm=read.algorithm)
        if not signed or read.code is not None or read.payload != payload:
            raise IssueRefused("issue_self_check")
