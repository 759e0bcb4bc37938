"""Take the pictures of the documents from what `make demo` has made: python docs/screenshots.py"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DEMO = ROOT / "demo"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Write report-desktop.png, report-phone.png and explain.png."""
    if not (DEMO / "province" / "report.html").exists():
        sys.exit("run make demo first")
    page_of_record = explain_one(DEMO / "province", IMAGES / "explain.html")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name, path, width, height in (
            ("report-desktop", DEMO / "province" / "report.html", 1280, 1800),
            ("report-phone", DEMO / "province" / "report.html", 360, 1500),
            ("explain", page_of_record, 900, 1000),
        ):
            page: Page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(path.as_uri())
            page.screenshot(path=IMAGES / f"{name}.png", full_page=name == "explain")
        browser.close()
    page_of_record.unlink()


def explain_one(out: Path, page: Path) -> Path:
    """Write the explanation of a record that has a sure proposal and several reasons."""
    verdicts = pq.read_table(out / "verdicts.parquet", columns=["record", "identity", "sure", "reasons"]).to_pylist()
    record = next(v["record"] for v in verdicts if v["identity"] == "NO_NUMBER" and v["sure"] and len(v["reasons"]) > 1)
    command = [sys.executable, "-c", "from xacthuc.cli import main; main()"]
    subprocess.run([*command, "explain", record, "--out", str(out), "--html", str(page)], check=True, cwd=ROOT)
    return page


if __name__ == "__main__":
    main()
