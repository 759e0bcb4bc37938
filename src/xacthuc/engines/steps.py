"""What a step and an engine are, and how to open one by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa

from xacthuc.findings import get_code

P = TypeVar("P")
A = TypeVar("A")

# A folder of parts may have rows that are no longer valid: this file beside it names them, in the column GONE_BY.
GONE = "gone.parquet"
GONE_BY = "person_no"


class EngineFailed(Exception):
    """A step could not be run: a code of texts/engines.toml; says which step and why, never a value of the data."""

    def __init__(self, code: str, *, step: str = "", cause: str = "", damaged: Path | None = None) -> None:
        """`cause` is the engine's own name for what happened, `damaged` the table that it could not read.

        The text says it in both languages.
        """
        self.code = code
        self.damaged = damaged
        entry = get_code(code)
        more = step + (f", {cause}" if cause else "")
        at = (f" (bước {more})", f" (step {more})") if step else ("", "")
        super().__init__(f"{entry.vi}{at[0]}\n{entry.en}{at[1]}")


@dataclass(frozen=True)
class Step:
    """One SELECT: `name` as the file is called ("06_blocks"), `sql` its text."""

    name: str
    sql: str

    def over(self, name: str, other: Step) -> Step:
        """Give this step where the table `name` is what another step gives; the inputs of both are needed then."""
        return Step(self.name, f"WITH {name} AS (\n{other.sql}\n)\nSELECT * FROM (\n{self.sql}\n) AS made")


@dataclass(frozen=True)
class Query:
    """A step with the files it reads, whose rows are not kept: whoever reads them asks for them anew."""

    step: Step
    inputs: Mapping[str, Path]


class Engine(Protocol):
    """Runs steps. The only difference between engines is speed."""

    name: str
    has_workers: bool  # that take work off this process: `spread` is worth while

    def run_step(self, step: Step, *, inputs: Mapping[str, Path], output: Path) -> None:
        """Write the step's rows to `output` (Parquet); it appears whole or not at all. Raises EngineFailed."""

    def stream(self, step: Step, *, inputs: Mapping[str, Path]) -> Iterator[pa.RecordBatch]:
        """Give the step's rows batch by batch, in any order. Raises EngineFailed."""

    def fetch(self, sql: str, *, inputs: Mapping[str, Path]) -> pa.Table:
        """Give the rows of a small query. Raises EngineFailed."""

    def spread(self, work: Callable[[P], A], parts: Sequence[P], /) -> list[A]:
        """Do the work, a function of a module, for each part, perhaps more than once; answers in the parts' order.

        Whoever does it sees the files of this machine. Raises EngineFailed.
        """

    def close(self) -> None:
        """Give back memory and threads."""


def load_steps(package: str) -> dict[str, Step]:
    """Give the steps of a package ("xacthuc.matching") by name, in the order of their numbers."""
    files = sorted((f for f in resources.files(package).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    names = [file.name.removesuffix(".sql") for file in files]
    return {name: Step(name, file.read_text(encoding="utf-8")) for name, file in zip(names, files, strict=True)}


def find_damaged(text: str, inputs: Mapping[str, Path]) -> Path | None:
    """Give the file of an input that an engine's own text names."""
    files = (file for path in inputs.values() for file in (path.glob("*.parquet") if path.is_dir() else [path]))
    return next((file for file in files if str(file) in text), None)


def open_engine(
    name: str,
    *,
    memory_gb: float = 4.0,
    threads: int = 2,
    scratch: Path,
    scratch_gb: float | None = None,
    master: str | None = None,
    settings: Path | None = None,
) -> Engine:
    """Open "duckdb" or "spark" with a memory budget; `scratch` takes what spills. Raises EngineFailed.

    `scratch_gb` limits what DuckDB spills; `master` is the URL of a Spark cluster, whose workers have to see `scratch`;
    `settings` a file of Spark's own.
    """
    if name == "duckdb":
        from xacthuc.engines.on_duckdb import DuckDBEngine

        return DuckDBEngine(memory_gb=memory_gb, threads=threads, scratch=scratch, scratch_gb=scratch_gb)
    if name == "spark":
        from xacthuc.engines.on_spark import SparkEngine

        return SparkEngine(memory_gb=memory_gb, threads=threads, scratch=scratch, master=master, settings=settings)
    raise EngineFailed("engine_unknown")
