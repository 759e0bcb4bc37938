"""A small nation for the tests, read back as tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.nation import Rates, build_nation

NAMES = (
    "register", "claims", "truth", "unrecorded", "sites", "lots", "deliveries", "sessions", "population",
)  # fmt: skip


def make_nation(out: Path, *, people: int, doses: int, seed: int, **options: object) -> dict[str, pa.Table]:
    build_nation(out, people=people, doses=doses, seed=seed, **options)
    return {name: pq.read_table(out / f"{name}.parquet") for name in NAMES}


def rates(**replaced: float) -> Rates:
    return Rates(replaced)
