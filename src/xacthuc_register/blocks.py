"""The block keys of a register as whole numbers: of whole columns when it is indexed, of one claim when it is asked.

The parts are those of src/xacthuc/matching/reference_blocks.py. Two different keys may give the same number; whoever
looks up compares the values after that, so it costs a look and never an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.matching.reference_blocks import EVERY, EXACT, FEW, FIRST, PARTS

Row = Mapping[str, Any]
Numbers = npt.NDArray[np.uint64]
Parts = tuple[str, ...]

HOLDERS: tuple[Parts, ...] = (("number12",), ("number9",))

_PRIME, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1  # the golden ratio in 64 bits: neighbours end far apart


def list_blocks(*, narrow: bool) -> tuple[Parts, ...]:
    """Give the parts of every block that a claim of such a register may ask for, without the number's holders."""
    blocks = (*FIRST, EXACT, *(FEW if narrow else EVERY))
    return tuple(dict.fromkeys(block.parts for block in blocks))


def read_claim(parts: Parts, claim: Row) -> int | None:
    """Give the number of a claim's key; None where the claim lacks a part."""
    number = 0
    for part in parts:
        value = claim[part] if part in ("number12", "number9") else PARTS[part][0](claim)
        if value is None:
            return None
        number = _join(number, hash_text(value))
    return number


def read_people(parts: Parts, hashed: Mapping[str, tuple[Numbers, npt.NDArray[np.bool_]]]) -> tuple[Any, Any]:
    """Give the numbers of the people's keys and the places of those who have one, by `hash_parts`."""
    first = hashed[parts[0]]
    numbers, there = np.zeros(len(first[0]), np.uint64), np.ones(len(first[0]), bool)
    for part in parts:
        values, known = hashed[part]
        numbers = (numbers ^ values) * np.uint64(_PRIME)
        numbers ^= numbers >> np.uint64(32)
        there &= known
    places = np.flatnonzero(there)
    return numbers[places], places


def hash_parts(people: pa.Table, names: frozenset[str]) -> dict[str, tuple[Numbers, npt.NDArray[np.bool_]]]:
    """Give, for each part, the number of every person's value, and who has one."""
    return {name: _hash_column(_READERS[name](people)) for name in names}


def hash_text(text: str) -> int:
    """Give the number of a value."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _join(number: int, value: int) -> int:
    number = ((number ^ value) * _PRIME) & _MASK
    return number ^ (number >> 32)


def _hash_column(column: Any) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    coded = pc.dictionary_encode(column)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    distinct = np.array([hash_text(text) for text in coded.dictionary.to_pylist()] or [0], np.uint64)
    known = pc.is_valid(coded).to_numpy(zero_copy_only=False)
    return distinct[pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)], known


def _column(name: str) -> Callable[[pa.Table], Any]:
    return lambda people: people[name]


def _slice(name: str, start: int, stop: int | None) -> Callable[[pa.Table], Any]:
    return lambda people: pc.utf8_slice_codeunits(people[name], start, stop)


def _read_day(people: pa.Table) -> Any:
    births = people["birth_date"]
    return pc.if_else(pc.equal(pc.utf8_length(births), 10), births, pa.scalar(None, pa.string()))


_READERS: Mapping[str, Callable[[pa.Table], Any]] = {
    **{
        name: _column(name)
        for name in (
            "name_key", "name_fold", "name_first", "name_last", "birth_date", "phone", "number12", "number9",
        )
    },
    "day": _read_day,
    "year": _slice("birth_date", 0, 4),
    "place": lambda people: pc.coalesce(people["commune"], people["place"]),
    "province": lambda people: pc.fill_null(people["province"], ""),
    "first_letter": _slice("name_last", 0, 1),
    "last_letter": _slice("name_last", -1, None),
    "number_begins": _slice("number12", 0, 6),
    "number_ends": _slice("number12", -3, None),
    "number_tail": _slice("number12", -6, None),
}  # fmt: skip
