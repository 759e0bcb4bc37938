"""A sheet into delimited text, in the encodings that clerks' programs save."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import CsvHabit, Hand

TONES = "\u0300\u0301\u0303\u0309\u0323"


def write_csv(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    """Write the first sheet as delimited text in the habit of the hand; every row as wide as the widest."""
    habit, buffer = hand.csv, io.StringIO()
    writer = csv.writer(buffer, delimiter=habit.delimiter, lineterminator="\r\n")
    width = max((len(cells) for cells in sheets[0].rows), default=0)
    for cells in sheets[0].rows:
        texts = [show(cell) for cell in cells]
        writer.writerow(texts + [""] * (width - len(texts)))
    path.write_bytes(_encode(buffer.getvalue(), habit))


def _encode(text: str, habit: CsvHabit) -> bytes:
    if habit.encoding == "cp1258":
        return to_cp1258(text)
    if habit.encoding == "utf-16":
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode(habit.encoding)


def show(cell: Cell) -> str:
    """Give the text of a cell as a spreadsheet program saves it into a csv."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, date):
        shown = {"yyyy-mm-dd": "%Y-%m-%d", "dd-mmm-yy": "%d-%b-%y", "m/d/yyyy": "%m/%d/%Y"}.get(
            cell.number_format, "%d/%m/%Y"
        )
        return cell.value.strftime(shown)
    return str(cell.value)


def to_cp1258(text: str) -> bytes:
    """Encode in Windows-1258, whose tones are marks of their own."""
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in marks if mark in TONES)
        base = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        parts.append((base + tones).encode("cp1258", errors="replace"))
    return b"".join(parts)
