"""Health asks: claims into requests, each claim once for what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc.engines import Engine, load_steps
from xacthuc.exchange.applying import list_answers
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.mailbox import Mailbox
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing
from xacthuc.exchange.tables import PERSON_COLUMNS, REQUEST_SCHEMA, is_distinct, open_folder, write_rows

ASKED_SCHEMA = pa.schema([("record", pa.string()), ("content", pa.string()), ("ref", pa.string())])
MINE_SCHEMA = pa.schema([("record", pa.string()), ("content", pa.string()), *list(REQUEST_SCHEMA)[1:]])

BATCH_ROWS = 200_000
HASH_BYTES = 16  # two of a billion claims share one with a chance of one in 10^20
_BETWEEN, _NULL = "\x1f", "\x00"  # stand in no clean value
NOT_COMPARED = ["passport", "foreign"]  # states of numbers: the register does not know them


@dataclass(frozen=True)
class Asked:
    """The requests that were made, and how many claims were not asked, by why."""

    requests: tuple[Path, ...]
    claims: int
    unasked: dict[str, int]  # refused, foreign, unusable: no use in asking; known: asked before


def ask(
    box: Mailbox, claims: Path, *, engine: Engine, at: datetime, again: bool = False, most: int = LIMITS.claims
) -> Asked:
    """Write requests of at most `most` claims each for the clean rows in `claims` (Parquet of CLEAN_SCHEMA).

    A claim that was asked before with the same content is not asked again; with `again` it is, where all answers so far
    said something else than MATCHED. Not asked: rows that are no record, and people the register does not know by law.
    Raises ExchangeRefused, EngineFailed. A call that was killed has asked some of the claims; the next asks the others.
    """
    mine, fresh = box.work / "mine.parquet", box.work / "fresh.parquet"
    unasked = _gather(claims, mine, secret=box.secret)
    wish = box.work / "wish.parquet"
    pq.write_table(pa.table({"again": [again]}), wish)
    inputs = {"mine": mine, "asked": list_asked(box), "answered": list_answers(box), "wish": wish}
    engine.run_step(load_steps("xacthuc.exchange")["01_fresh"], inputs=inputs, output=fresh)
    left = ds.dataset(fresh, format="parquet").count_rows()
    unasked["known"] += ds.dataset(mine, format="parquet").count_rows() - left
    requests = [_send(box, part, at=at) for part in _divide(fresh, most)]
    return Asked(tuple(requests), left, dict(unasked))


def list_asked(box: Mailbox) -> Path:
    """Give the folder of what was asked: record, content, ref; a file for each request."""
    return open_folder(box.folder / "asked", ASKED_SCHEMA)


def _gather(claims: Path, out: Path, *, secret: bytes) -> Counter[str]:
    """Write the claims that can be asked, each with the keyed hash of what it says; counts the others."""
    unasked: Counter[str] = Counter(known=0)
    columns = ["record", "refused", *PERSON_COLUMNS]
    with pq.ParquetWriter(out, MINE_SCHEMA, compression="zstd") as writer:
        for batch in ds.dataset(claims, format="parquet").to_batches(columns=columns, batch_size=BATCH_ROWS):
            table = pa.Table.from_batches([batch]).cast(
                pa.schema([pa.field(name, pa.string()) for name in columns])  # dictionaries, too
            )
            why = _tell_why_not(table)
            unasked.update({reason: count for reason, count in Counter(why.to_pylist()).items() if reason})
            table = table.filter(pc.is_null(why)).drop_columns(["refused"])
            content = hash_texts(_join(table), secret=secret)
            writer.write_table(table.add_column(1, "content", content).cast(MINE_SCHEMA))
    return unasked


def _tell_why_not(table: pa.Table) -> pa.Array:
    longest = [pc.fill_null(pc.binary_length(table[name]), 0) for name in PERSON_COLUMNS]
    too_long = pc.greater(pc.max_element_wise(*longest), LIMITS.value_length)
    conditions = [
        pc.is_valid(table["refused"]),
        pc.is_in(table["number_state"], value_set=pa.array(NOT_COMPARED)),
        too_long,
    ]
    cases = pc.make_struct(*conditions, field_names=["refused", "foreign", "unusable"])
    return pc.case_when(cases, "refused", "foreign", "unusable").combine_chunks()


def _join(table: pa.Table) -> list[str]:
    texts = [pc.fill_null(table[name], _NULL) for name in table.schema.names]
    joined: list[str] = pc.binary_join_element_wise(*texts, _BETWEEN).to_pylist()
    return joined


def hash_texts(texts: list[str], *, secret: bytes) -> pa.Array:
    """Give hexadecimal hashes that nobody without the secret can work out from a guess of the texts."""
    return pa.array([blake2b(t.encode(), digest_size=HASH_BYTES, key=secret).hexdigest() for t in texts], pa.string())


def _divide(fresh: Path, most: int) -> Iterator[pa.Table]:
    """Give tables of at most so many rows."""
    held: list[pa.Table] = []
    for batch in ds.dataset(fresh, format="parquet").to_batches(batch_size=min(BATCH_ROWS, most)):
        if sum(len(part) for part in held) + len(batch) > most:
            yield pa.concat_tables(held)
            held = []
        if len(batch):
            held.append(pa.Table.from_batches([batch]))
    if held:
        yield pa.concat_tables(held)


def _send(box: Mailbox, table: pa.Table, *, at: datetime) -> Path:
    """Send one request; the order of its claims tells nothing of where they stood."""
    number = box.sent.next_number
    refs = hash_texts([f"{number}:{content}" for content in table["content"].to_pylist()], secret=box.secret)
    table = table.add_column(0, "ref", refs).sort_by("ref")
    if not is_distinct(table["ref"]):
        raise ExchangeRefused("exchange_records_repeated", box.folder)
    with storing(list_asked(box) / f"{number:06}.parquet") as unfinished:
        pq.write_table(table.select(ASKED_SCHEMA.names), unfinished, compression="zstd")
    rows = box.work / "request.parquet"
    write_rows(table.select(REQUEST_SCHEMA.names).cast(REQUEST_SCHEMA), rows)
    return box.send("request", rows=rows, count=len(table), about={}, at=at)
