"""QR texts of cards, whole and damaged. All people are invented."""

from __future__ import annotations

import pyarrow as pa

from xacthuc.cleaning.cards import CardRead, clean_cards, read_card

CARD = (
    "089063017664|356963310|Trần Văn Danh|27101963|Nam|Số 260, Ấp Kiến Bình 2, Kiến Thành, Chợ Mới, An Giang|25032021"
)
WHOLE = CardRead(
    number12="089063017664",
    number9="356963310",
    name="Trần Văn Danh",
    birth="1963-10-27",
    sex="M",
    address="Số 260, Ấp Kiến Bình 2, Kiến Thành, Chợ Mới, An Giang",
    marked="y",
)


def test_a_whole_card_with_what_scanners_add() -> None:
    for text in (CARD, CARD + "\r\n", f'"{CARD}"', CARD.replace("27101963", "27/10/1963"), CARD + "|25032031"):
        assert read_card(text) == WHOLE


def test_utf8_read_as_latin1_once_or_twice() -> None:
    assert read_card(CARD.encode().decode("latin-1")) == WHOLE
    assert read_card(CARD.encode().decode("latin-1").encode().decode("latin-1")) == WHOLE


def test_fields_that_lack() -> None:
    parts = CARD.split("|")
    no_cmnd = read_card("|".join(parts[:1] + parts[2:]))
    assert (no_cmnd.number9, no_cmnd.name, no_cmnd.birth, no_cmnd.code) == (None, "Trần Văn Danh", "1963-10-27", None)
    empty = read_card("|".join([parts[0], "", *parts[2:]]))
    assert (empty.number9, empty.name) == (None, "Trần Văn Danh")
    short = read_card("|".join(parts[:5]))
    assert (short.sex, short.address, short.code) == ("M", None, "qr_incomplete")
    shorter = read_card("|".join(parts[:3]))
    assert (shorter.name, shorter.birth, shorter.sex, shorter.code) == ("Trần Văn Danh", None, None, "qr_incomplete")


def test_an_impossible_birth_on_a_card_is_not_taken() -> None:
    read = read_card(CARD.replace("27101963", "31021963"))
    assert (read.birth, read.code) == (None, "qr_incomplete")


def test_personal_qr_open_and_masked() -> None:
    whole = read_card("001093029317|NGUYEN VAN A|1987-01-18|0|162979388586171100|<1<00<0123232422")
    assert (whole.number12, whole.name, whole.birth, whole.sex) == ("001093029317", "NGUYEN VAN A", "1987-01-18", "M")
    assert (whole.phone, whole.marked, whole.code) == ("0123232422", None, None)
    masked = read_card("******029317|NGUYEN VAN A|1987-**-**|0|162979388586171100")
    assert (masked.number12, masked.birth, masked.sex, masked.code) == (None, None, None, "qr_masked")
    old = read_card("162979388|NGUYEN THI B|1987-01-18|1|162979388586171100|1<GD4877*******<0943******")
    assert (old.number9, old.sex, old.phone) == ("162979388", None, None)


def test_insurance_qr() -> None:
    text = "GD4797930000123|" + "Lê Thị Mơ".encode().hex() + "|02/03/1970|2|" + "Ấp 1".encode().hex() + "|79 - 024"
    read = read_card(text)
    assert (read.insurance, read.name, read.birth, read.sex, read.address) == (
        "7930000123",
        "Lê Thị Mơ",
        "1970-03-02",
        "F",
        "Ấp 1",
    )
    male = read_card("7930000123|ffffff|1970|1")
    assert (male.name, male.birth, male.sex, male.address) == (None, "1970", "M", None)
    assert read_card("7930000123|4c4c4c|1970").sex is None


def test_other_texts_are_no_card() -> None:
    for text in ("", "xyz", "a|b|c", "https://example.org/?a=1|2", "12|34|56|78"):
        assert read_card(text) == CardRead(code="qr_unreadable")


def test_a_column() -> None:
    columns = clean_cards(pa.array([CARD, None]))
    assert columns["name"].to_pylist() == ["Trần Văn Danh", None]
    assert columns["code"].to_pylist() == [None, None]
