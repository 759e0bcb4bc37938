"""One word of a name: how it is shown, its keys, and what it tells about the name it stands in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache

from xacthuc.cleaning.encodings import has_letter_beyond_latin1
from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.lookalikes import mend_lookalikes
from xacthuc.cleaning.marks import fold_word, has_unknown_letters, make_base_key, make_word_key
from xacthuc.cleaning.syllables import is_syllable, place_tone
from xacthuc.cleaning.telex import decode_telex


class Trait(IntFlag):
    """What a word tells. The first three are repairs of the word itself."""

    CASE = 1
    UNICODE = 2
    TONE = 4
    MARKED = 8  # has a mark of its own
    SURE = 16  # surnames: see names.toml
    COMMON = 32
    RARE = 64
    GIVEN = 128
    MARKER = 256  # Thị, Văn
    BARE_SURNAME = 512  # without marks, could be a frequent surname that lost them
    BARE_ONLY = 1024  # without marks, though as a name it has some
    KNOWN_BASE = 2048  # the letters, marks aside, are those of a name
    TITLE = 4096
    BARE_MARKER = 8192  # Thi, Van
    FREQUENT_BASE = 16384  # the letters of a most frequent surname
    OPENING = 32768  # a cell that begins so may hold no name
    ODD = 65536  # needs the whole name to be looked at


SURNAME = Trait.SURE | Trait.COMMON | Trait.RARE
_LETTERS = re.compile(r"[^\W\d_]+")
_NO_VOWEL = re.compile(r"(?i)[bcdđfghjklmnpqrstvwxz]{1,4}\.?")
_SHORT = re.compile(r"[^\W\d_]{1,4}\.")
_APOSTROPHE = re.compile(r"^(.)'(.+)$")


@dataclass(frozen=True)
class NameWord:
    """A word in Title Case with its tone in one place, its marked key and its folded base key."""

    shown: str
    key: str
    fold: str
    traits: Trait


@lru_cache(maxsize=1 << 16)
def read_word(word: str) -> NameWord:
    """Read one word without blanks; any text is taken, what is not plain letters is marked ODD."""
    composed = unicodedata.normalize("NFC", word)
    placed = place_tone(composed)
    shown = show_word(placed)
    key = "<".join(filter(None, map(make_word_key, shown.split("-"))))
    fold = "<".join(fold_word(part) for part in make_base_key(key).split("<"))
    traits = _tell_repairs(word, composed, placed, shown) | _tell_role(shown, key) | _tell_odd(composed)
    return NameWord(shown, key, fold, traits)


def show_word(word: str) -> str:
    """Give the word in Title Case; words in mixed case that are no syllable stay (McDonald), as do parts after an apostrophe."""
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


def _tell_repairs(word: str, composed: str, placed: str, shown: str) -> Trait:
    traits = Trait(0)
    if composed != word:
        traits |= Trait.UNICODE
    if placed != composed:
        traits |= Trait.TONE
    if shown != placed:
        traits |= Trait.CASE
    return traits


def _tell_role(shown: str, key: str) -> Trait:
    words, base = load_lexicon(), make_base_key(key)
    traits = Trait(0)
    bare = shown.isascii()
    for trait, told in (
        (Trait.MARKED, base != key),
        (Trait.SURE, shown in words.sure),
        (Trait.COMMON, shown in words.common),
        (Trait.RARE, shown in words.rare),
        (Trait.GIVEN, shown in words.given),
        (Trait.MARKER, shown in words.markers),
        (Trait.BARE_SURNAME, bare and base in words.surname_bases),
        (Trait.BARE_ONLY, bare and base in words.bare_only),
        (Trait.KNOWN_BASE, base in words.name_bases),
        (Trait.TITLE, shown.lower() in words.titles),
        (Trait.BARE_MARKER, shown in ("Thi", "Van")),
        (Trait.FREQUENT_BASE, base in words.frequent_bases),
        (Trait.OPENING, shown.lower() in words.first_words),
    ):
        if told:
            traits |= trait
    return traits


def _tell_odd(composed: str) -> Trait:
    lower, words = composed.lower(), load_lexicon()
    if not _LETTERS.fullmatch(composed) or is_abbreviation(composed):
        return Trait.ODD
    if lower in words.joiners or lower in words.not_names or lower in words.foreign_titles:
        return Trait.ODD
    if lower in words.relations and composed != composed.capitalize():
        return Trait.ODD
    if decode_telex(composed) is not None or mend_lookalikes(composed) != composed:
        return Trait.ODD
    regular = composed.isupper() or composed.islower() or composed == composed.capitalize()
    if composed.isascii() or (regular and (is_syllable(composed) or has_letter_beyond_latin1(composed))):
        return Trait(0) if regular and not has_unknown_letters(composed) else Trait.ODD
    return Trait.ODD


def is_abbreviation(word: str) -> bool:
    """Tell whether a word is shortened: letters without a vowel (Ng, T, Th.) or short with a dot (A., Ng.)."""
    return bool(_NO_VOWEL.fullmatch(word) or _SHORT.fullmatch(word))
