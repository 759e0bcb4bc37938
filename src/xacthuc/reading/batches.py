"""Regular rows become RAW rows column by column, without a Python object for a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.reading.grid import get_texts, join_tables
from xacthuc.reading.people import DITTO_MARKS, NOTHING, STROKES, RawPart, is_dose_standing
from xacthuc.reading.plan import DOSE_FIELDS, SHARED, Plan, PlanColumn
from xacthuc.reading.titles import Standing
from xacthuc.records import RAW_FIELDS, RAW_SCHEMA

_BLANKS = tuple(c * n for c in (" ", "\u00a0", "\t", "\n") for n in range(1, 7))
_ODD = pa.array(
    sorted(
        {
            *DITTO_MARKS,
            *STROKES,
            *_BLANKS,
            "nt",
            "NT",
            "Nt",
            "như trên",
            "Như trên",
            "N.T",
            "n.t",
            "nhu tren",
            "Như Trên",
            "NHƯ TRÊN",
            "-nt-",
            "-NT-",
            "ditto",
            "Ditto",
        }
    ),
    pa.string(),
)
_VOID = pa.array(sorted(NOTHING), pa.string())
_SEVERAL = r"[\r\n/;&+]|\s(?i:v[aà])\s|:\s*$"  # may divide the names of two people, or is the label of a title
_SURE = (("dose_date", r"\d{1,4}[/.\-]\d"), ("birth_date", r"\d{1,4}[/.\-]\d"), ("number", r"\d{8}"), ("qr", r"\|"))


Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


def find_plain(chunk: pa.Table, *, plan: Plan, cell_length: int) -> Flags:
    """Tell which rows of a chunk surely hold one person, and nothing that needs reading row by row.

    Such a row has a number, date or card; no ditto mark, no line break or stroke in the name, no stroke for a dose.
    """
    plain = np.zeros(chunk.num_rows, dtype=bool)
    if plan.encoding is not None:
        return plain
    for field, pattern in _SURE:
        for column in (c for c in plan.columns if c.field == field):
            others = np.flatnonzero(~plain)
            if len(others):
                some = pc.take(chunk.column(column.index), pa.array(others))
                plain[others] = _tell(some, _matches(pattern))
    plain &= _find_named(chunk, plan=plan)
    for index in {c.index for c in plan.columns}:
        column = chunk.column(index)
        plain &= ~_tell(column, _is_one_of(_ODD))
        if _find_longest(column) > cell_length:
            plain &= ~_tell(column, lambda texts: pc.greater(pc.binary_length(texts), cell_length))
    for column in plan.columns:
        _strike_unclear(plain, chunk.column(column.index), column)
        joined = {"vaccine": r"\d[/.\-]\d{1,2}[/.\-]\d", "dose_date": r"[A-Za-z]{2}"}.get(column.field)
        if joined and column.part == "" and not plan.has({"vaccine": "dose_date"}.get(column.field, "vaccine")):
            plain &= ~_tell(chunk.column(column.index), _matches(joined))
    return plain


def _find_named(chunk: pa.Table, *, plan: Plan) -> Flags:
    """Tell which rows hold a name or card, where there is such a column: without one it may be a title's date."""
    columns = [c for c in plan.columns if c.field in ("name", "qr")]
    named = np.zeros(chunk.num_rows, dtype=bool) if columns else np.ones(chunk.num_rows, dtype=bool)
    for column in columns:
        if not named.all():
            named |= _flags(pc.is_valid(chunk.column(column.index)))
    return named


def find_blank(chunk: pa.Table) -> Flags:
    """Tell which rows of a chunk hold nothing."""
    blank = np.ones(chunk.num_rows, dtype=bool)
    for column in chunk.columns:
        if column.null_count < len(column) and blank.any():
            blank &= _flags(pc.is_null(column))
    return blank


def _strike_unclear(plain: Flags, cells: pa.ChunkedArray, column: PlanColumn) -> None:
    """Take out the rows whose cell needs reading by itself, given what the column holds."""
    if column.slot:
        plain &= ~_tell(cells, _is_one_of(_VOID))
    if column.field == "name":
        plain &= ~_tell(cells, _matches(_SEVERAL))
    elif column.field == "dose_date":
        plain &= ~_tell(cells, _matches(r"[\r\n]"))
    if column.part in ("day", "month", "year"):
        plain &= ~_tell(cells, _matches(r"^\s|\s$"))
    elif column.part == "mark":
        plain &= ~_tell(cells, _is_one_of(pa.array([*NOTHING, "0"])))
        plain &= ~_tell(cells, _matches(r"\d"))  # a date under the name of a vaccine


def build_plain(chunk: pa.Table, *, rows: Indices, plan: Plan, standings: Sequence[tuple[int, Standing]]) -> pa.Table:
    """Give the RAW rows of plain rows, without file and sheet.

    `rows` counts from 0; `standings` says what stands from which row on.
    """
    person = _read_fields(chunk, plan=plan)
    starts = np.array([s for s, _ in standings])
    which = np.asarray(np.searchsorted(starts, rows, side="right") - 1, dtype=np.int64)
    if not plan.has("address"):
        person["address"] = _pick([s.address for _, s in standings], which)
    standing = np.array([is_dose_standing(s.fill, plan=plan) for _, s in standings])[which]
    slots = [(n + 1, _read_dose(chunk, plan=plan, slot=n + 1, told=standing)) for n in range(len(plan.doses))]
    tables: list[pa.Table] = []
    without = np.ones(len(rows), dtype=bool)
    for slot, (own, dose) in slots:
        if len(plan.doses) == 1:
            dose = _fill(dose, standings, which)
        tables.append(_build(person, dose, rows=rows, slot=slot, keep=own))
        without &= ~own
    tables.append(_build(person, _fill({}, standings, which), rows=rows, slot=1, keep=without & standing))
    tables.append(_build(person, {}, rows=rows, slot=0, keep=without & ~standing))
    return join_tables([t for t in tables if t.num_rows] or tables[:1])


def build_special(parts: Sequence[tuple[int, RawPart]]) -> pa.Table:
    """Give RAW rows read one by one as a table in the manner of `build_plain`."""
    columns = {
        "row": pa.array([r + 1 for r, _ in parts], pa.int32()),
        "part": pa.array([p.part for _, p in parts], pa.int8()),
        "slot": pa.array([p.slot for _, p in parts], pa.int8()),
    }
    for field in RAW_FIELDS:
        columns[field] = pa.array([p.values.get(field) for _, p in parts], pa.string())
    return pa.table(columns)


def join_in_order(tables: Sequence[pa.Table], *, file: str, sheet: str) -> pa.Table:
    """Give tables of the same rows' RAW rows as one of RAW_SCHEMA, in the order of row, part and slot.

    A column of few values may be a dictionary of its texts.
    """
    table = join_tables(tables)
    rows = table.column("row").to_numpy()
    if np.any(rows[1:] < rows[:-1]):
        table = table.take(pa.array(np.argsort(rows, kind="stable")))
    count = table.num_rows
    columns = [
        pa.repeat(pa.scalar(file, pa.string()), count),
        pa.repeat(pa.scalar(sheet, pa.string()), count),
        *table.columns,
    ]
    kinds = [table.schema.field(f.name).type if f.name in table.column_names else f.type for f in RAW_SCHEMA]
    schema = pa.schema([f.with_type(kind) for f, kind in zip(RAW_SCHEMA, kinds, strict=True)])
    return pa.Table.from_arrays(columns, schema=schema)


def _flags(column: pa.ChunkedArray) -> Flags:
    flags: Flags = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return flags


def _tell(column: pa.ChunkedArray, tell: Callable[[Any], Any]) -> Flags:
    """Tell of each cell what `tell` says of a column of texts: of a dictionary, once of each of its texts."""
    if not pa.types.is_dictionary(column.type):
        return _flags(tell(column))
    parts = [tell(chunk.dictionary).take(chunk.indices) for chunk in column.chunks]
    return _flags(pa.chunked_array(parts, pa.bool_()))


def _matches(pattern: str) -> Callable[[Any], Any]:
    return lambda texts: pc.match_substring_regex(texts, pattern=pattern)


def _is_one_of(texts: pa.Array) -> Callable[[Any], Any]:
    return lambda column: pc.is_in(column, value_set=texts)


def _find_longest(column: pa.ChunkedArray) -> int:
    """Give how many bytes the longest text has."""
    parts = [chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk for chunk in column.chunks]
    return max((pc.max(pc.binary_length(part)).as_py() or 0 for part in parts), default=0)


def _coalesce(arrays: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    return arrays[0] if len(arrays) == 1 else pc.coalesce(*map(get_texts, arrays))


def _read_fields(chunk: pa.Table, *, plan: Plan) -> dict[str, pa.ChunkedArray]:
    values = {}
    for field in dict.fromkeys(c.field for c in plan.columns if c.field not in DOSE_FIELDS):
        columns = plan.list_columns(field)
        read = {"birth_date": _read_birth, "sex": _read_sex}.get(field)
        values[field] = read(chunk, columns) if read else _join(chunk, columns, field=field)
    under = [c for c in plan.list_columns("birth_date") if c.part == "under"]
    if under:
        sexes = [values["sex"]] if "sex" in values else []
        sexes += [pc.if_else(pc.is_valid(chunk.column(c.index)), c.value, pa.scalar(None, pa.string())) for c in under]
        values["sex"] = _coalesce(sexes)
    return values


def _join(chunk: pa.Table, columns: list[PlanColumn], *, field: str) -> pa.ChunkedArray:
    arrays = [chunk.column(c.index) for c in columns]
    if len(arrays) == 1:
        return arrays[0]
    if field == "name":
        return _concat(arrays, " ")
    if field in ("number", "note"):
        return _concat(_drop_repeated(arrays), " ; ")
    if field == "commune" and any(c.part == "code" for c in columns):
        return _concat(arrays[:2], " ")
    if field == "address":
        wholes = [a for c, a in zip(columns, arrays, strict=True) if c.part != "part"]
        parts = [a for c, a in zip(columns, arrays, strict=True) if c.part == "part"]
        return _concat([*parts, *([_coalesce(wholes)] if wholes else [])], ", ")
    return _coalesce(arrays)


def _drop_repeated(arrays: list[pa.ChunkedArray]) -> list[pa.ChunkedArray]:
    kept = [get_texts(arrays[0])]
    for array in map(get_texts, arrays[1:]):
        for earlier in kept:
            array = pc.if_else(pc.fill_null(pc.equal(array, earlier), False), pa.scalar(None, pa.string()), array)
        kept.append(array)
    return kept


def _concat(arrays: list[pa.ChunkedArray], separator: str) -> pa.ChunkedArray:
    if len(arrays) == 1:
        return arrays[0]
    arrays = [get_texts(array) for array in arrays]
    nothing = pc.is_null(arrays[0])
    for array in arrays[1:]:
        nothing = pc.and_(nothing, pc.is_null(array))
    # Arrow leaves out a row of which every text is skipped: there the first is empty, and null again below.
    filled = [pc.if_else(nothing, "", arrays[0]), *arrays[1:]] if pc.any(nothing).as_py() else arrays
    joined = pc.binary_join_element_wise(*filled, separator, null_handling="skip")
    empty = pc.equal(joined, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), joined) if pc.any(empty).as_py() else joined


def _read_birth(chunk: pa.Table, columns: list[PlanColumn]) -> pa.ChunkedArray:
    by_part = {c.part: chunk.column(c.index) for c in columns if c.part in ("day", "month", "year")}
    whole = [chunk.column(c.index) for c in columns if c.part not in by_part or c.part in ("", "under")]
    if not by_part:
        return _coalesce(whole)
    joined = _concat([by_part[p] for p in ("day", "month", "year") if p in by_part], "/")
    return _coalesce([joined, *whole])


def _read_sex(chunk: pa.Table, columns: list[PlanColumn]) -> pa.ChunkedArray:
    plain = [chunk.column(c.index) for c in columns if c.part != "mark"]
    marks = [(c.value, pc.is_valid(chunk.column(c.index))) for c in columns if c.part == "mark"]
    if marks:
        count = marks[0][1].cast(pa.int8())
        for _, flag in marks[1:]:
            count = pc.add(count, flag.cast(pa.int8()))
        one = pc.equal(count, 1)
        plain += [pc.if_else(pc.and_(one, flag), value, pa.scalar(None, pa.string())) for value, flag in marks]
    return _coalesce(plain)


def _read_dose(chunk: pa.Table, *, plan: Plan, slot: int, told: Flags) -> tuple[Flags, dict[str, pa.ChunkedArray]]:
    """Give where a dose's own columns hold something, and its fields."""
    own = np.zeros(chunk.num_rows, dtype=bool)
    dose = {}
    for field in DOSE_FIELDS:
        columns = [c for c in plan.columns if c.field == field and c.slot in (slot, SHARED)]
        for column in columns:
            if column.slot == slot:
                filled = _flags(pc.is_valid(chunk.column(column.index)))
                own |= filled & told if field == "site" else filled  # a site alone is no dose
        if any(c.part == "day" for c in columns):
            dose[field] = _read_birth(chunk, columns)
        elif columns:
            dose[field] = _coalesce([_get_value(chunk, c) for c in columns])
    heading = plan.doses[slot - 1]
    if heading:
        dose["dose_no"] = (
            pc.fill_null(get_texts(dose["dose_no"]), heading)
            if "dose_no" in dose
            else pa.repeat(pa.scalar(heading), chunk.num_rows)
        )
    return own, dose


def _get_value(chunk: pa.Table, column: PlanColumn) -> pa.ChunkedArray:
    cells = chunk.column(column.index)
    return (
        cells if column.part != "mark" else pc.if_else(pc.is_valid(cells), column.value, pa.scalar(None, pa.string()))
    )


def _fill(
    dose: dict[str, pa.ChunkedArray], standings: Sequence[tuple[int, Standing]], which: Indices
) -> dict[str, pa.ChunkedArray]:
    """Give a dose with what the titles say where the row says nothing."""
    filled = dict(dose)
    for field in dict.fromkeys(f for _, s in standings for f in s.fill):
        said = _pick([s.fill.get(field) for _, s in standings], which)
        filled[field] = pc.coalesce(get_texts(dose[field]), said) if field in dose else said
    return filled


def _pick(values: list[str | None], which: Indices) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(which))


def _build(
    person: dict[str, pa.ChunkedArray],
    dose: dict[str, pa.ChunkedArray],
    *,
    rows: Indices,
    slot: int,
    keep: Flags,
) -> pa.Table:
    count = len(rows)
    columns = {
        "row": pa.array((rows + 1).astype(np.int32)),
        "part": pa.array(np.ones(count, dtype=np.int8)),
        "slot": pa.array(np.full(count, slot, dtype=np.int8)),
    }
    for field in RAW_FIELDS:
        found = dose.get(field) if field in DOSE_FIELDS else person.get(field)
        columns[field] = pa.nulls(count, pa.string()) if found is None else found
    table = pa.table(columns)
    return table if keep.all() else table.filter(pa.array(keep))
