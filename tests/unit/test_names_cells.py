"""Cleaning one name: what is restored, what is only pointed out, what is refused. All names are made up."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.names import clean_name, clean_names
from xacthuc.cleaning.one_name import FINDINGS, NAME_LIMIT
from xacthuc.findings import get_code, list_codes

# written, name, findings without "name_"
RESTORED = [
    ("Nguyễn Thị Đào", "Nguyễn Thị Đào", ""),
    ("NGUYỄN  THỊ  ĐÀO", "Nguyễn Thị Đào", "spaces case"),
    (" nguyễn thị đào\u00a0", "Nguyễn Thị Đào", "spaces case"),
    ("nGUYỄN tHỊ đÀO", "Nguyễn Thị Đào", "case"),
    ("Nguye\u0302\u0303n Thi\u0323 Hoa", "Nguyễn Thị Hoa", "unicode"),
    ("Trần Thuỷ Hoà", "Trần Thủy Hòa", "tone_placement"),
    ("Hùynh Tòan Phát", "Huỳnh Toàn Phát", "tone_placement"),
    ("NguyÔn ThÞ Hång", "Nguyễn Thị Hồng", "encoding"),
    ("trÇn yÕn ý", "Trần Yến Ý", "encoding case"),
    ("Nguyeãn Vaên Hoaø", "Nguyễn Văn Hòa", "encoding tone_placement"),
    ("NguyÔn Lan (vợ ông Ba)", "Nguyễn Lan", "encoding nickname"),
    ("Nguyá»…n Thá»‹ Lan", "Nguyễn Thị Lan", "encoding"),
    ("Nguyễn Ðình Phƣơng", "Nguyễn Đình Phương", "encoding"),
    ("Nguyeenx Thij Hoa", "Nguyễn Thị Hoa", "telex"),
    ("TRAANF THỊ LOAN", "Trần Thị Loan", "case telex"),
    ("Nguye6n4 Va8n Hu2ng", "Nguyễn Văn Hùng", "telex"),
    ("Lee Minh Giang", "Lê Minh Giang", "telex"),
    ("OOng Nguyễn Văn Hùng", "Nguyễn Văn Hùng", "telex title"),
    ("Hương, Phạm Thị", "Phạm Thị Hương", "order_restored"),
    ("Lan Anh, Nguyễn Thị", "Nguyễn Thị Lan Anh", "order_restored"),
    ("Mai, Lê Thị", "Lê Thị Mai", "order_restored"),
    ("Hoa, Nguyen Thi", "Nguyen Thi Hoa", "order_restored no_marks"),
    ("Dũng Đoàn Văn", "Đoàn Văn Dũng", "order_restored"),
    ("Trường Huỳnh Đình", "Huỳnh Đình Trường", "order_restored"),
    ("Mỹ Văn Thị Ngọc", "Văn Thị Ngọc Mỹ", "order_restored"),
    ("Mai Nguyễn Thị", "Nguyễn Thị Mai", "order_restored"),
    ("Thang Le Van", "Le Van Thang", "order_restored no_marks"),
    ("Binhf Lê Xuân (Chị Hai)", "Lê Xuân Bình", "telex order_restored nickname"),
    ("Nguyễn, Văn Hùng", "Nguyễn Văn Hùng", "punctuation"),
    ("Trần Thị Hoa (Bé Sáu)", "Trần Thị Hoa", "nickname"),
    ("Trần Thị Hoa (vợ a. Tuấn", "Trần Thị Hoa", "nickname"),
    ("(Trần Thị Hoa)", "Trần Thị Hoa", "nickname"),
    ("Trần Văn “Tèo”", "Trần Văn Tèo", "nickname"),
    ("Trần Thị Hoa - con ông Ba", "Trần Thị Hoa", "nickname"),
    ("Trần Thị Hoa vợ ông Năm", "Trần Thị Hoa", "nickname"),
    ("TRẦN THỊ HOA VỢ ÔNG NĂM", "Trần Thị Hoa", "case nickname"),
    ("Trần Thị Hoa, sinh năm 1990", "Trần Thị Hoa", "nickname"),
    ("Trần Thị Hoa - 0961852275", "Trần Thị Hoa", "nickname"),
    ("Ông Nguyễn Văn Hùng", "Nguyễn Văn Hùng", "title"),
    ("Bà Lê Lan Chi", "Lê Lan Chi", "title"),
    ("Bác sĩ Trần Văn Tuấn", "Trần Văn Tuấn", "title"),
    ("Bé Nguyễn Minh An", "Nguyễn Minh An", "title"),
    ("Mr. John Smith", "John Smith", "title"),
    ("1. Trần Thị Hoa", "Trần Thị Hoa", "punctuation"),
    ("12 Trần Thị Hoa.", "Trần Thị Hoa", "punctuation"),
    ("Trần_Thị_Hoa", "Trần Thị Hoa", "punctuation"),
    ("Trần.Thị.Hoa", "Trần Thị Hoa", "punctuation"),
    ("Trần Thị Hồng-Vân", "Trần Thị Hồng Vân", "punctuation"),
    ("Trần Thị\nHoa", "Trần Thị Hoa", "spaces"),
    ("SMITH, John", "Smith John", "case punctuation"),
]

KEPT = [
    ("Hoàng Lê Kha", "Hoàng Lê Kha", ""),
    ("Lý Trần Quán", "Lý Trần Quán", ""),
    ("Danh Phan Anh", "Danh Phan Anh", ""),
    ("Nguyên Hồ Nam", "Nguyên Hồ Nam", ""),
    ("Xuân Mai Anh", "Xuân Mai Anh", ""),
    ("Ông Cao Thắng", "Ông Cao Thắng", ""),
    ("Rmah Lê Hoa", "Rmah Lê Hoa", "order_unsure"),
    ("Hồ Lê Thị Thu", "Hồ Lê Thị Thu", "order_unsure"),
    ("Phùng Lê Văn", "Phùng Lê Văn", "order_unsure"),
    ("Mai, Hoàng Anh", "Mai Hoàng Anh", "order_unsure"),
    ("Âu Dương Phong", "Âu Dương Phong", ""),
    ("H'Hen Niê", "H'Hen Niê", ""),
    ("H'HEN NIÊ", "H'Hen Niê", "case"),
    ("K’BRÔI NIÊ", "K'Brôi Niê", "case punctuation"),
    ("H Hen Niê", "H Hen Niê", ""),
    ("Y Bhiêt Mlô", "Y Bhiêt Mlô", ""),
    ("Lê Thị Tju Gấm", "Lê Thị Tju Gấm", ""),
    ("Phạm Văn Lí", "Phạm Văn Lí", ""),
    ("Huynh Thị Duyên", "Huynh Thị Duyên", ""),
    ("NGUYEN VAN AN", "Nguyen Van An", "case no_marks"),
    ("Phan Thanh Xuan", "Phan Thanh Xuan", "no_marks"),
    ("Phan Anh Minh", "Phan Anh Minh", ""),
    ("Phan V. Hiếu", "Phan V. Hiếu", "abbreviated"),
    ("Ng.T.Hoa", "Ng. T. Hoa", "punctuation abbreviated"),
    ("Ng Kim Thơ", "Ng Kim Thơ", "abbreviated"),
    ("Lan", "Lan", "one_word"),
    ("Trần Thị Hoa 2", "Trần Thị Hoa 2", "digits"),
    ("Trần Th1 Hoa", "Trần Th1 Hoa", "digits"),
    ("Lee Min Ho", "Lee Min Ho", "typing_unsure"),
    ("Max Mustermann", "Max Mustermann", "typing_unsure"),
    ("Bå Bå", "Bå Bå", "encoding_unsure"),
    ("Tr?n Th? Hoa", "Tr?n Th? Hoa", "letters_lost unclear"),
    ("王小明", "王小明", "one_word letters_unknown"),
    ("Lan 王", "Lan 王", "letters_unknown"),
    ("Jean-Pierre Dupont", "Jean-Pierre Dupont", ""),
    ("O'Brien McDonald", "O'Brien McDonald", ""),
    ("Trần Văn Hải/Hai", "Trần Văn Hải/Hai", "unclear"),
    ("Nguyễn Văn Con", "Nguyễn Văn Con", ""),
    ("NGUYỄN THỊ EM", "Nguyễn Thị Em", "case"),
    ("Nguyễn Văn Cộng", "Nguyễn Văn Cộng", ""),
    ("Trần Văn Nam và Lê Thị Hoa", "Trần Văn Nam + Lê Thị Hoa", "two_people"),
    ("Trần Văn Nam +\nLê Thị Hoa", "Trần Văn Nam + Lê Thị Hoa", "spaces two_people"),
    ("Trần Văn Nam\nLê Thị Hoa", "Trần Văn Nam + Lê Thị Hoa", "spaces two_people"),
    ("Trần Văn Nam (Tí)/ Bà Lê Hoa", "Trần Văn Nam + Bà Lê Hoa", "nickname two_people"),
    ("Trần Văn Nam, Lê Thị Hoa", "Trần Văn Nam + Lê Thị Hoa", "two_people"),
]

REFUSED = [
    ("", "placeholder"), ("-", "placeholder"), ("...", "placeholder"), ("x", "placeholder"),
    ("Không có", "placeholder"), ("(chưa rõ)", "placeholder"),
    ("0", "not_a_name"), ("036095020263", "not_a_name"), ("12/05/1990", "not_a_name"),
    ("AstraZeneca", "not_a_name"), ("Janssen", "not_a_name"), ("Moderna mũi 2", "not_a_name"),
    ("M2 Pfizer", "not_a_name"),
    ("ABDALA - lần II", "not_a_name"), ("Pfizer-BioNTech", "not_a_name"), ("Vắc xin Moderna", "not_a_name"),
    ("Vero Cell 2", "not_a_name"), ("- Tổng cộng", "not_a_name"),
    ("CTY TNHH Hoa Mai", "not_a_name"),
    ("ngày 12 tháng 5 năm 1990", "not_a_name"), ("Tổ 12, 0961852275", "not_a_name"), ("Ьь", "not_a_name"),
    ("a" * (NAME_LIMIT + 1), "too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "name", "findings"), RESTORED + KEPT)
def test_names(written: str, name: str, findings: str) -> None:
    cleaned = clean_name(written)
    assert cleaned.name == name
    assert {code.removeprefix("name_") for code in cleaned.findings} == set(findings.split())


@pytest.mark.parametrize(("written", "finding"), REFUSED)
def test_what_is_no_name(written: str, finding: str) -> None:
    cleaned = clean_name(written)
    assert (cleaned.name, cleaned.key, cleaned.fold) == (None, None, None)
    assert cleaned.findings == (f"name_{finding}",)


def test_nothing_gives_nothing() -> None:
    assert clean_name(None).findings == ()
    assert clean_name(None).name is None


def test_what_is_known_of_the_column_is_used() -> None:
    assert clean_name("Vò Lan").name == "Vò Lan"
    assert clean_name("Vò Lan", encoding="tcvn3").name == "Vũ Lan"


@pytest.mark.parametrize("name", ["Stefan Janssen", "Karim Abdala", "Anna Moderna", "Charles Pfizer"])
def test_people_may_bear_the_name_of_a_product(name: str) -> None:
    assert clean_name(name).name == name
    assert clean_names(pa.array([name.upper()])).name.to_pylist() == [name]


def test_a_products_name_alone_is_a_name_where_somebody_has_said_so() -> None:
    assert clean_name("Janssen", told=True).name == "Janssen"
    assert clean_names(pa.array(["Janssen", None]), told=True).name.to_pylist() == ["Janssen", None]
    assert clean_name("Moderna mũi 2", told=True).name is None


def test_keys_come_with_the_name() -> None:
    cleaned = clean_name("Hoà, Huỳnh Thị")
    assert cleaned.key == "HUYfNH<THIj<HOfA"
    assert cleaned.fold == "HOA<HOANG<THI"
    assert clean_name("王小明").key is None


def test_every_finding_has_its_sentences() -> None:
    assert {code.code for code in list_codes().values() if code.stage == "cleaning_names"} == set(FINDINGS)
    for code in FINDINGS:
        assert get_code(code).field == "name"
