"""Keystrokes left in a word: Telex ('Nguyeenx', 'Dduwcs') and VNI typing ('Nguye6n4', 'D9u71c')."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.syllables import VOWELS, is_syllable, place_tone, split_syllable

_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"2": "\u0300", "1": "\u0301", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HORN = {"o": "ơ", "u": "ư"}
_VNI_SHAPES = {"6": _CIRCUMFLEX, "7": _HORN, "8": {"a": "ă"}}
_TELEX_KEYS = re.compile(r"(?i)[sfrxj]|w|aa|ee|oo|dd|d$")
_VNI_KEYS = re.compile(r"(?i)[^\W\d_]+\d[^\W_]*")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


@lru_cache(maxsize=1 << 15)
def decode_telex(word: str) -> str | None:
    """Give the Vietnamese syllable that a word typed in Telex stands for; None if it is one already or none results.

    Case follows the word. Does not check that the syllable is a name, nor what stands beside it.
    """
    if not _LETTERS.fullmatch(word) or not _TELEX_KEYS.search(word) or is_syllable(word):
        return None
    return _finish(word, _type_telex(unicodedata.normalize("NFC", word.lower())))


@lru_cache(maxsize=1 << 15)
def decode_vni_typing(word: str) -> str | None:
    """Do the same for VNI typing; a lone tone digit after a name ('Hoa1') is a number, and gives None."""
    if not _VNI_KEYS.fullmatch(word):
        return None
    decoded = _finish(word, _type_vni(unicodedata.normalize("NFC", word.lower())))
    bare = word[:-1]
    if decoded is not None and bare.isalpha() and word[-1] in _VNI_TONES and is_syllable(bare):
        return None
    return decoded


def _finish(word: str, typed: tuple[list[str], str] | None) -> str | None:
    if typed is None:
        return None
    letters, tone = typed
    plain = "".join(letters).replace("ưo", "ươ")  # keyboards put the second horn by themselves
    at = max((at for at, letter in enumerate(plain) if letter in VOWELS), default=None)
    if at is None or (tone and _has_tone(plain)):
        return None
    syllable = place_tone(plain[: at + 1] + tone + plain[at + 1 :])
    if not is_syllable(syllable) or syllable == word.lower():
        return None
    if word.isupper() or (len(word) > 1 and word[:2].isupper() and word[-1].isupper()):
        return syllable.upper()
    return syllable.capitalize() if word[0].isupper() else syllable


def _has_tone(plain: str) -> bool:
    syllable = split_syllable(plain)
    return syllable is not None and syllable.tone != ""


def _type_telex(word: str) -> tuple[list[str], str] | None:
    letters: list[str] = []
    tone = ""
    for key in word:
        seen_vowel = any(letter in VOWELS for letter in letters)
        if key in _TELEX_TONES and seen_vowel and not tone:
            tone = _TELEX_TONES[key]
        elif key == "w":
            _press_w(letters)
        elif letters and letters[-1] == key and key in _CIRCUMFLEX:
            letters[-1] = _CIRCUMFLEX[key]
        elif key == "d" and letters and letters[0] == "d" and (len(letters) == 1 or seen_vowel):
            letters[0] = "đ"
        else:
            letters.append(key)
    return letters, tone


def _press_w(letters: list[str]) -> None:
    """Horn or breve on the last vowel that takes one; ươ as a pair; a ư of its own where none does."""
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] == "o":
            letters[at] = "ơ"
            if at and letters[at - 1] == "u" and (at == 1 or letters[at - 2] != "q"):
                letters[at - 1] = "ư"
            return
        if letters[at] in "au" and not (letters[at] == "a" and at and letters[at - 1] == "u"):
            letters[at] = {"a": "ă", "u": "ư"}[letters[at]]
            return
        if letters[at] == "ơ" and at and letters[at - 1] == "u":
            letters[at - 1] = "ư"
            return
        if letters[at] == "ư":
            return
    letters.append("ư")


def _type_vni(word: str) -> tuple[list[str], str] | None:
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _VNI_TONES and not tone:
            tone = _VNI_TONES[key]
        elif key == "9" and letters and letters[0] == "d":
            letters[0] = "đ"
        elif key in _VNI_SHAPES:
            if not _press_shape(letters, _VNI_SHAPES[key]):
                return None
        elif key.isdigit():
            return None
        else:
            letters.append(key)
    return letters, tone


def _press_shape(letters: list[str], shapes: dict[str, str]) -> bool:
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in shapes:
            pair = shapes is _HORN and letters[at] == "o" and at and letters[at - 1] == "u"
            letters[at] = shapes[letters[at]]
            if pair:
                letters[at - 1] = "ư"
            return True
    return False


def is_lookalike(word: str) -> bool:
    """Tell whether a word with Telex keys is also a name elsewhere ('Lee', 'Max')."""
    return word.lower() in load_lexicon().lookalikes
