"""Run the whole line once, from raw Parquet to verdicts, and write down what each step cost. A child of matching.py."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path

from processes import count_cpu
from xacthuc.pipeline import verify
from xacthuc.runs.order import Order

# The campaign of the synthetic nation ends before this day.
AS_OF = date(2021, 12, 31)


def run(nation: Path, *, out: Path, engine: str, memory_gb: float, threads: int) -> dict[str, float]:
    """Verify a nation's claims; give the CPU-seconds by step, in the order in which the steps ended.

    The register's side is not asked for, as asking would show candidates too; its cleaned people are kept for the peer.
    """
    order = Order(
        files=(nation / "claims.parquet",),
        register=nation / "register.parquet",
        out=out,
        as_of=AS_OF,
        engine=engine,
        memory_gb=memory_gb,
        threads=threads,
    )
    scratch = out / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    costs: dict[str, float] = {"start": count_cpu(os.getpid())}

    def note(step: str, _: int | None) -> None:
        costs[step] = costs.get(step, 0.0) + count_cpu(os.getpid()) - sum(costs.values())
        if step == "verdicts":
            _keep_people(scratch, folder=out / "people")

    verify(order, report=note)
    note("writing", None)
    return costs


def _keep_people(scratch: Path, *, folder: Path) -> None:
    folder.mkdir()
    for path in scratch.glob("*/people/rows/*.parquet"):
        os.link(path, folder / path.name)


def main() -> None:
    """Usage: line.py NATION OUT ENGINE MEMORY_GB THREADS."""
    nation, out, engine, memory, threads = sys.argv[1:]
    costs = run(Path(nation), out=Path(out), engine=engine, memory_gb=float(memory), threads=int(threads))
    (Path(out) / "costs.json").write_text(json.dumps(costs), encoding="utf-8")


if __name__ == "__main__":
    main()
