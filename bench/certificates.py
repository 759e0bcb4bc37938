"""Certificates, per core, beside the signatures that they cannot do without: issue and verify as ratios to raw ES256.

Usage: certificates.py [--seconds S]. Each measure runs for S seconds (default 1) in turns with the raw signature, so
that a busy machine slows both alike; the ratio is the median of the turns. Ends with one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from certificates import ec_key, make_issuer, make_payload, make_trust  # what the tests make their own with
from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.freshness import FRESH
from xacthuc.certificates.verify import check_trust, verify

TURNS = 10
AT = datetime(2022, 6, 1, tzinfo=UTC)


def measure(one: Callable[[], object], raw: Callable[[], object], *, seconds: float) -> tuple[float, float]:
    """Give how often `one` runs in a second of this core, and that as a part of how often `raw` does."""
    rates = []
    ratios = []
    for _ in range(TURNS):
        mine, other = _rate(one, seconds / TURNS), _rate(raw, seconds / TURNS)
        rates.append(mine)
        ratios.append(mine / other)
    return median(rates), median(ratios)


def _rate(call: Callable[[], object], seconds: float) -> float:
    done, begin = 0, process_time()
    while (spent := process_time() - begin) < seconds:
        for _ in range(20):
            call()
        done += 20
    return done / spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1.0)
    seconds = parser.parse_args().seconds
    key, payload, trust = ec_key(), make_payload(), make_trust()
    plain, checked = make_issuer(check=False), make_issuer()
    text = plain.issue(payload)
    part = bytes(330)
    algorithm = ECDSA(SHA256())
    signature, public = key.sign(part, algorithm), key.public_key()

    def sign() -> object:
        return key.sign(part, algorithm)

    def check() -> object:
        return public.verify(signature, part, algorithm)

    measures = {
        "issue": (lambda: plain.issue(payload), sign),
        "issue, read back": (lambda: checked.issue(payload), sign),
        "read": (lambda: read_health_certificate(text), check),
        "read and trusted": (
            lambda: check_trust(read_health_certificate(text), trust=trust, at=AT, fresh=FRESH),
            check,
        ),
        "verify": (lambda: verify(text, trust=trust, at=AT), check),
    }
    found = {}
    for name, (one, raw) in measures.items():
        rate, ratio = measure(one, raw, seconds=seconds)
        found[name] = {"per_second": round(rate), "of_raw": round(ratio, 3), "raw": "sign" if raw is sign else "verify"}
        print(f"{name:18} {rate:9,.0f}/s  {ratio:6.3f} of raw {found[name]['raw']}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
