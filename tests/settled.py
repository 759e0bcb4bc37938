"""What a run with histories leaves, of as many invented people as wanted: for tests and measures of issuing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.records import VERDICT_SCHEMA
from xacthuc.runs.history import HISTORY_SCHEMA

CHUNK = 100_000  # people made at a time

# One person in so many is not settled by the police, by Health, has one dose only, none that counts, or no name.
OPEN = {"identity": 23, "dose": 29, "partial": 11, "uncounted": 37, "nameless": 101}
BOOSTED = 3  # one in so many has a third dose

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "H'Bia", "Niê Kdăm")
_MIDDLES = ("Thị", "Văn", "Đức", "Minh", "Thị Thu", "Hữu", "Ngọc", "Quang")
_GIVENS = ("Đào", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khánh", "Lợi", "Mỹ", "Nghĩa", "Ước", "Yến")
_VACCINES = ("AstraZeneca", "Vero Cell", "Comirnaty", "Spikevax")

RECORD_SCHEMA = pa.schema([(name, pa.string()) for name in ("record", "name", "birth_date", "vaccine", "dose_date")])
SCHEMAS = {"history": HISTORY_SCHEMA, "records": RECORD_SCHEMA, "verdicts": VERDICT_SCHEMA}


def write_results(out: Path, *, people: int, seed: int = 1) -> Path:
    """Write history, records and verdicts of so many people in `out`; the same seed gives the same people."""
    out.mkdir(parents=True, exist_ok=True)
    writers = {name: pq.ParquetWriter(out / f"{name}.parquet", schema) for name, schema in SCHEMAS.items()}
    for first in range(0, people, CHUNK):
        rng = np.random.default_rng((seed, first))
        for name, table in _make(rng, first=first, count=min(CHUNK, people - first)).items():
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    return out


def count_settled(people: int) -> int:
    """Give how many of so many people get a certificate."""
    each = np.arange(people)
    return int(np.logical_and.reduce([each % share != 0 for share in OPEN.values()]).sum())


def _make(rng: np.random.Generator, *, first: int, count: int) -> dict[str, pa.Table]:
    """Give the tables of some people: two doses each, or one, or three."""
    ids = np.arange(first, first + count)
    doses = np.where(ids % OPEN["partial"] == 0, 1, np.where(ids % BOOSTED == 0, 3, 2))
    who, number = np.repeat(np.arange(count), doses), np.concatenate([np.arange(1, n + 1) for n in doses])
    person = ids[who]
    record = pa.array([f"tram-{n // 500}.xlsx/1/{n}/{dose}" for n, dose in zip(person, number, strict=True)])
    counted = person % OPEN["uncounted"] != 0
    series = np.where(doses[who] == 1, 2, np.where(number == 3, 3, 2))
    partial = doses[who] == 1
    history = {
        "record": record,
        "person_group": pa.array([f"p:{n:012d}" for n in person]),
        "role": _pick(("not_counted", "primary", "booster"), np.where(counted, np.where(number == 3, 2, 1), 0)),
        "dn": pa.array(number.astype(np.int8), mask=~counted),
        "sd": pa.array(series.astype(np.int8), mask=~counted),
        "state": _pick(("none", "partial", "complete"), np.where(counted, np.where(partial, 1, 2), 0)),
        "extra": pa.array((number == 3).astype(np.int8)),
    }
    verdicts = {
        "record": record,
        "file": _pick(("tram.xlsx",), np.zeros(len(who), int)),
        "sheet": _pick(("1",), np.zeros(len(who), int)),
        "row": pa.array((person % 1_000_000).astype(np.int32)),
        "identity": _pick(("MATCHED", "MISMATCH"), (person % OPEN["identity"] == 0).astype(int)),
        "vaccination": _pick(("PLAUSIBLE", "DOUBTFUL"), (person % OPEN["dose"] == 0).astype(int)),
        "reasons": pa.array([[]] * len(who), VERDICT_SCHEMA.field("reasons").type),
        "sure": pa.array(np.ones(len(who), bool)),
    }
    return {
        "history": _fill(HISTORY_SCHEMA, history),
        "records": _fill(RECORD_SCHEMA, {"record": record} | _describe(rng, ids, who, number)),
        "verdicts": _fill(VERDICT_SCHEMA, verdicts),
    }


def _describe(
    rng: np.random.Generator, ids: np.ndarray[Any, Any], who: np.ndarray[Any, Any], number: np.ndarray[Any, Any]
) -> dict[str, pa.Array]:
    count = len(ids)
    words = [rng.choice(part, count) for part in (_FAMILIES, _MIDDLES, _GIVENS)]
    names = pa.array([" ".join(name) for name in zip(*words, strict=True)], mask=ids % OPEN["nameless"] == 0)
    births = np.datetime64("1930-01-01") + rng.integers(0, 27_000, count).astype("timedelta64[D]")
    began = np.datetime64("2021-04-01") + rng.integers(0, 150, count).astype("timedelta64[D]")
    days = began[who] + (28 * (number - 1)).astype("timedelta64[D]")
    at = pa.array(who)
    return {
        "name": names.take(at),
        "birth_date": pa.array(births.astype(str)).take(at),
        "vaccine": _pick(_VACCINES, rng.integers(0, len(_VACCINES), count)).take(at),
        "dose_date": pa.array(days.astype(str)),
    }


def _pick(words: Sequence[str], places: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array(words).take(pa.array(places))


def _fill(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.Table:
    rows = len(columns["record"])
    return pa.table([columns.get(each.name, pa.nulls(rows, each.type)) for each in schema], schema=schema)
