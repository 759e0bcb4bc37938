"""One word of a name: how it is shown, its keys, and what it tells about the name it stands in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from xacthuc.cleaning.encodings import has_letter_beyond_latin1
from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.lookalikes import mend_lookalikes
from xacthuc.cleaning.marks import fold_word, has_unknown_letters, make_base_key, make_word_key
from xacthuc.cleaning.syllables import is_syllable, place_tone
from xacthuc.cleaning.telex import decode_telex, decode_vni_typing


class Trait:
    """What a word tells, as bits of an integer (IntFlag costs ten times as much); the lowest three are repairs."""

    CASE: Final = 1 << 0
    UNICODE: Final = 1 << 1
    TONE: Final = 1 << 2
    MARKED: Final = 1 << 3  # has a mark of its own
    SURE: Final = 1 << 4  # surnames: see names.toml
    COMMON: Final = 1 << 5
    RARE: Final = 1 << 6
    GIVEN: Final = 1 << 7
    MARKER: Final = 1 << 8  # Thị, Văn
    BARE_SURNAME: Final = 1 << 9  # without marks, could be a surname that lost them
    BARE_ONLY: Final = 1 << 10  # without marks, though as a name it has some
    KNOWN_BASE: Final = 1 << 11  # the letters, marks aside, are those of a name
    KHMER: Final = 1 << 12  # surnames of the Khmer that are given names of the others
    BARE_MARKER: Final = 1 << 13  # Thi, Van
    FREQUENT_BASE: Final = 1 << 14  # the letters of a most frequent surname
    NEVER_LAST: Final = 1 << 15  # Thị
    ODD: Final = 1 << 16  # needs the whole name to be looked at
    SHORTENED: Final = 1 << 17  # Ng., T
    DIGITS: Final = 1 << 18
    UNKNOWN: Final = 1 << 19  # holds letters that no key can carry
    UNCLEAR: Final = 1 << 20  # holds signs that no name has
    TYPED: Final = 1 << 21  # looks like keystrokes, or two syllables with a hyphen
    TITLE: Final = 1 << 23
    OPENING: Final = 1 << 22  # a cell that begins so may hold no name


SURNAME = Trait.SURE | Trait.COMMON | Trait.RARE
_LETTERS = re.compile(r"[^\W\d_]+")
_NO_VOWEL = re.compile(r"(?i)[bcdđfghjklmnpqrstvwxz]{1,4}\.?")
_SHORT = re.compile(r"[^\W\d_]{1,4}\.")
_PLAIN = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*\.?")
_APOSTROPHE = re.compile(r"^(.)'(.+)$")


@dataclass(frozen=True)
class NameWord:
    """A word in Title Case with its tone in one place, its marked key and its folded base key."""

    shown: str
    key: str
    fold: str
    traits: int


@lru_cache(maxsize=1 << 16)
def read_word(word: str) -> NameWord:
    """Read one word without blanks; any text is taken, what is not plain letters is marked ODD."""
    composed = unicodedata.normalize("NFC", word)
    placed = place_tone(composed)
    shown = show_word(placed)
    key = "<".join(filter(None, map(make_word_key, shown.split("-"))))
    fold = "<".join(fold_word(part) for part in make_base_key(key).split("<"))
    traits = _tell_repairs(word, composed, placed, shown) | _tell_role(shown, key) | _tell_oddity(shown, composed)
    return NameWord(shown, key, fold, traits)


def show_word(word: str) -> str:
    """Give the word in Title Case; words in mixed case that are no syllable stay (McDonald, H'Hen)."""
    if "-" in word:
        return "-".join(map(show_word, word.split("-")))
    cased = word.isupper() or word.islower() or is_syllable(word)
    apostrophe = _APOSTROPHE.match(word)
    if apostrophe:
        rest = apostrophe.group(2)
        return apostrophe.group(1).upper() + "'" + (_capitalise(rest) if cased or rest.islower() else rest)
    return _capitalise(word) if cased else word


def _capitalise(word: str) -> str:
    # Not str.capitalize, which splits ŉ or ǰ in two on the second pass.
    lower = word.lower()
    first = lower[:1].upper()
    return (first if len(first) == 1 else lower[:1]) + lower[1:]


def _tell_repairs(word: str, composed: str, placed: str, shown: str) -> int:
    return (
        (Trait.UNICODE if composed != word else 0)
        | (Trait.TONE if placed != composed else 0)
        | (Trait.CASE if shown != placed else 0)
    )


def _tell_role(shown: str, key: str) -> int:
    words, base = load_lexicon(), make_base_key(key)
    bare, lower = shown.isascii(), shown.lower().rstrip(".")
    return (
        (Trait.MARKED if base != key else 0)
        | (Trait.SURE if shown in words.sure else 0)
        | (Trait.COMMON if shown in words.common else 0)
        | (Trait.RARE if shown in words.rare else 0)
        | (Trait.GIVEN if shown in words.given else 0)
        | (Trait.MARKER if shown in words.markers else 0)
        | (Trait.BARE_SURNAME if bare and base in words.surname_bases else 0)
        | (Trait.BARE_ONLY if bare and base in words.bare_only else 0)
        | (Trait.KNOWN_BASE if base in words.name_bases else 0)
        | (Trait.TITLE if lower in words.titles else 0)
        | (Trait.BARE_MARKER if shown in ("Thi", "Van") else 0)
        | (Trait.FREQUENT_BASE if base in words.frequent_bases else 0)
        | (Trait.KHMER if shown in words.khmer else 0)
        | (Trait.NEVER_LAST if shown == "Thị" else 0)
        | (Trait.OPENING if lower in words.first_words else 0)
    )


def _tell_oddity(shown: str, composed: str) -> int:
    letters = composed.isalpha()
    typed = "-" in composed or decode_telex(composed) is not None
    typed = typed or (not letters and decode_vni_typing(composed) is not None)
    unknown = not composed.isascii() and has_unknown_letters(composed)
    digits = not letters and any(letter.isdigit() for letter in composed)
    traits = (
        (Trait.SHORTENED if is_abbreviation(composed) else 0)
        | (Trait.DIGITS if digits else 0)
        | (Trait.UNKNOWN if unknown else 0)
        | (Trait.UNCLEAR if not letters and not digits and not _PLAIN.fullmatch(shown) else 0)
        | (Trait.TYPED if typed else 0)
    )
    return traits | (Trait.ODD if typed or unknown or digits or _is_odd(composed) else 0)


def _is_odd(composed: str) -> bool:
    """Tell whether `clean_name` may do more with the word than show it, whatever stands beside it."""
    lower, words = composed.lower().rstrip("."), load_lexicon()
    letters = composed[:-1] if _SHORT.fullmatch(composed) else composed
    if not _LETTERS.fullmatch(letters) or mend_lookalikes(composed) != composed:
        return True
    if any(lower in some for some in (words.joiners, words.not_names, words.products, words.foreign_titles)):
        return True
    if lower in words.relations and letters != letters.capitalize():
        return True
    regular = letters.isupper() or letters.islower() or letters == letters.capitalize()
    return not regular or not (letters.isascii() or is_syllable(letters) or has_letter_beyond_latin1(letters))


def is_abbreviation(word: str) -> bool:
    """Tell whether a word is shortened: letters without a vowel (Ng, T, Th.) or short with a dot (A., Ng.)."""
    return bool(_NO_VOWEL.fullmatch(word) or _SHORT.fullmatch(word))
