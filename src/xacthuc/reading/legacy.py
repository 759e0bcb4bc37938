"""Text typed in the fonts of before Unicode (TCVN3, VNI, VISCII), and text folded for comparing headings.

Cell values stay as they were written; only headings, titles and words of order are decoded here, to be recognised.
The tables are those of the package viparse.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from viparse.normalize.encodings import get_charmap
from viparse.normalize.tables import convert

ENCODINGS = ("tcvn3", "vni", "viscii", "utf8")  # utf8: read as Western text, one letter for each byte

_NOT_WORD = re.compile(r"[^0-9a-z#]+")


def decode(text: str, encoding: str | None) -> str:
    """Give text of a legacy encoding as Unicode NFC; `None` means it is Unicode already."""
    if encoding is None or text.isascii():
        return unicodedata.normalize("NFC", text)
    if encoding == "utf8":
        return unicodedata.normalize("NFC", _undo_western(text))
    return str(convert(text, get_charmap(encoding)))


def _undo_western(text: str) -> str:
    """Give UTF-8 that was read as Windows-1252 or Latin-1 as what it was; other text as it is."""
    try:
        return b"".join(_get_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return text


def _get_byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


@lru_cache(maxsize=20_000)
def fold(text: str, encoding: str | None = None) -> str:
    """Give the words of a text as lower-case ASCII without marks, one blank between them.

    `đ` counts as `d`. Not checked: whether the text is Vietnamese.
    """
    plain = decode(text, encoding).lower().replace("đ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare).strip()
