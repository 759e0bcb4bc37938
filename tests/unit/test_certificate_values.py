"""Codes for new certificates: of their value set, of their time, and together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xacthuc.certificates.value_sets import (
    COUNTRIES,
    KINDS,
    PRODUCTS,
    check_values,
    find_vaccine_codes,
    list_set_members,
    load_value_sets,
)
from xacthuc.codes.vaccines import list_vaccines

ISSUED = date(2022, 4, 15)
DOSE = {"tg": "840539006", "vp": "1157024006", "mp": "BBIBP-CorV", "ma": "ORG-100020693", "co": "VN"}

CASES: list[tuple[str, dict[str, str], date, list[tuple[str, str]]]] = [
    ("right", {}, ISSUED, []),
    ("any kind goes with it once it exists", {"vp": "28531000087107"}, date(2023, 1, 2), []),
    ("any kind before it existed", {"vp": "28531000087107"}, ISSUED, [("value_too_new", "v.0.vp")]),
    ("a kind before it existed", {}, date(2021, 12, 31), [("value_too_new", "v.0.vp")]),
    ("what was written before that", {"vp": "1119305005"}, date(2021, 12, 31), []),
    ("another disease", {"tg": "6142004"}, ISSUED, [("value_unknown", "v.0.tg")]),
    ("a product that nobody knows", {"mp": "Nanocovax"}, ISSUED, [("value_unknown", "v.0.mp")]),
    ("a blank behind the product", {"mp": "BBIBP-CorV "}, ISSUED, [("value_unknown", "v.0.mp")]),
    (
        "the withdrawn code that clerks take Vero Cell for",
        {"mp": "Inactivated-SARS-CoV-2-Vero-Cell"},
        ISSUED,
        [("value_withdrawn", "v.0.mp")],
    ),
    ("the holder of another product", {"ma": "ORG-100031184"}, ISSUED, [("value_vaccine_mixed", "v.0.mp")]),
    ("the kind of another product", {"vp": "1119349007"}, ISSUED, [("value_vaccine_mixed", "v.0.mp")]),
    (
        "an mRNA vaccine never had the older code",
        {"mp": "EU/1/20/1528", "ma": "ORG-100030215", "vp": "1119305005"},
        ISSUED,
        [("value_vaccine_mixed", "v.0.mp")],
    ),
    ("no such country", {"co": "VNM"}, ISSUED, [("value_unknown", "v.0.co")]),
]


@pytest.mark.parametrize(("said", "issued", "faults"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_dose(said: dict[str, str], issued: date, faults: list[tuple[str, str]]) -> None:
    found = check_values({"v": [DOSE | said]}, issued=issued)
    assert [(fault.code, fault.field) for fault in found] == faults


def test_tests_and_recoveries_are_held_against_their_sets() -> None:
    test: dict[str, Any] = {"tg": "840539006", "tt": "LP6464-4", "tr": "positive", "co": "VN"}
    recovery = {"tg": "840539006", "co": "XX"}
    found = check_values({"t": [test], "r": [recovery]}, issued=ISSUED)
    assert [(fault.code, fault.field) for fault in found] == [("value_unknown", "t.0.tr"), ("value_unknown", "r.0.co")]


@pytest.mark.parametrize("issued", [date(2021, 12, 30), ISSUED, date(2023, 6, 30)], ids=str)
@pytest.mark.parametrize("vaccine", [vaccine.name for vaccine in list_vaccines()])
def test_every_licensed_vaccine_has_codes_for_a_new_certificate(vaccine: str, issued: date) -> None:
    found = find_vaccine_codes(vaccine, issued=issued)
    assert found is not None
    dose = DOSE | {"vp": found.vp, "mp": found.mp, "ma": found.ma}
    assert check_values({"v": [dose]}, issued=issued) == ()


@pytest.mark.parametrize("spelling", ["Vero Cell", "Verocell", "Sinopharm", "vero  cel"])
def test_vero_cell_is_the_product_of_beijing(spelling: str) -> None:
    found = find_vaccine_codes(spelling, issued=ISSUED)
    assert found is not None
    assert found.mp == "BBIBP-CorV"


def test_an_unknown_vaccine_has_no_codes() -> None:
    assert find_vaccine_codes("Nanocovax", issued=ISSUED) is None


def test_rules_are_given_withdrawn_codes_too() -> None:
    members = list_set_members()
    assert "NVX-CoV2373" in members[PRODUCTS]
    assert {"VN", "XK"} <= set(members[COUNTRIES])
    assert members.keys() == load_value_sets().keys()


def test_every_withdrawn_product_names_what_took_its_place() -> None:
    products = load_value_sets()[PRODUCTS].codes
    for value in products.values():
        assert value.withdrawn is (value.instead is not None)
        assert value.instead is None or not products[value.instead].withdrawn
        assert set(value.vp) <= load_value_sets()[KINDS].codes.keys()
