"""Make the annotated copy of a file: the library's own, with the verdicts as they stand in the tables now."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from xacthuc.findings import list_codes
from xacthuc.records import CLEAN_SCHEMA, FINDING_SCHEMA, VERDICT_SCHEMA
from xacthuc.reporting.annotate import annotate_workbook
from xacthuc_server.accounts.acting import act_as, work_as
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.uploads.annotated import READY, find_copies
from xacthuc_server.uploads.models import CellFinding, Row, Upload
from xacthuc_server.uploads.raw import load_layouts
from xacthuc_server.uploads.storing import find_file, find_read

BATCH = 5_000  # rows at a time: their people and doses are some 20 MB


def annotate_upload(upload_id: uuid.UUID) -> None:
    """Write the annotated copy of an upload; one that was read only."""
    with act_as(work_as("uploads.annotate")):
        upload = Upload.objects.filter(id=upload_id, state__in=("recorded", "done")).first()
        if upload is None:
            return
        findings = _list_findings(upload)
        verdicts = pa.Table.from_pylist(list(_list_verdicts(upload)), schema=VERDICT_SCHEMA)
    rows = ds.dataset(find_read(upload.id) / "work" / "claims" / "rows", format="parquet")
    records = rows.to_table(columns=CLEAN_SCHEMA.names)
    folder = find_copies(upload)
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        made = annotate_workbook(
            find_file(upload.id, upload.name),
            out=Path(unfinished),
            findings=findings,
            verdicts=verdicts,
            layouts=list(load_layouts(upload).values()),
            records=records,
        )
        made.chmod(0o600)
        made.rename(folder / made.name)
    (folder / READY).touch(mode=0o600)


def _list_findings(upload: Upload) -> pa.Table:
    found = CellFinding.objects.filter(upload=upload).order_by("id").values("sheet", "row", "column", "field", "code")
    said = [{**each, "column": each["column"] or None, "file": upload.name, "record": None} for each in found]
    return pa.Table.from_pylist(said, schema=FINDING_SCHEMA)


def _list_verdicts(upload: Upload) -> Iterator[dict[str, Any]]:
    last = 0
    while some := list(Row.objects.filter(upload=upload, id__gt=last).order_by("id")[:BATCH]):
        last = some[-1].id
        persons = Person.objects.in_bulk([row.person for row in some if row.person])
        doses = Dose.objects.in_bulk([row.dose for row in some if row.dose])
        for row in some:
            person = persons.get(row.person or 0)
            if person is None or person.identity != "UNASKED":  # of whom nothing is known yet, nothing is said
                yield _write(upload, row, person, doses.get(row.dose or 0))


def _write(upload: Upload, row: Row, person: Person | None, dose: Dose | None) -> dict[str, Any]:
    reasons = [*(person.reasons if person else []), *(dose.reasons if dose else [])]
    if row.state == "same":
        reasons.append(["row", "dose_entered_twice"])
    if row.code in list_codes():
        reasons.append(["row", row.code])
    return {
        "record": f"{upload.name}:{row.sheet}:{row.row}:{row.part}:{row.slot}",
        "file": upload.name,
        "sheet": row.sheet,
        "row": row.row,
        "dose_no": dose.dose_no if dose else None,
        "identity": person.identity if person else "REFUSED",
        "vaccination": "DUPLICATE" if row.state == "same" else dose.vaccination if dose else "REFUSED",
        "reasons": [{"field": field, "code": code} for field, code in reasons],
        "person": None,
        "sure": False,
    }
