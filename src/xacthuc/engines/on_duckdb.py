"""DuckDB: the engine of one machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TypeVar

import duckdb
import pyarrow as pa

from xacthuc.engines.steps import GONE, GONE_BY, EngineFailed, Step, find_damaged

T = TypeVar("T")
P = TypeVar("P")
A = TypeVar("A")

# Rows that are handed over at a time.
BATCH_ROWS = 250_000

# Functions that the steps use and DuckDB lacks under that name or meaning; the twins stand in on_spark.py.
PRELUDE = (
    "CREATE MACRO sorted_words(s) AS array_to_string(list_sort(string_split(s, '<')), '<')",
    "CREATE MACRO sorted_letters(s) AS array_to_string(list_sort(string_split(s, '')), '')",
    "CREATE MACRO words_begin_within(a, b) AS CASE WHEN NOT contains(b, split_part(a, '<', 1)) THEN false ELSE "
    "list_bool_and(list_transform(string_split(a, '<'), "
    "lambda x: list_bool_or(list_transform(string_split(b, '<'), lambda y: starts_with(y, x))))) END",
    "CREATE MACRO day_number(d) AS "
    "date_diff('day', DATE '1900-01-01', try_cast(CASE WHEN length(d) = 10 THEN d END AS DATE))",
)

# What DuckDB's own text tells more exactly than its class of errors, in the order in which it is looked for.
SAID = {
    "No space left on device": "engine_disk_full",
    "max_temp_directory_size": "engine_spill_used_up",
    "Out of Memory": "engine_memory_used_up",
    "Failed to read file": "engine_file_failed",
    "magic bytes": "engine_file_failed",
    "too small to be a Parquet file": "engine_file_failed",
}
CAUSES = {
    MemoryError: "engine_memory_used_up",
    duckdb.OutOfMemoryException: "engine_memory_used_up",
    duckdb.IOException: "engine_file_failed",
    duckdb.InvalidInputException: "engine_file_failed",  # a file that is not the Parquet file it should be
    duckdb.Error: "engine_step_broken",
}


def as_source(path: Path) -> str:
    """Give the FROM expression of a Parquet file, or of a folder of them without the rows that are gone."""
    source = _read(path / "*.parquet" if path.is_dir() else path)
    gone = path.with_name(GONE)
    if not (path.is_dir() and gone.exists()):
        return source
    return f"(SELECT t.* FROM {source} AS t ANTI JOIN {_read(gone)} AS g ON t.{GONE_BY} = g.{GONE_BY})"


def _read(pattern: Path) -> str:
    return "read_parquet('" + str(pattern).replace("'", "''") + "')"


class DuckDBEngine:
    """Runs steps in this process, spilling to `scratch` when the memory budget is used up."""

    name = "duckdb"
    has_workers = False

    def __init__(self, *, memory_gb: float, threads: int, scratch: Path, scratch_gb: float | None = None) -> None:
        """Open an in-memory database with a budget; nothing of it outlives `close`."""
        scratch.mkdir(parents=True, exist_ok=True)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{int(memory_gb * 1000)}MB",
            "threads": threads,
            "temp_directory": str(scratch),
            "preserve_insertion_order": False,
        }
        if scratch_gb is not None:
            config["max_temp_directory_size"] = f"{int(scratch_gb * 1000)}MB"
        with _explaining("open", {}):
            self._connection = duckdb.connect(config=config)
            # Without the first, what is slow draws a bar on standard output.
            self._run(lambda: self._connection.execute(";".join(("SET enable_progress_bar = false", *PRELUDE))))

    def run_step(self, step: Step, *, inputs: Mapping[str, Path], output: Path) -> None:
        """Write the step's rows to `output`; see Engine."""
        unfinished = output.with_name(output.name + f".{os.getpid()}.tmp")
        quoted = str(unfinished).replace("'", "''")
        try:
            with _explaining(step.name, inputs):
                self._name_inputs(inputs)
                copy = f"COPY ({_select(step)}\n) TO '{quoted}' (FORMAT parquet, COMPRESSION snappy)"
                self._run(lambda: self._connection.execute(copy))
            if output.is_dir():
                shutil.rmtree(output)
            unfinished.replace(output)
        finally:
            unfinished.unlink(missing_ok=True)

    def stream(self, step: Step, *, inputs: Mapping[str, Path]) -> Iterator[pa.RecordBatch]:
        """Give the step's rows batch by batch; see Engine."""
        with _explaining(step.name, inputs):
            self._name_inputs(inputs)
            batches = self._run(lambda: self._connection.sql(_select(step)).to_arrow_reader(BATCH_ROWS))
            while (batch := self._run(lambda: next(batches, None))) is not None:
                yield batch

    def fetch(self, sql: str, *, inputs: Mapping[str, Path]) -> pa.Table:
        """Give the rows of a small query; see Engine."""
        with _explaining("query", inputs):
            self._name_inputs(inputs)
            return self._run(lambda: self._connection.sql(sql).to_arrow_table())

    def spread(self, work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        """Do the work for each part, here and now; see Engine."""
        return [work(part) for part in parts]

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _run(self, ask: Callable[[], T]) -> T:
        """Ask in a thread of its own, so that Ctrl-C is heard at once.

        DuckDB looks for signals only in the thread that asked, and not while that one waits for the engine's others.
        """
        answer: Future[T] = Future()
        try:
            Thread(target=_answer, args=(answer, ask), daemon=True).start()
            return answer.result()
        except KeyboardInterrupt:
            while not (answer.cancel() or answer.done()):  # an interrupt before the query has begun is lost
                self._connection.interrupt()
                wait([answer], timeout=0.05)
            raise

    def _name_inputs(self, inputs: Mapping[str, Path]) -> None:
        views = [f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {as_source(path)}" for name, path in inputs.items()]
        self._run(lambda: self._connection.execute(";".join(views)) if views else None)


def _select(step: Step) -> str:
    return step.sql.rstrip().rstrip(";")


def _answer(answer: Future[T], ask: Callable[[], T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - raised again where it was asked
        answer.set_exception(error)


@contextmanager
def _explaining(step: str, inputs: Mapping[str, Path]) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:  # on its way through Arrow one may change
        raise _explain(step, error, inputs) from None  # the engine's own text may quote values


def _explain(step: str, error: BaseException, inputs: Mapping[str, Path]) -> EngineFailed:
    """Say what went wrong without the engine's own text, which may quote values."""
    said = next((code for words, code in SAID.items() if words in str(error)), None)
    code = said or next((code for kind, code in CAUSES.items() if isinstance(error, kind)), "engine_stopped")
    damaged = find_damaged(str(error), inputs) if code == "engine_file_failed" else None
    if damaged:
        return EngineFailed("engine_table_damaged", step=step, cause=damaged.name, damaged=damaged)
    return EngineFailed(code, step=step, cause=type(error).__name__)
