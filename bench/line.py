"""Run the whole line once, from raw Parquet to verdicts, and write down what each step cost. A child of trial.py."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import date
from pathlib import Path

from processes import count_cpu
from xacthuc.pipeline import verify
from xacthuc.runs.delivery import deliver
from xacthuc.runs.order import Order

# The campaign of the synthetic nation ends before this day.
AS_OF = date(2021, 12, 31)

Costs = dict[str, dict[str, float]]


def run(order: Order, *, report: bool, keep_people: bool) -> Costs:
    """Verify; give CPU-seconds ("cpu_s") and seconds ("wall_s") by step, in the order in which the steps ended.

    `report`: write the report too, as the command does. `keep_people`: keep the register's cleaned people for the peer;
    its side is not asked for, as asking would show candidates too.
    """
    scratch = order.out / "scratch"
    scratch.mkdir()
    tempfile.tempdir = str(scratch)
    costs: Costs = {"cpu_s": {"start": count_cpu(os.getpid())}, "wall_s": {"start": 0.0}}
    began = time.monotonic()

    def note(step: str, _: int | None) -> None:
        for kind, now in (("cpu_s", count_cpu(os.getpid())), ("wall_s", time.monotonic() - began)):
            costs[kind][step] = costs[kind].get(step, 0.0) + now - sum(costs[kind].values())
        if step == "verdicts" and keep_people:
            _keep_people(scratch, folder=order.out / "people")

    outcome = verify(order, report=note)
    note("writing", None)
    if report:
        deliver(outcome, as_of=AS_OF, title=order.out.name, report=note)
    return costs


def _keep_people(scratch: Path, *, folder: Path) -> None:
    folder.mkdir()
    for path in scratch.glob("*/people/rows/*.parquet"):
        os.link(path, folder / path.name)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("claims", type=Path)
    parser.add_argument("register", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--memory", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--master")
    parser.add_argument("--spark-conf", type=Path)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--keep-people", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run, and write costs.json."""
    chosen = parse()
    order = Order(
        files=(chosen.claims,),
        register=chosen.register,
        out=chosen.out,
        as_of=AS_OF,
        engine=chosen.engine,
        memory_gb=chosen.memory,
        threads=chosen.threads,
        master=chosen.master,
        spark_conf=chosen.spark_conf,
    )
    costs = run(order, report=chosen.report, keep_people=chosen.keep_people)
    (chosen.out / "costs.json").write_text(json.dumps(costs), encoding="utf-8")


if __name__ == "__main__":
    main()
