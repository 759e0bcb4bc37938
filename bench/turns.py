"""Measures in turns with a raw ES256 signature, so that a busy machine slows both alike.

Nothing of ours is needed here: the peers run it in environments of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

TURNS = 10
PART = bytes(330)  # about as long as what a certificate has signed
Act = Callable[[], object]


class Raw:
    """A key's raw signature and its check, to which all else is put in relation."""

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        """Sign once, so that there is something to check."""
        algorithm = ECDSA(SHA256())
        signature, public = key.sign(PART, algorithm), key.public_key()
        self.acts: dict[str, Act] = {
            "sign": lambda: key.sign(PART, algorithm),
            "verify": lambda: public.verify(signature, PART, algorithm),
        }

    def measure(self, act: Act, *, raw: str, seconds: float) -> dict[str, Any]:
        """Give how often `act` runs in a second of this core, and its ratio to the raw act."""
        act()
        rates, ratios = [], []
        for _ in range(TURNS):
            mine, other = _rate(act, seconds / TURNS), _rate(self.acts[raw], seconds / TURNS)
            rates.append(mine)
            ratios.append(mine / other)
        ratio = median(ratios)
        return {
            "per_second": round(median(rates)),
            "of_raw": round(ratio, 4),
            "raw_times": round(1 / ratio, 2),
            "raw": raw,
        }


def _rate(act: Act, seconds: float) -> float:
    """Give how often an act runs in a second; the clock is asked rarely where the act is quick."""
    done, step, begin = 0, 1, process_time()
    while (spent := process_time() - begin) < seconds:
        for _ in range(step):
            act()
        done += step
        step = min(2 * step, 20)
    return done / spent
