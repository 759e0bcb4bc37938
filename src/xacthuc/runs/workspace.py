"""The folders of one run: what is finished stays, what was begun is begun again.

`out` is what the run gives. `side` is the register's side: everything that holds or derives from the register's
values. A file under its final name is whole, for it is written beside it and renamed. Every finished step leaves a
line in `steps.jsonl`, so that anyone can see that nothing ran twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATE = "run.json"


@dataclass(frozen=True)
class Workspace:
    """Where a run writes, and the fingerprint of what went in."""

    out: Path
    side: Path
    fingerprint: str
    keeps_side: bool  # the owner of the register asked for its side to be kept

    @property
    def work(self) -> Path:
        """Tables in between that hold nothing of the register."""
        return self.out / "work"

    def note(self, step: str, *, rows: int | None = None) -> None:
        """Write down that a step is finished."""
        with (self.out / "steps.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"step": step, "rows": rows}) + "\n")

    def finish(self) -> None:
        """Remove the register's side unless it was asked for."""
        if not self.keeps_side:
            shutil.rmtree(self.side, ignore_errors=True)


def open_workspace(out: Path, *, inputs: Sequence[Path], options: Sequence[str], side: Path | None = None) -> Workspace:
    """Open the folder of a run: go on with it if the same run was begun there, else begin anew."""
    fingerprint = _fingerprint(inputs, options)
    temporary = Path(tempfile.gettempdir()) / f"xacthuc-{os.getuid()}-{fingerprint[:16]}"
    workspace = Workspace(out=out, side=side or temporary, fingerprint=fingerprint, keeps_side=side is not None)
    out.mkdir(parents=True, exist_ok=True)
    if _known(out / STATE) != fingerprint:
        shutil.rmtree(workspace.work, ignore_errors=True)
        for stale in ("steps.jsonl", "explanations.parquet"):
            (out / stale).unlink(missing_ok=True)
    workspace.side.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _known(workspace.side / STATE) != fingerprint:
        _clear(workspace.side)
    workspace.work.mkdir(exist_ok=True)
    for folder in (out, workspace.side):
        with writing(folder / STATE) as path:
            path.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
    return workspace


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path to write to; it takes the final name when the block ends well."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        else:
            unfinished.unlink(missing_ok=True)


def _fingerprint(inputs: Sequence[Path], options: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for path in inputs:
        stat = path.stat()
        digest.update(f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    digest.update("\n".join(options).encode())
    return digest.hexdigest()


def _known(state: Path) -> str | None:
    try:
        found = json.loads(state.read_text(encoding="utf-8")).get("fingerprint")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


# Only what a run makes is ever removed from a folder that a person named.
MADE = ("people", "matching", "rules", "spill")


def _clear(folder: Path) -> None:
    for name in MADE:
        shutil.rmtree(folder / name, ignore_errors=True)
