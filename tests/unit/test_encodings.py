"""Old encodings and mojibake: restored where one reading makes sense, and left alone elsewhere."""

from __future__ import annotations

import unicodedata

import pytest
from viparse.normalize.encodings import get_charmap

from xacthuc.cleaning.encodings import ENCODINGS, choose_encoding, decode_legacy, find_encoding, restore, restore_text

NAMES = [
    "Nguyễn Thị Hằng",
    "Đặng Hữu Quỳnh",
    "Trần Đình Trường",
    "Lê Thị Mỹ Duyên",
    "Phạm Ngọc Bảo Trâm",
    "Võ Văn Kiệt",
]


def spoil(text: str, encoding: str) -> str:
    """Show a text as its bytes in a one-byte encoding look when read as Latin-1."""
    if encoding == "cp1258":
        out = ""
        for letter in text:
            parts = unicodedata.normalize("NFD", letter)
            tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)) + tones
        return out.encode("cp1258").decode("latin-1")
    charmap = get_charmap(encoding)
    table: dict[str, str] = {}
    for spoilt, letter in charmap.pairs:
        table.setdefault(letter, spoilt)
    return "".join(table.get(letter, letter) for letter in text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES)
def test_each_encoding_is_recognised_by_its_letters(name: str, encoding: str) -> None:
    restored = restore(spoil(name, encoding))
    assert (restored.text, restored.encoding) == (name, encoding)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_utf8_read_as_something_else(name: str, codec: str) -> None:
    def misread(text: str) -> str:
        return "".join(
            bytes([byte]).decode("latin-1" if codec == "latin-1" or byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else codec)
            for byte in text.encode()
        )

    assert restore_text(misread(name)) == name
    assert restore_text(misread(misread(name))) == name


@pytest.mark.parametrize(
    ("spoilt", "meant"),
    [
        ("Vò C«ng ChÝnh", "Vũ Công Chính"),
        ("ph¹m v¨n c\u00adêng", "phạm văn cường"),
        ("NGUYÔN V¡N HµO", "NGUYỄN VĂN HÀO"),
        ("Hµ Néi", "Hà Nội"),
        ("QuËn 1", "Quận 1"),
        ("VERO CELL l« 202107B1713", "VERO CELL lô 202107B1713"),
        ("NguyÔn ThÎy", "Nguyễn Thẻy"),
        ("Nguyeãn Thò Hoàng Haø", "Nguyễn Thị Hồng Hà"),
        ("TRAÀN VAÊN ÑÖÙC", "TRẦN VĂN ĐỨC"),
        ("HÃ  Thá»‹ HoÃ ng HÃ", "Hà Thị Hoàng Hà"),
        ("HÃ Thá»‹ Lan", "Hà Thị Lan"),
        ("Nguyễn Ðình Phƣơng", "Nguyễn Đình Phương"),
        ("Vǎn", "Văn"),
        ("Nguyễn Vаn", "Nguyễn Van"),
        ("ＬÊ  Lan", "LÊ Lan"),
        (" Lê\u00a0\u00a0Thị\u200b Hoa\ufeff\n", "Lê Thị Hoa"),
        ("Nguyễn", "Nguyễn"),
    ],
)
def test_single_cells(spoilt: str, meant: str) -> None:
    assert restore_text(spoilt) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Bjørn Müller",
        "José María Muñoz",
        "François",
        "Søren",
        "Bø",
        "Zoë Noël",
        "Vò Lan",
        "Xãm 5",
        "Hà Nội",
        "K²",
        "5 µg",
        "Путин",
        "À",
        "",
    ],
)
def test_other_texts_stay(text: str) -> None:
    restored = restore(text)
    assert (restored.text, restored.encoding) == (text, None)


def test_what_is_known_of_the_column_settles_doubt() -> None:
    assert restore_text("Vò Lan", encoding="tcvn3") == "Vũ Lan"
    assert restore_text("Xãm 5", encoding="tcvn3") == "Xóm 5"
    assert restore_text("Xóm 5", encoding="tcvn3") == "Xóm 5"
    assert restore_text("Lê Hà", encoding="tcvn3") == "Lê Hà"
    assert restore_text("Trần Thị", encoding="tcvn3") == "Trần Thị"
    assert restore_text("Hoa", encoding="vni") == "Hoa"


def test_two_readings_are_one_too_many() -> None:
    text = "Bå Bå"  # TCVN3: Bồ Bồ; VPS: Bạ Bạ
    assert choose_encoding(text) == (None, True)
    restored = restore(text)
    assert (restored.text, restored.encoding, restored.unsure) == (text, None, True)


def test_the_encoding_of_a_column_is_found() -> None:
    spoilt = [spoil(name, "tcvn3") for name in NAMES]
    assert find_encoding([*spoilt, "Lan", "Vò Lan", NAMES[0]]) == "tcvn3"
    assert find_encoding([*spoilt[:2], "Lan"]) is None
    assert find_encoding([*NAMES, *spoilt[:3]]) is None
    assert find_encoding([]) is None


def test_characters_that_an_encoding_lacks_stay() -> None:
    assert decode_legacy("Lan 王", "cp1258") == "Lan 王"
    assert decode_legacy("Lan 王", "viscii") == "Lan 王"
    with pytest.raises(AssertionError, match="no such encoding"):
        decode_legacy("Lan", "latin2")
