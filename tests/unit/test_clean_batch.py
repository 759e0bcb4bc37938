"""One batch: rows and order kept, cells compared with one another, findings with their columns, ids, refusals."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from xacthuc.cleaning import Cleaned, SheetEvidence, clean_batch, gather_evidence
from xacthuc.findings import get_code, list_codes
from xacthuc.records import CLEAN_SCHEMA, FINDING_SCHEMA, RAW_FIELDS, RAW_SCHEMA, Column, SheetLayout

CARD = "089063017664|356963310|Trần Văn Danh|27101963|Nam|Ấp Kiến Bình 2, Kiến Thành, Chợ Mới, An Giang|25032021"
FIELDS = ("name", "birth_date", "sex", "number", "phone", "vaccine", "lot", "dose_date", "qr", "note")


def _layout(*, fields: tuple[str, ...] = FIELDS, columns: tuple[Column, ...] = (), **changes: Any) -> SheetLayout:
    found = columns or tuple(Column(name, at, name) for at, name in enumerate(fields))
    return SheetLayout(
        file="f.xlsx", sheet="S", kind="list", visible=True, last_row=9, counts={}, columns=found, **changes
    )


def _raw(*rows: dict[str, Any]) -> pa.Table:
    usual = {"file": "f.xlsx", "sheet": "S", "part": 1, "slot": 1}
    full = [{name: None for name in RAW_FIELDS} | usual | {"row": at} | row for at, row in enumerate(rows, start=2)]
    return pa.Table.from_pylist(full, schema=RAW_SCHEMA)


def _clean(*rows: dict[str, Any], layout: SheetLayout | None = None, evidence: SheetEvidence | None = None) -> Cleaned:
    return clean_batch(_raw(*rows), layout or _layout(), evidence=evidence)


def _one(layout: SheetLayout | None = None, **row: Any) -> tuple[dict[str, Any], list[tuple[str, str, str | None]]]:
    cleaned = _clean(row, layout=layout)
    found = [(f["field"], f["code"], f["column"]) for f in cleaned.findings.to_pylist()]
    return cleaned.records.to_pylist()[0], found


GOOD = {
    "name": "Lê Thị Hoa",
    "birth_date": "27/03/1995",
    "sex": "Nữ",
    "number": "036195020263",
    "dose_date": "19/10/2021",
    "vaccine": "AZ",
    "lot": "CTMAV562",
}


def test_a_good_row_has_no_findings() -> None:
    record, found = _one(
        **GOOD,
        phone="0961852275",
        dose_no="Mũi 1",
        nationality="Việt Nam",
        insurance="GD4797930000123",
        site=" TYT xã A ",
    )
    assert found == []
    expected = {
        "record": "f.xlsx:S:2:1:1",
        "name": "Lê Thị Hoa",
        "name_key": "LEc<THIj<HOA",
        "birth_date": "1995-03-27",
        "sex": "F",
        "number": "036195020263",
        "number_state": "twelve",
        "phone": "0961852275",
        "dose_no": 1,
        "vaccine": "AstraZeneca",
        "lot": "CTMAV562",
        "dose_date": "2021-10-19",
        "nationality": "VN",
        "insurance": "7930000123",
        "site": "TYT xã A",
        "given": True,
        "refused": None,
    }
    assert {name: record[name] for name in expected} == expected


def test_tables_have_their_schemas_and_rows_keep_their_order() -> None:
    cleaned = _clean(*({"name": f"Lê Văn {letter}a"} for letter in "BCDG"))
    assert cleaned.records.schema == CLEAN_SCHEMA
    assert cleaned.findings.schema == FINDING_SCHEMA
    assert cleaned.records["name"].to_pylist() == ["Lê Văn Ba", "Lê Văn Ca", "Lê Văn Da", "Lê Văn Ga"]


def test_an_empty_batch_gives_empty_tables() -> None:
    cleaned = clean_batch(RAW_SCHEMA.empty_table(), _layout())
    assert (cleaned.records.num_rows, cleaned.findings.num_rows) == (0, 0)
    assert cleaned.records.schema == CLEAN_SCHEMA


def test_record_batches_and_chunked_tables_give_the_same() -> None:
    whole = _raw(GOOD, {"name": "Lê Văn Ba"})
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    layout = _layout()
    assert clean_batch(chunked, layout).records == clean_batch(whole.to_batches()[0], layout).records


@pytest.mark.parametrize(
    ("change", "field", "code", "column"),
    [
        ({"number": "036095020263"}, "sex", "sex_differs_from_number", None),
        ({"birth_date": "27/03/1996"}, "number", "number_birth_differs", "D"),
        ({"birth_date": "27/03/2022"}, "birth_date", "birth_in_future", "B"),
        ({"birth_date": "27/03/1890"}, "birth_date", "birth_too_long_ago", "B"),
        ({"birth_date": "03/27/1995"}, "birth_date", "birth_month_first", "B"),
        ({"birth_date": None}, "birth_date", "birth_empty", "B"),
        ({"number": None}, "number", "number_empty", "D"),
        ({"phone": "12345678"}, "phone", "phone_invalid", "E"),
        ({"dose_date": "19/10/2012"}, "dose_date", "dose_date_outside_campaign", "H"),
        ({"dose_date": "00/10/2021"}, "dose_date", "dose_date_incomplete", "H"),
        ({"dose_date": "2021"}, "dose_date", "dose_date_incomplete", "H"),
        ({"lot": "FK0592"}, "lot", "lot_of_other_vaccine", "G"),
        ({"vaccine": "Astrazenica"}, "vaccine", "vaccine_misspelt", "F"),
        ({"note": "hoãn"}, "note", "note_says_not_given", "J"),
        ({"insurance": "GD47979300"}, "insurance", "insurance_invalid", None),
        ({"nationality": "Atlantis"}, "nationality", "nationality_unknown", None),
    ],
)
def test_one_damage_one_finding(change: dict[str, Any], field: str, code: str, column: str | None) -> None:
    layout = _layout(fields=tuple(name if name != "sex" else "address" for name in FIELDS))
    _, found = _one(layout, **(GOOD | {"sex": "Nữ"} | change))
    assert (field, code, column) in found
    assert all(get_code(code).stage for _, code, _ in found)


def test_wrong_dates_are_taken_out() -> None:
    assert _one(**GOOD | {"birth_date": "27/03/2022"})[0]["birth_date"] is None
    record, _ = _one(**GOOD | {"dose_date": "19/10/2121"})
    assert (record["dose_date"], record["given"]) == (None, True)


def test_sex_comes_from_number_and_name() -> None:
    assert _one(**GOOD | {"sex": None})[0]["sex"] == "F"
    assert _one(**GOOD | {"sex": "Nam"})[0]["sex"] == "F"
    assert _one(**GOOD | {"sex": "Nam", "name": "Lê Hoa"})[0]["sex"] == "M"
    other_birth = GOOD | {"sex": None, "birth_date": "27/03/1990"}
    assert _one(**other_birth | {"name": "Lê Hoa"})[0]["sex"] is None
    assert _one(**other_birth)[0]["sex"] == "F"  # name and number agree, whatever the birth date says


@pytest.mark.parametrize(
    ("number", "birth"), [("036217020263", "2017-02-03"), ("036117020263", "1917-02-03"), (None, "1917-02-03")]
)
def test_the_number_settles_the_century_of_a_short_year(number: str | None, birth: str) -> None:
    assert _one(**GOOD | {"birth_date": "3/2/17", "number": number})[0]["birth_date"] == birth


def test_a_right_card_fills_and_mends_the_row() -> None:
    record, found = _one(qr=CARD, name="Tran Van Danh", birth_date="27/10/1936", dose_date="10/10/2021")
    assert (record["name"], record["birth_date"], record["sex"]) == ("Trần Văn Danh", "1963-10-27", "M")
    assert (record["number12"], record["number9"], record["number_state"]) == ("089063017664", "356963310", "twelve")
    assert {code for _, code, _ in found} >= {"name_from_qr", "birth_from_qr", "sex_from_qr", "number_from_qr"}
    assert not {code for _, code, _ in found} & {"number_empty", "row_without_person"}


def test_a_card_gives_the_place() -> None:
    assert _one(qr=CARD)[0]["commune"] == "30649"


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "Nguyễn Thị Ngọc Huyền", "birth_date": "14/02/1998", "number": "079198010319"},
        {"name": "Trần Bá Danh", "birth_date": "14/02/1998", "number": "352288031"},
        {"name": "Phạm Quốc Hùng"},
    ],
)
def test_the_card_of_another_person_is_left_aside(cells: dict[str, Any]) -> None:
    record, found = _one(qr=CARD, **cells)
    assert (record["name"], record["number12"]) == (
        cells["name"],
        cells.get("number") if len(cells.get("number", "")) == 12 else None,
    )
    assert ("qr", "qr_of_another_person", "I") in found


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "Trần V. Danh"},
        {"name": "Trần Văn Dan", "birth_date": "27/10/1963"},
        {"name": "Bé Ba", "number": "089063017664"},
        {"name": "Bé Ba", "number": "356963310"},
    ],
)
def test_a_badly_written_name_is_still_the_cards_person(cells: dict[str, Any]) -> None:
    assert _one(qr=CARD, **cells)[0]["name"] == "Trần Văn Danh"


def test_a_personal_qr_fills_only_what_is_empty() -> None:
    qr = "001093029317|NGUYEN VAN AN|1987-01-18|0|162979388586171100|<1<00<0912345678"
    assert _one(qr=qr, name="Nguyễn Văn An")[0]["name"] == "Nguyễn Văn An"
    record, _ = _one(qr=qr)
    assert (record["name"], record["phone"], record["sex"]) == ("Nguyen Van An", "0912345678", "M")


def test_an_unreadable_qr_changes_nothing() -> None:
    record, found = _one(qr="xyz", **GOOD)
    assert (record["name"], found) == ("Lê Thị Hoa", [("qr", "qr_unreadable", "I")])


def test_headings_above_the_table_give_a_dose_unless_the_row_says_no() -> None:
    layout = _layout(fields=("name", "number", "note"))
    heading = {"dose_date": "12/08/2021", "vaccine": "Vero Cell", "lot": "202106C1304"}
    put_off, present = _clean(
        {"name": "Lê Văn Ba", "note": "Hoãn, HA cao", **heading}, {"name": "Lê Văn Tư", **heading}, layout=layout
    ).records.to_pylist()
    assert (put_off["given"], present["given"], present["dose_date"]) == (False, True, "2021-08-12")


def test_a_word_for_a_date_is_no_dose() -> None:
    record, found = _one(name="Lê Văn Ba", slot=2, dose_date="vắng")
    assert (record["given"], record["dose_date"]) == (False, None)
    assert [code for field, code, _ in found if field == "dose_date"] == ["dose_not_given"]


def test_rows_without_a_slot_are_no_dose() -> None:
    assert _one(name="Lê Văn Ba", slot=0)[0]["given"] is False


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"number": "x"}, "row_without_person"),
        ({"name": "123456"}, "row_name_is_no_name"),
        ({"number": "036195020263"}, None),
        ({"number": "03619502026"}, None),
        ({"qr": CARD}, None),
        ({"qr": "xyz"}, "row_without_person"),
        ({"name": "Lê Văn Ba"}, None),
    ],
)
def test_rows_that_are_nobody_are_refused(cells: dict[str, Any], code: str | None) -> None:
    assert _one(**cells)[0]["refused"] == code


def test_own_ids_are_kept_and_made_unique() -> None:
    rows = [
        {"record": "a", "row": 2},
        {"record": "b", "row": 3, "slot": 1},
        {"record": "b", "row": 3, "slot": 2},
        {"record": "c", "row": 4, "part": 2, "slot": 1},
        {"record": "d", "row": 5},
        {"record": "d", "row": 6},
        {"record": None, "row": 7, "slot": 0},
    ]
    records = _clean(*rows).records["record"].to_pylist()
    assert records == ["a", "b", "b:2", "c:2:1", "f.xlsx:S:5:1:1", "f.xlsx:S:6:1:1", "f.xlsx:S:7:1:0"]


def test_findings_name_the_column_of_their_slot() -> None:
    columns = (
        Column("name", 0, "Họ tên"),
        Column("birth_date", 1, "Ngày sinh / Nam"),
        Column("birth_date", 2, "Ngày sinh / Nữ"),
        Column("dose_date", 26, "Mũi 1 / Ngày", slot=1),
        Column("dose_date", 27, "Mũi 2 / Ngày", slot=2),
    )
    bad = {"name": "Lê Văn Ba", "birth_date": "31/02/1980", "dose_date": "31/09/2021"}
    cleaned = _clean(bad | {"sex": "Nam"}, bad | {"sex": "Nữ", "slot": 2}, layout=_layout(columns=columns))
    found = {(f["row"], f["field"]): f["column"] for f in cleaned.findings.to_pylist()}
    assert found == {(2, "birth_date"): "B", (3, "birth_date"): "C", (2, "dose_date"): "AA", (3, "dose_date"): "AB"}


def test_a_dose_column_without_a_slot_serves_every_row() -> None:
    layout = _layout(columns=(Column("name", 0, "Họ tên"), Column("dose_date", 1, "Ngày", slot=1)))
    cleaned = _clean({"name": "Lê Văn Ba", "dose_date": "31/09/2021", "slot": 0}, layout=layout)
    assert [(f["field"], f["column"]) for f in cleaned.findings.to_pylist()] == [("dose_date", "B")]


def test_a_mark_under_a_single_sex_heading() -> None:
    layout = _layout(columns=(Column("name", 0, "Họ tên"), Column("sex", 1, "Nữ")))
    records = _clean({"name": "Lê Hoa", "sex": "x"}, {"name": "Lê Ba"}, layout=layout).records
    assert records["sex"].to_pylist() == ["F", "M"]


def test_a_heading_of_both_sexes_marks_none() -> None:
    layout = _layout(columns=(Column("name", 0, "Họ tên"), Column("sex", 1, "Nam/Nữ")))
    records = _clean(
        {"name": "Lê Ba", "sex": "1"}, {"name": "Lê Hoa", "sex": "0"}, {"name": "Lê An"}, layout=layout
    ).records
    assert records["sex"].to_pylist() == ["M", "F", None]


def test_legacy_text_is_restored_in_every_cell() -> None:
    layout = _layout(context={"encoding": "tcvn3"})
    record, _ = _one(
        layout, name="Lª ThÞ Hoa", sex="N÷", vaccine="AZ l« CTMAV562", dose_no="Mòi 2", note="Ho·n", site="Tr¹m y tÕ"
    )
    assert (record["name"], record["sex"], record["vaccine"], record["lot"]) == (
        "Lê Thị Hoa",
        "F",
        "AstraZeneca",
        "CTMAV562",
    )
    assert (record["dose_no"], record["site"]) == (2, "Trạm y tế")


def test_evidence_of_all_batches_serves_each_of_them() -> None:
    cells = [f"19{n}-0{n % 9 + 1}-1{n % 3}" for n in range(60, 70)]
    texts = [f"{n}/05/1980" for n in range(15, 25)]
    first, second = (
        _raw(*({"name": "Lê Ba", "birth_date": text} for text in cells)),
        _raw(*({"name": "Lê Ba", "birth_date": text} for text in texts)),
    )
    evidence = gather_evidence([first, second], _layout())
    cleaned = clean_batch(first, _layout(), evidence=evidence)
    assert cleaned.records["birth_date"][0].as_py() == "1960-10-07"
    assert {f["code"] for f in cleaned.findings.to_pylist()} >= {"birth_cells_swapped"}


def test_hostile_cells_are_text() -> None:
    cells = {name: "=cmd|'/C calc'!A0\x00\u202e" + "9" * 5000 for name in RAW_FIELDS}
    cleaned = _clean(cells)
    assert cleaned.records.num_rows == 1
    assert cleaned.records["number_state"][0].as_py() in ("malformed", "missing")


def test_no_finding_carries_a_value() -> None:
    cleaned = _clean(GOOD | {"number": "0361950202631", "phone": "12345678"})
    cells = {value for row in cleaned.findings.to_pylist() for value in row.values() if isinstance(value, str)}
    assert not any("0361950202631" in cell or "12345678" in cell or "Hoa" in cell for cell in cells)


def test_every_ground_of_rejection_has_a_code_and_every_code_a_field() -> None:
    mine = [code for code in list_codes().values() if code.stage == "cleaning"]
    assert {ground for code in mine for ground in code.ground_9458} == set(range(1, 14))
    assert {code.class_2262 for code in mine} == {None, "a", "b", "c"}
    assert {code.field for code in mine} <= {*RAW_FIELDS, "row", "sheet", "file"}
    assert all(code.vi and code.en for code in mine)


@pytest.mark.parametrize(
    ("nationality", "number", "state"),
    [
        ("Hàn Quốc", None, "foreign"),
        ("Hàn Quốc", "03619500001", "foreign"),
        ("Hàn Quốc", "036195020263", "twelve"),
        ("Hàn Quốc", "M12345678", "passport"),
        (None, "M12345678", "passport"),
        ("Việt Nam", "C1234567", "malformed"),
        ("Việt Nam", None, "missing"),
        (None, None, "missing"),
    ],
)
def test_only_citizens_need_a_number_and_no_passports(nationality: str | None, number: str | None, state: str) -> None:
    record, found = _one(**GOOD | {"nationality": nationality, "number": number})
    assert record["number_state"] == state
    assert ("number_is_passport" in [code for _, code, _ in found]) == (number == "C1234567")
    elsewhere, _ = _one(layout=_layout(place_tree="none"), **GOOD | {"nationality": "Hàn Quốc"})
    assert elsewhere["number_state"] != "foreign"


def test_a_phone_of_another_country_is_kept_where_places_are_nobodys() -> None:
    abroad = GOOD | {"phone": "0044 7700 900123"}
    record, found = _one(layout=_layout(place_tree="none"), **abroad)
    assert record["phone"] == "447700900123"
    assert "phone_invalid" not in [code for _, code, _ in found]
    assert _one(**abroad)[0]["phone"] is None
