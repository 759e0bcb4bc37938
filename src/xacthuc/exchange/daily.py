"""The daily report of the register's owner: what came in, what was answered and how, what waits, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.exchange.envelope import measure_rows, read_manifest, take_rows
from xacthuc.exchange.ledger import Entry
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.mailbox import Mailbox, Opened
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing
from xacthuc.exchange.tables import ANSWER_SCHEMA, DAILY_SCHEMA, LEVELS, MEASURES, REQUEST_SCHEMA, read_rows, write_rows

UNITS = ["province", "district", "commune"]
Count = tuple[str, str | None, str, str | None]  # level, unit, measure, code


def report_day(box: Mailbox, day: date, *, at: datetime) -> Path:
    """Write the report of a day, by the moments in the ledgers; gives the file, the recorded one if nothing changed.

    Raises ExchangeRefused. A day is that of the moment's own offset.
    """
    counts: Counter[Count] = Counter()
    for request, answered in _list_requests(box):
        measures = _measure(request, answered, day=day.isoformat())
        if measures:
            counts += _count(box, request, answered, measures=measures)
    rows = box.work / "daily.parquet"
    table = pa.Table.from_pylist(
        [_shape(key, count) for key, count in sorted(counts.items(), key=_order)], DAILY_SCHEMA
    )
    write_rows(table, rows)
    keep_day(box, table, day=day.isoformat())
    known = [entry for entry in box.sent if entry.kind == "daily" and entry.about["day"] == day.isoformat()]
    if known and read_manifest(path := box.find("sent", known[-1])).rows_sha256 == measure_rows(rows)[1]:
        return path
    return box.send("daily", rows=rows, count=len(table), about={"day": day.isoformat()}, at=at)


def read_day(opened: Opened) -> pa.Table:
    """Read the report in a file of the partner; raises ExchangeRefused where it is none."""
    table = read_rows(opened.rows, DAILY_SCHEMA, count=opened.manifest.rows, most=LIMITS.rows, name=opened.name)
    known = {"level": LEVELS, "measure": MEASURES}
    if not all(set(pc.unique(table[name]).to_pylist()) <= set(values) for name, values in known.items()):
        raise ExchangeRefused("exchange_rows_unusable", opened.name)
    try:
        date.fromisoformat(str(opened.manifest.about.get("day")))  # it becomes the name of a file
    except ValueError:
        raise ExchangeRefused("exchange_rows_unusable", opened.name) from None
    return table


def keep_day(box: Mailbox, table: pa.Table, *, day: str) -> Path:
    """Write a report where people and programs look for it: daily/DAY.parquet; a later one of the day replaces it."""
    folder = box.folder / "daily"
    folder.mkdir(exist_ok=True)
    with storing(folder / f"{day}.parquet") as unfinished:
        pq.write_table(table, unfinished)
    return folder / f"{day}.parquet"


def _list_requests(box: Mailbox) -> Iterator[tuple[Entry, Entry | None]]:
    answers = {entry.about["request"]: entry for entry in box.sent if entry.kind == "answer"}
    for entry in box.received:
        yield entry, answers.get(entry.number)


def _measure(request: Entry, answered: Entry | None, *, day: str) -> list[str]:
    """Give what a request counts for on a day; a request is answered as a whole."""
    came, went = _day(request), _day(answered) if answered else None
    measures = ["received"] if came == day else []
    if went == day:
        measures += ["answered", "identity", "reason"]
    if came <= day and (went is None or went > day):
        measures.append("waiting")
    return measures


def _day(entry: Entry) -> str:
    return datetime.fromisoformat(entry.at).date().isoformat()


def _count(box: Mailbox, request: Entry, answered: Entry | None, *, measures: list[str]) -> Counter[Count]:
    claims = _read(box, box.find("received", request), REQUEST_SCHEMA).select(["ref", *UNITS])
    tables = {measure: claims.append_column("code", pa.nulls(len(claims), pa.string())) for measure in measures}
    if answered and "identity" in measures:
        answers = _read(box, box.find("sent", answered), ANSWER_SCHEMA)
        # Both stand in the order of their references.
        tables["identity"] = claims.append_column("code", answers["identity"])
        reasons = answers["reasons"].combine_chunks()
        codes = pc.struct_field(pc.list_flatten(reasons), "code")
        tables["reason"] = claims.take(pc.list_parent_indices(reasons)).append_column("code", codes)
    counts: Counter[Count] = Counter()
    for measure, table in tables.items():
        for row in table.group_by([*UNITS, "code"]).aggregate([([], "count_all")]).to_pylist():
            for level in LEVELS:
                counts[level, row.get(level), measure, row["code"]] += row["count_all"]
    return counts


def _read(box: Mailbox, path: Path, schema: pa.Schema) -> pa.Table:
    table = pq.read_table(take_rows(path, box.work / "read.parquet")).cast(schema)
    return table.sort_by("ref")


def _shape(key: Count, count: int) -> dict[str, str | int | None]:
    return dict(zip(DAILY_SCHEMA.names, (*key, count), strict=True))


def _order(item: tuple[Count, int]) -> tuple[int, str, int, int, str]:
    (level, unit, measure, code), count = item
    return LEVELS.index(level), unit or "~", MEASURES.index(measure), -count, code or ""
