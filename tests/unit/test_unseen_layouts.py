"""Lists as clerks lay them out that no catalogue foresaw: each row is counted, each dose has its person and values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reading_tables import read_all, write_text, write_xlsx

from xacthuc.cleaning import clean_batch, gather_evidence
from xacthuc.reading import ColumnMap, read_file

FIELDS = ("name", "birth_date", "sex", "number", "phone", "dose_no", "vaccine", "lot", "dose_date")
AN = ("Nguyễn Văn An", "1980-03-02", "M", "089080000001", "0912345678")
BINH = ("Trần Thị Bình", "1990-12-25", "F", "089190000002", "0987654321")
CUC = ("Lê Thị Cúc", "1975-05-30", "F", "089175000003", "0909123456")
AZ1 = (1, "AstraZeneca", "CTMAV543", "2021-08-11")
AZ2 = (2, "AstraZeneca", "ABV9517", "2021-10-06")
PF1 = (1, "Comirnaty", "FK0592", "2021-09-03")

Expected = list[tuple[Any, ...]]


def read_doses(path: Path) -> Expected:
    """Read and clean a file: the fields of each dose given, in the order of rows."""
    found: Expected = []
    for sheet in read_file(path):
        batches = list(sheet.batches)
        if batches:
            evidence = gather_evidence(batches, sheet.layout)
            for batch in batches:
                records = clean_batch(batch, sheet.layout, evidence=evidence).records.to_pylist()
                found += [tuple(r[f] for f in FIELDS) for r in records if r["given"]]
    return found


def get_kinds(path: Path) -> str:
    """Give a letter for each row of the first sheet: d data, h heading, b blank, t total."""
    return bytes(read_all(path)[0][0].row_kinds).decode()


def ds(person: tuple[Any, ...], dose: tuple[Any, ...], **changed: Any) -> tuple[Any, ...]:
    """Give a dose of a person as `read_doses` does, some fields changed."""
    whole = dict(zip(FIELDS, (*person, *dose), strict=True)) | changed
    return tuple(whole[f] for f in FIELDS)


def test_codes_as_headings(tmp_path: Path) -> None:
    rows = [
        [
            "STT",
            "MA_DOI_TUONG",
            "HO_TEN",
            "NGAY_SINH",
            "GIOI_TINH",
            "SO_CCCD",
            "DIEN_THOAI",
            "MA_TINH",
            "MA_XA",
            "DIA_CHI",
            "MUI_TIEM",
            "NGAY_TIEM",
            "TEN_VACXIN",
            "SO_LO",
            "MA_CSTC",
            "NGAY_TAO",
        ],
        [
            "1",
            "DT001",
            "Nguyễn Văn An",
            "19800302",
            "1",
            "089080000001",
            "0912345678",
            "89",
            "30649",
            "Ấp 1",
            "1",
            "20210811",
            "AstraZeneca",
            "CTMAV543",
            "8900",
            "20211120",
        ],
        [
            "2",
            "DT002",
            "Trần Thị Bình",
            "19901225",
            "2",
            "089190000002",
            "0987654321",
            "89",
            "30649",
            "Ấp 2",
            "1",
            "20210903",
            "Comirnaty",
            "FK0592",
            "8900",
            "20211120",
        ],
    ]
    path = write_text(tmp_path / "a.csv", rows)
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_questions_of_an_online_form(tmp_path: Path) -> None:
    rows = [
        [
            "Dấu thời gian",
            "Địa chỉ email",
            "Họ và tên của Anh/Chị (viết có dấu)",
            "Anh/Chị sinh ngày tháng năm nào?",
            "Giới tính của Anh/Chị là gì?",
            "Số CMND/CCCD/Hộ chiếu của Anh/Chị",
            "Số điện thoại liên hệ của Anh/Chị",
            "Anh/Chị đã tiêm mũi mấy?",
            "Anh/Chị tiêm ngày nào?",
            "Anh/Chị tiêm loại vắc xin nào?",
            "Số lô vắc xin (nếu nhớ)",
            "Anh/Chị có đồng ý cung cấp thông tin không?",
        ],
        [
            "20/11/2021 8:01:22",
            "a@x.vn",
            "nguyễn văn an",
            "02/03/1980",
            "Nam",
            "089080000001",
            "0912345678",
            "Mũi 1",
            "11/08/2021",
            "AstraZeneca",
            "CTMAV543",
            "Có",
        ],
        [
            "20/11/2021 9:30:00",
            "b@x.vn",
            "Trần Thị Bình",
            "25/12/1990",
            "Nữ",
            "089190000002",
            "0987654321",
            "Mũi 1",
            "03/09/2021",
            "Pfizer",
            "FK0592",
            "Có",
        ],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_export_of_a_hospital_in_camel_case(tmp_path: Path) -> None:
    rows = [
        [
            "PatientId",
            "FullName",
            "DateOfBirth",
            "Gender",
            "IdCardNumber",
            "PhoneNumber",
            "DoseNumber",
            "VaccineName",
            "LotNumber",
            "InjectionDate",
            "FacilityName",
        ],
        [
            "P1",
            "Nguyễn Văn An",
            "1980-03-02T00:00:00",
            "Male",
            "089080000001",
            "0912345678",
            "1",
            "AstraZeneca",
            "CTMAV543",
            "2021-08-11T08:30:00",
            "BV A",
        ],
        [
            "P2",
            "Trần Thị Bình",
            "1990-12-25T00:00:00",
            "Female",
            "089190000002",
            "0987654321",
            "1",
            "Comirnaty",
            "FK0592",
            "2021-09-03T09:00:00",
            "BV A",
        ],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_headings_in_two_languages(tmp_path: Path) -> None:
    rows = [
        ["DANH SÁCH TIÊM CHỦNG / VACCINATION LIST"],
        [
            "STT\nNo.",
            "Họ và tên\nFull name",
            "Ngày sinh\nDate of birth",
            "Giới tính\nSex",
            "Số CCCD/Hộ chiếu\nID/Passport",
            "Điện thoại\nPhone",
            "Mũi\nDose",
            "Vắc xin\nVaccine",
            "Số lô\nLot No.",
            "Ngày tiêm\nDate of vaccination",
        ],
        [
            1,
            "Nguyễn Văn An",
            "02/03/1980",
            "Nam",
            "089080000001",
            "0912345678",
            1,
            "AstraZeneca",
            "CTMAV543",
            "11/08/2021",
        ],
        [2, "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", 1, "Pfizer", "FK0592", "03/09/2021"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1)]
    assert get_kinds(path) == "hhdd"


def test_headings_in_vietnamese_with_english_below(tmp_path: Path) -> None:
    rows = [
        ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "CCCD", "Điện thoại", "Mũi", "Vắc xin", "Lô", "Ngày tiêm"],
        ["(No.)", "(Full name)", "(DOB)", "(Sex)", "(ID)", "(Tel)", "(Dose)", "(Vaccine)", "(Lot)", "(Date)"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", 1, "AZ", "CTMAV543", "11/08/2021"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1)]
    assert get_kinds(path) == "hhd"


def test_rows_of_units_examples_and_numbers_below_the_heading(tmp_path: Path) -> None:
    rows = [
        [
            "STT",
            "Họ và tên (*)",
            "Ngày sinh (*)",
            "Giới tính (*)",
            "CCCD (*)",
            "SĐT",
            "Mũi (*)",
            "Vắc xin (*)",
            "Số lô",
            "Ngày tiêm (*)",
        ],
        [
            "",
            "(chữ in hoa có dấu)",
            "(dd/mm/yyyy)",
            "(Nam/Nữ)",
            "(12 số)",
            "(10 số)",
            "(1,2,3)",
            "(chọn)",
            "",
            "(dd/mm/yyyy)",
        ],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)"],
        [1, "NGUYỄN VĂN AN", "02/03/1980", "Nam", "089080000001", "0912345678", 1, "AZ", "CTMAV543", "11/08/2021"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1)]
    assert get_kinds(path) == "hhhd"


def test_table_of_first_doses_above_one_of_second_doses(tmp_path: Path) -> None:
    rows = [
        ["MŨI 1"],
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Ngày tiêm", "Loại VX", "Lô"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "11/08/2021", "AZ", "CTMAV543"],
        [2, "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", "03/09/2021", "Pf", "FK0592"],
        [],
        ["MŨI 2"],
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Ngày tiêm", "Loại VX", "Lô"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "06/10/2021", "AZ", "ABV9517"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1), ds(AN, AZ2)]
    assert get_kinds(path) == "hhddbhhd"


def test_second_table_with_columns_in_another_order(tmp_path: Path) -> None:
    rows = [
        ["Buổi sáng 11/08/2021"],
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "Ngày tiêm", "Loại VX", "Lô"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", 1, "11/08/2021", "AZ", "CTMAV543"],
        [],
        ["Danh sách bổ sung"],
        ["TT", "Số CCCD", "Họ và tên", "Giới tính", "Ngày sinh", "Điện thoại", "Vắc xin", "Số lô", "Ngày tiêm", "Mũi"],
        [1, "089190000002", "Trần Thị Bình", "Nữ", "25/12/1990", "0987654321", "Pfizer", "FK0592", "03/09/2021", 1],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1)]
    assert get_kinds(path) == "hhdbhhd"
    assert [f.code for f in read_all(path)[0][0].findings] == ["table_begins"]


def test_family_book(tmp_path: Path) -> None:
    rows = [
        [
            "Số hộ",
            "STT",
            "Họ và tên chủ hộ và các thành viên",
            "Quan hệ với chủ hộ",
            "Năm sinh",
            "GT",
            "CCCD",
            "SĐT",
            "Mũi",
            "Ngày tiêm",
            "VX",
            "Lô",
        ],
        [
            "1",
            "1.1",
            "Nguyễn Văn An",
            "Chủ hộ",
            "02/03/1980",
            "Nam",
            "089080000001",
            "0912345678",
            "1",
            "11/08/2021",
            "AZ",
            "CTMAV543",
        ],
        [
            "",
            "1.2",
            "Trần Thị Bình",
            "Vợ",
            "25/12/1990",
            "Nữ",
            "089190000002",
            "0987654321",
            "1",
            "03/09/2021",
            "Pf",
            "FK0592",
        ],
        [
            "2",
            "2.1",
            "Lê Thị Cúc",
            "Chủ hộ",
            "30/05/1975",
            "Nữ",
            "089175000003",
            "0909123456",
            "1",
            "11/08/2021",
            "AZ",
            "CTMAV543",
        ],
    ]
    path = write_text(tmp_path / "a.csv", rows)
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1), ds(CUC, AZ1)]


def test_day_month_and_year_of_the_dose_in_columns(tmp_path: Path) -> None:
    rows = [
        [
            "TT",
            "Họ tên",
            "Ngày sinh",
            "",
            "",
            "Giới tính",
            "CCCD",
            "SĐT",
            "Mũi",
            "Ngày tiêm",
            "",
            "",
            "Vắc xin",
            "Số lô",
        ],
        ["", "", "Ngày", "Tháng", "Năm", "", "", "", "", "Ngày", "Tháng", "Năm", "", ""],
        [1, "Nguyễn Văn An", 2, 3, 1980, "Nam", "089080000001", "0912345678", 1, 11, 8, 2021, "AZ", "CTMAV543"],
        [2, "Trần Thị Bình", 25, 12, 1990, "Nữ", "089190000002", "0987654321", 1, 3, 9, 2021, "Pf", "FK0592"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows), merges=("C1:E1", "J1:L1"))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1)]


@pytest.mark.parametrize("dated", [False, True])
def test_vaccines_ticked_or_dated_in_columns(tmp_path: Path, dated: bool) -> None:
    heading = ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "AstraZeneca", "Pfizer", "Moderna", "Số lô"]
    an = [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", 1]
    binh = [2, "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", 1]
    if dated:
        rows = [heading, [*an, "11/08/2021", "", "", "CTMAV543"], [*binh, "", "03/09/2021", "", "FK0592"]]
    else:
        rows = [
            [*heading, "Ngày tiêm"],
            [*an, "x", "", "", "CTMAV543", "11/08/2021"],
            [*binh, "", "x", "", "FK0592", "03/09/2021"],
        ]
    assert read_doses(write_xlsx(tmp_path / "a.xlsx", ("a", rows))) == [ds(AN, AZ1), ds(BINH, PF1)]


@pytest.mark.parametrize(
    "name", ["Người được tiêm", "Đối tượng", "Họ và tên người tiêm", "Tên công dân", "Họ & tên", "Họ tên NB", "HVT"]
)
def test_other_words_for_the_name(tmp_path: Path, name: str) -> None:
    rows = [
        ["STT", name, "Ngày sinh", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"],
        ["1", "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "1", "AZ", "CTMAV543", "11/08/2021"],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1)]


def test_second_dose_in_a_row_without_a_name(tmp_path: Path) -> None:
    rows = [
        ["STT", "Họ tên", "Ngày sinh", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"],
        ["1", "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "1", "AZ", "CTMAV543", "11/08/2021"],
        ["", "", "", "", "", "", "2", "AZ", "ABV9517", "06/10/2021"],
        ["2", "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", "1", "Pf", "FK0592", "03/09/2021"],
    ]
    path = write_text(tmp_path / "a.csv", rows)
    assert read_doses(path) == [ds(AN, AZ1), ds(AN, AZ2), ds(BINH, PF1)]
    assert [f.code for f in read_all(path)[0][0].findings] == ["person_continued"]


def test_two_lists_side_by_side(tmp_path: Path) -> None:
    heading = ["TT", "Họ tên", "Ngày sinh", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"]
    an = ["1", "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "1", "AZ", "CTMAV543", "11/08/2021"]
    binh = ["2", "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", "1", "Pf", "FK0592", "03/09/2021"]
    cuc = ["3", "Lê Thị Cúc", "30/05/1975", "Nữ", "089175000003", "0909123456", "1", "AZ", "CTMAV543", "11/08/2021"]
    rows = [["DANH SÁCH TIÊM"], [*heading, "", *heading], [*an, "", *binh], [*cuc, "", *([""] * 10)]]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1), ds(CUC, AZ1)]
    assert get_kinds(path) == "hhdd"
    assert "blocks_side_by_side" in [f.code for f in read_all(path)[0][0].findings]


def test_two_phones_and_remarks_of_another_place(tmp_path: Path) -> None:
    rows = [
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm", "Ghi chú"],
        [
            "1",
            "Nguyễn Văn An",
            "02/03/1980",
            "Nam",
            "089080000001",
            "0912345678 - 0987000111",
            "1",
            "AZ",
            "CTMAV543",
            "11/08/2021",
            "đã tiêm ở Hà Nội",
        ],
        [
            "2",
            "Trần Thị Bình",
            "25/12/1990",
            "Nữ",
            "089190000002",
            "0987654321/0912000111",
            "1",
            "Pf",
            "FK0592",
            "03/09/2021",
            "tiêm tại cty",
        ],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_days_without_a_year_under_a_title_with_one(tmp_path: Path) -> None:
    rows = [
        ["DANH SÁCH TIÊM VẮC XIN NĂM 2021"],
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"],
        ["1", "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", "1/2", "AZ", "CTMAV543", "11/8"],
        ["2", "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321", "1st", "Pf", "FK0592", "3/9"],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_session_in_bands_of_the_table(tmp_path: Path) -> None:
    rows = [
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT"],
        ["Ngày 11/08/2021 - AstraZeneca, lô CTMAV543 - Mũi 1"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678"],
        ["Ngày 03/09/2021 - Pfizer, lô FK0592 - Mũi 1"],
        [2, "Trần Thị Bình", "25/12/1990", "Nữ", "089190000002", "0987654321"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1), ds(BINH, PF1)]
    assert get_kinds(path) == "hhdhd"


def test_signature_under_the_column_of_dates(tmp_path: Path) -> None:
    rows = [
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"],
        [1, "Nguyễn Văn An", "02/03/1980", "Nam", "089080000001", "0912345678", 1, "AZ", "CTMAV543", "11/08/2021"],
        ["", "", "", "", "", "", "", "", "", "Chợ Mới, ngày 30/11/2021"],
        ["", "Người lập biểu", "", "", "", "", "", "", "", "Thủ trưởng đơn vị"],
        [],
        ["", "Lê Văn Tám", "", "", "", "", "", "", "", "Ngô Thị Hai"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", ("a", rows))
    assert read_doses(path) == [ds(AN, AZ1)]
    assert get_kinds(path) == "hdttbt"


def test_number_before_the_surname_and_split_in_three_columns(tmp_path: Path) -> None:
    rows = [
        [
            "TT",
            "Họ",
            "Tên đệm",
            "Tên",
            "Ngày sinh",
            "Nam",
            "Nữ",
            "CMND/CCCD",
            "Di động",
            "Lần tiêm thứ",
            "Tên thuốc",
            "Số lô SX",
            "Ngày giờ tiêm",
        ],
        [
            "1",
            "Nguyễn",
            "Văn",
            "An",
            "02-03-1980",
            "x",
            "",
            "089 080 000 001",
            "+84 912 345 678",
            "Lần 1",
            "Astra",
            "lô CTMAV 543",
            "11/08/2021 08:15",
        ],
        [
            "2",
            "Trần",
            "Thị",
            "Bình",
            "25-12-1990",
            "",
            "x",
            "089.190.000.002",
            "84987654321",
            "Lần 1",
            "PFIZER",
            "FK 0592",
            "03/09/2021 14:00",
        ],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1), ds(BINH, PF1)]


def test_thousands_of_zeros_stay(tmp_path: Path) -> None:
    rows = [
        ["TT", "Họ tên", "NS", "GT", "CCCD", "SĐT", "Mũi", "VX", "Lô", "Ngày tiêm"],
        [
            "1",
            "Nguyễn Văn An",
            "02/03/1980",
            "Nam",
            "089.080.141.000",
            "0912.345.678",
            "1",
            "AZ",
            "CTMAV543",
            "11.08.2021",
        ],
    ]
    assert read_doses(write_text(tmp_path / "a.csv", rows)) == [ds(AN, AZ1, number="089080141000")]


CARDS = [
    ["Quét mã", "Mũi", "Vắc xin", "Ngày tiêm"],
    ["089080000001|351234567|Nguyễn Văn An|02031980|Nam|Ấp 1|01012021", "1", "AstraZeneca", "11/08/2021"],
    ["089190000002||Trần Thị Bình|25121990|Nữ|Ấp 2|01012021", "1", "Comirnaty", "03/09/2021"],
]


def test_texts_of_cards_are_known_under_any_heading(tmp_path: Path) -> None:
    found = read_doses(write_text(tmp_path / "a.csv", CARDS))
    assert [row[0] for row in found] == [AN[0], BINH[0]]
    assert [row[-3] for row in found] == ["AstraZeneca", "Comirnaty"]
    alone = read_all(write_text(tmp_path / "b.csv", [row[:1] for row in CARDS[1:]]))[0][0]
    assert alone.layout.kind == "list"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            [["Ai", "Sinh thời", "Mũi", "Vắc xin", "Ngày tiêm"], [AN[0], "02/03/1980", "1", "AZ", "11/08/2021"]],
            "sheet_not_understood",
        ),
        ([["Ai", "Giấy tờ", "Mũi", "Vắc xin"], [BINH[0], BINH[3], "1", "AZ"]], "sheet_not_understood"),
        # A plan of sessions names who is in charge, a pay sheet has names and sums.
        ([["Ngày tiêm", "Điểm", "Vắc xin", "Phụ trách"], ["11/08/2021", "Trạm", "AZ", CUC[0]]], "sheet_without_people"),
        ([["Họ và tên", "Số công", "Thành tiền"], [CUC[0], "3", "450.000"]], "sheet_without_people"),
    ],
)
def test_list_that_is_not_understood_does_not_vanish(tmp_path: Path, rows: list[list[str]], code: str) -> None:
    reading = read_all(write_text(tmp_path / "a.csv", rows))[0][0]
    assert reading.layout.kind == "summary"
    assert [finding.code for finding in reading.findings] == [code]


@pytest.mark.parametrize(
    ("first", "second"),
    [("1. dose", "2. dose"), ("1st dose", "2nd dose"), ("DOSE NO. 1", "DOSE NO. 2"), ("Dose 1.", "Dose 2.")],
)
def test_doses_that_headings_number_in_english(tmp_path: Path, first: str, second: str) -> None:
    heading = [
        "No", "Full name", "Date of birth", "Sex", "ID number", "Phone",
        *(f"{dose} / {what}" for dose in (first, second) for what in ("Vaccine", "Lot", "Date")),
    ]  # fmt: skip
    rows = [
        [
            "1", AN[0], "02/03/1980", "M", AN[3], AN[4],
            "AZ", "CTMAV543", "11/08/2021", "AZ", "ABV9517", "06/10/2021",
        ]
    ]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", ("S", [heading, *rows]))
    assert read_doses(path) == [ds(AN, AZ1), ds(AN, AZ2)]


def test_a_map_says_that_a_column_holds_names(tmp_path: Path) -> None:
    rows = [["Nguoi", "Ngay tiem"], ["Janssen", "11/08/2021"], ["Anna Moderna", "11/08/2021"]]
    path = write_text(tmp_path / "a.csv", rows)
    columns = ColumnMap(headings={"name": ("Nguoi",), "dose_date": ("Ngay tiem",)})
    sheet = next(read_file(path, columns=columns))
    (batch,) = sheet.batches
    assert clean_batch(batch, sheet.layout).records["name"].to_pylist() == ["Janssen", "Anna Moderna"]


NUMBERS = ("089080000001", "089190000002", "089175000003")


def read_layout(path: Path) -> Any:
    return next(reading.layout for reading, _ in read_all(path))


def test_full_columns_that_are_not_used_are_told(tmp_path: Path) -> None:
    rows = [
        ["DANH SÁCH"],
        ["TT", "Họ và tên", "Ngày sinh", "Trường ABC", "Cân nặng", "", "Trống"],
        ["1", AN[0], "02/03/1980", "p", "60", "q", ""],
        ["2", BINH[0], "25/12/1990", "p", "", "q", ""],
        [],
        ["3", CUC[0], "30/05/1975", "p", "", "q", ""],
    ]
    layout = read_layout(write_xlsx(tmp_path / "a.xlsx", ("S", rows)))
    assert layout.ignored_columns == ("Trường ABC", "Cân nặng", "Trống")
    assert layout.unused_columns == ("Trường ABC", "(F)")


def test_full_columns_of_a_further_table_are_told(tmp_path: Path) -> None:
    rows = [
        ["TT", "Họ và tên", "Ngày sinh", "Số CCCD"], ["1", AN[0], "02/03/1980", AN[3]], [],
        ["TT", "Họ và tên", "Trường ABC", "Ngày sinh", "Số CCCD"], ["1", BINH[0], "p", "25/12/1990", BINH[3]],
    ]  # fmt: skip
    assert read_layout(write_xlsx(tmp_path / "a.xlsx", ("S", rows))).unused_columns == ("Trường ABC",)


def read_raw(path: Path, field: str) -> list[str | None]:
    return [row.get(field) for _, rows in read_all(path) for row in rows]


def write_headed(path: Path, heading: str, values: tuple[str, ...], *more: str) -> Path:
    rows = [["Họ và tên", "Ngày sinh", heading, *more]]
    rows += [
        [p[0], "02/03/1980", value, *[value] * len(more)] for p, value in zip((AN, BINH, CUC), values, strict=True)
    ]
    return write_xlsx(path, ("S", rows))


def test_numbers_are_known_under_a_heading_that_says_nothing(tmp_path: Path) -> None:
    path = write_headed(tmp_path / "a.xlsx", "Mã ABC", NUMBERS)
    assert read_raw(path, "number") == list(NUMBERS)
    (reading, _), *_ = read_all(path)
    assert [(f.code, f.column) for f in reading.findings] == [("column_guessed", "C")]
    assert reading.layout.ignored_columns == ()


@pytest.mark.parametrize(
    ("heading", "values", "more"),
    [
        ("Mã ABC", ("999080000001", "999190000002", "999175000003"), ()),  # no province
        ("Mã ABC", ("089080000001", "x", "y"), ()),
        ("Mã của mẹ", NUMBERS, ()),
        ("Mã ABC", NUMBERS, ("Mã DEF",)),  # which of the two?
    ],
)
def test_columns_that_are_not_plainly_numbers_stay_unused(
    tmp_path: Path, heading: str, values: tuple[str, ...], more: tuple[str, ...]
) -> None:
    path = write_headed(tmp_path / "a.xlsx", heading, values, *more)
    assert read_raw(path, "number") == [None] * 3
    assert read_layout(path).unused_columns == (heading, *more)


def test_a_column_of_numbers_is_not_guessed_beside_one_that_says_so(tmp_path: Path) -> None:
    path = write_headed(tmp_path / "a.xlsx", "Số CCCD", NUMBERS, "Mã ABC")
    assert read_layout(path).unused_columns == ("Mã ABC",)


@pytest.mark.parametrize("heading", ["Số CC", "Số TCC", "TCC", "Số  thẻ CC"])
def test_short_headings_of_numbers(tmp_path: Path, heading: str) -> None:
    assert read_raw(write_headed(tmp_path / "a.xlsx", heading, ("1", "2", "3")), "number") == ["1", "2", "3"]


@pytest.mark.parametrize("heading", ["Sinh", "Năm  sinh", "Năm\u00a0sinh", "Ngày/tháng/năm"])
def test_short_headings_of_names_and_births(tmp_path: Path, heading: str) -> None:
    rows = [["H.tên", heading, "CCCD"], [AN[0], "1980", NUMBERS[0]], [BINH[0], "25/12/1990", NUMBERS[1]]]
    path = write_xlsx(tmp_path / "a.xlsx", ("S", rows))
    assert read_raw(path, "name") == [AN[0], BINH[0]]
    assert read_raw(path, "birth_date") == ["1980", "25/12/1990"]


def test_days_without_a_word_of_birth_are_no_births_in_the_years_of_vaccination(tmp_path: Path) -> None:
    rows = [["Họ tên", "Ngày/tháng/năm", "CCCD"], [AN[0], "12/8/2021", "1"], [BINH[0], "25/12/2021", "2"]]
    assert read_raw(write_xlsx(tmp_path / "a.xlsx", ("S", rows)), "birth_date") == [None, None]


@pytest.mark.parametrize("heading", ["Loại VC", "Chế phẩm", "Hãng", "Hãng SX"])
def test_short_headings_of_vaccines(tmp_path: Path, heading: str) -> None:
    path = write_headed(tmp_path / "a.xlsx", heading, ("AZ", "Pfizer", "Vero Cell"))
    assert read_raw(path, "vaccine") == ["AZ", "Pfizer", "Vero Cell"]


def test_a_class_is_no_vaccine(tmp_path: Path) -> None:
    assert read_raw(write_headed(tmp_path / "a.xlsx", "Hạng", ("A1", "B2", "C")), "vaccine") == [None] * 3


@pytest.mark.parametrize("headings", [("Nam (x)", "Nữ (x)"), ("Nam", "Nữ (đánh dấu x)")])
def test_sexes_are_ticked_under_headings_that_say_how(tmp_path: Path, headings: tuple[str, str]) -> None:
    rows = [["Họ tên", "Ngày sinh", *headings], [AN[0], "1980", "x", ""], [BINH[0], "1990", "", "x"]]
    assert read_raw(write_xlsx(tmp_path / "a.xlsx", ("S", rows)), "sex") == ["Nam", "Nữ"]


def test_women_alone_are_ticked(tmp_path: Path) -> None:
    rows = [["Họ tên", "Ngày sinh", "Nữ (x)"], [AN[0], "1980", ""], [BINH[0], "1990", "x"]]
    assert read_raw(write_xlsx(tmp_path / "a.xlsx", ("S", rows)), "sex") == [None, "Nữ"]


def save_as_ansi(path: Path, rows: list[list[str]]) -> Path:
    """Write a csv as Excel does in a code page of Western Europe."""
    path.write_bytes("\r\n".join(",".join(row) for row in rows).encode("cp1252", "replace"))
    return path


def list_codes(path: Path) -> list[str]:
    return [finding.code for reading, _ in read_all(path) for finding in reading.findings]


LIST = [["Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Địa chỉ"]] + [
    [person[0], "02/03/1980", "Nữ", person[3], "Ấp Kiến Bình"] for person in (AN, BINH, CUC)
]


def test_letters_lost_in_saving_are_told_of_the_file(tmp_path: Path) -> None:
    assert "letters_lost" in list_codes(save_as_ansi(tmp_path / "a.csv", LIST))
    assert "letters_lost" not in list_codes(write_text(tmp_path / "b.csv", LIST))


def test_letters_lost_in_a_sheet_that_is_not_understood(tmp_path: Path) -> None:
    rows = [["Đối tượng", "Địa chỉ", "Ấp"], *([p[0], "Ấp Kiến", "Tổ một"] for p in (AN, BINH, CUC))]
    assert "letters_lost" in list_codes(save_as_ansi(tmp_path / "a.csv", rows))


def test_questions_and_slips_are_no_letters_lost(tmp_path: Path) -> None:
    asked = ["Họ và tên", "Ngày sinh", "Đã tiêm? ", "Sốt?Ho?", "https://a.vn/?b=c?d"]
    rows = [asked, *([p[0], "1980", "không?", "a?b", "c?d"] for p in (AN, BINH, CUC))]
    rows += [["Nguy?n V?n A", "1980", "", "", ""]]
    assert "letters_lost" not in list_codes(write_text(tmp_path / "a.csv", rows))


def test_letters_lost_in_headings_alone(tmp_path: Path) -> None:
    people = [[name, "1980", "1", "p", "q"] for name in ("NGUYEN VAN AN", "TRAN THI BINH", "LE THI CUC")]
    heading = ["Họ và tên", "Ngày sinh", "Giới tính", "Điện thoại", "Địa chỉ"]
    assert "letters_lost" in list_codes(save_as_ansi(tmp_path / "a.csv", [heading, *people]))
    assert "letters_lost" not in list_codes(write_text(tmp_path / "b.csv", [["H? tên", *heading[1:]], *people]))


def test_rows_keep_their_own_findings_where_letters_were_lost(tmp_path: Path) -> None:
    sheet = next(read_file(save_as_ansi(tmp_path / "a.csv", LIST)))
    cleaned = [clean_batch(batch, sheet.layout) for batch in sheet.batches]
    codes = [finding["code"] for batch in cleaned for finding in batch.findings.to_pylist()]
    assert codes.count("name_letters_lost") == 3
