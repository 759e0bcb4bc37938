"""Annotated workbooks: the clerk's own file with what is wrong on it, and nothing else changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.comments import Comment

from xacthuc.records import FINDING_SCHEMA, VERDICT_SCHEMA, Column, SheetLayout
from xacthuc.reporting import annotate
from xacthuc.reporting.annotate import annotate_workbook
from xacthuc.reporting.copies import read_csv_rows
from xacthuc.reporting.marks import number_column

HEADING = ("STT", "Họ tên", "CCCD", "Vắc xin", "Ngày tiêm")
COLUMNS = (Column("name", 1, "Họ tên"), Column("number", 2, "CCCD"), Column("vaccine", 3, "Vắc xin", slot=1))


def layout(file: str, sheet: str = "S", last_row: int = 4) -> SheetLayout:
    counts: Any = {"data": last_row - 2, "heading": 2, "blank": 0, "total": 0}
    return SheetLayout(file, sheet, "list", True, last_row, counts, columns=COLUMNS, header_rows=(2,))


def finding(file: str, row: int | None, column: str | None, code: str, sheet: str = "S") -> dict[str, Any]:
    return {"file": file, "sheet": sheet, "row": row, "column": column, "field": "name", "code": code}


def verdict(file: str, row: int, identity: str, *codes: tuple[str, str], sheet: str = "S", **more: Any) -> Any:
    reasons = [{"field": field, "code": code} for field, code in codes]
    base = {"record": f"{row}", "file": file, "sheet": sheet, "row": row, "dose_no": 1, "identity": identity}
    return base | {"vaccination": "PLAUSIBLE", "reasons": reasons, "person": None, "sure": False} | more


def annotate_file(path: Path, out: Path, found: list[Any], given: list[Any], **more: Any) -> Path:
    layouts = more.pop("layouts", [layout(path.name)])
    tables = {"findings": pa.Table.from_pylist(found, FINDING_SCHEMA)}
    tables |= {"verdicts": pa.Table.from_pylist(given, VERDICT_SCHEMA)}
    return annotate_workbook(path, out=out, **tables, layouts=layouts, **more)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "S"
    sheet.append(["DANH SÁCH TIÊM"])
    sheet.append(HEADING)
    sheet.append([1, "NGUYEN VAN THU", "001090000001", "AZ", "9/8/2021"])
    sheet.append([2, "Trần Thị Thử", "002190000002", "AZ", "9/8/2021"])
    sheet["F4"] = "=A3+A4"
    sheet["B3"].font = openpyxl.styles.Font(bold=True, color="FF0000")
    sheet["C4"].comment = Comment("của người ghi", "y tá")
    sheet.row_dimensions[4].hidden = True
    sheet.merge_cells("D3:D4")
    book.create_sheet("An").sheet_state = "hidden"
    book.save(tmp_path / "ds.xlsx")
    return tmp_path / "ds.xlsx"


def test_findings_colour_and_comment_their_cell(workbook: Path, tmp_path: Path) -> None:
    found = [finding("ds.xlsx", 3, "B", "name_marks_lost"), finding("ds.xlsx", 4, "C", "number_old_cmnd")]
    path = annotate_file(workbook, tmp_path / "out", found, [])
    sheet = openpyxl.load_workbook(path)["S"]
    assert sheet["B3"].fill.start_color.rgb == "00FFD8B8"
    assert sheet["B3"].comment.text.startswith("Cần sửa: Họ tên viết thiếu dấu.")
    assert "(To settle: The name is written without its marks." in sheet["B3"].comment.text
    assert sheet["C4"].comment.text.startswith("của người ghi\n\nLưu ý: ")


def test_everything_of_the_clerk_stays(workbook: Path, tmp_path: Path) -> None:
    path = annotate_file(workbook, tmp_path / "out", [finding("ds.xlsx", 3, "B", "name_marks_lost")], [])
    book = openpyxl.load_workbook(path)
    sheet = book["S"]
    assert sheet["F4"].value == "=A3+A4"
    assert (sheet["B3"].font.bold, sheet["B3"].font.color.rgb) == (True, "00FF0000")
    assert sheet.row_dimensions[4].hidden
    assert book["An"].sheet_state == "hidden"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["D3:D4"]
    assert sheet["B4"].value == "Trần Thị Thử"


def test_the_original_is_not_touched(workbook: Path, tmp_path: Path) -> None:
    before = workbook.read_bytes()
    annotate_file(workbook, tmp_path / "out", [finding("ds.xlsx", 3, "B", "name_marks_lost")], [])
    assert workbook.read_bytes() == before


def test_verdicts_stand_behind_the_last_column_in_words(workbook: Path, tmp_path: Path) -> None:
    given = [
        verdict("ds.xlsx", 3, "MISMATCH", ("name", "name_marks_lost"), person="p", sure=True),
        verdict("ds.xlsx", 4, "MATCHED"),
        verdict("other.xlsx", 4, "NOT_FOUND"),
    ]
    sheet = openpyxl.load_workbook(annotate_file(workbook, tmp_path / "out", [], given))["S"]
    assert [cell.value for cell in sheet[2]][6:] == list(annotate.RESULT_HEADINGS)
    assert (sheet["G3"].value, sheet["H3"].value) == ("Thông tin chưa khớp", "Mũi 1: Mũi tiêm hợp lý")
    assert sheet["I3"].value.endswith("Công an đã có đề xuất chắc chắn, chờ duyệt.")
    assert (sheet["G4"].value, sheet["I4"].value) == ("Đúng người", None)
    assert sheet["G3"].fill.start_color.rgb != sheet["G4"].fill.start_color.rgb
    assert sheet["B3"].comment.text.startswith("Cần sửa: Họ tên viết thiếu dấu.")


def test_a_mark_on_a_merged_cell_lands_on_its_anchor(workbook: Path, tmp_path: Path) -> None:
    given = [verdict("ds.xlsx", 4, "MATCHED", ("vaccine", "name_other"))]
    sheet = openpyxl.load_workbook(annotate_file(workbook, tmp_path / "out", [], given))["S"]
    assert sheet["D3"].comment is not None


def test_own_values_are_shown_as_understood_and_never_as_a_formula(workbook: Path, tmp_path: Path) -> None:
    own = dict.fromkeys(("name", "birth_date", "number", "phone", "vaccine", "lot", "dose_date"))
    records = pa.Table.from_pylist([own | {"record": "3", "file": "ds.xlsx", "vaccine": "=1+1", "lot": "X"}])
    path = annotate_file(workbook, tmp_path / "o", [], [verdict("ds.xlsx", 3, "MATCHED")], records=records)
    cell = openpyxl.load_workbook(path)["S"]["J3"]
    assert cell.value == "Vắc xin: =1+1; Số lô: X"
    assert cell.data_type == "s"


def test_the_guide_counts_and_explains(workbook: Path, tmp_path: Path) -> None:
    found = [finding("ds.xlsx", 3, "B", "name_marks_lost"), finding("ds.xlsx", None, None, "name_order")]
    path = annotate_file(workbook, tmp_path / "out", found, [verdict("ds.xlsx", 3, "MISMATCH")])
    rows = list(openpyxl.load_workbook(path)["Hướng dẫn"].iter_rows(values_only=True))
    assert (1, "Thông tin chưa khớp (Details differ)") in rows
    assert any(row[0] == 1 and str(row[1]).startswith("Họ tên viết thiếu dấu.") for row in rows)


def test_a_sheet_of_the_clerk_with_the_guides_name_stays(workbook: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    book.create_sheet("Hướng dẫn")["A1"] = "của tôi"
    book.save(workbook)
    made = openpyxl.load_workbook(annotate_file(workbook, tmp_path / "out", [], []))
    assert made["Hướng dẫn"]["A1"].value == "của tôi"
    assert "Hướng dẫn (2)" in made.sheetnames


def test_comments_have_a_cap_and_the_guide_says_so(
    workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotate, "MAX_COMMENTS", 1)
    found = [finding("ds.xlsx", row, "B", "name_marks_lost") for row in (3, 4)]
    book = openpyxl.load_workbook(annotate_file(workbook, tmp_path / "out", found, []))
    assert (book["S"]["B3"].comment is None, book["S"]["B4"].comment is None) == (False, True)
    assert book["S"]["B4"].fill.start_color.rgb == "00FFD8B8"
    assert any(row[0] == 1 and "chỉ có màu" in str(row[1]) for row in book["Hướng dẫn"].iter_rows(values_only=True))


def test_xls_ods_and_csv_get_a_copy_of_their_values(tmp_path: Path) -> None:
    rows = [["DANH SÁCH"], list(HEADING), ["1", "=HYPERLINK(1)", "001090000001", "AZ", "9/8/2021"]]
    old = xlwt.Workbook()
    sheet = old.add_sheet("S")
    ods = OpenDocumentSpreadsheet()
    table = Table(name="S")
    for number, row in enumerate(rows):
        line = TableRow()
        for column, text in enumerate(row):
            sheet.write(number, column, text)
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            line.addElement(cell)
        table.addElement(line)
    ods.spreadsheet.addElement(table)
    old.save(str(tmp_path / "a.xls"))
    ods.save(str(tmp_path / "a.ods"))
    (tmp_path / "a.csv").write_text("\n".join(";".join(row) for row in rows), encoding="utf-8-sig")
    for name, sheet_name in (("a.xls", "S"), ("a.ods", "S"), ("a.csv", "")):
        found = [finding(name, 3, "B", "name_marks_lost", sheet_name)]
        given = [verdict(name, 3, "MISMATCH", sheet=sheet_name)]
        layouts = [layout(name, sheet_name)]
        path = annotate_file(tmp_path / name, tmp_path / "out", found, given, layouts=layouts)
        made = openpyxl.load_workbook(path).worksheets[0]
        assert path.name == f"{name}.xlsx"
        assert (made["B3"].value, made["B3"].data_type, made["B3"].quotePrefix) == ("=HYPERLINK(1)", "s", True)
        assert made["C3"].value == "001090000001"
        assert made["B3"].comment is not None
        assert made["F3"].value == "Thông tin chưa khớp"


def test_numbers_and_dates_of_an_old_workbook_keep_their_kind(tmp_path: Path) -> None:
    old = xlwt.Workbook()
    sheet = old.add_sheet("S")
    day = xlwt.XFStyle()
    day.num_format_str = "DD/MM/YYYY"
    sheet.write(2, 0, 7.0)
    sheet.write(2, 1, 44417, day)
    old.save(str(tmp_path / "a.xls"))
    path = annotate_file(tmp_path / "a.xls", tmp_path / "out", [finding("a.xls", 3, "A", "name_marks_lost")], [])
    made = openpyxl.load_workbook(path)["S"]
    assert (made["A3"].value, made["B3"].number_format) == (7, "DD/MM/YYYY")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258", "latin-1"])
def test_csv_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    tail = b"\x8a" if encoding == "latin-1" else b""  # a byte that cp1258 does not have
    (tmp_path / "a.csv").write_bytes('tên,"hai\ndong"\nmot,2\n'.encode(encoding) + tail)
    rows = read_csv_rows(tmp_path / "a.csv")
    assert rows[:2] == [["tên", "hai\ndong"], ["mot", "2"]]


def test_a_large_or_unreadable_file_gets_a_list_with_cell_references(tmp_path: Path) -> None:
    found = [
        finding("a.xlsx", 9, "AB", "number_old_cmnd"),
        finding("a.xlsx", 9, "F", "name_marks_lost"),
        finding("a.xlsx", None, None, "name_other"),
    ]
    (tmp_path / "a.xlsx").write_bytes(b"PK not a workbook")
    given = [verdict("a.xlsx", 9, "MISMATCH", ("sex", "sex_differs"))]
    for last_row in (20, annotate.MAX_ROWS + 1):
        layouts = [layout("a.xlsx", last_row=last_row)]
        path = annotate_file(tmp_path / "a.xlsx", tmp_path / f"{last_row}", found, given, layouts=layouts)
        assert path.name == "a.xlsx - danh sach.xlsx"
        rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
        assert [row[2] for row in rows[1:]].count("F9") == 1
        assert rows[-1][2] == "AB9"
        assert {row[4] for row in rows[1:]} == {"Cần sửa", "Lưu ý"}


def test_a_finding_of_the_whole_row_is_said_in_its_result(workbook: Path, tmp_path: Path) -> None:
    found = [finding("ds.xlsx", 3, None, "dose_entered_twice"), finding("ds.xlsx", 4, None, "number_old_cmnd")]
    sheet = openpyxl.load_workbook(annotate_file(workbook, tmp_path / "out", found, []))["S"]
    assert sheet["I3"].value == "Mũi tiêm này đã được nhập ở dòng khác. Giữ một dòng."
    assert sheet["I4"].value is None


def test_rows_from_the_first_on_leave_no_room_for_headings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Thử,001090000001\nThử,\n", encoding="utf-8")
    given = [verdict("a.csv", row, "MATCHED", sheet="") for row in (1, 2)]
    path = annotate_file(tmp_path / "a.csv", tmp_path / "out", [], given, layouts=[])
    assert openpyxl.load_workbook(path).worksheets[0]["C1"].value == "Đúng người"


def test_columns_are_numbered_as_people_see_them() -> None:
    assert [number_column(letters) for letters in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16384]
