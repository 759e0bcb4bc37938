"""The nouns that travel between the stages, frozen, and the columns of their tables.

Stages meet with plain values: Arrow tables whose columns are named here, and nothing else.
Every column is text unless said otherwise; a missing value is null, never an empty string.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

# ---------------------------------------------------------------------------------------------
# RAW: what reading gives. One row per dose slot of one person in one data row of a file.
# A person without any dose slot filled still has one row (slot 0). Values are text as a person
# sees them, except that true date cells are ISO ("2021-11-09"), and numbers have no ".0".
# ---------------------------------------------------------------------------------------------

RAW_FIELDS: tuple[str, ...] = (
    "record",  # the source's own id, from a column headed "record" or "id"
    "name",  # several columns are joined with one blank, in the order of the map
    "birth_date",  # day, month and year columns are joined with "/"
    "sex",  # or the sub-heading (Nam / Nữ) under which the birth date stood
    "number",  # several columns are joined with " ; "
    "phone",
    "insurance",
    "nationality",
    "province",
    "district",
    "commune",
    "address",  # hamlet, street or the whole address in one cell
    "qr",  # the text of an ID card's or a personal QR, as scanned
    "dose_no",  # the cell, or the heading above the columns ("Mũi 2", "Lần 1")
    "vaccine",  # may hold the lot too ("AZ lô CTMAV562"): cleaning divides them
    "lot",
    "dose_date",
    "site",
    "note",  # remarks; also what tells that no dose was given ("hoãn", "vắng")
)

RAW_SCHEMA = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),  # "" where the format has no sheets
        pa.field("row", pa.int32(), nullable=False),  # as a person sees it, from 1; csv: record number
        pa.field("part", pa.int8(), nullable=False),  # 1, 2 ... where one row holds several people
        pa.field("slot", pa.int8(), nullable=False),  # 0: no dose in the row; else 1, 2, 3 across
        *(pa.field(name, pa.string()) for name in RAW_FIELDS),
    ]
)

# ---------------------------------------------------------------------------------------------
# CLEAN: what cleaning gives, for claims and for the register alike. Same rows, same order.
# ---------------------------------------------------------------------------------------------

CLEAN_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string(), nullable=False),  # own id if unique, else file:sheet:row:part:slot
        pa.field("file", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("part", pa.int8(), nullable=False),
        pa.field("slot", pa.int8(), nullable=False),
        pa.field("name", pa.string()),  # NFC, one tone placement, Title Case
        pa.field("name_key", pa.string()),  # marked ASCII key: NGUYEcxN<THIj<DdAfO
        pa.field("name_fold", pa.string()),  # candidates only: base key, regional variants and i/y folded, words sorted
        pa.field("name_base", pa.string()),  # candidates only: base key, the marked key without its marks
        pa.field("name_first", pa.string()),  # candidates only: first and last word of the base key
        pa.field("name_last", pa.string()),
        pa.field("birth_date", pa.string()),  # ISO date, or "YYYY" where only the year is known
        pa.field("sex", pa.string()),  # M, F
        pa.field("number", pa.string()),  # the number to show: 12 digits, else 9, else passport
        pa.field("number12", pa.string()),
        pa.field("number9", pa.string()),  # old CMND
        pa.field("passport", pa.string()),
        pa.field("digits", pa.string()),  # all digits of a malformed number, else null
        pa.field("number_state", pa.string(), nullable=False),  # NUMBER_STATES
        pa.field("phone", pa.string()),  # national, ten digits, leading 0
        pa.field("insurance", pa.string()),  # the last ten digits
        pa.field("nationality", pa.string()),  # ISO 3166 alpha-2 where stated or implied by a passport
        pa.field("province", pa.string()),  # unit codes in the tree of 2021, most exact known
        pa.field("district", pa.string()),
        pa.field("commune", pa.string()),
        pa.field("place", pa.string()),  # ASCII key of the place as text (tree = "none")
        pa.field("dose_no", pa.int8()),
        pa.field("vaccine", pa.string()),  # product name of codes/vaccines
        pa.field("lot", pa.string()),
        pa.field("dose_date", pa.string()),  # ISO
        pa.field("site", pa.string()),
        pa.field("given", pa.bool_(), nullable=False),  # false: listed without a dose (put off, absent)
        pa.field("refused", pa.string()),  # finding code why the row cannot be a record, else null
    ]
)

NUMBER_STATES = ("twelve", "nine", "passport", "foreign", "malformed", "missing")

# One finding by cell. `column` is the letter as a person sees it ("F"), null where a row or sheet is meant.
FINDING_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string()),  # null where no record came of it
        pa.field("file", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row", pa.int32()),
        pa.field("column", pa.string()),
        pa.field("field", pa.string(), nullable=False),  # a name of RAW_FIELDS, or "row", "sheet", "file"
        pa.field("code", pa.string(), nullable=False),  # a code of texts/*.toml
    ]
)

IDENTITY = ("MATCHED", "MISMATCH", "NOT_FOUND", "AMBIGUOUS", "NO_NUMBER", "FOREIGN", "REFUSED")
VACCINATION = ("PLAUSIBLE", "DOUBTFUL", "DUPLICATE", "REFUSED")

REASON_TYPE = pa.list_(pa.struct([("field", pa.string()), ("code", pa.string())]))

VERDICT_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field("dose_no", pa.int8()),
        pa.field("unit", pa.string()),  # commune of residence that owns the problem
        pa.field("identity", pa.string(), nullable=False),
        pa.field("vaccination", pa.string(), nullable=False),
        pa.field("reasons", REASON_TYPE, nullable=False),
        pa.field("person", pa.string()),  # the register's opaque reference
        pa.field("sure", pa.bool_(), nullable=False),
        pa.field("weight", pa.int32()),
        pa.field("margin", pa.int32()),
    ]
)

SheetKind = Literal["list", "summary", "empty"]
RowKind = Literal["data", "heading", "blank", "total"]


@dataclass(frozen=True)
class Column:
    """A column of a sheet that was understood: which field it holds, where, under which heading."""

    field: str  # of RAW_FIELDS
    index: int  # from 0
    heading: str  # the heading as read, parts of a merged heading joined with " / "
    slot: int = 0  # the dose across the row it belongs to; 0: the person


@dataclass(frozen=True)
class SheetLayout:
    """What reading understood of one sheet; the part of its answer that is said to people."""

    file: str
    sheet: str
    kind: SheetKind
    visible: bool
    last_row: int
    counts: dict[RowKind, int]  # add up to last_row
    columns: tuple[Column, ...] = ()
    header_rows: tuple[int, ...] = ()  # as a person sees them
    ignored_columns: tuple[str, ...] = ()  # headings that are no field of ours
    unused_columns: tuple[str, ...] = ()  # those of them, and columns without a heading, that most rows fill
    date_system: Literal[1900, 1904] = 1900
    birth_order: Literal["dmy", "mdy", "ymd"] | None = None  # given by a column map; else found by cleaning
    place_tree: Literal["2021", "2025", "none"] = "2021"
    context: dict[str, str] = field(default_factory=dict)  # raw values from title, letterhead and file name


@dataclass(frozen=True)
class Finding:
    """Something that is wrong or was repaired, and where. It never carries the value itself."""

    file: str
    field: str
    code: str
    sheet: str = ""
    row: int | None = None
    column: str | None = None
    record: str | None = None
