"""What a file is by its content, whatever its name says; what is no table of ours is refused with its own code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xacthuc.reading.limits import FileRefused, Limits
from xacthuc.reading.ole import MAGIC, OleDamaged, open_ole, read_book
from xacthuc.reading.package import PackageFacts, read_package

Kind = Literal["text", "parquet", "workbook", "web_page"]

# First bytes that tell a kind which is no table, and the code that says so.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "file_is_pdf"),
    (b"\x89PNG", "file_is_picture"),
    (b"\xff\xd8\xff", "file_is_picture"),
    (b"GIF8", "file_is_picture"),
    (b"BM", "file_is_picture"),
    (b"II*\0", "file_is_picture"),
    (b"MM\0*", "file_is_picture"),
    (b"\x1f\x8b", "file_is_archive"),
    (b"7z\xbc\xaf\x27\x1c", "file_is_archive"),
    (b"Rar!", "file_is_archive"),
    (b"BZh", "file_is_archive"),
    (b"\xfd7zXZ", "file_is_archive"),
    (b"{\\rtf", "file_is_document"),
    (b"MZ", "file_is_program"),
    (b"\x7fELF", "file_is_program"),
    (b"#!", "file_is_program"),
    (b"SQLite format 3", "kind_unsupported"),
    (b"\x09\x00\x04\x00", "kind_unsupported"),  # Excel 2 to 4
    (b"\x09\x02\x06\x00", "kind_unsupported"),
    (b"\x09\x04\x06\x00", "kind_unsupported"),
    (b"\x09\x08", "kind_unsupported"),  # Excel 5 without a container
    (b"ARROW1", "kind_unsupported"),
    (b"PARE", "file_encrypted"),
)
_BINARY_STARTS = (b"BM", b"MZ")  # two letters may begin a text, too: then zero bytes must follow
_WEB = re.compile(rb"<(?:!doctype html|html|table|head|body|meta)\b", re.IGNORECASE)
_SUFFIXES = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), "xlsx"),
    **dict.fromkeys((".csv", ".txt", ".tsv"), "text"),
    **dict.fromkeys((".htm", ".html"), "web_page"),
    **{".xls": "xls", ".ods": "ods", ".parquet": "parquet"},
}
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HEAD = 4096


@dataclass(frozen=True)
class FileKind:
    """The kind of a file, what its container tells, and codes of what is worth noting."""

    kind: Kind
    facts: PackageFacts = field(default_factory=PackageFacts)
    notes: tuple[str, ...] = ()


def find_kind(path: Path, *, limits: Limits) -> FileKind:
    """Give the kind of a file by its content; FileRefused if it is none that is read.

    Reads the head of the file, the directory of a workbook, and the whole of an xls.
    """
    head = _read_head(path, limits=limits)
    if head.startswith(b"PAR1"):
        return _named(path, "parquet", FileKind("parquet"))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        _check_size(path, limits.workbook_bytes)
        facts = read_package(path, limits=limits)
        return _named(path, facts.format, FileKind("workbook", facts, ("macros_ignored",) if facts.macros else ()))
    if head.startswith(MAGIC):
        _check_size(path, limits.workbook_bytes)
        return _named(path, "xls", _read_ole(path))
    return _find_text(path, head)


def _read_head(path: Path, *, limits: Limits) -> bytes:
    if not path.exists():
        raise FileRefused("file_missing", file=path.name)
    if not path.is_file():
        raise FileRefused("not_a_file", file=path.name)
    _check_size(path, limits.bytes)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        raise FileRefused("file_unreadable", file=path.name) from None
    if not head:
        raise FileRefused("file_empty", file=path.name)
    return head


def _check_size(path: Path, most: int) -> None:
    if path.stat().st_size > most:
        raise FileRefused("file_too_big", file=path.name)


def _find_text(path: Path, head: bytes) -> FileKind:
    """Give the kind of a file that is no container: text, a web page, or something foreign."""
    for start, code in _FOREIGN:
        if head.startswith(start) and (start not in _BINARY_STARTS or b"\0" in head):
            raise FileRefused(code, file=path.name)
    if head[4:8] == b"ftyp" or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        raise FileRefused("file_is_picture", file=path.name)
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not plain:
        raise FileRefused("file_empty" if len(head) < _HEAD else "not_a_table", file=path.name)
    lower = plain.lower()
    if plain.startswith(b"<") or lower.startswith(b"mime-version:"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in head and not _WEB.match(plain):
            raise FileRefused("file_is_xml", file=path.name)
        if _WEB.search(plain) and not lower.startswith(b"mime-version:"):
            return _named(path, "web_page", FileKind("web_page"))
        raise FileRefused("file_is_xml", file=path.name)
    if plain.startswith((b'{"', b'[{"', b"{\n", b"[\n", b'{ "')):
        raise FileRefused("kind_unsupported", file=path.name)
    if b"\0" not in head and len(_CONTROL.findall(head)) > len(head) // 50:
        raise FileRefused("not_a_table", file=path.name)
    return _named(path, "text", FileKind("text"))


def _read_ole(path: Path) -> FileKind:
    try:
        ole = open_ole(path.read_bytes())
        names = set(ole.streams)
        if "EncryptedPackage" in names:
            raise FileRefused("file_encrypted", file=path.name)
        book = next((n for n in ("Workbook", "Book") if n in names), None)
        if book is None:
            code = "file_is_document" if names & {"WordDocument", "PowerPoint Document"} else "kind_unsupported"
            raise FileRefused(code, file=path.name)
        facts = read_book(ole.read(book))
    except OleDamaged:
        raise FileRefused("file_damaged", file=path.name) from None
    if facts.encrypted:
        raise FileRefused("file_encrypted", file=path.name)
    package = PackageFacts(
        "xls", facts.date_system, facts.hidden_rows, facts.hidden_columns, macros="_VBA_PROJECT_CUR" in names
    )
    return FileKind("workbook", package, ("macros_ignored",) if package.macros else ())


def _named(path: Path, content: str, kind: FileKind) -> FileKind:
    """Add a note where the ending of the name says another kind than the content."""
    said = _SUFFIXES.get(path.suffix.lower())
    if said is None or said == content:
        return kind
    return FileKind(kind.kind, kind.facts, (*kind.notes, "name_differs"))
