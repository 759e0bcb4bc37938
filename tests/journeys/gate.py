"""What the tests of the gate share: a server on a free port, a browser, the texts of the demonstration."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from xacthuc.runs.gate_samples import make_samples
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
def launch(*arguments: str) -> Iterator[Browser]:
    """Open a browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        yield opened
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
