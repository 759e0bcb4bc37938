"""One person and one dose as somebody types or scans them: cleaned as rows of files are, with findings by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning import clean_batch
from xacthuc.findings import get_code
from xacthuc.records import RAW_FIELDS, RAW_SCHEMA, SheetLayout
from xacthuc_server.people.mending import list_wrong
from xacthuc_server.people.staging import Staged, number_rows, stage_rows

FIELDS = tuple(name for name in RAW_FIELDS if name not in ("record", "note"))
VALUE_LETTERS = 500  # of one field; the QR text of a card has some 200
DOSED = ("vaccine", "dose_date", "lot", "dose_no")  # one of these makes a dose of what is otherwise a person

_LAYOUT = SheetLayout(file="", sheet="", kind="list", visible=True, last_row=0, counts={}, birth_order="dmy")


@dataclass(frozen=True)
class Entries:
    """Cleaned entries, in their order: the records, and the findings of each as (field, code)."""

    records: pa.Table
    findings: tuple[tuple[tuple[str, str], ...], ...]
    wrong: Mapping[str, str]

    def stage(self, *, home: int) -> Staged:
        """Stage them to be recorded."""
        said = pa.array([self.wrong.get(record, "[]") for record in self.records["record"].to_pylist()], pa.string())
        return stage_rows(number_rows(self.records).append_column("found", said), home=home)

    def list_grave(self, at: int) -> tuple[tuple[str, str], ...]:
        """List what is wrong with an entry, as (field, code): what is repaired or only worth knowing is left out."""
        return tuple((field, code) for field, code in self.findings[at] if get_code(code).kind in ("wrong", "refused"))

    def is_refused(self, at: int) -> bool:
        """Tell whether no record can come of an entry."""
        return self.records["refused"][at].as_py() is not None


def clean_entries(entries: list[Mapping[str, str | None]]) -> Entries:
    """Clean entries, each with some of FIELDS; dates are ISO or day first. Bad values never raise.

    Not checked: whether texts are no longer than VALUE_LETTERS.
    """
    rows = [_write(number, entry) for number, entry in enumerate(entries, start=1)]
    cleaned = clean_batch(pa.Table.from_pylist(rows, schema=RAW_SCHEMA), _LAYOUT)
    found: list[list[tuple[str, str]]] = [[] for _ in entries]
    for each in cleaned.findings.select(["row", "field", "code"]).to_pylist():
        if each["row"] is not None:
            found[each["row"] - 1].append((each["field"], each["code"]))
    wrong = list_wrong([cleaned.findings])
    assert pc.all(pc.equal(cleaned.records["row"], pa.array(range(1, len(rows) + 1), pa.int32()))).as_py()
    return Entries(cleaned.records, tuple(tuple(dict.fromkeys(said)) for said in found), wrong)


def _write(number: int, entry: Mapping[str, str | None]) -> dict[str, object]:
    values = {name: (entry.get(name) or "").strip() or None for name in FIELDS}
    slot = 1 if any(values[name] for name in DOSED) else 0
    return {"file": "", "sheet": "", "row": number, "part": 1, "slot": slot, **values}
