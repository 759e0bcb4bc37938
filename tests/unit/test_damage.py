"""Every class of damage changes a value in its own manner, and says None where it cannot."""

from __future__ import annotations

import random
import unicodedata
from datetime import date

import numpy as np
import pytest

from xacthuc.nation.chance import pick, pick_weighted, shuffle
from xacthuc.nation.damage import DAMAGES, JOINT_DAMAGES
from xacthuc.nation.damage_names import normal_name, put_given_first, strip_marks
from xacthuc.nation.legacy_fonts import write_tcvn3, write_telex, write_vni

VALUES = {
    "name": ("Nguyễn Thị Thuỳ Lý", "Võ Văn Hòa", "Hoàng Mỹ Quý", "Trần Bảo Phúc"),
    "birth_date": ("1988-10-27", "1990-03-05", "1955", "2000-02-29"),
    "sex": ("M", "F"),
    "number": ("036190026067", "001181004758", "164928568"),
    "phone": ("0378213993", "0771234567"),
    "dose_no": ("1", "2", "3"),
    "vaccine": ("AstraZeneca", "Comirnaty", "Spikevax", "Vero Cell", "Sputnik V", "Hayat-Vax", "Abdala", "Janssen"),
    "dose_date": ("2021-09-12", "2021-12-31"),
    "lot": ("CTMAV543", "202107B1713", "1501-ABD"),
    "qr": ("089058001437|351603648|Trần Văn Thọ|19101958|Nam|Tổ 18, Kiến Thành|17092021",),
}


def damaged(class_name: str, tries: int = 60) -> list[tuple[str, str]]:
    rng = random.Random(class_name)
    damage = DAMAGES[class_name]
    pairs = [(value, damage.fn(value, rng)) for value in VALUES[damage.field] for _ in range(tries)]
    return [(value, result) for value, result in pairs if result is not None]


@pytest.mark.parametrize("class_name", DAMAGES)
def test_changes_the_value(class_name: str) -> None:
    pairs = damaged(class_name)
    assert pairs
    assert all(value != result for value, result in pairs)


@pytest.mark.parametrize("class_name", DAMAGES)
def test_an_empty_or_odd_value_raises_nothing(class_name: str) -> None:
    rng = random.Random(1)
    for value in ("", "?", "ab"):
        result = DAMAGES[class_name].fn(value, rng)
        assert result is None or result != value


@pytest.mark.parametrize("class_name", ["name_typo", "number_wrong_digit", "lot_typo"])
def test_takes_a_numpy_generator(class_name: str) -> None:
    damage = DAMAGES[class_name]
    assert damage.fn(VALUES[damage.field][0], np.random.default_rng(5)) not in (None, VALUES[damage.field][0])


@pytest.mark.parametrize(
    "class_name", [name for name, damage in DAMAGES.items() if damage.field == "name" and not damage.recoverable]
)
def test_a_lost_name_does_not_compare_equal(class_name: str) -> None:
    assert all(normal_name(value) != normal_name(result) for value, result in damaged(class_name))


@pytest.mark.parametrize("class_name", ["name_tone_placement", "name_nfd", "name_space_or_case", "name_upper"])
def test_a_harmless_name_compares_equal(class_name: str) -> None:
    assert all(normal_name(value) == normal_name(result) for value, result in damaged(class_name))


MANNERS = {
    "name_no_marks": lambda v, r: r.upper() == strip_marks(v).upper(),
    "name_nfd": lambda v, r: unicodedata.normalize("NFC", r) == v,
    "name_nickname": lambda v, r: r.startswith(v + " (") and r.endswith(")"),
    "name_middle_missing": lambda v, r: len(r.split()) < len(v.split()),
    "name_given_first": lambda v, r: r.split()[0].rstrip(",") == v.split()[-1],
    "number_lost_zero": lambda v, r: int(v) == int(r) and len(r) < len(v),
    "number_wrong_length": lambda v, r: abs(len(r) - len(v)) == 1 and r[0] == v[0],
    "number_wrong_digit": lambda v, r: len(r) == len(v) and r.isdigit(),
    "number_punctuation": lambda v, r: "".join(c for c in r if c.isdigit()) in (v, v + "0"),
    "number_letter_for_digit": lambda v, r: len(r) == len(v) and not r.isdigit(),
    "number_scientific_text": lambda v, r: "E+" in r,
    "birth_day_month_swapped": lambda v, r: (r[5:7], r[8:]) == (v[8:], v[5:7]) and bool(date.fromisoformat(r)),
    "birth_month_first_text": lambda v, r: r == f"{v[5:7]}/{v[8:]}/{v[:4]}" and v[8:] > "12",
    "birth_wrong": lambda v, r: len(r) == len(v) and (len(r) == 4 or bool(date.fromisoformat(r))),
    "birth_year_only": lambda v, r: r == v[:4],
    "birth_0101_for_year": lambda v, r: r == v + "-01-01",
    "birth_impossible": lambda v, r: r.endswith(v[:4]) and not _is_day(r),
    "phone_old_11_digits": lambda v, r: sum(c.isdigit() for c in r) == 11 and r[-3:] == v[-3:],
    "phone_wrong_length": lambda v, r: len(r) == 9 and r[0] == "0",
    "phone_changed": lambda v, r: len(r) == 10 and r[0] == "0",
    "dose_date_year_typo": lambda v, r: not 2020 <= int(r[-4:]) <= 2023,
    "dose_date_impossible": lambda v, r: not _is_day(r),
    "dose_date_wrong": lambda v, r: bool(date.fromisoformat(r)),
    "qr_truncated": lambda v, r: r.count("|") == 4,
    "qr_six_fields": lambda v, r: r.count("|") == 5,
    "qr_mojibake": lambda v, r: r.encode("latin-1").decode("utf-8") == v,
}


def _is_day(text: str) -> bool:
    day, month, year = (int(part) for part in text.split("/"))
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False


@pytest.mark.parametrize("class_name", MANNERS)
def test_keeps_the_manner_of_its_class(class_name: str) -> None:
    for value, result in damaged(class_name):
        assert MANNERS[class_name](value, result), (value, result)


def test_every_number_and_phone_class_says_none_where_it_cannot() -> None:
    rng = random.Random(2)
    assert DAMAGES["number_lost_zero"].fn("164928568", rng) is None
    assert DAMAGES["phone_old_11_digits"].fn("0912345678", rng) is None
    assert DAMAGES["birth_day_month_swapped"].fn("1988-10-27", rng) is None
    assert DAMAGES["birth_0101_for_year"].fn("1988-10-27", rng) is None
    assert DAMAGES["name_no_marks"].fn("LE VAN AN", rng) is None
    assert DAMAGES["name_tone_placement"].fn("Quý", rng) is None


def test_joint_classes_write_the_other_value() -> None:
    rng = random.Random(3)
    assert JOINT_DAMAGES["cmnd_used"].fn("036190026067", rng, other="164928568") == "164928568"
    assert JOINT_DAMAGES["number_of_other_person"].fn("1", rng, other="1") is None
    both = JOINT_DAMAGES["number_both"].fn("036190026067", rng, other="164928568")
    assert both is not None
    assert "036190026067" in both
    assert "164928568" in both
    assert JOINT_DAMAGES["number_both"].fn("036190026067", rng, other="") is None


@pytest.mark.parametrize(
    ("name", "tcvn3", "vni"),
    [
        ("Nguyễn Văn Hoà", "NguyÔn V¨n Hoµ", "Nguyeãn Vaên Hoaø"),
        ("Đặng Đình Hùng", "§Æng §×nh Hïng", "Ñaëng Ñình Huøng"),
    ],
)
def test_legacy_fonts_are_those_of_the_facts(name: str, tcvn3: str, vni: str) -> None:
    assert write_tcvn3(name) == tcvn3
    assert write_vni(name).replace("iø", "ì") == vni


@pytest.mark.parametrize(
    ("word", "keys"), [("Nguyễn", "Nguyeenx"), ("Đường", "Dduwowngf"), ("Thị", "Thij"), ("An", "An")]
)
def test_telex(word: str, keys: str) -> None:
    assert write_telex(word) == keys


def test_without_a_comma_only_where_the_order_shows() -> None:
    rng = random.Random(4)
    shown = {put_given_first("Nguyễn Văn Hòa", rng) for _ in range(40)}
    assert shown == {"Hòa Nguyễn Văn", "Hòa, Nguyễn Văn"}
    assert {put_given_first("Hồ Đăng Kiên", rng) for _ in range(40)} == {"Kiên, Hồ Đăng"}


def test_chance_picks_by_weight_and_shuffles_all() -> None:
    rng = random.Random(5)
    assert {pick("ab", rng) for _ in range(30)} == {"a", "b"}
    assert {pick_weighted((("a", 1.0), ("b", 0.0)), rng) for _ in range(30)} == {"a"}
    assert sorted(shuffle(range(20), rng)) == list(range(20))
