"""Chance, as the makers of messy records use it: one source of numbers in [0, 1), given by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """A source of random numbers: `random.Random` and numpy's `Generator` both are one."""

    def random(self) -> float:
        """Give the next number in [0, 1)."""
        ...


def pick(options: Sequence[T], rng: Chance) -> T:
    """Give one of the options, each as likely; an empty sequence is an IndexError."""
    return options[int(rng.random() * len(options))]


def pick_weighted(options: Sequence[tuple[T, float]], rng: Chance) -> T:
    """Give one of the options by weight; the weights need not add up to one."""
    left = rng.random() * sum(weight for _, weight in options)
    for option, weight in options:
        left -= weight
        if left < 0:
            return option
    return options[-1][0]


def shuffle(items: Sequence[T], rng: Chance) -> list[T]:
    """Give the items in a random order."""
    return [item for _, item in sorted(((rng.random(), item) for item in items), key=lambda pair: pair[0])]
