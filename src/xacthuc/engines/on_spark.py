"""Spark: the engine for when one machine is not enough. Needs pyspark and Java 17."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql.functions import count, lit

from xacthuc.engines.spark_session import open_session, read_settings
from xacthuc.engines.spark_watch import Watch
from xacthuc.engines.steps import GONE, GONE_BY, EngineFailed, Step, find_damaged

P = TypeVar("P")
A = TypeVar("A")

NO_INPUTS: Mapping[str, Path] = {}

# So many that every worker surely gets one.
LOOKS_PER_PROCESSOR = 4

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
    """Runs steps on a Spark session: local threads by default, a cluster by the URL of its master."""

    name = "spark"
    has_workers = True

    def __init__(
        self, *, memory_gb: float, threads: int, scratch: Path, master: str | None = None, settings: Path | None = None
    ) -> None:
        """Start the session; takes some ten seconds. `settings` is a file of Spark's own. Raises EngineFailed."""
        scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = scratch
        self._watch: Watch | None = None
        self._owned = SparkSession.getActiveSession() is None  # a session is shared by all of a process
        asked = read_settings(settings) if settings else {}
        with self._explaining("start"):
            self._session = open_session(
                master=master, settings=asked, memory_gb=memory_gb, threads=threads, scratch=scratch
            )
            for statement in PRELUDE:
                self._session.sql(statement.replace("CREATE TEMPORARY", "CREATE OR REPLACE TEMPORARY"))
        if master is not None:
            self._watch = Watch(self._session.sparkContext)
            with ExitStack() as stack:
                stack.callback(self.close)
                self._check_workers()
                stack.pop_all()

    def run_step(self, step: Step, *, inputs: Mapping[str, Path], output: Path) -> None:
        """Write the step's rows to `output`; see Engine."""
        unfinished = output.with_name(output.name + f".{os.getpid()}.tmp")
        try:
            with self._explaining(step.name, inputs):
                self._name_inputs(inputs)
                self._write(self._session.sql(step.sql.rstrip().rstrip(";")), unfinished)
            if output.is_dir():
                shutil.rmtree(output)
            output.unlink(missing_ok=True)
            unfinished.replace(output)
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
        with self._explaining("query", inputs):
            self._name_inputs(inputs)
            return self._session.sql(sql).toArrow()

    def spread(self, work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        """Do the work for each part on the workers; see Engine."""
        with self._explaining(work.__name__):
            answers: list[A] = self._session.sparkContext.parallelize(parts, len(parts)).map(work).collect()
        return answers

    def close(self) -> None:
        """Stop the session, unless another engine of this process began it."""
        if self._watch is not None:
            self._watch.end()
        if self._owned:
            with suppress(PySparkException, Py4JError, ConnectionError):  # what is lost already needs no end
                self._session.stop()

    def _check_workers(self) -> None:
        """See that there are workers, that they can run this package, and that they see the files of this machine.

        A worker that does not see them would write its part of a table where nobody finds it.
        """
        seen = self._scratch / "seen_by_workers"
        seen.touch()
        tasks = LOOKS_PER_PROCESSOR * self._session.sparkContext.defaultParallelism
        self.spread(look_at, [seen] * tasks)

    def _write(self, rows: DataFrame, path: Path) -> None:
        """Write rows as a folder; on a cluster see that all have arrived here, and none on the disk of a worker."""
        seen = Observation()
        if self._watch is not None:
            rows = rows.observe(seen, count(lit(1)).alias("rows"))
        rows.write.mode("overwrite").parquet(as_url(path))
        if self._watch is not None and count_rows(path) != seen.get["rows"]:
            raise EngineFailed("engine_not_shared")

    def _name_inputs(self, inputs: Mapping[str, Path]) -> None:
        for name, path in inputs.items():
            table, gone = self._session.read.parquet(as_url(path)), path.with_name(GONE)
            if path.is_dir() and gone.exists():
                table = table.join(self._session.read.parquet(as_url(gone)), GONE_BY, "left_anti")
            table.createOrReplaceTempView(name)

    @contextmanager
    def _explaining(self, step: str, inputs: Mapping[str, Path] = NO_INPUTS) -> Iterator[None]:
        try:
            yield
        except (PySparkException, Py4JError, ConnectionError) as error:
            if self._watch is not None and self._watch.lonely:
                raise EngineFailed("engine_workers_lost", step=step) from None
            raise explain(step, error, inputs, shared=self._watch is not None) from None


def as_url(path: Path) -> str:
    """Give a path as Spark is told it: without the scheme it would be one of the cluster's default file system."""
    return f"file://{path.absolute()}"


def count_rows(folder: Path) -> int:
    """Give the number of rows of the Parquet files of a folder."""
    return sum(int(pq.read_metadata(path).num_rows) for path in folder.glob("*.parquet"))


def look_at(path: Path) -> int:
    """Give the size of a file: what a worker does to show that it is one of ours."""
    return path.stat().st_size


# What Java's or Python's text of an error says, and the code it stands for; the first that is found.
_SAID = {
    "OutOfMemory": "engine_memory_used_up",
    "No space left on device": "engine_disk_full",
    "PYTHON_VERSION_MISMATCH": "engine_workers_unfit",
    "ModuleNotFoundError": "engine_workers_unfit",
    "ImportError": "engine_workers_unfit",
    "Cannot run program": "engine_workers_unfit",
    "FileNotFoundError": "engine_not_shared",
    "FileNotFoundException": "engine_not_shared",
    "Permission denied": "engine_not_shared",
    "Mkdirs failed": "engine_not_shared",
    "ExecutorLostFailure": "engine_workers_lost",
    "ExecutorDeadException": "engine_workers_lost",
    "is not a Parquet file": "engine_file_failed",
    "FAILED_READ_FILE": "engine_file_failed",
    "Application has been killed": "engine_application_lost",
    "SparkContext was shut down": "engine_application_lost",
    "stopped SparkContext": "engine_application_lost",
    "All masters are unresponsive": "engine_master_unreachable",
}


def explain(
    step: str, error: PySparkException | Py4JError | ConnectionError, inputs: Mapping[str, Path], *, shared: bool
) -> EngineFailed:
    """Say what went wrong in Spark's names for it, which quote nothing; `shared`: on the machines of a cluster."""
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    text = str(error)
    code = next((code for said, code in _SAID.items() if said in text), None)
    if code is None and isinstance(error, ConnectionError | Py4JNetworkError):
        code = "engine_application_lost"
    if code is None and step == "start":
        code = "engine_not_started"
    if code == "engine_not_shared" and not shared:
        code = "engine_file_failed"
    damaged = find_damaged(text, inputs) if code == "engine_file_failed" else None
    if damaged is not None:
        return EngineFailed("engine_table_damaged", step=step, cause=damaged.name, damaged=damaged)
    if code is not None:
        return EngineFailed(code, step=step)
    if condition is None:  # nothing that Spark has a name for on this side: files, memory, a lost machine
        return EngineFailed("engine_stopped", step=step)
    return EngineFailed("engine_step_broken", step=step, cause=condition)
