"""Every record has one name: own ids that stand twice among all files are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.runs.intake import ROW_GROUP, Source
from xacthuc.runs.workspace import writing

Key = tuple[str, int, str]  # sheet, row, own id

ADDRESS = ("file", "sheet", "row", "part", "slot")


def settle_records(folder: Path, sources: Sequence[Source]) -> None:
    """Rename, in rows and findings below `folder`, own ids that an earlier row of another file or sheet has taken.

    The first keeps its id; in a later file it becomes FILE:ID, and where that is taken too FILE:SHEET:ROW:PART:SLOT,
    as for rows without an own id. A second call changes nothing.
    """
    own = [source for source in sources if source.rows and _has_own_ids(source)]
    if not own:
        return
    counted = pa.chunked_array([count for source in own for count in _read_records(folder, source)], pa.string())
    counts = pc.value_counts(counted)
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    taken: set[str] = set()
    for source in own if len(repeated) else ():
        _settle(folder, source, repeated=repeated, taken=taken)


def _has_own_ids(source: Source) -> bool:
    return any(column.field == "record" for layout in source.layouts for column in layout.columns)


def _name(source: Source) -> str:
    return f"{source.first:012d}.parquet"


def _read_records(folder: Path, source: Source) -> Iterator[pa.Array]:
    yield from pq.read_table(folder / "rows" / _name(source), columns=["record"])["record"].chunks


def _settle(folder: Path, source: Source, *, repeated: pa.Array, taken: set[str]) -> None:
    path = folder / "rows" / _name(source)
    clashing = pq.read_table(path, columns=["record", *ADDRESS], filters=pc.field("record").isin(repeated))
    renamed: dict[Key, str] = {}
    here: set[str] = set()
    for record, *address in zip(*(column.to_pylist() for column in clashing.columns), strict=True):
        name = f"{source.file}:{record}" if record in taken or record in here else record
        if name in here:
            name = ":".join(map(str, address))
        here.add(name)
        if name != record:
            renamed[address[1], address[2], record] = name
    taken |= here
    if renamed:
        # Findings first: if the run is killed between the two, the rows still tell what to rename.
        for rows in (folder / "findings" / _name(source), path):
            _rename(rows, renamed)


def _rename(path: Path, renamed: dict[Key, str]) -> None:
    table = pq.read_table(path)
    keys = zip(*(table[name].to_pylist() for name in ("sheet", "row", "record")), strict=True)
    records = pa.array([renamed.get(key, key[2]) for key in keys], pa.string())
    place = table.schema.get_field_index("record")
    with writing(path) as unfinished:
        changed = table.set_column(place, table.schema.field(place), records)
        pq.write_table(changed, unfinished, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
