"""Names as machines read them: A to Z, with "<" between words.

Source: ICAO Doc 9303, part 3, section 6 (transliteration A) and part 3, 4.6 (what is left out). Where it leaves a
choice, the first is taken: Ä is AE. Đ is D; marks of Vietnamese and of the languages of its peoples (Ê Đê, Gia Rai,
Chăm) are dropped.
"""

from __future__ import annotations

import unicodedata

NAME_LENGTH = 80  # letters of a field. Source: EU DCC schema 1.3

# Letters that no decomposition turns into A to Z.
_LETTERS = str.maketrans(
    {
        "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ɖ": "D", "Ħ": "H", "İ": "I", "ı": "I", "Ĳ": "IJ",
        "ĸ": "Q", "Ŀ": "L", "Ł": "L", "ŉ": "N", "Ŋ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE", "ß": "SS", "ẞ": "SS",
        "Ŧ": "T", "Þ": "TH", "Ü": "UE", "Ƀ": "B", "Ɓ": "B", "Ɨ": "I", "Ʉ": "U", "Ɗ": "D", "Ɛ": "E", "Ɔ": "O",
    }
)  # fmt: skip

_APOSTROPHES = set("'’‘ʼʻʹ´`′ˈ.,\u00b7")  # left out, and so are full stops: K'Rông is KRONG, "Nguyễn T. An" NGUYEN<T<AN
_MARKS = ("Mn", "Lm")  # what a letter carries, or what stands for a mark: ʰ, ˀ


def transliterate(name: str) -> str | None:
    """Give a name in A to Z and "<", at most NAME_LENGTH signs; None where it has another script's letter, or none.

    Blanks and hyphens are one "<", apostrophes and full stops nothing. Not checked: which part is the family's.
    """
    upper = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper())
    signs: list[str] = []
    for sign in upper.translate(_LETTERS):
        if sign in _APOSTROPHES or unicodedata.category(sign) in _MARKS:
            continue
        plain = unicodedata.normalize("NFD", sign)[0].translate(_LETTERS)
        if plain.isascii() and plain.isalpha():
            signs.append(plain)
        elif sign.isspace() or unicodedata.category(sign) == "Pd":
            signs.append("<")
        else:
            return None
    words = [word for word in "".join(signs).split("<") if word]
    return "<".join(words)[:NAME_LENGTH].rstrip("<") or None


def divide_name(name: str) -> tuple[str, str]:
    """Give family name and given names of a Vietnamese name as it is written: the first word, and the others.

    A single name is a family name. Not checked: names whose family's part has two words.
    """
    family, _, given = " ".join(unicodedata.normalize("NFC", name).split()).partition(" ")
    return family, given
