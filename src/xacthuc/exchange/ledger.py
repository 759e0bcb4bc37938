"""A ledger: a line for each file of one direction, in order, each line bearing the hash of the line before.

Next number and next hash follow from it and from nothing else. It is written anew beside itself and renamed, so that no
line is ever half there. Not seen: lines missing at the end, where somebody put back an old copy; the other side sees
that, by a number that it has already.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from xacthuc.exchange.envelope import Manifest
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing

NO_LINE = ""  # what the first line bears


@dataclass(frozen=True)
class Entry:
    """A file that was sent or taken in."""

    number: int
    kind: str
    sha256: str  # of its manifest
    rows: int
    at: str  # ISO moment with its offset at which it was written down
    about: Mapping[str, str | int]
    before: str  # hash of the line before

    def write(self) -> bytes:
        """Give the line."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode() + b"\n"


class Ledger:
    """The files of one direction."""

    def __init__(self, path: Path) -> None:
        """Read a ledger and check its chain; a new one has no file yet. Raises ExchangeRefused."""
        self._path = path
        self._entries = list(_read(path)) if path.exists() else []

    def __iter__(self) -> Iterator[Entry]:
        """Give all files, first to last."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the files, which is the last number."""
        return len(self._entries)

    @property
    def next_number(self) -> int:
        """Give the number of the file to come."""
        return len(self._entries) + 1

    @property
    def last_sha256(self) -> str | None:
        """Give the hash of the last manifest, which the file to come continues."""
        return self._entries[-1].sha256 if self._entries else None

    def get(self, number: int) -> Entry | None:
        """Give a file by its number, None where there is none yet."""
        return self._entries[number - 1] if 0 < number <= len(self._entries) else None

    def append(self, manifest: Manifest, *, at: str) -> None:
        """Write down a file; when this returns, it counts."""
        assert manifest.number == self.next_number, "a number is given once, and none is left out"
        before = hashlib.sha256(self._entries[-1].write()).hexdigest() if self._entries else NO_LINE
        entry = Entry(manifest.number, manifest.kind, manifest.sha256, manifest.rows, at, dict(manifest.about), before)
        with storing(self._path) as unfinished:
            unfinished.write_bytes(b"".join(known.write() for known in (*self._entries, entry)))
        self._entries.append(entry)


def _read(path: Path) -> Iterator[Entry]:
    if path.stat().st_size > LIMITS.ledger_bytes:
        raise ExchangeRefused("exchange_ledger_full", path)
    before = NO_LINE
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            raise ExchangeRefused("exchange_ledger_broken", path) from None
        if (entry.number, entry.before, entry.write()) != (number, before, line):
            raise ExchangeRefused("exchange_ledger_broken", path)
        before = hashlib.sha256(line).hexdigest()
        yield entry
