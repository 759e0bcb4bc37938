"""The keys of a name: letters by the tables of ICAO Doc 9303 part 3, marks by ARCHITECTURE.md."""

from __future__ import annotations

import pytest

from xacthuc.cleaning.marks import fold_word, has_unknown_letters, make_base_key, make_fold_key, make_name_key

KEYS = [
    ("Nguyễn Thị Đào", "NGUYEcxN<THIj<DdAfO"),
    ("nguyễn thị đào", "NGUYEcxN<THIj<DdAfO"),
    ("Hoà", "HOfA"),
    ("Hòa", "HOfA"),
    ("Thuỷ", "THUrY"),
    ("Qúy", "QUYs"),
    ("Ngươn Ặc", "NGUhOhN<AbjC"),
    ("H'Hen Niê", "HHEN<NIEc"),
    ("Jean-Pierre", "JEAN<PIERRE"),
    ("  Lê   Hoa ", "LEc<HOA"),
    ("Phan V. Hiếu 2", "PHAN<V<HIEcsU"),
    ("Æsa Øre Åse Þór Straße Łódź", "AESA<OERE<AASE<THOsR<STRASSE<LdOsDZs"),
    (
        "Jürgen Muñoz Çelik Ștefan Ąsa Ōno Ház Őr Žan Ėla Ůl",
        "JUuRGEN<MUNxOZ<CqELIK<SqTEFAN<AkSA<OmNO<HAsZ<OeR<ZvAN<EaLA<UoL",
    ),
    ("Щукин Юрий", "SHCHUKIN<IURII"),
    ("Ελένη", "ELEsNI"),
    ("محمد", "MXHMD"),
    ("王 Lan", "LAN"),
]


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_marked_key(name: str, key: str) -> None:
    assert make_name_key(name) == key


@pytest.mark.parametrize("name", ["", "  ", "王小明", "123", "'-."])
def test_no_letter_gives_no_key(name: str) -> None:
    assert make_name_key(name) is None


def test_base_key_leaves_the_marks_out() -> None:
    assert make_base_key("NGUYEcxN<THIj<DdAfO") == "NGUYEN<THI<DAO"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoàng Thị Lý", "Huỳnh Thị Lí"),
        ("Vũ Thị Mỹ", "Vo Thi Mi"),
        ("Nguyễn Văn Phước", "Phúc Nguyễn Văn"),
        ("Trần Quý", "Trần Quí"),
        ("Lê Thịnh", "Lê Thạnh"),
        ("Lê Quới", "Lê Quí"),
    ],
)
def test_fold_key_joins_variants_marks_and_order(one: str, other: str) -> None:
    first, second = make_name_key(one), make_name_key(other)
    assert first is not None
    assert second is not None
    assert first != second
    assert make_fold_key(first) == make_fold_key(second)


@pytest.mark.parametrize(
    ("one", "other"), [("Lan", "Lam"), ("Thúy", "Thúi"), ("Tây", "Tài"), ("Nguyễn", "Ngô"), ("Thị", "Thái")]
)
def test_fold_key_keeps_other_words_apart(one: str, other: str) -> None:
    assert make_fold_key(make_name_key(one) or "") != make_fold_key(make_name_key(other) or "")


def test_folding_a_folded_word_changes_nothing() -> None:
    for word in ("HUYNH", "HOANG", "LY", "QUY", "THANH", "THIENG", "CHAU", "TON", "LAN"):
        assert fold_word(fold_word(word)) == fold_word(word)


def test_letters_without_a_table_are_told() -> None:
    assert has_unknown_letters("Lan 王")
    assert has_unknown_letters("ស៊ុក")
    assert not has_unknown_letters("Đặng Ольга محمد")
