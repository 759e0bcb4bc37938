"""The tables in the envelopes: their columns, and what is refused of a table that another side wrote."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing
from xacthuc.findings import list_codes
from xacthuc.records import CLEAN_SCHEMA, IDENTITY, REASON_TYPE

# What matching reads of a claim's person, and nothing else: no name as written, no dose, no site, no address of a file.
PERSON_COLUMNS = (
    "name_key", "name_fold", "name_base", "name_first", "name_last", "birth_date", "sex", "number12", "number9",
    "digits", "number_state", "phone", "province", "district", "commune", "place",
)  # fmt: skip
REF = pa.field("ref", pa.string(), nullable=False)  # opaque: what both sides call a claim

REQUEST_SCHEMA = pa.schema([REF, *(CLEAN_SCHEMA.field(name) for name in PERSON_COLUMNS)])

ANSWER_SCHEMA = pa.schema(
    [
        REF,
        pa.field("identity", pa.string(), nullable=False),
        pa.field("reasons", REASON_TYPE, nullable=False),  # of the person, not of the dose
        pa.field("sure", pa.bool_(), nullable=False),
        pa.field("person", pa.string()),  # the register's opaque reference, where sure
    ]
)

# One count each. `unit` is null where the claims do not say in which unit of the level they belong.
DAILY_SCHEMA = pa.schema(
    [
        pa.field("level", pa.string(), nullable=False),  # of LEVELS
        pa.field("unit", pa.string()),
        pa.field("measure", pa.string(), nullable=False),  # of MEASURES
        pa.field("code", pa.string()),  # the identity or the reason
        pa.field("claims", pa.int64(), nullable=False),
    ]
)
LEVELS = ("nation", "province", "district", "commune")
MEASURES = ("received", "answered", "waiting", "identity", "reason")


def read_rows(path: Path, schema: pa.Schema, *, count: int, most: int, name: str) -> pa.Table:
    """Read a table that another side wrote, as large as its manifest says and with exactly these columns.

    Raises ExchangeRefused: too many rows, too large unpacked, other columns, nulls where none may be, a value that is
    longer than any of ours. Not checked: what the values say.
    """
    try:
        with pq.ParquetFile(path, read_dictionary=_list_texts(schema)) as file:
            groups = [file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups)]
            if max(count, file.metadata.num_rows) > most or sum(groups) > LIMITS.inflated_bytes:
                raise ExchangeRefused("exchange_rows_too_many", name)
            table = file.read()
    except (pa.ArrowException, OSError):
        raise ExchangeRefused("exchange_rows_unusable", name) from None
    if table.num_rows != count or table.schema.names != schema.names or _find_longest(table) > LIMITS.value_length:
        raise ExchangeRefused("exchange_rows_unusable", name)
    try:
        table = table.cast(schema)
    except (pa.ArrowException, ValueError):
        raise ExchangeRefused("exchange_rows_unusable", name) from None
    if any(table[field.name].null_count for field in schema if not field.nullable):
        raise ExchangeRefused("exchange_rows_unusable", name)
    return table


def check_answers(answers: pa.Table, *, refs: pa.Array, name: str) -> None:
    """Raise ExchangeRefused unless each of the distinct claims `refs` is answered exactly once, with codes we know."""
    given = answers["ref"].combine_chunks()
    if len(pc.unique(given)) != len(given):
        raise ExchangeRefused("exchange_claims_repeated", name)
    if not pc.all(pc.is_in(given, value_set=refs)).as_py() and len(given):
        raise ExchangeRefused("exchange_claims_added", name)
    if len(given) != len(refs):
        raise ExchangeRefused("exchange_claims_missing", name)
    codes = pc.struct_field(pc.list_flatten(answers["reasons"].combine_chunks()), "code")
    for values, known in ((answers["identity"], IDENTITY), (codes, list_codes())):
        if not set(pc.unique(values).to_pylist()) <= set(known):
            raise ExchangeRefused("exchange_rows_unusable", name)


def is_distinct(refs: pa.ChunkedArray) -> bool:
    """Tell whether no claim stands twice among these."""
    return len(pc.unique(refs)) == len(refs)


def open_folder(folder: Path, schema: pa.Schema) -> Path:
    """Give a folder of tables with at least one, an empty one: engines read no empty folder."""
    folder.mkdir(exist_ok=True)
    if not (folder / "000000.parquet").exists():
        with storing(folder / "000000.parquet") as unfinished:
            pq.write_table(schema.empty_table(), unfinished)
    return folder


def write_rows(table: pa.Table, path: Path) -> None:
    """Write a table as it travels; the same rows always give the same bytes."""
    pq.write_table(table, path, compression="zstd", store_schema=False)


def _list_texts(schema: pa.Schema) -> list[str]:
    """Give the columns whose values are read once each, so that a long one cannot fill the memory a million times."""
    return [field.name for field in schema if field.type == pa.string()]


def _find_longest(table: pa.Table) -> int:
    longest = 0
    for column in table.columns:
        for chunk in column.chunks:
            values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else None
            if values is not None and len(values):
                longest = max(longest, pc.max(pc.binary_length(values)).as_py() or 0)
    return longest
