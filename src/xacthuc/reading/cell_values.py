"""The values of xlsx cells as text: shared strings, numbers, dates by their style, in the manner of `get_cell_text`."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.reading.grid import get_cell_text
from xacthuc.reading.spans import Bytes, Positions, build_texts, get_spans, read_digits

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BLOCK = 16 << 20
_ITEM_END = b"</si>"
_DATE_IDS = frozenset(
    [*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)]
)  # built-in formats of dates and times
_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_LAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_WHOLE = r"^-?(?:0|[1-9]\d{0,14})$"
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"))
_CHARACTER = re.compile(r"&#(x[0-9a-fA-F]+|\d+);")
_FIRST_1900 = datetime(1899, 12, 30)
_FIRST_1904 = datetime(1904, 1, 1)
_UNIX_1900, _UNIX_1904 = 25_569, 24_107  # the serial of 1 January 1970
_LEAP = 60  # serials up to here count a 29 February 1900 that never was
_MOST_KNOWN = 200_000  # some 500 years of days
_LAST = 2_958_466  # the day after 31 December 9999


@dataclass(frozen=True)
class CellValues:
    """What is needed to read cells: the shared strings, which styles are dates, where days begin."""

    shared: pa.Array
    dates: Bytes  # by style: 1 where a number is a date
    date_system: Literal[1900, 1904]
    known: dict[str, str | None] = field(default_factory=dict)  # numbers read before, by text and style

    @property
    def last(self) -> int:
        """The serial after that of 31 December 9999."""
        return _LAST - (_UNIX_1900 - _UNIX_1904 if self.date_system == 1904 else 0)

    def read(self, block: bytes, spans: tuple[Positions, Positions], kinds: tuple[Bytes, Positions]) -> pa.Array:
        """Give the values of cells as text."""
        starts, ends = spans
        types, styles = kinds
        found: list[pa.Array] = []
        places: list[Positions] = []
        for kind in np.unique(types):
            at = np.flatnonzero(types == kind)
            found.append(self._read_kind(block, chr(kind), (starts[at], ends[at]), styles[at]))
            places.append(at)
        if not found:
            return pa.array([], pa.string())
        if len(found) == 1:
            return found[0]
        order = np.empty(len(types), dtype=np.int64)
        order[np.concatenate(places)] = np.arange(len(types))
        return pa.concat_arrays(found).take(pa.array(order))

    def _read_kind(self, block: bytes, kind: str, spans: tuple[Positions, Positions], styles: Positions) -> pa.Array:
        if kind == "S":
            indices = read_digits(np.frombuffer(block, np.uint8), *spans)
            if int(indices.max(initial=0)) >= len(self.shared):
                raise ValueError("no such shared string")
            return self.shared.take(pa.array(indices))
        texts = build_texts(block, *spans)
        if kind == "n":
            return self._read_numbers(texts, dated=self.dates[np.minimum(styles, len(self.dates) - 1)] == 1)
        if kind in "is":
            return clear_blanks(unescape(texts))
        return pa.array([self.read_one(v.as_py(), kind=kind, dated=False) for v in texts], pa.string())

    def _read_numbers(self, texts: pa.Array, *, dated: Bytes) -> pa.Array:
        """Whole numbers stay as written, days are counted in columns, the rest is read once for each value."""
        whole = pc.match_substring_regex(texts, _WHOLE).to_numpy(zero_copy_only=False)
        if whole.all() and not dated.any():
            return texts
        days = np.flatnonzero(whole & dated)
        serials = texts.take(pa.array(days)).cast(pa.int64()).to_numpy()
        usual = (serials > _LEAP) & (serials < self.last)
        days, serials = days[usual], serials[usual] - (_UNIX_1904 if self.date_system == 1904 else _UNIX_1900)
        dates = pa.array(serials.astype(np.int32), pa.int32()).cast(pa.date32()).cast(pa.string())
        rest = ~whole | dated
        rest[days] = False
        others = np.flatnonzero(rest)
        keys = pc.binary_join_element_wise(
            texts.take(pa.array(others)), pc.if_else(pa.array(dated[others]), "d", "n"), "|"
        ).dictionary_encode()
        read = pa.array([self._read_key(k.as_py()) for k in keys.dictionary], pa.string()).take(keys.indices)
        order = np.arange(len(texts))
        order[days] = len(texts) + np.arange(len(days))
        order[others] = len(texts) + len(days) + np.arange(len(others))
        return pa.concat_arrays([texts, dates, read]).take(pa.array(order))

    def _read_key(self, key: str) -> str | None:
        if key not in self.known:
            if len(self.known) > _MOST_KNOWN:
                self.known.clear()
            text, kind = key.rsplit("|", 1)
            self.known[key] = self.read_one(text, kind="n", dated=kind == "d")
        return self.known[key]

    def read_one(self, text: str | None, *, kind: str, dated: bool) -> str | None:
        """Give one value as text; an error value is nothing."""
        if not text or kind == "e":
            return None
        if kind == "b":
            return "TRUE" if text.strip() in ("1", "true") else "FALSE"
        if kind == "d":
            return get_cell_text(datetime.fromisoformat(text.removesuffix("Z")))
        if kind != "n":
            return text if not text.isspace() else None
        number = float(text)
        return get_cell_text(self._get_date(number)) if dated else get_cell_text(number)

    def _get_date(self, serial: float) -> datetime | time | float:
        """Give a serial as a date; numbers that no date has stay numbers."""
        if not 0 <= serial < self.last:
            return serial
        first = _FIRST_1904 if self.date_system == 1904 else _FIRST_1900
        if serial < 1:
            return (datetime(1900, 1, 1) + timedelta(seconds=round(serial * 86_400))).time()
        if serial < _LEAP and self.date_system == 1900:
            serial += 1
        return first + timedelta(seconds=round(serial * 86_400))

    def is_date(self, style: int) -> bool:
        """Tell whether numbers of a style are dates."""
        return bool(self.dates[min(style, len(self.dates) - 1)])


def open_values(package: zipfile.ZipFile, *, date_system: Literal[1900, 1904]) -> CellValues:
    """Read the shared strings and styles of a workbook; ValueError or ParseError if they make no sense."""
    names = set(package.namelist())
    shared = pa.array([], pa.string())
    if "xl/sharedStrings.xml" in names:
        parts = list(_list_strings(package))
        shared = pa.concat_arrays(parts) if parts else shared
    return CellValues(shared, _read_styles(package) if "xl/styles.xml" in names else np.zeros(1, np.uint8), date_system)


def read_error_free(cell: ElementTree.Element, values: CellValues) -> str | None:
    """Give the value of a cell that an XML parser has read."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        text = "".join(t.text or "" for t in cell.iterfind("is//t"))
        return text if text and not text.isspace() else None
    text = (cell.findtext("v") or "") if kind == "str" else (cell.findtext("v") or "").strip()
    if not text:
        return None
    if kind == "s":
        found: str | None = values.shared[int(text)].as_py()
        return found
    return values.read_one(text, kind=kind if kind != "str" else "s", dated=values.is_date(int(cell.get("s", "0"))))


def unescape(texts: pa.Array) -> pa.Array:
    """Give texts with the entities of XML resolved."""
    marked = pc.match_substring(texts, "&").to_numpy(zero_copy_only=False)
    if not marked.any():
        return texts
    at = np.flatnonzero(marked)
    mended = pa.array([_resolve(t.as_py()) for t in texts.take(pa.array(at))], pa.string())
    order = np.arange(len(texts))
    order[at] = len(texts) + np.arange(len(at))
    return pa.concat_arrays([texts, mended]).take(pa.array(order))


def clear_blanks(texts: pa.Array) -> pa.Array:
    """Give texts with null where there is nothing but white space."""
    blank = pc.or_(pc.equal(texts, ""), pc.utf8_is_space(texts))
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if pc.any(blank).as_py() else texts


def _resolve(text: str) -> str:
    for escaped, plain in _ENTITIES:
        text = text.replace(escaped, plain)
    text = _CHARACTER.sub(lambda m: chr(int(m[1][1:], 16) if m[1][0] == "x" else int(m[1])), text)
    return text.replace("&amp;", "&")


def _list_strings(package: zipfile.ZipFile) -> Iterator[pa.Array]:
    """Give the shared strings, block by block."""
    with package.open("xl/sharedStrings.xml") as stream:
        rest = b""
        while data := stream.read(_BLOCK):
            data = rest + data
            end = data.rfind(_ITEM_END)
            if end < 0:
                rest = data
                continue
            yield _read_strings(data[data.find(b"<si>") if b"<si>" in data else 0 : end + len(_ITEM_END)])
            rest = data[end + len(_ITEM_END) :]


def _read_strings(block: bytes) -> pa.Array:
    data = np.frombuffer(block, np.uint8)
    tags = np.flatnonzero(data == ord("<"))
    first, second = data[tags + 1], data[tags + 2]
    items = np.flatnonzero((first == ord("s")) & (second == ord("i")))
    texts = np.flatnonzero((first == ord("t")) & ((second == ord(">")) | (second == ord(" "))))
    owner = np.searchsorted(items, texts) - 1
    usual = len(items) == len(texts) and np.array_equal(owner, np.arange(len(items)))
    if not usual or b"<rPh" in block or b"<si/>" in block or b"<!" in block:
        root = ElementTree.fromstring(b"<x>" + block + b"</x>")
        found = ["".join(t.text or "" for t in [*si.findall("t"), *si.findall("r/t")]) for si in root.iter("si")]
        return clear_blanks(pa.array(found, pa.string()))
    return clear_blanks(unescape(build_texts(block, *get_spans(data, tags, texts))))


def _read_styles(package: zipfile.ZipFile) -> Bytes:
    """Give, for each cell style, whether its number format is one of dates."""
    root = ElementTree.fromstring(package.read("xl/styles.xml"))
    own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iter(f"{_MAIN}numFmt")}
    styles = root.find(f"{_MAIN}cellXfs")
    ids = [int(x.get("numFmtId", "0")) for x in styles] if styles is not None else []
    flags = [(_is_date_format(own[i]) if i in own else i in _DATE_IDS) for i in ids] or [False]
    return np.array(flags, dtype=np.uint8)


def _is_date_format(code: str) -> bool:
    first = code.split(";")[0]
    return bool(_LAPSED.search(first) or _DATE_LETTER.search(_ASIDE.sub("", first)))
