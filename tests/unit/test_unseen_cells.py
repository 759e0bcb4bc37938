"""More lists that no catalogue foresaw: what stands together in one cell, in titles, and in the names of sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from reading_tables import read_all, write_text, write_xlsx
from test_unseen_layouts import AN, AZ1, AZ2, BINH, CUC, PF1, Expected, ds, get_kinds, read_doses

from xacthuc.cleaning.name_habits import tells_given_first, turn_names
from xacthuc.cleaning.names import clean_name, clean_names
from xacthuc.cleaning.vaccines import read_lot, read_vaccine

HEADS = ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT"]
P = ["1", "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678"]
Q = ["2", "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321"]
DOSE = ["Mũi", "Ngày tiêm", "Vắc xin", "Lô"]
D1, D2 = ["1", "11/08/2021", "AZ", "CTMAV543"], ["1", "03/09/2021", "Pf", "FK0592"]
BOTH = [ds(AN, AZ1), ds(BINH, PF1)]

WHOLE = {
    "a dose in one cell": (
        [
            [*HEADS, "Mũi 1", "Mũi 2"],
            [*P, "AZ - 11/08/2021 - CTMAV543", "AZ - 06/10/2021 - ABV9517"],
            [*Q, "Pfizer 03/09/2021 lô FK0592", ""],
        ],
        [ds(AN, AZ1), ds(AN, AZ2), ds(BINH, PF1)],
    ),
    "a dose in three lines": ([[*HEADS, "Mũi 1"], [*P, "AZ\n11/08/2021\nCTMAV543"]], [ds(AN, AZ1)]),
    "a date with its vaccine": (
        [[*HEADS, "Ngày tiêm mũi 1 - loại vắc xin", "Số lô mũi 1"], [*P, "11/08/2021 (AZ)", "CTMAV543"]],
        [ds(AN, AZ1)],
    ),
    "a title in lines": (
        [["DANH SÁCH TIÊM COVID-19\nNgày tiêm: 11/08/2021\nVắc xin: AstraZeneca - Lô: CTMAV543 - Mũi 1"], HEADS, P],
        [ds(AN, AZ1)],
    ),
    "a title with the weekday": (
        [
            ["Thứ tư, ngày 11 tháng 8 năm 2021 tại Nhà văn hóa xã"],
            ["Mũi 1 - AstraZeneca - CTMAV543"],
            HEADS,
            P,
        ],
        [ds(AN, AZ1)],
    ),
    "labels beside their values": (
        [["Ngày tiêm", "11/08/2021"], ["Loại vắc xin:", "", "AZ"], ["Lô", "CTMAV543"], ["Mũi:", "1"], HEADS, P],
        [ds(AN, AZ1)],
    ),
    "households": (
        [[*HEADS, *DOSE], ["Hộ số 1: Nguyễn Văn An"], [*P, *D1], ["Hộ ông: Trần Văn Ba - Ấp 2"], [*Q, *D2]],
        BOTH,
    ),
    "people put off": (
        [
            [*HEADS, *DOSE, "Ghi chú"],
            [*P, *D1, ""],
            [*Q, "", "", "", "", "Hoãn do sốt"],
            ["Tạm hoãn:"],
            ["3", *CUC[:1], "30/05/1975", "Nữ", "089175000003", "", "", "", "", "", "HA cao"],
        ],
        [ds(AN, AZ1)],
    ),
    "strokes for the same": ([[*HEADS, *DOSE], [*P, *D1], [*Q, "1", "//", "//", "//"]], [ds(AN, AZ1), ds(BINH, AZ1)]),
    "strokes for nothing": ([[*HEADS, *DOSE], [*P, *D1], [*Q, "//", "//", "//", "//"]], [ds(AN, AZ1)]),
    "a program's names": (
        [
            [
                "id",
                "full_name",
                "dob",
                "gender",
                "id_number",
                "phone_number",
                "dose_number",
                "vaccine_name",
                "batch_number",
                "vaccination_date",
            ],
            ["a1", *P[1:], "1", "AstraZeneca", "CTMAV543", "2021-08-11"],
        ],
        [ds(AN, AZ1)],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), WHOLE.values(), ids=list(WHOLE))
def test_whole_lists(tmp_path: Path, rows: list[list[Any]], expected: Expected) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == expected
    by_row = [rows for _, rows in read_all(path, columnar=False)]
    assert by_row == [rows for _, rows in read_all(path)]


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-16", "\t"), ("utf-16-le", "\t"), ("utf-8-sig", "|")])
def test_other_files_of_text(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [[*HEADS, *DOSE], [*P, *D1], [*Q, *D2]]
    assert read_doses(write_text(tmp_path / "a.csv", rows, delimiter=delimiter, encoding=encoding)) == BOTH


def test_day_and_vaccine_in_the_name_of_the_sheet(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "DS tiem 2021.xlsx", ("M1 11.8 AZ", [HEADS, P]))
    assert read_doses(path) == [ds(AN, AZ1, lot=None)]
    path = write_xlsx(tmp_path / "DS tiem.xlsx", ("M1 11.8 AZ", [HEADS, P]))
    assert read_doses(path) == [ds(AN, AZ1, lot=None, dose_date=None)]


def test_sessions_under_one_another_with_letterheads_and_signatures(tmp_path: Path) -> None:
    def build(person: list[str], day: str, vaccine: str, lot: str) -> list[list[str]]:
        return [
            ["UBND XÃ KIẾN THÀNH", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["TRẠM Y TẾ", "", "", "Độc lập - Tự do - Hạnh phúc"],
            [],
            ["TỔNG HỢP DANH SÁCH NGƯỜI ĐÃ ĐƯỢC TIÊM VẮC XIN COVID-19"],
            ["Ngày tiêm:", "", day],
            ["Tên vắc xin:", "", vaccine],
            ["Số lô:", "", lot],
            ["Mũi tiêm:", "", "1"],
            HEADS,
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
            person,
            ["", "Cộng: 1 người"],
            [],
            ["", "", "", "", "Kiến Thành, ngày 11 tháng 08 năm 2021"],
            ["", "NGƯỜI LẬP", "", "", "TRẠM TRƯỞNG"],
            [],
            ["", "Ngô Thị Tâm", "", "", "YS. Đinh Văn Kha"],
        ]

    first = build(P, "11/08/2021", "AstraZeneca (Anh)", "CTMAV543")
    second = build(Q, "03/09/2021", "Comirnaty (Pfizer)", "FK0592")
    path = write_xlsx(tmp_path / "a.xlsx", ("a", [*first, [], *second]))
    assert read_doses(path) == BOTH
    assert get_kinds(path) == "hhbhhhhhhhdtbttbt" + "b" + "hhbhhhhhhhdtbttbt"


def test_the_order_of_names_is_a_habit_of_the_column() -> None:
    names = ["Hương Phạm Thị", "Dũng Trần Văn", "Lan Lê Thị", "Tuấn Võ Đình", "Hoa Ngô Thị"]
    open_ones = ["Kiên Ngô Đình", "Lệ Phạm Thúy", "Mai Hoàng Anh", "Nguyễn Văn Ba", "Lê An"]
    column = pa.array([*names, *open_ones, None])
    assert tells_given_first(column)
    assert not tells_given_first(pa.array([*open_ones, *names[:2]]))
    turned = turn_names(clean_names(column))
    assert turned.name.to_pylist()[5:] == [
        "Ngô Đình Kiên", "Phạm Thúy Lệ", "Mai Hoàng Anh", "Nguyễn Văn Ba", "Lê An", None
    ]  # fmt: skip
    assert turned.get_findings(5) == ("name_order_restored",)
    assert turned.name_first[5].as_py() == "NGO"
    settled = clean_names(pa.array(["Nguyễn Văn Ba"]))
    assert turn_names(settled) is settled


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("TRƯỜNG NGUYỄN VĂN (SÁU)", "Nguyễn Văn Trường"),
        ("Lê Văn (Tèo)", "Lê Văn Tèo"),
        ("NGUYỄN VĂN TRÍ\u00a0", "Nguyễn Văn Trí"),
        ("Lê NGÕC Anh", "Lê Ngõc Anh"),
    ],
)
def test_names(written: str, name: str) -> None:
    assert clean_name(written).name == name


@pytest.mark.parametrize(
    ("cell", "vaccine", "lot"),
    [
        ("Astrzeneca (ABV 9517)", "AstraZeneca", "ABV9517"),
        ("Pf (FK0 592)", "Comirnaty", "FK0592"),
        ("ABDALA (1501 -ABD)", "Abdala", "1501-ABD"),
        ("VERO CELL 2021 06C1304", "Vero Cell", "202106C1304"),
        ("Moderna (Mỹ)", "Spikevax", None),
        ("Pfizer 12 tuổi", "Comirnaty", None),
    ],
)
def test_lots_with_blanks_beside_their_vaccine(cell: str, vaccine: str, lot: str | None) -> None:
    found = read_vaccine(cell)
    assert found.vaccine == vaccine
    assert (read_lot(found.lot, vaccine=vaccine)[0] if found.lot else None) == lot
