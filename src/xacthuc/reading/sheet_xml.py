"""Big sheets of an xlsx, inflated and read block by block, in columns: no object for a cell, no whole sheet in memory.

Small sheets go through calamine. Rows that are not written in the usual way are read by an XML parser, block by block,
with the same result. Not read here: merged cells, which stand after the rows.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa

from xacthuc.reading.cell_values import CellValues, read_error_free
from xacthuc.reading.spans import Bytes, Positions, get_spans, read_digits

_BLOCK = 8 << 20  # inflated bytes at once: some 10,000 rows of 20 columns
_LAST_ROW = 1 << 20  # of a spreadsheet
_ROW_END = b"</row>"
_HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d+)"')
_LETTERS = re.compile(r"[A-Z]+")
_TYPES = {ord("n"): "n", ord("b"): "b", ord("e"): "e", ord("d"): "d", ord("i"): "i"}


class SheetCut(Exception):
    """A sheet whose XML ends in the middle or makes no sense."""


@dataclass
class BigSheet:
    """One sheet of an xlsx as chunks; `hidden_rows` and `merged` are known when the chunks have ended."""

    package: zipfile.ZipFile
    part: str
    values: CellValues
    most_columns: int
    hidden_rows: set[int] = field(default_factory=set)
    merged: bool = False
    cut: bool = False
    _next: int = 0  # the first row of the next chunk
    _width: int = 1

    def list_chunks(self) -> Iterator[pa.Table]:
        """Give the rows in chunks, rows that are not written as nulls; SheetCut if the XML breaks off."""
        for block in self._list_blocks():
            if b"hidden=" in block:
                self.hidden_rows.update(int(n) - 1 for n in _HIDDEN_ROW.findall(block))
            chunk = self._read_columns(block)
            yield chunk if chunk is not None else self._read_rows(block)

    def _list_blocks(self) -> Iterator[bytes]:
        """Give whole rows, from the first to the last of the sheet."""
        with self.package.open(self.part) as stream, ThreadPoolExecutor(1) as inflating:
            rest = b""
            begun = False
            coming = inflating.submit(stream.read, _BLOCK)  # the next block is inflated while this one is read
            while data := coming.result():
                coming = inflating.submit(stream.read, _BLOCK)
                data = rest + data
                if not begun:
                    at = data.find(b"<sheetData")
                    begun = at >= 0
                    data = data[max(at, 0) :]
                end = data.rfind(_ROW_END)
                if begun and end >= 0:
                    yield data[: end + len(_ROW_END)]
                    data = data[end + len(_ROW_END) :]
                if begun and b"</sheetData>" in data:
                    self.merged = b"<mergeCell" in data + coming.result() + stream.read()
                    return
                rest = data
        if not begun or b"<sheetData/>" not in rest:
            raise SheetCut

    def _read_columns(self, block: bytes) -> pa.Table | None:
        """Read a block in columns; None if a cell is not written in the usual way."""
        data = np.frombuffer(block, np.uint8)
        tags = np.flatnonzero(data[:-2] == ord("<"))
        first, second = data[tags + 1], data[tags + 2]
        if np.any((first == ord("!")) | ((first == ord("c")) & (second == ord(">"))) | (second == ord("P"))):
            return None  # remarks, cells without a place, readings of characters
        is_cell = (first == ord("c")) & (second == ord(" "))
        is_row = (first == ord("r")) & (second == ord("o"))
        cells, rows = tags[is_cell], tags[is_row]
        quotes = np.flatnonzero(data == ord('"'))
        row_numbers = _read_row_numbers(data, rows, quotes)
        if row_numbers is None or not _stands(data, cells + 3, b'r="'):
            return None
        if row_numbers[0] <= self._next or row_numbers[-1] > _LAST_ROW or np.any(row_numbers[1:] <= row_numbers[:-1]):
            raise SheetCut  # rows that go backwards
        tail = ((first == ord("v")) | (first == ord("t"))) & ((second == ord(">")) | (second == ord(" ")))
        values = np.flatnonzero(tail)
        owner = np.cumsum(is_cell)[values] - 1
        if len(values) and (owner[0] < 0 or np.any(owner[1:] == owner[:-1])):
            return None  # a value of several pieces
        kinds = _read_kinds(data, cells, quotes)
        if kinds is None:
            return None
        starts, ends = get_spans(data, tags, values)
        cell_rows = row_numbers[np.cumsum(is_row)[values] - 1]
        columns = _read_column_numbers(data, cells[owner])
        return self._build(
            block, (cell_rows, columns), (starts, ends), (kinds[0][owner], kinds[1][owner]), last=int(row_numbers[-1])
        )

    def _build(
        self, block: bytes, place: tuple[Positions, Positions], spans: tuple[Positions, Positions],
        kinds: tuple[Bytes, Positions], *, last: int,
    ) -> pa.Table:  # fmt: skip
        """Put the values of a block into columns."""
        rows, columns = place
        count = last - self._next
        self._width = max(self._width, min(int(columns.max(initial=0)) + 1, self.most_columns))
        arrays = []
        empty = pa.nulls(count, pa.string())
        for number in range(self._width):
            chosen = np.flatnonzero(columns == number)
            if not len(chosen):
                arrays.append(empty)
                continue
            texts = self.values.read(block, (spans[0][chosen], spans[1][chosen]), (kinds[0][chosen], kinds[1][chosen]))
            places = np.full(count, -1, dtype=np.int64)
            places[rows[chosen] - 1 - self._next] = np.arange(len(chosen))
            arrays.append(texts.take(pa.array(places, mask=places < 0)))
        self._next = last
        self.cut = self.cut or bool(np.any(columns >= self.most_columns))
        return pa.table(arrays, names=[str(i) for i in range(self._width)])

    def _read_rows(self, block: bytes) -> pa.Table:
        """Read a block with an XML parser."""
        start = block.find(b"<row")
        try:
            root = ElementTree.fromstring(b'<x xmlns:r="r" xmlns:x14ac="a" xmlns:xml2="b">' + block[start:] + b"</x>")
        except ElementTree.ParseError:
            raise SheetCut from None
        rows: dict[int, dict[int, str | None]] = {}
        number = self._next
        for row in root.iter("row"):
            number = int(row.get("r", number + 1))
            cells: dict[int, str | None] = {}
            column = -1
            for cell in row.iter("c"):
                reference = _LETTERS.match(cell.get("r", ""))
                column = _get_column(reference.group()) if reference else column + 1
                cells[column] = read_error_free(cell, self.values)
            if not max(rows, default=self._next) < number <= _LAST_ROW:
                raise SheetCut
            rows[number] = cells
        widest = max((c + 1 for cells in rows.values() for c in cells), default=1)
        self._width = max(self._width, min(widest, self.most_columns))
        count, first = number - self._next, self._next + 1
        empty = pa.nulls(count, pa.string())
        used = {c for cells in rows.values() for c in cells}
        arrays = [
            pa.array([rows.get(n, {}).get(c) for n in range(first, number + 1)], pa.string()) if c in used else empty
            for c in range(self._width)
        ]
        self._next = number
        return pa.table(arrays, names=[str(c) for c in range(self._width)])


def _stands(data: Bytes, at: Positions, text: bytes) -> bool:
    """Tell whether a text stands at every position."""
    return all(bool(np.all(data[at + i] == c)) for i, c in enumerate(text))


def _read_row_numbers(data: Bytes, rows: Positions, quotes: Positions) -> Positions | None:
    """Give the number of each row, None unless it is its first attribute."""
    if not len(rows) or not _stands(data, rows, b'<row r="'):
        return None
    first = np.searchsorted(quotes, rows)
    return read_digits(data, quotes[first] + 1, quotes[first + 1])


def _read_column_numbers(data: Bytes, cells: Positions) -> Positions:
    """Give the column of each cell from the letters of its reference."""
    letters = data[cells + 6].astype(np.int64) - 64
    for offset in (7, 8):
        more = data[cells + offset]
        is_letter = more >= ord("A")
        if offset == 8:
            is_letter &= data[cells + 7] >= ord("A")
        letters = np.where(is_letter, letters * 26 + more - 64, letters)
    return letters - 1


def _read_kinds(data: Bytes, cells: Positions, quotes: Positions) -> tuple[Bytes, Positions] | None:
    """Give type (first letter, "S" for shared, "s" for a formula's text) and style of each cell; None if unusual."""
    types = np.full(len(cells), ord("n"), dtype=np.uint8)
    styles = np.zeros(len(cells), dtype=np.int64)
    quote = np.searchsorted(quotes, cells) + 1
    going = np.ones(len(cells), dtype=bool)
    for _ in range(3):
        after = quotes[quote] + 1
        going = going & (data[np.minimum(after, len(data) - 1)] == ord(" "))
        at = np.flatnonzero(going)
        if not len(at):
            return types, styles
        name = data[after[at] + 1]
        if not np.all((data[after[at] + 2] == ord("=")) & ((name == ord("s")) | (name == ord("t")))):
            return None
        start, end = quotes[quote[at] + 1] + 1, quotes[quote[at] + 2]
        style = name == ord("s")
        styles[at[style]] = read_digits(data, start[style], end[style])
        kind = data[start[~style]]
        shared = (kind == ord("s")) & (end[~style] - start[~style] == 1)
        types[at[~style]] = np.where(shared, ord("S"), kind)
        quote[at] += 2
    return None


def _get_column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
