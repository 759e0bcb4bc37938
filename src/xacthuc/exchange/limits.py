"""What an exchange refuses by its size: a limit on everything, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one file; the defaults let a nation through in some sixty requests."""

    claims: int = 1_000_000  # of one request: half a gigabyte while it is matched, minutes lost if it has to go again
    rows: int = 2_000_000  # of any file; a daily report of all communes has 10,599 x some forty counts
    file_bytes: int = 1 << 30  # a million claims are some 100 MB
    manifest_bytes: int = 64 << 10  # it is less than one
    inflated_bytes: int = 4 << 30  # of a table; a million claims are 300 MB, more is a bomb
    value_length: int = 200  # letters of a value; the longest key of a name has some 120
    ledger_bytes: int = 64 << 20  # a line is 400 bytes: a file every minute for a third of a year
    files: int = 1_000  # on one command line


LIMITS = Limits()
