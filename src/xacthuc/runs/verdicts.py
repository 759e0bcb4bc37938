"""The last step of a run: two verdicts side by side, with their reasons, in the columns that are promised."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc import findings
from xacthuc.codes.vaccines import load_lots
from xacthuc.engines import Engine, load_steps
from xacthuc.records import REASON_TYPE, VERDICT_SCHEMA
from xacthuc.rules import Lot, Supply
from xacthuc.runs.intake import Source
from xacthuc.runs.workspace import Workspace, writing

# What is promised of records.parquet.
RECORD_COLUMNS = (
    "record", "file", "sheet", "row", "dose_no", "name", "birth_date", "sex", "number", "phone", "vaccine",
    "dose_date", "lot",
)  # fmt: skip

ROW_COLUMNS = ("file", "sheet", "sheet_kind", "state", "last_row", "data", "headings", "blank", "totals")

DOSE_FIELDS = ("dose_no", "vaccine", "lot", "dose_date", "site")

PERSON_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string(), nullable=False),
        pa.field("person_group", pa.string(), nullable=False),  # records of one person share it
        pa.field("writings", pa.int64(), nullable=False),  # ways in which the person is written down
        pa.field("dose_group", pa.int64(), nullable=False),  # entries of one dose share it
    ]
)

# The tables that each step reads.
READS = {
    "doses_to_judge": "claims groups doses",
    "refs": "people",
    "dose_reasons": "claims rule_findings cell_findings codes",
    "profiles": "claims decided groups",
    "verdicts": "claims decided groups doses profiles dose_reasons refs",
    "explanations": "scored claims refs",
    "candidates": "scored claims people",
}

# A table up to this size is put in the order of the rows as people see them; beyond, order costs more than it helps.
SORTED_ROWS = 2_000_000


def load_supply(lots: Path | None) -> Supply:
    """Give what is known of stock: the lots of a csv file, or nothing, and then no lot is called unknown."""
    if lots is None:
        return Supply.of()
    known = load_lots(lots).values()
    days = {lot.lot: date.fromisoformat(lot.expires) if lot.expires else None for lot in known}
    return Supply.of(lots=(Lot(lot=lot.lot, vaccine=lot.vaccine, expires=days[lot.lot]) for lot in known))


def prepare_doses(
    engine: Engine, *, tables: Mapping[str, Path], side: Path, done: Callable[[str], None]
) -> dict[str, Path]:
    """Line up the doses for the rules; gives doses_to_judge by name. Raises EngineFailed."""
    return _make(("doses_to_judge",), engine, tables=tables, side=side, done=done)


def judge(engine: Engine, *, tables: Mapping[str, Path], workspace: Workspace, done: Callable[[str], None]) -> Path:
    """Join what matching and rules said into one table on the register's side; gives its path.

    Where the register's owner keeps its side, candidates.parquet there shows whom each claim may mean.

    `tables` has claims, people, decided, groups, doses, scored, rule_findings, cell_findings. Raises EngineFailed.
    """
    side = workspace.side / "matching"
    known = {**tables, "codes": _put_codes(side)}
    made = _make(("refs", "profiles", "dose_reasons", "verdicts"), engine, tables=known, side=side, done=done)
    known |= made
    _make(("explanations",), engine, tables=known, side=workspace.out, done=done)
    if workspace.keeps_side:
        _make(("candidates",), engine, tables=known, side=workspace.side, done=done)
    return made["verdicts"]


def _make(
    names: Sequence[str], engine: Engine, *, tables: Mapping[str, Path], side: Path, done: Callable[[str], None]
) -> dict[str, Path]:
    steps = load_steps("xacthuc.runs")
    made: dict[str, Path] = {}
    for name in names:
        path = side / f"{name}.parquet"
        if not path.exists():
            known = {**tables, **made}
            engine.run_step(steps[name], inputs={table: known[table] for table in READS[name].split()}, output=path)
            done(name)
        made[name] = path
    return made


def _put_codes(side: Path) -> Path:
    codes = [
        {"code": c.code, "field": c.field, "kind": c.kind, "axis": "dose" if c.field in DOSE_FIELDS else "person"}
        for c in findings.list_codes().values()
    ]
    path = side / "codes.parquet"
    with writing(path) as unfinished:
        pq.write_table(pa.Table.from_pylist(codes), unfinished)
    return path


def write_verdicts(judged: Path, out: Path) -> None:
    """Write verdicts.parquet and persons.parquet from what `judge` gave."""
    source = ds.dataset(judged, format="parquet")
    with (
        writing(out / "verdicts.parquet") as verdicts_path,
        writing(out / "persons.parquet") as persons_path,
        pq.ParquetWriter(verdicts_path, VERDICT_SCHEMA, compression="zstd") as verdicts,
        pq.ParquetWriter(persons_path, PERSON_SCHEMA, compression="zstd") as persons,
    ):
        for table in _in_order(source):
            reasons = shape_reasons(table["reasons"])
            shaped = table.set_column(table.schema.get_field_index("reasons"), "reasons", reasons)
            verdicts.write_table(shaped.select(VERDICT_SCHEMA.names).cast(VERDICT_SCHEMA))
            persons.write_table(table.select(PERSON_SCHEMA.names).cast(PERSON_SCHEMA))


def _in_order(source: ds.Dataset) -> Iterator[pa.Table]:
    if source.count_rows() <= SORTED_ROWS:
        yield source.to_table().sort_by("claim")
        return
    for batch in source.to_batches():
        if batch.num_rows:
            yield pa.Table.from_batches([batch])


def shape_reasons(texts: pa.ChunkedArray) -> pa.Array:
    """Turn "field:code;field:code" into lists of {field, code}, over the distinct combinations."""
    coded = texts.combine_chunks().dictionary_encode()
    shaped = [
        [dict(zip(("field", "code"), part.split(":"), strict=True)) for part in text.split(";") if part]
        for text in coded.dictionary.to_pylist()
    ]
    return pc.take(pa.array(shaped, REASON_TYPE), coded.indices)


def write_records(rows: Path, out: Path) -> None:
    """Write records.parquet from the clean rows of the claims."""
    source = ds.dataset(rows, format="parquet")
    schema = pa.schema([source.schema.field(name) for name in RECORD_COLUMNS])
    with (
        writing(out / "records.parquet") as unfinished,
        pq.ParquetWriter(unfinished, schema, compression="zstd") as writer,
    ):
        for batch in source.to_batches(columns=list(RECORD_COLUMNS)):
            writer.write_batch(batch)


def write_row_counts(sources: Sequence[Source], out: Path) -> None:
    """Write rows.csv: per sheet, every row accounted for."""
    with writing(out / "rows.csv") as unfinished, unfinished.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(ROW_COLUMNS)
        for layout in (layout for source in sources for layout in source.layouts):
            counts = [layout.counts.get(kind, 0) for kind in ("data", "heading", "blank", "total")]
            state = "visible" if layout.visible else "hidden"
            writer.writerow([layout.file, layout.sheet, layout.kind, state, layout.last_row, *counts])
