from __future__ import annotations

import pytest

from xacthuc.codes.countries import find_country, list_countries
from xacthuc.codes.keys import list_key
from xacthuc.codes.names import load_names, map_variants
from xacthuc.codes.vaccines import (
    find_vaccine,
    get_vaccine,
    list_aliases,
    list_products_of_shape,
    list_vaccines,
    load_lots,
)


@pytest.mark.parametrize(
    ("text", "key"), [("Vero-Cell ", "VEROCELL"), ("Đài Loan", "DAILOAN"), ("đ.loan", "DLOAN"), ("中国", ""), ("", "")]
)
def test_list_key(text: str, key: str) -> None:
    assert list_key(text) == key


def test_eight_products_with_their_doses() -> None:
    assert {vaccine.name: vaccine.doses for vaccine in list_vaccines()} == {
        "AstraZeneca": 2, "Comirnaty": 2, "Spikevax": 2, "Vero Cell": 2, "Sputnik V": 2, "Hayat-Vax": 2,
        "Abdala": 3, "Janssen": 1,
    }  # fmt: skip


def test_vero_cell_is_the_product_of_beijing() -> None:
    vaccine = get_vaccine("Vero Cell")
    assert vaccine is not None
    assert (vaccine.mp, vaccine.ma, vaccine.vp) == ("BBIBP-CorV", "ORG-100020693", "1157024006")
    assert get_vaccine("Sinovac") is None


def test_only_what_has_a_source_is_confirmed() -> None:
    assert [vaccine.name for vaccine in list_vaccines() if vaccine.confirmed] == ["Abdala"]
    assert all(len(vaccine.licensed_from) == 10 <= len("2021-01-01") for vaccine in list_vaccines())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AZ", "AstraZeneca"), ("ASTRA ZENECA", "AstraZeneca"), ("covishield", "AstraZeneca"),
        ("AstraZeneca (Anh)", "AstraZeneca"),
        ("Pfizer-BioNTech", "Comirnaty"), ("Comirnaty (Pfizer)", "Comirnaty"), ("moderna", "Spikevax"),
        ("Verocell", "Vero Cell"),
        ("Sinopharm", "Vero Cell"), ("Veo cell", "Vero Cell"), ("sputnik v", "Sputnik V"), ("Hayat-Vax", "Hayat-Vax"),
        ("abdala", "Abdala"), ("J&J", "Janssen"),
    ],
)  # fmt: skip
def test_spellings_of_clerks(text: str, name: str) -> None:
    vaccine = find_vaccine(text)
    assert vaccine is not None
    assert vaccine.name == name == list_aliases()[list_key(text)]


def test_unknown_vaccine_is_none() -> None:
    assert find_vaccine("cúm mùa") is None
    assert find_vaccine("") is None


def test_every_known_lot_has_the_shape_of_its_product_alone() -> None:
    lots = load_lots()
    assert len(lots) == 25
    for lot in lots.values():
        assert list_products_of_shape(lot.lot) == (lot.vaccine,)
    assert list_products_of_shape("lô 1") == ()


def test_countries_are_all_there_once() -> None:
    countries = list_countries()
    assert len(countries) == len({country.alpha2 for country in countries}) == 249
    assert len({country.alpha3 for country in countries}) == 249
    assert all(len(country.alpha2) == 2 and len(country.alpha3) == 3 for country in countries)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Việt Nam", "VN"), ("VIETNAM", "VN"), ("VNM", "VN"), ("Đài Loan", "TW"), ("Hàn Quốc", "KR"),
        ("HAN QUOC", "KR"),
        ("Trung Quốc", "CN"), ("TQ", "CN"), ("Người Nhật", "JP"), ("Quốc tịch Mỹ", "US"), ("Mỹ", "US"), ("Lào", "LA"),
        ("lao", "LA"), ("Campuchia", "KH"), ("CHE", "CH"), ("Nga", "RU"), ("Áo", "AT"),
    ],
)  # fmt: skip
def test_country_spellings(text: str, code: str) -> None:
    country = find_country(text)
    assert country is not None
    assert country.alpha2 == code


@pytest.mark.parametrize("text", ["MY", "AO", "BI", "NGA", "", "Kinh", "không rõ"])
def test_what_means_two_countries_or_none_is_none(text: str) -> None:
    assert find_country(text) is None


def test_variants_stand_for_their_group() -> None:
    variants = map_variants()
    for one, other in [("Hoàng", "Huỳnh"), ("Vũ", "Võ"), ("Phúc", "Phước"), ("Bảo", "Bửu"), ("Tùng", "Tòng")]:
        assert variants[one] == variants[other]
    assert variants["Hoàng"] != variants["Vũ"]
    assert "Nguyễn" not in variants


def test_word_lists_are_clean() -> None:
    names = load_names()
    assert names.surnames[0][0] == "Nguyễn"
    everyone = [name for name, _ in names.surnames] + list(names.surnames_other)
    assert len(everyone) == len(set(everyone))
    assert "Văn" in names.middle_male
    assert "Thị" in names.middle_female
    assert "vợ" in names.relations
    assert "QU" in names.iy.beginnings
    for words in (names.relations, names.titles, names.nickname_words):
        assert len(words) == len(set(words))
        assert all(word == word.lower() == word.strip() for word in words)
