"""Who is called what: names of a chunk, handed down in families, close together for twins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xacthuc.nation.names import NameBook, draw_words
from xacthuc.nation.people import ROLE_CHILD, ROLE_ELDER, People, heads_of
from xacthuc.nation.places import PEOPLES, Places

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WORD_APART = 0.35  # of the twins of one sex; the others are a letter or a mark apart: our assumption


@dataclass(frozen=True)
class Named:
    """The words of each person's name, as indices into the name book."""

    family: Ints
    middle: Ints
    given: Ints


def draw_names(people: People, *, places: Places, book: NameBook, rng: np.random.Generator) -> Named:
    """Name everybody: children after the head of the household, twins a letter, a mark or a word apart."""
    size = len(people)
    region = places.region[places.province[people.commune]]
    cohort = np.searchsorted(np.array(book.cohorts), people.year, side="right")
    family = draw_words(book.family, people=people.people, sex=people.sex, column=region, u=rng.random(size))
    middle = draw_words(book.middle, people=people.people, sex=people.sex, column=cohort, u=rng.random(size))
    given = draw_words(book.given, people=people.people, sex=people.sex, column=cohort, u=rng.random(size))
    double = np.flatnonzero(book.last[middle] == given)  # nobody is called Văn Văn
    given[double] = draw_words(
        book.given,
        people=people.people[double],
        sex=people.sex[double],
        column=cohort[double],
        u=rng.random(len(double)),
    )
    follows = (people.role == ROLE_CHILD) | ((people.role == ROLE_ELDER) & (people.sex == 0))
    follows &= _takes_family(people)
    family = np.where(follows, family[heads_of(people)], family)
    second = np.flatnonzero(people.twin)
    if len(second):
        _name_twins(second, people=people, middle=middle, given=given, book=book, rng=rng)
    strangers = np.flatnonzero(people.foreign)
    family[strangers] = rng.choice(book.foreign[1], len(strangers))
    given[strangers] = rng.choice(book.foreign[0], len(strangers))
    middle[strangers] = 0
    return Named(family, middle, given)


def _takes_family(people: People) -> Flags:
    # Among the Ba Na, Ê Đê and Cơ Ho the first word tells the sex, and is not handed down.
    return ~np.isin(people.people, [PEOPLES.index(name) for name in ("ede", "bana", "coho")])


def _name_twins(
    second: Ints, *, people: People, middle: Ints, given: Ints, book: NameBook, rng: np.random.Generator
) -> None:
    for twin, u in zip(second.tolist(), rng.random(len(second)).tolist(), strict=True):
        first = twin - 1
        if people.sex[twin] != people.sex[first] or u < WORD_APART:
            continue  # a word apart, by chance
        middle[twin] = middle[first]
        close = book.close[given[first]]
        if len(close):
            given[twin] = close[int((u - WORD_APART) / (1 - WORD_APART) * len(close))]
        elif given[twin] == given[first]:
            middle[twin] = 0  # two of one name would not be told apart at home either
