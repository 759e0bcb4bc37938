"""Cells of every format come as the same text; what is hidden is read and said; big sheets are read as small ones."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P
from reading_hostile import change_part, write
from reading_tables import pick, read_all, read_one, write_text, write_xlsx

from xacthuc.reading import DEFAULT, read_file
from xacthuc.reading.grid import get_cell_text, get_column_letter
from xacthuc.reading.limits import Limits

BIG = replace(DEFAULT, calamine_bytes=0)
HEADING = ["Họ tên", "Ngày sinh", "Số CCCD", "Ngày tiêm"]


def test_cell_text() -> None:
    cells: list[tuple[object, str | None]] = [
        ("a", "a"), ("", None), (" \t", None), (" a ", " a "), (1, "1"), (1.0, "1"), (36072029479.0, "36072029479"),
        (0.5, "0.5"), (True, "TRUE"), (False, "FALSE"), (datetime(2021, 11, 9), "2021-11-09"),
        (date(2021, 11, 9), "2021-11-09"),
        (datetime(2021, 11, 9, 7, 30), "2021-11-09 07:30:00"), (None, None), (-3.0, "-3"),
        (datetime(2021, 1, 1, 8).time(), "08:00:00"),
        (datetime(2021, 1, 2) - datetime(2021, 1, 1), "1 day, 0:00:00"), (Decimal("1.5"), "1.5"),
    ]  # fmt: skip
    assert [get_cell_text(value) for value, _ in cells] == [text for _, text in cells]
    assert [get_column_letter(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def write_odd_cells(path: Path, **options: Any) -> Path:
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("a")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, [*HEADING, "Ghi chú"])
        values: list[Any] = [
            datetime(1980, 3, 2), datetime(2021, 9, 8, 7, 30), 44463, 36072029479.0, 0, 60, 61, 59, 0.25,
            2958465, 9999999,
        ]  # fmt: skip
        for i, value in enumerate(values, 1):
            sheet.write_row(i, 0, [f"Nguyễn Văn {chr(64 + i)}", "1980", f"0890800000{i:02}"])
            if isinstance(value, datetime):
                sheet.write_datetime(i, 3, value, day)
            else:
                sheet.write_number(i, 3, value, day)
        notes: list[Any] = [
            True,
            "a & b < c > \"d\" 'e'",
            "  ",
            1.5,
            0.1 + 0.2,
            1234567890123456789.0,
            44463,
            "a\nb",
            "=1/0",
            "'x",
            " hai ",
        ]
        for i, value in enumerate(notes, 1):
            sheet.write(i, 4, value)
        sheet.write_formula("E9", "=1/0", None, "#DIV/0!")
        sheet.write_formula("E10", '="a"&"b"', None, "a<b")
        sheet.write_rich_string("E12", "đậm ", book.add_format({"bold": True}), "và thường", " hết")
        sheet.write(14, 0, "Lê Thị Cuối")
        sheet.write(14, 2, "089080000099")
    return path


@pytest.mark.parametrize(
    "options", [{}, {"date_1904": True}, {"in_memory": True, "constant_memory": True}], ids=["shared", "1904", "inline"]
)
def test_big_sheets_are_read_as_small_ones(tmp_path: Path, options: dict[str, Any]) -> None:
    path = write_odd_cells(tmp_path / "a.xlsx", **options)
    assert read_one(path)[1] == read_one(path, limits=BIG)[1]


def test_grids_of_both_readers_are_equal(tmp_path: Path) -> None:
    path = write_odd_cells(tmp_path / "a.xlsx")
    small, large = (pick(read_one(path, limits=limits)[1], "row", "dose_date", "note") for limits in (DEFAULT, BIG))
    assert small == large
    assert small[0] == (2, "1980-03-02", "TRUE")
    assert small[1] == (3, "2021-09-08 07:30:00", "a & b < c > \"d\" 'e'")
    assert [n for _, _, n in small] == [
        "TRUE", "a & b < c > \"d\" 'e'", None, "1.5", "0.3", "1234567890123457024", "44463", None,
        "a<b", "'x", "đậm và thường hết", None,
    ]  # fmt: skip
    assert small[-1][0] == 15


def test_1904_dates_and_bare_serials(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, HEADING)
        sheet.write_row(1, 0, ["Nguyễn Văn An", "1980", "089080000001"])
        sheet.write_datetime(1, 3, datetime(2021, 11, 9), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_row(2, 0, ["Trần Thị Bình", "1990", "089190000002", 43047])
    for limits in (DEFAULT, BIG):
        reading, rows = read_one(path, limits=limits)
        assert reading.layout.date_system == 1904
        assert pick(rows, "dose_date") == [("2021-11-09",), ("43047",)]


def test_unusual_ways_to_write_a_sheet(tmp_path: Path) -> None:
    whole = write_xlsx(
        tmp_path / "a.xlsx", ("a", [HEADING, ["Nguyễn Văn An", 1980, "089080000001", "1/8/2021"]])
    ).read_bytes()
    expected = read_one(tmp_path / "a.xlsx")[1]

    def change(name: str, old: bytes, new: bytes) -> list[dict[str, Any]]:
        data = change_part(whole, "xl/worksheets/sheet1.xml", lambda x: x.replace(old, new))
        assert data != whole
        return read_one(write(tmp_path / f"{name}.xlsx", data), limits=BIG)[1]

    for number, (old, new) in enumerate(
        [
            (b'<c r="A2"', b'<c ph="1" r="A2"'),
            (b"<sheetData>", b"<sheetData><!-- remark -->"),
            (b'<c r="B2">', b"<c>"),
            (b"<v>1980</v>", b"<v xml:space='preserve'>1980</v>"),
            (b"<v>1980</v>", b"<v>1980.0</v>"),
            (b'<row r="2" spans="1:4"', b'<row spans="1:4" r="2"'),
            (b"<v>1980</v>", b"<f>1979+1</f><v>1980</v>"),
        ]
    ):
        rows = change(f"u{number}", old, new)
        assert [{k: v for k, v in r.items() if k != "file"} for r in rows] == [
            {k: v for k, v in r.items() if k != "file"} for r in expected
        ], new


def test_rows_that_go_backwards_are_damage(tmp_path: Path) -> None:
    whole = write_xlsx(
        tmp_path / "a.xlsx", ("a", [HEADING, ["Nguyễn Văn An", 1980, "089080000001", "1/8/2021"]])
    ).read_bytes()
    for number, new in enumerate((b'<row r="0"', b'<row r="x"', b'<row r="1"')):
        data = change_part(whole, "xl/worksheets/sheet1.xml", lambda x, n=new: x.replace(b'<row r="2"', n))
        reading, rows = read_all(write(tmp_path / f"b{number}.xlsx", data), limits=BIG)[0]
        assert rows == []
        assert "sheet_damaged" in {f.code for f in reading.findings}


def test_a_big_sheet_with_nothing_in_it(tmp_path: Path) -> None:
    reading, rows = read_all(write_xlsx(tmp_path / "a.xlsx", ("a", [])), limits=BIG)[0]
    assert (reading.layout.kind, rows, reading.findings) == ("empty", [], [])


def test_merged_cells_of_a_big_sheet_are_said(tmp_path: Path) -> None:
    cells = [
        ["Họ tên", "Năm sinh", "CMND", "Xóm"],
        ["Nguyễn Văn An", "1980", "089080000001", "Xóm 1"],
        ["Lê Văn Ba", "1970", "089070000002", ""],
    ]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=("D2:D3",)), limits=BIG)
    assert pick(rows, "address") == [("Xóm 1",), (None,)]
    assert [f.code for f in reading.findings] == ["merges_not_filled"]


def test_hidden_parts_of_an_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("trống")
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, HEADING)
        for i in range(1, 4):
            sheet.write_row(i, 0, ["Nguyễn Văn An", "1980", f"08908000000{i}", "1/8/2021"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
        sheet.hide()
    for limits, columns in ((DEFAULT, [("column_hidden", None, "C")]), (BIG, [])):
        reading, rows = read_all(path, limits=limits)[1]
        assert len(rows) == 3
        assert not reading.layout.visible
        found = [(f.code, f.row, f.column) for f in reading.findings]
        assert sorted(found, key=str) == sorted(
            [("sheet_hidden", None, None), *columns, ("row_hidden", 3, None)], key=str
        )


def test_an_xls_with_dates_merges_and_hidden_parts(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.dates_1904 = True
    sheet = book.add_sheet("Tổ 1")
    for j, text in enumerate(["Họ tên", "Ngày sinh", "Số CCCD", "Địa chỉ"]):
        sheet.write(2, j + 1, text)
    for i in (3, 4):
        sheet.write(i, 1, "Nguyễn Văn An")
        sheet.write(i, 2, date(1980, 3, 2), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
        sheet.write(i, 3, 89080000000 + i)
    sheet.write_merge(3, 4, 4, 4, "Xóm 1")
    sheet.row(4).hidden = True
    sheet.col(3).hidden = True
    book.save(str(tmp_path / "a.xls"))
    reading, rows = read_one(tmp_path / "a.xls")
    assert reading.layout.date_system == 1904
    assert reading.layout.counts == {"data": 2, "heading": 1, "blank": 2, "total": 0}
    assert pick(rows, "row", "birth_date", "number", "address") == [
        (4, "1980-03-02", "89080000003", "Xóm 1"),
        (5, "1980-03-02", "89080000004", "Xóm 1"),
    ]
    assert {(f.code, f.row, f.column) for f in reading.findings} == {
        ("column_hidden", None, "D"),
        ("row_hidden", 5, None),
        ("merged_filled", 5, "E"),
    }


def test_an_ods_with_hidden_parts(tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Tổ <1>")
    table.addElement(TableColumn(numbercolumnsrepeated=2))
    table.addElement(TableColumn(visibility="collapse"))
    for n, cells in enumerate(
        [HEADING, ["Nguyễn Văn An", "1980", "089080000001"], ["Lê Văn Ba", "1981", "089080000002"]]
    ):
        row = TableRow(visibility="collapse") if n == 2 else TableRow()
        for text in cells:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))
    reading, rows = read_one(tmp_path / "a.ods")
    assert pick(rows, "sheet", "row", "number") == [("Tổ <1>", 2, "089080000001"), ("Tổ <1>", 3, "089080000002")]
    assert [(f.code, f.row, f.column) for f in reading.findings] == [
        ("column_hidden", None, "C"),
        ("row_hidden", 3, None),
    ]


def test_parquet_of_many_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Họ tên": pa.array(["Nguyễn Văn An", ""]).dictionary_encode(),
            "birth_date": pa.array([date(1980, 3, 2), None]),
            "number": pa.array([36072029479.0, float("nan")]),
            "phone": pa.array([912345678, None], pa.int64()),
            "dose_date": pa.array([datetime(2021, 11, 9), datetime(2021, 11, 9, 7, 30)], pa.timestamp("us")),
            "lot": pa.array([b"AB12", None]),
            "note": pa.array([True, None]),
            "site": pa.array([1.5, 2.0]),
            "lists": pa.array([[1], None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    reading, rows = read_one(tmp_path / "a.parquet")
    fields = ("row", "name", "birth_date", "number", "phone", "dose_date", "lot", "note", "site")
    assert pick(rows, *fields) == [
        (1, "Nguyễn Văn An", "1980-03-02", "36072029479", "912345678", "2021-11-09", "AB12", "TRUE", "1.5"),
        (2, None, None, None, None, "2021-11-09 07:30:00", None, None, "2"),
    ]
    assert reading.layout.header_rows == ()
    assert reading.layout.counts == {"data": 2, "heading": 0, "blank": 0, "total": 0}


def test_a_parquet_that_breaks_off_later(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = [f"Nguyễn Văn {i}" for i in range(5000)]
    pq.write_table(
        pa.table({"name": names, "number": [f"{i:012}" for i in range(5000)]}),
        path,
        compression="snappy",
        use_dictionary=False,
    )
    data = bytearray(path.read_bytes())
    data[200:40_000] = b"\xff" * (40_000 - 200)
    path.write_bytes(bytes(data))
    reading, _ = read_all(path)[0]
    assert "sheet_damaged" in {f.code for f in reading.findings}


def test_tables_of_a_web_page(tmp_path: Path) -> None:
    page = """<html><head><meta charset="utf-8"></head><body><table><tr><th rowspan=2>STT
    <th rowspan=2>Họ tên<th rowspan=2>Năm sinh
    <th colspan=2>Mũi 1<th colspan=2>Mũi 2</tr><tr><th>Ngày<th>Lô<th>Ngày<th>Lô</tr>
    <tr><td>1</td><td>Nguyễn &amp; Văn<br>An</td><td>1980</td><td>1/8/2021</td><td>A1</td><td>2/9/2021</td>
    <td>B1</td></tr></table></body>"""
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    reading, rows = read_one(tmp_path / "a.xls")
    assert reading.layout.header_rows == (1, 2)
    assert pick(rows, "name", "slot", "dose_date", "lot") == [
        ("Nguyễn & Văn\nAn", 1, "1/8/2021", "A1"),
        ("Nguyễn & Văn\nAn", 2, "2/9/2021", "B1"),
    ]
    two = "<table><tr><td>a</td></tr></table>" * 2
    (tmp_path / "b.html").write_text(f"<html>{two}</html>", encoding="utf-8")
    assert [r.layout.sheet for r, _ in read_all(tmp_path / "b.html")] == ["table 1", "table 2"]


def messy_rows() -> list[list[str]]:
    heading = [
        "STT",
        "Họ tên",
        "Ngày sinh",
        "Nam",
        "Nữ",
        "CCCD",
        "CMND",
        "Xóm",
        "Địa chỉ",
        "Mũi 1 ngày",
        "Mũi 1 lô",
        "Mũi 2 ngày",
        "Mũi 2 lô",
        "Ghi chú",
    ]
    rows = [["DANH SÁCH TIÊM"] + [""] * 13, heading]
    for i in range(400):
        rows.append(
            [
                str(i), f"Nguyễn Văn {'ABC'[i % 3]}", f"{i % 28 + 1}/3/1980", "x" if i % 2 else "",
                "" if i % 2 else "x",
                f"0890800{i:05}" if i % 5 else "", f"35{i:07}" if i % 3 else f"0890800{i:05}",
                "Xóm 1" if i % 4 else '"', "Tổ 2" if i % 7 else "",
                "1/8/2021" if i % 11 else "-", "A1" if i % 2 else "", "2/9/2021" if i % 3 else "",
                " " if i % 6 else "B1", "x\ny" if i % 13 == 0 else "",
            ]
        )  # fmt: skip
        if i % 50 == 49:
            rows += [[""] * 14, ["", f"Cộng trang {i}"] + [""] * 12, ["XÓM 5"] + [""] * 13, heading]
    return rows


def test_columns_and_rows_one_by_one_give_the_same(tmp_path: Path) -> None:
    rows = messy_rows()
    path = write_text(tmp_path / "a.csv", rows)
    (fast, fast_rows), (slow, slow_rows) = (read_one(path, columnar=columnar) for columnar in (True, False))
    assert fast_rows == slow_rows
    assert fast.layout == slow.layout
    assert fast.row_kinds == slow.row_kinds
    assert len(fast_rows) > 400
    assert fast.layout.last_row == len(rows)


def test_uneven_records_come_in_their_place(tmp_path: Path) -> None:
    text = 'DANH SÁCH\n\nHọ tên,Năm sinh,CCCD\nNguyễn Văn An,1980,089080000001\n\n"Trần\nBình",1981,089081000002\n'
    text += "Lê Văn Ba,1982\nVũ Bốn,1983,089083000004,\nTổng cộng: 4\n\n\n"
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    reading, rows = read_one(path)
    assert bytes(reading.row_kinds) == b"hbhdbdddt"
    assert pick(rows, "row", "name") == [(4, "Nguyễn Văn An"), (6, "Trần\nBình"), (7, "Lê Văn Ba"), (8, "Vũ Bốn")]
    assert reading.findings == []


def test_batches_are_of_the_size_asked_for(tmp_path: Path) -> None:
    rows = [HEADING] + [["Nguyễn Văn An", "1980", f"{i:012}", "1/8/2021"] for i in range(45_000)]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    reading = next(iter(read_file(path, limits=Limits(batch_rows=20_000))))
    sizes = [batch.num_rows for batch in reading.batches]
    assert sum(sizes) == 45_000
    assert all(size >= 20_000 for size in sizes[:-1])
    assert len(sizes) > 1


def test_a_list_is_counted_though_nobody_reads_it(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ("a", [HEADING, ["Nguyễn Văn An", "1980", "089080000001"]]))
    readings = list(read_file(path))
    assert readings[0].layout.counts["data"] == 1


def test_findings_of_one_code_are_bounded(tmp_path: Path) -> None:
    rows = [HEADING] + [["Nguyễn Văn An", "1980", f"{i:012}", '"'] for i in range(30)]
    reading, _ = read_one(write_text(tmp_path / "a.csv", [*rows[:2], *rows[2:]]), limits=Limits(findings=5))
    assert sum(f.code == "ditto_filled" for f in reading.findings) <= 5


def test_no_value_in_findings_or_refusals(tmp_path: Path) -> None:
    rows = [
        ["Họ tên", "Năm sinh", "CCCD"],
        ["Nguyễn Văn An", "1980", "089080000001"],
        ["Trần Bình", '"', "089080000002"],
    ]
    reading, _ = read_one(write_text(tmp_path / "a.csv", rows))
    assert reading.findings
    assert not any("1980" in str(f) or "Nguy" in str(f) for f in reading.findings)


def test_a_web_page_in_an_old_code_page(tmp_path: Path) -> None:
    page = (
        "<html><table><tr><td>Ho ten</td><td>Số CCCD</td></tr><tr><td>Lê Văn Hân</td><td>089080000001</td></tr></table>"
    )
    (tmp_path / "a.html").write_bytes(page.replace("ố", "ô\u0301").encode("cp1258"))
    reading, rows = read_one(tmp_path / "a.html")
    assert pick(rows, "name", "number") == [("Lê Văn Hân", "089080000001")]
    assert reading.layout.header_rows == (1,)


def test_a_parquet_without_rows(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"name": pa.array([], pa.string()), "number": pa.array([], pa.string())}), tmp_path / "a.parquet"
    )
    reading, rows = read_all(tmp_path / "a.parquet")[0]
    assert (reading.layout.last_row, rows) == (0, [])
