"""Tables of web pages, which some programs write under the name of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from xacthuc.reading.grid import Grid, Merge, Row, build_chunk
from xacthuc.reading.limits import FileRefused, Limits
from xacthuc.reading.text_encoding import find_encoding

_MOST_BYTES = 64 << 20  # the parser keeps the page in memory; a report of a commune is some MB
_MOST_SPAN = 1000


def open_web_page(path: Path, *, limits: Limits) -> Iterator[Grid]:
    """Give each table of a web page as a grid; FileRefused if there is none. Tables within tables are read as one."""
    if path.stat().st_size > _MOST_BYTES:
        raise FileRefused("file_too_big", file=path.name)
    text = find_encoding(path)
    parser = _Tables()
    with text.open_utf8() as stream:
        parser.feed(stream.read().decode("utf-8", "replace"))
    parser.close()
    tables = [t for t in parser.tables if t]
    if not tables:
        raise FileRefused("not_a_table", file=path.name)
    width = max(len(r) for t in tables for r in t)
    if width > limits.columns:
        raise FileRefused("too_many_columns", file=path.name)
    grids = []
    for number, rows in enumerate(tables):
        name = "" if len(tables) == 1 else f"table {number + 1}"
        merges = parser.merges[number] if len(tables) == 1 else ()
        grids.append(
            Grid(sheet=name, chunks=iter([build_chunk(rows, width=max(1, *(len(r) for r in rows)))]), merges=merges)
        )
    return iter(grids)


class _Tables(HTMLParser):
    """Collects the rows of the tables of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self.merges: list[list[Merge]] = []
        self._depth = 0
        self._cell: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
                self.merges.append([])
        elif tag == "tr" and self._depth:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self._depth and self.tables[-1]:
            self._end_cell()
            self._cell = []
            spans = dict(attrs)
            self._span = (_get_span(spans.get("rowspan")), _get_span(spans.get("colspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        """Put the open cell into its row, past the columns that cells above reach down into."""
        if self._cell is None:
            return
        text = "\n".join(" ".join(line.split()) for line in "".join(self._cell).split("\n")).strip()
        rows, merges = self.tables[-1], self.merges[-1]
        row, top = rows[-1], len(rows) - 1
        while any(m.top < top <= m.bottom and m.left <= len(row) <= m.right for m in merges[-_MOST_SPAN:]):
            row.append(None)
        down, right = self._span
        if down > 1 or right > 1:
            merges.append(Merge(top, len(row), top + down - 1, len(row) + right - 1))
        row.extend([text or None, *([None] * (right - 1))])
        self._cell = None


def _get_span(value: str | None) -> int:
    return min(int(value), _MOST_SPAN) if value and value.isdigit() and value != "0" else 1
