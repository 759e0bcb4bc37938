"""What happens to the names of profiles: one class of damage each, and something harmless on top of it."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.codes.names import load_names as load_name_words
from xacthuc.nation.classes import REASONS
from xacthuc.nation.damage import DAMAGES
from xacthuc.nation.damage_names import TONES
from xacthuc.nation.names import NameBook, fold_marks, join_names
from xacthuc.nation.naming import Named
from xacthuc.nation.spoiling import Pen, damage_rows, overwrite

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SLIPS_TRIED = 8  # then the name stays as it is

HARMFUL = (
    "name_no_marks",
    "name_typo",
    "name_middle_missing",
    "name_abbreviated",
    "name_order",
    "name_variant_word",
    "name_iy",
    "name_other",
)
HARMLESS = (
    "name_given_first",
    "name_tone_placement",
    "name_nfd",
    "name_telex",
    "encoding_tcvn3",
    "encoding_vni",
    "name_space_or_case",
)
WRONG = tuple(name for name, reason in REASONS.items() if reason and reason[0] == "name")
# The letters of Vietnamese; names of some peoples have others, which the old fonts cannot write.
LETTERS = frozenset("abcdeghiklmnopqrstuvxyăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")
# Slips that look like keystrokes or like a half-typed ươ: a reader repairs them, sometimes to another name.
AMBIGUOUS = re.compile(r"(?i)aa|ee|oo|dd|w|ưo|uơ|[fjz]|[sxr]\b")
TWO_PLACEMENTS = r"(?i)o[àáảãạèéẻẽẹ]|[òóỏõọ][ae]|u[ỳýỷỹỵ]|[ùúủũụ]y"
NEEDS_RIGHT_NAME = (
    "name_given_first",
    "name_telex",
    "encoding_tcvn3",
    "encoding_vni",
)  # else the repair could be in doubt


def write_names(named: Named, *, rows: Ints, book: NameBook, upper: Flags, pen: Pen) -> pa.Array:
    """Write the names of profiles as their clerks did; `rows` are the people, `upper` says who writes capitals."""
    parts = [named.family[rows], named.middle[rows], named.given[rows]]
    names = join_names(book.words, parts)
    kind = pen.choose(HARMFUL)
    kind[pen.marks.has("foreigner")] = -1
    lost = np.flatnonzero(kind == HARMFUL.index("name_no_marks"))
    plain = join_names(book.folded, [part[lost] for part in parts])
    differs = pc.not_equal(plain, names.take(pa.array(lost))).to_numpy(zero_copy_only=False)
    pen.marks.set("name_no_marks", lost[differs])
    names = overwrite(names, lost[differs], plain.filter(pa.array(differs)))
    names = _mistype(names, rows=np.flatnonzero(kind == HARMFUL.index("name_typo")), pen=pen)
    others = names.take(pa.array(pen.rng.permutation(len(rows))))
    for place, name in enumerate(HARMFUL):
        if name not in ("name_no_marks", "name_typo"):
            draw = _choose_draw(name, others=others, pen=pen)
            names, done = damage_rows(names, np.flatnonzero(kind == place), draw)
            pen.marks.set(name, done)
    pen.marks.set("name_upper", upper)
    return _make_harmless(pc.if_else(pa.array(upper), pc.utf8_upper(names), names), upper=upper, pen=pen)


def _mistype(names: pa.Array, *, rows: Ints, pen: Pen) -> pa.Array:
    """Make slips that are of one class beyond doubt, and mark the class."""
    labels: dict[int, str] = {}

    def slip(name: str, row: int) -> str | None:
        for _ in range(SLIPS_TRIED):
            damaged = DAMAGES["name_typo"].fn(name, pen.chance)
            label = tell_difference(name, damaged) if damaged else None
            if damaged and label and not AMBIGUOUS.search(strip_tones(damaged)):
                labels[row] = label
                return damaged
        return None

    names, _ = damage_rows(names, rows, slip)
    for row, label in labels.items():
        pen.marks.set(label, np.array([row]))
    return names


def _choose_draw(name: str, *, others: pa.Array, pen: Pen) -> Callable[[str, int], str | None]:
    """Give what a class of damage does to a name; None where the result would be of another class."""
    if name == "name_order":
        return lambda value, _: exchange_last(value)
    if name == "name_other":
        return lambda value, row: rename(value, other=others[row].as_py())
    fn = DAMAGES[name].fn
    if name in ("name_variant_word", "name_iy"):
        return lambda value, _: _keep_fold(value, fn(value, pen.chance))
    if name == "name_abbreviated":
        return lambda value, _: _keep_long(value, fn(value, pen.chance))
    return lambda value, _: fn(value, pen.chance)


def _keep_fold(name: str, damaged: str | None) -> str | None:
    same = damaged and fold_spelling(damaged) == fold_spelling(name) and base(damaged) != base(name)
    return damaged if same else None


def _keep_long(name: str, damaged: str | None) -> str | None:
    """Keep what is shorter by more than a letter: "L. Thị Ngân" for Lê could as well be a letter left out."""
    letters = len(base(name)) - len(base(damaged or "").replace(".", ""))
    return damaged if damaged and letters > 1 else None


def _make_harmless(names: pa.Array, *, upper: Flags, pen: Pen) -> pa.Array:
    kind = pen.choose(HARMLESS)
    kind[pen.marks.has("foreigner")] = -1
    wrong = pen.marks.has(*WRONG)
    for place, name in enumerate(HARMLESS):
        fits = kind == place
        if name in NEEDS_RIGHT_NAME:
            fits &= ~wrong & ~upper
        rows = np.flatnonzero(fits)
        if name == "name_tone_placement":  # few names have it, and to look word by word is slow
            rows = rows[
                pc.match_substring_regex(names.take(pa.array(rows)), TWO_PLACEMENTS).to_numpy(zero_copy_only=False)
            ]
        names, done = damage_rows(names, rows, _choose_harmless(name, pen=pen))
        pen.marks.set(name, done)
    return names


def _choose_harmless(kind: str, *, pen: Pen) -> Callable[[str, int], str | None]:
    fn = DAMAGES[kind].fn
    return lambda name, _: fn(name, pen.chance) if _may_repair(kind, name) else None


def _may_repair(kind: str, name: str) -> bool:
    """Tell whether the repair of what is harmless would be beyond doubt for this name."""
    words = name.split()
    if kind.startswith("encoding_"):
        written = (DAMAGES[kind].fn(name, random.Random(0)) or "").lower().replace(" ", "")
        return LETTERS.issuperset(name.lower().replace(" ", "")) and not LETTERS.issuperset(written)
    if kind == "name_given_first":
        return words[0] in _frequent_surnames() and base(words[-1]) not in _surname_letters()
    return True


@cache
def _frequent_surnames() -> frozenset[str]:
    return frozenset(surname for surname, _ in load_name_words().surnames)


@cache
def _surname_letters() -> frozenset[str]:
    return frozenset(base(word) for word in (*_frequent_surnames(), *load_name_words().surnames_other))


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
    """Tell which class a mistyped name is of: marks lost, a mark, one letter; None where it is something else.

    Base letters compare without marks; a word cut down to its initial is an abbreviation, not a slip.
    """
    before, after = base(name), base(damaged)
    if before == after:
        same = normal_case(damaged) == after
        return "name_no_marks" if same else "name_marks_differ"
    if fold_spelling(name) == fold_spelling(damaged) or len(before.split()) != len(after.split()):
        return None
    initials = any(len(new) == 1 < len(old) for old, new in zip(before.split(), after.split(), strict=True))
    return "name_one_letter" if _is_one_letter(before, after) and not initials else None


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


def strip_tones(name: str) -> str:
    """Give the name without its tones; the shapes of its letters stay."""
    parts = (letter for letter in unicodedata.normalize("NFD", name) if letter not in TONES)
    return unicodedata.normalize("NFC", "".join(parts))


def normal_case(name: str) -> str:
    """Give the name in capitals, composed."""
    return unicodedata.normalize("NFC", name).upper()
