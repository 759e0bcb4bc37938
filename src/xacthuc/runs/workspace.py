"""The folders of one run: what is finished stays, what was begun is begun again.

`out` is what the run gives. `side` is the register's side: everything that holds or derives from the register's
values. A file under its final name is whole, for it is written beside it and renamed. Every finished step leaves a
line in `steps.jsonl`, so that anyone can see that nothing ran twice.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from xacthuc.engines import writing
from xacthuc.runs.refusals import VerifyRefused

__all__ = ["STATE", "Workspace", "open_workspace", "writing"]

STATE = "run.json"
Kind = Literal["verify", "read", "side"]

# Only what a run makes is ever removed from a folder that a person named, and only where run.json says that a run
# of ours made it.
MADE_SIDE = ("people", "matching", "rules", "spill", "candidates.parquet", STATE)
SHOWN = ("annotated", "tables", "public")
MADE_OUT = (
    "work", "steps.jsonl", "verdicts.parquet", "records.parquet", "persons.parquet", "explanations.parquet",
    "history.parquet", "checks.json", "rows.csv", "model.json", "report.html", ".report", *SHOWN, STATE,
)  # fmt: skip
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Workspace:
    """Where a run writes, and the fingerprint of what went in."""

    out: Path
    side: Path
    fingerprint: str
    keeps_side: bool  # the owner of the register asked for its side to be kept
    people: int | None = None  # in the register, where the same run was finished before
    unfound: tuple[str, ...] = ()  # headings of the column map that no file had, where it was finished before

    ids_repeated: int = 0  # ids that stood twice in the register, likewise

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

    def finish(self, *, people: int, unfound: Sequence[str] = (), ids_repeated: int = 0) -> None:
        """Write down that the run is finished, what the register was like and what the map lacked; drop its side."""
        more = {"people": people, "unfound": list(unfound), "ids_repeated": ids_repeated}
        _write_state(self.out, "verify", self.fingerprint, **more)
        self.drop_side()

    def drop_side(self) -> None:
        """Remove the register's side unless it was asked for."""
        if not self.keeps_side:
            shutil.rmtree(self.side, ignore_errors=True)


def open_workspace(
    out: Path, *, inputs: Sequence[Path], options: Sequence[str], side: Path | None = None, kind: Kind = "verify"
) -> Workspace:
    """Open the folder of a run: go on with it if the same run was begun there, else begin anew.

    A run of kind "read" has no register's side. Raises VerifyRefused where that would remove or write over a file that
    no run made, or an input, and where "read" meets verdicts; OSError where a folder cannot be made or, for the
    register's side, belongs to somebody else. Not checked: whether another process works in the same folder.
    """
    fingerprint = _fingerprint(inputs, options)
    _check_folders(out, side=side, inputs=inputs, kind=kind)
    _make_folder(out)
    known = _read_state(out)
    if known.get("fingerprint") != fingerprint:
        _remove(out, MADE_OUT)
        if known:
            shutil.rmtree(_name_temporary(known["fingerprint"]), ignore_errors=True)
        known = {}
    finished = known.get("people") if _is_whole(out, side, fingerprint) else None
    unfound = tuple(known.get("unfound", ()))
    place = side or _name_temporary(fingerprint)
    repeated = known.get("ids_repeated", 0)
    workspace = Workspace(out, place, fingerprint, side is not None, finished, unfound, repeated)
    if finished is not None:
        workspace.drop_side()
    else:
        _write_state(out, kind, fingerprint)
        if kind == "verify":
            _open_side(workspace)
    workspace.work.mkdir(exist_ok=True)
    _sweep(out, MADE_OUT, ("work", *SHOWN))
    return workspace


def _is_whole(out: Path, side: Path | None, fingerprint: str) -> bool:
    """Tell whether what a finished run gives is there, on the register's side too where that was asked for."""
    if not (out / "verdicts.parquet").exists():
        return False
    kept = side is None or (side / "candidates.parquet").exists()
    return kept and (side is None or _read_state(side).get("fingerprint") == fingerprint)


def _check_folders(out: Path, *, side: Path | None, inputs: Sequence[Path], kind: Kind) -> None:
    known = _read_state(out)
    if kind == "read" and (known.get("kind") == "verify" or (known and (out / "verdicts.parquet").exists())):
        raise VerifyRefused("run_folder_verified", out)
    _check_folder(out, MADE_OUT, known if known.get("kind") != "side" else {}, inputs)
    if side is None:
        return
    known = _read_state(side)
    _check_folder(side, MADE_SIDE, known if known.get("kind", "side") == "side" else {}, inputs)
    if _is_in_the_way(side, out, MADE_OUT) or _is_in_the_way(out, side, MADE_SIDE):
        raise VerifyRefused("run_folders_meet", side)


def _check_folder(folder: Path, names: Sequence[str], known: dict[str, Any], inputs: Sequence[Path]) -> None:
    """Refuse a folder where a run would remove or write over what is not its own."""
    for path in inputs:
        if _is_in_the_way(path, folder, names):
            raise VerifyRefused("run_folder_holds_input", path)
    foreign = [folder / name for name in names if os.path.lexists(folder / name)]
    if foreign and not known:
        raise VerifyRefused("run_folder_not_ours", foreign[0])


def _is_in_the_way(path: Path, folder: Path, names: Sequence[str]) -> bool:
    """Tell whether a path is a folder itself or lies where a run writes in it."""
    place = path.resolve()
    targets = [(folder / name).resolve() for name in names]
    return place == folder.resolve() or any(target in (place, *place.parents) for target in targets)


def _make_folder(folder: Path, *, mode: int = 0o777) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except FileNotFoundError:  # where no folder can be: what is missing is not a file of the person
        raise PermissionError(errno.EACCES, "cannot be made", str(folder)) from None


def _open_side(workspace: Workspace) -> None:
    side = workspace.side
    _make_folder(side, mode=0o700)
    found = side.lstat() if not workspace.keeps_side else side.stat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(errno.EPERM, "belongs to somebody else", str(side))
    side.chmod(0o700)  # what lies here is the register's alone
    if _read_state(side).get("fingerprint") != workspace.fingerprint:
        _remove(side, MADE_SIDE)
    shutil.rmtree(side / "spill", ignore_errors=True)
    _sweep(side, MADE_SIDE, MADE_SIDE)
    _write_state(side, "side", workspace.fingerprint)


def _name_temporary(fingerprint: str) -> Path:
    return Path(tempfile.gettempdir()) / f"xacthuc-{os.getuid()}-{fingerprint[:16]}"


def _fingerprint(inputs: Sequence[Path], options: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for path in inputs:
        found = path.stat()
        digest.update(f"{path.resolve()}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    digest.update("\n".join(options).encode())
    return digest.hexdigest()


def _write_state(folder: Path, kind: Kind, fingerprint: str, **more: Any) -> None:
    with writing(folder / STATE) as path:
        path.write_text(json.dumps({"kind": kind, "fingerprint": fingerprint, **more}), encoding="utf-8")


def _read_state(folder: Path) -> dict[str, Any]:
    """Give what a run wrote down about itself, or nothing where no run of ours did."""
    try:
        found = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ours = isinstance(found, dict) and _FINGERPRINT.fullmatch(str(found.get("fingerprint")))
    return found if ours else {}


def _remove(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _sweep(folder: Path, names: Sequence[str], own: Sequence[str]) -> None:
    """Remove what a killed run was writing; engines would read it as part of a folder. `own` are folders of ours."""
    begun = [path for name in names for path in folder.glob(f"{glob.escape(name)}.*.tmp")]
    begun += [path for name in own for path in (folder / name).rglob("*.tmp")]
    for path in begun:
        _remove(path.parent, [path.name])
