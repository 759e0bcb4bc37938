"""How a Spark session is opened: local threads, or a cluster whose workers get this very package."""

from __future__ import annotations

import os
import re
import socket
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from xacthuc.engines.steps import EngineFailed

REACHED_WITHIN_S = 10.0  # a master that does not answer a connection by then is not there

_SETTING = re.compile(r"(?P<key>spark\.[\w.\-]+)(?:\s*=\s*|\s+)(?P<value>[^\s=].*)")

_ALWAYS = {
    "spark.executor.syncLogLevel.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
}


def open_session(
    *, master: str | None, settings: Mapping[str, str], memory_gb: float, threads: int, scratch: Path
) -> SparkSession:
    """Start a session, which takes some ten seconds; give the one of this process if there is one.

    Without `master` nothing leaves this machine. `settings` are Spark's own and go before ours. Raises EngineFailed,
    and what Spark raises where it cannot start.
    """
    asked = {**_ALWAYS, **(_set_local(threads, scratch) if master is None else {}), **settings}
    asked.setdefault("spark.driver.memory", f"{max(1, int(memory_gb))}g")
    asked.setdefault("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    os.environ["PYSPARK_PYTHON"] = asked.get("spark.pyspark.python") or os.environ.get("PYSPARK_PYTHON", sys.executable)
    if master is not None:
        check_reachable(master)
        # Of this machine, the workers have their own; on Kubernetes such a folder is hidden by one of the worker's.
        os.environ.setdefault("SPARK_LOCAL_DIRS", str(scratch / "driver"))
    builder = SparkSession.builder.master(master or f"local[{threads}]").appName("xacthuc")
    for key, value in asked.items():
        builder = builder.config(key, value)
    fresh = SparkSession.getActiveSession() is None  # a session is shared by all of a process
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")  # its errors quote values of the data
    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True  # so does this one
    if fresh:
        session.sparkContext.addPyFile(str(pack_ourselves(scratch)))
    return session


def _set_local(threads: int, scratch: Path) -> dict[str, str]:
    return {
        "spark.sql.shuffle.partitions": str(threads * 2),
        "spark.local.dir": str(scratch),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }


def check_reachable(master: str) -> None:
    """Raise EngineFailed where no master of spark://HOST:PORT[,HOST:PORT] can be connected to.

    Spark itself would try for a minute. Other kinds of master are not checked.
    """
    if not master.startswith("spark://"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), timeout=REACHED_WITHIN_S):
                return
        except (OSError, ValueError):
            continue
    raise EngineFailed("engine_master_unreachable")


def read_settings(path: Path) -> dict[str, str]:
    """Read lines "spark.KEY VALUE" or "spark.KEY=VALUE" as of spark-defaults.conf; # begins a remark.

    Raises EngineFailed where a line is something else. Not checked: whether Spark knows the key.
    """
    settings: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _SETTING.fullmatch(line.strip())
        if found is None:
            raise EngineFailed("engine_settings_unusable", step=path.name)
        settings[found["key"]] = found["value"]
    return settings


def pack_ourselves(scratch: Path) -> Path:
    """Zip the package that runs here, so that the workers run no other version of it."""
    package = Path(__file__).resolve().parents[1]
    packed = scratch / f"{package.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(package.parent))
    return packed
