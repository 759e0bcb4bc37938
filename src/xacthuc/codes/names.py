"""Words of Vietnamese names: regional variants, i and y, surnames, middle words, words in brackets."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class SpellingIY:
    """Where i and y are two spellings of one word: a whole word, without marks, is a beginning and I or Y."""

    beginnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameWords:
    """The lists of names.toml; words are written as in names, relation words in lower case."""

    variants: tuple[tuple[str, ...], ...]  # groups of words for one name; the first stands for the group
    iy: SpellingIY
    surnames: tuple[tuple[str, float], ...]  # with their share in per cent, the most frequent first
    surnames_other: tuple[str, ...]  # rare ones, without a share
    middle_male: tuple[str, ...]
    middle_female: tuple[str, ...]
    relations: tuple[str, ...]
    titles: tuple[str, ...]
    nickname_words: tuple[str, ...]


@cache
def load_names() -> NameWords:
    """Give the words of names; a variant that stands in two groups is an assertion."""
    text = (resources.files("xacthuc") / "codes" / "data" / "names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    variants = tuple(tuple(group) for group in data["variants"])
    words = [word for group in variants for word in group]
    assert len(words) == len(set(words)), "a word stands in two groups of variants"
    return NameWords(
        variants=variants,
        iy=SpellingIY(beginnings=tuple(data["iy"]["beginnings"])),
        surnames=tuple(sorted(data["surnames"].items(), key=lambda entry: (-entry[1], entry[0]))),
        surnames_other=tuple(data["surnames_other"]["names"]),
        middle_male=tuple(data["middle"]["male"]),
        middle_female=tuple(data["middle"]["female"]),
        relations=tuple(data["relations"]["words"]),
        titles=tuple(data["relations"]["titles"]),
        nickname_words=tuple(data["relations"]["nickname_words"]),
    )


@cache
def map_variants() -> dict[str, str]:
    """Give the word that stands for its group, by each word of a group."""
    return {word: group[0] for group in load_names().variants for word in group}
