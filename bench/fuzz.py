"""Hostile texts against the verifier: it neither raises, nor takes more than 50 ms or 64 MB above the idle process.

Usage: fuzz.py [--seconds S] [--seed N]. For S seconds of this process (default 600) texts are made of certificates by
tests/hostile_texts.py and verified with trust, revocations and rules at hand. Time is CPU time, so that a busy machine
accuses nobody; a text that took too long is tried twice more, and the quickest time counts. Memory is the peak of the
process above what it had after its first hundred texts; a text that is itself large is not made larger than 4 MB.
Ends with one JSON object; exit code 1 where anything was found, and then the texts lie in fuzz-found.jsonl.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile_texts import Given, judge, make_given, make_texts, warm_up

SECONDS_A_TEXT = 0.050
MEMORY = 64 << 20
FOUND = Path("fuzz-found.jsonl")
TRIES = 3  # of a text that took too long: a collection of garbage may fall on anybody
SAY_EVERY = 60.0  # seconds


def main() -> None:
    """Fuzz, and print what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(datetime.now().timestamp()))
    asked = parser.parse_args()
    given = make_given()
    warm_up(given)
    idle = _measure_peak()
    codes: Counter[str] = Counter()
    found: list[dict[str, str]] = []
    slowest, said, begin = 0.0, 0.0, process_time()
    for kind, text in make_texts(random.Random(asked.seed)):
        took, code, fault = _try(text, given)
        if took > SECONDS_A_TEXT:
            took = min(took, *(_try(text, given)[0] for _ in range(TRIES - 1)))
            fault = fault or (f"{took * 1000:.0f} ms" if took > SECONDS_A_TEXT else "")
        if not fault and _measure_peak() - idle > MEMORY:
            fault = f"{(_measure_peak() - idle) >> 20} MB"
            idle = _measure_peak()
        codes[code] += 1
        slowest = max(slowest, took)
        if fault:
            found.append({"kind": kind, "fault": fault, "text": text})
            print(f"{kind}: {fault}", flush=True)
        spent = process_time() - begin
        if spent - said > SAY_EVERY:
            said = spent
            print(
                f"{spent:.0f} s, {codes.total():,} texts, {len(found)} found, slowest {slowest * 1000:.1f} ms",
                flush=True,
            )
        if spent > asked.seconds:
            break
    _tell(asked.seed, codes, found, slowest=slowest, memory=_measure_peak() - idle)


def _try(text: str, given: Given) -> tuple[float, str, str]:
    """Give how long a text took, the code of its verdict, and what it raised."""
    begin = process_time()
    try:
        code, fault = judge(text, given).code, ""
    except BaseException as raised:  # whatever it is, it is what we look for
        if isinstance(raised, KeyboardInterrupt):
            raise
        code, fault = "raised", repr(type(raised))
    return process_time() - begin, code, fault


def _measure_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _tell(seed: int, codes: Counter[str], found: list[dict[str, str]], *, slowest: float, memory: int) -> None:
    if found:
        FOUND.write_text("".join(f"{json.dumps(one)}\n" for one in found), encoding="utf-8")
    for code, count in codes.most_common():
        print(f"{count:10,} {code}")
    told = {"seed": seed, "texts": codes.total(), "codes": len(codes), "found": len(found)}
    print(json.dumps(told | {"slowest_ms": round(slowest * 1000, 1), "memory_mb": round(memory / (1 << 20), 1)}))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
