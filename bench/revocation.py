"""Revocation lists: how large a set and a delta are, how long building, merging and a look-up take, with what memory.

1 write a ledger of random hashes   2 build the set (in a process of its own, measured)   3 add 10,000, give the delta
4 merge it, and compare with what was published   5 look up entries and strangers in the mapped file, in random order
6 the same number of entries in a Bloom filter of the same error, by its formula.
The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from processes import measure
from xacthuc.certificates.golomb import ERROR, QUESTIONS
from xacthuc.certificates.revocation import RevocationSet, open_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_delta import extend_set, make_delta, merge, read_delta
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import NEVER, ROW, read_rows
from xacthuc.certificates.signed import make_key, read_private_pem, use_key, write_private_pem

PART = 1 << 20
LOOK_UPS = 5_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def write_ledger(path: Path, *, entries: int, rng: np.random.Generator) -> None:
    """Write rows of random hashes, none of which expires."""
    with path.open("wb") as stream:
        for begin in range(0, entries, PART):
            rows = np.zeros(min(PART, entries - begin), ROW)
            for half in ("high", "low"):
                rows[half] = rng.integers(0, 2**64, len(rows), np.uint64)
            rows["expires"] = NEVER
            stream.write(rows.tobytes())


def build(folder: Path, *, nominal: int) -> None:
    """Build the set of a ledger; the child process that is measured."""
    key = use_key(read_private_pem((folder / "key.pem").read_bytes()))
    began = time.monotonic()
    parts = build_set(read_rows(folder / "entries.bin"), header=make_header(folder, nominal=nominal, number=1), key=key)
    with (folder / "old.revoked").open("wb") as stream:
        stream.writelines(parts)
    print(json.dumps({"built_s": round(time.monotonic() - began, 2)}))


def make_header(folder: Path, *, nominal: int, number: int) -> Header:
    """Give what a set says of itself before it is built."""
    key = read_private_pem((folder / "key.pem").read_bytes()).public_key()
    begin = NOW + timedelta(hours=number)
    return Header("bench", number, nominal, 0, begin, begin + timedelta(7), frozenset(), frozenset(), "", key)


def clock(act: Callable[[], Any]) -> tuple[Any, float]:
    """Give what an action gives, and its seconds."""
    began = time.monotonic()
    return act(), round(time.monotonic() - began, 2)


def look_up(held: RevocationSet, digests: list[bytes], *, found: bool) -> dict[str, float]:
    """Give the times of look-ups in microseconds."""
    times = []
    for digest in digests:
        began = time.perf_counter()
        answer = held.has(digest)
        times.append(1e6 * (time.perf_counter() - began))
        assert answer is found
    return {"median_us": round(float(np.median(times)), 1), "p99_us": round(float(np.quantile(times, 0.99)), 1)}


def run(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure all of it."""
    rng = np.random.default_rng(chosen.seed)
    (folder / "key.pem").write_bytes(write_private_pem(make_key()))
    entries = chosen.entries - chosen.delta
    write_ledger(folder / "entries.bin", entries=entries, rng=rng)
    command = [sys.executable, __file__, "--child", str(folder), "--entries", str(chosen.entries)]
    usage = measure(command, log=folder / "log.txt").as_dict()
    old, opened_s = clock(lambda: open_set(folder / "old.revoked", keys=None))
    added = [rng.bytes(16) for _ in range(chosen.delta)]
    header = make_header(folder, nominal=chosen.entries, number=2)
    key = use_key(read_private_pem((folder / "key.pem").read_bytes()))
    parts, extended_s = clock(lambda: extend_set(old, added=added, removed=[], header=header, key=key))
    with (folder / "new.revoked").open("wb") as stream:
        stream.writelines(parts)
    new = open_set(folder / "new.revoked", keys=[key.public])
    assert new.header.count == chosen.entries
    delta, delta_s = clock(lambda: make_delta(old, new))
    merged, merged_s = clock(lambda: merge(old, read_delta(delta, keys=[key.public])))
    assert b"".join(merged) == b"".join(parts)
    rows = read_rows(folder / "entries.bin")
    listed = [rows[int(place)].tobytes()[:16] for place in rng.integers(0, len(rows), LOOK_UPS)]
    size = (folder / "new.revoked").stat().st_size
    return {
        "entries": chosen.entries,
        "set_mb": round(size / 1e6, 3),
        "bits_an_entry": round(8 * size / chosen.entries, 2),
        "bloom_mb": round(chosen.entries * math.log(QUESTIONS * ERROR) / math.log(2) ** 2 / 8e6, 1),
        "delta_kb": round(len(delta) / 1e3, 2),
        "delta_entries": chosen.delta,
        "build": usage | json.loads((folder / "log.txt").read_text(encoding="utf-8").splitlines()[-1]),
        "open_and_check_s": opened_s,
        "extend_s": extended_s,
        "delta_s": delta_s,
        "merge_s": merged_s,
        "look_up_listed": look_up(new, listed, found=True),
        "look_up_strangers": look_up(new, [rng.bytes(16) for _ in range(LOOK_UPS)], found=False),
    }


def main() -> None:
    """Read the arguments; the child builds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--delta", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        build(chosen.child, nominal=chosen.entries)
        return
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(run(chosen, Path(name))))


if __name__ == "__main__":
    main()
