"""Certificates for all people of a run, from Parquet to Parquet: in slices, by several processes, to be gone on with.

In a folder beside the file that is to be written lie what the batch is (batch.json, with its moment: a batch that goes
on issues the same certificates), the people as the steps gave them, and the slices that are finished. The file appears
when all are, and the folder goes. Memory: the engine's budget, then one slice for each process.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.payload import COUNTRY
from xacthuc.certificates.signer import SignerKey
from xacthuc.engines import Engine, FolderHeld, holding, load_steps, open_engine, writing
from xacthuc.runs.budgets import share_memory
from xacthuc.runs.certifying import CERTIFICATE_SCHEMA, HOLDER_SCHEMA, Batch, certify
from xacthuc.runs.cleaners import Cleaners
from xacthuc.runs.inputs import find_changed, stamp_all
from xacthuc.runs.machine import find_room
from xacthuc.runs.refusals import VerifyRefused, check_made

Report = Callable[[str, int | None], None]

SLICE = 20_000  # people: some five seconds of one process, 30 MB
LEAST_SLICE = 250  # below it, opening key and files costs more than is won
SLICES = 16  # of a small batch at least, so that no process waits long for another and little is done again
# Of disk, in bytes a person, the signature apart, which does not pack: 12.5 M people by ES256 took 170 each. Every row
# is there twice while the slices are joined.
A_ROW, A_SIGNATURE = 120, {"ES256": 100, "PS256": 400}
GB = 1e9
READS = ("verdicts", "history", "records")
STATE, TOLD = "batch.json", b"xacthuc.batch"


@dataclass(frozen=True)
class Certified:
    """What came of it: certificates, and rows without one."""

    issued: int
    refused: int
    codes: dict[str, int]  # how often each reason was given


@dataclass(frozen=True)
class BatchOrder:
    """What is to be issued: `out` is a folder that `verify --history` wrote, `to` the file to write.

    Without `issued` a batch begins now, and one that goes on at the moment at which it was begun.
    """

    out: Path
    to: Path
    key: SignerKey
    name: str  # of the issuer, as printed
    secret: bytes = field(repr=False)  # of the identifiers
    lasting: timedelta
    issued: datetime | None = None
    threads: int = 2
    memory_gb: float = 4.0  # of the engine; the processes that issue take some 0.3 GB each


@dataclass(frozen=True)
class Slice:
    """What a process has to know to issue one slice: a group of rows of `holders`, and where it goes."""

    batch: Batch
    holders: Path
    group: int
    to: Path


def issue_batch(order: BatchOrder, *, now: datetime, report: Report = lambda _, __: None) -> Certified:
    """Write the file of certificates, whole or not at all; goes on where the same order stopped.

    1 the folder holds the results of a run with histories
    2 the file is not there yet; where this very order wrote it, nothing is done again
    3 the key can be opened, and the certificates fit it
    4 the people are taken from the run by the steps, once
    5 the disk has room for what is still to be written
    6 each slice is issued, once, and every certificate in it read back
    7 the slices are joined; as many rows come out as people went in.
    Raises VerifyRefused, also where another command works on the same file, IssueRefused, SignerUnusable, EngineFailed,
    CleanerLost.
    """
    inputs = _list_inputs(order.out)  # 1
    folder = order.to.with_name(f"{order.to.name}.batch")
    with _hold(folder):
        return _issue_in(folder, order, inputs, now=now, report=report)


@contextmanager
def _hold(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, exist_ok=True)  # names and birth dates lie here
    try:
        with holding(folder):
            try:
                yield
            finally:
                with suppress(OSError):  # there is something in it: to go on from, or of somebody else
                    folder.rmdir()
    except FolderHeld:
        raise VerifyRefused("issue_batch_busy", folder) from None


def _issue_in(folder: Path, order: BatchOrder, inputs: dict[str, Path], *, now: datetime, report: Report) -> Certified:
    fingerprint = _make_fingerprint(order, inputs)
    done = _find_done(order.to, fingerprint)  # 2
    if done is not None:
        _drop(folder, fingerprint)
        return done
    moment = _find_moment(folder, fingerprint) or order.issued or now
    batch = Batch(order.key, order.name, order.secret, moment, moment + order.lasting)
    with batch.key.open() as signer:  # 3
        Issuer(signer, country=COUNTRY, issued=batch.issued, expires=batch.expires)
        algorithm = signer.algorithm
    work = _open_folder(folder, fingerprint=fingerprint, issued=moment)
    holders = _take_holders(order, work, inputs, report)  # 4
    slices = [Slice(batch, holders, n, _name_part(work, n)) for n in range(pq.read_metadata(holders).num_row_groups)]
    _check_room(slices, work, algorithm=algorithm)  # 5
    _issue_slices(slices, order.threads, report)  # 6
    joined = work / "joined.parquet"  # here, so that what a kill leaves of it goes with the folder
    done = _join(slices, joined, fingerprint)  # 7
    joined.replace(order.to)
    report("joined", None)
    _drop(folder, fingerprint)
    return done


def issue_slice(task: Slice) -> int:
    """Issue a slice and write it down: what a process does. Gives how many rows it has."""
    holders = pq.ParquetFile(task.holders).read_row_group(task.group)
    made = certify(holders, task.batch)
    with writing(task.to) as unfinished:
        pq.write_table(made, unfinished, compression="zstd", use_dictionary=False, write_page_checksum=True)
    return int(made.num_rows)


def _list_inputs(out: Path) -> dict[str, Path]:
    if not (out / "history.parquet").exists():
        raise VerifyRefused("issue_run_incomplete", out)
    check_made(out, "history.parquet", "records.parquet")
    return {name: out / f"{name}.parquet" for name in READS}


def _make_fingerprint(order: BatchOrder, inputs: dict[str, Path]) -> str:
    """Give what tells this order from others. The secret is random and long: nobody gets it back from here."""
    told = [
        stamp_all([*inputs.values()]), order.key.kid.hex(), order.name, hashlib.sha256(order.secret).hexdigest(),
        order.lasting.total_seconds(), order.issued and order.issued.isoformat(),
        [load_steps("xacthuc.runs")[name].sql for name in ("last_doses", "holders")],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _find_done(to: Path, fingerprint: str) -> Certified | None:
    """Give what came of this order where it was finished; raises VerifyRefused where something else is in its place."""
    if not to.exists():
        return None
    try:
        told = json.loads((pq.read_metadata(to).metadata or {})[TOLD])
    except (pa.ArrowException, OSError, KeyError):
        told = {}
    if told.pop("fingerprint", None) != fingerprint:
        raise VerifyRefused("issue_file_exists", to)
    return Certified(**told)


def _drop(folder: Path, fingerprint: str) -> None:
    """Remove what a finished batch went on from, its state last: what a kill leaves is known as ours until then."""
    if _read_state(folder).get("fingerprint") == fingerprint:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        (folder / STATE).unlink()


def _find_moment(folder: Path, fingerprint: str) -> datetime | None:
    state = _read_state(folder)
    return datetime.fromisoformat(state["issued"]) if state.get("fingerprint") == fingerprint else None


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and {"fingerprint", "issued"} <= found.keys() else {}


def _open_folder(folder: Path, *, fingerprint: str, issued: datetime) -> Path:
    """Give where this batch works; what another order left half-way goes. Raises VerifyRefused where that is not ours.

    The place is called after order and moment: a process that outlives its batch for a moment writes into no other's.
    """
    state = _read_state(folder)
    foreign = [path for path in sorted(folder.iterdir()) if path.suffix != ".tmp"]
    if foreign and not state:
        raise VerifyRefused("run_folder_not_ours", foreign[0])
    work = folder / hashlib.sha256(f"{fingerprint} {issued.isoformat()}".encode()).hexdigest()[:16]
    for path in folder.iterdir():
        if path.is_dir() and path != work:
            shutil.rmtree(path)
    for path in folder.rglob("*.tmp"):
        path.unlink(missing_ok=True)
    with writing(folder / STATE) as unfinished:
        unfinished.write_text(json.dumps({"fingerprint": fingerprint, "issued": issued.isoformat()}), encoding="utf-8")
    work.mkdir(exist_ok=True)
    return work


def _take_holders(order: BatchOrder, work: Path, inputs: dict[str, Path], report: Report) -> Path:
    """Write the people of the run in slices, unless they are there; raises VerifyRefused where the run has changed."""
    holders = work / "holders.parquet"
    if _count_rows(holders) is not None:
        return holders
    for part in work.glob("*.parquet"):  # of other people, or of these in another order
        part.unlink()
    stamps = stamp_all([*inputs.values()])
    spill = work / "spill"
    memory_gb = share_memory(order.memory_gb)
    with closing(open_engine("duckdb", memory_gb=memory_gb, threads=order.threads, scratch=spill)) as engine:
        last = work / "last_doses.parquet"
        steps = load_steps("xacthuc.runs")
        engine.run_step(steps["last_doses"], inputs={name: inputs[name] for name in READS[:2]}, output=last)
        report("last_doses", None)
        _write_holders(engine, {"last_doses": last, "records": inputs["records"]}, holders, stamps=stamps)
        report("holders", None)
    last.unlink()
    shutil.rmtree(spill, ignore_errors=True)
    return holders


def _write_holders(engine: Engine, inputs: dict[str, Path], holders: Path, *, stamps: dict[str, list[int]]) -> None:
    people = pq.read_metadata(inputs["last_doses"]).num_rows
    rows = max(LEAST_SLICE, min(SLICE, -(-people // SLICES)))
    with writing(holders) as unfinished, pq.ParquetWriter(unfinished, HOLDER_SCHEMA, compression="zstd") as writer:
        for table in _regroup(engine.stream(load_steps("xacthuc.runs")["holders"], inputs=inputs), rows=rows):
            writer.write_table(table)
        changed = find_changed(stamps)
        if changed is not None:
            raise VerifyRefused("run_input_changed", changed)


def _regroup(batches: Iterator[pa.RecordBatch], *, rows: int) -> Iterator[pa.Table]:
    """Give tables of so many rows each, the last with what is left."""
    waiting = HOLDER_SCHEMA.empty_table()
    for batch in batches:
        more = pa.Table.from_batches([batch]).select(HOLDER_SCHEMA.names).cast(HOLDER_SCHEMA)
        waiting = pa.concat_tables([waiting, more])
        while waiting.num_rows >= rows:
            yield waiting.slice(0, rows).combine_chunks()
            waiting = waiting.slice(rows)
        waiting = waiting.combine_chunks()  # or each rest would hold on to its whole batch
    if waiting.num_rows:
        yield waiting


def _name_part(work: Path, group: int) -> Path:
    return work / f"slice-{group:06d}.parquet"


def _check_room(slices: list[Slice], work: Path, *, algorithm: str) -> None:
    """Raise VerifyRefused where the disk has no room for the slices that are not there yet, and for their joining."""
    rows = sum(_list_sizes(slices))
    there = sum(task.to.stat().st_size for task in slices if task.to.exists())
    wanted, free = 2 * rows * (A_ROW + A_SIGNATURE[algorithm]) - there, find_room(work)[1]
    if wanted > free:
        raise VerifyRefused("issue_disk_short", f"{work}: {wanted / GB:.2f} GB > {free / GB:.2f} GB")


def _issue_slices(slices: list[Slice], threads: int, report: Report) -> None:
    """Issue what is not there yet. A slice that does not read, as after a power cut, is issued again."""
    sizes = _list_sizes(slices)
    open_ = [task for task, size in zip(slices, sizes, strict=True) if _count_rows(task.to) != size]
    there = sum(sizes) - sum(sizes[task.group] for task in open_)
    helping = max(0, min(threads, len(open_)) - 1)  # beside this process
    with Cleaners(helping, tell=lambda told: report("issued", there + sum(told))) as helpers:
        helpers.spread(issue_slice, open_)
    report("issued", None)


def _list_sizes(slices: list[Slice]) -> list[int]:
    if not slices:
        return []
    told = pq.read_metadata(slices[0].holders)
    return [told.row_group(task.group).num_rows for task in slices]


def _count_rows(path: Path) -> int | None:
    """Give the rows of a file, None where it is not there or not whole."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _join(slices: list[Slice], to: Path, fingerprint: str) -> Certified:
    """Write all slices as one file, with what came of them; raises EngineFailed where one does not read."""
    issued = rows = 0
    codes: Counter[str] = Counter()
    with writing(to) as unfinished, _open_certificates(unfinished) as writer:
        for task in slices:
            made = pq.ParquetFile(task.to, page_checksum_verification=True).read()
            writer.write_table(made.select(CERTIFICATE_SCHEMA.names))
            rows += made.num_rows
            issued += made.num_rows - made["text"].null_count
            codes.update(made["codes"].combine_chunks().flatten().to_pylist())
        assert rows == sum(_list_sizes(slices)), "as many rows as people"
        done = Certified(issued, rows - issued, dict(codes))
        writer.add_key_value_metadata({TOLD: json.dumps(asdict(done) | {"fingerprint": fingerprint}).encode()})
    return done


def _open_certificates(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path, CERTIFICATE_SCHEMA, compression="zstd", use_dictionary=["evidence", "nationality"],
        write_page_checksum=True,
    )  # fmt: skip
