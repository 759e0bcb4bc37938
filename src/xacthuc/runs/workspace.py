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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from xacthuc.engines import writing
from xacthuc.runs.inputs import find_changed, stamp_all
from xacthuc.runs.made import LIST, Places, drop_damaged, write_list
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
# Of these, the tables: what a run goes on from, and what is looked at before it does.
TABLES_SIDE = ("people", "matching", "rules", "candidates.parquet")
TABLES_OUT = ("work", *(name for name in MADE_OUT if name.endswith(".parquet")))
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
    origin: Mapping[str, Any] = field(default_factory=dict)  # inputs and options, as the state of the run tells them
    damaged: tuple[Path, ...] = ()  # tables of an earlier run that were no longer as it had made them: they are dropped

    @property
    def work(self) -> Path:
        """Tables in between that hold nothing of the register."""
        return self.out / "work"

    def note(self, step: str) -> None:
        """Write down that a step is finished, and what the tables are like then. Raises OSError."""
        path = self.out / "steps.jsonl"
        whole = path.stat().st_size if path.exists() else 0
        try:
            with path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"step": step}, ensure_ascii=False) + "\n")
        except OSError:  # the disk is full: half a line is none
            os.truncate(path, whole)
            raise
        write_list(self.work / LIST, _list_places(self.out, self.side))

    def check_inputs(self) -> None:
        """Raise VerifyRefused unless all inputs are what they were when the run was begun."""
        changed = find_changed(self.origin["inputs"])
        if changed is not None:
            raise VerifyRefused("run_input_changed", changed)

    def write_once(self, name: str, write: Callable[[], None]) -> None:
        """Let `write` make the file `name` of `out` unless it is there, as a step."""
        if not (self.out / name).exists():
            write()
            self.note(name)

    def finish(self, *, people: int, unfound: Sequence[str] = (), ids_repeated: int = 0, **register: Any) -> None:
        """Write down that the run is finished, what the register was like and what the map lacked; drop its side.

        `register` is written down as it is: what another run must know to go on from this one.
        Raises VerifyRefused where an input has changed meanwhile; no verdicts are left that could be taken for its own.
        """
        try:
            self.check_inputs()
        except VerifyRefused:
            (self.out / "verdicts.parquet").unlink(missing_ok=True)
            raise
        side = str(self.side.resolve()) if self.keeps_side else None
        more = {"people": people, "unfound": list(unfound), "ids_repeated": ids_repeated, "side": side, **register}
        _write_state(self.out, "verify", self.fingerprint, **self.origin, **more)
        self.drop_side()

    def give_up(self) -> None:
        """Write down that nothing can come of these inputs, so that others may take their place; drop the side."""
        _write_state(self.out, "verify", self.fingerprint, **self.origin, given_up=True)
        self.drop_side()

    def drop_side(self) -> None:
        """Remove the register's side unless it was asked for."""
        if not self.keeps_side:
            shutil.rmtree(self.side, ignore_errors=True)


def open_workspace(
    out: Path,
    *,
    inputs: Sequence[Path],
    options: Sequence[str],
    side: Path | None = None,
    kind: Kind = "verify",
    afford: Callable[[Path], None] = lambda _: None,
) -> Workspace:
    """Open the folder of a run: go on with it if the same run was begun there, else begin anew.

    A run of kind "read" has no register's side. Raises VerifyRefused where that would remove or write over a file that
    no run made, or an input, where an input has changed since the same run stopped, and where "read" meets verdicts;
    OSError where a folder cannot be made or, for the register's side, belongs to somebody else. Tables that were
    damaged since are dropped. What `afford` raises, given the register's side, leaves all as it was; a run that was
    finished has nothing to afford. Not checked: whether another process works in the same folder.
    """
    origin = {"inputs": stamp_all(inputs), "options": hashlib.sha256("\n".join(options).encode()).hexdigest()}
    fingerprint = hashlib.sha256(json.dumps(origin).encode()).hexdigest()
    _check_folders(out, side=side, inputs=inputs, kind=kind)
    _make_folder(out)
    known = read_state(out)
    place = side or _name_temporary(fingerprint)
    if known.get("fingerprint") != fingerprint:
        _check_same_inputs(out, known, origin)
    if known.get("fingerprint") != fingerprint or known.get("people") is None or not _is_whole(out, side, fingerprint):
        afford(place)
    if known.get("fingerprint") != fingerprint:
        _remove(out, MADE_OUT)
        if known:
            shutil.rmtree(_name_temporary(known["fingerprint"]), ignore_errors=True)
        known = {}
    damaged = drop_damaged(out / "work" / LIST, _list_places(out, place))
    finished = known.get("people") if not damaged and _is_whole(out, side, fingerprint) else None
    unfound = tuple(known.get("unfound", ()))
    repeated = known.get("ids_repeated", 0)
    workspace = Workspace(out, place, fingerprint, side is not None, finished, unfound, repeated, origin, damaged)
    if finished is not None:
        workspace.drop_side()
    else:
        _write_state(out, kind, fingerprint, **origin)
        if kind == "verify":
            _open_side(workspace)
    workspace.work.mkdir(exist_ok=True)
    _sweep(out, MADE_OUT, ("work", *SHOWN))
    return workspace


def _list_places(out: Path, side: Path) -> Places:
    return {out: TABLES_OUT, side: TABLES_SIDE}


def _check_same_inputs(out: Path, known: dict[str, Any], origin: Mapping[str, Any]) -> None:
    """Refuse an input that has changed since the same order stopped half-way: what is finished is not for the new one.

    What finished, has nothing finished yet or could come to nothing is begun anew without a question, and so is
    another order.
    """
    inputs = known.get("inputs", {})
    same = known.get("options") == origin["options"] and inputs.keys() == origin["inputs"].keys()
    stopped = not (known.keys() & {"people", "given_up"}) and (out / "steps.jsonl").exists()
    if same and stopped and known.get("kind") == "verify":
        refusal = VerifyRefused("run_input_changed", find_changed(inputs) or out)
        side = _name_temporary(known["fingerprint"])
        if side.exists():
            refusal.add_note(str(VerifyRefused("run_side_waits", side)))
        raise refusal


def _is_whole(out: Path, side: Path | None, fingerprint: str) -> bool:
    """Tell whether what a finished run gives is there, on the register's side too where that was asked for."""
    if not (out / "verdicts.parquet").exists():
        return False
    kept = side is None or (side / "candidates.parquet").exists()
    return kept and (side is None or read_state(side).get("fingerprint") == fingerprint)


def _check_folders(out: Path, *, side: Path | None, inputs: Sequence[Path], kind: Kind) -> None:
    known = read_state(out)
    if kind == "read" and (known.get("kind") == "verify" or (known and (out / "verdicts.parquet").exists())):
        raise VerifyRefused("run_folder_verified", out)
    _check_folder(out, MADE_OUT, known if known.get("kind") != "side" else {}, inputs)
    if side is None:
        return
    known = read_state(side)
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
    if read_state(side).get("fingerprint") != workspace.fingerprint:
        _remove(side, MADE_SIDE)
    shutil.rmtree(side / "spill", ignore_errors=True)
    _sweep(side, MADE_SIDE, MADE_SIDE)
    _write_state(side, "side", workspace.fingerprint)


def _name_temporary(fingerprint: str) -> Path:
    return Path(tempfile.gettempdir()) / f"xacthuc-{os.getuid()}-{fingerprint[:16]}"


def _write_state(folder: Path, kind: Kind, fingerprint: str, **more: Any) -> None:
    with writing(folder / STATE) as path:
        path.write_text(json.dumps({"kind": kind, "fingerprint": fingerprint, **more}), encoding="utf-8")


def read_state(folder: Path) -> dict[str, Any]:
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
