"""Certificates on paper: foreign readers read them, screen readers are told what is there, nothing is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from certificate_papers import DOSE, PAPER, draw_pages, issue_text, make_text, read_by_zbar, read_words
from certificates import AT, EXPIRES, ISSUED, make_signer, make_trust
from xacthuc.certificates.fonts import FontUnusable, list_letters
from xacthuc.certificates.paper import DOSES, NAME_LENGTH, TEXT_LENGTH, Evidence, Paper, PaperRefused, word_date
from xacthuc.certificates.pictures import read_codes
from xacthuc.certificates.press import Form, Press
from xacthuc.certificates.verify import verify
from xacthuc.findings import get_code

TEXT = make_text(538)
PAGES: dict[Form, int] = {"a4": 1, "card": 2, "folding": 1}

each_form = pytest.mark.parametrize("form", PAGES)


@cache
def press() -> Press:
    return Press()


@each_form
@pytest.mark.parametrize("length", [420, 538, 700, 844, 1038])
def test_foreign_readers_read_the_page_at_150_dots(form: Form, length: int, tmp_path: Path) -> None:
    text = make_text(length)
    page = draw_pages(press().print_pdf(PAPER, text, form=form), dpi=150)[-1]
    read = zxingcpp.read_barcodes(page)
    assert [(code.text, code.ec_level) for code in read] == [(text, "M")]
    assert read_by_zbar(page, folder=tmp_path) == [text]


@each_form
def test_what_is_issued_is_accepted_from_paper(form: Form) -> None:
    text = issue_text(make_signer(), issued=ISSUED, expires=EXPIRES)
    (read,) = read_codes(press().print_pdf(PAPER, text, form=form))
    assert verify(read, trust=make_trust(), at=AT).accepted


@each_form
def test_a_specimen_is_read_as_well(form: Form, tmp_path: Path) -> None:
    text = make_text(1038)
    page = draw_pages(press().print_pdf(replace(PAPER, specimen=True), text, form=form))[-1]
    assert read_by_zbar(page, folder=tmp_path) == [text]


@each_form
def test_what_is_printed(form: Form) -> None:
    words = read_words(press().print_pdf(PAPER, TEXT, form=form))
    shown = (
        "Nguyễn Thị Đào",
        "NGUYEN THI DAO",
        "03/02/1980",
        "3 Feb 1980",
        "Việt Nam",
        "2/2",
        "01/09/2021",
        "1 Sep 2021",
    )
    shown += (
        "Vero Cell",
        "Beijing Institute",
        "Bộ Y tế",
        "01/05/2023",
        "1 May 2023",
        "COVID-19 vaccination certificate",
    )
    for said in shown:
        assert said in words
    assert PAPER.identifier in words.replace(" ", "")


def test_every_dose_is_in_the_table() -> None:
    doses = tuple(
        replace(DOSE, number=number, series=DOSES, day=f"2021-09-{number:02}") for number in range(1, DOSES + 1)
    )
    pdf = press().print_pdf(replace(PAPER, doses=doses), TEXT)
    assert len(draw_pages(pdf, dpi=20)) == 1
    words = read_words(pdf)
    assert all(f"{dose.number}/{DOSES} {word_date(dose.day)[0]}" in words for dose in doses)


@pytest.mark.parametrize(
    ("evidence", "site", "police"),
    [
        ("self-declared", "chưa ký", "chưa xác thực"),
        ("site-signed", "đã ký", "chưa xác thực"),
        ("identity settled", "chưa ký", "đã xác thực"),
        ("both", "đã ký", "đã xác thực"),
    ],
)
@each_form
def test_the_evidence_is_said_in_words(form: Form, evidence: Evidence, site: str, police: str) -> None:
    words = read_words(press().print_pdf(replace(PAPER, evidence=evidence), TEXT, form=form))
    assert f"Cơ sở tiêm chủng {site}" in words
    assert f"Công an {police}" in words


@pytest.mark.parametrize("doses", [1, 4, DOSES])
@each_form
def test_the_longest_texts_are_shown_whole(form: Form, doses: int) -> None:
    family, given = ("Ngŭyễn Hđơk " * 7)[:NAME_LENGTH].strip(), ("Thị Ỹ Nhĭ " * 8)[:NAME_LENGTH].strip()
    dose = replace(
        DOSE,
        vaccine=fill("vaccine", TEXT_LENGTH),
        product=fill("product", TEXT_LENGTH),
        manufacturer=fill("maker", TEXT_LENGTH),
    )
    long = replace(
        PAPER,
        family=family,
        given=given,
        issuer=fill("issuer"),
        nationality=fill("nation"),
        doses=(dose,) * doses,
        country=fill("land"),
    )
    pdf = press().print_pdf(replace(long, identifier=("URN:UVCI:01:VN:" + "A1B2" * 30)[:NAME_LENGTH]), TEXT, form=form)
    assert len(draw_pages(pdf, dpi=20)) == PAGES[form]
    words = read_words(pdf).replace(" ", "").lower()
    for text in (family, given, dose.product, dose.manufacturer, long.issuer, long.nationality or ""):
        assert text.replace(" ", "").lower() in words
    assert "Công an đã xác thực" in read_words(pdf)
    assert is_white_around(draw_pages(pdf, dpi=50)[-1]) or form == "card"


def fill(word: str, length: int = NAME_LENGTH) -> str:
    return " ".join([word] * length)[:length].strip()


def is_white_around(page: Any) -> bool:
    """Tell whether nothing is printed at the edges of a page."""
    edges = (0, 0, page.width, 10), (0, 0, 10, page.height), (page.width - 10, 0, page.width, page.height)
    return all(page.convert("L").crop(edge).getextrema()[0] == 255 for edge in edges)


@each_form
def test_a_screen_reader_is_told(form: Form) -> None:
    pdf = press().print_pdf(PAPER, TEXT, form=form)
    document = pypdfium2.PdfDocument(pdf)
    title = document.get_metadata_value("Title")
    tagged = document.is_tagged()
    document.close()
    assert tagged
    assert title == "Giấy chứng nhận tiêm chủng COVID-19 · COVID-19 vaccination certificate"
    assert re.search(rb"/Lang ?\(vi", pdf)
    said = b"".join(pdf.split())
    assert b"pdfuaid:part>1</pdfuaid:part" in said
    assert b"pdfaid:part>2</pdfaid:part" in said
    assert len(re.findall(rb"/Alt ?[(<]", pdf)) == 1


def test_the_same_values_give_the_same_bytes() -> None:
    assert Press().print_pdf(PAPER, TEXT) == press().print_pdf(PAPER, TEXT)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"family": "", "given": ""}, "paper_text_missing"),
        ({"issuer": " "}, "paper_text_missing"),
        ({"identifier": ""}, "paper_text_missing"),
        ({"doses": (replace(DOSE, product=""),)}, "paper_text_missing"),
        ({"given": "A" * (NAME_LENGTH + 1)}, "paper_text_long"),
        ({"doses": (replace(DOSE, vaccine="A" * (TEXT_LENGTH + 1)),)}, "paper_text_long"),
        ({"given": "Đào\n"}, "paper_text_form"),
        ({"given": "Đào\u202e"}, "paper_text_form"),
        ({"given": "Đào\x00"}, "paper_text_form"),
        ({"given": "桃"}, "paper_letter_missing"),
        ({"expires": "2022-04-30"}, "paper_dates"),
        ({"issued": "2022-02-30"}, "paper_dates"),
        ({"issued": "2022-5-1"}, "paper_dates"),
        ({"issued": "2022"}, "paper_dates"),
        ({"issued": "2021-W01-1", "expires": "2022-W01-1"}, "paper_dates"),
        ({"birth_date": "1980-13"}, "paper_dates"),
        ({"doses": (replace(DOSE, day="2021-09"),)}, "paper_dates"),
        ({"doses": ()}, "paper_doses"),
        ({"doses": (DOSE,) * (DOSES + 1)}, "paper_doses"),
    ],
    ids=lambda given: given if isinstance(given, str) else "-".join(given),
)
def test_what_is_not_printed(changed: dict[str, Any], code: str) -> None:
    refuse(replace(PAPER, **changed), TEXT, code)


def refuse(paper: Paper, text: str, code: str) -> None:
    with pytest.raises(PaperRefused) as refused:
        press().print_pdf(paper, text)
    assert refused.value.code == code
    assert get_code(code).kind == "refused"
    assert str(refused.value) == code


def test_a_text_that_becomes_no_symbol_is_not_printed() -> None:
    refuse(PAPER, "A" * 5_000, "paper_qr_long")
    refuse(PAPER, "", "paper_qr_letters")


@pytest.mark.parametrize("name", ['"#panic()', "$x$ *_`@<a>", "\\u{41} // /* */", '[#eval("1")]', "= - + 1."])
def test_a_name_is_no_program(name: str) -> None:
    words = read_words(press().print_pdf(replace(PAPER, given=name), TEXT))
    assert " ".join(["Nguyễn", *name.split()]) in words


@pytest.mark.parametrize(
    ("written", "vi", "en"),
    [
        ("1980-02-03", "03/02/1980", "3 Feb 1980"),
        ("1980-02", "02/1980", "Feb 1980"),
        ("1980", "1980", "1980"),
        ("", "không rõ", "not known"),
    ],
)
def test_a_date_is_worded_in_both_languages(written: str, vi: str, en: str) -> None:
    assert word_date(written) == (vi, en)
    assert vi in read_words(press().print_pdf(replace(PAPER, birth_date=written), TEXT))


def test_letters_of_viet_nam_and_its_peoples_are_there() -> None:
    vietnamese = "ĂÂĐÊÔƠƯăâđêôơư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
    peoples = "ĔĬŎŬĕĭŏŭČčÑñŁłƀ̆̌̂"
    pdf = press().print_pdf(replace(PAPER, family=vietnamese[:NAME_LENGTH], given=peoples), TEXT)
    assert vietnamese[:40] in read_words(pdf).replace(" ", "")


def test_a_broken_font_is_refused(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"\0\1\0\0", b"\0\1\0\0\0\1" + bytes(6) + b"cmap" + b"\xff" * 12)):
        path = tmp_path / f"{number}.ttf"
        path.write_bytes(data)
        with pytest.raises(FontUnusable):
            list_letters(path)
