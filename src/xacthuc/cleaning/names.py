"""Names of people: one by one, or a whole column at once with the same answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import as_array, as_distinct
from xacthuc.cleaning.encodings import UNUSUAL
from xacthuc.cleaning.marks import make_base_key
from xacthuc.cleaning.name_order import ORDER_VERDICTS, judge_order
from xacthuc.cleaning.name_words import NameWord, Trait, read_word
from xacthuc.cleaning.one_name import FINDINGS, NAME_LIMIT, CleanName, clean_name

__all__ = ["CleanName", "CleanNames", "clean_name", "clean_names"]

Numbers = npt.NDArray[Any]
NAME_COLUMNS = ("name", "name_key", "name_fold", "name_base", "name_first", "name_last")
_REPAIRS = ((Trait.CASE, "name_case"), (Trait.UNICODE, "name_unicode"), (Trait.TONE, "name_tone_placement"))
_WIDTH = np.uint64(16)  # bits that a word's traits take in a key of four words
_ORDER_TRAITS = (1 << 16) - 1  # the traits that tell of order are the lowest ones
_BIT = {code: 1 << at for at, code in enumerate(FINDINGS)}


@dataclass(frozen=True)
class CleanNames:
    """A column of names, row by row: columns of text, which may be dictionaries, and each row's findings as bits."""

    name: pa.Array
    name_key: pa.Array
    name_fold: pa.Array
    name_base: pa.Array
    name_first: pa.Array
    name_last: pa.Array
    masks: Numbers  # int32, bit n stands for FINDINGS[n]

    def as_texts(self) -> CleanNames:
        """Give the same without dictionaries."""
        return replace(self, **{name: as_array(getattr(self, name)) for name in NAME_COLUMNS})

    def list_findings(self) -> dict[str, Numbers]:
        """Give the rows (from 0, rising) of each code that occurs, in the order of FINDINGS."""
        together = int(np.bitwise_or.reduce(self.masks)) if len(self.masks) else 0
        return {code: np.flatnonzero(self.masks & bit) for code, bit in _BIT.items() if together & bit}

    def list_code_columns(self) -> list[pa.Array]:
        """Give one text column for each code that occurs: the code where it was found, null elsewhere."""
        return [
            pc.if_else(pa.array((self.masks & _BIT[code]) != 0), pa.scalar(code), pa.scalar(None, pa.string()))
            for code in self.list_findings()
        ]

    def get_findings(self, row: int) -> tuple[str, ...]:
        """Give the codes of one row, as `clean_name` would."""
        return tuple(code for code, bit in _BIT.items() if int(self.masks[row]) & bit)


def clean_names(values: pa.Array | pa.ChunkedArray, *, encoding: str | None = None, told: bool = False) -> CleanNames:
    """Clean a column of names (text or dictionary of text); row by row the same as `clean_name`.

    Plain names are put together from their words, each distinct word being read once; the others are read one by one.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        values = values.cast(pa.string()).dictionary_encode()
    names = _clean_distinct(values.dictionary.cast(pa.string()), encoding=encoding, told=told)
    rows = values.indices
    masks = pa.array(names.masks).take(rows).fill_null(0).to_numpy(zero_copy_only=False)
    return CleanNames(**{name: as_distinct(getattr(names, name), rows) for name in NAME_COLUMNS}, masks=masks)


@dataclass(frozen=True)
class _Tokens:
    """The words of distinct names: their list offsets, and for each word of each name its place in `words`."""

    offsets: Numbers
    places: Numbers
    words: list[NameWord]
    traits: Numbers


def _clean_distinct(texts: pa.Array, *, encoding: str | None, told: bool) -> CleanNames:
    if len(texts) == 0:
        empty = pa.array([], pa.string())
        return CleanNames(empty, empty, empty, empty, empty, empty, np.zeros(0, np.int32))
    opened, parted = _open_spaces(texts)
    tokens, spaced = _split(opened)
    orders = _judge_orders(tokens)
    slow = np.flatnonzero(_find_slow(texts, tokens, orders=orders, encoding=encoding))
    one_by_one = [clean_name(text, encoding=encoding, told=told) for text in texts.take(pa.array(slow)).to_pylist()]
    masks = _sum_findings(tokens)
    masks[orders == ORDER_VERDICTS.index("unsure")] |= _BIT["name_order_unsure"]
    masks[spaced | parted] |= _BIT["name_spaces"]
    masks[slow] = [sum([_BIT[code] for code in name.findings]) for name in one_by_one]
    return CleanNames(
        _put(_join(tokens, [word.shown for word in tokens.words], " "), slow, [name.name for name in one_by_one]),
        _put(_join(tokens, [word.key for word in tokens.words], "<"), slow, [name.key for name in one_by_one]),
        _put(_join_sorted(tokens), slow, [name.fold for name in one_by_one]),
        _put(_join(tokens, [make_base_key(word.key) for word in tokens.words], "<"), slow, _list_bases(one_by_one)),
        _put(_pick(tokens, at=0), slow, [find_word(name.key, at=0) for name in one_by_one]),
        _put(_pick(tokens, at=-1), slow, [find_word(name.key, at=-1) for name in one_by_one]),
        masks,
    )


def _open_spaces(texts: pa.Array) -> tuple[pa.Array, Numbers]:
    """Give the names with a blank for each no-break space, and which they are; not where it may be half a letter."""
    parted = pc.match_substring(texts, "\u00a0")
    if not pc.any(parted).as_py():
        return texts, np.zeros(len(texts), np.bool_)
    opened = pc.replace_substring(texts, "\u00a0", " ")
    unclear = pc.or_(pc.match_substring_regex(texts, "[ÂÃ]\u00a0"), pc.match_substring_regex(opened, UNUSUAL))
    parted = pc.and_(parted, pc.invert(unclear))
    return pc.if_else(parted, opened, texts), parted.to_numpy(zero_copy_only=False)


def _split(texts: pa.Array) -> tuple[_Tokens, Numbers]:
    """Give the words of each name, and which names had blanks in other places than one between two words."""
    lists = pc.split_pattern(texts, " ")
    encoded = lists.flatten().dictionary_encode()
    words = [read_word(word) for word in encoded.dictionary.to_pylist()]
    offsets = lists.offsets.to_numpy() - lists.offsets[0].as_py()
    places = encoded.indices.to_numpy()
    spaced = np.zeros(len(texts), np.bool_)
    empty = encoded.dictionary.index("").as_py()
    if empty >= 0:
        offsets, places, spaced = _drop_empty(offsets, places, empty=empty)
    return _Tokens(offsets, places, words, np.array([word.traits for word in words], np.int32)[places]), spaced


def _drop_empty(offsets: Numbers, places: Numbers, *, empty: int) -> tuple[Numbers, Numbers, Numbers]:
    """Take out the empty words that blanks leave, but one where a name has no other: such a name is read by itself."""
    kept = places != empty
    counts = np.add.reduceat(kept, offsets[:-1], dtype=np.int32)
    kept[offsets[:-1][counts == 0]] = True
    left = np.maximum(counts, 1)
    spaced = left != np.diff(offsets)
    return np.concatenate([np.zeros(1, np.int32), np.cumsum(left, dtype=np.int32)]), places[kept], spaced


def _find_slow(texts: pa.Array, tokens: _Tokens, *, orders: Numbers, encoding: str | None) -> Numbers:
    """Tell which names need more than their words one by one: every name for which `clean_name` does more than that."""
    starts, ends = tokens.offsets[:-1], tokens.offsets[1:]
    first = tokens.traits[starts]
    slow = (np.bitwise_or.reduceat(tokens.traits, starts) & Trait.ODD) != 0
    slow |= (ends - starts < 2) | ((first & (Trait.TITLE | Trait.OPENING | Trait.SHORTENED)) != 0)
    slow |= (tokens.traits[ends - 1] & Trait.SHORTENED) != 0
    slow |= orders == ORDER_VERDICTS.index("restored")
    slow |= pc.greater(pc.binary_length(texts), NAME_LIMIT).to_numpy(zero_copy_only=False)
    if encoding is not None:
        slow |= ~pc.string_is_ascii(texts).to_numpy(zero_copy_only=False)
    return np.asarray(slow)


def _judge_orders(tokens: _Tokens) -> Numbers:
    """Judge the order of each name, as a place in ORDER_VERDICTS: few kinds of words meet, each is judged once."""
    starts, ends = tokens.offsets[:-1], tokens.offsets[1:]
    traits = (tokens.traits & _ORDER_TRAITS).astype(np.uint64)
    key = traits[starts]
    for at in (1, 2):
        key = key << _WIDTH | traits[np.minimum(starts + at, ends - 1)]
    key = key << _WIDTH | traits[ends - 1]
    encoded = pa.array(key).dictionary_encode()
    kinds, kind = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    words = [[key >> shift & int(_ORDER_TRAITS) for shift in (48, 32, 16, 0)] for key in kinds]
    verdicts = np.array([ORDER_VERDICTS.index(judge_order(*four)) for four in words], np.int8)[kind]
    return np.where(ends - starts < 3, np.int8(0), verdicts)


def _sum_findings(tokens: _Tokens) -> Numbers:
    """Give the findings of plain names: what the words tell, and marks that are missing altogether."""
    starts, ends, traits = tokens.offsets[:-1], tokens.offsets[1:], tokens.traits
    together = np.bitwise_or.reduceat(traits, starts)
    alike = np.bitwise_and.reduceat(traits, starts)
    before_last = traits.copy()
    before_last[ends - 1] = 0
    markers = np.bitwise_or.reduceat(before_last, starts) & Trait.BARE_MARKER
    suspicious = (together & Trait.BARE_ONLY) | markers
    known = (alike & Trait.KNOWN_BASE) | (traits[starts] & Trait.BARE_SURNAME)
    no_marks = ((together & Trait.MARKED) == 0) & (suspicious != 0) & (known != 0)
    masks = np.where(no_marks, _BIT["name_no_marks"], 0).astype(np.int32)
    for trait, code in (*_REPAIRS, (Trait.SHORTENED, "name_abbreviated")):
        masks |= np.where(together & trait, _BIT[code], 0).astype(np.int32)
    return masks


def _join(tokens: _Tokens, words: list[str], separator: str) -> pa.Array:
    lists = pa.ListArray.from_arrays(
        pa.array(tokens.offsets, pa.int32()), pa.array(words).take(pa.array(tokens.places))
    )
    return pc.binary_join(lists, separator)


def _join_sorted(tokens: _Tokens) -> pa.Array:
    """Join the folded words of each name in the order of the alphabet: sorted as numbers, name first, then rank."""
    folds = [word.fold for word in tokens.words]
    ranked = sorted(set(folds))
    rank = {fold: at for at, fold in enumerate(ranked)}
    ranks = np.array([rank[fold] for fold in folds], np.int64)[tokens.places]
    lengths = np.diff(tokens.offsets)
    ranks += np.repeat(np.arange(len(lengths), dtype=np.int64) * len(ranked), lengths)
    ranks.sort()
    places = ranks % len(ranked)
    lists = pa.ListArray.from_arrays(pa.array(tokens.offsets, pa.int32()), pa.array(ranked).take(pa.array(places)))
    return pc.binary_join(lists, "<")


def _list_bases(names: list[CleanName]) -> list[str | None]:
    return [make_base_key(name.key) if name.key else None for name in names]


def _pick(tokens: _Tokens, *, at: int) -> pa.Array:
    """Give the first (0) or last (-1) word of each name, without marks."""
    words = pa.array([find_word(word.key, at=at) for word in tokens.words], pa.string())
    places = tokens.places[tokens.offsets[:-1]] if at == 0 else tokens.places[tokens.offsets[1:] - 1]
    return words.take(pa.array(places))


def find_word(key: str | None, *, at: int) -> str | None:
    """Give a word of a marked key, by its place, without marks."""
    return make_base_key(key.split("<")[at]) if key else None


def _put(joined: pa.Array, rows: Numbers, texts: list[str | None]) -> pa.Array:
    """Put texts into the rows of an array."""
    if not len(rows):
        return joined
    order = np.arange(len(joined), dtype=np.int64)
    order[rows] = np.arange(len(rows)) + len(joined)
    return pa.concat_arrays([joined, pa.array(texts, pa.string())]).take(pa.array(order))
