"""A Spark cluster on this machine, from the wheel: a master and workers, each a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
STARTED_WITHIN_S = 600.0


class Cluster:
    """A master and workers of one processor each; leaving the block ends them."""

    def __init__(self, folder: Path, *, workers: int, memory_gb: float = 1.0, environment: Mapping[str, str]) -> None:
        """Say where they write."""
        self._folder = folder
        self._count = workers
        self._memory = f"{int(memory_gb * 1000)}m"
        self._environment = os.environ | {"SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1"} | environment
        self.master = ""
        self.workers: list[subprocess.Popen[bytes]] = []
        self._all: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        """Start them; one that does not start takes the others with it."""
        with ExitStack() as stack:
            stack.callback(self.__exit__)
            self._start_all()
            stack.pop_all()
        return self

    def _start_all(self) -> None:
        place = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self._start("master", MASTER, *place)
        self.master = self._wait("master", r"spark://127\.0\.0\.1:\d+")
        for n in range(self._count):
            means = ("--cores", "1", "--memory", self._memory, "--work-dir", str(self._folder / f"work{n}"))
            self.workers.append(self._start(f"worker{n}", WORKER, *place, *means, self.master))
        for n in range(self._count):
            self._wait(f"worker{n}", "Successfully registered")

    def __exit__(self, *_: object) -> None:
        """End them, with all that they started."""
        for process in self._all:
            end(process)

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("wb") as log:
            command = [HOME / "bin" / "spark-class", *words]
            process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment, start_new_session=True
            )
        self._all.append(process)
        return process

    def _wait(self, name: str, said: str) -> str:
        until = time.monotonic() + STARTED_WITHIN_S
        while time.monotonic() < until:
            found = re.search(said, (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace"))
            if found:
                return found.group()
            time.sleep(0.1)
        raise TimeoutError(f"{name} did not start; see {self._folder}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children, which share its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
