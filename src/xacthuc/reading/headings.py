"""Which field a heading means: synonyms as data in headings.toml, and the dose that a heading speaks of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xacthuc.reading.content import list_words
from xacthuc.reading.legacy import decode, fold

# "Mũi 2", "Lần II", "Dose 1", "M1", "mũi nhắc lại": one dose of several that stand side by side.
_ORDER = r"(?:thu |so |no |number )?(?P<no>[1-9]|i{1,3}|iv|nhat|mot|hai|ba|bon|tu)"
_DOSE = re.compile(
    rf"\b(?:(?:tiem )?(?:mui|lan|lieu|dose|shot)(?: tiem)? {_ORDER}|m(?P<short>[1-4])"
    r"|mui(?: tiem)? (?P<more>nhac lai|bo sung|tang cuong|nhac)"
    r"|(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th) (?:dose|shot)|(?<!\w )(?P<before>[1-4]) (?:dose|shot)"
    r"|booster(?: dose)?)\b"
)
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "nhat": 1, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4}
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_BOOSTER = 9  # sorts after the numbered doses
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ASIDE = re.compile(r"\([^)]*\)")


@dataclass(frozen=True)
class Synonyms:
    """The headings of one field."""

    field: str
    exact: frozenset[str]
    words: tuple[re.Pattern[str], ...]
    without: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class DoseHeading:
    """A heading that names one dose of several: its order, and the rest of the words."""

    order: int
    said: str
    rest: str


@cache
def list_synonyms() -> tuple[Synonyms, ...]:
    """Give the headings of every field, in the order in which they are tried."""
    text = (resources.files("xacthuc.reading") / "headings.toml").read_text(encoding="utf-8")
    return tuple(
        Synonyms(
            field=field,
            exact=frozenset(entry.get("exact", ())),
            words=tuple(re.compile(w) for w in entry.get("words", ())),
            without=tuple(re.compile(w) for w in entry.get("without", ())),
        )
        for field, entry in tomllib.loads(text).items()
    )


@cache
def find_field(folded: str) -> str | None:
    """Give the field that a folded heading means, of headings.toml; None if it is no heading of ours."""
    if not folded or len(folded) > 120:
        return None
    for entry in list_synonyms():
        if folded in entry.exact:
            return entry.field
    for entry in list_synonyms():
        if any(w.search(folded) for w in entry.words) and not any(w.search(folded) for w in entry.without):
            return entry.field
    return None


def find_heading(text: str, encoding: str | None = None) -> str | None:
    """Give the field that a heading as written means, remarks in brackets put aside if they hide it."""
    plain = part_words(decode(text, encoding))
    bare = fold(_ASIDE.sub(" ", plain))
    return find_field(fold(plain)) or find_field(bare) or find_field(bare.replace(" ", "")) or _find_by_languages(plain)


def part_words(text: str) -> str:
    """Give a heading of a program ("DateOfBirth") in words; other text as it is."""
    if not (text.isascii() and text.isalnum()) or fold(text) in list_words("vaccines"):
        return text
    return _CAMEL.sub(" ", text)


def _find_by_languages(text: str) -> str | None:
    """Give the field that a heading in two languages means ("Mũi / Dose"), each part by itself."""
    for separator, enough in (("\n", 1), ("/", 2)):
        parts = [fold(part) for part in text.split(separator)]
        fields = [field for part in parts if (field := find_field(part))]
        if len(parts) > 1 and len(fields) >= enough and len(set(fields)) == 1:
            return fields[0]
    return None


def cut_words(text: str, folded: str, *, encoding: str | None = None) -> str:
    """Give the words of a text whose folded form is `folded`, else the folded form itself."""
    words = text.split()
    for i in range(len(words)):
        for j in range(i + 1, min(len(words), i + folded.count(" ") + 2) + 1):
            if fold(" ".join(words[i:j]), encoding) == folded:
                return " ".join(words[i:j]).strip(" .,:;()-–")
    return folded


@cache
def find_dose(folded: str) -> DoseHeading | None:
    """Give the dose that a folded heading names ("mui 2 ngay tiem"), None if it names none."""
    found = _DOSE.search(folded)
    if not found:
        return None
    rest = " ".join((folded[: found.start()] + " " + folded[found.end() :]).split())
    number = found["no"] or found["short"] or found["before"]
    if found["nth"]:
        order = _NTH[found["nth"]]
    elif number:
        order = int(number) if number.isdigit() else _NUMBERS[number]
    else:
        order = _BOOSTER
    return DoseHeading(order=order, said=found.group(), rest=rest)
