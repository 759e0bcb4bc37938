"""Every record has one name: own ids that stand twice among all files are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xacthuc.runs.clean_files import ROW_GROUP
from xacthuc.runs.intake import Source
from xacthuc.runs.workspace import writing

Key = tuple[str, int, str]  # sheet, row, own id

ADDRESS = ("file", "sheet", "row", "part", "slot")

HASHED_ROWS = 250_000  # at a time: some 30 MB of places and factors

# Odd numbers by chance. Should two texts have the same sum, they are looked at, and nothing is renamed.
FACTORS: NDArray[np.uint64] = np.random.default_rng(2021).integers(0, 2**63, 64, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)


def settle_records(folder: Path, sources: Sequence[Source]) -> None:
    """Rename, in rows and findings below `folder`, own ids that an earlier row of another file or sheet has taken.

    The first keeps its id; in a later file it becomes FILE:ID, and where that is taken too FILE:SHEET:ROW:PART:SLOT,
    as for rows without an own id. A second call changes nothing.
    """
    own = [source for source in sources if source.rows and _has_own_ids(source)]
    if not own:
        return
    hashes = [_hash_records(_list_files(folder, source)) for source in own]
    ordered = np.sort(np.concatenate(hashes))
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    taken: set[str] = set()
    for source, hashed in zip(own, hashes, strict=True) if len(repeated) else ():
        _settle(folder, source, clashing=np.isin(hashed, repeated), taken=taken)


def count_repeated(folder: Path, source: Source) -> int:
    """Count the ids that stand in more than one row of `source`, taken in below `folder` with its ids as written.

    Not checked: whether such rows are one person's.
    """
    if not source.rows or not _has_own_ids(source):
        return 0
    ordered = np.sort(_hash_records(_list_files(folder, source)))
    return len(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))


def _has_own_ids(source: Source) -> bool:
    return any(column.field == "record" for layout in source.layouts for column in layout.columns)


def _list_files(folder: Path, source: Source) -> list[Path]:
    """Give the files of a source's rows in their order: one, or one for each of its slices."""
    return sorted((folder / "rows").glob(f"{source.first:012d}*.parquet"))


def _hash_records(paths: Sequence[Path]) -> NDArray[np.uint64]:
    """Give a number for each record, equal for equal texts: millions of ids are compared without holding them."""
    batches = (batch for path in paths for batch in pq.ParquetFile(path).iter_batches(HASHED_ROWS, columns=["record"]))
    return np.concatenate([_hash_texts(batch.column(0)) for batch in batches])


def _hash_texts(texts: pa.Array) -> NDArray[np.uint64]:
    """Add up the bytes of each text, each times the factor of its place; none is empty, as no record is."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    lengths = np.diff(offsets)
    if len(lengths) and (lengths == lengths[0]).all():  # as most ids are: a column of letters after the other
        table = letters.reshape(len(lengths), -1)
        same = np.zeros(len(lengths), np.uint64)
        for place in range(table.shape[1]):
            same += FACTORS[place % len(FACTORS)] * table[:, place]
        return same
    starts = offsets[:-1] - offsets[0]
    places = np.arange(len(letters), dtype=np.int32) - np.repeat(starts, lengths)
    sums: NDArray[np.uint64] = np.add.reduceat(FACTORS[places % len(FACTORS)] * letters, starts)
    return sums


def _settle(folder: Path, source: Source, *, clashing: NDArray[np.bool_], taken: set[str]) -> None:
    paths = _list_files(folder, source)
    rows = pq.read_table(paths, columns=["record", *ADDRESS]).filter(pa.array(clashing))
    renamed: dict[Key, str] = {}
    here: set[str] = set()
    for record, *address in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        name = f"{source.file}:{record}" if record in taken or record in here else record
        if name in here:
            name = ":".join(map(str, address))
        here.add(name)
        if name != record:
            renamed[address[1], address[2], record] = name
    taken |= here
    if renamed:
        # Findings first: if the run is killed between the two, the rows still tell what to rename.
        for part in ("findings", "rows"):
            for path in paths:
                _rename(folder / part / path.name, renamed)


def _rename(path: Path, renamed: dict[Key, str]) -> None:
    table = pq.read_table(path)
    keys = zip(*(table[name].to_pylist() for name in ("sheet", "row", "record")), strict=True)
    records = pa.array([renamed.get(key, key[2]) for key in keys], pa.string())
    place = table.schema.get_field_index("record")
    with writing(path) as unfinished:
        changed = table.set_column(place, table.schema.field(place), records)
        pq.write_table(changed, unfinished, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
