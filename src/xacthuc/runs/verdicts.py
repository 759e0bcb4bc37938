"""The last step of a run: two verdicts side by side, with their reasons, in the columns that are promised."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc import findings
from xacthuc.engines import Engine, Query, Step, load_steps
from xacthuc.records import REASON_TYPE, VERDICT_SCHEMA
from xacthuc.reporting.patterns import LINES, PATTERNS, writing_lines
from xacthuc.runs.intake import Source
from xacthuc.runs.workspace import Workspace, writing

# What is promised of records.parquet.
RECORD_COLUMNS = [
    "record", "file", "sheet", "row", "dose_no", "name", "birth_date", "sex", "number", "phone", "vaccine",
    "dose_date", "lot",
]  # fmt: skip
CODED_COLUMNS = ["file", "sheet", "birth_date", "sex", "vaccine", "dose_date", "lot"]

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
    "doses_to_judge": "claims decided groups repeated",
    "dose_reasons": "claims rule_findings cell_findings codes",
    "profiles": "claims decided groups",
    "verdicts": "claims decided groups doses profiles dose_reasons people",
    "explanations": "scored claims people",
    "candidates": "scored claims people",
}

# Nearly every one is another one: a dictionary is of no use to them. Of all others the dictionary is the better part.
UNLIKE = ("record", "name", "number", "phone", "person", "person_group")
COUNTED = ("row", "dose_group")
REASONS = ("reasons.list.element.field", "reasons.list.element.code")

# Claims that are judged at a time. The register's ids are read once for each slice, so that few large ones are better.
SLICE = 8_000_000

# A table up to this size is put in the order of the rows as people see them; beyond, order costs more than it helps.
SORTED_ROWS = 2_000_000


def line_up_doses(tables: Mapping[str, Path]) -> Query:
    """Give the doses for the rules. `tables` has claims, decided, groups, doses (matching 12)."""
    known = {**tables, "repeated": tables["doses"]}
    inputs = {name: known[name] for name in READS["doses_to_judge"].split()}
    return Query(load_steps("xacthuc.runs")["doses_to_judge"], inputs)


def keep_doses(engine: Engine, doses: Query, *, side: Path, done: Callable[[str], None]) -> Path:
    """Write the doses down where more than one step reads them. Raises EngineFailed."""
    path = side / "doses_to_judge.parquet"
    if not path.exists():
        engine.run_step(doses.step, inputs=doses.inputs, output=path)
        done("doses_to_judge")
    return path


def judge(engine: Engine, *, tables: Mapping[str, Path], workspace: Workspace, done: Callable[[str], None]) -> None:
    """Write explanations, persons and verdicts.parquet, and the lines of the report, from what was matched and ruled.

    Where the register's owner keeps its side, candidates.parquet there shows whom each claim may mean.

    `tables` has claims, people, decided, groups, doses, scored, rule_findings, cell_findings; and told, those of the
    claims that get a verdict here. Raises EngineFailed.
    """
    side = workspace.side / "matching"
    known = {**tables, "codes": _put_codes(side)}
    known |= _make(("profiles", "dose_reasons"), engine, tables=known, side=side, done=done)
    _make(("explanations",), engine, tables=known, side=workspace.out, done=done)
    if workspace.keeps_side:
        _make(("candidates",), engine, tables=known, side=workspace.side, done=done)
    written = (workspace.out / "verdicts.parquet", *(workspace.work / name for name in (LINES, PATTERNS)))
    if not all(path.exists() for path in written):
        inputs = {table: known[table] for table in READS["verdicts"].split() if table != "claims"}
        judged = _judge_slices(engine, inputs={**inputs, "told": tables["told"]})
        _write_verdicts(judged, out=workspace.out, work=workspace.work)
        done("verdicts")


def _judge_slices(engine: Engine, *, inputs: Mapping[str, Path]) -> Iterator[pa.Table]:
    """Give the verdicts of so many claims at a time that what they are joined to need not be spilled."""
    rows = ds.dataset(inputs["told"], format="parquet").count_rows()
    if not rows:
        return
    [span] = engine.fetch("SELECT min(claim) AS first, max(claim) AS last FROM told", inputs=inputs).to_pylist()
    verdicts = load_steps("xacthuc.runs")["verdicts"]
    for first in range(span["first"], span["last"] + 1, SLICE):
        some = f"SELECT * FROM told WHERE claim BETWEEN {first} AND {first + SLICE - 1}"
        judged = engine.stream(verdicts.over("claims", Step("told", some)), inputs=inputs)
        yield from _in_order(judged, rows=rows)


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


def _write_verdicts(tables: Iterable[pa.Table], *, out: Path, work: Path) -> None:
    with (
        writing(out / "verdicts.parquet") as verdicts_path,
        writing(out / "persons.parquet") as persons_path,
        _open_table(verdicts_path, VERDICT_SCHEMA) as verdicts,
        _open_table(persons_path, PERSON_SCHEMA) as persons,
        writing_lines(work) as lines,
    ):
        for table in tables:
            lines.add(table)
            reasons = shape_reasons(table["reasons"])
            shaped = table.set_column(table.schema.get_field_index("reasons"), "reasons", reasons)
            verdicts.write_table(shaped.select(VERDICT_SCHEMA.names).cast(VERDICT_SCHEMA))
            persons.write_table(table.select(PERSON_SCHEMA.names).cast(PERSON_SCHEMA))


def _open_table(path: Path, schema: pa.Schema, **options: bool) -> pq.ParquetWriter:
    encodings = dict.fromkeys(UNLIKE, "DELTA_LENGTH_BYTE_ARRAY") | dict.fromkeys(COUNTED, "DELTA_BINARY_PACKED")
    chosen = {name: encodings[name] for name in schema.names if name in encodings}
    coded = [name for name in (*schema.names, *REASONS) if name not in chosen]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=coded, column_encoding=chosen, **options)


def _in_order(batches: Iterable[pa.RecordBatch], *, rows: int) -> Iterator[pa.Table]:
    if rows <= SORTED_ROWS:
        yield pa.Table.from_batches(batches).sort_by("claim")
        return
    for batch in batches:
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
    """Write records.parquet from the clean rows of the claims, whose dictionaries it takes over."""
    sources = [pq.ParquetFile(path, read_dictionary=CODED_COLUMNS) for path in sorted(rows.glob("*.parquet"))]
    schema = pa.schema([sources[0].schema_arrow.field(name) for name in RECORD_COLUMNS])
    with (
        writing(out / "records.parquet") as unfinished,
        _open_table(unfinished, schema, store_schema=False) as writer,
    ):
        for source in sources:
            for group in range(source.num_row_groups):
                part = source.read_row_group(group, columns=RECORD_COLUMNS, use_threads=False)
                writer.write_table(pa.Table.from_arrays(part.columns, schema=schema))  # an engine's may be null


def write_row_counts(sources: Sequence[Source], out: Path) -> None:
    """Write rows.csv: per sheet, every row accounted for."""
    with writing(out / "rows.csv") as unfinished, unfinished.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(ROW_COLUMNS)
        for layout in (layout for source in sources for layout in source.layouts):
            counts = [layout.counts.get(kind, 0) for kind in ("data", "heading", "blank", "total")]
            state = "visible" if layout.visible else "hidden"
            writer.writerow([layout.file, layout.sheet, layout.kind, state, layout.last_row, *counts])
