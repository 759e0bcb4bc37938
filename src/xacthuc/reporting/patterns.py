"""Lines made ready for counting: each distinct list of reasons becomes one number, a pattern, the rest another one.

Millions of lines share a few thousand lists of reasons, so only the distinct ones are looked at in Python; numbers cost
an engine less than texts. The other number, the status, stands for identity, vaccination, and what is proposed. The
lines are written while the verdicts are, so that a report of a whole nation need not read the verdicts again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.engines import writing
from xacthuc.findings import get_code
from xacthuc.records import IDENTITY, VACCINATION
from xacthuc.reporting.words import Axis, find_axis

PROBLEM_KINDS = frozenset({"wrong", "refused"})
LINES, PATTERNS = "lines.parquet", "patterns.parquet"
SIZES = (len(IDENTITY), len(VACCINATION), 2, 2)  # identity, vaccination, sure, somebody is proposed

LINES_SCHEMA = pa.schema(
    [
        pa.field("unit", pa.string()),
        pa.field("product", pa.string()),
        pa.field("dose_no", pa.int32()),
        pa.field("dose_date", pa.string()),
        pa.field("status", pa.int32()),
        pa.field("pattern", pa.int32()),
    ]
)
PATTERNS_SCHEMA = pa.schema(
    [
        pa.field("pattern", pa.int32()),
        pa.field("reasons", pa.string()),  # "field:code;field:code"
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


class Lines:
    """The lines of a run, written as they are judged."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        """Begin without a line."""
        self._writer = writer
        self._numbers: dict[str, int] = {}

    def add(self, judged: pa.Table) -> None:
        """Add lines: unit, vaccine, dose_no, dose_date, identity, vaccination, sure, person, and reasons as text."""
        columns = [judged[name] for name in ("unit", "vaccine", "dose_no", "dose_date")]
        pattern = self._number(judged["reasons"].combine_chunks())
        table = pa.Table.from_arrays([*columns, _number_status(judged), pattern], names=LINES_SCHEMA.names)
        self._writer.write_table(table.cast(LINES_SCHEMA))

    def _number(self, texts: pa.Array) -> pa.Array:
        """Give the pattern of each text, new ones included."""
        encoded = texts.dictionary_encode()
        table = [self._numbers.setdefault(text, len(self._numbers)) for text in encoded.dictionary.to_pylist()]
        return pa.array(table, pa.int32()).take(encoded.indices)

    def list_patterns(self) -> pa.Table:
        """Give the lists of reasons in the order of their numbers."""
        return pa.Table.from_arrays([list(self._numbers.values()), list(self._numbers)], schema=PATTERNS_SCHEMA)


@contextmanager
def writing_lines(folder: Path) -> Iterator[Lines]:
    """Let lines be written to LINES in `folder`, and to PATTERNS what their numbers stand for; whole or not at all."""
    with (
        writing(folder / PATTERNS) as patterns,
        writing(folder / LINES) as unfinished,
        pq.ParquetWriter(unfinished, LINES_SCHEMA) as writer,
    ):
        lines = Lines(writer)
        yield lines
        pq.write_table(lines.list_patterns(), patterns)


def explain_numbers(patterns: Path, *, statuses: Path, reasons: Path, classes: Path) -> None:
    """Write what the numbers of the lines stand for.

    An unknown reason code is an assertion. Reasons of the kinds `noted` and `repaired` are no problems, they do not
    count.
    """
    listed = pq.read_table(patterns, schema=PATTERNS_SCHEMA).to_pylist()
    problems = {row["pattern"]: dict(_list_problems(row["reasons"])) for row in listed}
    pq.write_table(pa.Table.from_pylist(list(_tell_statuses()), STATUSES_SCHEMA), statuses)
    pq.write_table(pa.Table.from_pylist(list(_tell_reasons(problems)), REASONS_SCHEMA), reasons)
    pq.write_table(pa.Table.from_pylist(list(_tell_classes(problems)), CLASSES_SCHEMA), classes)


def _number_status(judged: pa.Table) -> pa.ChunkedArray:
    parts = [
        pc.index_in(judged["identity"], value_set=pa.array(IDENTITY)),
        pc.index_in(judged["vaccination"], value_set=pa.array(VACCINATION)),
        judged["sure"].cast(pa.int32()),
        pc.is_valid(judged["person"]).cast(pa.int32()),
    ]
    status = parts[0]
    for part, size in zip(parts[1:], SIZES[1:], strict=True):
        status = pc.add(pc.multiply(status, size), part)
    return status


def _tell_statuses() -> Iterator[dict[str, object]]:
    """Give every status in the order of the numbers that _number_status gives."""
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


def _list_problems(text: str) -> Iterator[tuple[str, Axis]]:
    for reason in text.split(";") if text else ():
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
