"""The names of a tree of units, ready to be looked up: once per tree, then only dictionary look-ups."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from xacthuc.cleaning.place_keys import (
    PlaceText,
    Word,
    base_key,
    drop_local,
    fold_place,
    is_local,
    marked_key,
    split_further,
    split_type,
)
from xacthuc.codes.units import Tree, Unit, load_units

Path = tuple[str, str, str]  # codes of province, district, commune; "" where not known
LEVELS = ("province", "district", "commune")
MAX_WORDS = 8  # the longest names have six words, and a type before them
MAX_TEXTS = 200_000  # texts remembered at once; they are read anew after that


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that a piece of text may mean."""

    path: Path
    level: int  # of LEVELS
    type: str
    exact: bool = True  # the marks are those of the official name
    other_type: bool = False  # the text names another type


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """What one piece of text may mean; compared by identity, made once per text."""

    marked: tuple[Candidate, ...] = ()  # by the name with its marks
    plain: tuple[Candidate, ...] = ()  # by the name without marks; holds the marked ones too
    has_marks: bool = False
    typed: bool = False  # a type word stands before the name
    local: bool = False  # a hamlet, street or house: says nothing about units

    @property
    def stated(self) -> bool:
        """Tell whether the writer surely meant a unit."""
        return self.typed and not self.local


_LOCAL = Piece(local=True)


class PlaceIndex:
    """Look up the units of one tree by name, alias and code."""

    def __init__(self, tree: Tree) -> None:
        """Index all names of the tree."""
        self.tree = tree
        self._units = load_units(tree)
        self._marked: dict[str, list[Candidate]] = {}
        self._plain: dict[str, list[Candidate]] = {}
        self._by_code: dict[str, Candidate] = {}
        self._pieces: dict[tuple[str, int | None], tuple[Piece, ...]] = {}
        self._named: dict[str, tuple[Piece, ...]] = {}
        for unit in self._units:
            candidate = Candidate(path=self._find_path(unit), level=LEVELS.index(unit.level), type=unit.type)
            self._by_code[unit.code] = candidate
            self._add(unit.name, candidate)
        for code, name in _list_aliases(tree):
            self._add(name, self._by_code[code])

    def _find_path(self, unit: Unit) -> Path:
        codes = {above.level: above.code for above in (unit, *self._units.ancestors(unit.code))}
        return (codes["province"], codes.get("district", ""), codes.get("commune", ""))

    def _add(self, name: str, candidate: Candidate) -> None:
        words = fold_place(name).words
        for names, key in ((self._marked, marked_key(words)), (self._plain, base_key(words))):
            found = names.setdefault(key, [])
            if candidate not in found:
                found.append(candidate)

    def get(self, code: str) -> Candidate | None:
        """Give the unit of a code of this tree, or None."""
        return self._by_code.get(code)

    def read_pieces(self, text: str, level: int | None = None) -> tuple[Piece, ...]:
        """Give what a text between two commas may mean; `level`: the column it stands in is of this level.

        A text that is no unit as a whole is taken apart at dashes and at the type words inside it. The pieces of an
        equal text are the same objects.
        """
        known = self._pieces.get((text, level))
        if known is None:
            if len(self._pieces) >= MAX_TEXTS:
                self._pieces.clear()
            known = self._pieces[(text, level)] = tuple(self._read(text, level))
        return known

    def read_named(self, text: str) -> tuple[Piece, ...]:
        """Give the pieces of a text in an address that name a unit, or were meant to."""
        known = self._named.get(text)
        if known is None:
            if len(self._named) >= MAX_TEXTS:
                self._named.clear()
            pieces = self.read_pieces(text)
            known = self._named[text] = tuple(piece for piece in pieces if piece.plain or piece.stated)
        return known

    def _read(self, text: str, level: int | None) -> Iterable[Piece]:
        if text.count(" ") >= MAX_WORDS:
            parts = split_further(text)
            return [piece for part in parts for piece in self.read_pieces(part)] if len(parts) > 1 else [_LOCAL]
        folded = fold_place(text)
        number = text.strip().partition(".")[0]
        if level is not None and len(folded.words) == 1 and number.isascii() and number.isdecimal():
            return [self._read_number(number, level)]
        piece = self._read_coded(text, level) or self._read_whole(folded, level)
        if piece.plain:
            return [piece]
        parts = split_further(text)
        if len(parts) > 1:
            return [piece for part in parts for piece in self.read_pieces(part)]
        behind = drop_local(folded.words)
        if behind:
            return [piece, self._read_whole(PlaceText(words=behind), level)]
        return [piece]

    def _read_coded(self, text: str, level: int | None) -> Piece | None:
        """Read a code with all its zeros before the name of its own unit: without them it might be a ward's number."""
        code, _, name = text.strip().partition(" ")
        unit = self._by_code.get(code) if name else None
        if unit is None:
            return None
        piece = self._read_whole(fold_place(name), level)
        own = [tuple(c for c in found if c.path == unit.path) for found in (piece.marked, piece.plain)]
        return replace(piece, marked=own[0], plain=own[1]) if own[1] else None

    def _read_whole(self, text: PlaceText, level: int | None) -> Piece:
        """Read the text as one unit: its code, its whole as a name, its rest behind a type word as a name."""
        name, types, sure = split_type(text.words)
        marked = self._find(self._marked, marked_key(text.words), (), exact=True)
        plain = self._find(self._plain, base_key(text.words), (), exact=False)
        if types:
            marked += self._find(self._marked, marked_key(name), types, exact=True)
            plain += self._find(self._plain, base_key(name), types, exact=False)
        marked, plain = _at_level(marked, level), _at_level(plain, level)
        exact = {candidate.path for candidate in marked}
        plain = [*marked, *(candidate for candidate in plain if candidate.path not in exact)]
        return Piece(
            marked=tuple(marked),
            plain=tuple(plain),
            has_marks=text.has_marks,
            typed=bool(types) and (sure or bool(plain)),
            local=not plain and not types and is_local(text.words),
        )

    def _read_number(self, digits: str, level: int) -> Piece:
        """Read a number in a column of units: a code, perhaps without its zeros, or a numbered ward or district."""
        width, least = ((2, 1), (3, 1), (5, 3))[level]
        code = self._by_code.get(digits.zfill(width)) if least <= len(digits) <= width else None
        found = [code] if code is not None and code.level == level else []
        if len(digits) < width:
            found += _at_level(self._find(self._marked, str(int(digits)), (), exact=True), level)
        return Piece(marked=tuple(found), plain=tuple(found), typed=True)

    @staticmethod
    def _find(names: dict[str, list[Candidate]], key: str, types: tuple[str, ...], *, exact: bool) -> list[Candidate]:
        found = names.get(key, ())
        if not types:
            return [_with(candidate, exact=exact, other_type=False) for candidate in found]
        family = _FAMILIES[types[0]]
        return [
            _with(candidate, exact=exact, other_type=candidate.level > 0 and candidate.type not in types)
            for candidate in found
            if candidate.level in family
        ]


_FAMILIES = {
    "Tỉnh": (0,), "Thành phố": (0, 1), "Quận": (1,), "Huyện": (1,), "Thị xã": (1,),
    "Xã": (2,), "Phường": (2,), "Thị trấn": (2,), "Đặc khu": (2,),
}  # fmt: skip


def _with(candidate: Candidate, *, exact: bool, other_type: bool) -> Candidate:
    if candidate.exact == exact and candidate.other_type == other_type:
        return candidate
    return Candidate(candidate.path, candidate.level, candidate.type, exact, other_type)


def _at_level(found: list[Candidate], level: int | None) -> list[Candidate]:
    """Keep the units of the column's own level if there are any, and each unit once."""
    if level is not None:
        found = [candidate for candidate in found if candidate.level == level] or found
    best: dict[Path, Candidate] = {}
    for candidate in found:
        known = best.get(candidate.path)
        if known is None or (known.other_type and not candidate.other_type):
            best[candidate.path] = candidate
    return list(best.values())


def _list_aliases(tree: Tree) -> list[tuple[str, str]]:
    text = (resources.files("xacthuc") / "codes" / "data" / "unit_aliases.toml").read_text(encoding="utf-8")
    levels = tomllib.loads(text)
    return [(code, name) for level in levels.values() for code, names in level.get(tree, {}).items() for name in names]


@cache
def load_index(tree: Tree) -> PlaceIndex:
    """Give the index of a tree; built once, then kept."""
    return PlaceIndex(tree)


__all__ = ["LEVELS", "Candidate", "Path", "Piece", "PlaceIndex", "Word", "load_index"]
