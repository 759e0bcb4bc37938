"""What the register's owner needs to answer: the people of a register, and a judge who matches claims with them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc import __version__, matching
from xacthuc.engines import load_steps, open_engine
from xacthuc.exchange.references import Referrer, read_referrer
from xacthuc.exchange.tables import ANSWER_SCHEMA
from xacthuc.matching import ModelRefused, read_model
from xacthuc.reading import ColumnMap, ColumnMapRefused, load_column_map
from xacthuc.runs.inputs import stamp_all
from xacthuc.runs.prepared import People, find_manifest, take_people
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
    referrer: Referrer | None = None


def open_register(
    path: Path,
    *,
    columns: Path | None,
    model: Path | None,
    engine: str,
    memory_gb: float,
    threads: int,
    references: Path | None = None,
) -> Register:
    """Give a register with its column map, after a look at the model. Raises VerifyRefused.

    `references` is the secret with which people are named. Raises ExchangeRefused where it is none.
    """
    known = _load(columns, load_column_map) if columns else None
    if model:
        _load(model, read_model)
    referrer = read_referrer(references) if references else None
    return Register(path, known, model, engine, memory_gb, threads, referrer)


def _load(path: Path, load: Callable[[Path], T]) -> T:
    try:
        return load(path)
    except (ColumnMapRefused, ModelRefused) as error:
        raise VerifyRefused("run_aid_unusable", f"{path} ({error.vi})", en=f"{path} ({error.en})") from None


def judge_claims(
    claims: Path, work: Path, *, register: Register, kept: Path, report: Report = lambda _, __: None
) -> pa.Table:
    """Match numbered clean claims with the people of a register; gives ANSWER_SCHEMA by record.

    `kept` is a folder for what is taken in of a register that is not prepared. Goes on in `work` where a killed call
    for the same register stood. Raises VerifyRefused, EngineFailed.
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
            people=people.rows,
            work=place,
            model=register.model or people.model,
            names=people.names,
            report=lambda step: report(step, None),
        )
        inputs = {"claims": claims, "decided": matched["decided"], "people": people.rows}
        table = pa.Table.from_batches(engine.stream(load_steps("xacthuc.exchange")["02_answers"], inputs=inputs))
    finally:
        engine.close()
    columns = {"reasons": shape_reasons(table["reasons"]), "person": _name_people(table, referrer=register.referrer)}
    return pa.table([columns.get(name, table[name]) for name in ANSWER_SCHEMA.names], names=ANSWER_SCHEMA.names)


def _name_people(answers: pa.Table, *, referrer: Referrer | None) -> pa.Array:
    """Give what the answers call people: references, or the register's own ids unless they are numbers of people."""
    if referrer is None:
        return pc.if_else(answers["numbered"], None, answers["person"])
    made = [None if record is None else referrer.make(record) for record in answers["person"].to_pylist()]
    return pa.array(made, pa.string())


def find_people(register: Register, *, folder: Path, report: Report = lambda _, __: None) -> People:
    """Give the people of a register, as they were prepared or taken in below `folder`.

    A register that was taken in before and has not changed since is not read again; where it has, what was kept of the
    older one is removed. Raises VerifyRefused where the register cannot be used.
    """
    place = folder / _fingerprint(register)
    people = take_people(
        register.path,
        folder=place,
        columns=register.columns,
        threads=register.threads,
        report=report,
        done=lambda _: report("register", None),
    )
    for other in folder.iterdir() if people.folder == place else ():
        if other != place:
            shutil.rmtree(other)
    return people


def _fingerprint(register: Register) -> str:
    """Tell one register, as it is now, and one way of matching it from all others."""
    paths = [find_manifest(register.path), *([register.model] if register.model else [])]
    said = [__version__, str(register.columns), register.engine, json.dumps(stamp_all(paths), sort_keys=True)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
