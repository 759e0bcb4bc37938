"""Make the node's index of a prepared register: rows side by side in one file, sorted keys beside them.

FOLDER/0001/                of version 1 of the register; whole or absent
    rows.bin, rows.offsets  everybody, a line each, and where it begins
    NAME.keys, NAME.places  a block: sorted key numbers, and at which row each stands
    names.keys, names.bearers
    changes.txt             references of the people that later versions changed: VERSION REFERENCE
    model.json, index.json
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc import __version__
from xacthuc.exchange.references import Referrer
from xacthuc.exchange.storing import storing
from xacthuc.matching import ModelRefused, read_model
from xacthuc.matching.model import NARROW_FROM
from xacthuc.runs.prepared import People
from xacthuc.runs.refusals import VerifyRefused
from xacthuc_register.blocks import HOLDERS, Parts, hash_parts, hash_text, list_blocks, read_people
from xacthuc_register.refusals import NodeRefused

FORMAT = 1
MANIFEST = "index.json"
BATCH_ROWS = 250_000  # of people at a time: some 300 MB while their keys are made

# Values that stand side by side in a row; what is missing is empty, for no value of a register is.
VALUES = (
    "record", "name", "name_key", "name_fold", "name_base", "name_first", "name_last", "birth_date", "sex", "number12",
    "number9", "phone", "province", "district", "commune", "place",
)  # fmt: skip
BETWEEN = "\x1f"  # between values; cleaning gives no control characters, and the owner's ids are looked at

Report = Callable[[str], None]


@dataclass(frozen=True)
class Index:
    """What an index says of itself."""

    version: int  # of the register
    people: int
    size: int  # rows of the register, as matching counts them
    narrow: bool
    format: int = FORMAT
    made_with: str = __version__


def name_block(parts: Parts) -> str:
    """Give the name of a block's files."""
    return "+".join(parts)


def find_index(folder: Path, *, version: int) -> Path | None:
    """Give the folder of a finished index of this program for a version of the register; None where there is none."""
    place = folder / f"{version:04d}"
    if not (place / MANIFEST).exists():
        return None
    said = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    return place if (said["format"], said["made_with"]) == (FORMAT, __version__) else None


def build_index(
    people: People, *, folder: Path, referrer: Referrer, model: Path | None, report: Report = lambda _: None
) -> Path:
    """Index a version of a prepared register; gives the folder of the index, which is there whole or not at all.

    Raises NodeRefused where nobody has given weights, or a value cannot be kept; VerifyRefused where they are none.
    """
    weights = model or people.model
    if weights is None:
        raise NodeRefused("node_model_missing", people.folder)
    target = folder / f"{people.version:04d}"
    place = target.with_suffix(".unfinished")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    take_model(place, weights)
    size = sum(pq.read_metadata(part).num_rows for part in people.rows.glob("*.parquet"))
    narrow = size >= NARROW_FROM
    blocks = (*HOLDERS, *list_blocks(narrow=narrow))
    count = _write_rows(people, place, blocks=blocks, report=report)
    for name in map(name_block, blocks):
        _sort(place, name)
        report(name)
    _write_names(people, place)
    _write_changes(people, place, referrer=referrer)
    index = Index(version=people.version, people=count, size=size, narrow=narrow)
    (place / MANIFEST).write_text(json.dumps(asdict(index)), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    os.sync()  # so that what has its name is whole after a power cut too
    place.rename(target)
    return target


def take_model(place: Path, model: Path | None) -> None:
    """Let an index weigh by a model from now on; without one it stays as it is. Raises VerifyRefused."""
    if model is not None:
        try:
            read_model(model)
        except ModelRefused as error:
            raise VerifyRefused("run_aid_unusable", f"{model} ({error.vi})", en=f"{model} ({error.en})") from None
        with storing(place / "model.json") as unfinished:
            shutil.copyfile(model, unfinished)


def _write_rows(people: People, place: Path, *, blocks: tuple[Parts, ...], report: Report) -> int:
    parts = frozenset(part for block in blocks for part in block)
    keys = {name: (place / f"{name}.unsorted").open("wb") for name in map(name_block, blocks)}
    count, offset = 0, 0
    try:
        with (place / "rows.bin").open("wb") as rows, (place / "rows.offsets").open("wb") as offsets:
            offsets.write(np.zeros(1, np.uint64).tobytes())
            for batch in _read(people):
                offset = _append_rows(batch, rows=rows, offsets=offsets, begin=offset, register=people.folder)
                hashed = hash_parts(batch, parts)
                for block in blocks:
                    _append_keys(keys[name_block(block)], *read_people(block, hashed), first=count)
                count += len(batch)
                report("rows")
    finally:
        for file in keys.values():
            file.close()
    return count


def _read(people: People) -> Iterator[pa.Table]:
    """Give the people who are there, batch by batch."""
    gone = people.folder / "people" / "gone.parquet"
    left_out = pq.read_table(gone)["person_no"].combine_chunks() if gone.exists() else None
    for part in sorted(people.rows.glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(BATCH_ROWS, columns=["person_no", *VALUES]):
            table = pa.Table.from_batches([batch])
            if left_out is not None:
                table = table.filter(pc.invert(pc.is_in(table["person_no"], value_set=left_out)))
            yield table


def _append_rows(batch: pa.Table, *, rows: BinaryIO, offsets: BinaryIO, begin: int, register: Path) -> int:
    values = [pc.cast(batch["person_no"], pa.string()), *(pc.fill_null(batch[name], "") for name in VALUES)]
    lines: Any = pc.binary_join_element_wise(*values, BETWEEN)
    lines = pa.concat_arrays(lines.cast(pa.large_string()).chunks or [pa.array([], pa.large_string())])
    if not pc.all(pc.equal(pc.count_substring(lines, BETWEEN), len(VALUES)), min_count=0).as_py():
        raise NodeRefused("node_value_unusable", register)
    _, begins, text = lines.buffers()
    ends = np.frombuffer(begins, np.int64)[lines.offset : lines.offset + len(lines) + 1]
    if len(lines):
        rows.write(memoryview(text)[int(ends[0]) : int(ends[-1])])
    moved = (ends[1:] - ends[0] + begin).astype(np.uint64)
    offsets.write(moved.tobytes())
    return int(moved[-1]) if len(moved) else begin


_ENTRY = np.dtype([("key", np.uint64), ("place", np.uint32)])


def _append_keys(file: BinaryIO, numbers: Any, places: Any, *, first: int) -> None:
    entries = np.empty(len(numbers), _ENTRY)
    entries["key"], entries["place"] = numbers, places + first
    file.write(entries.tobytes())


def _sort(place: Path, name: str) -> None:
    unsorted = place / f"{name}.unsorted"
    entries = np.fromfile(unsorted, _ENTRY)
    order = np.argsort(entries["key"], kind="stable")
    entries["key"][order].tofile(place / f"{name}.keys")
    entries["place"][order].tofile(place / f"{name}.places")
    unsorted.unlink()


def _write_names(people: People, place: Path) -> None:
    assert people.names is not None, "a prepared register has its names counted"
    table = pq.read_table(people.names)
    keys = np.array([hash_text(name) for name in table["name_fold"].to_pylist()], np.uint64)
    order = np.argsort(keys)
    keys[order].tofile(place / "names.keys")
    table["bearers"].to_numpy().astype(np.uint64)[order].tofile(place / "names.bearers")


def _write_changes(people: People, place: Path, *, referrer: Referrer) -> None:
    """Write whom each version after the first has changed, added or removed, as far as the versions are still there."""
    with (place / "changes.txt").open("w", encoding="utf-8") as file:
        for version in range(2, people.version + 1):
            for record in sorted(_list_changed(people.folder.parent / f"{version:04d}")):
                file.write(f"{version} {referrer.make(record)}\n")


def _list_changed(folder: Path) -> set[str]:
    replaced = folder / "replaced.parquet"
    if not replaced.exists():
        return set()
    before = {
        part.name for part in (folder.parent / f"{int(folder.name) - 1:04d}" / "people" / "rows").glob("*.parquet")
    }
    new = [part for part in (folder / "people" / "rows").glob("*.parquet") if before and part.name not in before]
    return {
        record for part in (replaced, *new) for record in pq.read_table(part, columns=["record"])["record"].to_pylist()
    }
