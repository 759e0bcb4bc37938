"""Columns of cells: map the distinct values of a column, put odd ones back, fold text for comparing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Answer: TypeAlias = tuple[str | None, ...]

CELL_LIMIT = 1_000  # characters of a cell that are looked at: no field of ours is longer, hostile cells are

NO_TEXT = pa.scalar(None, pa.string())  # without its type, Arrow would look for it, and for modules, at each call

_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=256)
def text(value: str) -> pa.Scalar:
    """Give a word of ours as a text of Arrow."""
    return pa.scalar(value, pa.string())


def as_array(values: pa.Array | pa.ChunkedArray, *, distinct: bool = False) -> pa.Array:
    """Give one contiguous array of a column, whatever it came as; a dictionary of texts only where it may be one."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) and not distinct else array


def as_distinct(values: pa.Array, rows: pa.Array) -> pa.DictionaryArray:
    """Give `values` at the places `rows` as a dictionary in which each text stands once, as Parquet keeps it."""
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(rows), encoded.dictionary)


def map_distinct(values: pa.Array, read: Callable[[str], Answer], *, width: int) -> tuple[pa.Array, ...]:
    """Read each distinct value once and give `width` text columns of the length of `values`; null stays null."""
    if values.null_count == len(values):
        return (no_text(len(values)),) * width
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    answers = [read(value[:CELL_LIMIT]) for value in encoded.dictionary.to_pylist()]
    columns = zip(*answers, strict=True) if answers else ((),) * width
    return tuple(_spread(column, encoded.indices) for column in columns)


def _spread(answers: Sequence[str | None], places: pa.Array) -> pa.Array:
    found = pa.array(answers, pa.string())
    return found.take(places) if found.null_count < len(found) else no_text(len(places))


def map_odd(
    values: pa.Array, odd: pa.Array, read: Callable[[str], Answer], *, width: int, regular: Sequence[Any]
) -> tuple[pa.Array, ...]:
    """Read the distinct values where `odd` is true; elsewhere keep the `regular` columns (None: null)."""
    return map_columns(values, odd, lambda some: map_distinct(some, read, width=width), regular=regular)


def map_columns(
    values: pa.Array, odd: pa.Array, clean: Callable[[pa.Array], tuple[pa.Array, ...]], *, regular: Sequence[Any]
) -> tuple[pa.Array, ...]:
    """Clean the values where `odd` is true as a column of their own; elsewhere keep the `regular` ones (None: null)."""
    plain = [column if column is not None else no_text(len(values)) for column in regular]
    odd = is_true(odd)
    count = pc.sum(odd).as_py() or 0
    if count in (0, len(values)):
        return clean(values) if count else tuple(plain)
    answers = clean(values.filter(odd))
    return tuple(put_back(column, odd, answer) for column, answer in zip(plain, answers, strict=True))


def cut(values: pa.Array, start: int, stop: int) -> pa.Array:
    """Give some bytes of each text: quicker than letters, and the same where the texts are ASCII."""
    return pc.binary_slice(values.view(pa.binary()), start, stop).view(pa.string())


def put_back(column: pa.Array, mask: pa.Array, replacements: pa.Array) -> pa.Array:
    """Give `column` with the `replacements` set where `mask` is true, in order."""
    if column.null_count == len(column):
        if replacements.null_count == len(replacements):
            return column
        flags = mask.to_numpy(zero_copy_only=False)
        return replacements.take(pa.array(np.cumsum(flags, dtype=np.int32) - 1, mask=~flags))
    return pc.replace_with_mask(column, mask, replacements)


def no_text(length: int) -> pa.Array:
    """Give a text column of nulls."""
    return pa.nulls(length, pa.string())


def is_empty(values: pa.Array) -> bool:
    """Tell whether a column holds nulls alone."""
    return bool(values.null_count == len(values))


def choose(mask: pa.Array, value: str) -> pa.Array:
    """Give `value` where the mask is true, null elsewhere; a null in the mask counts as false."""
    mask = is_true(mask)
    return pc.if_else(mask, text(value), NO_TEXT) if pc.any(mask).as_py() else no_text(len(mask))


def is_true(mask: pa.Array) -> pa.Array:
    """Give the mask with its nulls counted as false."""
    return pc.fill_null(mask, False)


def fold(text: str) -> str:
    """Give lower-case letters without marks, single blanks: for comparing words, never for keeping."""
    if text.isascii():
        return " ".join(text.split()).lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SPACES.sub(" ", bare).strip().lower()


def trim(text: str) -> str:
    """Give the text in compatibility form (full-width digits, odd blanks) without control characters at its edges."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter if letter.isprintable() else " " for letter in plain).strip()


def letter_of(index: int) -> str:
    """Give the letter of a column as a spreadsheet shows it: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
