"""The report in a real browser: read at three widths, in two languages, by mouse, keyboard and printer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
from reporting_country import write_country

from xacthuc.reporting.report import build_report, render_report
from xacthuc.reporting.tables import ORDER, Tables

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (360, 768, 1280)
# Contrast of every text with what lies behind it, as WCAG 2 counts it; needs 4.5, large text 3.
FAINT_TEXTS = """() => {
  const light = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const lum = v => 0.2126 * light(v[0]) + 0.7152 * light(v[1]) + 0.0722 * light(v[2]);
  const parse = s => s.match(/[\\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const b = parse(getComputedStyle(e).backgroundColor);
    if (b.length < 4 || b[3] > 0) return b; } return [255, 255, 255]; };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg, script, style") || !e.offsetParent) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [lum(parse(style.color)), lum(behind(e))].sort((x, y) => y - x);
    const enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 600) ? 3 : 4.5;
    if ((a + 0.05) / (b + 0.05) < enough) faint.push(e.textContent.trim().slice(0, 40));
  }
  return faint; }"""
CUT_OFF = """() => [...document.querySelectorAll("main *, header *")].filter(e => !e.closest("svg") && e.offsetParent
  && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)).length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("XACTHUC_REQUIRE_ALL") == "1":
            pytest.fail(f"{CHROMIUM} is not here: apt-get install chromium")
        pytest.skip(f"{CHROMIUM} is not here: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name, provinces in (("nation", None), ("province", ("49",))):
        paths = write_country(folder / name, lines=1500, provinces=provinces, per_district=1)
        as_of = date(2021, 12, 15)
        made[name] = build_report(folder / name / "out", **paths, as_of=as_of, title="Kết quả xác thực")[0].as_uri()
    tables = {table: pq.read_table(folder / f"nation/out/tables/{table}.parquet") for table in ORDER}
    grown = Tables(**{name: grow(table) for name, table in tables.items()})
    page = folder / "large.html"
    page.write_text(render_report(grown, as_of=as_of, title="Kết quả xác thực"), encoding="utf-8")
    return made | {"large": page.as_uri()}


def grow(table: pa.Table) -> pa.Table:
    """Multiply every count to the size of a nation: a hundred million doses."""
    for place, field in enumerate(table.schema):
        if field.type == pa.int64() and field.name != "rank":
            table = table.set_column(place, field, pc.multiply(table.column(place), 66_667))
    return table


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["nation", "province", "large"])
def test_nothing_is_cut_off_and_nothing_scrolls_sideways(
    page: Page, pages: dict[str, str], name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(pages[name])
    for language in ("en", "vi"):
        page.click(f"label[for=lang-{language}]")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CUT_OFF) == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_text_stands_out_from_its_ground(page: Page, pages: dict[str, str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(pages["nation"])
    assert page.evaluate(FAINT_TEXTS) == []


def test_vietnamese_comes_first_and_english_by_the_switch(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["nation"])
    assert page.get_by_role("heading", name="Sai ở đâu và cần làm gì").is_visible()
    assert page.get_by_role("heading", name="What is wrong and what to do").count() == 0
    page.focus("#lang-vi")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", name="What is wrong and what to do").is_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_province_on_the_map_opens_its_figures(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["nation"])
    page.locator('.prov[data-code="40"]').click()
    assert page.locator("#card-40").is_visible()
    assert page.locator(".card:visible").count() == 1
    page.locator(".isles-48 text.vi").first.click()
    assert page.locator("#card-48").is_visible()
    page.select_option("#pick-province", "56")
    assert page.locator("#card-56 h3").inner_text() == "Tỉnh Khánh Hòa"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_archipelagos_are_named_within_the_map(
    page: Page, pages: dict[str, str], width: int, language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(pages["nation"])
    page.click(f"label[for=lang-{language}]")
    frame = page.locator(".frame").bounding_box()
    assert frame is not None
    texts = page.locator(f".isles text.{language}")
    assert texts.count() == 4
    for number in range(4):
        box = texts.nth(number).bounding_box()
        assert box is not None
        assert frame["x"] <= box["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]


def test_districts_unfold_by_keyboard(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["nation"])
    button = page.locator("#units button").first
    below = page.locator("#" + str(button.get_attribute("aria-controls")))
    assert not below.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert below.is_visible()
    assert button.get_attribute("aria-expanded") == "true"


def test_units_are_put_in_the_order_asked_for(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["nation"])
    page.select_option("#order", "name")
    codes = page.eval_on_selector_all("#units tbody.group", "rows => rows.map(row => row.dataset.name)")
    assert codes == sorted(codes)
    page.select_option("#order", "both")
    shares = page.eval_on_selector_all("#units tbody.group", "rows => rows.map(row => Number(row.dataset.both))")
    assert shares == sorted(shares)


def test_without_script_everything_is_there(browser: Browser, pages: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["nation"])
    assert page.locator("tr.under").first.is_visible()
    page.click("label[for=lang-en]")
    assert page.get_by_role("heading", name="Two verdicts, two authorities").is_visible()
    context.close()


def test_it_prints_on_a4(page: Page, pages: dict[str, str], tmp_path: Path) -> None:
    page.goto(pages["province"])
    page.emulate_media(media="print")
    assert not page.locator(".langs").is_visible()
    page.set_viewport_size({"width": 695, "height": 1000})  # the width of A4 within its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 695
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.9" in printed or b"/MediaBox [0 0 595" in printed
