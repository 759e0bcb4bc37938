"""Write one synthetic list of doses as Parquet, csv and xlsx, the same for the same seed. A child of intake.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

from xacthuc.nation import build_nation

# Of the nation the list is taken from, for each row: some doses are in no list.
PEOPLE = 1.8
DOSES = 1.06
BLOCK = 20_000  # rows that the writer of workbooks holds

# Columns of the list as a clerk heads them, and the field of the nation's claims; None: made here.
HEADINGS: tuple[tuple[str, str | None], ...] = (
    ("STT", None), ("Mã phiếu", "record"), ("Họ và tên", "name"), ("Ngày sinh", "birth_date"), ("Giới tính", "sex"),
    ("Số CCCD/CMND", "number"), ("Số điện thoại", "phone"), ("Số thẻ BHYT", "insurance"), ("Tỉnh", "province"),
    ("Huyện", "district"), ("Xã", "commune"), ("Địa chỉ", "address"), ("Quốc tịch", None), ("Nghề nghiệp", None),
    ("Tên vắc xin", "vaccine"), ("Số lô", "lot"), ("Mũi số", "dose_no"), ("Ngày tiêm", "dose_date"),
    ("Cơ sở tiêm", "site"), ("Ghi chú", None),
)  # fmt: skip


def make_list(folder: Path, *, rows: int, seed: int) -> pa.Table:
    """Give a list of `rows` doses in 20 columns of text, the same for the same seed."""
    nation = folder / f"nation-{rows}-{seed}"
    if not (nation / "claims.parquet").exists():
        build_nation(nation, people=int(rows * PEOPLE), doses=int(rows * DOSES), seed=seed)
    claims = pq.read_table(nation / "claims.parquet").slice(0, rows)
    count = claims.num_rows
    made = {
        "STT": pa.array(map(str, range(1, count + 1)), pa.string()),
        "Quốc tịch": pa.repeat("Việt Nam", count),
        "Nghề nghiệp": pa.array([("Nông dân", "Công nhân", "Học sinh", "")[n % 4] for n in range(count)]),
        "Ghi chú": pa.array([None if n % 50 else "đã khám sàng lọc" for n in range(count)], pa.string()),
    }
    columns = [made[heading] if name is None else claims.column(name) for heading, name in HEADINGS]
    return pa.table(columns, names=[heading for heading, _ in HEADINGS])


def write_files(table: pa.Table, folder: Path, *, xlsx_rows: int) -> dict[str, tuple[Path, int]]:
    """Write the list in the three formats; give each path with its number of rows."""
    paths = {kind: folder / f"list.{kind}" for kind in ("parquet", "csv", "xlsx")}
    pq.write_table(table, paths["parquet"])
    pa_csv.write_csv(table, paths["csv"])
    few = table.slice(0, xlsx_rows)
    _write_workbook(few, paths["xlsx"])
    return {kind: (path, few.num_rows if kind == "xlsx" else table.num_rows) for kind, path in paths.items()}


def _write_workbook(table: pa.Table, path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("DS tiêm")
        sheet.write_row(0, 0, table.column_names)
        for first in range(0, table.num_rows, BLOCK):
            columns = [column.to_pylist() for column in table.slice(first, BLOCK).columns]
            for number, row in enumerate(zip(*columns, strict=True), start=first + 1):
                for index, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, index, cell)


def main() -> None:
    """Usage: lists.py ROWS XLSX_ROWS SEED FOLDER; leaves the paths and their rows in FOLDER/files.json."""
    rows, xlsx_rows, seed = map(int, sys.argv[1:4])
    folder = Path(sys.argv[4])
    files = write_files(make_list(folder, rows=rows, seed=seed), folder, xlsx_rows=xlsx_rows)
    text = json.dumps({kind: (str(path), count) for kind, (path, count) in files.items()})
    (folder / "files.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
