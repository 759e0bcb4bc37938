"""Who may be listed and what they were given: plain rows, the columns of a register and of a table of doses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.codes.units import load_units

Standing = Literal["register", "outside", "other_commune", "foreigner"]
DOSE_COLUMNS = ("dose", "person", "dose_no", "vaccine", "lot", "dose_date")


@dataclass(frozen=True)
class PersonRow:
    """One person; the columns of a register. `standing` other than "register": the person is not in it."""

    id: str
    name: str
    birth_date: str  # ISO, or YYYY where only the year is registered
    sex: str  # M, F
    number12: str
    number9: str = ""  # old CMND
    phone: str = ""
    province: str = ""
    district: str = ""
    commune_code: str = ""
    commune: str = ""
    address: str = ""
    standing: Standing = "register"
    passport: str = ""
    nationality: str = ""


@dataclass(frozen=True)
class DoseRow:
    """One dose as it was really given."""

    person: str  # PersonRow.id
    dose_no: int
    vaccine: str  # product name of codes/vaccines
    lot: str
    dose_date: str  # ISO
    site: str = ""


@dataclass(frozen=True)
class District:
    """The people of one district, neighbours together, and the doses they were given."""

    people: tuple[PersonRow, ...]
    doses: tuple[DoseRow, ...]


class DistrictNotFound(Exception):
    """The code is no district of 2021, or nobody of the nation lives there."""


def load_district(nation: Path, district: str) -> District:
    """Read one district of a nation's folder: its people and every dose truly given them, entered or not.

    Takes register.parquet, truth.parquet and unrecorded.parquet. `district`: three digits of the tree of
    2021. Doses entered twice count once. Raises DistrictNotFound.
    """
    lived = _load(nation, [unit.code for unit in load_units("2021").children(district)])
    if not lived.people:
        raise DistrictNotFound(f"nobody lives in a district {district}")
    return lived


def load_neighbours(nation: Path, *, people: int) -> District:
    """Read the districts of a nation's most populous province, largest first, until `people` live in them or all do."""
    tree = load_units("2021")
    codes = pq.read_table(nation / "register.parquet", columns=["commune_code"])["commune_code"]
    homes = {entry["values"]: entry["counts"] for entry in pc.value_counts(codes).to_pylist()}
    by_district: Counter[str] = Counter()
    by_province: Counter[str] = Counter()
    for commune, count in homes.items():
        district, province = tree.ancestors(commune)
        by_district[district.code] += count
        by_province[province.code] += count
    largest = max(by_province, key=lambda code: (by_province[code], code))
    chosen: list[str] = []
    for district in sorted(tree.children(largest), key=lambda unit: (-by_district[unit.code], unit.code)):
        if sum(by_district[code] for code in chosen) < people:
            chosen.append(district.code)
    return _load(nation, [unit.code for code in chosen for unit in tree.children(code)])


def _load(nation: Path, communes: list[str]) -> District:
    table = pq.read_table(nation / "register.parquet", filters=pc.field("commune_code").isin(communes))
    known = {field.name for field in fields(PersonRow)}
    rows: list[dict[str, Any]] = [
        {name: value or "" for name, value in row.items() if name in known} for row in table.to_pylist()
    ]
    people = tuple(PersonRow(**row) for row in rows)
    own = pc.field("person").isin(pa.array([person.id for person in people], pa.string()))
    entered = pq.read_table(nation / "truth.parquet", columns=list(DOSE_COLUMNS), filters=own).to_pylist()
    left_out = pq.read_table(nation / "unrecorded.parquet", columns=list(DOSE_COLUMNS), filters=own).to_pylist()
    return District(people, tuple(_list_doses([*entered, *left_out])))


def _list_doses(rows: Iterable[dict[str, Any]]) -> list[DoseRow]:
    doses = {
        row["dose"]: DoseRow(row["person"], int(row["dose_no"]), row["vaccine"], row["lot"] or "", row["dose_date"])
        for row in rows
    }
    return sorted(doses.values(), key=lambda dose: (dose.person, dose.dose_no, dose.dose_date))
