"""A seeded country of verdicts and records for the tests of reporting: real unit codes, no real person."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.codes.units import load_units
from xacthuc.reporting.patterns import writing_lines

PRODUCTS = ("AstraZeneca", "Comirnaty", "Spikevax", "Vero Cell", "Abdala", None)
REASONS = (
    ("MISMATCH", ("name", "name_marks_lost")),
    ("MISMATCH", ("name", "name_one_letter")),
    ("MISMATCH", ("birth_date", "birth_day_month_swapped")),
    ("MISMATCH", ("birth_date", "birth_year_only")),
    ("MISMATCH", ("number", "number_of_another_person")),
    ("NOT_FOUND", ("number", "number_unknown")),
    ("NO_NUMBER", ("number", "number_missing")),
    ("NO_NUMBER", ("number", "number_malformed")),
    ("AMBIGUOUS", ("number", "person_ambiguous")),
)
JUDGED = ("unit", "dose_no", "identity", "vaccination", "sure", "person")
RECORD_FIELDS = ("name", "birth_date", "sex", "number", "phone", "vaccine", "dose_date", "lot")


def list_communes(provinces: tuple[str, ...] | None, *, per_district: int) -> list[str]:
    """Give the first communes of each district of the provinces (all of them by default)."""
    tree = load_units("2021")
    chosen = provinces or tuple(unit.code for unit in tree.provinces())
    districts = [district for code in chosen for district in tree.children(code)]
    return [unit.code for district in districts for unit in tree.children(district.code)[:per_district]]


def make_verdict(rng: random.Random, *, record: str, commune: str, badness: float) -> dict[str, Any]:
    """Make one line; `badness` is the share of lines whose person is not settled."""
    line: dict[str, Any] = {
        "record": record,
        "file": "ds.xlsx",
        "sheet": "S",
        "row": int(record[1:]) + 2,
        "dose_no": rng.choice((1, 1, 2, 2, 3)),
        "unit": commune if rng.random() > 0.01 else None,
        "identity": "MATCHED",
        "vaccination": "PLAUSIBLE",
        "reasons": [],
        "person": "p",
        "sure": True,
        "weight": 120,
        "margin": 60,
    }
    draw = rng.random()
    if draw < 0.004:
        return line | {"identity": "REFUSED", "vaccination": "REFUSED", "person": None, "sure": False}
    if draw < 0.01:
        return line | {"identity": "FOREIGN", "person": None, "sure": False}
    if rng.random() < badness:
        identity, reason = rng.choices(REASONS, weights=(30, 9, 6, 8, 5, 9, 14, 6, 2))[0]
        found = rng.random() < 0.8 and identity != "AMBIGUOUS"
        line |= {"identity": identity, "reasons": [dict(zip(("field", "code"), reason, strict=True))]}
        line |= {"person": "p" if found else None, "sure": found and rng.random() < 0.8}
    if rng.random() < 0.02:
        line |= {"vaccination": "DUPLICATE"}
        line["reasons"] = [*list(line["reasons"]), {"field": "row", "code": "dose_entered_twice"}]
    elif rng.random() < 0.06:
        line |= {"vaccination": "DOUBTFUL"}
    return line


def make_record(rng: random.Random, verdict: Mapping[str, Any], *, first: date) -> dict[str, object]:
    """Make the cleaned record of a line."""
    day = first + timedelta(days=min(230, int(abs(rng.gauss(130, 55)))))
    made: dict[str, object] = {name: verdict[name] for name in ("record", "file", "sheet", "row", "dose_no")}
    made |= dict.fromkeys(RECORD_FIELDS)
    made |= {"name": "Nguyễn Văn Thử", "sex": "M", "vaccine": rng.choice(PRODUCTS), "lot": "L1"}
    return made | {"dose_date": None if rng.random() < 0.01 else day.isoformat()}


def write_country(
    folder: Path, *, lines: int, provinces: tuple[str, ...] | None = None, per_district: int = 3, seed: int = 7
) -> dict[str, Path]:
    """Write verdicts, records, deliveries, population and doses given; give the paths by argument of build_report."""
    rng = random.Random(seed)
    communes = list_communes(provinces, per_district=per_district)
    badness = {code[:3]: 0.05 for code in communes} | {code: rng.uniform(0.08, 0.55) for code in communes}
    verdicts, records = [], []
    for number in range(lines):
        commune = rng.choice(communes)
        verdicts.append(make_verdict(rng, record=f"r{number:07d}", commune=commune, badness=badness[commune]))
        records.append(make_record(rng, verdicts[-1], first=date(2021, 3, 8)))
    folder.mkdir(parents=True, exist_ok=True)
    return put_lines(folder, verdicts=verdicts, records=records) | _write_supply(
        rng, folder, communes, per_commune=lines // len(communes)
    )


def put_lines(
    folder: Path, *, verdicts: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, object]]
) -> dict[str, Path]:
    """Write the lines of verdicts and their records, as a run does; give the path by argument of build_report."""
    judged = [
        {name: verdict[name] for name in JUDGED}
        | {name: record[name] for name in ("vaccine", "dose_date")}
        | {"reasons": ";".join(f"{reason['field']}:{reason['code']}" for reason in verdict["reasons"])}
        for verdict, record in zip(verdicts, records, strict=True)
    ]
    texts = [(name, pa.string()) for name in ("unit", "identity", "vaccination", "person", "vaccine", "dose_date")]
    schema = pa.schema([*texts, ("dose_no", pa.int8()), ("sure", pa.bool_()), ("reasons", pa.string())])
    with writing_lines(folder) as lines:
        lines.add(pa.Table.from_pylist(judged, schema))
    return {"lines": folder}


def _write_supply(rng: random.Random, folder: Path, communes: list[str], *, per_commune: int) -> dict[str, Path]:
    tables = {
        "deliveries": [
            {"unit": code, "product": name, "doses": int(per_commune * rng.uniform(0.3, 0.5))}
            for code in communes
            for name in ("AstraZeneca", "Comirnaty", "Vero Cell")
        ],
        "population": [{"unit": c, "people": per_commune, "adults": int(per_commune * 0.7)} for c in communes],
        "unrecorded": [{"unit": code, "unrecorded": int(per_commune * rng.uniform(0, 0.12))} for code in communes],
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in tables}
