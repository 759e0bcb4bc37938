"""Clean rows on their way into the tables: one relation `staged`, whether it is a million rows or one.

Many rows are copied into a temporary table; few travel with the statement. The statements of recording.py are the same
for both: they name `{staged}`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
from django.db import connection

from xacthuc.records import CLEAN_SCHEMA
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.units.places import find_territory

# What an organisation stated of a person, and of a dose: who says the same again says nothing new.
PERSON_FIELDS = (
    "name", "name_key", "birth_date", "sex", "number", "number12", "number9", "passport", "digits", "number_state",
    "phone", "insurance", "nationality", "province", "district", "commune", "place",
)  # fmt: skip
DOSE_FIELDS = ("dose_no", "vaccine", "lot", "dose_date", "site")
NAME_FIELDS = ("name_fold", "name_base", "name_first", "name_last")
ADDRESS = ("sheet", "row", "part", "slot")

# The columns of `staged`, with their types in the database.
COLUMNS = {
    "claim": "bigint",
    "sheet": "text",
    "row": "integer",
    "part": "smallint",
    "slot": "smallint",
    **dict.fromkeys((*PERSON_FIELDS, *NAME_FIELDS, *DOSE_FIELDS), "text"),
    "dose_no": "smallint",
    "given": "boolean",
    "refused": "text",
    "residence": "bigint",
    "person_digest": "text",
    "dose_digest": "text",
    "found": "jsonb",
}
TRAVELS = 1_000  # rows up to this number go with the statement: making a table costs more than sending them twice
SEPARATOR = "\x1f"  # in no value that cleaning gives

_LONGEST = {
    column: Person._meta.get_field({"place": "place_text"}.get(column, column)).max_length
    for column in (*PERSON_FIELDS, *NAME_FIELDS)
} | {column: Dose._meta.get_field(column).max_length for column in DOSE_FIELDS if column != "dose_no"}


@dataclass(frozen=True)
class Staged:
    """Rows that wait to be recorded: the relation as a statement names it, and the values that go with it."""

    relation: str
    values: Mapping[str, Any] = field(default_factory=dict)


def stage_rows(rows: pa.Table, *, home: int) -> Staged:
    """Stage a few clean rows with a column `claim` and, where cells were wrong, `found`; `home`: see make_columns."""
    assert rows.num_rows <= TRAVELS, "many rows are copied"
    staged = make_columns(rows, home=home).to_pylist()
    for row in staged:
        row["found"] = json.loads(row["found"])
    types = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    return Staged(f"jsonb_to_recordset(%(staged)s::jsonb) AS staged({types})", {"staged": json.dumps(staged)})


def copy_rows(batches: Iterable[pa.Table], *, home: int) -> Staged:
    """Stage many clean rows in a temporary table of this transaction."""
    types = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged, added, answered")  # of rows before these, in one transaction
        cursor.execute(f"CREATE TEMPORARY TABLE staged ({types}) ON COMMIT DROP")
    copy_table("staged", (make_columns(rows, home=home) for rows in batches), columns=tuple(COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE staged")
    return Staged("staged")


def copy_table(table: str, batches: Iterable[pa.Table], *, columns: Sequence[str]) -> None:
    """Copy Arrow tables into a table of the database; null stays null, and the empty text is not null."""
    names = ", ".join(f'"{name}"' for name in columns)
    options = pv.WriteOptions(include_header=False)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
        for batch in batches:
            written = io.BytesIO()
            pv.write_csv(batch.select(list(columns)), written, options)
            copy.write(written.getvalue())


def make_columns(rows: pa.Table, *, home: int) -> pa.Table:
    """Give clean rows with the columns of `staged`; `home` is the residence of those who live nobody knows where."""
    rows = pa.table({name: _plain(rows[name]) for name in rows.schema.names})
    refused = pc.coalesce(rows["refused"], _find_too_long(rows))
    dosed = pc.and_(pc.and_(rows["given"], pc.greater(rows["slot"], 0)), pc.is_null(refused))
    person = _digest(rows, PERSON_FIELDS)
    dose = _digest(rows, (*PERSON_FIELDS, *DOSE_FIELDS))
    known = {
        "refused": refused,
        "given": dosed,
        "residence": _find_residence(rows, home=home),
        "person_digest": pc.if_else(pc.is_null(refused), person, None),
        "dose_digest": pc.if_else(dosed, dose, None),
        "found": rows["found"] if "found" in rows.schema.names else pa.repeat("[]", rows.num_rows),
    }
    return pa.table({name: known.get(name, rows[name] if name in rows.schema.names else None) for name in COLUMNS})


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give a column without dictionaries, and texts without the one character that the database does not keep."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) and pc.any(pc.match_substring(column, "\x00")).as_py():
        column = pc.replace_substring(column, "\x00", "")
    return column


def _find_too_long(rows: pa.Table) -> pa.Array:
    """Give the code of rows that hold a text for which the tables have no room: none of a person is so long."""
    long = pa.repeat(False, rows.num_rows)
    for name, most in _LONGEST.items():
        if (pc.max(pc.utf8_length(rows[name])).as_py() or 0) > most:
            long = pc.or_(long, pc.fill_null(pc.greater(pc.utf8_length(rows[name]), most), False))
    return pc.if_else(long, "row_value_too_long", pa.scalar(None, pa.string()))


def _find_residence(rows: pa.Table, *, home: int) -> pa.Array:
    """Give the place of residence as a number, as exact as it is known."""
    province, district, commune = (pc.cast(rows[name], pa.int64()) for name in ("province", "district", "commune"))
    ones = {"province": (province, "01"), "district": (district, "001"), "commune": (commune, "00001")}
    start = find_territory("2021").lower
    place = pa.scalar(start, pa.int64())
    for name, (codes, one) in ones.items():
        step = find_territory("2021", **{name: one}).lower - start
        place = pc.add(place, pc.multiply(pc.fill_null(codes, 0), step))
    return pc.if_else(pc.is_null(province), home, place)


def _digest(rows: pa.Table, names: Sequence[str]) -> pa.Array:
    texts = [pc.fill_null(rows[name].cast(pa.string()), "") for name in names]
    joined = pc.binary_join_element_wise(*texts, SEPARATOR)
    return pa.array([hashlib.sha256(text.encode()).hexdigest() for text in joined.to_pylist()], pa.string())


def number_rows(rows: pa.Table) -> pa.Table:
    """Give rows of CLEAN_SCHEMA with their number in this table, from 0, as `claim`."""
    assert set(CLEAN_SCHEMA.names) <= set(rows.schema.names)
    return rows.append_column("claim", pa.array(range(rows.num_rows), pa.int64()))
