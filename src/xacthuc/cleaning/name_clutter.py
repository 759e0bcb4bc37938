"""What clerks write into the cell beside the name: numbers, nicknames, relations, forms of address, a second person."""

from __future__ import annotations

import re
from collections.abc import Callable

from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.name_words import SURNAME, Trait, is_abbreviation, read_word

_BRACKETS = re.compile(r"[(\[{（][^()\[\]{}（）]*(?:[)\]}）]|$)|[\"“”«»][^\"“”«»]*(?:[\"“”«»]|$)")
_STRAY = re.compile(r"[()\[\]{}（）\"“”«»]+")
_NUMBERING = re.compile(r"^[\s'‘’`´*•+.,;:/_–—-]*(?:\d{1,5}\s*(?:[.):/+-]\s*|\s+(?=[^\W\d_])))*[\s*•+.,;:/_–—-]*")
_TAIL = re.compile(r"[\s*+,;:/_'‘’`´–—-]+$")
_DOT_TAIL = re.compile(r"(\S*?)\.+$")
_APOSTROPHES = re.compile("[‘’`´ʼ′]")
_INNER_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_SYMBOLS = re.compile(r"_+")
_LETTER = re.compile(r"[^\W\d_]")
_BORN = re.compile(r"(?i)[\s,;/-]+(?:(?:sinh năm|sinh ngày|sinh|năm|sn|ns)[\s:.]*)?\d{1,2}?(?:[/.-]?\d+)+$")
_EDGE = re.compile(r"^[\W\d_]|[\W_]$")
_SIGN = re.compile("[_‘’`´ʼ′‐‑‒–—−]|[^\\W\\d_]\\.[^\\W\\d_]")
_SEVERAL = re.compile(r"[\n\r+/;&|,]|\s-\s|\s(?i:và|với|cùng|and)\s")
_PEOPLE = re.compile(r"\s*(?:[\n\r+/;&|]+|\s-\s|,|\s(?i:và|với|cùng|and)\s)\s*")
_HYPHEN = re.compile(r"[‐‑‒–—−]")


def drop_clutter(text: str) -> tuple[str, set[str]]:
    """Give the text without all that is not the name, blanks single, and the finding codes of what was taken off."""
    found: set[str] = set()
    for code, sign, drop in _STEPS:
        if sign is not None and not sign.search(text):
            continue
        dropped = " ".join(drop(text).split())
        if dropped != text:
            found.add(code)
        text = dropped
    return text, found


def drop_told_relation(text: str) -> tuple[str, set[str]]:
    """Do the same for a text of letters and single blanks, where only a relation can be too much."""
    dropped = drop_relation(text)
    return dropped, {"name_nickname"} if dropped != text else set()


def drop_brackets(text: str) -> str:
    """Give the text without what stands in brackets or quotation marks; a text that is no name without it keeps it."""
    outside = _BRACKETS.sub(" ", text)
    words = outside.split()
    if not _LETTER.search(outside) or (
        "," not in text and read_word(words[-1]).traits & Trait.MARKER and not _opens_with_given(words)  # Lê Văn "Tèo"
    ):
        outside = text
    return _STRAY.sub(" ", outside)


def _opens_with_given(words: list[str]) -> bool:
    """Tell whether the given name was put first: Tài Lê Văn (Tèo)."""
    if len(words) < 3:
        return False
    first, second = read_word(words[0]).traits, read_word(words[1]).traits
    return bool(second & (Trait.SURE | Trait.COMMON)) and not first & (Trait.SURE | Trait.MARKER)


def drop_edges(text: str) -> str:
    """Give the text without numbering before it and stray signs around it; the dot of an abbreviation stays."""
    text = _TAIL.sub("", _NUMBERING.sub("", text, count=1))
    match = _DOT_TAIL.search(text)
    if match and text.endswith(".") and not _ends_short(match.group(1)):
        text = _TAIL.sub("", text[: match.end(1)])
    return text


def _ends_short(word: str) -> bool:
    # At the end a dot after a whole syllable is a full stop.
    return len(word) == 1 or is_abbreviation(word)


def unify_signs(text: str) -> str:
    """Give the text with one kind of apostrophe and hyphen, and a blank where dots or underscores part words."""
    text = _SYMBOLS.sub(" ", _HYPHEN.sub("-", _APOSTROPHES.sub("'", text)))
    pieces = []
    for piece in text.split(" "):
        parts = _INNER_DOT.split(piece)
        if len(parts) > 1:
            piece = " ".join(f"{part}." if len(part) == 1 or is_abbreviation(part) else part for part in parts[:-1])
            piece = f"{piece} {parts[-1]}"
        pieces.append(piece)
    return " ".join(pieces)


def drop_relation(text: str) -> str:
    """Give the text without a relation after the name: '- vợ ông Ba', 'con bà Tám'.

    Without a dash or comma before it, a relation is taken off only after two words and before a word for a relative.
    """
    words, lexicon = text.split(" "), load_lexicon()
    for at, word in enumerate(words[1:-1], start=1):
        lower, plain = word.lower(), word.strip("-,;/").lower()
        if plain not in lexicon.all_relations or (word != lower and word != word.upper()):
            continue
        parted = word[0] in "-,;/" or words[at - 1][-1:] in ("-", ",", ";", "/")
        following = words[at + 1].rstrip(".").lower()
        sure = plain in lexicon.relations
        if parted or (
            sure and at >= 2 and following in lexicon.relatives and words[at - 1].lower() not in ("văn", "thị")
        ):
            return " ".join(words[:at]).rstrip("-,;/ ")
    return text


def drop_birth(text: str) -> str:
    """Give the text without a year or date of birth behind the name ('sinh năm 1990', '- 1990')."""
    match = _BORN.search(text)
    digits = sum(map(str.isdigit, match.group())) if match else 0
    return text[: match.start()] if match and digits >= 4 else text


def drop_title(words: list[str]) -> list[str]:
    """Give the words without the form of address before them ('Bà', 'Cháu', 'Mr.')."""
    lexicon = load_lexicon()
    first, rest = words[0].rstrip(".").lower(), words[1:]
    if rest and f"{first} {rest[0].lower()}" in lexicon.titles:
        first, rest = f"{first} {rest[0].lower()}", rest[1:]
    if first in lexicon.foreign_titles and rest and (len(rest) > 1 or words[0].endswith(".")):
        return rest
    if first not in lexicon.titles or len(rest) < 2:
        return words
    traits = [read_word(word).traits for word in rest]
    surname = traits[0] & (Trait.SURE | Trait.COMMON | Trait.BARE_SURNAME)
    ends_short = bool(traits[-1] & Trait.MARKER)
    if not surname or ends_short:
        return words
    if first in lexicon.title_names and (len(rest) < 3 or _could_be_given_first(first, rest)):
        return words
    return rest


def _could_be_given_first(title: str, rest: list[str]) -> bool:
    # "Anh Lê Thị Thu" is Lê Thị Thu Anh: nobody calls a woman Anh. "Anh Lê Văn Hùng" is a man called so.
    return title in ("anh", "em") and rest[1].lower() != "văn"


def split_people(text: str) -> list[str]:
    """Give the parts of a text that names several people; one part where it names one or that is not plain.

    Each part must open with a surname and have two words at least.
    """
    if not _SEVERAL.search(text):
        return [text]
    parts = [part for part in _PEOPLE.split(text.strip()) if part]
    if len(parts) < 2:
        return [text]
    for part in parts:
        words = part.split()
        if len(words) > 2 and words[0].lower() in load_lexicon().titles:
            words = words[1:]
        if len(words) < 2 or not read_word(words[0]).traits & (SURNAME | Trait.BARE_SURNAME):
            return [text]
    return parts


# What is taken off, the finding that tells it, and a sign without which there is nothing to do.
_STEPS: tuple[tuple[str, re.Pattern[str] | None, Callable[[str], str]], ...] = (
    ("name_nickname", _STRAY, drop_brackets),
    ("name_punctuation", _EDGE, drop_edges),
    ("name_nickname", None, drop_relation),
    ("name_nickname", _BORN, drop_birth),
    ("name_punctuation", _SIGN, unify_signs),
    ("name_punctuation", _EDGE, drop_edges),
)
