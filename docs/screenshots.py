"""Take the pictures of the documents: python docs/screenshots.py

Those of the report come from what `make demo` has made; those of certificates are specimens of an invented person.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pypdfium2
from playwright.sync_api import Page, sync_playwright

from xacthuc.certificates.paper_text import read_paper
from xacthuc.certificates.press import Press

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
IMAGES = ROOT / "docs" / "images"
DEMO = ROOT / "demo"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


def main() -> None:
    """Write report-desktop.png, report-phone.png, explain.png, and certificate-*.png."""
    draw_certificates()
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


def draw_certificates() -> None:
    """Write a certificate in each form, as it comes out of the printer."""
    from certificates import make_issuer, make_payload

    text = make_issuer().issue(make_payload())
    paper = replace(read_paper(text, nationality="VN", evidence="both"), specimen=True)
    press = Press()
    for form, dpi, pages in (("a4", 80, 1), ("card", 150, 2), ("folding", 80, 1)):
        document = pypdfium2.PdfDocument(press.print_pdf(paper, text, form=form))
        for number in range(pages):
            picture = document[number].render(scale=dpi / 72).to_pil()
            if form == "folding":
                picture = picture.crop((0, 0, picture.width, picture.height * 2 // 5))
            name = f"certificate-{form}{'-back' if number else ''}.png"
            picture.quantize(256).save(IMAGES / name, optimize=True)
        document.close()


if __name__ == "__main__":
    main()
