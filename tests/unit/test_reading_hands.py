"""Lists in many hands: each layout is understood, every row has its kind, every person and dose its values."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from reading_tables import pick, read_all, read_one, write_text, write_xlsx

AN = ["Nguyễn Văn An", "02/03/1980", "089080000001"]
BINH = ["Trần Thị Bình", "1990", "089190000002"]


def test_english_headings_with_given_name_first(tmp_path: Path) -> None:
    heading = [
        "No",
        "First name",
        "Last name",
        "Date of birth",
        "Gender",
        "National ID",
        "Mobile",
        "Vaccine",
        "Batch no",
    ]
    heading += ["Date of vaccination", "Dose", "Site", "Remarks"]
    row = [
        "1",
        "Van An",
        "Nguyen",
        "1980-01-02",
        "M",
        "036080000001",
        "0912345678",
        "Pfizer",
        "FK0592",
        "2021-11-09",
        "1",
    ]
    reading, rows = read_one(write_text(tmp_path / "a.csv", [heading, [*row, "Clinic A", "late"]]))
    expected = {
        "name": "Nguyen Van An", "birth_date": "1980-01-02", "sex": "M", "number": "036080000001",
        "phone": "0912345678",
        "vaccine": "Pfizer", "lot": "FK0592", "dose_date": "2021-11-09", "dose_no": "1", "site": "Clinic A",
        "note": "late",
        "file": "a.csv", "sheet": "", "row": 2, "part": 1, "slot": 1,
    }  # fmt: skip
    assert rows == [expected]
    assert reading.layout.ignored_columns == ()


def test_heading_at_row_twelve_and_doses_in_the_title(tmp_path: Path) -> None:
    cells: list[list[Any]] = [
        ["SỞ Y TẾ TỈNH AN GIANG"], ["TTYT HUYỆN CHỢ MỚI"], [], ["DANH SÁCH TIÊM CHỦNG"],
        ["Căn cứ kế hoạch số 12/KH ngày 01/08/2021"], ["Thời gian: ngày 15/8/2021"], ["Địa điểm tiêm: Trường TH A"],
        ["Vắc xin: Moderna, lô 3004229"], ["Mũi tiêm: mũi 1"], [], [],
        ["TT", "Họ và tên", "Năm sinh", "Giới tính", "Số CCCD", "SĐT", "Địa chỉ"],
        [1, "Nguyễn Văn An", 1980, "Nam", "089080000001", "0912345678", "Ấp 1"], ["Tổng cộng: 1 người"],
    ]  # fmt: skip
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert reading.layout.header_rows == (12,)
    assert reading.layout.counts == {"data": 1, "heading": 9, "blank": 3, "total": 1}
    assert pick(rows, "dose_date", "vaccine", "lot", "dose_no", "site", "slot") == [
        ("ngày 15/8/2021", "Moderna", "3004229", "mũi 1", "Trường TH A", 1)
    ]
    assert reading.layout.context["district"] == "HUYỆN CHỢ MỚI"
    assert reading.layout.context["province"] == "AN GIANG"


def test_no_heading_at_all(tmp_path: Path) -> None:
    people = [
        ("Nguyễn Văn An", "02/03/1980"),
        ("Trần Văn Bình", "1990"),
        ("Lê Văn Cường", "5/6/1977"),
        ("Vũ Dũng", "1/2/2000"),
    ]
    rows = [
        [str(i), name, birth, "Nam", f"08908000000{i}", f"091234567{i}", "Pfizer", "9/11/2021"]
        for i, (name, birth) in enumerate(people, 1)
    ]
    reading, found = read_one(write_text(tmp_path / "a.csv", rows))
    assert pick(found, "name", "birth_date", "number", "phone", "sex", "vaccine", "dose_date", "dose_no") == [
        (r[1], r[2], r[4], r[5], "Nam", "Pfizer", "9/11/2021", None) for r in rows
    ]
    assert reading.layout.counts["data"] == 4
    assert {f.code for f in reading.findings} == {"header_missing", "column_guessed"}


def test_heading_of_names_says_too_little(tmp_path: Path) -> None:
    rows = [
        ["STT", "Danh sách", "Năm sinh", "CCCD"],
        ["1", *AN],
        ["2", *BINH],
        ["3", "Lê Văn Ba", "1970", "089070000003"],
    ]
    reading, found = read_one(write_text(tmp_path / "a.csv", rows))
    assert [r["name"] for r in found] == ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Ba"]
    assert [(f.code, f.column) for f in reading.findings] == [("column_guessed", "B")]


def test_names_in_no_column(tmp_path: Path) -> None:
    rows = [["Số CCCD", "Ngày tiêm", "Vắc xin"], ["089080000001", "1/8/2021", "AZ"], ["089080000002", "1/8/2021", "AZ"]]
    reading, found = read_one(write_text(tmp_path / "a.csv", rows))
    assert len(found) == 2
    assert "name_column_missing" in {f.code for f in reading.findings}


@pytest.mark.parametrize("merges", [(), ("E1:F1", "G1:H1", "I1:J1", "A1:A2", "B1:B2")], ids=["loose", "merged"])
def test_three_doses_across(tmp_path: Path, merges: tuple[str, ...]) -> None:
    cells = [
        ["STT", "Họ tên", "Ngày sinh", "CCCD", "Mũi 1", "", "Mũi 2", "", "Mũi 3 (nhắc lại)", ""],
        ["", "", "", "", "Ngày", "Vắc xin", "Ngày", "Vắc xin", "Ngày", "Vắc xin"],
        [1, *AN, "1/8/2021", "AZ", "1/10/2021", "AZ", "1/1/2022", "Pfizer"],
        [2, *BINH, "1/8/2021", "AZ", "-", "-", "", ""],
        [3, "Lê Văn Cường", "1991", "089091000003", "", "", "", "", "", ""],
    ]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=merges))
    assert reading.layout.header_rows == (1, 2)
    assert pick(rows, "row", "slot", "dose_no", "dose_date", "vaccine") == [
        (3, 1, "Mũi 1", "1/8/2021", "AZ"),
        (3, 2, "Mũi 2", "1/10/2021", "AZ"),
        (3, 3, "Mũi 3", "1/1/2022", "Pfizer"),
        (4, 1, "Mũi 1", "1/8/2021", "AZ"),
        (5, 0, None, None, None),
    ]


def test_group_headings_stand_above_the_heading(tmp_path: Path) -> None:
    cells = [
        ["DANH SÁCH TIÊM"],
        ["", "", "", "", "Tiêm lần 1", "", "", "Tiêm lần 2"],
        ["STT", "Họ và tên", "Năm sinh", "CCCD", "Ngày", "Tên thuốc", "Số lô", "Ngày", "Tên thuốc", "Số lô"],
        [1, *AN, "1/8/2021", "AZ", "A1", "1/10/2021", "AZ", "B1"],
    ]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert reading.layout.header_rows == (2, 3)
    assert pick(rows, "dose_no", "dose_date", "lot") == [
        ("Tiêm lần 1", "1/8/2021", "A1"),
        ("Tiêm lần 2", "1/10/2021", "B1"),
    ]


def test_day_month_year_in_columns_and_ticks_for_sex(tmp_path: Path) -> None:
    cells = [
        ["STT", "Họ tên", "Ngày sinh", "", "", "Nam", "Nữ", "CMND"],
        ["", "", "Ngày", "Tháng", "Năm", "", "", ""],
        [1, "Nguyễn Văn An", 2, 3, 1980, "x", "", "089080000001"],
        [2, "Trần Thị Bình", "", "", 1990, "", "x", "089190000002"],
        [3, "Lê Cường", "", 5, 1990, "x", "x", "089190000003"],
        [4, "Phan Dũng", "", "", "", "x", "", "089090000004"],
    ]
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=("C1:E1",)))
    expected = [("2/3/1980", "Nam"), ("1990", "Nữ"), ("5/1990", None), (None, "Nam")]
    assert pick(rows, "birth_date", "sex") == expected


def test_day_month_year_each_with_its_heading(tmp_path: Path) -> None:
    cells = [
        ["Họ tên", "Ngày sinh", "Tháng sinh", "Năm sinh", "CMND"],
        ["Nguyễn Văn An", "2", "3", "1980", "089080000001"],
    ]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells))
    assert pick(rows, "birth_date") == [("2/3/1980",)]


def test_headings_come_again_on_each_page(tmp_path: Path) -> None:
    heading = ["STT", "Họ và tên", "NTNS", "GT", "CMND", "Đ/c"]
    title = ["DANH SÁCH TIÊM MŨI 2 NGÀY 12/8/2021"]
    cells = [
        ["UBND XÃ LONG BÌNH"], title, heading,
        [1, "Nguyễn Văn An", "1980", "Nam", "089080000001", "Tổ 1"],
        [2, "Trần Văn Bình", "1981", "Nam", "089081000002", "nt"],
        ["Cộng trang: 2 người"], ["Trang 1"], title, heading, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [3, "Lê Văn Cường", "1982", '"', "089082000003", "Tổ 3"], ["Tổng cộng", 3], [],
        ["", "Người lập biểu", "", "", "Trưởng trạm"], ["", "Hồ Văn Ký", "", "", "Bùi Văn Duyệt"],
    ]  # fmt: skip
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert reading.layout.counts == {"data": 3, "heading": 7, "blank": 1, "total": 4}
    assert bytes(reading.row_kinds) == b"hhhddthhhhdtbtt"
    assert pick(rows, "address", "sex", "dose_no", "dose_date") == [
        ("Tổ 1", "Nam", "MŨI 2", "12/8/2021"),
        ("Tổ 1", "Nam", "MŨI 2", "12/8/2021"),
        ("Tổ 3", "Nam", "MŨI 2", "12/8/2021"),
    ]
    assert [(f.code, f.row, f.column, f.field) for f in reading.findings] == [
        ("ditto_filled", 5, "F", "address"),
        ("ditto_filled", 11, "D", "sex"),
    ]


def test_a_sheet_for_each_village_with_columns_of_its_own(tmp_path: Path) -> None:
    first = [
        ["TT", "Họ tên", "NS", "CCCD", "Ngày tiêm M1", "VX M1", "Ngày tiêm M2", "VX M2"],
        [1, *AN, "1/8/2021", "AZ", "1/10/2021", "AZ"],
    ]
    second = [
        ["Số CMT", "Họ và tên", "Giới", "Năm sinh", "Vắc xin", "Lô", "Ngày"],
        [BINH[2], BINH[0], "Nữ", 1990, "Pfizer", "F1", "9/11/2021"],
    ]
    sheets = read_all(write_xlsx(tmp_path / "a.xlsx", ("Thôn 1", first), ("Thôn 2", second), ("Trống", [])))
    assert [s.layout.kind for s, _ in sheets] == ["list", "list", "empty"]
    assert pick(sheets[0][1], "slot", "dose_no", "dose_date") == [(1, "M1", "1/8/2021"), (2, "M2", "1/10/2021")]
    assert pick(sheets[1][1], "name", "number", "lot", "sheet") == [(BINH[0], BINH[2], "F1", "Thôn 2")]


def encode_1258(text: str) -> bytes:
    """Write Vietnamese as Windows did: the shape of a vowel in one letter, the tone after it."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    split = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        shape = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
        split.append(shape + "".join(c for c in parts if c in tones))
    return "".join(split).encode("cp1258")


def test_tabs_and_the_old_windows_code_page(tmp_path: Path) -> None:
    text = "STT\tHọ và tên\tNăm sinh\tSố CMND\tĐịa chỉ\n1\tNguyễn Thị Hồng\t1980\t089180000001\tẤp Long Hòa\n"
    (tmp_path / "a.txt").write_bytes(encode_1258(text))
    reading, rows = read_one(tmp_path / "a.txt")
    assert unicodedata.normalize("NFC", rows[0]["name"]) == "Nguyễn Thị Hồng"
    assert unicodedata.normalize("NFC", rows[0]["address"]) == "Ấp Long Hòa"
    assert [f.code for f in reading.findings] == ["encoding_old"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    cells = [["STT", "Họ tên", "Ngày sinh", "CCCD"], ["1", *AN], ["2", *BINH]]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells, encoding=encoding))
    assert pick(rows, "name", "number") == [(AN[0], AN[2]), (BINH[0], BINH[2])]


def test_semicolons_and_doses_named_in_each_heading(tmp_path: Path) -> None:
    heading = ["STT", "Họ tên", "Ngày sinh", "CCCD", "Mũi 1: ngày", "Mũi 1: vắc xin", "Mũi 2: ngày", "Mũi 2: vắc xin"]
    cells = [heading, ["1", *AN, "1/8/2021", "AZ, lô 12", "", ""], ["2", *BINH, "", "", "2/9/2021", "AZ"]]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells, delimiter=";"))
    assert pick(rows, "dose_no", "slot", "vaccine") == [("Mũi 1", 1, "AZ, lô 12"), ("Mũi 2", 2, "AZ")]


def test_the_line_that_names_the_delimiter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=;\nHọ tên;Năm sinh;CCCD\nNguyễn Văn An;1980;089080000001\n", encoding="utf-8")
    reading, rows = read_one(tmp_path / "a.csv")
    assert pick(rows, "row", "name") == [(3, "Nguyễn Văn An")]
    assert reading.layout.counts["heading"] == 2


@pytest.mark.parametrize(
    ("encoding", "heading", "name"),
    [
        ("tcvn3", ["STT", "Hä vµ tªn", "N¨m sinh", "Sè CMT", "Ngµy tiªm"], "NguyÔn V¨n Hoµ"),
        ("vni", ["STT", "Hoï vaø teân", "Naêm sinh", "Soá CMND", "Ngaøy tieâm"], "Nguyeãn Vaên Hoaø"),
    ],
)
def test_headings_in_old_fonts(tmp_path: Path, encoding: str, heading: list[str], name: str) -> None:
    cells = [heading, [1, name, 1980, "089080000001", "1/8/2021"], [2, name, 1981, "089080000002", "1/8/2021"]]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert reading.layout.context["encoding"] == encoding
    assert pick(rows, "name", "dose_date") == [(name, "1/8/2021")] * 2


def test_old_fonts_as_bytes_in_a_csv(tmp_path: Path) -> None:
    text = "STT,Hä vµ tªn,N¨m sinh,Sè CMT,Xãm\n1,NguyÔn V¨n Hoµ,1980,089080000001,Xãm 5\nTæng céng,1\n"
    (tmp_path / "a.csv").write_bytes(text.encode("latin-1"))
    reading, rows = read_one(tmp_path / "a.csv")
    assert reading.layout.context["encoding"] == "tcvn3"
    assert pick(rows, "name", "address") == [("NguyÔn V¨n Hoµ", "Xãm 5")]
    assert reading.layout.counts["total"] == 1


def test_family_and_given_name_apart_and_births_under_the_sexes(tmp_path: Path) -> None:
    heading = [
        "TT",
        "Họ và chữ đệm",
        "Tên",
        "Nữ",
        "Nam",
        "Số giấy tờ",
        "Dân tộc",
        "Quốc tịch",
        "Tỉnh",
        "Huyện",
        "Xã",
        "Thôn",
    ]
    place = ["Kinh", "VN", "An Giang", "Chợ Mới", "Kiến Thành", "Ấp 1"]
    cells = [
        heading,
        [1, "Nguyễn Văn", "An", "", "1980", "089080000001", *place],
        [2, "Trần Thị", "Bình", "12/3/1985", "", "089185000002", *place],
    ]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    fields = ("name", "birth_date", "sex", "province", "district", "commune", "address", "nationality")
    end = ("An Giang", "Chợ Mới", "Kiến Thành", "Ấp 1", "VN")
    assert pick(rows, *fields) == [("Nguyễn Văn An", "1980", "Nam", *end), ("Trần Thị Bình", "12/3/1985", "Nữ", *end)]
    assert reading.layout.ignored_columns == ("Dân tộc",)


def test_hamlets_totals_and_remarks_between_the_people(tmp_path: Path) -> None:
    cells = [
        ["STT", "Họ tên", "Năm sinh", "CMND", "Ngày tiêm", "Vắc xin", "Ghi chú"], ["I. Ấp Long Hòa"],
        [1, "Nguyễn Văn An", 1980, "089080000001", "1/8/2021", "AZ", ""], ["", "Cộng ấp Long Hòa", 1],
        ["II", "Ấp Phú Thượng"], [1, "Trần Văn Bình", 1981, "089081000002", "", "", "hoãn"],
        [2, "Tống Văn Cầu", 1982], [3, "Tô Văn Dần"], [4], ["Người ngoài xã"], [5, "Lê Văn Em", 1983, "089081000005"],
        ["Tổng", "", 5], ["Ghi chú: danh sách này thay danh sách cũ"],
        ["Danh sách trên đã được đối chiếu với sổ hộ khẩu của công an xã " + "và danh sách của các tổ trưởng " * 3],
    ]  # fmt: skip
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert bytes(reading.row_kinds) == b"hhdthdddbhdttt"
    assert pick(rows, "name", "address", "slot", "note") == [
        ("Nguyễn Văn An", "Ấp Long Hòa", 1, None),
        ("Trần Văn Bình", "Ấp Phú Thượng", 0, "hoãn"),
        ("Tống Văn Cầu", "Ấp Phú Thượng", 0, None),
        ("Tô Văn Dần", "Ấp Phú Thượng", 0, None),
        ("Lê Văn Em", None, 0, None),
    ]


def test_several_sessions_below_each_other(tmp_path: Path) -> None:
    heading = ["STT", "Họ tên", "Năm sinh", "CMND"]
    cells = [
        ["Ngày tiêm: 12/8/2021"], ["Loại vắc xin: AZ - lô CTMAV543"], heading, [1, *AN],
        ["Ngày tiêm: 20/8/2021"], ["Loại vắc xin: Pfizer"], heading, [1, *BINH],
    ]  # fmt: skip
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert pick(rows, "dose_date", "vaccine", "lot") == [("12/8/2021", "AZ", "CTMAV543"), ("20/8/2021", "Pfizer", None)]


def test_one_person_in_merged_rows_and_two_doses_in_one_cell(tmp_path: Path) -> None:
    cells = [
        ["STT", "Họ tên", "Năm sinh", "CMND", "SĐT", "Mũi", "Ngày tiêm", "Vắc xin"],
        [1, "Nguyễn Văn An", 1980, "089080000001", "0912345678", 1, "1/8/2021", "AZ"],
        ["", "", "", "", "", 2, "1/10/2021", "AZ"],
        [2, "Trần Văn Bình", 1981, "089081000002", "0912345679", "1\n2", "1/8/2021\n1/10/2021", "AZ"],
    ]
    merges = ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3")
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=merges))
    assert pick(rows, "row", "slot", "name", "number", "dose_no", "dose_date") == [
        (2, 1, "Nguyễn Văn An", "089080000001", "1", "1/8/2021"),
        (3, 1, "Nguyễn Văn An", "089080000001", "2", "1/10/2021"),
        (4, 1, "Trần Văn Bình", "089081000002", "1", "1/8/2021"),
        (4, 2, "Trần Văn Bình", "089081000002", "2", "1/10/2021"),
    ]
    assert {(f.code, f.row) for f in reading.findings} == {("merged_filled", 3)}


def test_a_number_is_not_shared_by_merging_without_the_name(tmp_path: Path) -> None:
    cells = [["Họ tên", "Năm sinh", "CMND", "Địa chỉ"], [*AN, "Xóm 1"], ["Lê Văn Ba", "1970", "", ""]]
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=("C2:C3", "D2:D3")))
    assert pick(rows, "name", "number", "address") == [(AN[0], AN[2], "Xóm 1"), ("Lê Văn Ba", None, "Xóm 1")]


@pytest.mark.parametrize(
    ("names", "births", "numbers"),
    [
        ("Nguyễn Văn An\nTrần Thị Bình", "1/2/1980\n3/4/1990", "089080000001\n089190000002"),
        ("Nguyễn Văn An/ Trần Thị Bình", "1/2/1980 3/4/1990", "089080000001 / 089190000002"),
        ("Nguyễn Văn An và Trần Thị Bình", "1/2/1980\n3/4/1990", "089080000001\n089190000002"),
    ],
)
def test_two_people_in_one_row(tmp_path: Path, names: str, births: str, numbers: str) -> None:
    cells = [["Họ tên", "Ngày sinh", "CMND", "Địa chỉ"], [names, births, numbers, "Xóm 1"], [*AN, "Xóm 2"]]
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert pick(rows, "row", "part", "name", "birth_date", "number", "address") == [
        (2, 1, "Nguyễn Văn An", "1/2/1980", "089080000001", "Xóm 1"),
        (2, 2, "Trần Thị Bình", "3/4/1990", "089190000002", "Xóm 1"),
        (3, 1, *AN, "Xóm 2"),
    ]
    assert [(f.code, f.row) for f in reading.findings] == [("people_divided", 2)]


def test_one_person_with_two_names_and_phones_stays_one(tmp_path: Path) -> None:
    cells = [
        ["Họ tên", "Ngày sinh", "CMND", "SĐT"],
        ["Nguyễn Văn An / Tư An", "1980", "089080000001", "0912345678/0912345679"],
    ]
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert pick(rows, "part", "name") == [(1, "Nguyễn Văn An / Tư An")]


def test_a_card_pasted_under_an_unknown_heading(tmp_path: Path) -> None:
    card = "089080000001|351111111|Nguyễn Văn An|02031980|Nam|Ấp 1, Kiến Thành, Chợ Mới, An Giang|01032021"
    cells = [
        ["TT", "Máy đọc", "Ngày sinh", "Số CCCD", "Ngày tiêm"],
        ["1", card, "", "", "1/8/2021"],
        ["2", card, "", "", "1/8/2021"],
    ]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells))
    assert pick(rows, "qr") == [(card,), (card,)]


def test_doses_that_no_heading_numbers(tmp_path: Path) -> None:
    heading = ["Họ tên", "Năm sinh", "CCCD", "Ngày tiêm", "Lô", "Ngày tiêm", "Lô", "Nơi tiêm"]
    cells = [heading, [*AN, "1/8/2021", "A1", "1/10/2021", "B1", "TYT"], [*BINH, "1/8/2021", "A1", "", "", "TYT"]]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells))
    assert pick(rows, "slot", "dose_date", "lot", "site", "dose_no") == [
        (1, "1/8/2021", "A1", "TYT", None),
        (2, "1/10/2021", "B1", "TYT", None),
        (1, "1/8/2021", "A1", "TYT", None),
    ]


def test_columns_that_are_only_named_mui(tmp_path: Path) -> None:
    cells = [["Họ tên", "Năm sinh", "CCCD", "Mũi 1", "Mũi 2"], [*AN, "1/8/2021", "2/9/2021"], [*BINH, "1/8/2021", ""]]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells))
    assert pick(rows, "slot", "dose_date", "dose_no") == [
        (1, "1/8/2021", "Mũi 1"),
        (2, "2/9/2021", "Mũi 2"),
        (1, "1/8/2021", "Mũi 1"),
    ]
    cells = [["Họ tên", "Năm sinh", "CCCD", "Mũi 1", "Mũi 2"], [*AN, "AZ", "Pfizer"]]
    _, rows = read_one(write_text(tmp_path / "b.csv", cells))
    assert pick(rows, "slot", "vaccine") == [(1, "AZ"), (2, "Pfizer")]


def test_what_the_names_of_sheet_and_file_say(tmp_path: Path) -> None:
    cells = [["Họ tên", "Năm sinh", "CCCD"], [*AN]]
    _, rows = read_one(write_xlsx(tmp_path / "DS tiem Moderna.xlsx", ("12-8-2021 (M2)", cells)))
    assert pick(rows, "vaccine", "dose_date", "dose_no") == [("Moderna", "12-8-2021", "M2")]
    _, rows = read_one(write_xlsx(tmp_path / "DS den 30.11.2021.xlsx", ("12-8", [*cells, [*BINH]])))
    assert pick(rows, "vaccine", "dose_date", "slot") == [(None, None, 0)] * 2


def test_tables_without_people_are_only_counted(tmp_path: Path) -> None:
    pay = [
        ["Bảng lương"],
        ["STT", "Họ tên", "Số công", "Lương"],
        [1, "Nguyễn Văn An", 26, 5000000],
        ["Cộng", "", 26, 5000000],
    ]
    groups = [
        ["TT", "Xóm", "Mũi 1", "Mũi 2"],
        ["", "", "Số người", "Tỷ lệ"],
        [1, "Xóm 1", 10, 5],
        [],
        [2, "Xóm 2", 10, 5],
    ]
    sheets = read_all(write_xlsx(tmp_path / "a.xlsx", ("luong", pay), ("th", groups)))
    assert [(s.layout.kind, len(rows)) for s, rows in sheets] == [("summary", 0), ("summary", 0)]
    assert sheets[0][0].layout.counts == {"data": 0, "heading": 2, "blank": 0, "total": 2}
    assert sheets[1][0].layout.counts == {"data": 0, "heading": 2, "blank": 1, "total": 2}


def test_a_guardian_is_not_the_person(tmp_path: Path) -> None:
    cells = [
        ["TT", "Họ tên trẻ", "Ngày sinh", "Mã định danh", "Người giám hộ", ""],
        ["", "", "", "", "Họ tên", "SĐT"],
        [1, "Nguyễn Văn An", "1/2/2010", "089210000001", "Lê Thị Mẹ", "0912345678"],
    ]
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=("E1:F1",)))
    assert pick(rows, "name", "number") == [("Nguyễn Văn An", "089210000001")]


@pytest.mark.parametrize(
    ("heading", "row", "expected"),
    [
        (
            ["Họ đệm", "Họ và tên", "Năm sinh", "CCCD"],
            ["Nguyễn Văn", "An", "1980", "1" * 12],
            {"name": "Nguyễn Văn An"},
        ),
        (["Tên", "Họ tên", "Năm sinh", "CCCD"], ["An", "x", "1980", "1" * 12], {"name": "An"}),
        (["Given name", "Year of birth", "ID number"], ["An", "1980", "1" * 12], {"name": "An", "birth_date": "1980"}),
        (
            ["Name", "Date of birth", "Year of birth", "ID"],
            ["An Le", "1/2/1980", "1981", "7"],
            {"birth_date": "1/2/1980"},
        ),
        (["Name", "Day of birth", "Year of birth", "CCCD"], ["An Le", "1", "1981", "7"], {"birth_date": "1981"}),
        (
            ["Name", "DOB", "First dose date", "Second dose date"],
            ["An Le", "1980", "1/8/2021", ""],
            {"dose_no": "First dose"},
        ),
        (
            ["Name", "DOB", "Booster date"],
            ["An Le", "1980", "1/8/2021"],
            {"dose_no": "Booster", "dose_date": "1/8/2021"},
        ),
        (
            ["Name", "DOB", "SĐT mũi 1", "Ngày mũi 1"],
            ["An Le", "1980", "0912", "1/8/2021"],
            {"phone": "0912", "slot": 1},
        ),
        (
            ["Name", "DOB", "Phản ứng mũi 1", "Ngày mũi 1"],
            ["An Le", "1980", "x", "1/8/2021"],
            {"dose_date": "1/8/2021"},
        ),
        (["Name", "DOB", "Mũi 1", "Mũi 2"], ["An Le", "1980", "x", ""], {"dose_no": "x", "slot": 1}),
        (
            ["Name", "DOB", "Vaccine", "Vaccine", "Ngày tiêm"],
            ["An Le", "1980", "AZ", "b", "1/8/2021"],
            {"vaccine": "AZ"},
        ),
        (["Name", "DOB", "ID"], ["An Le", "1980", "0" * 12], {"number": "0" * 12, "record": None}),
        (["Name", "DOB", "Ngày mũi 1", "Vắc xin"], ["An Le", "1980", "", "AZ"], {"slot": 1, "vaccine": "AZ"}),
        (["Name", "DOB", "Tiền sử tiêm vắc xin", "Vắc xin"], ["An Le", "1980", "b", "AZ"], {"vaccine": "AZ"}),
        (["Name", "DOB", "Phái", "Phái nam"], ["An Le", "1980", "Nam", "x"], {"sex": "Nam"}),
    ],
)
def test_single_headings(tmp_path: Path, heading: list[str], row: list[str], expected: dict[str, object]) -> None:
    _, rows = read_one(write_text(tmp_path / "a.csv", [heading, row]))
    assert {k: rows[0].get(k) for k in expected} == expected


def test_groups_over_numbers_births_and_addresses(tmp_path: Path) -> None:
    cells = [
        ["TT", "Họ tên", "Ngày sinh", "", "", "Giấy tờ tùy thân", "", "", "Địa chỉ", "", ""],
        ["", "", "Nam", "Nữ", "Tuổi", "Số", "Ngày cấp", "Nơi cấp", "Số nhà", "Tổ", "Xã"],
        [1, "Nguyễn Văn An", "1/2/1980", "", 41, "089080000001", "1/1/2015", "CA An Giang", "12", "Tổ 3", "Kiến Thành"],
    ]
    merges = ("C1:E1", "F1:H1", "I1:K1")
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells), merges=merges))
    assert pick(rows, "birth_date", "sex", "number", "address", "commune") == [
        ("1/2/1980", "Nam", "089080000001", "12, Tổ 3", "Kiến Thành")
    ]
    assert "Giấy tờ tùy thân / Ngày cấp" in reading.layout.ignored_columns


def test_a_signature_that_is_followed_by_people(tmp_path: Path) -> None:
    cells = [
        ["STT", "Họ tên", "Năm sinh", "CMND"], [1, *AN], ["", "Người lập"], ["", "Hồ Văn Ký"], [2, *BINH],
        ["", "Lê Văn Ba"], ["", "", "", "Trưởng trạm"], ["", "Bùi Văn Duyệt", "", "Lê Thị Ghi"], ["", "", "", "", 5, 7],
    ]  # fmt: skip
    reading, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert bytes(reading.row_kinds) == b"hdttddttt"
    assert pick(rows, "name") == [(AN[0],), (BINH[0],), ("Lê Văn Ba",)]


@pytest.mark.parametrize("columnar", [True, False])
def test_vaccines_are_ticked(tmp_path: Path, columnar: bool) -> None:
    cells = [
        ["TT", "Họ tên", "Năm sinh", "CCCD", "Ngày tiêm", "Loại vắc xin", "", ""],
        ["", "", "", "", "", "AZ", "Pfizer", "Vero"],
        ["1", *AN, "1/8/2021", "", "x", ""], ["2", *BINH, "2/8/2021", "x", "-", ""], ["3", *BINH, "", "", "", ""],
        ["4", *AN, "3/8/2021", "", "", "x"],
    ]  # fmt: skip
    _, rows = read_one(write_text(tmp_path / "a.csv", cells), columnar=columnar)
    assert pick(rows, "slot", "vaccine", "dose_date") == [
        (1, "Pfizer", "1/8/2021"),
        (1, "AZ", "2/8/2021"),
        (0, None, None),
        (1, "Vero", "3/8/2021"),
    ]


def test_a_remark_about_a_signature_does_not_take_the_person(tmp_path: Path) -> None:
    cells = [
        ["Họ tên", "Năm sinh", "CMND", "Ngày tiêm", "Ghi chú"], [*AN, "1/8/2021", ""],
        ["Lê Văn Ba", "", "", "", "Đại diện gia đình xin hoãn"],
        ["", "", "", "Long Bình, ngày 2 tháng 12 năm 2021", ""],
        ["Người lập", "", "", "Trưởng trạm", ""], ["Hồ Văn Ký", "", "", "Bùi Văn Duyệt", ""],
    ]  # fmt: skip
    reading, _ = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)))
    assert bytes(reading.row_kinds) == b"hddttt"


def test_utf8_that_was_read_as_western_text(tmp_path: Path) -> None:
    text = "STT,Họ và tên,Năm sinh,Số CMND\n1,Nguyễn Văn An,1980,089080000001\n"
    (tmp_path / "a.csv").write_text(text.encode().decode("latin-1"), encoding="utf-8")
    reading, rows = read_one(tmp_path / "a.csv")
    assert pick(rows, "number", "birth_date") == [("089080000001", "1980")]
    assert "encoding" not in reading.layout.context
    assert "Ã" in rows[0]["name"] or "á»" in rows[0]["name"]
