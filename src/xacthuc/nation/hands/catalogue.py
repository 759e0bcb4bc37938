"""The hands themselves, each a few lines over the habits of `hand.py`; the tests cover any that is added here."""

from __future__ import annotations

from xacthuc.nation.hands.hand import CsvHabit, DateHabit, Hand, Layout, NumberHabit, TextHabit

DMY = (("dd/mm/yyyy", 0.8), ("d/m/yyyy", 0.2))
CELLS = (("cell", 0.85), ("dd/mm/yyyy", 0.15))
YEAR = (("year", 1.0),)
TEXT_AND_NUMBER = (("text", 0.7), ("number", 0.3))
ACROSS_2 = "1:date 1:vaccine 1:lot 2:date 2:vaccine 2:lot"
ACROSS_3 = ACROSS_2 + " 3:date 3:vaccine 3:lot"
ROW_DOSE = "dose_no date vaccine lot"
PORTAL = (
    f"stt name birth sex phone number insurance job group province district commune address {ROW_DOSE} site reaction"
)

NORTH_HANDS = (
    Hand(
        "letterhead_two_doses",
        "north",
        "DS tiem vac xin xa {commune}",
        f"stt name birth:nam birth:nu number phone hamlet {ACROSS_2} note",
        layout=Layout(
            header_rows=2, subheads="hamlet", total="both", merge_down="phone", bordered_below=6, note_below=True
        ),
        dates=DateHabit(
            birth=(("dd/mm/yyyy", 0.7), ("cell", 0.2), ("d/m/yyyy", 0.1)),
            given=CELLS,
            year=(("words", 0.5), ("number", 0.5)),
        ),
        numbers=NumberHabit(number=(("text", 0.93), ("number", 0.07))),
        text=TextHabit(address="short"),
        extras=("summary", "empty"),
    ),
    Hand(
        "three_row_header",
        "north",
        "Tong hop tiem chung {plain}",
        f"stt name birth sex number phone address {ACROSS_3} note",
        layout=Layout(header_rows=3, numbered_header=True, by="month", total="sum", blank_rows=0.01),
        dates=DateHabit(birth=CELLS, given=(("cell d/m/yyyy", 1.0),), year=(("text", 1.0),)),
        numbers=NumberHabit(number=TEXT_AND_NUMBER, phone=TEXT_AND_NUMBER),
        text=TextHabit(address="full"),
    ),
    Hand(
        "tcvn3_years",
        "north",
        "{plain} ds cu (VnTime)",
        "stt name birth:nam birth:nu number phone hamlet dose_no date vaccine_lot",
        manner="short",
        layout=Layout(header_rows=2, by="hamlet", total="none", merge_down=""),
        dates=DateHabit(birth=YEAR, given=(("dd/mm/yyyy", 0.4), ("d/m/yy", 0.4), ("dd-mm-yyyy", 0.2))),
        numbers=NumberHabit(
            dose_no=(("I", 0.4), ("1", 0.4), ("number", 0.2)),
            phone=(("text", 0.7), ("spaced", 0.2), ("number", 0.1)),
            vaccine="short",
        ),
        text=TextHabit(font="tcvn3"),
    ),
    Hand(
        "day_month_year_columns",
        "north",
        "Danh sach {plain} nop huyen",
        f"stt name day month year sex:nam sex:nu number9 number12 phone hamlet {ROW_DOSE}",
        form="xls",
        layout=Layout(header_rows=2, letterhead=True, total="text", blank_rows=0.01),
        dates=DateHabit(given=(("cell", 0.6), ("dd/mm/yyyy", 0.4))),
        numbers=NumberHabit(dose_no=(("number", 1.0),)),
    ),
    Hand(
        "ditto_marks",
        "north",
        "So tiem chung {plain}",
        f"stt name birth sex number phone hamlet {ROW_DOSE} note",
        manner="short",
        layout=Layout(
            order="date",
            ditto="hamlet date vaccine lot",
            signatures=False,
            total="text",
            letterhead=False,
            title="plain",
        ),
        dates=DateHabit(birth=(("d/m/yyyy", 0.7), ("dd.mm.yyyy", 0.3)), given=(("d/m/yyyy", 1.0),)),
        numbers=NumberHabit(vaccine="short", dose_no=(("M1", 1.0),), sex="nam/nữ"),
        text=TextHabit(address="hamlet"),
    ),
    Hand(
        "factory_landscape",
        "north",
        "Cty may Binh Minh - DS CNV tiem VX {plain}",
        f"stt staff_code! name birth sex number phone department address nationality {ACROSS_2}",
        form="ods",
        people="factory",
        layout=Layout(header_rows=2, subheads="department", stt="restart"),
        dates=DateHabit(birth=(("cell", 0.75), ("dd/mm/yyyy", 0.15), ("ddmmyyyy", 0.1)), given=CELLS),
        numbers=NumberHabit(number=(("text", 0.85), ("number", 0.15)), sex="NAM/NỮ", vaccine="upper"),
        text=TextHabit(upper=True, address="full"),
        extras=("pay",),
    ),
    Hand(
        "school_classes",
        "north",
        "THPT Nguyen Du - ds GV HS tiem",
        f"stt family given birth sex class phone {ACROSS_2} note",
        people="school",
        layout=Layout(header_rows=2, subheads="class", stt="restart", total="groups"),
        dates=DateHabit(birth=(("dd/mm/yyyy", 1.0),), given=(("d/m/yyyy", 1.0),)),
    ),
    Hand(
        "stacked_sessions",
        "north",
        "Gop cac buoi {plain}",
        "stt name birth sex number phone hamlet pressure note",
        layout=Layout(by="stacked", title="dose", letterhead=False, signatures=False, put_off_last=True, total="text"),
        dates=DateHabit(birth=DMY, year=(("text", 1.0),)),
    ),
    Hand(
        "utf16_tabs",
        "north",
        "xuat phan mem {plain}",
        PORTAL,
        form="csv",
        csv=CsvHabit("\t", "utf-16"),
        layout=Layout(letterhead=False, title="none", total="none", signatures=False),
        dates=DateHabit(birth=(("yyyy/mm/dd", 0.5), ("iso", 0.5)), given=(("iso time", 0.3), ("iso", 0.7))),
        numbers=NumberHabit(vaccine="portal", dose_no=(("1", 1.0),)),
        text=TextHabit(address="full"),
    ),
)

CENTRE_HANDS = (
    Hand(
        "sheet_per_hamlet_xls",
        "centre",
        "{plain}_tiem_T8-T11",
        f"stt name birth sex number phone address {ROW_DOSE}",
        form="xls",
        manner="short",
        layout=Layout(by="hamlet", letterhead=False, title="none", signatures=False, total="text", stt="text"),
        dates=DateHabit(
            birth=(("serial", 0.2), ("cell", 0.4), ("d/m/yy", 0.4)), given=(("d/m/yy", 0.5), ("cell", 0.5))
        ),
        numbers=NumberHabit(
            number=(("text", 0.6), ("number", 0.4)),
            phone=(("text", 0.4), ("number", 0.6)),
            sex="1/0",
            dose_no=(("number", 1.0),),
            vaccine="short",
        ),
        text=TextHabit(address="house"),
        extras=("summary", "before"),
    ),
    Hand(
        "portal_csv",
        "centre",
        "nhap_hoi_cuu_{plain}",
        PORTAL,
        form="csv",
        csv=CsvHabit(",", "utf-8-sig", line_breaks=True),
        layout=Layout(letterhead=False, title="none", total="none", signatures=False, blank_rows=0.003),
        dates=DateHabit(
            birth=(("iso", 0.7), ("dd/mm/yyyy", 0.3)), given=(("iso", 0.8), ("dd/mm/yyyy", 0.15), ("iso time", 0.05))
        ),
        numbers=NumberHabit(vaccine="portal"),
        text=TextHabit(address="house"),
    ),
    Hand(
        "cp1258_semicolon",
        "centre",
        "ds_cu_{plain}",
        f"stt name birth sex number phone address {ROW_DOSE}",
        form="csv",
        csv=CsvHabit(";", "cp1258"),
        manner="short",
        layout=Layout(letterhead=False, title="none", total="none", signatures=False),
        dates=DateHabit(birth=DMY, given=DMY, year=(("text", 1.0),)),
    ),
    Hand(
        "serials_1904",
        "centre",
        "{plain} may Mac T10",
        f"stt name birth sex number phone hamlet {ROW_DOSE}",
        date_1904=True,
        layout=Layout(letterhead=False, title="plain", total="none", signatures=False, first_column=1),
        dates=DateHabit(birth=(("cell", 0.8), ("dd/mm/yyyy", 0.2)), given=(("cell", 0.9), ("d/m/yyyy", 0.1))),
    ),
    Hand(
        "one_row_header_flat",
        "centre",
        "DS2mui {commune}",
        "stt name birth sex number phone 1:date 1:vaccine 1:lot 2:date 2:vaccine 2:lot note",
        manner="short",
        words={"date": "Ngày tiêm", "vaccine": "Vắc xin", "lot": "Số lô", "dose_group": "mũi {n}"},
        layout=Layout(header_rows=1, letterhead=False, title="plain", total="none", signatures=False),
        dates=DateHabit(birth=DMY, given=(("d/m/yyyy", 1.0),)),
        numbers=NumberHabit(vaccine="short", sex="M/F"),
    ),
    Hand(
        "merged_dates",
        "centre",
        "Theo ngay tiem {plain}",
        "stt date name birth sex number phone address vaccine lot dose_no",
        layout=Layout(order="date", merge_down="date vaccine lot", total="sum"),
        dates=DateHabit(birth=(("dd-mm-yyyy", 1.0),), given=CELLS),
        numbers=NumberHabit(dose_no=(("Mũi 1", 1.0),), vaccine="brand"),
    ),
    Hand(
        "bare_days",
        "centre",
        "tiem nam 2021 {plain}",
        "stt name year sex:nu number phone hamlet 1:date 1:vaccine_lot 2:date 2:vaccine_lot note",
        manner="short",
        layout=Layout(header_rows=2, title="year", total="text"),
        dates=DateHabit(given=(("d/m", 0.8), ("d/m/yyyy", 0.2))),
        numbers=NumberHabit(vaccine="short"),
    ),
    Hand(
        "printed_pages",
        "centre",
        "ban in {plain}",
        f"stt name birth sex number phone address {ROW_DOSE} note",
        form="xls",
        layout=Layout(repeat_header=25, blank_rows=0.01, total="text", numbered_header=True, hidden_rows=0.01),
        dates=DateHabit(birth=(("d.m.yyyy", 0.5), ("dd.mm.yyyy", 0.5)), given=(("dd.mm.yyyy", 1.0),)),
        numbers=NumberHabit(dose_no=(("thứ nhất", 1.0),), number=(("spaced", 0.4), ("text", 0.6)), vaccine="portal"),
    ),
    Hand(
        "capitals_given_first",
        "centre",
        "BAN SAO {plain}",
        f"stt name birth sex number phone hamlet {ROW_DOSE}",
        layout=Layout(letterhead=False, total="none", signatures=False, title="plain"),
        text=TextHabit(upper=True, given_first=0.8),
        dates=DateHabit(birth=(("dd/mm/yyyy", 1.0),), given=(("dd/mm/yyyy", 1.0),)),
        numbers=NumberHabit(sex="NAM/NỮ", vaccine="upper", number=(("apostrophe", 0.3), ("text", 0.7))),
    ),
    Hand(
        "decomposed_mac",
        "centre",
        "{plain} iPad",
        f"stt name birth sex number phone address {ROW_DOSE}",
        layout=Layout(letterhead=False, title="plain", total="text", signatures=False),
        text=TextHabit(nfd=True),
        dates=DateHabit(birth=DMY, given=(("iso", 0.5), ("dd/mm/yyyy", 0.5))),
    ),
)

SOUTH_HANDS = (
    Hand(
        "session_titles",
        "south",
        "{plain} - ds tiem cac buoi T8 T9",
        "stt name birth sex number phone hamlet pressure! note",
        manner="south",
        layout=Layout(by="session", title="dose", put_off_last=True, two_in_a_cell=0.03, hidden_rows=0.01),
        dates=DateHabit(
            birth=(("dd/mm/yyyy", 0.5), ("cell", 0.3), ("d/m/yy", 0.2)), year=(("words", 0.3), ("number", 0.7))
        ),
        numbers=NumberHabit(
            phone=(("text", 0.6), ("number", 0.2), ("spaced", 0.1), ("plus84", 0.1)),
            number=(("text", 0.9), ("number", 0.1)),
        ),
        text=TextHabit(address="house"),
    ),
    Hand(
        "us_locale",
        "south",
        "{plain} may tinh tieng Anh",
        f"stt name birth sex number phone hamlet {ROW_DOSE} note",
        manner="south",
        layout=Layout(total="text"),
        dates=DateHabit(us_locale=True, given=(("cell", 1.0),), year=(("number", 1.0),)),
        numbers=NumberHabit(sex="M/F"),
    ),
    Hand(
        "card_scans",
        "south",
        "{plain} quet CCCD",
        f"stt qr name birth sex number phone {ROW_DOSE}",
        date_1904=True,
        layout=Layout(letterhead=False, title="none", total="none", signatures=False, qr=0.55),
        dates=DateHabit(birth=(("cell", 0.7), ("dd/mm/yyyy", 0.3)), given=(("cell", 0.9), ("dd/mm/yyyy", 0.1))),
        numbers=NumberHabit(dose_no=(("number", 1.0),), vaccine="portal", phone=(("text", 0.7), ("number", 0.3))),
    ),
    Hand(
        "vni_font",
        "south",
        "{plain} ds cu (VNI)",
        f"stt name birth sex number phone hamlet {ROW_DOSE}",
        form="xls",
        manner="south",
        layout=Layout(by="hamlet", total="text"),
        dates=DateHabit(birth=(("dd/mm/yyyy", 1.0),), given=(("dd/mm/yyyy", 1.0),)),
        text=TextHabit(font="vni"),
        numbers=NumberHabit(dose_no=(("Mũi 1", 0.5), ("1", 0.5))),
    ),
    Hand(
        "industrial_park_english",
        "south",
        "Vaccinated employees - Sao Mai {plain}",
        f"stt staff_code name birth sex nationality number phone department {ACROSS_2} note",
        manner="english",
        people="factory",
        layout=Layout(header_rows=2, subheads="department", total="text", hidden_rows=0.005),
        dates=DateHabit(
            birth=(("dd-Mon-yyyy", 0.6), ("cell dd-mmm-yy", 0.4)), given=(("dd-Mon-yyyy", 0.5), ("cell dd-mmm-yy", 0.5))
        ),
        numbers=NumberHabit(sex="Male/Female", vaccine="english", number=(("padded", 0.3), ("text", 0.7))),
        text=TextHabit(upper=True),
    ),
    Hand(
        "closed_institution",
        "south",
        "Trai 3 ds tiem",
        f"stt name birth sex number job {ROW_DOSE} note",
        form="xls",
        people="closed",
        layout=Layout(total="text", header_rows=1),
        dates=DateHabit(birth=(("d/m/yyyy", 1.0),), given=(("dd/mm/yyyy", 1.0),)),
        numbers=NumberHabit(dose_no=(("Lần 1", 1.0),)),
        rates={"number_missing": 0.2, "outsider": 0.1},
    ),
    Hand(
        "word_dates",
        "south",
        "Bien ban {plain}",
        f"stt name birth sex number phone address {ROW_DOSE}",
        form="ods",
        manner="south",
        layout=Layout(blank_rows=0.02, total="text", first_column=1),
        dates=DateHabit(
            birth=(("dd mm yyyy", 0.4), ("ddmmyyyy number", 0.3), ("ddmmyyyy", 0.3)),
            given=(("words", 0.5), ("dd/mm/yyyy", 0.5)),
        ),
        numbers=NumberHabit(
            phone=(("84", 0.3), ("dotted", 0.3), ("text", 0.4)),
            number=(("dotted", 0.3), ("text", 0.7)),
            dose_no=(("1/2", 1.0),),
        ),
    ),
    Hand(
        "session_per_file_xls",
        "south",
        "Buoi tiem {plain}",
        "stt family given birth:nam birth:nu number phone hamlet note",
        form="xls",
        manner="south",
        layout=Layout(by="session", title="dose", header_rows=2, numbered_header=True, total="both"),
        dates=DateHabit(birth=(("cell d/m/yyyy", 0.6), ("d/m/yyyy", 0.4))),
        extras=("daily", "hidden_empty"),
    ),
)

HANDS: dict[str, Hand] = {hand.name: hand for hand in (*NORTH_HANDS, *CENTRE_HANDS, *SOUTH_HANDS)}
