"""How clean rows and their findings are kept: two Parquet files that appear together, rows numbered as they come."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.cleaning import Cleaned
from xacthuc.records import CLEAN_SCHEMA, FINDING_SCHEMA, Finding
from xacthuc.runs.workspace import writing

PARTS = ("rows", "findings")

# Row groups that an engine can share out between its threads.
ROW_GROUP = 250_000

# How columns are kept. Nearly every number is another one: a dictionary is of no use, digits hardly compress. All else
# is a few values again and again, which the dictionary alone makes small; that of names is long, and compresses well.
NUMBERS = ("record", "number", "number12", "number9", "phone", "insurance")
NAMES = ("name", "name_key", "name_fold", "name_base")
# What cleaning gives as dictionaries is written as it is, and not looked for anew.
DISTINCT = (*NAMES, "name_first", "name_last", "province", "district", "commune")
DICTIONARY_BYTES = 1 << 28  # none is so long that its column would be better off without


class CleanFiles:
    """Writes rows/NAME.parquet (CLEAN_SCHEMA and the column `number`) and findings/NAME.parquet below a folder.

    Both take their names when the block ends well.
    """

    def __init__(self, folder: Path, name: str, *, number: str, first: int) -> None:
        """Number the rows in column `number` from `first`."""
        self.folder, self.name, self.number, self.first = folder, name, number, first
        self.count = 0

    def __enter__(self) -> CleanFiles:
        """Open the files."""
        kept = pa.dictionary(pa.int32(), pa.string())
        fields = [field.with_type(kept) if field.name in DISTINCT else field for field in CLEAN_SCHEMA]
        self._schema = schema = pa.schema([*fields, pa.field(self.number, pa.int64(), nullable=False)])
        encoding = choose_encoding(schema, counted=("row", self.number))
        paths = [self.folder / part / f"{self.name}.parquet" for part in PARTS]
        zstd = {"compression": "zstd", "compression_level": 1}
        with ExitStack() as stack:
            rows, findings = (stack.enter_context(writing(path)) for path in paths)
            self._rows = stack.enter_context(pq.ParquetWriter(rows, schema, **encoding))
            self._findings = stack.enter_context(pq.ParquetWriter(findings, FINDING_SCHEMA, **zstd))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the files; they stay where nothing was raised."""
        self._stack.__exit__(kind, error, trace)

    def write(self, cleaned: Cleaned) -> None:
        """Add a batch."""
        records = cleaned.records
        start = self.first + self.count
        numbers = pa.array(np.arange(start, start + records.num_rows, dtype=np.int64))
        rows = records.append_column(self.number, numbers).cast(self._schema)
        self._rows.write_table(rows, row_group_size=ROW_GROUP)
        self._findings.write_table(cleaned.findings)
        self.count += records.num_rows

    def write_findings(self, findings: Iterable[Finding]) -> None:
        """Add what is said of a sheet or a file."""
        rows = [{name: getattr(finding, name) for name in FINDING_SCHEMA.names} for finding in findings]
        self._findings.write_table(pa.Table.from_pylist(rows, schema=FINDING_SCHEMA))


def choose_encoding(schema: pa.Schema, *, counted: tuple[str, ...]) -> dict[str, Any]:
    """Give the options of a Parquet writer for clean rows; `counted` are the columns of rising numbers."""
    plain = {*NUMBERS, *counted}
    return {
        "use_dictionary": [name for name in schema.names if name not in plain],
        "dictionary_pagesize_limit": DICTIONARY_BYTES,
        "column_encoding": {
            **{name: "DELTA_LENGTH_BYTE_ARRAY" for name in NUMBERS},
            **{name: "DELTA_BINARY_PACKED" for name in counted},
        },
        "compression": {name: "SNAPPY" if name in NAMES else "NONE" for name in schema.names},
        "write_statistics": list(counted),
        "store_schema": False,  # a reader finds texts in a dictionary
    }
