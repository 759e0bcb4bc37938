"""The ASCII key by which spellings of a listed word are compared."""

from __future__ import annotations

import unicodedata


def list_key(text: str) -> str:
    """Give the letters and digits of a text, without marks, case, blanks and punctuation: "Vero-Cell " is VEROCELL.

    Vietnamese Đ is D. Not checked: letters outside Latin are left out, so such a text may have the key "".
    """
    plain = unicodedata.normalize("NFKD", text).replace("đ", "d").replace("Đ", "D").upper()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
