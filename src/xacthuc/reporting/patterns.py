"""Verdicts made ready for counting: each distinct list of reasons becomes one number, a pattern, the rest another one.

Millions of lines share a few thousand lists of reasons, so only the distinct ones are looked at in Python; numbers cost
an engine less than texts. The other number, the status, stands for identity, vaccination, and what is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc.findings import get_code
from xacthuc.records import IDENTITY, VACCINATION
from xacthuc.reporting.words import Axis, find_axis

PROBLEM_KINDS = frozenset({"wrong", "refused"})
BATCH_LINES = 200_000  # bounds the memory of one pass over the verdicts

VERDICT_COLUMNS = ["record", "unit", "dose_no", "identity", "vaccination", "sure", "person", "reasons"]
SIZES = (len(IDENTITY), len(VACCINATION), 2, 2)  # identity, vaccination, sure, somebody is proposed

LINES_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string()),
        pa.field("unit", pa.string()),
        pa.field("dose_no", pa.int32()),
        pa.field("status", pa.int32()),
        pa.field("pattern", pa.int32()),
    ]
)
STATUSES_SCHEMA = pa.schema(
    [
        pa.field("status", pa.int32()),
        pa.field("identity", pa.string()),
        pa.field("vaccination", pa.string()),
        pa.field("state", pa.string()),  # decides where the line is counted: recorded, duplicate, refused
        pa.field("matched", pa.int32()),
        pa.field("plausible", pa.int32()),
        pa.field("proposal", pa.string()),  # sure, unsure, none
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


def write_lines(verdicts: Path, *, lines: Path, statuses: Path, reasons: Path, classes: Path) -> int:
    """Write the verdicts as numbers, and what the numbers stand for; give the count of lines.

    `verdicts` is a file or folder of VERDICT_SCHEMA. An unknown reason code is an assertion. Reasons of the kinds
    `noted` and `repaired` are no problems and do not count.
    """
    patterns = _Patterns()
    count = 0
    data = ds.dataset(verdicts, format="parquet")
    with pq.ParquetWriter(lines, LINES_SCHEMA, use_dictionary=["unit", "status", "pattern"]) as writer:
        for batch in data.to_batches(columns=VERDICT_COLUMNS, batch_size=BATCH_LINES):
            if batch.num_rows:
                writer.write_batch(_narrow(batch, patterns))
                count += batch.num_rows
    problems = {number: dict(_list_problems(text)) for text, number in patterns.numbers.items()}
    pq.write_table(pa.Table.from_pylist(list(_tell_statuses()), STATUSES_SCHEMA), statuses)
    pq.write_table(pa.Table.from_pylist(list(_tell_reasons(problems)), REASONS_SCHEMA), reasons)
    pq.write_table(pa.Table.from_pylist(list(_tell_classes(problems)), CLASSES_SCHEMA), classes)
    return count


def _narrow(batch: pa.RecordBatch, patterns: _Patterns) -> pa.RecordBatch:
    parts = [
        pc.index_in(batch.column("identity"), value_set=pa.array(IDENTITY)),
        pc.index_in(batch.column("vaccination"), value_set=pa.array(VACCINATION)),
        batch.column("sure").cast(pa.int32()),
        pc.is_valid(batch.column("person")).cast(pa.int32()),
    ]
    status = parts[0]
    for part, size in zip(parts[1:], SIZES[1:], strict=True):
        status = pc.add(pc.multiply(status, size), part)
    pattern = patterns.number(_join_reasons(batch.column("reasons")))
    columns = [batch.column("record"), batch.column("unit"), batch.column("dose_no"), status, pattern]
    return pa.RecordBatch.from_arrays(columns, names=LINES_SCHEMA.names).cast(LINES_SCHEMA)


def _tell_statuses() -> Iterator[dict[str, object]]:
    """Give every status in the order of the numbers that _narrow makes."""
    every = product(IDENTITY, VACCINATION, (False, True), (False, True))
    for status, (identity, vaccination, sure, proposed) in enumerate(every):
        refused = "REFUSED" in (identity, vaccination)
        settled = identity in ("MATCHED", "FOREIGN", "REFUSED")
        yield {
            "status": status,
            "identity": identity,
            "vaccination": vaccination,
            "state": "refused" if refused else "duplicate" if vaccination == "DUPLICATE" else "recorded",
            "matched": int(identity == "MATCHED"),
            "plausible": int(vaccination == "PLAUSIBLE"),
            "proposal": "none" if settled else "sure" if sure else "unsure" if proposed else "none",
        }


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
