"""The ASCII keys of a name: the marked key says the same name, the base and the fold key only propose."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from xacthuc.cleaning.syllables import place_tone
from xacthuc.codes.names import load_names

_MARKS = {
    "\u0302": "c", "\u0306": "b", "\u031b": "h", "\u0308": "u", "\u030a": "o", "\u030c": "v", "\u0327": "q",
    "\u0326": "q", "\u0328": "k", "\u0304": "m", "\u030b": "e", "\u0307": "a",
    "\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j",
}  # fmt: skip
_ORDER = {mark: at for at, mark in enumerate("dhcbuovqkmeafsrxj")}  # shapes before tones
_LOWER = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyz")
_BREAKS = re.compile(r"[\s\-\u2010-\u2015]+")


def make_name_key(name: str) -> str | None:
    """Give the marked key of a name, 'Nguyễn Thị Đào' -> 'NGUYEcxN<THIj<DdAfO'; None where no letter is left.

    Tone placement, case, NFC or NFD, apostrophes, dots and digits make no difference; blanks and hyphens part words.
    Letters by ICAO Doc 9303 part 3. Scripts without a table are left out: see `has_unknown_letters`.
    """
    words = [make_word_key(word) for word in _BREAKS.split(unicodedata.normalize("NFC", name))]
    return "<".join(word for word in words if word) or None


@lru_cache(maxsize=1 << 15)
def make_word_key(word: str) -> str:
    """Give the marked key of one word; "" where it has no letter."""
    return "".join(_key_letter(letter) for letter in place_tone(word))


def make_base_key(key: str) -> str:
    """Give the ICAO base key: the marked key without its marks."""
    return key.translate(_LOWER)


def make_fold_key(key: str) -> str:
    """Give the key for candidates: base key, regional variants and i/y folded, words sorted.

    Equal fold keys prove nothing.
    """
    return "<".join(sorted(fold_word(word) for word in make_base_key(key).split("<")))


def fold_word(word: str) -> str:
    """Give one word of a base key with its regional variant and i/y folded."""
    word = _fold_iy(word)
    return _list_variants().get(word, word)


def _fold_iy(word: str) -> str:
    return word[:-1] + "I" if word.endswith("Y") and word[:-1] in load_names().iy.beginnings else word


def has_unknown_letters(text: str) -> bool:
    """Tell whether the text holds letters that no key can carry (Han, Hangul, Khmer ...)."""
    return any(letter.isalpha() and not _key_letter(letter) and letter not in "ьЬ" for letter in text)


@lru_cache(maxsize=1 << 12)
def _key_letter(letter: str) -> str:
    table = _list_letters()
    if letter in table:
        return table[letter]
    upper = letter.upper()
    if upper in table:
        return table[upper]
    marks: list[str] = []
    out = ""
    for part in unicodedata.normalize("NFD", upper):
        if part in _MARKS:
            marks.append(_MARKS[part])
        elif part in table:
            out += table[part]
        elif part.isascii() and part.isalpha():
            out += part
    if not out:
        return ""
    return out + "".join(sorted(marks, key=_ORDER.__getitem__))


@cache
def _list_letters() -> dict[str, str]:
    text = (resources.files("xacthuc.cleaning") / "letters.toml").read_text(encoding="utf-8")
    return {letter: key for table in tomllib.loads(text).values() for letter, key in table.items()}


@cache
def _list_variants() -> dict[str, str]:
    """Give for each base word of a group of variants the one that stands for it.

    Without marks, groups run into one another (Thái/Thới and Thì/Thời): a word stays where it stood first, for if such
    groups were joined, Thị would be Thái.
    """
    stands: dict[str, str] = {}
    for group in load_names().variants:
        first, *others = (_fold_iy(make_base_key(make_word_key(word))) for word in group)
        leader = stands.setdefault(first, first)
        for other in others:
            stands.setdefault(other, leader)
    return stands
