"""Verdicts made ready for counting: each distinct list of reasons becomes one number, a pattern.

Millions of lines share a few thousand lists of reasons, so only the distinct ones are looked at in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc.findings import get_code
from xacthuc.reporting.words import Axis, find_axis

PROBLEM_KINDS = frozenset({"wrong", "refused"})
BATCH_LINES = 200_000  # bounds the memory of one pass over the verdicts

LINE_COLUMNS = ("record", "unit", "dose_no", "identity", "vaccination", "sure")
LINES_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string()),
        pa.field("unit", pa.string()),
        pa.field("dose_no", pa.int32()),
        pa.field("identity", pa.string()),
        pa.field("vaccination", pa.string()),
        pa.field("sure", pa.bool_()),
        pa.field("proposed", pa.bool_()),
        pa.field("pattern", pa.int32()),
    ]
)
REASONS_SCHEMA = pa.schema(
    [
        pa.field("pattern", pa.int32()),
        pa.field("axis", pa.string()),
        pa.field("code", pa.string()),
        pa.field("class_2262", pa.string()),
    ]
)
CLASSES_SCHEMA = pa.schema(
    [
        pa.field("pattern", pa.int32()),
        pa.field("identity_class", pa.string()),
        pa.field("dose_class", pa.string()),
    ]
)


@dataclass
class _Patterns:
    """Numbers handed out so far, by the text of the list of reasons ("name:name_marks_lost ...")."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, texts: pa.Array) -> pa.Array:
        """Give the pattern of each text, new ones included."""
        encoded = texts.dictionary_encode()
        table = [self.numbers.setdefault(text, len(self.numbers)) for text in encoded.dictionary.to_pylist()]
        return pa.array(table, pa.int32()).take(encoded.indices)


def write_lines(verdicts: Path, *, lines: Path, reasons: Path, classes: Path) -> int:
    """Write the verdicts with a pattern instead of their reasons, and what the patterns stand for; give the lines.

    `verdicts` is a file or folder of VERDICT_SCHEMA. An unknown reason code is an assertion. Reasons of the kinds
    `noted` and `repaired` are no problems and do not count.
    """
    patterns = _Patterns()
    count = 0
    with pq.ParquetWriter(lines, LINES_SCHEMA, compression="zstd") as writer:
        for batch in ds.dataset(verdicts, format="parquet").to_batches(batch_size=BATCH_LINES):
            if batch.num_rows:
                writer.write_batch(_narrow(batch, patterns))
                count += batch.num_rows
    problems = {number: dict(_list_problems(text)) for text, number in patterns.numbers.items()}
    pq.write_table(pa.Table.from_pylist(list(_tell_reasons(problems)), REASONS_SCHEMA), reasons)
    pq.write_table(pa.Table.from_pylist(list(_tell_classes(problems)), CLASSES_SCHEMA), classes)
    return count


def _narrow(batch: pa.RecordBatch, patterns: _Patterns) -> pa.RecordBatch:
    columns = [batch.column(name) for name in LINE_COLUMNS]
    proposed = pc.is_valid(batch.column("person"))
    pattern = patterns.number(_join_reasons(batch.column("reasons")))
    made = pa.RecordBatch.from_arrays([*columns, proposed, pattern], names=LINES_SCHEMA.names)
    return made.cast(LINES_SCHEMA)


def _join_reasons(lists: pa.ListArray) -> pa.Array:
    """Give each list of {field, code} as one text; an empty list is an empty text."""
    # flatten() and value offsets of a sliced array do not start at nought together: count the lengths instead.
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths.cast(pa.int64()))])
    entries = lists.flatten()
    texts = pc.binary_join_element_wise(pc.struct_field(entries, "field"), pc.struct_field(entries, "code"), ":")
    joined = pa.ListArray.from_arrays(offsets.cast(pa.int32()), texts)
    return pc.binary_join(joined, " ")


def _list_problems(text: str) -> Iterator[tuple[str, Axis]]:
    for reason in text.split():
        field_name, _, name = reason.partition(":")
        code = get_code(name)
        if code.kind in PROBLEM_KINDS:
            yield name, find_axis(field_name, code)


def _tell_reasons(problems: dict[int, dict[str, Axis]]) -> Iterator[dict[str, object]]:
    for pattern, codes in problems.items():
        for code, axis in codes.items():
            yield {"pattern": pattern, "axis": axis, "code": code, "class_2262": get_code(code).class_2262}


def _tell_classes(problems: dict[int, dict[str, Axis]]) -> Iterator[dict[str, object]]:
    for pattern, codes in problems.items():
        by_axis = {axis: " ".join(sorted(c for c, a in codes.items() if a == axis)) for axis in ("identity", "dose")}
        yield {"pattern": pattern, "identity_class": by_axis["identity"], "dose_class": by_axis["dose"]}
