"""Damage to columns: which rows have which class, and the loop over the damaged few."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.chance import Chance
from xacthuc.nation.classes import Marks
from xacthuc.nation.damage import DAMAGES
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pen:
    """What a clerk writes with: the rates, chance, and the marks of what went wrong, one row a record or profile."""

    marks: Marks
    rates: Rates
    rng: np.random.Generator
    chance: Chance

    def happens(self, name: str) -> Flags:
        """Draw in which rows something happens."""
        return self.rng.random(len(self.marks.flags)) < self.rates[name]

    def choose(self, names: tuple[str, ...]) -> Ints:
        """Choose at most one class for each row by its rate: the place in `names`, or -1."""
        edges = np.cumsum([self.rates[name] for name in names])
        assert edges[-1] <= 1, "the rates of classes that exclude one another add up to more than one"
        found = np.searchsorted(edges, self.rng.random(len(self.marks.flags)), side="right")
        return np.where(found == len(names), -1, found)

    def damage(self, name: str, values: pa.Array, rows: Ints) -> pa.Array:
        """Damage some values by the class of that name in damage.py, and mark the rows where it could be done."""
        fn = DAMAGES[name].fn
        values, done = damage_rows(values, rows, lambda value, _: fn(value, self.chance))
        self.marks.set(name, done)
        return values


def take_pen(marks: Marks, *, rates: Rates, rng: np.random.Generator) -> Pen:
    """Give a pen whose small choices follow from the generator too."""
    return Pen(marks, rates, rng, random.Random(int(rng.integers(1 << 62))))


def overwrite(values: pa.Array, rows: Ints, texts: pa.Array) -> pa.Array:
    """Put texts in the place of some values; `rows` ascend."""
    mask = np.zeros(len(values), bool)
    mask[rows] = True
    return pc.replace_with_mask(values, pa.array(mask), texts)


def empty(values: pa.Array, rows: Ints) -> pa.Array:
    """Put nothing in the place of some values."""
    return overwrite(values, rows, pa.nulls(len(rows), pa.string()))


def damage_rows(values: pa.Array, rows: Ints, draw: Callable[[str, int], str | None]) -> tuple[pa.Array, Ints]:
    """Damage some values one by one: `draw(value, row)`; give the values, and the rows where it could be done."""
    old = values.take(pa.array(rows)).to_pylist()
    new = [None if value is None else draw(value, row) for value, row in zip(old, rows.tolist(), strict=True)]
    done = np.array([text is not None for text in new], bool)
    texts = pa.array([text for text in new if text is not None], pa.string())
    return overwrite(values, rows[done], texts), rows[done]


def are_known(values: pa.Array) -> Flags:
    """Tell which values are not null."""
    return np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False))
