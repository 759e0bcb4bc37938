"""Kill a run and all its processes at random moments, go on with the same command, and compare the verdicts.

The moments are drawn from a seed, evenly over the CPU-seconds of an undisturbed run, and so fall into the middle of
steps, of reading and of cleaning in other processes. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processes import count_cpu
from xacthuc.nation import build_nation

COMMAND = (sys.executable, "-c", "from xacthuc.cli import main; main()")
LOOK_SECONDS = 0.01


def start(nation: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Begin or go on with the run in `folder`, in a group of processes of its own."""
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    words = ["verify", nation / "claims.parquet", "--register", nation / "register.parquet", "--no-report"]
    words += ["--as-of", "2021-12-31", "--threads", "3", "--out", folder / "out"]
    environment = os.environ | {"TMPDIR": str(folder / "tmp")}
    log = (folder / "log.txt").open("ab")
    command = [*COMMAND, *map(str, words)]
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)


def finish(nation: Path, folder: Path) -> tuple[pa.Table, float]:
    """Run to the end; give the verdicts in the order of their records, and the CPU-seconds."""
    process = start(nation, folder)
    spent = 0.0
    while process.poll() is None:
        spent = max(spent, count_cpu(process.pid))
        time.sleep(LOOK_SECONDS)
    assert process.returncode == 0, (folder / "log.txt").read_text(encoding="utf-8")
    assert list((folder / "tmp").iterdir()) == []
    assert list((folder / "out").rglob("*.tmp")) == []
    return pq.read_table(folder / "out" / "verdicts.parquet").sort_by("record"), spent


def kill(nation: Path, folder: Path, *, after: float) -> str | None:
    """Kill the run when it has used so many CPU-seconds; give the last step it finished, None where it had ended."""
    process = start(nation, folder)
    while process.poll() is None and count_cpu(process.pid) < after:
        time.sleep(LOOK_SECONDS)
    if process.poll() is not None:
        return None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    lines = folder / "out" / "steps.jsonl"
    return json.loads(lines.read_bytes().splitlines()[-1])["step"] if lines.exists() else "begun"


def main() -> None:
    """See --help."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=300_000)
    options.add_argument("--doses", type=int, default=180_000)
    options.add_argument("--kills", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    rng = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        build_nation(top / "nation", people=chosen.people, doses=chosen.doses, seed=chosen.seed)
        whole, spent = finish(top / "nation", top / "whole")
        killed: list[str] = []
        same = tries = 0
        while len(killed) < chosen.kills:
            tries += 1
            folder = top / str(tries)
            last = kill(top / "nation", folder, after=spent * rng.random())
            if last is None:  # it had ended: less was spent than by the undisturbed run
                continue
            killed.append(last)
            same += finish(top / "nation", folder)[0].equals(whole)
            print(f"{len(killed)}: killed after {last}; {same} the same", file=sys.stderr, flush=True)
    print(
        json.dumps(
            vars(chosen) | {"cpu_s": round(spent, 1), "tries": tries, "killed_after": Counter(killed), "same": same}
        )
    )


if __name__ == "__main__":
    main()
