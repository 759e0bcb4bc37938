"""Vietnamese as it was typed before Unicode: the letters of TCVN3 (ABC) and VNI fonts, and Telex keystrokes.

The tables come from viparse (MIT); Telex follows the keyboard rule taught everywhere: aa aw dd ee oo ow uw, then
f s r x j.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from viparse.normalize.encodings import get_charmap

TELEX_SHAPES = {"\u0302": "{base}", "\u0306": "w", "\u031b": "w"}  # circumflex doubles the letter
TELEX_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def write_tcvn3(text: str) -> str:
    """Give the characters that a TCVN3 font shows as this text; it has no capitals with a tone."""
    return _write(text, "tcvn3")


def write_vni(text: str) -> str:
    """Give the characters that a VNI font shows as this text."""
    return _write(text, "vni")


def write_telex(syllable: str) -> str:
    """Give the keystrokes of one syllable as they stay when the keyboard was off; unchanged if it has no mark."""
    keys, tone = "", ""
    for letter in unicodedata.normalize("NFC", syllable):
        if letter in ("đ", "Đ"):
            keys += "dd" if letter == "đ" else "Dd"
            continue
        base, *marks = list(unicodedata.normalize("NFD", letter))
        keys += base
        for mark in marks:
            tone = TELEX_TONES.get(mark, tone)
            keys += TELEX_SHAPES.get(mark, "").format(base=base.lower())
    return keys + tone


def _write(text: str, font: str) -> str:
    letters = _letters(font)
    return "".join(
        letters.get(letter) or letters.get(letter.lower()) or letter for letter in unicodedata.normalize("NFC", text)
    )


@cache
def _letters(font: str) -> dict[str, str]:
    charmap = get_charmap(font)
    assert charmap is not None, f"no character table {font}"
    letters: dict[str, str] = {}
    for source, letter in charmap.pairs:
        letters.setdefault(unicodedata.normalize("NFC", letter), source)
    return letters
