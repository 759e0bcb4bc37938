"""Speed, memory and accuracy of the whole line beside Splink 5, on a synthetic nation that nobody has seen before.

1 make the nation (not counted)   2 run the line from raw Parquet to verdicts   3 run Splink on the line's own cleaned
Parquet, with training and without   4 hold both against the truth. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from accuracy import describe, read_ours, read_peer, recall_at
from processes import Usage, measure
from trial import CLEANING, HERE, by_stage, make_nation, name_commit, name_stage, try_line
from xacthuc.nation import score_run


def run_line(nation: Path, *, out: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the line cold; give its usage, its CPU-seconds by step and its scores."""
    claims, register, truth = (nation / f"{name}.parquet" for name in ("claims", "register", "truth"))
    trial = try_line(claims, "--keep-people", register=register, out=out, chosen=chosen)
    links = read_ours(out, truth=truth)
    return {
        "usage": trial.usage,
        "steps": trial.cpu_s,
        "links": links,
        "accuracy": describe(links),
        "scores": score_run(out, truth=truth),
    }


def run_peer(nation: Path, *, line: Path, out: Path, blocking: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run Splink with training, and once more with the model that it saved; the better order of its links counts."""
    claims, people = line / "work" / "claims" / "rows", line / "people"
    given = ["--blocking", blocking, "--memory", chosen.peer_memory, "--threads", chosen.threads]
    runs: dict[str, Any] = {}
    for name, model in (("trained", []), ("saved_model", ["--model", out / "trained" / "model.json"])):
        folder = out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        command = [sys.executable, HERE / "splink_peer.py", claims, people, folder, *given, *model]
        usage = measure([str(word) for word in command], log=folder / "log.txt")
        runs[name] = {"usage": usage, "steps": _read_costs(folder)}
    made = out / "trained" / "links.parquet"
    truth = nation / "truth.parquet"
    orders = [read_peer(made, claims=claims, people=people, truth=truth, by=by) for by in ("weight", "margin")]
    links = max(orders, key=lambda order: describe(order)["residual"]["f1"])
    return {"runs": runs, "links": links, "accuracy": describe(links)}


def _read_costs(out: Path) -> dict[str, float]:
    costs: dict[str, float] = json.loads((out / "costs.json").read_text(encoding="utf-8"))
    return costs


def tell_line(line: dict[str, Any], *, doses: int, console: Console) -> None:
    """Print what the line cost, step by step."""
    table = Table("stage", "step", "CPU-s", "us a dose", title="The line, by step", title_justify="left")
    for step, cost in line["steps"].items():
        if cost >= 0.05:
            table.add_row(name_stage(step), step, f"{cost:.1f}", f"{1e6 * cost / doses:.2f}")
    console.print(table)
    table = Table("stage", "CPU-s", "share", title="The line, by stage", title_justify="left")
    total = sum(line["steps"].values())
    for stage, cost in by_stage(line["steps"]).items():
        table.add_row(stage, f"{cost:.1f}", f"{cost / total:.0%}")
    console.print(table)


def compare(line: dict[str, Any], peers: dict[str, Any]) -> dict[str, Any]:
    """Give, for each peer, the costs with cleaning charged to both, and the recall of both at the peer's precision."""
    stages = by_stage(line["steps"])
    cleaning = sum(cost for step, cost in line["steps"].items() if step in CLEANING)
    ours = line["usage"].cpu_s
    matching = stages["matching"]
    result: dict[str, Any] = {}
    for name, peer in peers.items():
        precision = peer["accuracy"]["residual"]["precision"]
        rest = line["links"].among(line["links"].residual)
        result[name] = {
            run: {
                "cpu_with_cleaning": round(measured["usage"].cpu_s + cleaning, 1),
                "ratio": round((measured["usage"].cpu_s + cleaning) / ours, 2),
                "ratio_linking_alone": round(measured["usage"].cpu_s / matching, 2),
            }
            for run, measured in peer["runs"].items()
        }
        result[name]["residual_recall_at_its_precision"] = {
            "precision": precision,
            "ours": recall_at(rest, precision=precision),
            "splink": peer["accuracy"]["residual"]["recall"],
        }
    return result


def tell_peers(line: dict[str, Any], peers: dict[str, Any], compared: dict[str, Any], *, console: Console) -> None:
    """Print ours and the peer's side by side."""
    table = Table("run", "CPU-s", "with cleaning", "wall s", "peak GB", "F1", "residual F1", "ratio", "linking alone")
    table.add_row("ours", *_cells(line["usage"], line["usage"].cpu_s), *_f1(line["accuracy"]), "1", "1")
    for name, peer in peers.items():
        for run, measured in peer["runs"].items():
            said = compared[name][run]
            table.add_row(
                f"Splink, {name}, {run.replace('_', ' ')}",
                *_cells(measured["usage"], said["cpu_with_cleaning"]),
                *_f1(peer["accuracy"]),
                f"{said['ratio']:.2f}",
                f"{said['ratio_linking_alone']:.2f}",
            )
    console.print(table)


def _cells(usage: Usage, whole: float) -> tuple[str, ...]:
    return f"{usage.cpu_s:.1f}", f"{whole:.1f}", f"{usage.wall_s:.0f}", f"{usage.peak_gb:.1f}"


def _f1(accuracy: dict[str, Any]) -> tuple[str, str]:
    return f"{accuracy['all']['f1']:.5f}", f"{accuracy['residual']['f1']:.5f}"


def parse() -> argparse.Namespace:
    """Read the command line; without a seed chance gives one, so that it was never seen before."""
    parser = argparse.ArgumentParser(description="Measure the line from raw Parquet to verdicts beside Splink 5.")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doses", type=int, default=600_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--memory", type=float, default=4.0, help="budget of the line in GB")
    parser.add_argument("--peer", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--peer-memory", type=float, default=12.0, help="budget of Splink in GB: it needs more")
    parser.add_argument("--blocking", nargs="*", choices=("lean", "wide"), default=["lean", "wide"])
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Measure, print, and end with one JSON object."""
    chosen = parse()
    console = Console(width=120)
    nation = make_nation(people=chosen.people, doses=chosen.doses, seed=chosen.seed)
    out = HERE / "out" / nation.name
    line = run_line(nation, out=out / "line", chosen=chosen)
    tell_line(line, doses=line["accuracy"]["records"], console=console)
    peers = {
        name: run_peer(nation, line=out / "line", out=out / f"splink-{name}", blocking=name, chosen=chosen)
        for name in (chosen.blocking if chosen.peer else ())
    }
    compared = compare(line, peers)
    tell_peers(line, peers, compared, console=console)
    print(json.dumps(summarise(line, peers, compared, chosen=chosen)))


def summarise(
    line: dict[str, Any], peers: dict[str, Any], compared: dict[str, Any], *, chosen: argparse.Namespace
) -> dict[str, Any]:
    """Give everything that was measured."""
    return {
        "date": date.today().isoformat(),
        "commit": name_commit(),
        "asked": {key: getattr(chosen, key) for key in ("people", "doses", "seed", "engine", "memory", "threads")},
        "line": {
            "usage": line["usage"].as_dict(),
            "us_per_dose": round(1e6 * line["usage"].cpu_s / line["accuracy"]["records"], 1),
            "stages": by_stage(line["steps"]),
            "steps": {step: round(cost, 2) for step, cost in line["steps"].items()},
            "accuracy": line["accuracy"],
            "scores": line["scores"],
        },
        "splink": {
            name: {
                "accuracy": peer["accuracy"],
                **{
                    run: {"usage": m["usage"].as_dict(), "steps": {k: round(v, 2) for k, v in m["steps"].items()}}
                    for run, m in peer["runs"].items()
                },
            }
            for name, peer in peers.items()
        },
        "compared": compared,
    }


if __name__ == "__main__":
    main()
