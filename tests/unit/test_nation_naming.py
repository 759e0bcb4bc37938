import random

import numpy as np
import pytest

from xacthuc.nation.damage import DAMAGES
from xacthuc.nation.misnaming import exchange_last, fold_spelling, rename, tell_difference
from xacthuc.nation.names import fold_marks, load_names


@pytest.mark.parametrize(
    ("name", "damaged", "label"),
    [
        ("Nguyễn Thị Đào", "Nguyen Thi Dao", "name_no_marks"),
        ("Nguyễn Thị Đào", "Nguyễn Thị Đáo", "name_marks_differ"),
        ("Nguyễn Thị Đào", "Nguyễn Thị Dào", "name_marks_differ"),
        ("Trần Văn Hùng", "Trần Văn Hùn", "name_one_letter"),
        ("Trần Văn Hùng", "Trần Văn Hùngg", "name_one_letter"),
        ("Trần Văn Hùng", "Trần Văn Hùnh", "name_one_letter"),
        ("Trần Văn Hùng", "Trần Văn Hnùg", "name_one_letter"),
        ("Trần Văn Hùng", "Trần Văn Hữu", None),
        ("Trần Văn Hùng", "T Văn Hùng", None),
        ("Lê Văn Tú", "L Văn Tú", None),
        ("Vũ Thị Lý", "Vũ Thị Lí", None),
        ("Vũ Thị Hoa", "Võ Thị Hoa", None),
        ("Trần Văn Hùng", "TrầnVăn Hùng", None),
    ],
)
def test_a_slip_is_told_for_what_it_is(name, damaged, label):
    assert tell_difference(name, damaged) == label


def test_exchanging_changes_the_order_only():
    assert exchange_last("Trần Quốc Anh") == "Trần Anh Quốc"
    assert exchange_last("Trần Anh") is None
    assert exchange_last("Trần Hòa Hoa") is None


@pytest.mark.parametrize(
    ("name", "other", "renamed"),
    [
        ("Trần Văn Hùng", "Lê Thị Tâm", "Trần Thị Tâm"),
        ("Trần Văn Hùng", "Lê Văn Hưng", None),
        ("Trần Hùng", "Lê Thị Tâm", None),
        ("Trần Văn Hùng", None, None),
    ],
)
def test_another_name_is_another_name(name, other, renamed):
    assert rename(name, other=other) == renamed


def test_regional_spellings_fold_to_one():
    assert fold_spelling("Huỳnh Thị Mỹ") == fold_spelling("Hoàng Thị Mĩ")
    assert fold_spelling("Trần Văn Phúc") == fold_spelling("Phước Văn Trần")


def test_names_that_are_close_differ_by_a_letter_or_a_mark():
    book = load_names()
    words = book.words.to_pylist()
    for place, close in enumerate(book.close):
        for other in close.tolist():
            one, two = fold_marks(words[place]).lower(), fold_marks(words[other]).lower()
            assert abs(len(one) - len(two)) <= 1
            assert words[place] != words[other]
    assert words[book.last[words.index("Thị Hồng")]] == "Hồng"


def test_weights_are_shares():
    book = load_names()
    for part in (book.family, book.middle, book.given):
        for choice in part.values():
            assert np.allclose(choice.cumulative[:, -1], 1)
            assert (np.diff(choice.cumulative, axis=1) >= 0).all()


def test_damages_of_the_list_never_give_the_value_back():
    rng = random.Random(3)
    for name in ("Nguyễn Thị Thúy Hòa", "Lý Văn Quý", "Cao Nam An"):
        for damage in DAMAGES.values():
            if damage.field == "name":
                assert damage.fn(name, rng) != name
