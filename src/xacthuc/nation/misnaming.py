"""What happens to the names of profiles: one class of damage each, and what is harmless on top, loops over the damaged few."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.codes.names import load_names as load_name_words
from xacthuc.nation.classes import Marks
from xacthuc.nation.damage import DAMAGES
from xacthuc.nation.names import NameBook, fold_marks, join_names
from xacthuc.nation.people import Named
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]

HARMFUL = (
    "name_no_marks", "name_typo", "name_middle_missing", "name_abbreviated", "name_order", "name_variant_word", "name_iy", "name_other",
)  # fmt: skip
HARMLESS = (
    "name_given_first", "name_tone_placement", "name_nfd", "name_telex", "encoding_tcvn3", "encoding_vni", "name_space_or_case",
)  # fmt: skip
NEEDS_RIGHT_NAME = (
    "name_given_first",
    "name_telex",
    "encoding_tcvn3",
    "encoding_vni",
)  # else the repair could be in doubt


def write_names(
    named: Named,
    *,
    rows: Ints,
    book: NameBook,
    upper: NDArray[np.bool_],
    marks: Marks,
    rates: Rates,
    rng: np.random.Generator,
) -> pa.Array:
    """Write the names of profiles as their clerks did; `rows` are the people, `upper` says who writes capitals."""
    parts = [named.family[rows], named.middle[rows], named.given[rows]]
    names = join_names(book.words, parts)
    kind = choose_classes(HARMFUL, size=len(rows), rates=rates, rng=rng)
    kind[marks.has("foreigner")] = -1
    chance = random.Random(int(rng.integers(1 << 62)))
    lost = np.flatnonzero(kind == HARMFUL.index("name_no_marks"))
    plain = join_names(book.folded, [part[lost] for part in parts])
    differs = pc.not_equal(plain, names.take(pa.array(lost))).to_numpy(zero_copy_only=False)
    marks.set("name_no_marks", lost[differs])
    names = overwrite(names, lost[differs], plain.filter(pa.array(differs)))
    others = rng.permutation(len(rows))
    names = _damage_each(names, kind=kind, others=others, marks=marks, chance=chance)
    names = pc.if_else(pa.array(upper), pc.utf8_upper(names), names)
    marks.set("name_upper", upper)
    return _make_harmless(names, upper=upper, marks=marks, rates=rates, rng=rng, chance=chance)


def choose_classes(names: tuple[str, ...], *, size: int, rates: Rates, rng: np.random.Generator) -> Ints:
    """Choose at most one class for each row by its rate: the place in `names`, or -1."""
    edges = np.cumsum([rates[name] for name in names])
    assert edges[-1] <= 1, "the rates of classes that exclude one another add up to more than one"
    found = np.searchsorted(edges, rng.random(size), side="right")
    return np.where(found == len(names), -1, found)


def overwrite(values: pa.Array, rows: Ints, texts: pa.Array) -> pa.Array:
    """Put texts in the place of some values; `rows` ascend."""
    mask = np.zeros(len(values), bool)
    mask[rows] = True
    return pc.replace_with_mask(values, pa.array(mask), texts)


def damage_rows(values: pa.Array, rows: Ints, draw: Callable[[str, int], str | None]) -> tuple[pa.Array, Ints]:
    """Damage some values one by one: `draw(value, row)`; give the values and the rows where it could be done."""
    old = values.take(pa.array(rows)).to_pylist()
    new = [None if value is None else draw(value, row) for value, row in zip(old, rows.tolist(), strict=True)]
    done = np.array([text is not None for text in new], bool)
    return overwrite(values, rows[done], pa.array([text for text in new if text is not None], pa.string())), rows[done]


def _damage_each(names: pa.Array, *, kind: Ints, others: Ints, marks: Marks, chance: random.Random) -> pa.Array:
    typed = np.flatnonzero(kind == HARMFUL.index("name_typo"))
    labels: dict[int, str] = {}

    def mistype(name: str, row: int) -> str | None:
        for _ in range(8):
            damaged = DAMAGES["name_typo"].fn(name, chance)
            label = damaged and tell_difference(name, damaged)
            if label:
                labels[row] = label
                return damaged
        return None

    names, done = damage_rows(names, typed, mistype)
    told = np.array([labels[row] for row in done.tolist()], object)
    for label in ("name_no_marks", "name_marks_differ", "name_one_letter"):
        marks.set(label, done[told == label])
    original = names
    for name in HARMFUL[2:]:
        rows = np.flatnonzero(kind == HARMFUL.index(name))
        names, done = damage_rows(names, rows, _choose_draw(name, original=original, others=others, chance=chance))
        marks.set(name, done)
    return names


def _choose_draw(
    name: str, *, original: pa.Array, others: Ints, chance: random.Random
) -> Callable[[str, int], str | None]:
    if name == "name_order":
        return lambda value, _: exchange_last(value)
    if name == "name_other":
        return lambda value, row: rename(value, other=original[int(others[row])].as_py())
    if name in ("name_variant_word", "name_iy"):
        return lambda value, _: _keep_fold(value, DAMAGES[name].fn(value, chance))
    return lambda value, _: DAMAGES[name].fn(value, chance)


def _keep_fold(name: str, damaged: str | None) -> str | None:
    return (
        damaged if damaged and fold_spelling(damaged) == fold_spelling(name) and base(damaged) != base(name) else None
    )


def _make_harmless(
    names: pa.Array,
    *,
    upper: NDArray[np.bool_],
    marks: Marks,
    rates: Rates,
    rng: np.random.Generator,
    chance: random.Random,
) -> pa.Array:
    kind = choose_classes(HARMLESS, size=len(names), rates=rates, rng=rng)
    kind[marks.has("foreigner")] = -1
    wrong = marks.has(*(name for name in ("name_no_marks", "name_marks_differ", "name_one_letter", *HARMFUL[2:])))
    for place, name in enumerate(HARMLESS):
        fits = kind == place
        if name in NEEDS_RIGHT_NAME:
            fits &= ~wrong & ~upper
        fn = DAMAGES[name].fn
        names, done = damage_rows(names, np.flatnonzero(fits), lambda value, _, fn=fn: fn(value, chance))
        marks.set(name, done)
    return names


def exchange_last(name: str) -> str | None:
    """Exchange middle and given name; None where that changes nothing or there is no middle name."""
    words = name.split()
    if len(words) < 3 or base(words[-1]) == base(words[-2]):
        return None
    return " ".join([*words[:-2], words[-1], words[-2]])


def rename(name: str, *, other: str | None) -> str | None:
    """Give the name that somebody else has, behind one's own family name; None where it is too like the right one."""
    words, strange = name.split(), (other or "").split()
    if len(words) < 3 or len(strange) < 3:
        return None
    damaged = " ".join([words[0], *strange[1:]])
    mine, theirs = base(words[-1]), base(strange[-1])
    alike = set(mine) & set(theirs)
    return damaged if len(alike) * 2 <= max(len(set(mine)), len(set(theirs))) and len(mine) + len(theirs) > 5 else None


def tell_difference(name: str, damaged: str) -> str | None:
    """Tell which class a mistyped name is of: marks lost, a mark, one letter; None where it is something else."""
    before, after = base(name), base(damaged)
    if before == after:
        same = normal_case(damaged) == after
        return "name_no_marks" if same else "name_marks_differ"
    if fold_spelling(name) == fold_spelling(damaged) or len(before.split()) != len(after.split()):
        return None
    return "name_one_letter" if _is_one_letter(before, after) else None


def _is_one_letter(a: str, b: str) -> bool:
    """Tell whether one letter was put, taken or changed, or two neighbours exchanged."""
    short, long = sorted((a, b), key=len)
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(long) - len(short) == 1:
        return short[start:] == long[start + 1 :]
    if len(long) != len(short):
        return False
    exchanged = long[start + 1 : start + 2] + long[start : start + 1] + long[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or short[start:] == exchanged


@cache
def _fold_groups() -> dict[str, str]:
    groups: list[set[str]] = []
    for group in load_name_words().variants:
        bases = {_fold_iy(base(word)) for word in group}
        touched = [other for other in groups if other & bases]
        groups = [other for other in groups if not other & bases] + [bases.union(*touched)]
    return {word: min(group) for group in groups for word in group}


def fold_spelling(name: str) -> str:
    """Give the name as regional spellings make it equal: without marks, variants and i/y folded, words sorted."""
    words = [_fold_iy(word) for word in base(name).split()]
    return " ".join(sorted(_fold_groups().get(word, word) for word in words))


def _fold_iy(word: str) -> str:
    return word[:-1] + "I" if word.endswith("Y") and word[:-1] in load_name_words().iy.beginnings else word


def base(name: str) -> str:
    """Give the letters of a name in capitals, without marks."""
    return fold_marks(name).upper()


def normal_case(name: str) -> str:
    """Give the name in capitals, composed."""
    return unicodedata.normalize("NFC", name).upper()
