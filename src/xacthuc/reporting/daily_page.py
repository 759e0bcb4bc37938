"""The daily report of the register's owner as people read it: a table for spreadsheets and a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.codes.units import load_units
from xacthuc.engines import writing
from xacthuc.reporting.pages import render_page
from xacthuc.reporting.tables import write_csv
from xacthuc.reporting.words import IDENTITY_WORDS, Words, write_sentence

MEASURE_WORDS = {
    "received": Words("Hồ sơ nhận trong ngày", "Claims received on the day"),
    "answered": Words("Hồ sơ trả lời trong ngày", "Claims answered on the day"),
    "waiting": Words("Hồ sơ còn chờ cuối ngày", "Claims waiting at the end of the day"),
}
UNKNOWN = Words("Không rõ đơn vị", "Unit not known")
NATION = Words("Tất cả", "All")

Row = dict[str, Any]


def write_days(folder: Path) -> list[Path]:
    """Write DAY.csv and DAY.html beside each DAY.parquet in `folder` that has none yet, or older ones; gives the pages.

    Columns of a DAY.parquet: level, unit, measure, code, claims.
    """
    pages = []
    for path in sorted(folder.glob("*.parquet")):
        page = path.with_suffix(".html")
        if page.exists() and page.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        rows = pq.read_table(path).to_pylist()
        write_csv(pa.Table.from_pylist([_name(row) for row in rows], _name_columns()), path.with_suffix(".csv"))
        with writing(page) as unfinished:
            unfinished.write_text(_render(rows, day=date.fromisoformat(path.stem)), encoding="utf-8")
        pages.append(page)
    return pages


def _name_columns() -> pa.Schema:
    texts = ("level", "unit", "unit_name", "measure", "code", "meaning_vi", "meaning_en")
    return pa.schema([*((name, pa.string()) for name in texts), ("claims", pa.int64())])


def _name(row: Row) -> Row:
    words = _say(row["measure"], row["code"])
    unit = _find_unit(row["level"], row["unit"])
    return row | {"unit_name": unit.vi, "meaning_vi": words.vi, "meaning_en": words.en}


def _say(measure: str, code: str | None) -> Words:
    if measure == "identity":
        return IDENTITY_WORDS.get(str(code), Words(str(code), str(code)))
    return write_sentence(str(code)) if measure == "reason" else MEASURE_WORDS[measure]


def _find_unit(level: str, code: str | None) -> Words:
    if level == "nation":
        return NATION
    unit = load_units("2021").get(code)
    return Words(unit.full_name, unit.full_name) if unit else UNKNOWN


def _render(rows: list[Row], *, day: date) -> str:
    nation = [row for row in rows if row["level"] == "nation"]
    counts = {(row["measure"], row["code"]): row["claims"] for row in nation}
    identities = [identity for identity in IDENTITY_WORDS if ("identity", identity) in counts]
    return render_page(
        "daily.html.j2",
        title=f"Báo cáo ngày {day:%d/%m/%Y} của Công an gửi Y tế",
        day_told=day,
        measures=[(words, counts.get((measure, None), 0)) for measure, words in MEASURE_WORDS.items()],
        identities=[(IDENTITY_WORDS[identity], counts["identity", identity]) for identity in identities],
        answered=counts.get(("answered", None), 0),
        reasons=[(write_sentence(row["code"]), row["claims"]) for row in nation if row["measure"] == "reason"],
        levels=[(words, _list_units(rows, level, identities)) for level, words in LEVEL_WORDS.items()],
    )


LEVEL_WORDS = {
    "province": Words("Theo tỉnh", "By province"),
    "district": Words("Theo huyện", "By district"),
    "commune": Words("Theo xã", "By commune"),
}


def _list_units(rows: Iterable[Row], level: str, identities: list[str]) -> list[tuple[Words, list[int]]]:
    """Give each unit of a level with its counts: the measures, then the identities."""
    columns = [*((measure, None) for measure in MEASURE_WORDS), *(("identity", identity) for identity in identities)]
    units: dict[str | None, dict[tuple[str, str | None], int]] = {}
    for row in rows:
        if row["level"] == level:
            units.setdefault(row["unit"], {})[row["measure"], row["code"]] = row["claims"]
    return [(_find_unit(level, unit), [counts.get(column, 0) for column in columns]) for unit, counts in units.items()]
