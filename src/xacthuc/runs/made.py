"""The tables that a run has made, as they were then: one that was damaged since is dropped, and so made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from xacthuc.engines import writing
from xacthuc.runs.inputs import Stamp, is_same, stamp

LIST = "made.json"
KINDS = (".parquet", ".json")
TAKEN_IN = ("rows", "findings")  # folders of a source; beside them its NAME.json tells that it is finished

Places = Mapping[Path, Sequence[str]]  # a folder of the run, and in it tables and folders of tables, each name once


def write_list(path: Path, places: Places) -> None:
    """Write down size and time of every table."""
    found = {name: stamp(file) for name, file in _list(places) if file != path}
    with writing(path) as unfinished:
        unfinished.write_text(json.dumps(found), encoding="utf-8")


def drop_damaged(path: Path, places: Places) -> tuple[Path, ...]:
    """Remove what is no longer as it was written down in `path`; gives what that was.

    Not noticed: damage that leaves size and time as they were, and that of a table which was not yet written down.
    """
    was = _read(path)
    damaged = tuple(file for name, file in _list(places) if name in was and not is_same(file, was[name]))
    for file in damaged:
        drop(file)
    return damaged


def drop(table: Path) -> None:
    """Remove a table, and of a source that was taken in what tells that it is finished."""
    whole = table.parent if table.parent.suffix == ".parquet" else table  # a folder, where an engine makes folders
    if whole.is_dir():
        shutil.rmtree(whole)
    whole.unlink(missing_ok=True)
    if table.parent.name in TAKEN_IN:
        (table.parent.parent / f"{table.stem.partition('-')[0]}.json").unlink(missing_ok=True)


def _list(places: Places) -> list[tuple[str, Path]]:
    """Give the tables by what they are called below their folder."""
    tops = [(top, top / name) for top, names in places.items() for name in names]
    files = [(top, file) for top, part in tops for file in ([part] if part.is_file() else part.rglob("*"))]
    return [(str(file.relative_to(top)), file) for top, file in files if file.suffix in KINDS and file.is_file()]


def _read(path: Path) -> dict[str, Stamp]:
    """Give what was written down; nothing where there is none, or the list itself was damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
