"""What a system may ask for: a limit on everything, each with its reason."""

from __future__ import annotations

import threading
import time

BATCH = 100  # doses of one request: a second of work at most
LETTERS = 500  # of one value; the QR text of a card has some 200
KEY_LETTERS = 80  # of an Idempotency-Key; a UUID has 36
LARGEST_ID = 2**63 - 1
REQUESTS = 1_200  # of one key within SECONDS: four times what a nation gave on its best day
SECONDS = 1.0
KEYS = 10_000  # whose requests are counted at a time


class Counter:
    """Counts the requests of each key in this process, second by second."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = threading.Lock()
        self._counts: dict[int, tuple[float, int]] = {}

    def allows(self, key: int) -> bool:
        """Count a request; tells whether it may be answered."""
        now = time.monotonic()
        with self._lock:
            began, count = self._counts.get(key, (now, 0))
            if now - began >= SECONDS:
                began, count = now, 0
            if len(self._counts) >= KEYS:
                self._counts.clear()
            self._counts[key] = (began, count + 1)
            return count < REQUESTS
