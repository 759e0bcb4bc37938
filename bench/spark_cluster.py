"""The line on a Spark cluster of this machine, a master and two workers, beside DuckDB: same rows, what it costs.

1 make the nation (not counted)   2 run the line with DuckDB   3 start the cluster and run the line on it, with a
worker killed after a while if that is asked for   4 compare every table. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from processes import get_memory, list_tree
from trial import HERE, Trial, by_stage, make_nation, name_commit, try_line
from xacthuc.engines import open_engine

sys.path.append(str(HERE.parent / "tests"))
from cluster import Cluster, end  # the tests start the same one; bench has a `line` of its own

TABLES = ("verdicts", "records", "persons", "explanations", "work/claims/rows", "work/claims/findings")
DIGEST = "SELECT count(*) AS rows, CAST(sum(CAST(hash(t) AS HUGEINT)) AS VARCHAR) AS digest FROM t"
BECOME_SUBREAPER = 36  # of prctl: what a process leaves behind becomes a child of ours, and its CPU is counted


class Whole:
    """CPU-seconds and the most memory of everything that this process has started, orphans too, since it was made."""

    def __init__(self) -> None:
        """Begin to count."""
        self._before = _count_children()
        self._began = time.monotonic()
        self.peak_gb = 0.0

    def look(self) -> None:
        """Look at the memory now."""
        self.peak_gb = max(self.peak_gb, sum(map(get_memory, list_tree(os.getpid())[1:])) / 1e9)

    def end(self) -> dict[str, float]:
        """Wait for all that was left behind; give what was used."""
        with suppress(ChildProcessError):
            while True:
                os.wait()
        cpu = _count_children() - self._before
        used = {"cpu_s": cpu, "wall_s": time.monotonic() - self._began, "peak_gb": self.peak_gb}
        return {name: round(value, 2) for name, value in used.items()}


def _count_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_duckdb(nation: Path, out: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the line with DuckDB."""
    whole = Whole()
    trial = _try(nation, out, "duckdb", chosen, watch=whole.look)
    return {**whole.end(), "stages_wall_s": by_stage(trial.wall_s)}


def run_spark(nation: Path, out: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Start a cluster, run the line on it, and end the cluster."""
    whole = Whole()
    began = time.monotonic()
    logs = out.with_name("cluster")
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    settings = logs / "spark.conf"
    settings.write_text(
        "spark.driver.host 127.0.0.1\nspark.driver.bindAddress 127.0.0.1\n"
        f"spark.executor.memory {int(chosen.worker_memory * 1000)}m\n"
        f"spark.sql.shuffle.partitions {chosen.partitions}\n",
        encoding="utf-8",
    )
    killed: list[float] = []
    with Cluster(logs, workers=2, memory_gb=chosen.worker_memory + 1, environment={}) as cluster:

        def watch() -> None:
            whole.look()
            if chosen.kill_after and not killed and time.monotonic() - began > chosen.kill_after:
                end(cluster.workers[0])
                killed.append(round(time.monotonic() - began, 1))

        means = ("--master", cluster.master, "--spark-conf", str(settings))
        trial = _try(nation, out, "spark", chosen, *means, watch=watch)
    assert bool(killed) == bool(chosen.kill_after), "the run ended before the worker was to be killed"
    return {**whole.end(), "killed_after_s": killed, "stages_wall_s": by_stage(trial.wall_s)}


def _try(
    nation: Path, out: Path, engine: str, chosen: argparse.Namespace, *options: str, watch: Callable[[], None]
) -> Trial:
    chosen.engine = engine
    claims, register = nation / "claims.parquet", nation / "register.parquet"
    return try_line(claims, *options, register=register, out=out, chosen=chosen, watch=watch)


def digest(out: Path) -> dict[str, dict[str, Any]]:
    """Give rows and a digest that knows no order, by table."""
    engine = open_engine("duckdb", memory_gb=2, threads=1, scratch=out / "scratch" / "digest")
    paths = {name: out / name if "/" in name else out / f"{name}.parquet" for name in TABLES}
    found = {name: engine.fetch(DIGEST, inputs={"t": path}).to_pylist()[0] for name, path in paths.items()}
    engine.close()
    return found


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure the line on a Spark cluster of this machine beside DuckDB.")
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doses", type=int, default=600_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--memory", type=float, default=2.0, help="budget in GB of DuckDB, and of Spark's driver")
    parser.add_argument("--worker-memory", type=float, default=1.5, help="heap in GB of each of the two workers")
    parser.add_argument("--partitions", type=int, default=16, help="parts in which Spark shuffles")
    parser.add_argument("--kill-after", type=float, help="seconds after which one worker is killed")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Measure, and end with one JSON object."""
    chosen = parse()
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    nation = make_nation(people=chosen.people, doses=chosen.doses, seed=chosen.seed)
    out = HERE / "out" / f"{nation.name}-cluster"
    spark = run_spark(nation, out / "spark", chosen)
    duckdb = run_duckdb(nation, out / "duckdb", chosen)
    digests = {name: digest(out / name) for name in ("spark", "duckdb")}
    same = {name: digests["spark"][name] == digests["duckdb"][name] for name in TABLES}
    asked = ("people", "doses", "seed", "memory", "worker_memory", "partitions", "kill_after")
    told = {
        "date": date.today().isoformat(),
        "commit": name_commit(),
        "asked": {key: getattr(chosen, key) for key in asked},
        "spark": spark,
        "duckdb": duckdb,
        "cpu_ratio": round(spark["cpu_s"] / duckdb["cpu_s"], 2),
        "rows": {name: found["rows"] for name, found in digests["duckdb"].items()},
        "same": same,
    }
    print(json.dumps(told))
    sys.exit(0 if all(same.values()) else 1)


if __name__ == "__main__":
    main()
