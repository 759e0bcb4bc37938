"""The identifier of a certificate (UVCI), with its check letter.

Source: eHealth Network, Guidelines on vaccination certificates, release 2, annex 2; the check letter is Luhn's,
reckoned with the 38 signs that an identifier may have, over all of it.
"""

from __future__ import annotations

import hashlib
import hmac

PREFIX = "URN:UVCI:"
VERSION = "01"
OPAQUE_BYTES = 16  # 32 hexadecimal digits, as Vietnam's own identifiers have
SECRET_BYTES = 32  # at least as much as is guessed in vain

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
_PLACES = {sign: place for place, sign in enumerate(_SIGNS)}
_ONCE = {sign: place for sign, place in _PLACES.items()}
_TWICE = {sign: 2 * place // len(_SIGNS) + 2 * place % len(_SIGNS) for sign, place in _PLACES.items()}


def make_uvci(about: str, *, country: str, secret: bytes) -> str:
    """Give the identifier of a certificate about something; the same secret and words always give the same.

    Nobody who lacks the secret can tell what it is about. `about` names a certificate and not only a person: a
    corrected certificate is about something else.
    """
    assert len(secret) >= SECRET_BYTES, "a secret that can be guessed"
    opaque = hmac.new(secret, about.encode(), hashlib.sha256).digest()[:OPAQUE_BYTES]
    body = f"{PREFIX}{VERSION}:{country}:{opaque.hex().upper()}"
    return f"{body}#{make_check_letter(body)}"


def make_check_letter(body: str) -> str:
    """Give the check letter of an identifier without its "#"; all its signs are of the alphabet."""
    total = sum(map(_TWICE.__getitem__, body[::-2])) + sum(map(_ONCE.__getitem__, body[-2::-2]))
    return _SIGNS[-total % len(_SIGNS)]


def is_checked(uvci: str) -> bool:
    """Tell whether an identifier ends in "#" and its right check letter, in capital letters or small ones."""
    body, _, letter = uvci.upper().rpartition("#")
    return bool(body) and set(body) <= _PLACES.keys() and letter == make_check_letter(body)
