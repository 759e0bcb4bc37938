"""The words of Vietnamese names, as data: which are surnames, which are names, which are forms of address."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xacthuc.cleaning.marks import make_base_key, make_word_key
from xacthuc.codes.names import load_names


@dataclass(frozen=True)
class Lexicon:
    """Sets of words, each in the spelling that `names.toml` says; base keys where the field says so."""

    sure: frozenset[str]
    common: frozenset[str]
    rare: frozenset[str]
    khmer: frozenset[str]
    frequent_bases: frozenset[str]  # base keys of the most frequent surnames
    surname_bases: frozenset[str]  # base keys of sure and common surnames
    markers: frozenset[str]
    names: frozenset[str]  # all words of names, surnames included
    name_bases: frozenset[str]
    given: frozenset[str]
    words: frozenset[str]  # names and the words of forms
    bare_only: frozenset[str]  # base keys that are a name only with marks: NGUYEN, TRAN
    titles: frozenset[str]  # lower case
    title_names: frozenset[str]
    foreign_titles: frozenset[str]
    relations: frozenset[str]
    relatives: frozenset[str]
    all_relations: frozenset[str]  # those that tell only after a dash or comma, too
    joiners: frozenset[str]
    placeholders: frozenset[str]
    products: frozenset[str]  # of vaccines, borne by people too
    beside_products: frozenset[str]  # what stands beside them where nobody is named
    not_names: frozenset[str]
    openings: tuple[str, ...]
    first_words: frozenset[str]  # the words that placeholders and openings begin with
    lookalikes: frozenset[str]


@cache
def load_lexicon() -> Lexicon:
    """Read `names.toml` beside this module, once."""
    data = tomllib.loads((resources.files("xacthuc.cleaning") / "names.toml").read_text(encoding="utf-8"))
    listed = load_names()
    surnames = {kind: frozenset(words.split()) for kind, words in data["surnames"].items()}
    surnames["rare"] |= frozenset(listed.surnames_other) - surnames["sure"] - surnames["common"]
    words, people = data["words"], data["people"]
    names = frozenset().union(*surnames.values(), words["middle"].split(), words["given"].split())
    return Lexicon(
        **surnames,
        frequent_bases=frozenset(_make_base(word) for word, _ in listed.surnames),
        surname_bases=frozenset(_make_base(word) for word in surnames["sure"] | surnames["common"]),
        markers=frozenset(words["markers"].split()),
        names=names,
        name_bases=frozenset(map(_make_base, names)),
        given=frozenset(words["middle"].split()) | frozenset(words["given"].split()),
        words=names | frozenset(words["form"].split()),
        bare_only=frozenset(_make_base(word) for word in names) - frozenset(w.upper() for w in names if w.isascii()),
        titles=frozenset(listed.titles) | frozenset(people["more_titles"].split()),
        title_names=frozenset(people["titles_and_names"].split()),
        foreign_titles=frozenset(people["foreign_titles"].split()),
        relations=frozenset(people["relations"].split()),
        relatives=frozenset(people["relatives"].split()),
        all_relations=frozenset(people["relations"].split()) | frozenset(listed.relations),
        joiners=frozenset(people["joiners"].split()),
        placeholders=frozenset(data["refused"]["placeholders"]),
        products=frozenset(data["refused"]["products"].split()),
        beside_products=frozenset(data["refused"]["beside_products"].split()),
        not_names=frozenset(data["refused"]["not_names"].split()),
        openings=tuple(data["refused"]["openings"]),
        first_words=frozenset(
            text.split()[0].strip(":") for text in [*data["refused"]["placeholders"], *data["refused"]["openings"]]
        ),
        lookalikes=frozenset(data["foreign"]["lookalikes"].lower().split()),
    )


def _make_base(word: str) -> str:
    return make_base_key(make_word_key(word))
