"""The column map of `--columns map.toml`: which heading holds which field, for any layout."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from xacthuc.records import RAW_FIELDS

_ORDERS = ("dmy", "mdy", "ymd")
_TREES = ("2021", "2025", "none")


class ColumnMapRefused(Exception):
    """A column map that cannot be used; the text names the key, in both languages."""

    def __init__(self, vi: str, en: str, *, key: str = "") -> None:
        """Keep what is said in each language."""
        at = f"[columns] {key}: " if key else ""
        self.vi, self.en = at + vi, at + en
        super().__init__(f"{self.vi}\n{self.en}")


@dataclass(frozen=True)
class ColumnMap:
    """Headings by field, in the order in which several are joined; fields of RAW_FIELDS, and `place`."""

    headings: dict[str, tuple[str, ...]]
    birth_order: Literal["dmy", "mdy", "ymd"] | None = None
    place_tree: Literal["2021", "2025", "none"] = "2021"

    def list_unfound(self, headings: Iterable[str]) -> list[str]:
        """Give the headings of the map that none of these is; parts of a merged heading are joined with " / "."""
        known = [f" / {squeeze(heading)} / " for heading in headings]
        named = [name for names in self.headings.values() for name in names]
        return [name for name in dict.fromkeys(named) if not any(f" / {squeeze(name)} / " in text for text in known)]


def squeeze(heading: str) -> str:
    """Give a heading as a column map compares it: case and blanks do not count."""
    return " ".join(heading.casefold().split())


def load_column_map(path: Path) -> ColumnMap:
    """Read `[columns]` of a TOML file; ColumnMapRefused with a sentence if a key or a value is not understood.

    A field is a heading, a list of headings, or a table with `column` and `order` (birth_date) or `tree` (place).
    Not checked: whether any file has these headings.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ColumnMapRefused(f"không đọc được như TOML: {error}", f"cannot be read as TOML: {error}") from None
    columns = table.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise ColumnMapRefused("thiếu bảng [columns]", "there is no table [columns]")
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
        known = ", ".join(("place", *RAW_FIELDS))
        raise ColumnMapRefused(f"không có trường này; chỉ có {known}", f"no such field; known are {known}", key=key)
    return key


def _get_headings(key: str, value: Any) -> tuple[str, ...]:
    column = value.get("column") if isinstance(value, dict) else value
    headings = (column,) if isinstance(column, str) else column
    if (
        not isinstance(headings, list | tuple)
        or not headings
        or not all(isinstance(h, str) and h.strip() for h in headings)
    ):
        raise ColumnMapRefused(
            "ghi một tiêu đề, một danh sách tiêu đề, hoặc một bảng có column = ...",
            "give a heading, a list of headings, or a table with column = ...",
            key=key,
        )
    return tuple(headings)


def _get_option(value: Any, key: str, option: str, allowed: tuple[str, ...]) -> str | None:
    if not isinstance(value, dict):
        return None
    unknown = set(value) - {"column", option}
    if unknown:
        name = sorted(unknown)[0]
        raise ColumnMapRefused(f"không có tùy chọn {name}", f"unknown option {name}", key=key)
    found = value.get(option)
    if found is not None and found not in allowed:
        words = ", ".join(allowed)
        raise ColumnMapRefused(f"{option} là một trong {words}", f"{option} is one of {words}", key=key)
    return cast(str | None, found)
