"""A record through the whole platform, in a real browser: sent in, settled by the police, signed, green at the gate."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate import PHONE, READY, launch, paste, start
from playwright.sync_api import Browser, Page

from line import write_workbook
from village import HEADINGS, note_person, write_register
from xacthuc.certificates.pictures import read_codes
from xacthuc_server.site.register import find_port
from xacthuc_server.site.serving import Site, run_site

ROOT = Path(__file__).resolve().parents[2]
PASSWORD, SECRET = "trinh-dien-cong-khai", "XACTHUCTRINHDIEN"  # of the demonstration's staff
DOSES = ("AstraZeneca", "CTMAV562", "01/09/2021", "AstraZeneca", "CTMAV563", "01/12/2021")
PATIENCE = 60_000  # milliseconds that a job may take on a busy machine


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Start the platform with the village's register and the demonstration's staff."""
    folder = Path(tempfile.mkdtemp(prefix="xacthuc-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        source = write_register(folder / "register.csv")
        run("register", "prepare", source, "--out", folder / "prepared", "--model", ROOT / "conformance" / "model.json")
        with run_site(folder / "site", port=find_port(), register=folder / "prepared") as running:
            code = (
                "import django; django.setup()\n"
                "from django.utils import timezone\n"
                "from xacthuc_server.demonstration import COMMUNE, make_cast\n"
                "make_cast(commune=COMMUNE, now=timezone.now())\n"
            )
            subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=running.environment, check=True)
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(*words: object) -> None:
    code = "from xacthuc.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True, capture_output=True, env={**os.environ})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start() as playwright, launch(playwright) as opened:
        yield opened


def write_list(folder: Path) -> Path:
    """Write a station's workbook: two people with two doses each, one of them without the marks of the name."""
    across = [
        *HEADINGS, "Vắc xin mũi 1", "Số lô mũi 1", "Ngày tiêm mũi 1", "Vắc xin mũi 2", "Số lô mũi 2", "Ngày tiêm mũi 2",
    ]  # fmt: skip
    rows = [[*note_person(0), *DOSES], [*note_person(1, name="Tran Van Binh"), *DOSES]]
    return write_workbook(folder / "danh sach.xlsx", {"Thôn 1": [across, *rows]})


def tell_code() -> str:
    """Give the six digits of the second factor. Source: RFC 6238."""
    digest = hmac.new(base64.b32decode(SECRET), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def log_in(browser: Browser, site: Site, login: str) -> Page:
    """Open the site as somebody of the demonstration."""
    page = browser.new_context().new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site.address}/accounts/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit], main form button:not([form])")
    page.fill("[name=code]", tell_code())
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=Việc hôm nay")
    return page


def wait_for(page: Page, address: str, selector: str) -> None:
    """Reload a page until something is on it: jobs take their time."""
    until = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < until:
        page.goto(address)
        if page.query_selector(selector):
            return
        time.sleep(0.5)
    raise AssertionError(f"{selector} did not come: {page.inner_text('main')}")


def test_a_record_goes_all_the_way(site: Site, browser: Browser, tmp_path: Path) -> None:
    head = log_in(browser, site, "coso")
    head.goto(f"{site.address}/uploads/")
    head.set_input_files("input[type=file]", write_list(tmp_path))
    if head.query_selector("main form button:visible"):
        head.click("main form button")
    officer = log_in(browser, site, "congan")
    wait_for(officer, f"{site.address}/work/", "main table a")
    officer.click("main table a")
    assert "Tran Van Binh" in officer.inner_text("main")
    officer.click("[data-key=l]")
    assert "Trần Văn Bình" in officer.inner_text("main")
    officer.click("[data-key='1']")
    wait_for(officer, f"{site.address}/work/", ".empty")
    wait_for(head, f"{site.address}/signing/", "[data-key=s]")
    head.click("[data-key=s]")
    person = find_person(head, site, "Tran Van Binh")
    wait_for(head, f"{person}certificates/", ".verdict.good")
    printed = head.request.get(site.address + str(head.get_attribute("[data-key=i]", "href")))
    assert printed.headers["content-type"] == "application/pdf"
    assert read_gate(browser, site, next(iter(read_codes(printed.body())))) == "CHỨNG NHẬN THẬT"


def find_person(page: Page, site: Site, name: str) -> str:
    page.goto(f"{site.address}/people/")
    page.fill("[name=q]", name)
    page.press("[name=q]", "Enter")
    link = page.wait_for_selector("main table a, main li a")
    assert link is not None
    return site.address + str(link.get_attribute("href"))


def read_gate(browser: Browser, site: Site, text: str) -> str:
    """Give the large word of the gate that the site serves."""
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{site.address}/gate/")
    page.wait_for_selector(READY)
    paste(page, text)
    return page.inner_text("#word")
