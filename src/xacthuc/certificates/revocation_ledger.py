"""The ledger of an issuer: every revocation and every withdrawal of one, in the order in which they were decided.

Rows of 24 bytes that are only ever added, so that the set of any day can be made again; a hash stands in it, never what
it is made of. Keys that are revoked as a whole stand beside it: there are few, and they are kept as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xacthuc.certificates.revocation import HASH_BYTES

KINDS = ("uvci", "country_uvci", "signature", "rid")  # why a hash is there; look-ups do not ask
REVOKED, WITHDRAWN = 0, 1
NEVER = 0xFFFFFFFF  # of a certificate that does not expire
PART = 1 << 20  # rows that are looked at together
ROWS = 2_000_000_000  # 48 GB: more than a set may hold, with as many withdrawn

# Two halves of the hash as numbers, so that rows can be sorted and sought without a loop.
ROW = np.dtype(
    [("high", ">u8"), ("low", ">u8"), ("expires", ">u4"), ("kind", "u1"), ("action", "u1"), ("spare", ">u2")]
)
Rows = npt.NDArray[np.void]


@dataclass(frozen=True)
class Entry:
    """One hash that is revoked, or whose revocation is withdrawn."""

    digest: bytes  # the first HASH_BYTES bytes of a SHA-256
    kind: str  # of KINDS
    expires: datetime | None = None  # of the certificate; afterwards the entry is of no use
    withdrawn: bool = False


def write_rows(entries: Iterable[Entry]) -> bytes:
    """Give the rows of entries, to be added to a ledger."""
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        assert len(entry.digest) == HASH_BYTES
        halves = (int.from_bytes(entry.digest[:8], "big"), int.from_bytes(entry.digest[8:], "big"))
        expires = NEVER if entry.expires is None else min(NEVER - 1, max(0, int(entry.expires.timestamp())))
        rows.append((*halves, expires, KINDS.index(entry.kind), WITHDRAWN if entry.withdrawn else REVOKED, 0))
    return np.array(rows, ROW).tobytes()


def read_rows(path: Path) -> Rows:
    """Give the rows of a ledger, mapped; a row that was cut off while it was written is none."""
    count = path.stat().st_size // ROW.itemsize
    assert count <= ROWS
    return np.memmap(path, ROW, "r", shape=(count,)) if count else np.zeros(0, ROW)


def list_parts(rows: Rows) -> Iterator[Rows]:
    """Give the rows in parts that fit the memory."""
    for begin in range(0, len(rows), PART):
        yield rows[begin : begin + PART]


def list_gone(rows: Rows) -> set[bytes]:
    """Give the hashes whose last word in a ledger withdraws them.

    A hash may be revoked again after that, and then it is not among them.
    """
    taken_back = [part["high"][part["action"] == WITHDRAWN] for part in list_parts(rows)]
    wanted = np.unique(np.concatenate(taken_back)) if taken_back else np.zeros(0, np.uint64)
    if not len(wanted):
        return set()
    last: dict[bytes, int] = {}
    for part in list_parts(rows):
        suspects = part[np.isin(part["high"], wanted)]
        digests = give_digests(suspects)
        last.update(zip(digests, suspects["action"].tolist(), strict=True))
    return {digest for digest, action in last.items() if action == WITHDRAWN}


def give_digests(rows: Rows) -> list[bytes]:
    """Give the hashes of rows."""
    halves = zip(rows["high"].tolist(), rows["low"].tolist(), strict=True)
    return [high.to_bytes(8, "big") + low.to_bytes(8, "big") for high, low in halves]


def is_current(rows: Rows, *, at: datetime) -> npt.NDArray[np.bool_]:
    """Tell which rows revoke something that has not expired by itself."""
    kept: npt.NDArray[np.bool_] = (rows["action"] == REVOKED) & (rows["expires"] >= int(at.astimezone(UTC).timestamp()))
    return kept
