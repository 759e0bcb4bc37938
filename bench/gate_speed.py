"""From camera to verdict at the gate, on a slowed processor: .venv/bin/python bench/gate_speed.py

The camera is a file in which somebody holds a code, turned and a little out of focus. A turn begins with the button for
the next person and ends when the verdict is drawn. Headless Chromium slows the page, which verifies and draws, but not
the worker that looks for the code: `find` is how long that takes, `slowed` adds what a slow processor would take longer
for it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "journeys"))

from gate import PHONE, READY, launch, make_demonstration, serve, start, write_film

RATES = (1, 4, 6)  # 6: a phone of 2016
TURNS = 15
FIND = """async () => {
  const { Scanner } = await import("/camera.js");
  const scanner = new Scanner();
  await scanner.ready;
  const video = document.getElementById("video");
  const times = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const picture = await createImageBitmap(video);
    const begin = performance.now();
    await scanner.find(picture, { hard: false });
    times.push(performance.now() - begin);
  }
  return times;
}"""
TURN = """() => new Promise((resolve) => {
  const verdict = document.getElementById("verdict");
  document.getElementById("again").click();
  const begin = performance.now();
  new MutationObserver((_, seen) => {
    if (verdict.hidden) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  }).observe(verdict, { attributes: true });
})"""


def main() -> None:
    """Measure at each rate, and print."""
    files, texts = make_demonstration()
    with TemporaryDirectory() as folder, serve(files) as place, start() as playwright:
        film = write_film(texts["green"], Path(folder) / "film.mjpeg")
        fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
        with launch(playwright, *fake, f"--use-file-for-fake-video-capture={film}") as browser:
            context = browser.new_context(viewport=PHONE, permissions=["camera"])
            page = context.new_page()
            page.goto(place)
            page.wait_for_selector(READY)
            page.click("#start")
            page.wait_for_selector("#verdict:not([hidden])")
            find = median(page.evaluate(FIND))
            told = [measure(page, rate, find=find) for rate in RATES]
    for one in told:
        print("{rate}x: camera to verdict {median} ms, at most {most}; slowed {slowed}; find {find}".format(**one))
    print(json.dumps(told))


def measure(page: Page, rate: int, *, find: float) -> dict[str, float]:
    """Give the times of TURNS turns, in milliseconds."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    times = [float(page.evaluate(TURN)) for _ in range(TURNS)]
    middle = median(times)
    said = {"median": middle, "most": max(times), "find": find, "slowed": middle + find * (rate - 1)}
    return {"rate": rate, **{name: round(value) for name, value in said.items()}}


if __name__ == "__main__":
    main()
