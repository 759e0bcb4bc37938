"""What is said on the cells of one file: marks gathered from findings and verdicts, by sheet, row and column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.findings import get_code
from xacthuc.records import SheetLayout
from xacthuc.reporting.words import (
    IDENTITY_WORDS,
    VACCINATION_WORDS,
    Words,
    name_field,
    write_reasons,
    write_sentence,
)

# The gravest first: it gives a cell its colour. The words stand in every comment, so colour alone tells nothing.
KIND_WORDS: Mapping[str, Words] = {
    "refused": Words("Không nhận", "Refused"),
    "wrong": Words("Cần sửa", "To settle"),
    "repaired": Words("Đã khôi phục", "Restored"),
    "noted": Words("Lưu ý", "Note"),
}
KIND_FILLS: Mapping[str, str] = {"refused": "E4D5F0", "wrong": "FFD8B8", "repaired": "D3E5F8", "noted": "E9ECEF"}
# The health side's own values that cleaning understood; never anything of the register.
OWN_FIELDS = ("name", "birth_date", "number", "phone", "vaccine", "lot", "dose_date")
SETTLED = {"identity": ("MATCHED", "FOREIGN"), "vaccination": ("PLAUSIBLE",)}


@dataclass
class RowResult:
    """What is said of one row: the verdicts in words, what to do, and how its values were understood."""

    identity: list[str] = field(default_factory=list)
    dose: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    settled: bool = True


@dataclass
class SheetMarks:
    """All marks of one sheet: codes by (row, column number from 1), results by row."""

    cells: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[int, RowResult] = field(default_factory=lambda: defaultdict(RowResult))


def gather_marks(
    *, findings: pa.Table, verdicts: pa.Table, records: pa.Table | None, layouts: Sequence[SheetLayout]
) -> dict[str, SheetMarks]:
    """Give the marks of one file by sheet; the tables hold this file's rows only.

    A finding without a column stands on the row alone. A reason of a verdict marks the cell of its field, with the
    sentence of its code and nothing else.
    """
    marks: dict[str, SheetMarks] = defaultdict(SheetMarks)
    places = {layout.sheet: _place_fields(layout) for layout in layouts}
    for found in findings.select(["sheet", "row", "column", "code"]).to_pylist():
        if found["row"] is None:
            continue
        sheet = marks[found["sheet"]]
        if found["column"] is not None:
            _note(sheet.cells[found["row"], number_column(found["column"])], found["code"])
        elif get_code(found["code"]).kind in ("wrong", "refused"):
            _note(sheet.rows[found["row"]].todo, write_sentence(found["code"]).vi)
    own = _index_records(records)
    for verdict in verdicts.to_pylist():
        sheet = marks[verdict["sheet"]]
        _mark_verdict(sheet, verdict, places.get(verdict["sheet"], {}))
        _understand(sheet.rows[verdict["row"]], own.get(verdict["record"], {}))
    return dict(marks)


def filter_file(table: pa.Table, name: str) -> pa.Table:
    """Give the rows of one file."""
    return table.filter(pc.equal(table["file"], name))


def number_column(letters: str) -> int:
    """Give the number of a column as a person sees it: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _place_fields(layout: SheetLayout) -> dict[tuple[str, int], int]:
    """Give the column number (from 1) of each field and slot; the first where a field has several columns."""
    places: dict[tuple[str, int], int] = {}
    for column in layout.columns:
        places.setdefault((column.field, column.slot), column.index + 1)
    return places


def _mark_verdict(sheet: SheetMarks, verdict: Mapping[str, Any], places: Mapping[tuple[str, int], int]) -> None:
    row = sheet.rows[verdict["row"]]
    dose = verdict["dose_no"]
    lead = f"Mũi {dose}: " if dose is not None else ""
    _note(row.identity, IDENTITY_WORDS[verdict["identity"]].vi)
    _note(row.dose, lead + VACCINATION_WORDS[verdict["vaccination"]].vi)
    row.settled &= verdict["identity"] in SETTLED["identity"] and verdict["vaccination"] in SETTLED["vaccination"]
    problems = [reason for reason in verdict["reasons"] if get_code(reason["code"]).kind in ("wrong", "refused")]
    for reason in problems:
        _note(row.todo, write_reasons([reason]).vi)
    if verdict["identity"] not in SETTLED["identity"] and verdict["person"] is not None and verdict["sure"]:
        _note(row.todo, "Công an đã có đề xuất chắc chắn, chờ duyệt.")
    for reason in verdict["reasons"]:
        at = next((places[key] for key in ((reason["field"], 0), (reason["field"], dose or 1)) if key in places), None)
        if at is not None:
            _note(sheet.cells[verdict["row"], at], reason["code"])


def _index_records(records: pa.Table | None) -> dict[str, Mapping[str, Any]]:
    if records is None:
        return {}
    return {row["record"]: row for row in records.select(["record", *OWN_FIELDS]).to_pylist()}


def _understand(row: RowResult, record: Mapping[str, Any]) -> None:
    for name in OWN_FIELDS:
        if record.get(name) is not None:
            _note(row.understood, f"{name_field(name).vi}: {record[name]}")


def _note(said: list[str], text: str) -> None:
    if text not in said:
        said.append(text)


def find_kind(codes: Iterable[str]) -> str:
    """Give the gravest kind among some codes."""
    kinds = {get_code(code).kind for code in codes}
    return next(kind for kind in KIND_WORDS if kind in kinds)


def write_comment(codes: Iterable[str]) -> str:
    """Give the text of a cell's comment: kind and sentence of each code, Vietnamese first."""
    texts = []
    for code in codes:
        kind, sentence = KIND_WORDS[get_code(code).kind], write_sentence(code)
        texts.append(f"{kind.vi}: {sentence.vi}\n({kind.en}: {sentence.en})")
    return "\n".join(texts)
