"""Rows of CLEAN_SCHEMA for tests, from what a person would write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.cleaning.marks import make_base_key, make_fold_key, make_name_key
from xacthuc.cleaning.names import find_word
from xacthuc.records import CLEAN_SCHEMA

ADDRESS = {"file": "list.xlsx", "sheet": "1", "row": 1, "part": 1, "slot": 1, "given": True}


def make_row(**known: Any) -> dict[str, Any]:
    """Give a row with all columns of CLEAN_SCHEMA; the keys of the name and the state of the number follow."""
    row = {name: None for name in CLEAN_SCHEMA.names} | ADDRESS | known
    if row["name"] is not None:
        row["name_key"] = make_name_key(row["name"])
        row["name_fold"] = make_fold_key(row["name_key"])
        row["name_base"] = make_base_key(row["name_key"])
        row["name_first"], row["name_last"] = (find_word(row["name_key"], at=at) for at in (0, -1))
    row["number_state"] = known.get("number_state") or _state(row)
    row["number"] = row["number12"] or row["number9"] or row["passport"] or row["digits"]
    return row


def _state(row: dict[str, Any]) -> str:
    states = {"number12": "twelve", "number9": "nine", "passport": "passport", "digits": "malformed"}
    return next((state for column, state in states.items() if row[column] is not None), "missing")


def number_rows(rows: Sequence[dict[str, Any]], *, number: str) -> list[dict[str, Any]]:
    """Give the rows with their numbers (claim or person_no) and, where they have none, a record."""
    return [row | {number: i, "record": row["record"] or f"{number}{i}"} for i, row in enumerate(rows)]


def write_rows(rows: Sequence[dict[str, Any]], path: Path, *, number: str) -> Path:
    """Write numbered rows as the intake does."""
    schema = CLEAN_SCHEMA.append(pa.field(number, pa.int64()))
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path
