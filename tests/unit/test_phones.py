"""Phone numbers as clerks write them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.phones import clean_phones, read_any_phone, read_phone

CASES = [
    ("0961852275", "0961852275", None),
    ("0961 852 275", "0961852275", None),
    ("0961.852.275", "0961852275", None),
    ("0961852275 (vợ)", "0961852275", None),
    ("0961852275 - chồng", "0961852275", None),
    ("0369941252 ĐT cháu", "0369941252", None),
    ("961852275", "0961852275", "phone_zero_restored"),
    ("+84961852275", "0961852275", None),
    ("+84 (0)961852275", "0961852275", None),
    ("84961852275", "0961852275", None),
    ("0084961852275", "0961852275", None),
    ("01251675290", "0851675290", "phone_renumbered"),
    ("0163 896 8466", "0338968466", "phone_renumbered"),
    ("1680351244", "0380351244", "phone_renumbered"),
    ("02283123456", "02283123456", None),
    ("0976023595\n0707016026", "0976023595", "phone_several"),
    ("0976023595/0707016026", "0976023595", "phone_several"),
    ("0976023595 0707016026", "0976023595", "phone_several"),
    ("12345678/0707016026", "0707016026", "phone_several"),
    ("089381295", None, "phone_invalid"),
    ("98641403", None, "phone_invalid"),
    ("09618522755", None, "phone_invalid"),
    ("0461852275", None, "phone_invalid"),
    ("+8436515309", None, "phone_invalid"),
    ("+82 10-3123-4567", "+821031234567", None),
    ("+82 1", None, "phone_invalid"),
    ("+999999999999", None, "phone_invalid"),
    ("gọi cho con", None, "phone_invalid"),
    ("không có", None, "phone_placeholder"),
    ("x", None, "phone_placeholder"),
]


@pytest.mark.parametrize(("text", "phone", "code"), CASES, ids=range(len(CASES)))
def test_one_cell(text: str, phone: str | None, code: str | None) -> None:
    assert read_phone(text) == (phone, code)


def test_a_column_is_read_as_its_cells() -> None:
    phones, codes = clean_phones(pa.array([case[0] for case in CASES] + [None]))
    assert list(zip(phones.to_pylist(), codes.to_pylist(), strict=True)) == [case[1:] for case in CASES] + [
        (None, None)
    ]


ANYWHERE = [
    ("01701234567", "01701234567", None),
    ("01251675290", "01251675290", None),  # a renumbered mobile in Vietnam alone
    ("0044 7700 900123", "447700900123", None),
    ("+44 (0)7700 900123", "447700900123", None),
    ("(212) 555-0199", "2125550199", None),
    ("212.555.0199", "2125550199", None),
    ("+49 170 1234567", "491701234567", None),
    ("0049 1701234567", "491701234567", None),
    ("tel. 555 0199", "5550199", None),
    ("0727363398", "0727363398", None),
    ("01701234567 / 01707654321", "01701234567", "phone_several"),
    ("555-019", None, "phone_invalid"),
    ("1234567890123456", None, "phone_invalid"),
    ("ask the son", None, "phone_invalid"),
    ("x", None, "phone_placeholder"),
]


@pytest.mark.parametrize(("text", "phone", "code"), ANYWHERE, ids=range(len(ANYWHERE)))
def test_one_cell_of_a_list_from_anywhere(text: str, phone: str | None, code: str | None) -> None:
    assert read_any_phone(text) == (phone, code)


def test_a_column_from_anywhere_is_read_as_its_cells() -> None:
    phones, codes = clean_phones(pa.array([case[0] for case in ANYWHERE] + [None]), anywhere=True)
    assert list(zip(phones.to_pylist(), codes.to_pylist(), strict=True)) == [case[1:] for case in ANYWHERE] + [
        (None, None)
    ]
