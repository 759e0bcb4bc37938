"""The nation: the line from raw Parquet to verdicts and report at any size, what it cost and how right it is.

1 make the nation where it is not there (not counted)   2 prepare its register, if asked (counted apart)
3 run the line as a child   4 hold it against the truth (not counted). The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

from accuracy import describe, read_ours
from processes import Disk, count_busy, measure
from trial import HERE, Trial, by_stage, make_nation, name_commit, try_line
from xacthuc.nation import score_run

TWICE = ("people_twice", "doses_twice")
SCORING_GB = 8.0  # budget for holding against the truth, after the run
PREPARE = "import sys; from xacthuc.cli import main; sys.argv[0] = 'xacthuc'; main()"


def prepare(register: Path, *, folder: Path, chosen: argparse.Namespace) -> dict[str, float]:
    """Prepare a register with the command that its owner would use; give what that cost."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    means = ["--memory", chosen.memory, "--threads", chosen.threads]
    command = [sys.executable, "-c", PREPARE, "register", "prepare", register, "--out", folder, *means]
    disk = Disk(folder)
    usage = measure([str(word) for word in command], log=folder.with_suffix(".txt"), watch=disk.look)
    return usage.as_dict() | {"gb": round(disk.most_gb, 2)}


def run(nation: Path, *, out: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the line on a nation; give what it cost, and leave what it wrote in `out`."""
    register = nation / "register.parquet"
    prepared = {}
    if chosen.prepared:
        prepared = {"prepare": prepare(register, folder=out / "register", chosen=chosen)}
        register = out / "register"
    load, busy, disk = os.getloadavg(), count_busy(), Disk(out / "line")
    claims, line = nation / "claims.parquet", out / "line"
    trial = try_line(claims, "--report", register=register, out=line, chosen=chosen, watch=disk.look)
    others = count_busy() - busy - trial.usage.cpu_s
    return {
        **prepared,
        **tell_costs(trial),
        "spill_gb": round(disk.spill_gb, 2),
        "disk_gb": round(disk.most_gb, 2),
        "load": [round(part, 2) for part in load],
        "others_cpu_s": round(others, 1),  # the looking itself is among them
    }


def tell_costs(trial: Trial) -> dict[str, Any]:
    """Give wall and CPU in all, by stage and by step."""
    usage = trial.usage.as_dict()
    return {
        "wall_s": usage["wall_s"],
        "cpu_s": usage["cpu_s"],
        "peak_gb": usage["peak_gb"],
        "wall_s_by_stage": by_stage(trial.wall_s),
        "cpu_s_by_stage": by_stage(trial.cpu_s),
        "wall_s_by_step": {step: round(cost, 2) for step, cost in trial.wall_s.items()},
        "cpu_s_by_step": {step: round(cost, 2) for step, cost in trial.cpu_s.items()},
    }


def judge(line: Path, *, truth: Path) -> dict[str, Any]:
    """Hold what the line wrote against the truth."""
    scores = score_run(line, truth=truth, memory_gb=SCORING_GB)
    return pick(scores, links=describe(read_ours(line, truth=truth, memory_gb=SCORING_GB)))


def pick(scores: dict[str, Any], *, links: dict[str, Any]) -> dict[str, Any]:
    """Give the measures by which the line is judged."""
    residual = scores["residual"]
    measures = ("records", "matched", "matched_wrong_person", "own_number_right")
    return {
        **{name: scores[name] for name in measures},
        "residual": {name: residual[name] for name in ("records", "first_right", "sure_right", "right_and_sure")},
        **{name: {part: scores[name][part] for part in ("precision", "recall", "f1")} for name in TWICE},
        "f1": links["all"]["f1"],
        "f1_residual": links["residual"]["f1"],
    }


def parse() -> argparse.Namespace:
    """Read the command line; without a seed chance gives one, so that it was never seen before."""
    parser = argparse.ArgumentParser(description="Measure the line from raw Parquet to verdicts and report.")
    parser.add_argument("--people", type=int, default=98_000_000)
    parser.add_argument("--doses", type=int, default=61_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--prepared", action="store_true", help="prepare the register first, counted apart")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--memory", type=float, default=10.0, help="budget of the line in GB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep what the line wrote, in bench/out")
    return parser.parse_args()


def main() -> None:
    """Measure, and end with one JSON object."""
    chosen = parse()
    nation = make_nation(people=chosen.people, doses=chosen.doses, seed=chosen.seed)
    out = HERE / "out" / f"{nation.name}-nation{'-prepared' if chosen.prepared else ''}"
    asked = ("people", "doses", "seed", "prepared", "engine", "memory", "threads")
    said = {name: getattr(chosen, name) for name in asked}
    said |= {"date": date.today().isoformat(), "commit": name_commit()}
    said |= run(nation, out=out, chosen=chosen)
    print(json.dumps(said), flush=True)  # holding against the truth takes its time too
    said |= {"accuracy": judge(out / "line", truth=nation / "truth.parquet")}
    if not chosen.keep:
        shutil.rmtree(out)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
