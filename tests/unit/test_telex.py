"""Keystrokes left in words: what they stand for, and what is left alone."""

from __future__ import annotations

import pytest

from xacthuc.cleaning.telex import decode_telex, decode_vni_typing


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyeenx", "Nguyễn"), ("Nguyexen", "Nguyễn"), ("NGUYEENX", "NGUYỄN"), ("nguyeenx", "nguyễn"),
        ("Dduwcs", "Đức"), ("Dduwsc", "Đức"), ("Ducwsd", "Đức"),
        ("Cucs", "Cúc"), ("Huwux", "Hữu"), ("Haauj", "Hậu"), ("Ddoanf", "Đoàn"),
        ("Phuwowng", "Phương"), ("Phuowng", "Phương"), ("Phuwong", "Phương"), ("Tuongwr", "Tưởng"), ("Hwng", "Hưng"),
        ("Thuys", "Thúy"), ("Hoaf", "Hòa"), ("Quyf", "Quỳ"), ("Coong", "Công"), ("Lee", "Lê"), ("Nguyênx", "Nguyễn"),
        ("Xuaan", "Xuân"), ("Tawngs", "Tắng"), ("Khuaw", "Khưa"), ("Quowis", "Quới"),
    ],
)  # fmt: skip
def test_telex(typed: str, meant: str) -> None:
    assert decode_telex(typed) == meant


@pytest.mark.parametrize(
    "word", ["Nguyễn", "Anh", "Tju", "Tjị", "Thomas", "Alex", "Smith", "Nguyếnx", "Looc", "B", "A1s", ""]
)
def test_not_telex(word: str) -> None:
    assert decode_telex(word) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguye6n4", "Nguyễn"), ("Nguye64n", "Nguyễn"), ("D9u71c", "Đức"), ("D9u7c1", "Đức"), ("Phu7o7ng", "Phương"),
        ("Phuong7", "Phương"), ("Tha8ng1", "Thắng"), ("Le6", "Lê"), ("Thuy1", None), ("Ho62", "Hồ"),
    ],
)  # fmt: skip
def test_vni_typing(typed: str, meant: str | None) -> None:
    assert decode_vni_typing(typed) == meant


@pytest.mark.parametrize("word", ["Hoa1", "Lan2", "A1", "F1", "123", "Nguyễn", "Hoa0", "Hinh6", "Ng6", "2A"])
def test_numbers_are_not_vni_typing(word: str) -> None:
    assert decode_vni_typing(word) is None
