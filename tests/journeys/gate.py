"""What the tests of the gate share: a server on a free port, a browser, the texts of the demonstration."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from xacthuc.runs.gate_samples import draw, make_samples
from xacthuc.runs.serving import open_server

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).resolve().parents[2] / "verifier"
PHONE = {"width": 360, "height": 740}
READY = "body[data-ready=yes]"


@contextmanager
def serve(made: Mapping[str, bytes], *, port: int = 0) -> Iterator[str]:
    """Serve the gate while the block lasts; gives its address."""
    server = open_server(FOLDER, port=port, made=made)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def start() -> Iterator[Playwright]:
    """Start what drives browsers; a process can have one at a time."""
    with sync_playwright() as playwright:
        yield playwright


def miss(what: str) -> None:
    """Skip for want of something; where all has to be there, fail."""
    (pytest.fail if os.environ.get("XACTHUC_REQUIRE_ALL") == "1" else pytest.skip)(what)


@contextmanager
def launch(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """Open a browser."""
    if not Path(CHROMIUM).exists():
        miss(f"{CHROMIUM} is not here: apt-get install chromium")
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *arguments])
    try:
        yield opened
    finally:
        opened.close()


def make_demonstration() -> tuple[dict[str, bytes], dict[str, str]]:
    """Give the files of the demonstration, and its texts by name."""
    files = make_samples(now=datetime.now(UTC))
    return files, {one["name"]: one["text"] for one in json.loads(files["samples.json"])}


def paste(page: Page, text: str) -> None:
    """Check a text by hand."""
    page.click("#open-paste")
    page.fill("#paste-text", text)
    page.click("#paste-form button[type=submit]")
    page.wait_for_selector("#verdict:not([hidden])")


def write_film(text: str, path: Path) -> Path:
    """Write what a camera would see: a code on a grey wall, not quite straight, a little out of focus."""
    code = Image.open(io.BytesIO(draw(text))).convert("L").resize((430, 430), Image.Resampling.BILINEAR)
    wall = Image.new("L", (640, 480), 120)
    turned = code.rotate(4, expand=True, fillcolor=120).filter(ImageFilter.GaussianBlur(0.6))
    wall.paste(turned.resize((460, 460)), (90, 10))
    frame = io.BytesIO()
    wall.convert("RGB").save(frame, "JPEG", quality=88)
    path.write_bytes(frame.getvalue() * 5)
    return path
