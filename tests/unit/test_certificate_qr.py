"""QR symbols: as a matrix, SVG and PNG; what no symbol is made of; how large they are printed."""

from __future__ import annotations

import random
import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from certificate_papers import ALPHABET, make_text
from xacthuc.certificates.press import SIDES_MM
from xacthuc.certificates.qr import (
    ALTERNATIVE_EN,
    ALTERNATIVE_VI,
    LONGEST,
    MOST_MODULES,
    QUIET_ZONE,
    Symbol,
    SymbolRefused,
    is_print_size,
    make_symbol,
    write_path,
    write_png,
    write_svg,
)
from xacthuc.findings import get_code


@pytest.mark.parametrize("length", [20, 420, 538, 844, 1038])
def test_a_symbol_of_level_m_is_read_back(length: int) -> None:
    text = make_text(length)
    symbol = make_symbol(text)
    assert symbol.level == "M"
    assert len(symbol.modules) == symbol.size**2
    read = zxingcpp.read_barcodes(draw(symbol))
    assert [(code.text, code.ec_level) for code in read] == [(text, "M")]


def draw(symbol: Symbol) -> Image.Image:
    """Give a picture of a symbol from its matrix, in another way than the module does."""
    whole = symbol.size + 2 * QUIET_ZONE
    picture = Image.new("L", (whole, whole), 255)
    for y, row in enumerate(symbol.rows()):
        for x, dark in enumerate(row):
            picture.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0 if dark else 255)
    return picture.resize((4 * whole, 4 * whole), Image.Resampling.NEAREST)


def test_the_path_has_the_dark_modules_and_no_other() -> None:
    symbol = make_symbol(make_text(420))
    drawn = [[False] * symbol.size for _ in range(symbol.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", write_path(symbol)):
        for step in range(int(length)):
            drawn[int(y)][int(x) + step] = True
    assert drawn == symbol.rows()


def test_svg_has_its_size_quiet_zone_and_alternative_in_both_languages() -> None:
    symbol = make_symbol(make_text(538))
    root = ElementTree.fromstring(write_svg(symbol, side_mm=50))
    whole = symbol.size + 2 * QUIET_ZONE
    assert root.get("viewBox") == f"0 0 {whole} {whole}"
    assert float((root.get("width") or "").removesuffix("mm")) == pytest.approx(50 * whole / symbol.size, abs=0.001)
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert list(named.values()) == [ALTERNATIVE_VI, ALTERNATIVE_EN]
    assert (root.get("aria-labelledby") or "").split() == list(named)


def test_png_has_whole_pixels_its_size_and_its_alternative() -> None:
    text = make_text(538)
    symbol = make_symbol(text)
    png = write_png(symbol, side_mm=50, dpi=300)
    with Image.open(BytesIO(png)) as picture:
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]
    with Image.open(BytesIO(png)) as picture:
        scale = picture.width / (symbol.size + 2 * QUIET_ZONE)
        assert scale == int(scale)
        assert picture.info["dpi"][0] >= 299
        assert symbol.size * scale / picture.info["dpi"][0] * 25.4 == pytest.approx(50, abs=0.1)
        assert (picture.info["Title"], picture.info["Description"]) == (ALTERNATIVE_VI, ALTERNATIVE_EN)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "paper_qr_letters"),
        ("HC1:Đ", "paper_qr_letters"),
        ("HC1:\n", "paper_qr_letters"),
        ("HC1:\x00", "paper_qr_letters"),
        ("A" * (LONGEST + 1), "paper_qr_long"),
        ("a" * 2_000, "paper_qr_long"),
        (ALPHABET * 34, "paper_qr_long"),
    ],
    ids=["nothing", "a letter with marks", "a line end", "a zero", "more than is looked at", "bytes", "signs"],
)
def test_what_becomes_no_symbol(text: str, code: str) -> None:
    with pytest.raises(SymbolRefused) as refused:
        make_symbol(text)
    assert refused.value.code == code
    assert get_code(code).kind == "refused"
    assert str(refused.value) == code


@pytest.mark.parametrize("length", [420, 1038, 1_400])
def test_no_symbol_is_finer_than_a_phone_reads(length: int) -> None:
    symbol = make_symbol(make_text(length))
    assert symbol.size <= MOST_MODULES
    assert min(SIDES_MM.values()) / MOST_MODULES > 0.35  # mm


@pytest.mark.parametrize(("side", "dpi"), [(50.0, 6_000), (5_000.0, 300), (0.0, 300), (-1.0, 300)])
def test_a_picture_of_no_sensible_size_is_refused(side: float, dpi: int) -> None:
    symbol = make_symbol(make_text(420))
    with pytest.raises(SymbolRefused, match="paper_qr_size"):
        write_png(symbol, side_mm=side, dpi=dpi)


def test_official_print_sizes() -> None:
    assert is_print_size(SIDES_MM["a4"], use="personal")
    assert is_print_size(SIDES_MM["card"], use="card")
    assert is_print_size(SIDES_MM["folding"], use="card")
    assert not is_print_size(49.9, use="personal")
    assert not is_print_size(43.0, use="card")
    assert not is_print_size(149.0, use="place")


def test_any_printable_text_is_read_back_or_refused() -> None:
    chance = random.Random(18004)
    for _ in range(40):
        text = "".join(chr(chance.randrange(32, 127)) for _ in range(chance.randrange(1, 900)))
        read = zxingcpp.read_barcodes(draw(make_symbol(text)))
        assert [code.text for code in read] == [text]
