"""What the register's owner needs to answer: the people of a register, and a judge who matches claims with them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc import __version__, matching
from xacthuc.engines import load_steps, open_engine
from xacthuc.exchange.tables import ANSWER_SCHEMA
from xacthuc.matching import ModelRefused, read_model
from xacthuc.reading import ColumnMap, ColumnMapRefused, load_column_map
from xacthuc.runs.intake import take_in
from xacthuc.runs.refusals import VerifyRefused
from xacthuc.runs.verdicts import shape_reasons

T = TypeVar("T")
Report = Callable[[str, int | None], None]


@dataclass(frozen=True)
class Register:
    """Where the people are, and with which means they are matched."""

    path: Path
    columns: ColumnMap | None = None
    model: Path | None = None
    engine: str = "duckdb"
    memory_gb: float = 4.0
    threads: int = 2


def open_register(
    path: Path, *, columns: Path | None, model: Path | None, engine: str, memory_gb: float, threads: int
) -> Register:
    """Give a register with its column map, after a look at the model. Raises VerifyRefused."""
    known = _load(columns, load_column_map) if columns else None
    if model:
        _load(model, read_model)
    return Register(path, known, model, engine, memory_gb, threads)


def _load(path: Path, load: Callable[[Path], T]) -> T:
    try:
        return load(path)
    except (ColumnMapRefused, ModelRefused) as error:
        raise VerifyRefused("run_aid_unusable", f"{path} ({error.vi})", en=f"{path} ({error.en})") from None


def find_people(register: Register, *, folder: Path, report: Report = lambda _, __: None) -> Path:
    """Give the folder of the clean people of a register: a prepared one's own, else those taken in below `folder`.

    A register that was taken in before and has not changed since is not read again; where it has, what was kept of the
    older one is removed. Raises VerifyRefused where the register cannot be used.
    """
    if (register.path / "people" / "rows").is_dir():
        return register.path / "people" / "rows"
    place = folder / _fingerprint(register)
    source = take_in(
        register.path,
        folder=place / "people",
        number="person_no",
        first=0,
        columns=register.columns,
        threads=register.threads,
        report=lambda _, rows: report("register", rows),
        done=lambda _: report("register", None),
        keep_ids=True,
    )
    if not source.whole or not source.rows:  # half a register would call the other half unknown
        raise VerifyRefused("run_register_unusable", register.path)
    for other in folder.iterdir():
        if other != place:
            shutil.rmtree(other)
    return place / "people" / "rows"


def judge_claims(
    claims: Path, work: Path, *, register: Register, kept: Path, report: Report = lambda _, __: None
) -> pa.Table:
    """Match numbered clean claims with the people of a register; gives ANSWER_SCHEMA by record.

    `kept` is a folder for what was taken in of the register. Goes on in `work` where a killed call for the same
    register stood. Raises VerifyRefused, EngineFailed.
    """
    if not pq.read_metadata(claims).num_rows:
        return ANSWER_SCHEMA.empty_table()
    people = find_people(register, folder=kept, report=report)
    place = work / _fingerprint(register)
    place.mkdir(exist_ok=True)
    engine = open_engine(
        register.engine, memory_gb=register.memory_gb, threads=register.threads, scratch=place / "spill"
    )
    try:
        matched = matching.match(
            engine,
            claims=claims,
            people=people,
            work=place,
            model=register.model,
            report=lambda step: report(step, None),
        )
        inputs = {"claims": claims, "decided": matched["decided"], "people": people}
        table = pa.Table.from_batches(engine.stream(load_steps("xacthuc.exchange")["02_answers"], inputs=inputs))
    finally:
        engine.close()
    reasons = shape_reasons(table["reasons"])
    return table.set_column(table.schema.get_field_index("reasons"), "reasons", reasons).select(ANSWER_SCHEMA.names)


def _fingerprint(register: Register) -> str:
    digest = hashlib.sha256(f"{__version__}|{register.columns}|{register.engine}".encode())
    for path in (register.path, *([register.model] if register.model else [])):
        found = path.stat()
        digest.update(f"{path.resolve()}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]
