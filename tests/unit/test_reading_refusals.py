"""Every hostile, broken or disguised file gives its own code, and nothing else is ever raised."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from reading_hostile import (
    CSV,
    add_parts,
    change_part,
    crowd_xls,
    cut_xls,
    lie_about_size,
    make_bomb,
    make_chart_only,
    make_gzip,
    make_ods,
    make_overlap,
    make_parquet,
    make_xls,
    make_xlsx,
    make_zip,
    protect_xls,
    rename_stream,
    shift_xls,
    spoil_part,
    twist_xls,
    widen_xls,
    write,
)

from xacthuc.findings import get_code
from xacthuc.reading import DEFAULT, FileRefused, Limits, read_file

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
UNKNOWN = b'<?xml version="1.0" encoding="UiF-8"?><workbook/>'
LONG_CELL = b'Ho ten,Nam sinh,CCCD\n"' + b"x" * (40 << 20) + b'",1980,089080000001\nNguyen Van An,1980,089080000001\n'
HTML = (
    "<html><body><table><tr><td>Họ tên</td><td>CCCD</td></tr>"
    "<tr><td>Nguyễn Văn An</td><td>089080000001</td></tr></table>"
)
OLD = CSV.replace("ễ".encode(), b"\xea\xde").replace("Họ và tên".encode(), b"H\xf2o t\xean")
DAMAGED = "sheet_damaged"
BIG = replace(DEFAULT, calamine_bytes=0)
XML_BOOK = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'

Maker = Callable[[], bytes]


def small(**limits: int) -> Limits:
    return replace(DEFAULT, **limits)


REFUSED: list[tuple[str, str, Maker, str, Limits]] = [
    ("empty csv", "a.csv", lambda: b"", "file_empty", DEFAULT),
    ("empty xlsx", "a.xlsx", lambda: b"", "file_empty", DEFAULT),
    ("empty xls", "a.xls", lambda: b"", "file_empty", DEFAULT),
    ("empty parquet", "a.parquet", lambda: b"", "file_empty", DEFAULT),
    ("only a byte order mark", "a.csv", lambda: b"\xef\xbb\xbf", "file_empty", DEFAULT),
    ("only blanks", "a.csv", lambda: b"  \r\n \n", "file_empty", DEFAULT),
    ("only a utf-16 mark", "a.csv", lambda: b"\xff\xfe", "file_empty", DEFAULT),
    ("zeros", "a.csv", lambda: b"\0" * 9000, "not_a_table", DEFAULT),
    ("few zeros", "a.csv", lambda: b"\0" * 9, "file_empty", DEFAULT),
    ("too many bytes", "a.csv", lambda: CSV, "file_too_big", small(bytes=20)),
    ("workbook of too many bytes", "a.xlsx", make_xlsx, "file_too_big", small(workbook_bytes=100)),
    ("xls of too many bytes", "a.xls", make_xls, "file_too_big", small(workbook_bytes=100)),
    ("pdf as xlsx", "a.xlsx", lambda: b"%PDF-1.7\n...", "file_is_pdf", DEFAULT),
    ("png as xls", "a.xls", lambda: b"\x89PNG\r\n\x1a\n....", "file_is_picture", DEFAULT),
    ("jpeg as csv", "a.csv", lambda: b"\xff\xd8\xff\xe0....", "file_is_picture", DEFAULT),
    ("gif as ods", "a.ods", lambda: b"GIF89a....", "file_is_picture", DEFAULT),
    ("bitmap as xlsx", "a.xlsx", lambda: b"BM\0\0\0\0", "file_is_picture", DEFAULT),
    ("tiff as xlsx", "a.xlsx", lambda: b"II*\0....", "file_is_picture", DEFAULT),
    ("webp as csv", "a.csv", lambda: b"RIFF....WEBPVP8 ", "file_is_picture", DEFAULT),
    ("photo of a phone", "a.csv", lambda: b"\0\0\0\x18ftypheic....", "file_is_picture", DEFAULT),
    ("gzip", "a.csv", lambda: make_gzip(CSV), "file_is_archive", DEFAULT),
    ("7z", "a.xlsx", lambda: b"7z\xbc\xaf\x27\x1c....", "file_is_archive", DEFAULT),
    ("rar", "a.xlsx", lambda: b"Rar!\x1a\x07\0....", "file_is_archive", DEFAULT),
    ("bzip2", "a.csv", lambda: b"BZh9....", "file_is_archive", DEFAULT),
    ("xz", "a.csv", lambda: b"\xfd7zXZ\0....", "file_is_archive", DEFAULT),
    ("zip of csv", "a.xlsx", lambda: make_zip({"a.csv": CSV}), "file_is_archive", DEFAULT),
    ("workbook without its book", "a.xlsx", lambda: change_part(make_xlsx(), BOOK, None), "file_is_archive", DEFAULT),
    ("empty zip", "a.xlsx", lambda: make_zip({}), "file_is_archive", DEFAULT),
    ("docx", "a.xlsx", lambda: make_zip({"word/document.xml": b"<x/>"}), "file_is_document", DEFAULT),
    ("pptx", "a.xlsx", lambda: make_zip({"ppt/presentation.xml": b"<x/>"}), "file_is_document", DEFAULT),
    (
        "odt",
        "a.ods",
        lambda: make_zip({"mimetype": b"application/vnd.oasis.opendocument.text"}),
        "file_is_document",
        DEFAULT,
    ),
    ("doc", "a.xls", lambda: rename_stream(make_xls(), "WordDocument"), "file_is_document", DEFAULT),
    ("rtf", "a.xls", lambda: b"{\\rtf1 a}", "file_is_document", DEFAULT),
    ("windows program", "a.xls", lambda: b"MZ\x90\0....", "file_is_program", DEFAULT),
    ("linux program", "a.csv", lambda: b"\x7fELF....", "file_is_program", DEFAULT),
    ("script", "a.csv", lambda: b"#!/bin/sh\n", "file_is_program", DEFAULT),
    ("database", "a.csv", lambda: b"SQLite format 3\0", "kind_unsupported", DEFAULT),
    ("json", "a.csv", lambda: b'[{"name": "a"}]', "kind_unsupported", DEFAULT),
    ("arrow file", "a.parquet", lambda: b"ARROW1\0\0....", "kind_unsupported", DEFAULT),
    ("excel 4", "a.xls", lambda: b"\x09\x04\x06\0\0\0\x10\0", "kind_unsupported", DEFAULT),
    ("binary workbook", "a.xlsb", lambda: make_zip({"xl/workbook.bin": b"x"}), "kind_unsupported", DEFAULT),
    ("other compound file", "a.xls", lambda: rename_stream(make_xls(), "Contents"), "kind_unsupported", DEFAULT),
    ("xml spreadsheet as xls", "a.xls", lambda: XML_BOOK, "file_is_xml", DEFAULT),
    ("other xml", "a.csv", lambda: b"<?xml version='1.0'?><a/>", "file_is_xml", DEFAULT),
    ("saved web page", "a.xls", lambda: b"MIME-Version: 1.0\r\n<html><table>", "file_is_xml", DEFAULT),
    ("page without table", "a.xls", lambda: b"<html><body>x</body></html>", "not_a_table", DEFAULT),
    ("page of too many columns", "a.xls", lambda: HTML.encode(), "too_many_columns", small(columns=1)),
    ("noise", "a.csv", lambda: bytes(range(1, 32)) * 40, "not_a_table", DEFAULT),
    ("text with zeros", "a.csv", lambda: CSV + b"\0\0\0" + CSV, "not_a_table", DEFAULT),
    ("half an xlsx", "a.xlsx", lambda: make_xlsx()[:3000], "file_damaged", DEFAULT),
    ("xlsx without its end", "a.xlsx", lambda: make_xlsx()[:-30], "file_damaged", DEFAULT),
    ("only zip magic", "a.xlsx", lambda: b"PK\x03\x04", "file_damaged", DEFAULT),
    ("book is no xml", "a.xlsx", lambda: change_part(make_xlsx(), BOOK, b"<workbook"), "file_damaged", DEFAULT),
    ("book in no encoding", "a.xlsx", lambda: change_part(make_xlsx(), BOOK, UNKNOWN), "file_damaged", DEFAULT),
    ("strings with wrong sum", "a.xlsx", lambda: spoil_part(make_xlsx(), STRINGS), "file_damaged", DEFAULT),
    ("strings larger than said", "a.xlsx", lambda: lie_about_size(make_xlsx(), STRINGS), "file_damaged", DEFAULT),
    ("ods without content", "a.ods", lambda: change_part(make_ods(), "content.xml", None), "file_damaged", DEFAULT),
    ("ods of broken xml", "a.ods", lambda: change_part(make_ods(), "content.xml", b"<office"), "file_damaged", DEFAULT),
    ("half an xls", "a.xls", lambda: make_xls()[:2000], "file_damaged", DEFAULT),
    ("only ole magic", "a.xls", lambda: make_xls()[:8], "file_damaged", DEFAULT),
    ("xls in circles", "a.xls", lambda: twist_xls(make_xls()), "file_damaged", DEFAULT),
    ("half a parquet", "a.parquet", lambda: make_parquet()[:100], "file_damaged", DEFAULT),
    ("only parquet magic", "a.parquet", lambda: b"PAR1", "file_damaged", DEFAULT),
    ("encrypted parquet", "a.parquet", lambda: b"PARE....PARE", "file_encrypted", DEFAULT),
    ("zip with password", "a.xlsx", lambda: make_zip({BOOK: b"x"}, flags=1), "file_encrypted", DEFAULT),
    ("xlsx with password", "a.xlsx", lambda: rename_stream(make_xls(), "EncryptedPackage"), "file_encrypted", DEFAULT),
    ("xls with password", "a.xls", lambda: protect_xls(make_xls()), "file_encrypted", DEFAULT),
    (
        "ods with password",
        "a.ods",
        lambda: add_parts(make_ods(), {"META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
        "file_encrypted",
        DEFAULT,
    ),
    ("bomb by ratio", "a.xlsx", lambda: make_bomb(1 << 20), "zip_bomb", small(ratio_from_bytes=1000)),
    ("bomb by size", "a.xlsx", make_xlsx, "zip_bomb", small(inflated_bytes=1000)),
    ("bomb by overlap", "a.xlsx", make_overlap, "zip_bomb", DEFAULT),
    ("bomb in the book", "a.xlsx", lambda: change_part(make_xlsx(), BOOK, b" " * (17 << 20)), "zip_bomb", DEFAULT),
    ("bomb by repeated rows", "a.ods", lambda: make_ods(repeated=20_000_000), "sheet_too_big", DEFAULT),
    ("cell past the last column", "a.xls", lambda: shift_xls(make_xls()), "file_damaged", DEFAULT),
    ("xls that ends before it begins", "a.xls", lambda: widen_xls(make_xls()), "file_damaged", DEFAULT),
    ("xls of too many strings", "a.xls", lambda: crowd_xls(make_xls()), "file_damaged", DEFAULT),
    ("xls that makes calamine give up", "a.xls", lambda: cut_xls(make_xls()), "file_damaged", DEFAULT),
    ("too many parts", "a.xlsx", make_xlsx, "zip_too_many_parts", small(entries=3)),
    (
        "entities in the book",
        "a.xlsx",
        lambda: change_part(make_xlsx(), BOOK, ENTITY + b"<a/>"),
        "file_unsafe",
        DEFAULT,
    ),
    (
        "entities in strings",
        "a.xlsx",
        lambda: change_part(make_xlsx(), STRINGS, ENTITY + b"<a/>"),
        "file_unsafe",
        DEFAULT,
    ),
    (
        "entities in an ods",
        "a.ods",
        lambda: change_part(make_ods(), "content.xml", ENTITY + b"<a/>"),
        "file_unsafe",
        DEFAULT,
    ),
    ("no sheet but a chart", "a.xlsx", make_chart_only, "no_sheets", DEFAULT),
    ("too many sheets", "a.xlsx", lambda: make_xlsx(sheets=3), "too_many_sheets", small(sheets=2)),
    ("csv of too many columns", "a.csv", lambda: CSV, "too_many_columns", small(columns=3)),
    ("parquet of too many columns", "a.parquet", make_parquet, "too_many_columns", small(columns=3)),
    ("csv of too many rows", "a.csv", lambda: CSV, "too_many_rows", small(rows=1)),
    ("csv of too many cells", "a.csv", lambda: CSV, "too_many_rows", small(cells=5)),
    ("parquet of too many rows", "a.parquet", make_parquet, "too_many_rows", small(rows=1)),
]


@pytest.mark.parametrize(("name", "make", "code", "limits"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_file_is_refused(tmp_path: Path, name: str, make: Maker, code: str, limits: Limits) -> None:
    path = write(tmp_path / name, make())
    with pytest.raises(FileRefused) as refused:
        list(read_file(path, limits=limits))
    assert refused.value.code == code
    assert refused.value.file == name
    assert get_code(code).kind == "refused"


def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = change_part(make_xlsx(), SHEET, lambda x: x.replace(b"</sheetData>", far))
    reading = next(iter(read_file(write(tmp_path / "a.xlsx", data))))
    assert sum(batch.num_rows for batch in reading.batches) == 2
    assert reading.layout.counts["data"] == 2
    assert "columns_cut" in {f.code for f in reading.findings}


def test_there_are_sixty_of_them() -> None:
    assert len({r[0] for r in REFUSED}) >= 60


def test_what_is_not_a_file(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none.csv", "file_missing"), (tmp_path, "not_a_file")):
        with pytest.raises(FileRefused) as refused:
            read_file(path)
        assert refused.value.code == code


NOTED: list[tuple[str, str, Maker, str, Limits]] = [
    ("sheet with wrong sum", "a.xlsx", lambda: spoil_part(make_xlsx(), SHEET), "sheet_damaged", DEFAULT),
    (
        "sheet of broken xml",
        "a.xlsx",
        lambda: change_part(make_xlsx(), SHEET, lambda x: x[: len(x) // 2]),
        "sheet_damaged",
        DEFAULT,
    ),
    (
        "entities in a sheet",
        "a.xlsx",
        lambda: change_part(make_xlsx(), SHEET, lambda x: x.replace(b"<worksheet", ENTITY + b"<worksheet")),
        "sheet_damaged",
        DEFAULT,
    ),
    ("sheet larger than said", "a.xlsx", lambda: lie_about_size(make_xlsx(), SHEET), "sheet_damaged", DEFAULT),
    ("big sheet with wrong sum", "a.xlsx", lambda: spoil_part(make_xlsx(), SHEET), DAMAGED, BIG),
    (
        "big sheet broken off",
        "a.xlsx",
        lambda: change_part(make_xlsx(), SHEET, lambda x: x[: x.index(b"<sheetData>") + 20]),
        "sheet_damaged",
        small(calamine_bytes=0),
    ),
    (
        "big sheet with a wrong string",
        "a.xlsx",
        lambda: change_part(make_xlsx(), SHEET, lambda x: x.replace(b"<v>3</v>", b"<v>99999</v>")),
        "sheet_damaged",
        small(calamine_bytes=0),
    ),
    ("sheet of too many cells", "a.xlsx", make_xlsx, "sheet_too_big", small(cells=5)),
    ("sheet of too many columns", "a.xlsx", lambda: make_xlsx(columns=30), "columns_cut", small(columns=10)),
    (
        "big sheet of too many columns",
        "a.xlsx",
        lambda: make_xlsx(columns=30),
        "columns_cut",
        small(columns=10, calamine_bytes=0),
    ),
    ("macros", "a.xlsm", lambda: add_parts(make_xlsx(), {"xl/vbaProject.bin": b"x"}), "macros_ignored", DEFAULT),
    ("macros in an ods", "a.ods", lambda: add_parts(make_ods(), {"Basic/a.xml": b"x"}), "macros_ignored", DEFAULT),
    ("csv as xlsx", "a.xlsx", lambda: CSV, "name_differs", DEFAULT),
    ("xlsx as xls", "a.xls", make_xlsx, "name_differs", DEFAULT),
    ("xls as xlsx", "a.xlsx", make_xls, "name_differs", DEFAULT),
    ("ods as xlsx", "a.xlsx", make_ods, "name_differs", DEFAULT),
    ("xlsx as csv", "a.csv", make_xlsx, "name_differs", DEFAULT),
    ("web page as xls", "a.xls", lambda: HTML.encode(), "name_differs", DEFAULT),
    ("parquet as csv", "a.csv", make_parquet, "name_differs", DEFAULT),
    ("nested parquet", "a.parquet", lambda: make_parquet(nested=True), "column_nested", DEFAULT),
    ("odd quote", "a.csv", lambda: CSV + b'\n3,"Le Van C,1981,089081000003\n', "quotes_broken", DEFAULT),
    ("unquoted comma", "a.csv", lambda: CSV + b"\n3,Le Van C,1981,089081000003,x\n", "row_shifted", DEFAULT),
    ("broken letter", "a.csv", lambda: CSV * 30 + b"\n3,Le V\xffn C,1981,089081000003\n", "letters_broken", DEFAULT),
    ("old code page", "a.csv", lambda: OLD, "encoding_old", DEFAULT),
    ("cell too long", "a.csv", lambda: CSV, "cell_too_long", small(cell_length=10)),
    ("record too long", "a.csv", lambda: LONG_CELL, "text_cut_off", DEFAULT),
    ("no list of people", "a.csv", lambda: b"a,b\n1,2\n", "sheet_without_people", DEFAULT),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "code", "limits"), [r[1:] for r in NOTED], ids=[r[0] for r in NOTED])
def test_file_is_read_with_a_finding(tmp_path: Path, name: str, make: Maker, code: str, limits: Limits) -> None:
    path = write(tmp_path / name, make())
    codes = set()
    for reading in read_file(path, limits=limits):
        rows = sum(batch.num_rows for batch in reading.batches)
        codes |= {f.code for f in reading.findings}
        assert rows >= reading.layout.counts["data"]
        assert sum(reading.layout.counts.values()) == reading.layout.last_row
    assert code in codes
    assert all(get_code(c).stage == "reading" for c in codes)
