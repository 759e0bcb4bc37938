"""One place: four texts in, the unit they name out, with what is wrong about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from xacthuc.cleaning.place_chains import NOWHERE, Reading, join_paths, read_chain
from xacthuc.cleaning.place_context import PlaceContext
from xacthuc.cleaning.place_index import Path, Piece, PlaceIndex, load_index
from xacthuc.cleaning.place_keys import split_pieces
from xacthuc.codes.units import Tree, load_units, predecessors, successors

COLUMNS = ("province", "district", "commune")
MAX_ROWS = 100_000  # texts of rows kept at once, likewise
MAX_PLACES = 500_000  # places kept at once; more distinct ones than this are read anew

Finding = tuple[str, str]  # field, code


@dataclass(frozen=True, slots=True)
class Place:
    """The unit of a row: codes of 2021 as exact as they are certain, and the commune of 2025 that was named."""

    path: Path = NOWHERE
    commune_2025: str = ""
    findings: tuple[Finding, ...] = ()


class _Texts(NamedTuple):
    """The pieces of one row in a tree: of the address, of the columns, and the columns that name nothing known."""

    address: tuple[Piece, ...]
    columns: tuple[Piece, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    path: Path
    codes: tuple[str, ...] = ()
    problem: bool = False  # the other tree may know better
    loose: bool = False  # the name fits, its type does not: the other tree may know better


@dataclass
class PlaceReader:
    """Read places of one sheet, each distinct one once."""

    tree: Tree
    context: PlaceContext
    _rows: dict[tuple[str | None, ...], Place] = field(default_factory=dict)
    _places: dict[tuple[_Texts, bool], Place] = field(default_factory=dict)

    def read(self, province: str | None, district: str | None, commune: str | None, address: str | None) -> Place:
        """Give the place of one row; the address speaks only where the commune's column is empty."""
        if commune and self.tree == "2021" and (official := _list_official().get((province, district, commune))):
            return official
        row = (province, district, commune, address)
        place = self._rows.get(row)
        if place is None:
            if len(self._rows) >= MAX_ROWS:
                self._rows.clear()
            place = self._rows[row] = self._read_once(*row)
        return place

    def _read_once(self, province: str | None, district: str | None, commune: str | None, address: str | None) -> Place:
        columns, street = (province, district, commune), None if commune else address
        texts = _take_apart(load_index(self.tree), columns, street)
        key = (texts, commune is not None)
        place = self._places.get(key)
        if place is not None:
            return place
        if len(self._places) >= MAX_PLACES:
            self._places.clear()
        answer = _settle(texts, self.context)
        fields = self._list_fields(texts, commune)
        if answer.problem or answer.loose:
            # What the other tree says hangs on the texts themselves: it is not kept.
            return self._ask_other(answer, columns, street, fields)
        place = self._places[key] = self._conclude(answer, fields)
        return place

    def _conclude(self, answer: _Answer, fields: tuple[str, ...]) -> Place:
        findings = [
            (name, code) for code in answer.codes for name in (fields if code == "place_unknown" else fields[:1])
        ]
        return _finish(answer.path, self.tree, tuple(findings))

    def _ask_other(
        self, answer: _Answer, columns: tuple[str | None, ...], street: str | None, fields: tuple[str, ...]
    ) -> Place:
        """Read the row in the other tree: only where a commune is named, and one of 2025 has no district."""
        if (columns[2] or street) and not (columns[1] and self.tree == "2021"):
            other: Tree = "2025" if self.tree == "2021" else "2021"
            second = _settle(_take_apart(load_index(other), columns, street), PlaceContext())
            if second.path[2] and not second.problem and not second.loose:
                place = _finish(second.path, other, ((fields[0], f"place_of_{other}"),))
                return place if answer.problem else _doubt(answer.path, place, fields[0])
        return self._conclude(answer, fields)

    def _list_fields(self, texts: _Texts, commune: str | None) -> tuple[str, ...]:
        if texts.unknown:
            return texts.unknown
        return ("commune",) if commune or not texts.address else ("address",)


@lru_cache(maxsize=4)
def open_reader(tree: Tree, context: PlaceContext) -> PlaceReader:
    """Give the reader of a tree and a context; it remembers the places: the same ones come back in every batch."""
    return PlaceReader(tree=tree, context=context)


@cache
def _list_official() -> dict[tuple[str | None, ...], Place]:
    """Give the places of 2021 written as the list does, with or without the code of the commune: most are.

    What is looked up here is what would be read.
    """
    units = load_units("2021")
    places: dict[tuple[str | None, ...], Place] = {}
    for district in units.districts():
        province = units.get(district.parent)
        assert province is not None, "a district lies in a province"
        above = (province.full_name, district.full_name)
        for commune in units.children(district.code):
            place = Place(path=(province.code, district.code, commune.code))
            places[*above, commune.full_name] = place
            places[*above, f"{commune.code} {commune.full_name}"] = place
    return places


def _take_apart(index: PlaceIndex, columns: tuple[str | None, ...], address: str | None) -> _Texts:
    read: list[Piece] = []
    unknown: list[str] = []
    for level in (2, 1, 0):
        text = columns[level]
        if text and not text.isspace():
            cells = split_pieces(text)
            pieces = [piece for cell in cells for piece in index.read_pieces(cell, level if len(cells) == 1 else None)]
            if pieces and not any(piece.plain or piece.local for piece in pieces):
                unknown.append(COLUMNS[level])
            read += [piece for piece in pieces if piece.plain]
    found: list[Piece] = []
    if address:
        for part in split_pieces(address):
            named = index.read_named(part)
            if named:
                found += named
    return _Texts(address=tuple(found), columns=tuple(read), unknown=tuple(unknown))


def _settle(texts: _Texts, context: PlaceContext) -> _Answer:
    reading = read_chain((*texts.address, *texts.columns))
    if texts.unknown or any(not piece.plain for piece in texts.address):
        return _settle_unknown(reading, context)
    if not reading.used:
        return _Answer(path=context.path)
    if not texts.columns and reading.used == 1 and not reading.stated:
        return _settle_bare(reading, context)
    if any(piece in texts.columns or piece.stated for piece in reading.skipped) and not _is_renamed(reading):
        return _Answer(path=_share(reading), codes=("place_contradiction",), problem=True)
    places = _find_near(reading.places, context)
    if len(places) > 1:
        return _Answer(path=join_paths(places), codes=("place_ambiguous",))
    if not places[0][2]:
        return _settle_incomplete(places[0], texts, context)
    return _Answer(path=places[0], codes=_list_notes(reading), loose=reading.other_type and not reading.district)


def _settle_unknown(reading: Reading, context: PlaceContext) -> _Answer:
    """A unit was meant that the list does not have: keep what the other pieces say above it, never a commune."""
    places = _find_near(reading.places, context)
    path = join_paths(places) if places else NOWHERE
    settled = len(places) == 1 and path[2] and reading.used > 1
    return _Answer(path=path if settled else (path[0], path[1], ""), codes=("place_unknown",), problem=True)


def _settle_bare(reading: Reading, context: PlaceContext) -> _Answer:
    """One bare name in an address: a commune beside the sheet's own, a province, or else a hamlet of that name."""
    home = context.path
    near = [path for path in reading.places if (home[1] or home[2]) and path[:2] == home[:2] and path[2]]
    if home in near or len(near) == 1:
        return _Answer(path=home if home in near else near[0], codes=_list_notes(reading))
    if near:
        return _Answer(path=join_paths(near), codes=("place_ambiguous",))
    provinces = [path for path in reading.places if not path[1] and not path[2]]
    if provinces and reading.exact:
        return _Answer(path=provinces[0], codes=("place_incomplete",))
    return _Answer(path=home)


def _settle_incomplete(path: Path, texts: _Texts, context: PlaceContext) -> _Answer:
    """Only a province or district is named: columns that hold the sheet's commune mean it, an address does not."""
    home = context.path
    if not texts.address and home[2] and all(not own or own == other for own, other in zip(path, home, strict=True)):
        return _Answer(path=home)
    return _Answer(path=path, codes=("place_incomplete",))


def _list_notes(reading: Reading) -> tuple[str, ...]:
    notes = ("place_marks_lost",) if not reading.exact else ()
    return (*notes, "place_type_differs") if reading.other_type else notes


def _find_near(places: tuple[Path, ...], context: PlaceContext) -> tuple[Path, ...]:
    """Of several places keep those in the sheet's own commune, its district, its province, or where most live."""
    for home in (context.path, context.usual):
        for depth in (3, 2, 1):
            near = tuple(path for path in places if home[depth - 1] and path[:depth] == home[:depth])
            if near and len(places) > 1:
                return near
    return places


def _share(reading: Reading) -> Path:
    """Give what contradicting names have in common: those that were taken and those that were left out."""
    left = [candidate.path for piece in reading.skipped for candidate in piece.plain]
    provinces = {path[0] for path in reading.places}
    left = [path for path in left if path[0] in provinces] or left
    return join_paths((*reading.places, *left))


def _is_renamed(reading: Reading) -> bool:
    """Tell whether all that was left out is the province of 2025 around a settled commune of 2021."""
    if len(reading.places) != 1 or not reading.places[0][2] or reading.used < 2:
        return False
    after = {successor.code for successor in successors(reading.places[0][0])}
    now = {load_units("2025").get(code) for code in after}
    names = {unit.name for unit in now if unit is not None}
    old = load_units("2021")
    for piece in reading.skipped:
        units = [old.get(candidate.path[0]) for candidate in piece.plain if candidate.level == 0]
        if not any(unit is not None and unit.name in names for unit in units):
            return False
    return True


def _finish(path: Path, tree: Tree, findings: tuple[Finding, ...]) -> Place:
    if tree == "2021":
        return Place(path=path, findings=findings)
    return Place(path=_map_back(path), commune_2025=path[2], findings=findings)


def _doubt(path: Path, other: Place, name: str) -> Place:
    """Give what two readings of one place share, one in each tree, and that it is ambiguous."""
    joined = join_paths((path, other.path))
    return Place(path=(joined[0], joined[1], ""), findings=((name, "place_ambiguous"),))


def _map_back(path: Path) -> Path:
    """Give the units of 2021 that certainly hold a unit of 2025.

    A commune only if it alone went into the new one, and no commune of its district has an unknown successor.
    """
    old = load_units("2021")
    paths: list[Path] = []
    for code in predecessors(path[2] or path[0]):
        above = {unit.level: unit.code for unit in old.ancestors(code)}
        unit = old.get(code)
        assert unit is not None, "a predecessor is not a unit of 2021"
        above[unit.level] = code
        paths.append((above["province"], above.get("district", ""), above.get("commune", "")))
    joined = join_paths(paths) if paths else NOWHERE
    if not joined[2]:
        return joined
    sure = all(successors(unit.code) for unit in old.children(joined[1]))
    return joined if sure and len(predecessors(path[2])) == 1 else (joined[0], joined[1], "")
