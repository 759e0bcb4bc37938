"""One name as a clerk wrote it, cleaned: what is restored without doubt, what is only pointed out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from xacthuc.cleaning.encodings import Restored, is_settled, restore
from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.marks import has_unknown_letters
from xacthuc.cleaning.name_clutter import drop_brackets, drop_clutter, drop_title, drop_told_relation, split_people
from xacthuc.cleaning.name_order import Verdict, join_comma, opens_with_surname, restore_order
from xacthuc.cleaning.name_words import SURNAME, NameWord, Trait, read_word
from xacthuc.cleaning.syllables import is_syllable
from xacthuc.cleaning.telex import decode_telex, decode_vni_typing, is_lookalike

ROUNDS = 3  # for text that is no ordinary name: taking one thing off may bare another
NAME_LIMIT = 200  # letters; longer cells are remarks, and every limit has a name

# In the order in which they are told.
FINDINGS = (
    "name_encoding", "name_unicode", "name_spaces", "name_case", "name_tone_placement", "name_telex",
    "name_order_restored", "name_nickname", "name_title", "name_punctuation",
    "name_no_marks", "name_abbreviated", "name_one_word", "name_digits", "name_two_people", "name_order_unsure",
    "name_encoding_unsure", "name_typing_unsure", "name_letters_lost", "name_letters_unknown", "name_unclear",
    "name_placeholder", "name_not_a_name", "name_too_long",
)  # fmt: skip

_LOST = re.compile("[^\\W\\d_][?\ufffd]|[?\ufffd][^\\W\\d_]")
_LETTERS_ONLY = re.compile(r"(?:[^\W\d_]+ )*[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_RIGHT: Verdict = "right"
_PARTS = re.compile(r"[\W\d_]+")
_TOLD = (
    (Trait.CASE, "name_case"),
    (Trait.UNICODE, "name_unicode"),
    (Trait.TONE, "name_tone_placement"),
    (Trait.DIGITS, "name_digits"),
    (Trait.UNKNOWN, "name_letters_unknown"),
)


@dataclass(frozen=True)
class CleanName:
    """A name ready to be shown and compared; None three times where the cell holds no name."""

    name: str | None
    key: str | None
    fold: str | None
    findings: tuple[str, ...] = ()


def clean_name(text: str | None, *, encoding: str | None = None, told: bool = False) -> CleanName:
    """Clean one name: NFC, one tone placement, Title Case, surname first, and its marked and fold keys.

    `encoding` is what the column is known to be typed in (`find_encoding`); `told`: somebody has said that the column
    holds names, so that a product's name alone is a person's. Findings are codes of
    texts/cleaning_names.toml in the order of FINDINGS. Nothing is raised for any text.
    Does not check that such a person can be: a misspelt, shortened or unmarked name stays as it was written.
    """
    if text is None:
        return CleanName(None, None, None)
    cleaned = _clean_once(text, encoding=encoding, told=told)
    for _ in range(ROUNDS):
        if cleaned.name is None or cleaned.name == text or (_is_simple(cleaned.name) and is_settled(cleaned.name)):
            break
        again = _clean_once(cleaned.name, encoding=None, told=told)
        if again.name == cleaned.name:
            break
        found = {*cleaned.findings, *again.findings}
        cleaned = replace(again, findings=tuple(code for code in FINDINGS if code in found))
    return cleaned


def _clean_once(text: str, *, encoding: str | None, told: bool) -> CleanName:
    if len(text) > NAME_LIMIT:
        return CleanName(None, None, None, ("name_too_long",))
    restored = restore(text, encoding=encoding)
    found = _tell_restored(restored)
    simple = "\n" not in text and _is_simple(restored.text)
    refusal = _refuse(restored.text, simple=simple, told=told)
    if refusal:
        return CleanName(None, None, None, (refusal,))
    if not simple:
        lines = restore(text.replace("\n", ";"), encoding=encoding).text if "\n" in text else restored.text
        people = split_people(drop_brackets(lines))
        if len(people) > 1:
            found |= {"name_nickname"} if "(" in lines else set()
            return _finish(list(map(read_word, " + ".join(people).split(" "))), found | {"name_two_people"})
    clean, dropped = (drop_clutter if not simple else drop_told_relation)(restored.text)
    found |= dropped
    if dropped and (refusal := _refuse(clean, simple=False, told=told)):
        return CleanName(None, None, None, (refusal,))
    words, more = _read_words(clean)
    return _finish(words, found | more) if words else CleanName(None, None, None, ("name_placeholder",))


def _is_simple(text: str) -> bool:
    """Tell whether a text is words of letters with single blanks, none of them joining people."""
    return bool(_LETTERS_ONLY.fullmatch(text)) and load_lexicon().joiners.isdisjoint(text.lower().split(" "))


def _refuse(text: str, *, simple: bool, told: bool) -> str | None:
    lexicon, lower = load_lexicon(), text.lower()
    if not simple:
        digits = len(_DIGIT.findall(text))
        if not _LETTER.search(text):
            return "name_not_a_name" if digits else "name_placeholder"
        first = read_word(text.split(" ", 1)[0]).traits
        if digits >= 4 and digits * 2 >= len(_LETTER.findall(text)) and not first & (SURNAME | Trait.BARE_SURNAME):
            return "name_not_a_name"
    if lower.strip(" .-_/*?,;:'\"()") in lexicon.placeholders:
        return "name_placeholder"
    words = lower.split(" ") if simple else _PARTS.split(lower)
    if lower.startswith(lexicon.openings) or not lexicon.not_names.isdisjoint(words):
        return "name_not_a_name"
    return "name_not_a_name" if _is_product(words, told=told) else None


def _is_product(words: list[str], *, told: bool) -> bool:
    """Tell whether a cell names a product and nobody: `words` are those of the cell, figures and signs left out."""
    lexicon, named = load_lexicon(), [word for word in words if word]
    if lexicon.products.isdisjoint(named) or (told and len(named) == 1):
        return False
    return all(word in lexicon.products or word in lexicon.beside_products for word in named)


def _tell_restored(restored: Restored) -> set[str]:
    found = set()
    if restored.encoding is not None:
        found.add("name_encoding")
    if restored.unsure:
        found.add("name_encoding_unsure")
    if restored.composed:
        found.add("name_unicode")
    if restored.blanks:
        found.add("name_spaces")
    if _LOST.search(restored.text):
        found.add("name_letters_lost")
    return found


def _read_words(text: str) -> tuple[list[NameWord], set[str]]:
    """Read the words in order, and once more where something was changed: another word may stand first then."""
    words, found = _order_words(text)
    if found and words and _is_unsettled(words):
        together = _join_traits(words)
        found |= {code for trait, code in _TOLD if together & trait}
        words, more = _order_words(" ".join(word.shown for word in words))
        found |= more
    return words, found


def _is_unsettled(words: list[NameWord]) -> bool:
    look = words[0].traits & (Trait.TITLE | Trait.ODD) or _join_traits(words) & Trait.TYPED
    return bool(look) or restore_order(words)[1] != _RIGHT


def _order_words(text: str) -> tuple[list[NameWord], set[str]]:
    """Read the words: forms of address off, keystrokes decoded, hyphens of syllables opened, surname first."""
    found: set[str] = set()
    parts = [cells for part in text.split(",") if (cells := part.split())]
    if not parts:
        return [], found
    while (rest := drop_title(parts[0])) != parts[0]:
        found.add("name_title")
        parts[0] = rest
    decoded = iter(_decode_typing([word for part in parts for word in part], found))
    groups = [[read_word(typed) for _ in part for typed in next(decoded)] for part in parts]
    words, verdict = [read for group in groups for read in group], _RIGHT
    if len(groups) == 2:
        words, verdict = join_comma(groups[0], groups[1])
    if verdict == _RIGHT:
        words, verdict = restore_order(words)
    if verdict != _RIGHT:
        found.add(f"name_order_{verdict}")
    elif len(groups) > 1:
        found.add("name_punctuation")
    return words, found


def _decode_typing(words: list[str], more: set[str]) -> list[list[str]]:
    """Give for each word the words it stands for: keystrokes decoded where the rest of the name bears it out."""
    if not any(read_word(word).traits & Trait.TYPED for word in words):
        return [[word] for word in words]
    decoded = {word: decode_telex(word) or decode_vni_typing(word) for word in words}
    open_to = {word: _open_hyphen(word, words) for word in words}
    if any(decoded.values()):
        if _count_evidence(words, decoded) >= 2:
            more.add("name_telex")
        else:
            more.add("name_typing_unsure")
            decoded = dict.fromkeys(words)
    if any(len(parts) > 1 for parts in open_to.values()):
        more.add("name_punctuation")
    return [[decoded[word] or word] if decoded[word] else open_to[word] for word in words]


def _count_evidence(words: list[str], decoded: dict[str, str | None]) -> int:
    """Weigh how Vietnamese the name is: a marked syllable counts two, a word that names use one, a lookalike none."""
    known, bare = load_lexicon().names, Trait.BARE_MARKER | Trait.FREQUENT_BASE
    evidence = 0
    for word in words:
        typed = decoded[word]
        if is_lookalike(word):
            continue
        if typed is None and not word.isascii() and is_syllable(word):
            evidence += 2
        elif read_word(typed or word).shown in known or (typed is None and read_word(word).traits & bare):
            evidence += 1
    return evidence


def _open_hyphen(word: str, words: list[str]) -> list[str]:
    """Part 'Hồng-Vân' after a Vietnamese surname; Jean-Pierre stays one word."""
    parts = [part for part in word.split("-") if part]
    if len(parts) < 2 or not opens_with_surname([read_word(words[0])]):
        return [word]
    return parts if all(is_syllable(part) for part in parts) else [word]


def _finish(words: list[NameWord], found: set[str]) -> CleanName:
    shown = " ".join(word.shown for word in words)
    key = "<".join(word.key for word in words if word.key) or None
    folds = sorted(part for word in words if word.fold for part in word.fold.split("<"))
    found = found | _tell_words(words)
    if key is None and not has_unknown_letters(shown):
        return CleanName(None, None, None, ("name_not_a_name",))
    return CleanName(shown, key, "<".join(folds) or None, tuple(code for code in FINDINGS if code in found))


def _tell_words(words: list[NameWord]) -> set[str]:
    together = _join_traits(words)
    told = {code for trait, code in _TOLD if together & trait}
    if len(words) == 1 and " " not in words[0].shown:
        told.add("name_one_word")
    if together & Trait.SHORTENED and _is_shortened(words):
        told.add("name_abbreviated")
    if any(word.traits & Trait.UNCLEAR and word.shown != "+" for word in words) and not together & Trait.DIGITS:
        told.add("name_unclear")
    if lost_marks([word.traits for word in words]):
        told.add("name_no_marks")
    return told


def _join_traits(words: list[NameWord]) -> int:
    together = 0
    for word in words:
        together |= word.traits
    return together


def _is_shortened(words: list[NameWord]) -> bool:
    # H, K and Y before a name are what the Ê Đê and Ba Na write: H Hen Niê.
    first = len(words) > 1 and words[0].traits & Trait.SHORTENED and words[0].shown not in ("H", "K", "Y")
    return bool(first) or any(word.traits & Trait.SHORTENED for word in words[1:])


def lost_marks(traits: list[int]) -> bool:
    """Tell whether a name of several words has no mark at all though, as a Vietnamese name, it would have one."""
    if len(traits) < 2 or any(word & Trait.MARKED for word in traits):
        return False
    suspicious = any(word & Trait.BARE_ONLY for word in traits) or any(word & Trait.BARE_MARKER for word in traits[:-1])
    known = all(word & Trait.KNOWN_BASE for word in traits)
    return suspicious and (known or bool(traits[0] & Trait.BARE_SURNAME))
