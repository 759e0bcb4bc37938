"""The gate in a real browser: camera, picture and paste; with no network; nothing of a holder kept or sent."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gate import PHONE, READY, launch, make_demonstration, miss, paste, serve, start, write_film
from playwright.sync_api import Browser, Page, Playwright

from xacthuc.runs.gate_samples import draw

WORDS = {
    "green": ("good", "CHỨNG NHẬN THẬT", "GENUINE"),
    "rule": ("good", "CHỨNG NHẬN THẬT", "GENUINE"),
    "expired": ("stop", "HẾT HẠN", "EXPIRED"),
    "revoked": ("bad", "ĐÃ THU HỒI", "REVOKED"),
    "forged": ("bad", "CHỮ KÝ SAI", "FORGED"),
    "unknown": ("bad", "KHÔNG RÕ NƠI CẤP", "ISSUER UNKNOWN"),
    "card": ("look", "KHÔNG CÓ CHỮ KÝ", "NOT SIGNED"),
    "personal": ("look", "KHÔNG CÓ CHỮ KÝ", "NOT SIGNED"),
}
# What a browser keeps of a page: names and values of its storage, and what its caches and databases are called.
KEPT = """async () => {
  const list = async (name) => [name, (await (await caches.open(name)).keys()).map((one) => one.url).sort()];
  return JSON.stringify({
    local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie,
    caches: await Promise.all((await caches.keys()).sort().map(list)),
    databases: (await indexedDB.databases()).map((one) => one.name),
  });
}"""


@pytest.fixture(scope="module")
def demonstration() -> tuple[dict[str, bytes], dict[str, str]]:
    return make_demonstration()


@pytest.fixture(scope="module")
def place(demonstration: tuple[dict[str, bytes], dict[str, str]]) -> Iterator[str]:
    with serve(demonstration[0]) as address:
        yield address


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with start() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, place: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(place)
    opened.wait_for_selector(READY)
    yield opened
    context.close()
    assert not said


def choose_place(page: Page, province: str, *, least: str = "green", day: str = "") -> None:
    page.click("#open-settings")
    page.select_option("#province", province)
    page.select_option("#least", least)
    page.fill("#rule-day", day)
    page.click("#settings-dialog button[type=submit]")


@pytest.mark.parametrize("name", WORDS)
def test_each_text_has_its_own_verdict(page: Page, demonstration: Any, name: str) -> None:
    tone, vi, en = WORDS[name]
    paste(page, demonstration[1][name])
    assert page.get_attribute("#band", "data-tone") == tone
    assert page.inner_text("#word") == vi
    assert page.locator("#icon svg").count() == 1
    page.click("#language")
    assert page.inner_text("#word") == en
    assert page.evaluate("document.activeElement.id") in {"verdict", "language"}


def test_who_is_not_proved_is_not_named(page: Page, demonstration: Any) -> None:
    for name in ("forged", "unknown"):
        paste(page, demonstration[1][name])
        assert "Đào" not in page.inner_text("#verdict")
        page.click("#again")
    paste(page, demonstration[1]["green"])
    shown = page.inner_text("#verdict")
    assert all(said in shown for said in ("Nguyễn Thị Minh Đào", "NGUYEN THI MINH DAO", "14/03/1986"))
    page.click("#again")
    assert "Đào" not in page.content()


def test_the_rules_of_a_place_and_a_day_say_why(page: Page, demonstration: Any) -> None:
    choose_place(page, "56")
    paste(page, demonstration[1]["green"])
    assert page.inner_text("#word") == "HỢP LỆ"
    assert "Thẻ xanh" in page.inner_text("#facts")
    page.click("#again")
    paste(page, demonstration[1]["rule"])
    assert (page.inner_text("#word"), page.get_attribute("#band", "data-tone")) == ("CHƯA ĐỦ ĐIỀU KIỆN", "stop")
    assert page.inner_text("#reason").startswith("Mũi 2 tiêm 9 ngày trước, cần 14 ngày.")
    page.click("#again")
    choose_place(page, "56", least="yellow")
    paste(page, demonstration[1]["rule"])
    assert "Thẻ vàng" in page.inner_text("#facts")
    page.click("#again")
    choose_place(page, "56", day="2021-10-15")
    assert "15/10/2021" in page.inner_text("#note")
    paste(page, demonstration[1]["green"])
    assert page.inner_text("#reason").startswith("Ngày tiêm trên chứng nhận chưa tới.")


def test_it_works_when_the_server_is_gone(demonstration: Any, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE)
    opened = context.new_page()
    with serve(demonstration[0]) as address:
        opened.goto(address)
        opened.wait_for_selector(READY)
    opened.reload()
    opened.wait_for_selector(READY)
    assert "Dùng được khi mất mạng" in opened.inner_text("#standing")
    for name in ("green", "revoked", "forged"):
        paste(opened, demonstration[1][name])
        assert opened.inner_text("#word") == WORDS[name][1]
        opened.click("#again")
    opened.set_input_files(
        "#file", {"name": "x.png", "mimeType": "image/png", "buffer": draw(demonstration[1]["green"])}
    )
    opened.wait_for_selector("#verdict:not([hidden])")
    assert opened.inner_text("#word") == WORDS["green"][1]
    context.close()


def test_nothing_of_a_holder_is_kept_or_sent(page: Page, demonstration: Any) -> None:
    before, sent = page.evaluate(KEPT), []
    page.on("request", lambda request: sent.append(request.url))
    for text in demonstration[1].values():
        paste(page, text)
        page.click("#again")
    page.set_input_files("#file", {"name": "x.png", "mimeType": "image/png", "buffer": draw(demonstration[1]["green"])})
    page.wait_for_selector("#verdict:not([hidden])")
    page.click("#again")
    assert page.evaluate(KEPT) == before
    assert [url for url in sent if not url.endswith("/icons/icon.svg")] == []  # the browser fetches it when it likes


def test_a_page_of_the_gate_says_nothing_serious_to_axe(page: Page, demonstration: Any) -> None:
    """The checker is not part of the project: npm pack axe-core, and its axe.min.js in AXE, as .ci/run does."""
    script = Path(os.environ.get("AXE", ""))
    if not script.is_file():
        miss("AXE does not name the axe.min.js of axe-core")
    found = []
    for state in ("scan", "settings", "paste", *WORDS):
        if state in WORDS:
            paste(page, demonstration[1][state])
        elif state != "scan":
            page.click(f"#open-{state}")
        page.evaluate(script.read_text(encoding="utf-8"))
        told = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        found += [(state, one["id"], one["impact"], one["nodes"][0]["html"][:120]) for one in told["violations"]]
        if state in WORDS:
            page.click("#again")
        elif state != "scan":
            page.click(f"#{state}-dialog .row button")
    assert not [one for one in found if one[2] in ("serious", "critical")], found
    assert not found


def test_pictures_without_a_code_and_files_that_are_none(page: Page) -> None:
    from PIL import Image

    empty = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(empty, "PNG")
    for data, said in ((empty.getvalue(), "Không tìm thấy mã QR"), (b"no picture", "Không mở được tệp")):
        page.set_input_files("#file", {"name": "x.png", "mimeType": "image/png", "buffer": data})
        page.wait_for_selector("#verdict:not([hidden])")
        assert said in page.inner_text("#reason")
        page.click("#again")


def test_a_clock_that_is_wrong_accepts_nobody(browser: Browser, place: str, demonstration: Any) -> None:
    context = browser.new_context(viewport=PHONE)
    context.add_init_script("const real = Date.now; Date.now = () => real() - 3 * 86400000;")
    opened = context.new_page()
    opened.goto(place)
    opened.wait_for_selector(READY)
    assert "3 ngày" in opened.inner_text("#alarm")
    paste(opened, demonstration[1]["rule"])
    assert opened.get_attribute("#band", "data-tone") == "stop"
    context.close()


def test_lists_that_are_too_old_accept_nobody(browser: Browser, demonstration: Any) -> None:
    context = browser.new_context(viewport=PHONE)
    opened = context.new_page()
    with serve(demonstration[0]) as address:
        opened.goto(address)
        opened.wait_for_selector(READY)
    opened.add_init_script("const real = Date.now; Date.now = () => real() + 8 * 86400000;")
    opened.reload()
    opened.wait_for_selector(READY)
    assert "quá hạn" in opened.inner_text("#standing")
    paste(opened, demonstration[1]["green"])
    assert (opened.inner_text("#word"), opened.get_attribute("#band", "data-tone")) == ("CHƯA KẾT LUẬN ĐƯỢC", "stop")
    context.close()


def test_a_keyboard_is_enough(page: Page, demonstration: Any) -> None:
    page.focus("#open-paste")
    page.keyboard.press("Enter")
    page.keyboard.type("001186000123||Nguyễn Thị Minh Đào|14031986|Nữ|Hà Nội|20052021")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "verdict"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#scan:not([hidden])")


@pytest.mark.parametrize("name", ["green", "revoked", "expired", "forged", "rule", "card"])
def test_a_camera_sees_a_code_and_says_what_it_is(
    playwright: Playwright, place: str, demonstration: Any, tmp_path: Path, name: str
) -> None:
    film = write_film(demonstration[1][name], tmp_path / "film.mjpeg")
    camera = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with launch(playwright, *camera) as opened:
        context = opened.new_context(viewport=PHONE, permissions=["camera"])
        page = context.new_page()
        page.goto(place)
        page.wait_for_selector(READY)
        choose_place(page, "56")
        page.click("#start")
        page.wait_for_selector("#verdict:not([hidden])")
        wanted = {"green": "HỢP LỆ", "rule": "CHƯA ĐỦ ĐIỀU KIỆN"}.get(name, WORDS[name][1])
        assert page.inner_text("#word") == wanted
        context.close()
