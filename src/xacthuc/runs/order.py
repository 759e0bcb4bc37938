"""What a run is asked to do, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xacthuc.runs.intake import Source
from xacthuc.runs.refusals import VerifyRefused

__all__ = ["Order", "Outcome", "VerifyRefused"]


@dataclass(frozen=True)
class Order:
    """What to verify, against what, where to put it, and with which means."""

    files: tuple[Path, ...]
    register: Path
    out: Path
    as_of: date
    columns: Path | None = None
    register_side: Path | None = None
    engine: str = "duckdb"
    memory_gb: float = 4.0  # of all processes together, as far as it is held
    disk_gb: float | None = None  # below the folder and on the register's side; None: what is free
    threads: int = 2
    master: str | None = None  # URL of a Spark cluster
    spark_conf: Path | None = None
    model: Path | None = None
    lots: Path | None = None
    sessions: Path | None = None
    history: bool = False
    after: Path | None = None  # the results of an earlier run: verify what is new or may have changed since


@dataclass(frozen=True)
class Outcome:
    """What came out, and where it lies."""

    order: Order
    sources: tuple[Source, ...]
    people: int
    unfound: tuple[str, ...] = ()  # headings of the column map that no file and not the register has
    ids_repeated: int = 0  # ids of the register that stand there in more than one row

    @property
    def verdicts(self) -> Path:
        """The verdicts, one row per dose of a data row (VERDICT_SCHEMA)."""
        return self.order.out / "verdicts.parquet"

    @property
    def records(self) -> Path:
        """The cleaned records (RECORD_COLUMNS of verdicts.py)."""
        return self.order.out / "records.parquet"

    @property
    def findings(self) -> Path:
        """The findings by cell, a folder of Parquet files (FINDING_SCHEMA)."""
        return self.order.out / "work" / "claims" / "findings"
