"""List the certificates of a file that are to be issued again, row by row, as a file of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.certificates.key_refusals import KeysRefused
from xacthuc.certificates.reissue import list_reissues
from xacthuc.engines import writing

ROWS = 10_000  # read at a time: some 10 MB
_NEEDED = ("person_group", "record", "text")

REISSUE_SCHEMA = pa.schema(
    [
        pa.field("person_group", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
        pa.field("uvci", pa.string(), nullable=False),
        pa.field("kid", pa.string(), nullable=False),  # hexadecimal
        pa.field("expires", pa.timestamp("s", tz="UTC")),
        pa.field("code", pa.string(), nullable=False),  # why
    ]
)


def write_reissues(
    certificates: Path,
    *,
    to: Path,
    before: datetime,
    key_ends: Mapping[str, datetime],
    replaced: frozenset[str] = frozenset(),
) -> dict[str, int]:
    """Write `to`, a Parquet file of what is to be issued again, and give how often for each reason.

    Raises KeysRefused where `certificates` is no file of certificates. Memory: one batch of rows.
    """
    try:
        file = pq.ParquetFile(certificates)
    except (pa.ArrowException, OSError):
        raise KeysRefused("keys_list_unusable", certificates) from None
    counts: Counter[str] = Counter()
    with file, writing(to) as unfinished, pq.ParquetWriter(unfinished, REISSUE_SCHEMA, compression="zstd") as writer:
        if not set(_NEEDED) <= set(file.schema_arrow.names):
            raise KeysRefused("keys_list_unusable", certificates)
        for batch in file.iter_batches(ROWS, columns=list(_NEEDED)):
            texts = enumerate(batch["text"].to_pylist())
            found = list(list_reissues(texts, before=before, key_ends=key_ends, replaced=replaced))
            counts.update(one.code for one in found)
            rows = batch.take(pa.array([one.row for one in found], pa.int64()))
            told = {name: [getattr(one, name) for one in found] for name in ("uvci", "kid", "expires", "code")}
            kept = {name: rows[name] for name in ("person_group", "record")}
            writer.write_table(pa.table(kept | told, schema=REISSUE_SCHEMA))
    return dict(counts)
