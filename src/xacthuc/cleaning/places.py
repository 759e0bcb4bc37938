"""Places: codes of province, district and commune from the texts of a column, over the distinct places only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import as_distinct
from xacthuc.cleaning.place_context import PlaceContext, find_context
from xacthuc.cleaning.place_keys import make_place_key
from xacthuc.cleaning.place_rows import Place, PlaceReader, open_reader

__all__ = ["CleanPlaces", "PlaceContext", "clean_places", "find_context"]

PlaceTree = Literal["2021", "2025", "none"]
Codes = np.ndarray[tuple[int], np.dtype[np.int64]]
USUAL_PEOPLE = 20  # people whose commune is certain, before their district tells anything
USUAL_SHARE = 0.9  # of these in one district: then a name that several communes bear means the one there
MAX_ADDRESS = 400  # letters; a longer cell is no address


@dataclass(frozen=True)
class CleanPlaces:
    """Columns of text, perhaps as dictionaries, of the length of the input; null where nothing is certain.

    `province`, `district`, `commune`: codes of the tree of 2021. `commune_2025`: the code of a commune that was named
    as in the tree of 2025. `place`: the place as an ASCII key, for places outside the trees only.
    `findings`: a field and a column of finding codes, null where there is nothing to say; a field may come again.
    """

    province: pa.Array
    district: pa.Array
    commune: pa.Array
    commune_2025: pa.Array
    place: pa.Array
    findings: tuple[tuple[str, pa.Array], ...]


def clean_places(
    province: pa.Array | pa.ChunkedArray,
    district: pa.Array | pa.ChunkedArray,
    commune: pa.Array | pa.ChunkedArray,
    address: pa.Array | pa.ChunkedArray,
    *,
    tree: PlaceTree,
    context: PlaceContext | Iterable[str] = (),
) -> CleanPlaces:
    """Give the units that the columns name; all four are text of one length, null or blank where nothing stands.

    `context`: where the sheet comes from, or the texts that tell it; a row that names no unit is of that commune. A
    name counts with its marks, without them only if one unit fits; several units give null and a finding. The
    address is read only where the commune's column is empty. `tree`: "none" gives `place` alone. Not checked:
    misspelt names (they are unknown), and whether an address within the commune exists.
    """
    columns = [_prepare(column) for column in (province, district, commune)]
    communes, names = columns[2]
    alone = bool((communes == len(names) - 1).any())  # else no address is read
    rows, distinct = _find_distinct([*columns, _prepare(address if alone else pa.nulls(len(address), pa.string()))])
    if tree == "none":
        keys = [make_place_key((text[3], text[2], text[1], text[0])) for text in distinct]
        place = pa.array(keys, pa.string()).take(rows)
        nothing = pa.nulls(len(rows), pa.string())
        return CleanPlaces(nothing, nothing, nothing, nothing, place, ())
    home = context if isinstance(context, PlaceContext) else find_context(context, tree=tree)
    reader = open_reader(tree, home)
    places = _settle_by_usual([reader.read(*text) for text in distinct], distinct, rows, reader)
    return CleanPlaces(
        province=_spread([place.path[0] for place in places], rows),
        district=_spread([place.path[1] for place in places], rows),
        commune=_spread([place.path[2] for place in places], rows),
        commune_2025=_spread([place.commune_2025 for place in places], rows),
        place=pa.nulls(len(rows), pa.string()),
        findings=_collect_findings(places, rows),
    )


def _prepare(column: pa.Array | pa.ChunkedArray) -> tuple[Codes, list[str | None]]:
    """Give the column as numbers into a list of trimmed NFC texts; its last, None, stands for null and blank."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64), [None]
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    texts = pc.utf8_slice_codeunits(column.dictionary.cast(pa.string()), 0, MAX_ADDRESS)
    if pc.any(pc.match_substring_regex(texts, r"\p{M}")).as_py():  # looking is much cheaper than normalising
        texts = pc.utf8_normalize(texts, form="NFC")
    texts = pc.utf8_trim_whitespace(texts)
    blank = len(texts)
    codes = column.indices.fill_null(blank).to_numpy().astype(np.int64)
    empty = pc.equal(texts, "").fill_null(True).to_numpy(zero_copy_only=False)
    if empty.any():
        codes = np.append(np.where(empty, blank, np.arange(blank)), blank)[codes]
    return codes, [*texts.to_pylist(), None]


def _find_distinct(columns: list[tuple[Codes, list[str | None]]]) -> tuple[pa.Array, list[tuple[str | None, ...]]]:
    """Give for each row the number of its place, and the distinct places; with a commune the address is null."""
    communes, texts = columns[2]
    streets, lines = columns[3]
    streets = np.where(communes == len(texts) - 1, streets, len(lines) - 1)
    rows = columns[0][0]
    for codes, values in (*columns[1:3], (streets, lines)):
        if len(values) == 1:
            continue
        # Encoded after each step, so the product stays below rows times values.
        rows = pa.array(rows * len(values) + codes).dictionary_encode().indices.to_numpy().astype(np.int64)
    first = np.zeros(int(rows.max(initial=-1)) + 1, dtype=np.int64)
    first[rows[::-1]] = np.arange(len(rows) - 1, -1, -1)
    picked = [[values[code] for code in codes[first]] for codes, values in (*columns[:3], (streets, lines))]
    return pa.array(rows), list(zip(*picked, strict=True))


def _settle_by_usual(
    places: list[Place], distinct: list[tuple[str | None, ...]], rows: pa.Array, reader: PlaceReader
) -> list[Place]:
    """Read ambiguous places again by the district in which nearly all others of the sheet live, if there is one."""
    open_ones = [n for n, place in enumerate(places) if any(code == "place_ambiguous" for _, code in place.findings)]
    if not open_ones or reader.tree == "2025" or reader.context.path[1]:
        return places
    times = np.bincount(rows.to_numpy(), minlength=len(places))
    people: Counter[str] = Counter()
    for place, count in zip(places, times.tolist(), strict=True):
        if place.path[2]:
            people[place.path[1]] += count
    district, most = max(people.items(), key=lambda entry: (entry[1], entry[0]), default=("", 0))
    if most < USUAL_PEOPLE or most < USUAL_SHARE * people.total():
        return places
    usual = next(place.path for place in places if place.path[1] == district)
    again = open_reader(reader.tree, replace(reader.context, usual=(usual[0], usual[1], "")))
    for number in open_ones:
        places[number] = again.read(*distinct[number])
    return places


def _spread(values: list[str], rows: pa.Array) -> pa.Array:
    return as_distinct(pa.array([value or None for value in values], pa.string()), rows)


def _collect_findings(places: list[Place], rows: pa.Array) -> tuple[tuple[str, pa.Array], ...]:
    """Give the first codes of each field as a column, then the second ones."""
    columns: dict[tuple[str, int], dict[int, str]] = {}
    for number, place in enumerate(places):
        seen: dict[str, int] = {}
        for name, code in place.findings:
            seen[name] = seen.get(name, 0) + 1
            columns.setdefault((name, seen[name]), {})[number] = code
    return tuple(
        (name, pa.array([codes.get(number) for number in range(len(places))], pa.string()).take(rows))
        for (name, _), codes in sorted(columns.items())
    )
