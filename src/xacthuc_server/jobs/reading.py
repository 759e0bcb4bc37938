"""Read a file that was sent in: to be begun again at any step, and to end the same.

1 it is taken: from now on it is `reading`
2 the library reads and cleans it into the upload's folder; what is finished there stays
3 rows, findings, persons and doses are recorded in one transaction, with the task that asks the register
Whoever is killed before 3 has ended leaves nothing in the tables; after it nothing is left to do.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection
from procrastinate.contrib.django import app

from xacthuc import pipeline
from xacthuc.findings import list_codes
from xacthuc.runs.intake import Source
from xacthuc.runs.order import VerifyRefused
from xacthuc_server.accounts.acting import Acting, act_as, work_as
from xacthuc_server.people.actions import record_list
from xacthuc_server.people.mending import list_wrong
from xacthuc_server.people.staging import copy_rows, copy_table
from xacthuc_server.uploads.actions import (
    begin_reading,
    record_progress,
    record_upload,
    refuse_upload,
)
from xacthuc_server.uploads.limits import FINDINGS
from xacthuc_server.uploads.models import Upload
from xacthuc_server.uploads.raw import keep_rows
from xacthuc_server.uploads.storing import find_file, find_read

Clock = Callable[[], datetime]

BATCH = 50_000  # rows at a time: some 100 MB
TOLD_SECONDS = 0.5  # between two words about progress
GRAVITY = {"refused": 0, "wrong": 1, "repaired": 2, "noted": 3}


def read_upload(upload_id: uuid.UUID, *, clock: Clock) -> None:
    """Read and record an upload, unless that is done. Raises UploadChanged where another reads it too."""
    with act_as(work_as("uploads.read")) as by:
        upload = begin_reading(upload_id, by=by, now=clock())  # 1
    if upload is None:
        return
    worker = work_as("uploads.read", organisation_id=upload.organisation_id)
    try:
        source = _read(upload, by=worker)  # 2
    except VerifyRefused as refusal:
        _refuse(upload, code=refusal.code, by=worker, clock=clock)
        return
    if source.refused or not source.rows:
        codes = [source.refused, *(code for _, code in source.refused_sheets), "upload_nothing_read"]
        _refuse(upload, code=next(code for code in codes if code), by=worker, clock=clock)
        return
    with act_as(worker):
        record(upload, source, by=worker, now=clock())  # 3


def _refuse(upload: Upload, *, code: str, by: Acting, clock: Clock) -> None:
    with act_as(by):
        refuse_upload(upload, code=code, by=by, now=clock())


def _read(upload: Upload, *, by: Acting) -> Source:
    told = 0.0

    def report(_: str, count: int | None) -> None:
        nonlocal told
        if count is not None and time.monotonic() - told > TOLD_SECONDS:
            told = time.monotonic()
            with act_as(by):
                record_progress(upload, read=count)

    [source] = pipeline.read_only([find_file(upload.id, upload.name)], out=find_read(upload.id), report=report)
    if source.rows and not source.refused:
        keep_rows(upload, source)
    return source


def record(upload: Upload, source: Source, *, by: Acting, now: datetime) -> None:
    """Record what was read of an upload, in the transaction that is open; the register is asked afterwards."""
    folder = find_read(upload.id) / "work" / "claims"
    found = list_wrong(_list_batches(folder / "findings", columns=["record", "code"]))
    staged = copy_rows(_list_rows(folder / "rows", found=found), home=upload.place)
    states = record_list(staged, by=by, now=now, upload=upload.id)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"upload": upload.id, "organisation": upload.organisation_id, "place": upload.place})
    kinds = _record_findings(upload, folder / "findings")
    record_upload(upload, counts={**count_lines(source), **states, **kinds}, by=by, now=now)
    app.configure_task("people.ask").defer(upload_id=str(upload.id))


_ROWS = """
INSERT INTO uploads_row (upload_id, organisation_id, place, sheet, "row", part, slot, state, person, dose, code)
SELECT %(upload)s, %(organisation)s, %(place)s, sheet, "row", part, slot, state, person, dose, code FROM answered
"""


def count_lines(source: Source) -> dict[str, int]:
    """Give the lines of a file: all, those with records, those that were ignored; the last two add up to the first."""
    lines = sum(layout.last_row for layout in source.layouts)
    data = sum(layout.counts.get("data", 0) for layout in source.layouts)
    return {"lines": lines, "data": data, "ignored": lines - data, "records": source.rows}


def _list_rows(folder: Path, *, found: dict[str, str]) -> Iterator[pa.Table]:
    for rows in _list_batches(folder):
        said = [found.get(record, "[]") for record in rows["record"].to_pylist()] if found else None
        yield rows.append_column("found", pa.array(said or ["[]"] * rows.num_rows, pa.string()))


def _list_batches(folder: Path, *, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH, columns=columns):
                yield pa.Table.from_batches([batch])


def _record_findings(upload: Upload, folder: Path) -> dict[str, Any]:
    """Keep the findings, the gravest first where there are too many; gives their number, and that by code."""
    counts: Counter[str] = Counter()
    for batch in _list_batches(folder, columns=["code"]):
        counts.update(batch["code"].to_pylist())
    kinds = {code: list_codes()[code].kind for code in counts}
    room, kept = FINDINGS, []
    for code in sorted(counts, key=lambda code: (GRAVITY[kinds[code]], counts[code])):
        if counts[code] <= room:
            kept.append(code)
            room -= counts[code]
    wanted = pa.array(kept, pa.string())
    batches = (batch.filter(pc.is_in(batch["code"], wanted)) for batch in _list_batches(folder))
    with connection.cursor() as cursor:  # a table behind the wall takes no copies, only what is inserted
        cursor.execute(_NOTED)
        copy_table("noted", (batch.select(_FINDING_COLUMNS) for batch in batches), columns=_FINDING_COLUMNS)
        cursor.execute(_FINDINGS, {"upload": upload.id, "organisation": upload.organisation_id, "place": upload.place})
    return {"findings": sum(counts.values()), "codes": dict(counts)}


_FINDING_COLUMNS = ["sheet", "row", "column", "field", "code"]
_NOTED = """
DROP TABLE IF EXISTS noted;
CREATE TEMPORARY TABLE noted (sheet text, "row" integer, "column" text, field text, code text) ON COMMIT DROP
"""
_FINDINGS = """
INSERT INTO uploads_cellfinding (upload_id, organisation_id, place, sheet, "row", "column", field, code)
SELECT %(upload)s, %(organisation)s, %(place)s, sheet, "row", coalesce("column", ''), field, code FROM noted
"""
