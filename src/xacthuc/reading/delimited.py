"""Delimited text (csv, tsv, txt) as one grid: encoding, delimiter and quoted line breaks are found.

Rows go through Arrow's csv reader in columns; records with another number of cells than the rest (titles, totals,
shifted rows) come back one by one and are put in their place again. A row is a record: quoted line breaks do not count.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pa_csv

from xacthuc.reading.grid import DICTIONARY, Grid, Note, build_chunk, join_tables
from xacthuc.reading.headings import find_heading
from xacthuc.reading.limits import FileRefused, Limits
from xacthuc.reading.text_encoding import TextStream, find_encoding

_BLOCK = 16 << 20  # bytes parsed at once; a record must fit
_HEAD_CHARS = 200_000  # enough for letterhead, heading and some hundred rows
_HEAD_RECORDS = 1_000
_LEAST_RECORDS = 200  # that tell whether a column holds few values: one to _FEW records, or less
_FEW = 4
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Dialect:
    """How records are divided: the delimiter, whether quotes mean anything, how many cells a record has."""

    delimiter: str
    quoted: bool
    width: int


def open_delimited(path: Path, *, limits: Limits) -> Iterator[Grid]:
    """Give a text file as one grid without sheet name; FileRefused if it holds no text or no record."""
    encoding = find_encoding(path)
    head = encoding.head[:_HEAD_CHARS]
    dialect = find_dialect(head, odd_quotes=encoding.odd_quotes)
    if dialect.width > limits.columns:
        raise FileRefused("too_many_columns", file=path.name)
    most = min(limits.rows, limits.cells // dialect.width)
    if path.stat().st_size > most * dialect.width and encoding.count_lines() > most:
        raise FileRefused("too_many_rows", file=path.name)
    notes = [Note(code) for code in encoding.notes]
    if not dialect.quoted and '"' in head:
        notes.append(Note("quotes_broken"))
    grid = Grid(sheet="", chunks=iter(()), notes=notes)
    few = _find_few(_parse(head, dialect.delimiter, quoted=dialect.quoted), width=dialect.width)
    grid.chunks = _Records(path=path, dialect=dialect, grid=grid, stream=encoding, few=few).list_chunks()
    return iter((grid,))


def find_dialect(head: str, *, odd_quotes: bool = False) -> Dialect:
    """Give the delimiter under which most headings are known and most records have the same number of cells."""
    first = head.split("\n", 1)[0].strip().lower()
    if first.startswith("sep=") and len(first) == 5:
        return Dialect(first[4], not odd_quotes, _find_width(_parse(head, first[4], quoted=not odd_quotes)))
    best = (-1.0, Dialect(",", not odd_quotes, 1))
    for delimiter in _DELIMITERS:
        records = _parse(head, delimiter, quoted=not odd_quotes)
        width = _find_width(records)
        score = _score(records, width=width)
        if score > best[0]:
            best = (score, Dialect(delimiter, not odd_quotes, width))
    return best[1]


def _parse(head: str, delimiter: str, *, quoted: bool) -> list[list[str]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    records: list[list[str]] = []
    lines = (line.replace("\0", "") for line in io.StringIO(head, newline=""))
    try:
        for record in csv.reader(lines, delimiter=delimiter, quoting=quoting):
            records.append(record)
            if len(records) == _HEAD_RECORDS:
                return records
    except csv.Error:  # a cell beyond all bounds; the records before it tell enough
        return records
    return records[:-1] if len(head) >= _HEAD_CHARS and len(records) > 1 else records


def _find_width(records: list[list[str]]) -> int:
    counts = Counter(len(r) for r in records if len(r) > 1)
    return max(counts, key=lambda n: (counts[n], n)) if counts else 1


def _score(records: list[list[str]], *, width: int) -> float:
    known = max((sum(find_heading(cell) is not None for cell in r) for r in records[:60] if len(r) > 1), default=0)
    even = sum(len(r) == width for r in records) / max(1, len(records))
    return known + even * min(width, 30) / 30 if width > 1 else 0.0


def _find_few(records: list[list[str]], *, width: int) -> frozenset[int]:
    """Give the columns that, by the first records, hold few values again and again."""
    even = [r for r in records if len(r) == width]
    if len(even) < _LEAST_RECORDS:
        return frozenset()
    return frozenset(i for i in range(width) if len({r[i] for r in even}) * _FEW <= len(even))


@dataclass
class _Records:
    """The records of one text file on their way into chunks."""

    path: Path
    dialect: Dialect
    grid: Grid
    stream: TextStream
    few: frozenset[int] = frozenset()  # columns that come as dictionaries
    next_record: int = 1

    def list_chunks(self) -> Iterator[pa.Table]:
        """Give chunks of all records in order, blank ones as nulls, uneven ones cut or filled."""
        self.uneven: dict[int, list[str]] = {}
        try:
            with self.stream.open_utf8() as source:
                reader = self._open(source)
                for batch in reader:
                    yield self._place(pa.Table.from_batches([batch]))
        except pa.ArrowInvalid:
            self.grid.notes.append(Note("text_cut_off", row=self.next_record))
        if self.uneven:
            yield self._place(None)

    def _open(self, source: io.RawIOBase | io.BufferedReader) -> pa_csv.CSVStreamingReader:
        names = [str(i) for i in range(self.dialect.width)]
        return pa_csv.open_csv(
            source,
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char='"' if self.dialect.quoted else False,
                newlines_in_values=self.dialect.quoted,
                ignore_empty_lines=False,
                invalid_row_handler=self._keep_uneven,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={n: DICTIONARY if i in self.few else pa.string() for i, n in enumerate(names)},
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )

    def _keep_uneven(self, row: pa_csv.InvalidRow) -> str:
        parsed = _parse(row.text, self.dialect.delimiter, quoted=self.dialect.quoted)
        cells = parsed[0] if parsed else []
        if any(c.strip() for c in cells[self.dialect.width :]):
            self.grid.notes.append(Note("row_shifted", row=row.number, field="row"))
        self.uneven[row.number] = cells[: self.dialect.width]
        return "skip"

    def _place(self, even: pa.Table | None) -> pa.Table:
        """Put the uneven records that lie before the last even one among the even ones."""
        parts: list[pa.Table] = []
        taken = 0
        total = even.num_rows if even is not None else 0
        for number in sorted(self.uneven):
            run = number - self.next_record
            if even is not None and taken + run >= total:
                break
            if run and even is not None:
                parts.append(even.slice(taken, run))
            taken += run
            cells = [c if c and not c.isspace() else None for c in self.uneven.pop(number)]
            parts.append(build_chunk([cells], width=self.dialect.width))
            self.next_record = number + 1
        if even is not None:
            parts.append(even.slice(taken))
            self.next_record += total - taken
        return join_tables(parts)
