"""Every certificate in which one bit is another is refused by the gate: a bit of its text, or of its signed message.

An ordinary run looks at all bits of a few; XACTHUC_FLIPPED=1000 at those of a thousand, and says how many there were.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from gate import launch, serve, start
from many_certificates import AT, MAKERS, list_certificates, make_trust
from playwright.sync_api import Page

from signers import write_json_list

COUNT = int(os.environ.get("XACTHUC_FLIPPED", "0")) or len(MAKERS)
ASK = "async (given) => JSON.stringify(await (await import('/probe.js')).flipAll(JSON.parse(given)))"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    made = {"samples.json": b"[]", "probe.js": (Path(__file__).parent / "gate_probe.js").read_bytes()}
    with serve(made) as place, start() as playwright, launch(playwright) as browser:
        opened = browser.new_page()
        opened.goto(place + "samples.html")
        yield opened


def test_every_flipped_bit_is_refused(page: Page) -> None:
    trust, bits = write_json_list(*make_trust().certificates).decode(), 0
    for number, made in enumerate(list_certificates(COUNT)):
        message = made.message and made.message.hex()
        given = {"text": made.text, "message": message, "trust": trust, "at": AT.isoformat()}
        told = json.loads(page.evaluate(ASK, json.dumps(given)))
        assert all(accepted for accepted, _ in told["good"]), (number, made.why, told["good"])
        assert told["accepted"] == [], (number, made.why, told["accepted"])
        bits += told["bits"]
    assert bits > COUNT * 5_000
    print(f"{COUNT} certificates, {bits:,} flipped bits refused")
