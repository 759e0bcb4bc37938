"""Numbers that look random, never repeat, and can be traced back: permutations of a range, without a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ROUNDS = 4  # of a Feistel network; below three the halves stay visibly related


def mix(
    value: NDArray[np.int64] | NDArray[np.uint64], *, key: int | NDArray[np.int64] | NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Give 64 well-mixed bits of each value under a key (the finaliser of splitmix64)."""
    with np.errstate(over="ignore"):
        keyed = np.asarray(key).astype(np.uint64) * np.uint64(0xD1342543DE82EF95) + np.uint64(0x9E3779B97F4A7C15)
        bits = (value.astype(np.uint64) ^ keyed) * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))


def unit(
    value: NDArray[np.int64] | NDArray[np.uint64], *, key: int | NDArray[np.int64] | NDArray[np.uint64]
) -> NDArray[np.float64]:
    """Give a number in [0, 1) for each value under a key."""
    return (mix(value, key=key) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def permute(rank: Ints, *, left: int, right: int | Ints, key: int | Ints) -> Ints:
    """Give each rank below left * right its own place in the same range; arrays of `right` and `key` go by element."""
    high, low = rank // right, rank % right
    for step in range(ROUNDS):
        if step % 2 == 0:
            high = (high + _draw(low, step=step, key=key, size=left)) % left
        else:
            low = (low + _draw(high, step=step, key=key, size=right)) % right
    return high * right + low


def restore(place: Ints, *, left: int, right: int | Ints, key: int | Ints) -> Ints:
    """Give the rank whose place this is: the inverse of `permute`."""
    high, low = place // right, place % right
    for step in reversed(range(ROUNDS)):
        if step % 2 == 0:
            high = (high - _draw(low, step=step, key=key, size=left)) % left
        else:
            low = (low - _draw(high, step=step, key=key, size=right)) % right
    return high * right + low


def _draw(half: Ints, *, step: int, key: int | Ints, size: int | Ints) -> Ints:
    return (mix(half, key=np.asarray(key, dtype=np.int64) * 16 + step) >> np.uint64(1)).astype(np.int64) % size


def rank_within(cell: Ints) -> Ints:
    """Give each element its rank, from 0, among the elements of the same cell, in the order they stand."""
    order = np.argsort(cell, kind="stable")
    ordered = cell[order]
    starts = (
        np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(cell) else np.zeros(0, np.int64)
    )
    lengths = np.diff(np.append(starts, len(cell)))
    ranks = np.empty(len(cell), np.int64)
    ranks[order] = np.arange(len(cell)) - np.repeat(starts, lengths)
    return ranks
