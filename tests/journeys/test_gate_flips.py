"""Every certificate in which one bit is another is refused by the gate: a bit of its text, or of its signed message.

An ordinary run looks at all bits of a few; XACTHUC_FLIPPED=1000 at those of a thousand, and says how many there were.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from certificates import AT, Forge, build, make_signer
from gate import launch, serve, start
from playwright.sync_api import Page

from signers import write_json_list
from xacthuc.certificates.hc1 import write_hc1
from xacthuc.certificates.payload import CountedDose, Holder
from xacthuc.certificates.uvci import make_uvci

SEED = 4
COUNT = int(os.environ.get("XACTHUC_FLIPPED", "0")) or 3
WORDS = ("Nguyễn", "Trần", "Lê", "H'Hen", "Niê", "Thị", "Văn", "Minh", "Ước", "Ngọc", "Ý", "Đào", "Phước", "Thiên")
VACCINES = ("Vero Cell", "AstraZeneca", "Comirnaty", "Spikevax")
PS256 = 10  # of so many certificates the last is signed with RSA
ASK = "async (given) => JSON.stringify(await (await import('/probe.js')).flipAll(JSON.parse(given)))"


def list_messages(count: int) -> Iterator[bytes]:
    """Give signed messages about invented people, of many sizes; the same seed gives the same people."""
    rng = random.Random(SEED)
    for number in range(count):
        given = " ".join(rng.choices(WORDS, k=rng.randint(1, 6)))
        born = date(1920, 1, 1) + timedelta(days=rng.randrange(36_000))
        dose = CountedDose(rng.choice(VACCINES), 2, 2, date(2021, 9, 1) - timedelta(days=rng.randrange(100)))
        uvci = make_uvci(f"flipped {number}", country="VN", secret=bytes(32))
        built = build(Holder(rng.choice(WORDS), given, born.isoformat()), dose, uvci=uvci)
        assert built.payload is not None, built.codes
        kind = "rsa" if number % PS256 == PS256 - 1 or number == 1 else "ec"
        yield Forge(payload=built.payload, signer=make_signer(kind=kind)).write()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    made = {"samples.json": b"[]", "probe.js": (Path(__file__).parent / "gate_probe.js").read_bytes()}
    with serve(made) as place, start() as playwright, launch(playwright) as browser:
        opened = browser.new_page()
        opened.goto(place + "samples.html")
        yield opened


def test_every_flipped_bit_is_refused(page: Page) -> None:
    trust = write_json_list(*(make_signer(kind=kind).certificate for kind in ("ec", "rsa"))).decode()
    bits = 0
    for number, message in enumerate(list_messages(COUNT)):
        given = {"text": write_hc1(message), "message": message.hex(), "trust": trust, "at": AT.isoformat()}
        told = json.loads(page.evaluate(ASK, json.dumps(given)))
        assert told["good"] == [[True, "trust_list_undated"]] * 2, (number, told["good"])
        assert told["accepted"] == [], (number, told["accepted"])
        bits += told["bits"]
    assert bits > COUNT * 5_000
    print(f"{COUNT} certificates, {bits:,} flipped bits refused")
