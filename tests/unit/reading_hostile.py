"""Makers of hostile, broken and disguised files, each from a small whole one."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

HEADING = ["STT", "Họ và tên", "Năm sinh", "Số CCCD"]
PEOPLE = [["1", "Nguyễn Văn An", "1980", "089080000001"], ["2", "Trần Thị Bình", "1990", "089190000002"]]
CSV = "\n".join(",".join(r) for r in [HEADING, *PEOPLE]).encode()
DIRECTORY_NAME = "Workbook".encode("utf-16-le") + b"\0\0"


def make_xlsx(*, sheets: int = 1, columns: int = 0, long: int = 0) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for n in range(sheets):
            sheet = book.add_worksheet(f"S{n}")
            for i, row in enumerate([HEADING, *PEOPLE]):
                sheet.write_row(i, 0, row)
            if columns:
                sheet.write(1, columns - 1, "x")
            if long:
                sheet.write(1, 4, "x" * long)
    return buffer.getvalue()


def make_chart_only() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S0")
        sheet.write_column(0, 0, [1, 2])
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=S0!$A$1:$A$2"})
        book.add_chartsheet("C").set_chart(chart)
    return change_part(buffer.getvalue(), "xl/workbook.xml", cut_first_sheet)


def cut_first_sheet(text: bytes) -> bytes:
    start = text.index(b"<sheet ")
    return text[:start] + text[text.index(b"/>", start) + 2 :]


def make_xls() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S0")
    for i, row in enumerate([HEADING, *PEOPLE]):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    for i in range(200):
        sheet.write(i, 6, "đủ dài để không nằm trong phần nhỏ")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_ods(*, repeated: int = 1) -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="S0")
    for cells in [HEADING, *PEOPLE]:
        row = TableRow(numberrowsrepeated=repeated) if repeated > 1 else TableRow()
        for text in cells:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()


def make_parquet(*, nested: bool = False) -> bytes:
    columns: dict[str, list[object]] = {name: [row[i] for row in PEOPLE] for i, name in enumerate(HEADING)}
    if nested:
        columns["lists"] = [[1, 2], [3]]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def make_zip(parts: dict[str, bytes], *, flags: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    data = bytearray(buffer.getvalue())
    if flags:
        at = data.index(b"PK\x01\x02")
        data[at + 8] |= flags
        data[6] |= flags
    return bytes(data)


def read_parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def change_part(data: bytes, name: str, change: object) -> bytes:
    """Replace a part of a package by bytes, by what a function makes of it, or leave it out (None)."""
    parts = read_parts(data)
    if change is None:
        del parts[name]
    else:
        parts[name] = change(parts[name]) if callable(change) else change
    return make_zip(parts)


def add_parts(data: bytes, parts: dict[str, bytes]) -> bytes:
    return make_zip({**read_parts(data), **parts})


def spoil_part(data: bytes, name: str) -> bytes:
    """Change a byte of a part's content, so that its sum is wrong."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        info = package.getinfo(name)
    stored = make_stored(read_parts(data))
    with zipfile.ZipFile(io.BytesIO(stored)) as package:
        at = package.getinfo(name).header_offset + 30 + len(name) + info.file_size // 2
    spoilt = bytearray(stored)
    spoilt[at] ^= 1
    return bytes(spoilt)


def make_stored(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def make_overlap() -> bytes:
    """A zip whose directory names one part many times over: more packed bytes than the file has."""
    data = make_xlsx()
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    entries = data[start:end]
    count = struct.unpack_from("<H", data, end + 10)[0]
    times = 20
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count * times, count * times, len(entries) * times)
    return data[:start] + entries * times + bytes(tail)


def rename_stream(data: bytes, name: str) -> bytes:
    """Give the workbook stream of an xls another name."""
    at = data.index(DIRECTORY_NAME)
    encoded = name.encode("utf-16-le") + b"\0\0"
    changed = bytearray(data)
    changed[at : at + 64] = encoded.ljust(64, b"\0")
    struct.pack_into("<H", changed, at + 64, len(encoded))
    return bytes(changed)


def protect_xls(data: bytes) -> bytes:
    """Turn a record near the start of the workbook into FILEPASS."""
    at = data.index(b"\xe1\x00\x02\x00")
    return data[:at] + b"\x2f\x00" + data[at + 2 :]


def twist_xls(data: bytes) -> bytes:
    """Let the chain of the workbook's sectors go in circles."""
    at = data.index(DIRECTORY_NAME)
    first = struct.unpack_from("<I", data, at + 116)[0]
    table = struct.unpack_from("<I", data, 76)[0]
    changed = bytearray(data)
    struct.pack_into("<I", changed, (table + 1) * 512 + first * 4, first)
    return bytes(changed)


def lie_about_size(data: bytes, name: str) -> bytes:
    """Declare a part smaller than it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        info = package.getinfo(name)
    packed = struct.pack("<III", info.CRC, info.compress_size, info.file_size)
    lie = struct.pack("<III", info.CRC, info.compress_size, 10)
    assert packed in data
    return data.replace(packed, lie)


def make_bomb(size: int) -> bytes:
    """An xlsx with a sheet of nothing but blanks."""
    parts = read_parts(make_xlsx())
    parts["xl/worksheets/sheet1.xml"] = b" " * size
    return make_zip(parts)


def make_gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def shift_xls(data: bytes) -> bytes:
    """Put a cell of an xls far beyond its last column."""
    at = data.index(struct.pack("<HHHH", 0xFD, 10, 1, 1))
    changed = bytearray(data)
    struct.pack_into("<H", changed, at + 6, 60_000)
    return bytes(changed)


def cut_xls(data: bytes) -> bytes:
    """Let a sheet of an xls begin far behind the end of the workbook."""
    at = data.index(struct.pack("<H", 0x85), 512)
    changed = bytearray(data)
    struct.pack_into("<I", changed, at + 4, 50_000_000)
    return bytes(changed)


def widen_xls(data: bytes) -> bytes:
    """Let a sheet of an xls say that it ends before it begins."""
    at = data.index(struct.pack("<HH", 0x200, 14))
    changed = bytearray(data)
    struct.pack_into("<I", changed, at + 4, 60_000)
    return bytes(changed)


def crowd_xls(data: bytes) -> bytes:
    """Let an xls say that it has four thousand million strings."""
    at = data.index(struct.pack("<H", 0xFC), 600)
    while struct.unpack_from("<I", data, at + 8)[0] != 13:
        at = data.index(struct.pack("<H", 0xFC), at + 1)
    changed = bytearray(data)
    struct.pack_into("<I", changed, at + 8, 0xFFFFFFF0)
    return bytes(changed)
