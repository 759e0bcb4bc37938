"""What an authority knows of stock and sessions: its lists of lots and of sessions, as csv, Parquet or workbook.

The headings are found by their words, as those of the lists of people are. A list that cannot be used is refused with
its row: half a list of lots would call the other half unknown.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from xacthuc.cleaning.dates import DateStyle, read_date
from xacthuc.codes.keys import list_key
from xacthuc.codes.vaccines import LotFileError, collect_lots
from xacthuc.reading import DEFAULT, FileRefused
from xacthuc.reading.columnar import open_columnar
from xacthuc.reading.delimited import open_delimited
from xacthuc.reading.file_kind import find_kind
from xacthuc.reading.grid import Grid, list_rows
from xacthuc.reading.workbooks import open_workbook
from xacthuc.rules import Lot, Session, Supply
from xacthuc.runs.workspace import writing

TITLE_ROWS = 20  # how far down the heading is looked for
MAX_SESSIONS = 20_000_000
STYLE = DateStyle()
# Of each group one column is needed.
NEEDED = {"lots": (("lot",), ("vaccine",)), "sessions": (("site", "name"), ("date",))}

Row = dict[str, str | None]


class ListRefused(ValueError):
    """A list of lots or sessions that cannot be taken; the text says why in both languages and names no value."""

    def __init__(self, vi: str, en: str, *, row: int | None = None) -> None:
        """`row` is that of the file as a person sees it, where one row is meant."""
        at = ("", "") if row is None else (f"dòng {row}: ", f"row {row}: ")
        self.vi, self.en = at[0] + vi, at[1] + en
        super().__init__(f"{self.vi}\n{self.en}")
        self.row = row


def load_supply(*, lots: Path | None = None, sessions: Path | None = None) -> Supply:
    """Give what is known of stock and sessions; without a list no lot is called unknown and no site closed.

    Raises ListRefused. Not checked: whether a list is whole.
    """
    return Supply.of(
        lots=load_lots(lots) if lots else (),
        sessions=load_sessions(sessions) if sessions else (),
    )


def write_checks(supply: Supply, *, claims: Path, out: Path) -> None:
    """Write checks.json: how many lots the doses were held against, and at how many of their sites the sessions.

    `sites_listed` counts the names of the list, of which a site may have two.
    """
    held = {site_key(site): days for site, days in spell_sites(supply, claims=claims).sessions.items()}
    counted = {
        "lots": len(supply.lots),
        "sites": len(held),
        "sessions": sum(len(days) for days in held.values()),
        "sites_listed": len(supply.sessions),
    }
    with writing(out / "checks.json") as unfinished:
        unfinished.write_text(json.dumps(counted), encoding="utf-8")


def load_lots(path: Path) -> list[Lot]:
    """Give the lots of a list with columns for lot and vaccine, and if it has one, for the last good day."""
    rows = ((number, {**row, "expires": _read_day(row["expires"], number)}) for number, row in _read(path, "lots"))
    try:
        known = collect_lots(rows)
    except LotFileError as error:
        raise ListRefused("số lô hoặc tên vắc xin không dùng được", error.reason, row=error.row) from None
    days = {lot.lot: date.fromisoformat(lot.expires) if lot.expires else None for lot in known.values()}
    return [Lot(lot=lot.lot, vaccine=lot.vaccine, expires=days[lot.lot]) for lot in known.values()]


def load_sessions(path: Path) -> list[Session]:
    """Give the days on which sites vaccinated: a column for the site (code, name or both) and one for the day."""
    found: list[Session] = []
    for number, row in _read(path, "sessions"):
        day = _read_day(row["date"], number)
        sites = [site for site in (row["site"], row["name"]) if site]
        if day is None or not sites:
            raise ListRefused("thiếu điểm tiêm hoặc ngày tiêm", "the site or the day is missing", row=number)
        if number > MAX_SESSIONS:
            raise ListRefused("quá nhiều buổi tiêm", "too many sessions", row=number)
        found += [Session(site=site, day=date.fromisoformat(day)) for site in sites]
    return found


def spell_sites(supply: Supply, *, claims: Path) -> Supply:
    """Give the sessions under the spellings of the claims' own sites: marks, case and shortened words do not count.

    Sites that share a key share their sessions, so that none of them is called closed for another's sake.
    """
    if not supply.sessions:
        return supply
    days: dict[str, frozenset[date]] = {}
    for site, held in supply.sessions.items():
        key = site_key(site)
        days[key] = days.get(key, frozenset()) | held
    spelt = {site: site_key(site) for site in _list_sites(claims)}
    return Supply(lots=supply.lots, sessions={site: days[key] for site, key in spelt.items() if key in days})


def site_key(text: str) -> str:
    """Give a site as it is compared: "Trạm Y tế xã Hải Minh" and "TYT Xã Hải Minh" are TYTXAHAIMINH."""
    key = list_key(text)
    for long, short in _load_words()["shortened"].items():
        key = key.replace(long, short)
    return key


def _list_sites(claims: Path) -> list[str]:
    sites: set[str] = set()
    for batch in ds.dataset(claims, format="parquet").to_batches(columns=["site"]):
        sites.update(site for site in pc.unique(batch.column("site")).to_pylist() if site is not None)
    return sorted(sites)


@cache
def _load_words() -> dict[str, Any]:
    return tomllib.loads((resources.files("xacthuc.runs") / "supply.toml").read_text(encoding="utf-8"))


def _read(path: Path, kind: str) -> Iterator[tuple[int, Row]]:
    """Give the rows below the heading, each with its number and the columns of its kind; blank rows are left out."""
    for grid in _open(path):
        rows = _number_rows(grid)
        if grid.headings is not None:
            columns = _find_columns(grid.headings, kind)
        else:
            columns = next((c for _, row in _first(rows) if (c := _find_columns(row, kind))), None)
        if columns is not None:
            for number, row in rows:
                if any(row):
                    yield number, {name: row[at] if at is not None else None for name, at in columns.items()}
            return
    wanted = "; ".join(" / ".join(names) for names in NEEDED[kind])
    raise ListRefused(f"thiếu cột cần có ({wanted})", f"a column is missing ({wanted})", row=1)


def _open(path: Path) -> Iterable[Grid]:
    openers: dict[str, Callable[..., Iterator[Grid]]] = {"text": open_delimited, "parquet": open_columnar}
    try:
        opened = find_kind(path, limits=DEFAULT)
        if opened.kind in openers:
            yield from openers[opened.kind](path, limits=DEFAULT)
        elif opened.kind == "workbook":
            yield from open_workbook(path, facts=opened.facts, limits=DEFAULT)
        else:
            raise ListRefused("cần tệp csv, Parquet hoặc xlsx", "csv, Parquet or xlsx is needed")
    except FileRefused as refusal:
        raise ListRefused("không đọc được tệp", f"the file cannot be read ({refusal.code})") from None


def _number_rows(grid: Grid) -> Iterator[tuple[int, list[str | None]]]:
    number = 0
    for chunk in grid.chunks:
        for row in list_rows(chunk):
            number += 1
            yield number, [cell.strip() or None if cell else None for cell in row]


def _first(rows: Iterator[tuple[int, list[str | None]]]) -> Iterator[tuple[int, list[str | None]]]:
    for _ in range(TITLE_ROWS):
        if (found := next(rows, None)) is None:
            return
        yield found


def _find_columns(cells: Iterable[str | None], kind: str) -> dict[str, int | None] | None:
    """Find the column of each heading; None where one that is needed is not there."""
    keys = [list_key(cell or "") for cell in cells]
    words: dict[str, list[str]] = _load_words()[kind]
    columns = {name: next((at for at, key in enumerate(keys) if key in words[name]), None) for name in words}
    found = all(any(columns[name] is not None for name in names) for names in NEEDED[kind])
    return columns if found else None


def _read_day(text: str | None, number: int) -> str | None:
    """Read a day as ISO text; None where the cell is empty."""
    if text is None:
        return None
    value = read_date(text, STYLE).value
    if value is None or len(value) != len("2021-01-01"):
        raise ListRefused("ngày không đọc được", "a date cannot be read", row=number)
    return value
