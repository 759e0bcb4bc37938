"""What keeps a Spark cluster honest without one: settings, a master that is not there, and what errors are called."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkRuntimeError

from xacthuc.engines import EngineFailed
from xacthuc.engines.on_spark import as_url, count_rows, explain
from xacthuc.engines.spark_session import check_reachable, pack_ourselves, read_settings

SECRET = "Bùi Thị Hiếm"

SETTINGS = """
# a remark
spark.executor.memory   6g
  spark.pyspark.python=/opt/x y/python
spark.executor.extraJavaOptions = -Da=b -Dc=d
"""


def test_settings_are_read_as_spark_reads_them(tmp_path: Path) -> None:
    (tmp_path / "spark.conf").write_text(SETTINGS, encoding="utf-8")
    assert read_settings(tmp_path / "spark.conf") == {
        "spark.executor.memory": "6g",
        "spark.pyspark.python": "/opt/x y/python",
        "spark.executor.extraJavaOptions": "-Da=b -Dc=d",
    }


@pytest.mark.parametrize("line", ["memory 6g", "spark.executor.memory", "spark.executor.memory =", "[spark]", "= 6g"])
def test_settings_that_are_none_are_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "spark.conf").write_text(f"spark.ui.port 1\n{line}\n", encoding="utf-8")
    with pytest.raises(EngineFailed, match=r"spark\.conf") as failure:
        read_settings(tmp_path / "spark.conf")
    assert failure.value.code == "engine_settings_unusable"


@pytest.mark.parametrize("master", ["spark://127.0.0.1:PORT", "spark://127.0.0.1", "spark://", "spark://127.0.0.1:x"])
def test_master_that_is_not_there_is_told(master: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(EngineFailed) as failure:
            check_reachable(master.replace("PORT", str(taken.getsockname()[1])))
    assert failure.value.code == "engine_master_unreachable"


def test_one_of_several_masters_is_enough() -> None:
    with socket.socket() as taken, socket.create_server(("127.0.0.1", 0)) as master:
        taken.bind(("127.0.0.1", 0))
        check_reachable(f"spark://127.0.0.1:{taken.getsockname()[1]},127.0.0.1:{master.getsockname()[1]}")
    check_reachable("yarn")


def test_workers_get_this_very_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(pack_ourselves(tmp_path)) as archive:
        names = archive.namelist()
    assert {"xacthuc/__init__.py", "xacthuc/texts/engines.toml", "xacthuc/matching/01_numbers.sql"} <= set(names)
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


PYTHON = "org.apache.spark.api.python.PythonException: Traceback (most recent call last): "
TOLD = {
    "java.lang.OutOfMemoryError: Java heap space": "engine_memory_used_up",
    "java.io.IOException: No space left on device": "engine_disk_full",
    PYTHON + "pyspark.errors.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH]": "engine_workers_unfit",
    PYTHON + "ModuleNotFoundError: No module named 'pyarrow'": "engine_workers_unfit",
    'java.io.IOException: Cannot run program "python9": error=2': "engine_workers_unfit",
    PYTHON + "FileNotFoundError: [Errno 2] No such file or directory": "engine_not_shared",
    "java.io.FileNotFoundException: File does not exist": "engine_not_shared",
    "java.io.IOException: Mkdirs failed to create file": "engine_not_shared",
    "java.io.FileNotFoundException: x (Permission denied)": "engine_not_shared",
    "Task 0 failed 4 times: ExecutorLostFailure (executor 1 exited)": "engine_workers_lost",
    "Job aborted: Application has been killed. Reason: removed": "engine_application_lost",
    "SparkContext was shut down": "engine_application_lost",
    "something else": "engine_stopped",
}


@pytest.mark.parametrize(("said", "code"), TOLD.items(), ids=TOLD.values())
def test_errors_of_a_cluster_have_codes(said: str, code: str) -> None:
    failure = explain("06_blocks", Py4JError(f"{said} {SECRET}"), {}, shared=True)
    assert failure.code == code
    assert "06_blocks" in str(failure)
    assert SECRET not in str(failure)


def test_lost_driver_and_java_that_does_not_start_have_codes() -> None:
    for error in (Py4JNetworkError("answer from Java side is empty"), ConnectionRefusedError(111, "refused")):
        assert explain("06_blocks", error, {}, shared=True).code == "engine_application_lost"
    java = PySparkRuntimeError(errorClass="JAVA_GATEWAY_EXITED", messageParameters={})
    assert explain("start", java, {}, shared=False).code == "engine_not_started"


def test_files_of_this_machine_alone_are_not_called_unshared(tmp_path: Path) -> None:
    gone = Py4JError("java.io.FileNotFoundException: File does not exist")
    assert explain("06_blocks", gone, {}, shared=False).code == "engine_file_failed"
    table = tmp_path / "pairs.parquet"
    damaged = explain("07", Py4JError(f"[FAILED_READ_FILE] {as_url(table)}"), {"pairs": table}, shared=True)
    assert (damaged.code, damaged.damaged) == ("engine_table_damaged", table)


def test_rows_that_arrived_are_counted(tmp_path: Path) -> None:
    for n in (2, 3):
        pq.write_table(pa.table({"n": range(n)}), tmp_path / f"part-{n}.parquet")
    assert count_rows(tmp_path) == 5
