"""In which encoding a text file is written: UTF-8 is tried first, then what Vietnamese machines wrote before it."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from viparse.normalize.frequency import vietnamese_score

from xacthuc.reading.headings import find_heading
from xacthuc.reading.legacy import ENCODINGS, decode
from xacthuc.reading.limits import FileRefused

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 8 << 20
_HEAD = 1 << 20  # bytes looked at to choose between encodings
_PLAIN = ("utf-8", "utf-8-sig")
_FEW = 0.01  # share of broken letters below which it still is UTF-8


@dataclass(frozen=True)
class TextStream:
    """A text file and how to read it: Python's name of the encoding, its first letters, what is to be noted."""

    path: Path
    encoding: str
    head: str
    odd_quotes: bool
    notes: tuple[str, ...] = ()

    def count_lines(self) -> int:
        """Count the ends of lines in the whole file."""
        with self.path.open("rb") as file:
            return sum(block.count(b"\n") or block.count(b"\r") for block in iter(lambda: file.read(_BLOCK), b""))

    def open_utf8(self) -> io.RawIOBase | io.BufferedReader:
        """Give the file as a stream of UTF-8 bytes; a byte order mark may stand before them."""
        if self.encoding.startswith("utf-8") and not self.notes:
            return self.path.open("rb")
        return _Utf8(self.path, encoding=self.encoding)


def find_encoding(path: Path) -> TextStream:
    """Find the encoding of a text file; FileRefused if it holds zero bytes that no encoding explains.

    Reads the whole file once. A few broken letters in UTF-8 are let through, replaced and noted.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    marked = _find_mark(head)
    if marked is None and b"\0" in head:
        marked = _find_utf16(head)
        if marked is None:
            raise FileRefused("not_a_table", file=path.name)
    scan = _scan(path, marked or "utf-8")
    encoding, notes = marked or "utf-8", []
    if scan.broken:
        if marked or scan.broken <= scan.letters * _FEW:
            notes.append("letters_broken")
        else:
            encoding = _choose_old(head)
            scan = _scan(path, encoding)
            notes.append("encoding_old")
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return TextStream(path, encoding, text.removeprefix("\ufeff"), scan.quotes % 2 == 1, tuple(notes))


@dataclass(frozen=True)
class _Scan:
    letters: int
    broken: int
    quotes: int


def _find_mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _find_utf16(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.3 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _scan(path: Path, encoding: str) -> _Scan:
    """Count over the whole file: quotes, and if it has broken letters, those and all beyond ASCII."""
    quotes = 0
    whole = True
    check = _Utf8Check() if encoding in _PLAIN else _Check(encoding)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            quotes += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord('"')))
            whole = whole and check.holds(block)
    if whole and check.holds(b"", final=True):
        return _Scan(0, 0, quotes)
    return _Scan(*_count_broken(path, encoding), quotes)


class _Check:
    """Tells block by block whether bytes are text of an encoding."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def holds(self, block: bytes, *, final: bool = False) -> bool:
        """Tell whether all is well up to the end of the block; a letter may go on in the next, unless it is `final`."""
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError:
            return False
        return True


class _Utf8Check:
    """The same for UTF-8, without making a text of it."""

    def __init__(self) -> None:
        self._rest = b""

    def holds(self, block: bytes, *, final: bool = False) -> bool:
        """Tell whether all is well up to the last line of the block, or to its end if it is `final`."""
        block = self._rest + block
        end = len(block) if final else block.rfind(b"\n") + 1
        self._rest = block[end:]
        places = pa.py_buffer(np.array([0, end], np.int32))
        try:
            pa.Array.from_buffers(pa.binary(), 1, [None, places, pa.py_buffer(block)]).cast(pa.string())
        except pa.ArrowInvalid:
            return False
        return True


def _count_broken(path: Path, encoding: str) -> tuple[int, int]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    letters = broken = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            broken += text.count("\ufffd")
            letters += sum(c > "\x7f" for c in text)
    return letters, broken + decoder.decode(b"", final=True).count("\ufffd")


def _choose_old(head: bytes) -> str:
    """Choose between cp1258 and text of old fonts, which looks like Western text (latin-1)."""
    vietnamese = head.decode("cp1258", "replace")
    western = head.decode("latin-1")
    scores = [(_score(vietnamese), "cp1258")]
    scores += [(_score(decode(western[:20_000], e)), "latin-1") for e in ENCODINGS]
    return max(scores, key=lambda s: s[0])[1]


def _score(text: str) -> tuple[int, float]:
    cells = text[:20_000].replace(";", ",").replace("\t", ",").replace("\n", ",").split(",")
    return len({f for c in cells[:400] if (f := find_heading(c.strip('" \r')))}), float(
        vietnamese_score(decode(text[:20_000], None))
    )


class _Utf8(io.RawIOBase):
    """Reads a file of any encoding as UTF-8 bytes, block by block."""

    def __init__(self, path: Path, *, encoding: str) -> None:
        self._file = path.open("rb")
        self._plain = encoding in _PLAIN
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while not self._rest and not self._ended:
            block = self._file.read(max(len(view), 1 << 16))
            self._ended = not block
            self._rest = self._decoder.decode(block, self._ended).replace("\0", "").encode("utf-8")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()
