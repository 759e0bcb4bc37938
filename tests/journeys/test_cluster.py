"""A Spark cluster of a master and two workers gives what one machine gives, also when a worker is lost."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cluster import Cluster, end
from line import list_steps
from required import SMALL_JAVA, skip_or_fail
from xacthuc.nation import build_nation

TABLES = ("verdicts", "records", "persons", "explanations", "work/claims/findings")
SETTINGS = """
# small, and on this machine alone
spark.driver.host=127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.executor.memory 512m
spark.sql.shuffle.partitions 2
"""

# The command, with pieces small enough that even a small nation is shared out.
COMMAND = """
from xacthuc.cli import main
from xacthuc.reading import columnar
columnar.SLICE_ROWS = 3_000
main()
"""
WITHIN_S = 900

pytestmark = [pytest.mark.slow, pytest.mark.spark]


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small nation in pieces that two workers can share."""
    folder = tmp_path_factory.mktemp("nation")
    build_nation(folder, people=20_000, doses=12_000, seed=4711)
    for name in ("claims", "register"):
        path = folder / f"{name}.parquet"
        pq.write_table(pq.read_table(path), path, row_group_size=4_000)
    (folder / "spark.conf").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if shutil.which("java") is None:
        skip_or_fail("Spark needs Java 17, and there is no java on this machine")
    os.environ.setdefault("JDK_JAVA_OPTIONS", SMALL_JAVA)
    small = {"SPARK_DAEMON_MEMORY": "128m"}
    with Cluster(tmp_path_factory.mktemp("cluster"), workers=2, environment=small) as cluster:
        yield cluster


def start(nation: Path, out: Path, *options: str | Path) -> subprocess.Popen[str]:
    """Start to verify the nation; what is the register's stays in a folder beside `out`."""
    words = [nation / "claims.parquet", "--register", nation / "register.parquet", "--out", out, *options]
    side = ("--register-side", out.with_name(f"{out.name}-side"), "--as-of", "2021-12-31", "--no-report", "--json")
    command = [sys.executable, "-c", COMMAND, "verify", *map(str, (*words, *side))]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read(out: Path) -> dict[str, list[str]]:
    """Give the rows of every table, in an order of their own."""
    paths = {name: out / name if "/" in name else out / f"{name}.parquet" for name in TABLES}
    paths["candidates"] = out.with_name(f"{out.name}-side") / "candidates.parquet"
    return {name: sorted(map(str, pq.read_table(path).to_pylist())) for name, path in paths.items()}


def wait_for_step(process: subprocess.Popen[str], out: Path, step: str) -> None:
    until = time.monotonic() + WITHIN_S
    while step not in list_steps(out):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.1)


def test_work_that_no_worker_can_take_is_given_up(cluster: Cluster, nation: Path, tmp_path: Path) -> None:
    greedy = tmp_path / "spark.conf"
    more = "spark.executor.memory 900g\nspark.xacthuc.workersWithin 3\n"
    greedy.write_text(SETTINGS.replace("spark.executor.memory 512m\n", more), encoding="utf-8")
    means = ("--engine", "spark", "--master", cluster.master, "--spark-conf", greedy)
    process = start(nation, tmp_path / "out", *means)
    out, err = process.communicate(timeout=WITHIN_S)
    assert (process.returncode, out) == (3, ""), err
    assert "No worker of the Spark cluster takes the work" in err
    assert "Traceback" not in err


def test_worker_killed_in_the_middle_changes_nothing(cluster: Cluster, nation: Path, tmp_path: Path) -> None:
    alone = start(nation, tmp_path / "alone")
    means = ("--engine", "spark", "--master", cluster.master, "--spark-conf", nation / "spark.conf")
    shared = start(nation, tmp_path / "shared", *means)
    wait_for_step(shared, tmp_path / "shared", "numbered")
    end(cluster.workers[0])
    for process in (alone, shared):
        out, err = process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0, err
        assert json.loads(out)["doses"] > 10_000
    assert len(list((tmp_path / "shared" / "work" / "claims" / "rows").iterdir())) > 2  # it was shared out
    assert read(tmp_path / "shared") == read(tmp_path / "alone")


def test_master_that_is_gone_is_told_at_once(nation: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:  # a port where nobody listens
        taken.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{taken.getsockname()[1]}"
        process = start(nation, tmp_path / "out", "--engine", "spark", "--master", master)
        out, err = process.communicate(timeout=WITHIN_S)
    assert (process.returncode, out) == (3, "")
    assert "The Spark master cannot be reached" in err


@pytest.mark.parametrize("option", ["--master", "--spark-conf"])
def test_master_without_spark_is_refused(option: str, nation: Path, tmp_path: Path) -> None:
    value = {"--master": "spark://127.0.0.1:7077", "--spark-conf": str(nation / "spark.conf")}[option]
    process = start(nation, tmp_path / "out", option, value)
    out, err = process.communicate(timeout=WITHIN_S)
    assert (process.returncode, out) == (2, "")
    assert f"{option} is for --engine spark only" in err
    assert not (tmp_path / "out").exists()
