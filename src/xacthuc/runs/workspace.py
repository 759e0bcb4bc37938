"""The folders of one run: what is finished stays, what was begun is begun again.

`out` is what the run gives. `side` is the register's side: everything that holds or derives from the register's
values. A file under its final name is whole, for it is written beside it and renamed. Every finished step leaves a
line in `steps.jsonl`, so that anyone can see that nothing ran twice.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATE = "run.json"

# Only what a run makes is ever removed from a folder that a person named.
MADE_SIDE = ("people", "matching", "rules", "spill", "candidates.parquet", STATE)
MADE_OUT = (
    "work", "steps.jsonl", "verdicts.parquet", "records.parquet", "persons.parquet", "explanations.parquet",
    "rows.csv", "model.json", "report.html", STATE,
)  # fmt: skip


@dataclass(frozen=True)
class Workspace:
    """Where a run writes, and the fingerprint of what went in."""

    out: Path
    side: Path
    fingerprint: str
    keeps_side: bool  # the owner of the register asked for its side to be kept
    people: int | None = None  # in the register, where the same run was finished before

    @property
    def work(self) -> Path:
        """Tables in between that hold nothing of the register."""
        return self.out / "work"

    def note(self, step: str) -> None:
        """Write down that a step is finished."""
        with (self.out / "steps.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"step": step}, ensure_ascii=False) + "\n")

    def write_once(self, name: str, write: Callable[[], None]) -> None:
        """Let `write` make the file `name` of `out` unless it is there, as a step."""
        if not (self.out / name).exists():
            write()
            self.note(name)

    def finish(self, *, people: int) -> None:
        """Write down that the run is finished and how large the register was; drop its side."""
        _write_state(self.out, {"fingerprint": self.fingerprint, "people": people})
        self.drop_side()

    def drop_side(self) -> None:
        """Remove the register's side unless it was asked for."""
        if not self.keeps_side:
            shutil.rmtree(self.side, ignore_errors=True)


def open_workspace(out: Path, *, inputs: Sequence[Path], options: Sequence[str], side: Path | None = None) -> Workspace:
    """Open the folder of a run: go on with it if the same run was begun there, else begin anew.

    Raises OSError where a folder cannot be made or, for the register's side, belongs to somebody else. Not checked:
    whether another process works in the same folder.
    """
    fingerprint = _fingerprint(inputs, options)
    out.mkdir(parents=True, exist_ok=True)
    known = _read_state(out)
    if known.get("fingerprint") != fingerprint:
        _remove(out, MADE_OUT)
        if isinstance(begun := known.get("fingerprint"), str):
            shutil.rmtree(_name_temporary(begun), ignore_errors=True)
        known = {}
    finished = known.get("people") if (out / "verdicts.parquet").exists() else None
    workspace = Workspace(out, side or _name_temporary(fingerprint), fingerprint, side is not None, finished)
    if finished is None:
        _write_state(out, {"fingerprint": fingerprint})
        _open_side(workspace)
    else:
        workspace.drop_side()
    workspace.work.mkdir(exist_ok=True)
    _sweep(out.glob("*.tmp"), workspace.work.rglob("*.tmp"))
    return workspace


def _open_side(workspace: Workspace) -> None:
    side = workspace.side
    side.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = side.lstat() if not workspace.keeps_side else side.stat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(errno.EPERM, "belongs to somebody else", str(side))
    side.chmod(0o700)  # what lies here is the register's alone
    if _read_state(side).get("fingerprint") != workspace.fingerprint:
        _remove(side, MADE_SIDE)
    shutil.rmtree(side / "spill", ignore_errors=True)
    _sweep(side.glob("*.tmp"), *((side / name).rglob("*.tmp") for name in MADE_SIDE))
    _write_state(side, {"fingerprint": workspace.fingerprint})


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path to write to; it takes the final name when the block ends well."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _name_temporary(fingerprint: str) -> Path:
    return Path(tempfile.gettempdir()) / f"xacthuc-{os.getuid()}-{fingerprint[:16]}"


def _fingerprint(inputs: Sequence[Path], options: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for path in inputs:
        found = path.stat()
        digest.update(f"{path.resolve()}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    digest.update("\n".join(options).encode())
    return digest.hexdigest()


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    with writing(folder / STATE) as path:
        path.write_text(json.dumps(state), encoding="utf-8")


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remove(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _sweep(*found: Iterator[Path]) -> None:
    """Remove what a killed run was writing; engines would read it as part of a folder."""
    for path in [path for paths in found for path in paths]:
        _remove(path.parent, [path.name])
