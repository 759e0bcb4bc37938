"""What the zip container of a workbook (xlsx, ods) tells before it is read, and whether it is safe to inflate."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from xacthuc.reading.grid import Merge
from xacthuc.reading.limits import FileRefused, Limits

_BLOCK = 1 << 20
_SMALL_PART = 16 << 20  # workbook.xml and its like are kilobytes
_NS = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
_STRICT = (
    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
)
_STRICT_R = (
    b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*\br="(\d+)"')
_HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="(\d+)")[^>]*\bmax="(\d+)"')
_ROW_NUMBER = re.compile(rb'<(?:\w+:)?(?:row|c)\b[^>]*?\br="[A-Z]*(\d{1,10})"')
_CELL_LETTERS = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})')
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>")
_ODS_TAG = re.compile(rb"<table:(table-row|table-column|table)(?=[\s/>])([^>]*)>")
_ODS_REPEAT = re.compile(rb'number-(?:rows|columns)-repeated="(\d+)"')
_ODS_SPAN = re.compile(rb'number-(rows|columns)-spanned="(\d{1,7})"')
_ODS_NAME = re.compile(rb'table:name="([^"]*)"')
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class PackageFacts:
    """Date system and hidden parts of a workbook by sheet name, rows and columns from 0; the XML part of each sheet."""

    format: Literal["xlsx", "ods", "xls"] = "xlsx"
    date_system: Literal[1900, 1904] = 1900
    hidden_rows: dict[str, frozenset[int]] = field(default_factory=dict)
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)
    macros: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    invisible: frozenset[str] = frozenset()
    sizes: dict[str, int] = field(default_factory=dict)  # inflated bytes of each sheet's part
    merges: dict[str, list[Merge]] = field(default_factory=dict)  # of ods; calamine gives those of the others


def read_package(path: Path, *, limits: Limits) -> PackageFacts:
    """Give what the container of an xlsx or ods tells.

    FileRefused if it is encrypted, damaged, another kind of document, or inflates beyond the limits.
    Not checked: the checksums of the parts.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_sizes(package, path=path, limits=limits)
            return _read_facts(package, path=path, limits=limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,  # zipfile: a method of compression it does not know
        ElementTree.ParseError,
        LookupError,
        ValueError,
    ):
        raise FileRefused("file_damaged", file=path.name) from None


@dataclass(frozen=True)
class SheetFacts:
    """Hidden rows and columns of one sheet from 0, and how many cells lie up to its last one."""

    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    cells: int


def scan_sheet(package: zipfile.ZipFile, part: str) -> SheetFacts:
    """Give what the XML of one sheet of an xlsx tells; BadZipFile if it is not what it declares."""
    last_row, letters = 1, {b"A"}
    rows: set[int] = set()
    columns: set[int] = set()
    rest = b""
    first = True
    with package.open(part) as stream:
        while block := stream.read(_BLOCK):
            if first and _DECLARED.search(block):
                raise ValueError("declares entities")
            first = False
            block = rest + block
            if b"hidden=" in block:
                rows.update(int(n) - 1 for n in _HIDDEN_ROW.findall(block))
                for first, last in _HIDDEN_COLUMN.findall(block):
                    columns.update(range(int(first) - 1, min(int(last), 16_384)))
            last_row = max([last_row, *map(int, _ROW_NUMBER.findall(block))])
            letters.update(_CELL_LETTERS.findall(block))
            cut = block.rfind(b"<")
            rest = block[cut:] if cut >= 0 else b""
    width = max(_get_number(name) for name in letters)
    return SheetFacts(frozenset(rows), frozenset(columns), last_row * width)


def _get_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_sizes(package: zipfile.ZipFile, *, path: Path, limits: Limits) -> None:
    entries = package.infolist()
    if len(entries) > limits.entries:
        raise FileRefused("zip_too_many_parts", file=path.name)
    if any(e.flag_bits & 1 for e in entries):
        raise FileRefused("file_encrypted", file=path.name)
    inflated = sum(e.file_size for e in entries)
    packed = sum(e.compress_size for e in entries)
    if packed > path.stat().st_size:
        raise FileRefused("zip_bomb", file=path.name)  # parts that overlap
    if inflated > limits.inflated_bytes or any(
        e.file_size > limits.ratio_from_bytes and e.file_size > e.compress_size * limits.inflated_ratio for e in entries
    ):
        raise FileRefused("zip_bomb", file=path.name)


def _read_facts(package: zipfile.ZipFile, *, path: Path, limits: Limits) -> PackageFacts:
    names = set(package.namelist())
    if "xl/workbook.xml" in names:
        return _read_xlsx(package, names, path=path)
    if "xl/workbook.bin" in names:
        raise FileRefused("kind_unsupported", file=path.name)
    kind = _read_small(package, "mimetype", path=path) if "mimetype" in names else b""
    if b"opendocument.spreadsheet" in kind:
        return _read_ods(package, names, path=path, limits=limits)
    if b"opendocument" in kind or any(n.startswith(("word/", "ppt/")) for n in names):
        raise FileRefused("file_is_document", file=path.name)
    raise FileRefused("file_is_archive", file=path.name)


def _read_xlsx(package: zipfile.ZipFile, names: set[str], *, path: Path) -> PackageFacts:
    book = ElementTree.fromstring(
        _read_small(package, "xl/workbook.xml", path=path).replace(*_STRICT).replace(*_STRICT_R)
    )
    links = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for link in ElementTree.fromstring(_read_small(package, "xl/_rels/workbook.xml.rels", path=path)):
            target = link.get("Target", "")
            links[link.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            )
    for name in names & {"xl/sharedStrings.xml", "xl/styles.xml"}:
        _prove_whole(package, name, path=path)
    properties = book.find("m:workbookPr", _NS)
    old = properties is not None and properties.get("date1904", "0") in ("1", "true")
    sheets = {
        s.get("name", ""): links.get(s.get(f"{{{_NS['r']}}}id", ""), "") for s in book.iterfind("m:sheets/m:sheet", _NS)
    }
    shown = {s.get("name", ""): s.get("state", "visible") == "visible" for s in book.iterfind("m:sheets/m:sheet", _NS)}
    parts = {name: part for name, part in sheets.items() if part in names and "worksheets/" in part}
    return PackageFacts(
        format="xlsx",
        date_system=1904 if old else 1900,
        macros=any(n.startswith(("xl/vbaProject", "xl/macrosheets/")) for n in names),
        parts=parts,
        invisible=frozenset(name for name, so in shown.items() if not so),
        sizes={name: package.getinfo(part).file_size for name, part in parts.items()},
    )


def _prove_whole(package: zipfile.ZipFile, part: str, *, path: Path) -> None:
    """Inflate a part once: zipfile stops at the declared size and checks the sum, which calamine does not."""
    with package.open(part) as stream:
        if _DECLARED.search(stream.read(_BLOCK)):
            raise FileRefused("file_unsafe", file=path.name)
        while stream.read(_BLOCK):
            pass


def _read_ods(package: zipfile.ZipFile, names: set[str], *, path: Path, limits: Limits) -> PackageFacts:
    if "META-INF/manifest.xml" in names and b"encryption-data" in _read_small(
        package, "META-INF/manifest.xml", path=path
    ):
        raise FileRefused("file_encrypted", file=path.name)
    content = package.read("content.xml")
    if _DECLARED.search(content[:_BLOCK]):
        raise FileRefused("file_unsafe", file=path.name)
    rows: dict[str, set[int]] = {}
    columns: dict[str, set[int]] = {}
    merges: dict[str, list[Merge]] = {}
    name, row, column, width = "", 0, 0, 0
    for tag in _ODS_TAG.finditer(content):
        kind, attributes = tag.groups()
        found = _ODS_REPEAT.search(attributes)
        repeat = int(found.group(1)) if found else 1
        hidden = b'table:visibility="collapse"' in attributes or b'table:visibility="filter"' in attributes
        if kind == b"table":
            named = _ODS_NAME.search(attributes)
            name, row, column, width = _unescape(named.group(1)) if named else "", 0, 0, 0
        elif kind == b"table-column":
            if hidden:
                columns.setdefault(name, set()).update(range(column, min(column + repeat, 16_384)))
            column += repeat
        else:
            if hidden:
                rows.setdefault(name, set()).update(range(row, min(row + repeat, 1 << 20)))
            if repeat == 1:
                merges.setdefault(name, []).extend(_find_merges(content, tag.end(), row=row))
            row += repeat
            valued = _find_width(content, tag.end())
            width = max(width, valued)
            if valued and row * width > limits.calamine_cells:
                raise FileRefused("sheet_too_big", file=path.name)
    macros = any(n.startswith(("Basic/", "Scripts/")) and not n.endswith("/") for n in names)
    return PackageFacts("ods", 1900, _freeze(rows), _freeze(columns), macros, merges=merges)


def _find_merges(content: bytes, start: int, *, row: int) -> list[Merge]:
    """Give the merged ranges of an ods that begin in a row."""
    end = content.find(b"</table:table-row>", start)
    if content.find(b"-spanned", start, end if end >= 0 else start) < 0:
        return []
    merges = []
    column = 0
    for cell in _ODS_CELL.finditer(content, start, end):
        spans = {kind: int(count) for kind, count in _ODS_SPAN.findall(cell.group(1))}
        down, across = spans.get(b"rows", 1), spans.get(b"columns", 1)
        if max(down, across) > 1:
            merges.append(Merge(row, column, row + down - 1, column + across - 1))
        repeat = _ODS_REPEAT.search(cell.group(1))
        column += int(repeat.group(1)) if repeat else 1
    return merges


def _find_width(content: bytes, start: int) -> int:
    """Give how far the cells with values of a row reach, 0 if there are none."""
    end = content.find(b"</table:table-row>", start)
    if content.find(b"office:value", start, end if end >= 0 else start) < 0:
        return 0
    reach = last = 0
    for cell in _ODS_CELL.finditer(content, start, end):
        repeat = _ODS_REPEAT.search(cell.group(1))
        reach += int(repeat.group(1)) if repeat else 1
        if b"office:value" in cell.group(1):
            last = reach
    return last


def _read_small(package: zipfile.ZipFile, part: str, *, path: Path) -> bytes:
    with package.open(part) as stream:
        data = stream.read(_SMALL_PART + 1)
    if len(data) > _SMALL_PART:
        raise FileRefused("zip_bomb", file=path.name)
    if _DECLARED.search(data):
        raise FileRefused("file_unsafe", file=path.name)
    return data


def _freeze(found: dict[str, set[int]]) -> dict[str, frozenset[int]]:
    return {name: frozenset(indices) for name, indices in found.items()}


def _unescape(name: bytes) -> str:
    text = name.decode("utf-8", "replace")
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    return text
