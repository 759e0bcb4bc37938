"""Spark: the engine for when one machine is not enough. Needs pyspark and Java 17."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from xacthuc.engines.steps import EngineFailed, Step

# The same names as in on_duckdb.py, with the same meaning; conformance cases hold the two together.
PRELUDE = (
    "CREATE TEMPORARY FUNCTION sorted_words(s STRING) RETURNS STRING RETURN array_join(array_sort(split(s, '<')), '<')",
    "CREATE TEMPORARY FUNCTION sorted_letters(s STRING) RETURNS STRING RETURN array_join(array_sort(split(s, '')), '')",
    "CREATE TEMPORARY FUNCTION words_begin_within(a STRING, b STRING) RETURNS BOOLEAN "
    "RETURN forall(split(a, '<'), x -> exists(split(b, '<'), y -> startswith(y, x)))",
    "CREATE TEMPORARY FUNCTION day_number(d STRING) RETURNS BIGINT "
    "RETURN datediff(try_cast(CASE WHEN length(d) = 10 THEN d END AS DATE), DATE '1900-01-01')",
)


class SparkEngine:
    """Runs steps on a Spark session: local threads by default, any master by URL."""

    name = "spark"

    def __init__(self, *, memory_gb: float, threads: int, scratch: Path, master: str | None = None) -> None:
        """Start the session; takes some ten seconds."""
        scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = scratch
        settings = {
            "spark.driver.memory": f"{max(1, int(memory_gb))}g",
            "spark.sql.shuffle.partitions": str(threads * 2),
            "spark.local.dir": str(scratch),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.ansi.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.parquet.compression.codec": "zstd",
        }
        builder = SparkSession.builder.master(master or f"local[{threads}]").appName("xacthuc")
        for key, value in settings.items():
            builder = builder.config(key, value)
        self._owned = SparkSession.getActiveSession() is None  # a session is shared by all of a process
        self._session = builder.getOrCreate()
        self._session.sparkContext.setLogLevel("OFF")  # its errors quote values of the data
        PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True  # so does this one
        for statement in PRELUDE:
            self._session.sql(statement.replace("CREATE TEMPORARY", "CREATE OR REPLACE TEMPORARY"))

    def run_step(self, step: Step, *, inputs: Mapping[str, Path], output: Path) -> None:
        """Write the step's rows to `output`; see Engine."""
        unfinished = output.with_name(output.name + f".{os.getpid()}.tmp")
        try:
            self._name_inputs(inputs)
            self._session.sql(step.sql.rstrip().rstrip(";")).write.mode("overwrite").parquet(str(unfinished))
            if output.is_dir():
                shutil.rmtree(output)
            output.unlink(missing_ok=True)
            unfinished.replace(output)
        except (PySparkException, Py4JError) as error:
            raise _explain(step.name, error) from None  # Spark's own text may quote values
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def stream(self, step: Step, *, inputs: Mapping[str, Path]) -> Iterator[pa.RecordBatch]:
        """Give the step's rows batch by batch; see Engine."""
        made = self._scratch / f"{step.name}.parquet"
        self.run_step(step, inputs=inputs, output=made)
        try:
            yield from ds.dataset(made, format="parquet").to_batches()
        finally:
            shutil.rmtree(made)

    def fetch(self, sql: str, *, inputs: Mapping[str, Path]) -> pa.Table:
        """Give the rows of a small query; see Engine."""
        try:
            self._name_inputs(inputs)
            return self._session.sql(sql).toArrow()
        except (PySparkException, Py4JError) as error:
            raise _explain("query", error) from None

    def close(self) -> None:
        """Stop the session, unless another engine of this process began it."""
        if self._owned:
            self._session.stop()

    def _name_inputs(self, inputs: Mapping[str, Path]) -> None:
        for name, path in inputs.items():
            self._session.read.parquet(str(path)).createOrReplaceTempView(name)


def _explain(step: str, error: PySparkException | Py4JError) -> EngineFailed:
    """Say what went wrong in Spark's names for it, which quote nothing."""
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    if condition is None:  # nothing that Spark has a name for on this side: files, memory, a lost machine
        return EngineFailed("engine_stopped", step=step)
    return EngineFailed("engine_step_broken", step=step, cause=condition)
