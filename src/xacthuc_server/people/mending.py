"""A cell is mended where it is shown: the row is cleaned again as if the file had said so, and recorded again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import F
from procrastinate.contrib.django import app

from xacthuc.cleaning import clean_batch, gather_evidence
from xacthuc.findings import get_code, list_codes
from xacthuc.records import RAW_FIELDS
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.people.recording import Answer, record_few
from xacthuc_server.people.staging import DOSE_FIELDS, number_rows, stage_rows
from xacthuc_server.uploads.models import CellFinding, Mend, Row, Upload
from xacthuc_server.uploads.permissions import check_can_upload
from xacthuc_server.uploads.raw import RawSheet, has_rows, load_sheet, replace_values

CELL_LETTERS = 500  # of a mended cell: longer is no value of a list


class MendRefused(Exception):
    """A cell is not mended; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Cell:
    """A cell of a file: the field that its column holds, in the slot of a dose, or 0 for what is said of the person."""

    sheet: str
    row: int
    part: int
    slot: int
    field: str


@action
def mend_cell(upload_id: Any, cell: Cell, *, was: str, value: str, by: Acting, now: datetime) -> Upload:
    """Write another value in place of what a cell says, and record its row anew; gives the upload.

    1 the cell says what was shown, and nothing of its row is signed
    2 the row is cleaned with the evidence of its whole sheet, and recorded as rows of files are
    3 the dose that it was before is withdrawn unless another row says the same; a person of whom nothing is left is
      replaced by who is stated now
    4 the findings of the row are those of the row as it is now.
    Raises NotAllowed, MendRefused.
    """
    check_can_upload(by)
    upload = _take(upload_id, by=by)
    sheet, places = _find_row(upload, cell, was=was)
    value = value.strip()[:CELL_LETTERS]
    Mend.objects.create(
        upload=upload, organisation_id=upload.organisation_id, place=upload.place, value=value, by=by.who, at=now,
        **cell.__dict__,
    )  # fmt: skip
    targets = {at: value or None for at, slot in places.items() if cell.slot in (0, slot)}
    cleaned = _clean(RawSheet(replace_values(sheet.rows, cell.field, targets), sheet.layout), cell)
    _record(upload, cell, *cleaned, now=now)
    _count(upload)
    about = f"upload:{upload.id}"
    tell("row.mended", by=by, now=now, about=about, more={"row": cell.row, "part": cell.part, "field": cell.field})
    app.configure_task("people.ask").defer(upload_id=str(upload.id))
    return upload


def _take(upload_id: Any, *, by: Acting) -> Upload:
    mine = Upload.objects.select_for_update().filter(id=upload_id, organisation_id=by.organisation_id)
    upload = mine.first()
    if upload is None:
        raise MendRefused("upload_not_there")
    if upload.state not in ("recorded", "done"):
        raise MendRefused("upload_not_read_yet")
    if not has_rows(upload):
        raise MendRefused("upload_too_long_to_mend")
    return upload


def _find_row(upload: Upload, cell: Cell, *, was: str) -> tuple[RawSheet, dict[int, int]]:
    """Give the sheet, and the slots of the cell's row and part by their places in it; raises MendRefused."""
    if cell.field not in RAW_FIELDS:
        raise MendRefused("cell_not_there")
    try:
        sheet = load_sheet(upload, cell.sheet)
    except KeyError:
        raise MendRefused("cell_not_there") from None
    mine = pc.and_(pc.equal(sheet.rows["row"], cell.row), pc.equal(sheet.rows["part"], cell.part))
    places = {int(at): sheet.rows["slot"][int(at)].as_py() for at in pc.indices_nonzero(mine).to_pylist()}
    meant = [at for at, slot in places.items() if cell.slot in (0, slot)]
    if not meant:
        raise MendRefused("cell_not_there")
    if any((sheet.rows[cell.field][at].as_py() or "") != was for at in meant):
        raise MendRefused("cell_changed")
    signed = Row.objects.filter(upload=upload, sheet=cell.sheet, row=cell.row, part=cell.part).values("dose")
    if Dose.objects.filter(id__in=signed).exclude(signed_at=None).exists():
        raise MendRefused("row_signed")
    return sheet, places


def _clean(sheet: RawSheet, cell: Cell) -> tuple[pa.Table, pa.Table]:
    """Give records and findings of one row and part, cleaned with what the whole sheet tells."""
    evidence = gather_evidence([sheet.rows], sheet.layout)
    line = sheet.rows.filter(pc.equal(sheet.rows["row"], cell.row))
    cleaned = clean_batch(line, sheet.layout, evidence=evidence)
    return cleaned.records, cleaned.findings


def list_wrong(tables: Iterable[pa.Table]) -> dict[str, str]:
    """Give what was found wrong in the cells of doses, by record, as it is kept beside a dose."""
    found: dict[str, set[tuple[str, str]]] = {}
    wanted = [c.code for c in list_codes().values() if c.field in DOSE_FIELDS and c.kind in ("wrong", "refused")]
    for findings in tables:
        mine = pc.and_(pc.is_in(findings["code"], pa.array(wanted)), pc.is_valid(findings["record"]))
        for each in findings.select(["record", "code"]).filter(mine).to_pylist():
            found.setdefault(each["record"], set()).add((get_code(each["code"]).field, each["code"]))
    return {record: json.dumps(sorted(said)) for record, said in found.items()}


def _record(upload: Upload, cell: Cell, records: pa.Table, findings: pa.Table, *, now: datetime) -> None:
    wrong = list_wrong([findings])
    said = pa.array([wrong.get(record, "[]") for record in records["record"].to_pylist()], pa.string())
    staged = stage_rows(number_rows(records).append_column("found", said), home=upload.place)
    answers = record_few(staged, organisation_id=upload.organisation_id, upload=upload.id, now=now)
    before = {(row.part, row.slot): row for row in Row.objects.filter(upload=upload, sheet=cell.sheet, row=cell.row)}
    addresses = zip(records["part"].to_pylist(), records["slot"].to_pylist(), answers, strict=True)
    for part, slot, answer in addresses:
        _replace(before[part, slot], answer, now=now)
    CellFinding.objects.filter(upload=upload, sheet=cell.sheet, row=cell.row).delete()
    CellFinding.objects.bulk_create(
        CellFinding(
            upload=upload, organisation_id=upload.organisation_id, place=upload.place, sheet=cell.sheet,
            row=cell.row, column=each["column"] or "", field=each["field"], code=each["code"],
        )
        for each in findings.to_pylist()
    )  # fmt: skip


def _replace(row: Row, answer: Answer, *, now: datetime) -> None:
    """Let a row be what it is now: its new dose counts, its old one does not unless another row says the same."""
    dose, person = row.dose, row.person
    state = "recorded" if answer.dose is not None and answer.dose == dose else answer.state
    row.state, row.person, row.dose, row.code = state, answer.person, answer.dose, answer.code
    row.save(update_fields=["state", "person", "dose", "code"])
    if answer.dose is not None and answer.dose != dose:
        Dose.objects.filter(id=answer.dose, upload_id=row.upload_id, settled_by="").exclude(withdrawn_at=None).update(
            withdrawn_at=None, version=F("version") + 1
        )
    if dose is not None and dose != answer.dose and not Row.objects.filter(dose=dose).exists():
        Dose.objects.filter(id=dose, signed_at=None).update(withdrawn_at=now, version=F("version") + 1)
    if person is not None and person != answer.person and not _is_stated(person):
        Person.objects.filter(id=person).update(replaced_by_id=answer.person, version=F("version") + 1)
    if answer.person is not None:
        Person.objects.filter(id=answer.person).exclude(replaced_by=None).update(
            replaced_by_id=None, version=F("version") + 1
        )


def _is_stated(person: int) -> bool:
    """Tell whether anything is left of what was stated of a person."""
    return (
        Row.objects.filter(person=person).exists() or Dose.objects.filter(person_id=person, withdrawn_at=None).exists()
    )


def _count(upload: Upload) -> None:
    """Count rows and findings anew, and let the register be asked about who is new."""
    states = Counter(Row.objects.filter(upload=upload).values_list("state", flat=True))
    codes: Sequence[str] = list(CellFinding.objects.filter(upload=upload).values_list("code", flat=True))
    lines = {name: upload.counts[name] for name in ("lines", "data", "ignored", "records")}
    counts = {**lines, **states, "findings": len(codes), "codes": dict(Counter(codes))}
    Upload.objects.filter(id=upload.id).update(counts=counts, state="recorded", version=F("version") + 1)
    upload.refresh_from_db()
