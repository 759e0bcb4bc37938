"""The annotated copy of a clerk's own workbook: coloured cells, comments, verdicts in words, a sheet that explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xacthuc.engines import writing
from xacthuc.findings import get_code
from xacthuc.records import SheetLayout
from xacthuc.reporting.copies import CannotAnnotate, open_copy, write_value
from xacthuc.reporting.marks import (
    KIND_FILLS,
    KIND_WORDS,
    RowResult,
    SheetMarks,
    filter_file,
    find_kind,
    gather_marks,
    number_column,
    write_comment,
)
from xacthuc.reporting.words import IDENTITY_WORDS, VACCINATION_WORDS, name_field, write_sentence

MAX_ROWS = 50_000  # beyond, a spreadsheet program opens the annotated copy too slowly to be of use
MAX_COMMENTS = 3_000  # by sheet: comments are drawn shapes; more make the file crawl. Colours have no cap
SHEET_ROWS = 1_000_000  # rows of one sheet of the list; xlsx ends at 1,048,576
RESULT_HEADINGS = (
    "Kết quả: con người (Công an)",
    "Kết quả: mũi tiêm (Y tế)",
    "Việc cần làm",
    "Hệ thống hiểu là",
)
RESULT_WIDTHS = (26, 30, 60, 60)
SETTLED_FILL, OPEN_FILL, HEADING_FILL = "D9EEE8", "FFD8B8", "16222E"
GUIDE = "Hướng dẫn"


def annotate_workbook(
    path: Path,
    *,
    out: Path,
    findings: pa.Table,
    verdicts: pa.Table,
    layouts: Sequence[SheetLayout],
    records: pa.Table | None = None,
) -> Path:
    """Write the annotated copy of one file into the folder `out` and give its path.

    `findings` (FINDING_SCHEMA), `verdicts` (VERDICT_SCHEMA) and `records` may hold other files too; rows of this file
    are those of the layouts' `file` (the name of `path` where there are no layouts). The original is never written to.
    A file of more than MAX_ROWS rows, or one that cannot be opened for writing, gets a list of its findings instead.
    No value of the register is in any input, so none can be in the copy. Not kept: charts and pictures.
    """
    name = layouts[0].file if layouts else path.name
    mine = {"findings": filter_file(findings, name), "verdicts": filter_file(verdicts, name)}
    out.mkdir(parents=True, exist_ok=True)
    if sum(layout.last_row for layout in layouts) > MAX_ROWS:
        return _write_list(mine["findings"], mine["verdicts"], out / f"{path.name} - danh sach.xlsx")
    try:
        book = open_copy(path, sheets=[layout.sheet for layout in layouts])
    except CannotAnnotate:
        return _write_list(mine["findings"], mine["verdicts"], out / f"{path.name} - danh sach.xlsx")
    own = filter_file(records, name) if records is not None else None
    marks = gather_marks(**mine, records=own, layouts=layouts)
    by_sheet = {layout.sheet: layout for layout in layouts}
    uncommented = 0
    for sheet in book.worksheets:
        key = sheet.title if sheet.title in marks or len(book.worksheets) > 1 else next(iter(marks), sheet.title)
        if key in marks:
            uncommented += _mark_sheet(sheet, marks[key], by_sheet.get(key))
    _write_guide(book, mine["findings"], mine["verdicts"], uncommented=uncommented)
    target = out / (path.name if path.suffix.lower() == ".xlsx" else f"{path.name}.xlsx")
    with writing(target) as unfinished:
        book.save(unfinished)
    return target


def _mark_sheet(sheet: Worksheet, marks: SheetMarks, layout: SheetLayout | None) -> int:
    """Colour and comment the cells of one sheet and write the result columns; give the cells left without comment."""
    anchors = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    last = max((cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None), default=1)
    commented = 0
    for place, codes in sorted(marks.cells.items()):
        cell = sheet.cell(*anchors.get(place, place))
        _fill(cell, KIND_FILLS[find_kind(codes)])
        if commented < MAX_COMMENTS:
            _comment(cell, write_comment(codes))
            commented += 1
    _write_results(sheet, marks.rows, layout, first=last + 1)
    return len(marks.cells) - commented


def _fill(cell: Cell | MergedCell, colour: str) -> None:
    cell.fill = PatternFill("solid", start_color=colour)


def _comment(cell: Cell, text: str) -> None:
    """Add to the comment of a cell; the clerk's own stays in front."""
    before = f"{cell.comment.text}\n\n" if cell.comment is not None and cell.comment.text != text else ""
    comment = Comment(before + text, "Xác Thực")
    comment.width, comment.height = 340, min(400, 70 + 18 * (len(before + text) // 44))
    cell.comment = comment


def _write_results(sheet: Worksheet, rows: Mapping[int, RowResult], layout: SheetLayout | None, *, first: int) -> None:
    heading_row = layout.header_rows[-1] if layout is not None and layout.header_rows else 1
    if heading_row not in rows:
        for offset, text in enumerate(RESULT_HEADINGS):
            cell = sheet.cell(heading_row, first + offset)
            write_value(cell, text)
            cell.font = Font(bold=True, color="FFFFFF")
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            _fill(cell, HEADING_FILL)
    for offset, width in enumerate(RESULT_WIDTHS):
        sheet.column_dimensions[get_column_letter(first + offset)].width = width
    for number, row in rows.items():
        texts = ("; ".join(row.identity), "; ".join(row.dose), " ".join(row.todo), "; ".join(row.understood))
        for offset, text in enumerate(texts):
            cell = sheet.cell(number, first + offset)
            if text and not isinstance(cell, MergedCell):
                write_value(cell, text)
                cell.alignment = Alignment(wrap_text=offset >= 2, vertical="top")
                if offset < 2:
                    _fill(cell, SETTLED_FILL if row.settled else OPEN_FILL)


def _write_guide(book: Workbook, findings: pa.Table, verdicts: pa.Table, *, uncommented: int) -> None:
    """Add the sheet that explains the colours and counts verdicts and findings."""
    sheet: Worksheet = book.create_sheet(_find_title(book))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 100
    sheet.sheet_view.showGridLines = False
    lines: list[tuple[str | int, str, str | None]] = [
        (GUIDE, "Bản sao có ghi chú của tệp này. Sửa ở tệp gốc rồi gửi lại; bản gốc không bị thay đổi.", None),
        ("", "(An annotated copy. Correct the original file and send it again; the original was not changed.)", None),
        ("Màu của ô (colours)", "", None),
    ]
    meanings = {
        "wrong": "phải có người xử lý (somebody has to settle it)",
        "repaired": "đã hiểu chắc chắn, không phải làm gì (understood without doubt, nothing to do)",
        "noted": "nên biết, không phải làm gì (worth knowing, nothing to do)",
        "refused": "dòng không thành hồ sơ (the row cannot be a record)",
    }
    lines += [(KIND_WORDS[kind].vi, meanings[kind], KIND_FILLS[kind]) for kind in meanings]
    lines.append(("", "Các cột màu ở cuối bảng: kết quả của từng dòng. Xanh lá: cả hai đã rõ; cam: còn việc.", None))
    lines.append(("Con người (person, police)", "", None))
    lines += [(n, f"{IDENTITY_WORDS[k].vi} ({IDENTITY_WORDS[k].en})", None) for k, n in _count(verdicts, "identity")]
    lines.append(("Mũi tiêm (dose, health)", "", None))
    words = VACCINATION_WORDS
    lines += [(n, f"{words[k].vi} ({words[k].en})", None) for k, n in _count(verdicts, "vaccination")]
    lines.append(("Trong các ô (in the cells)", "", None))
    lines += [(n, " ".join(write_sentence(k)), KIND_FILLS[get_code(k).kind]) for k, n in _count(findings, "code")]
    if uncommented:
        lines.append((uncommented, "ô chỉ có màu, không có ghi chú, vì quá nhiều (cells are coloured only)", None))
    for number, (left, right, colour) in enumerate(lines, start=1):
        for column, text in enumerate((left, right), start=1):
            cell = sheet.cell(number, column)
            write_value(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
            cell.font = Font(bold=not right or number == 1, size=14 if number == 1 and column == 1 else 11)
        if colour is not None:
            _fill(sheet.cell(number, 1), colour)
            sheet.cell(number, 1).border = Border(*[Side(style="thin", color="9AA5AE")] * 4)


def _find_title(book: Workbook) -> str:
    number = 1
    while (title := GUIDE if number == 1 else f"{GUIDE} ({number})") in book.sheetnames:
        number += 1
    return title


def _count(table: pa.Table, column: str) -> list[tuple[str, int]]:
    return Counter(table[column].to_pylist()).most_common()


def _write_list(findings: pa.Table, verdicts: pa.Table, target: Path) -> Path:
    """Write the findings and the reasons of the verdicts as a list with cell references, problems first."""
    rows = [
        (f["sheet"], f["row"], f"{f['column']}{f['row']}" if f["column"] and f["row"] else "", f["field"], f["code"])
        for f in findings.to_pylist()
    ]
    rows += [(v["sheet"], v["row"], "", r["field"], r["code"]) for v in verdicts.to_pylist() for r in v["reasons"]]
    order = list(KIND_WORDS)
    rows.sort(
        key=lambda r: (order.index(get_code(r[4]).kind), r[0], r[1] or 0, number_column(r[2].rstrip("0123456789")))
    )
    headings = ("Trang tính", "Dòng", "Ô", "Cột dữ liệu", "Loại", "Sai ở đâu và cần làm gì", "In English")
    options = {"constant_memory": True, "strings_to_formulas": False}
    with writing(target) as unfinished, xlsxwriter.Workbook(str(unfinished), options) as book:
        for start in range(0, len(rows) or 1, SHEET_ROWS):
            sheet = book.add_worksheet(f"Danh sách {start // SHEET_ROWS + 1}")
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, headings, book.add_format({"bold": True}))
            for number, (name, row, cell, field_name, code) in enumerate(rows[start : start + SHEET_ROWS], start=1):
                kind, sentence = KIND_WORDS[get_code(code).kind], write_sentence(code)
                said = (name, row or "", cell, name_field(field_name).vi, kind.vi, sentence.vi, sentence.en)
                for column, text in enumerate(said):
                    (sheet.write_number if isinstance(text, int) else sheet.write_string)(number, column, text)
    return target
