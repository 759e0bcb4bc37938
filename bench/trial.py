"""A trial of the line on a synthetic nation: the nation made, the line run as a child, its costs by stage."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from processes import Usage, measure
from xacthuc.nation import build_nation

HERE = Path(__file__).resolve().parent

# Steps of the line that are the taking in of files; a peer is charged with them too, for it gets their Parquet.
CLEANING = ("start", "register", "claims.parquet")
STAGES = {"start": "start", "register": "intake of the register", "claims.parquet": "intake of the claims"}
STAGES |= dict.fromkeys(("doses_to_judge", "dose_reasons"), "rules")
STAGES |= dict.fromkeys(("verdicts", "explanations", "writing"), "writing")
STAGES |= {"report": "report"}


@dataclass(frozen=True)
class Trial:
    """What a run of the line used, in all and by step, in the order in which the steps ended."""

    usage: Usage
    cpu_s: dict[str, float]
    wall_s: dict[str, float]


def make_nation(*, people: int, doses: int, seed: int) -> Path:
    """Give the folder of a nation, made now unless it was made before."""
    folder = HERE / "data" / f"{people}x{doses}-{seed}"
    if not folder.exists():
        unfinished = folder.with_suffix(".tmp")
        shutil.rmtree(unfinished, ignore_errors=True)
        build_nation(unfinished, people=people, doses=doses, seed=seed, workers=2)
        unfinished.rename(folder)
    return folder


def try_line(
    claims: Path,
    *options: str,
    register: Path,
    out: Path,
    chosen: argparse.Namespace,
    watch: Callable[[], None] = lambda: None,
) -> Trial:
    """Run the line anew into `out` with the engine, memory and threads chosen; `options` are further ones of `line`."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    means = ["--engine", chosen.engine, "--memory", chosen.memory, "--threads", chosen.threads]
    command = [sys.executable, HERE / "line.py", claims, register, out, *means, *options]
    usage = measure([str(word) for word in command], log=out / "log.txt", watch=watch)
    costs = json.loads((out / "costs.json").read_text(encoding="utf-8"))
    return Trial(usage, costs["cpu_s"], costs["wall_s"])


def by_stage(steps: dict[str, float]) -> dict[str, float]:
    """Add up the costs of the steps of each stage."""
    stages: dict[str, float] = {}
    for step, cost in steps.items():
        stages[name_stage(step)] = round(stages.get(name_stage(step), 0.0) + cost, 2)
    return stages


def name_stage(step: str) -> str:
    """Give the stage of a step of the line."""
    return STAGES.get(step, "rules" if step.startswith("rules") else "matching")


def name_commit() -> str:
    """Give the commit that is measured, "-dirty" where files differ from it."""
    said = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return said.stdout.strip() or "unknown"
