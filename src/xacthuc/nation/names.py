"""Names as the people of a region, a cohort and a sex bear them; a name is three indices into one vocabulary."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.places import PEOPLES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """Words to choose from: indices into the vocabulary and, by column, cumulative shares."""

    words: Ints
    cumulative: Floats  # columns x words


@dataclass(frozen=True)
class NameBook:
    """All words, and what a person of each people, sex and cohort may be called."""

    words: pa.Array  # index 0 is no word (null)
    folded: pa.Array  # the same without their marks
    cohorts: tuple[int, ...]
    family: dict[tuple[int, int], Choice]  # by people, sex; columns by region (one column for minorities)
    middle: dict[tuple[int, int], Choice]  # columns by cohort
    given: dict[tuple[int, int], Choice]  # columns by cohort
    last: Ints  # by word: the word it ends with, itself where it is one
    close: tuple[Ints, ...]  # by word: given names that differ by a letter or a mark
    foreign: tuple[Ints, Ints]  # given, family


def fold_marks(text: str) -> str:
    """Give the text without its Vietnamese marks; đ becomes d, case stays."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


@cache
def load_names() -> NameBook:
    """Read the names data once."""
    text = (resources.files("xacthuc.nation") / "data" / "names.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    index: dict[str, int] = {}

    def add(word: str) -> int:
        return 0 if word == "-" else index.setdefault(word, len(index) + 1)

    def weigh(part: Mapping[str, Any]) -> Choice:
        rows = [
            line.rsplit(" ", columns)
            for line in part["list"].strip().splitlines()
            for columns in [_count_figures(line)]
        ]
        weights: Floats = np.array([row[1:] for row in rows], np.float64).T
        return _choose([add(row[0]) for row in rows], weights)

    def spread(text: str) -> Choice:
        words = [add(word.replace("|", " ")) for word in text.split()]
        steps: Floats = 1.0 / (2.0 + np.arange(len(words), dtype=np.float64))  # earlier words are commoner
        return _choose(words, steps.reshape(1, -1))

    family: dict[tuple[int, int], Choice] = {}
    middle: dict[tuple[int, int], Choice] = {}
    given: dict[tuple[int, int], Choice] = {}
    for sex, letter in enumerate("MF"):
        family[0, sex], middle[0, sex], given[0, sex] = (
            weigh(data["family"]),
            weigh(data["middle"][letter]),
            weigh(data["given"][letter]),
        )
        for number, people in enumerate(PEOPLES[1:], start=1):
            lists = data["people"][people]
            family[number, sex] = spread(lists.get(f"family_{letter}") or lists["family"])
            middle[number, sex] = spread(lists[f"middle_{letter}"])
            given[number, sex] = spread(lists[f"given_{letter}"])
    foreign = tuple(np.array([add(word) for word in data["foreign"][key].split()]) for key in ("given", "family"))
    words = [None, *index]
    return NameBook(
        words=pa.array(words, pa.string()),
        folded=pa.array([word and fold_marks(word) for word in words], pa.string()),
        cohorts=tuple(data["cohorts"]),
        family=family,
        middle=middle,
        given=given,
        last=np.array([index.get((word or "-").split()[-1], place) for place, word in enumerate(words)]),
        close=_find_close(words, given),
        foreign=(foreign[0], foreign[1]),
    )


def _count_figures(line: str) -> int:
    parts = line.split()
    count = 0
    while count < len(parts) and parts[-1 - count].replace(".", "").isdigit():
        count += 1
    return count


def _choose(words: list[int], weights: Floats) -> Choice:
    cumulative: Floats = np.cumsum(weights, axis=1)
    return Choice(np.array(words, np.int64), cumulative / cumulative[:, -1:])


def _find_close(words: list[str | None], given: dict[tuple[int, int], Choice]) -> tuple[Ints, ...]:
    """For each given name those of the same sex and people within one letter, or apart by marks only."""
    close: list[set[int]] = [set() for _ in words]
    for choice in given.values():
        names = [(int(w), fold_marks(words[w] or "").lower()) for w in choice.words]
        for a, base_a in names:
            close[a] |= {b for b, base_b in names if b != a and _within_one(base_a, base_b)}
    return tuple(np.array(sorted(found), np.int64) for found in close)


def _within_one(a: str, b: str) -> bool:
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    short, long = sorted((a, b), key=len)
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    return short[start + (len(a) == len(b)) :] == long[start + 1 :]


def pick(choice: Choice, *, column: Ints, u: Floats) -> Ints:
    """Draw one word for each element by its column of weights."""
    flat = (choice.cumulative + np.arange(len(choice.cumulative))[:, np.newaxis]).ravel()
    found = np.searchsorted(flat, u + column, side="right")
    drawn: Ints = choice.words[np.minimum(found - column * len(choice.words), len(choice.words) - 1)]
    return drawn


def draw_words(book: Mapping[tuple[int, int], Choice], *, people: Ints, sex: Ints, column: Ints, u: Floats) -> Ints:
    """Draw a word for each person from the lists of their people and sex; `column` is the region or the cohort."""
    drawn = np.zeros(len(people), np.int64)
    group = people * 2 + sex
    for key, choice in book.items():
        chosen = np.flatnonzero(group == key[0] * 2 + key[1])
        if len(chosen):
            columns = np.minimum(column[chosen], len(choice.cumulative) - 1)
            drawn[chosen] = pick(choice, column=columns, u=u[chosen])
    return drawn


def join_names(words: pa.Array, parts: list[Ints]) -> pa.Array:
    """Write the names whose parts are given, skipping empty ones; null where there is no word at all."""
    texts = [words.take(pa.array(part)) for part in parts]
    joined = pc.binary_join_element_wise(*texts, " ", null_handling="skip")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
