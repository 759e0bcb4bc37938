"""Take the pictures of docs/howto/gate.md on a phone of 360 x 740: python docs/gate_screenshots.py

All that is seen is the demonstration: people and keys are invented.
"""

from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from xacthuc.cli_gate import PAGE
from xacthuc.runs.gate_samples import make_samples
from xacthuc.runs.serving import open_server

IMAGES = Path(__file__).resolve().parent / "images"
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 360, "height": 740}
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
PROVINCE = "56"  # Khánh Hòa, whose card rules are in force in the data
ROWS = {
    "gate-good": ("start", "camera", "green"),
    "gate-refused": ("rule", "expired", "revoked"),
    "gate-doubt": ("forged", "card", "settings"),
}
COLOURS = 64  # of a picture: its letters stay sharp, and it takes a quarter of the room
GAP = 16


def main() -> None:
    """Write one picture for each of ROWS, its states side by side, and one in the dark."""
    files = make_samples(now=datetime.now(UTC))
    texts = {one["name"]: one["text"] for one in json.loads(files["samples.json"])}
    with open_server(PAGE, port=0, made=files) as server, TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://localhost:{server.server_address[1]}/"
        with sync_playwright() as play:
            film = write_film(Path(folder) / "desk.mjpeg")
            arguments = ["--no-sandbox", "--disable-gpu", *CAMERA, f"--use-file-for-fake-video-capture={film}"]
            browser = play.chromium.launch(executable_path=CHROMIUM, args=arguments)
            light = take_states(browser.new_context(viewport=PHONE, device_scale_factor=1.5).new_page(), place, texts)
            dark = browser.new_context(viewport=PHONE, device_scale_factor=1.5, color_scheme="dark")
            night = take_states(dark.new_page(), place, texts)
            browser.close()
        server.shutdown()
    for name, states in ROWS.items():
        write_row(name, [light[state] for state in states])
    write_row("gate-dark", [night[state] for state in ("green", "rule", "forged")])


def take_states(page: Page, place: str, texts: dict[str, str]) -> dict[str, bytes]:
    """Give a picture of each state of the page."""
    page.goto(place)
    page.wait_for_selector("body[data-ready=yes]")
    shots = {"start": page.screenshot()}
    page.click("#open-settings")
    page.select_option("#province", PROVINCE)
    shots["settings"] = page.screenshot()
    page.click("#settings-dialog button[type=submit]")
    for name in ("green", "rule", "expired", "revoked", "forged", "card"):
        page.click("#open-paste")
        page.fill("#paste-text", texts[name])
        page.click("#paste-form button[type=submit]")
        page.wait_for_selector("#verdict:not([hidden])")
        page.wait_for_timeout(300)  # until the picture of the verdict has arrived
        shots[name] = page.screenshot()
        page.click("#again")
    page.click("#start")
    page.wait_for_selector("#aim:not([hidden])")
    page.wait_for_timeout(500)
    return shots | {"camera": page.screenshot()}


def write_film(path: Path) -> Path:
    """Write what a camera sees before anybody holds up a code: a desk in the evening."""
    desk = Image.linear_gradient("L").resize((640, 480)).point(lambda light: 70 + light // 5)
    frame = io.BytesIO()
    desk.convert("RGB").save(frame, "JPEG", quality=85)
    path.write_bytes(frame.getvalue() * 5)
    return path


def write_row(name: str, shots: list[bytes]) -> None:
    """Write pictures side by side."""
    pictures = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in shots]
    width, height = pictures[0].size
    row = Image.new("RGB", ((width + GAP) * len(pictures) - GAP, height), "white")
    for place, picture in enumerate(pictures):
        row.paste(picture, (place * (width + GAP), 0))
    row.quantize(COLOURS, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
