"""What a site signs of a dose, and whether it did: the bytes are the same wherever they are written again."""

from __future__ import annotations

import base64
import binascii
import json

from xacthuc.certificates.cose import is_signed_part
from xacthuc.certificates.signer import Signer, name_algorithm
from xacthuc_server.issuing.keys import find_certificate, get_folder
from xacthuc_server.people.models import Dose

FORM = "xacthuc dose 1"  # another form of the bytes is another word

FIELDS = ("dose_no", "vaccine", "lot", "dose_date", "site")


def write_dose(dose: Dose) -> bytes:
    """Give the bytes that stand for a dose of record: whose it is, who entered it, what was given when and where."""
    said = {name: getattr(dose, name) for name in FIELDS}
    said |= {"form": FORM, "dose": dose.id, "person": dose.person_id, "stated": dose.digest}
    said |= {"organisation": dose.organisation.code}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sign(part: bytes, *, signer: Signer) -> str:
    """Give a signature with the id of its key, as a text."""
    return f"{signer.certificate.kid.hex()}.{base64.b64encode(signer.sign(part)).decode()}"


def is_signed(dose: Dose) -> bool:
    """Tell whether the site of a dose has signed it as it is now, by the keys of that site."""
    kid, _, signature = dose.signature.partition(".")
    certificate = find_certificate(get_folder(dose.organisation), kid) if kid and signature else None
    if certificate is None:
        return False
    try:
        signed = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    return is_signed_part(write_dose(dose), signed, key=certificate.key, algorithm=name_algorithm(certificate.key))
