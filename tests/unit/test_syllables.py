"""Vietnamese syllables: which there can be, and the one place of the tone mark."""

from __future__ import annotations

import unicodedata

import pytest

from xacthuc.cleaning.syllables import is_syllable, place_tone, split_syllable

RIGHT = """
    Nguyễn Thị Đào Quý Quỳnh Quốc Quới Quyên Giàu Giếng Gì Gìn Giang Khuỷu Ngoèo Thuở Khuya Uyên Yến Ý Y Út Oanh Ước
    Nghĩa Ghi Kỳ Huỳnh Xoè Phượng Rượu Hươu Khuyết Hoạch Én Ẩm Ứng
"""
WRONG = "Tju Thah Vitế Đuc Nguyeen Lee Coong Nghan Ka Ceo Gê Qân Bh Xyz Việt́ Hoạcs a1 Phuơng"


@pytest.mark.parametrize("word", RIGHT.split())
def test_is_a_syllable(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize("word", WRONG.split())
def test_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("written", "placed"),
    [
        ("Hoà", "Hòa"), ("Thuỷ", "Thủy"), ("xoè", "xòe"), ("HOÁ", "HÓA"), ("Tòan", "Toàn"), ("Hùynh", "Huỳnh"),
        ("Qúy", "Quý"), ("Gìau", "Giàu"), ("Gía", "Giá"), ("Ngũyên", "Nguyễn"), ("Khủyu", "Khuỷu"),
        ("Nguỹên", "Nguyễn"), ("Quý", "Quý"), ("Giàu", "Giàu"),
        ("Hoàng", "Hoàng"),
        ("Mía", "Mía"), ("Mùa", "Mùa"), ("Lan", "Lan"),
        ("José", "José"), ("Müller", "Müller"), ("Vitế", "Vitế"), ("́", "́"), ("Hİ̀", "Hİ̀"),
    ],
)  # fmt: skip
def test_the_tone_stands_in_one_place(written: str, placed: str) -> None:
    assert place_tone(written) == placed
    assert place_tone(placed) == placed


def test_a_word_is_taken_apart() -> None:
    syllable = split_syllable("Quỳnh")
    assert syllable is not None
    assert (syllable.onset, syllable.rime, syllable.tone) == ("qu", "ynh", "\u0300")
    assert split_syllable("Việt́") is None
    assert split_syllable("Bh") is None
