"""What a person's doses amount to: the course, the place of each dose in it as certificates count, what is due next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.engines import Engine, load_steps
from xacthuc.runs.workspace import writing

# One row per dose; what is said of the person stands in each of the person's rows.
HISTORY_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string(), nullable=False),
        pa.field(
            "person_group", pa.string(), nullable=False
        ),  # as in persons.parquet; of a dose entered twice, that of the entry kept
        pa.field("role", pa.string(), nullable=False),  # primary, additional, booster, not_counted
        pa.field("dn", pa.int8()),  # number of the dose, as a certificate counts it
        pa.field("sd", pa.int8()),  # doses of the series, as a certificate counts them: 1/2, 2/2, 3/3; 1/1, 2/1
        pa.field("state", pa.string(), nullable=False),  # of the person's primary course: none, partial, complete
        pa.field("course_doses", pa.int8()),  # doses that the primary course needs
        pa.field("completed_on", pa.string()),  # day of its last dose
        pa.field("extra", pa.int8(), nullable=False),  # additional and booster doses counted
        pa.field("next_role", pa.string()),  # of the dose that the law of the day calls to; null where none is due
        pa.field("next_dose", pa.int8()),  # its number
        pa.field("next_product", pa.string()),  # product of the dose before, for which the days are reckoned
        pa.field("due_from", pa.string()),  # first day
        pa.field("due_to", pa.string()),  # last day; null where it is open
    ]
)
READS = ("doses_to_judge", "doses", "claims", "people", "counted", "courses", "settings")
CODED = [name for name in HISTORY_SCHEMA.names if name not in ("record", "person_group")]


def write_history(engine: Engine, *, tables: Mapping[str, Path], judged: Mapping[str, Path], out: Path) -> None:
    """Write history.parquet from what the rules said; `judged` are their tables. Raises EngineFailed."""
    known = {**tables, "counted": judged["history"], "courses": judged["courses"], "settings": judged["settings"]}
    rows = engine.stream(load_steps("xacthuc.runs")["history"], inputs={name: known[name] for name in READS})
    with (
        writing(out / "history.parquet") as unfinished,
        pq.ParquetWriter(unfinished, HISTORY_SCHEMA, compression="zstd", use_dictionary=CODED) as writer,
    ):
        for batch in rows:
            writer.write_table(pa.Table.from_batches([batch]).select(HISTORY_SCHEMA.names).cast(HISTORY_SCHEMA))
