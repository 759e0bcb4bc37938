"""The column map of `--columns map.toml`: which heading holds which field, for any layout."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from xacthuc.records import RAW_FIELDS

_ORDERS = ("dmy", "mdy", "ymd")
_TREES = ("2021", "2025", "none")


class ColumnMapRefused(Exception):
    """A column map that cannot be used; the text names the key."""


@dataclass(frozen=True)
class ColumnMap:
    """Headings by field, in the order in which several are joined; fields of RAW_FIELDS, and `place`."""

    headings: dict[str, tuple[str, ...]]
    birth_order: Literal["dmy", "mdy", "ymd"] | None = None
    place_tree: Literal["2021", "2025", "none"] = "2021"


def load_column_map(path: Path) -> ColumnMap:
    """Read `[columns]` of a TOML file; ColumnMapRefused with a sentence if a key or a value is not understood.

    A field is a heading, a list of headings, or a table with `column` and `order` (birth_date) or `tree` (place).
    Not checked: whether any file has these headings.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ColumnMapRefused(f"{path.name} cannot be read as TOML: {error}") from None
    columns = table.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise ColumnMapRefused(f"{path.name} has no table [columns]")
    headings = {_get_field(key): _get_headings(key, value) for key, value in columns.items()}
    order = _get_option(columns.get("birth_date"), "birth_date", "order", _ORDERS)
    tree = _get_option(columns.get("place"), "place", "tree", _TREES)
    return ColumnMap(
        headings=headings,
        birth_order=cast(Literal["dmy", "mdy", "ymd"] | None, order),
        place_tree=cast(Literal["2021", "2025", "none"], tree or "2021"),
    )


def _get_field(key: str) -> str:
    if key == "place":
        return "commune"
    if key not in RAW_FIELDS:
        raise ColumnMapRefused(f"[columns] {key}: no such field; known are place, {', '.join(RAW_FIELDS)}")
    return key


def _get_headings(key: str, value: Any) -> tuple[str, ...]:
    column = value.get("column") if isinstance(value, dict) else value
    headings = (column,) if isinstance(column, str) else column
    if (
        not isinstance(headings, list | tuple)
        or not headings
        or not all(isinstance(h, str) and h.strip() for h in headings)
    ):
        raise ColumnMapRefused(f"[columns] {key}: give a heading, a list of headings, or a table with column = ...")
    return tuple(headings)


def _get_option(value: Any, key: str, option: str, allowed: tuple[str, ...]) -> str | None:
    if not isinstance(value, dict):
        return None
    unknown = set(value) - {"column", option}
    if unknown:
        raise ColumnMapRefused(f"[columns] {key}: unknown option {sorted(unknown)[0]}")
    found = value.get(option)
    if found is not None and found not in allowed:
        raise ColumnMapRefused(f"[columns] {key}: {option} is one of {', '.join(allowed)}")
    return cast(str | None, found)
