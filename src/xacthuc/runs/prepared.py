"""A prepared register: cleaned, numbered and counted once, then used by every run, version by version.

FOLDER/0001/            a version: whole or absent, never changed again
    people/rows/        clean people, numbered (parts that did not change are the same files as in the version before)
    people/gone.parquet numbers of people who are no longer so written: absent in the first version
    names.parquet       who bears which name, counted (matching 00)
    model.json          learnt weights, where the owner gave some
    register.json       what it is made of
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc import __version__
from xacthuc.engines import Engine, load_steps, open_engine, writing
from xacthuc.matching import ModelRefused, count_names, read_model
from xacthuc.reading import ColumnMap
from xacthuc.runs.identifiers import count_repeated
from xacthuc.runs.inputs import find_changed, stamp_all
from xacthuc.runs.intake import Source, load_source, say_unread, take_in
from xacthuc.runs.refusals import VerifyRefused

FORMAT = 1
MANIFEST = "register.json"
UNFINISHED = "unfinished"
STATE = "run.json"  # in the unfinished version: of what register it is made

# A version is a folder of four digits: one a day for a quarter of a century.
_VERSION = re.compile(r"\d{4}")

Report = Callable[[str, int | None], None]


@dataclass(frozen=True)
class Means:
    """With what a register is prepared."""

    columns: ColumnMap | None = None
    memory_gb: float = 4.0
    threads: int = 2


@dataclass(frozen=True)
class People:
    """The people of a register, taken in: by a run in its own folder (version 0), or prepared before."""

    folder: Path
    version: int
    people: int  # who are in it
    next_number: int  # of the first person of the next update
    repeated: int  # ids that stand in more than one row
    source: Source

    @property
    def rows(self) -> Path:
        """The clean people, as `take_in` writes them; an engine leaves out those who are gone."""
        return self.folder / "people" / "rows"

    @property
    def names(self) -> Path | None:
        """Who bears which name, where that was counted before."""
        return self._find("names.parquet")

    @property
    def model(self) -> Path | None:
        """The learnt weights that the owner gave."""
        return self._find("model.json")

    def _find(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.exists() else None


def find_prepared(path: Path) -> People | None:
    """Give the newest version in the folder of a prepared register, or the version itself; None where it is neither.

    Raises VerifyRefused where another version of this program, with another format, prepared it.
    """
    versions = [path, *_list_versions(path)] if path.is_dir() else []
    found = [version for version in versions if (version / MANIFEST).exists()]
    if not found:
        return None
    said = json.loads((found[-1] / MANIFEST).read_text(encoding="utf-8"))
    if said.pop("format") != FORMAT or said.pop("made_with") != __version__:
        raise VerifyRefused("run_prepared_elsewhere", path)
    return People(folder=found[-1], source=load_source(said.pop("source")), **said)


def find_manifest(path: Path) -> Path:
    """Give the file that tells one version of a prepared register from another; `path` itself where it is none."""
    known = find_prepared(path)
    return path if known is None else known.folder / MANIFEST


def take_people(
    source: Path,
    *,
    folder: Path,
    columns: ColumnMap | None,
    threads: int,
    report: Report = lambda _, __: None,
    **hooks: Any,
) -> People:
    """Take a register in below `folder`, or give it as it was prepared before.

    `hooks`: done, check and spread, as `take_in` has them. Raises VerifyRefused where it cannot be used whole: half
    a register would call the other half unknown.
    """
    known = find_prepared(source)
    if known is not None:
        return known
    taken = take_in(
        source,
        folder=folder / "people",
        number="person_no",
        first=0,
        columns=columns,
        threads=threads,
        report=lambda _, rows: report("register", rows),
        keep_ids=True,
        **hooks,
    )
    if not taken.whole or not taken.rows:
        vi, en = say_unread(taken)
        raise VerifyRefused("run_register_unusable", vi, en=en)
    repeated = count_repeated(folder / "people", taken)
    return People(folder, 0, people=taken.rows, next_number=taken.rows, repeated=repeated, source=taken)


def prepare_register(
    source: Path, *, out: Path, means: Means, model: Path | None = None, report: Report = lambda _, __: None
) -> People:
    """Clean, number and count a register into `out`, as its first version; goes on where a killed call stood.

    `model`: weights that an earlier run has learnt (its model.json), used by every run that brings none of its own.
    Raises VerifyRefused where the register cannot be used or `out` holds something else; EngineFailed.
    """
    _check_model(model)
    known = find_prepared(out)
    if known is not None:
        raise VerifyRefused("run_prepared_already", out)
    _check_folder(out)
    place = out / UNFINISHED
    check = _begin(place, source)
    people = take_people(source, folder=place, columns=means.columns, threads=means.threads, report=report, check=check)
    with _engine(means, scratch=place / "spill") as engine:
        if not (place / "names.parquet").exists():
            count_names(engine, people=place / "people" / "rows", output=place / "names.parquet")
        report("names", None)
    return _publish(replace(people, version=1), out=out, model=model)


def update_register(
    out: Path,
    *,
    changed: Path,
    means: Means,
    removed: Path | None = None,
    report: Report = lambda _, __: None,
) -> People:
    """Make the next version: people of `changed` are as written there, new ones are added, those of `removed` go.

    Both are files like the register, known by their ids; of `removed` only the ids are looked at. Goes on where a
    killed call stood. Raises VerifyRefused, EngineFailed. Not checked: whether an id in `removed` was ever there.
    """
    before = find_prepared(out)
    if before is None or before.folder == out:
        raise VerifyRefused("run_not_prepared", out)
    place = out / UNFINISHED
    shutil.rmtree(place, ignore_errors=True)
    _link_people(before, place)
    taken = _take_changes(changed, place / "people", first=before.next_number, means=means, report=report)
    gone_ids = _take_changes(removed, place / "removed", first=0, means=means, report=report) if removed else None
    with _engine(means, scratch=place / "spill") as engine:
        _write_gone(engine, before=before, place=place, changed=taken, removed=gone_ids)
        _count_names_again(engine, before=before, place=place, changed=taken)
        report("names", None)
    shutil.rmtree(place / "removed", ignore_errors=True)
    people = before.people + taken.rows - pq.read_metadata(place / "replaced.parquet").num_rows
    number = before.next_number + taken.rows
    made = People(place, before.version + 1, people, number, before.repeated, source=before.source)
    return _publish(made, out=out, model=before.model)


def _begin(place: Path, source: Path) -> Callable[[], None]:
    """Open the folder of a version, anew where the register is not what a killed call read; gives what looks again."""
    stamps = stamp_all([source])
    origin = {"made_with": __version__, "inputs": stamps}
    state = place / STATE
    if not state.exists() or json.loads(state.read_text(encoding="utf-8")) != origin:
        shutil.rmtree(place, ignore_errors=True)
    (place / "people").mkdir(parents=True, exist_ok=True)
    with writing(state) as unfinished:
        unfinished.write_text(json.dumps(origin), encoding="utf-8")

    def check() -> None:
        if find_changed(stamps):
            raise VerifyRefused("run_input_changed", source)

    return check


def _take_changes(path: Path, folder: Path, *, first: int, means: Means, report: Report) -> Source:
    taken = take_in(
        path,
        folder=folder,
        number="person_no",
        first=first,
        columns=means.columns,
        threads=1,  # so that all of a change lies in one file
        report=lambda _, rows: report("register", rows),
        done=lambda _: report("register", None),
        keep_ids=True,
    )
    named = any(column.field == "record" for layout in taken.layouts for column in layout.columns)
    if not taken.whole or not taken.rows or not named:
        raise VerifyRefused("run_changes_unusable", path)
    return taken


def _link_people(before: People, place: Path) -> None:
    (place / "people" / "rows").mkdir(parents=True)
    for part in sorted(before.rows.glob("*.parquet")):
        link(part, place / "people" / "rows" / part.name)


def link(path: Path, target: Path) -> None:
    """Let a file stand under another name as well."""
    try:
        os.link(path, target)
    except OSError:  # a file system without links
        shutil.copyfile(path, target)


def _part(folder: Path, source: Source) -> Path:
    return folder / "rows" / f"{source.first:012d}.parquet"


def _write_gone(engine: Engine, *, before: People, place: Path, changed: Source, removed: Source | None) -> None:
    """Write whom the update replaces or removes, as they were, and the numbers of all who are gone by now."""
    changes = _part(place / "people", changed)
    touched = _part(place / "removed", removed) if removed else None
    ids = place / "ids.parquet"
    tables = [pq.read_table(path, columns=["record"]) for path in (changes, touched) if path]
    pq.write_table(pa.concat_tables(tables).group_by("record").aggregate([]), ids)
    steps = load_steps("xacthuc.runs")
    engine.run_step(
        steps["replaced"], inputs={"people": before.rows, "changes": ids}, output=place / "replaced.parquet"
    )
    ids.unlink()
    replaced = pq.read_table(place / "replaced.parquet", columns=["person_no"])
    older = before.folder / "people" / "gone.parquet"
    parts = [pq.read_table(older), replaced] if older.exists() else [replaced]
    pq.write_table(pa.concat_tables(parts), place / "people" / "gone.parquet")


def _count_names_again(engine: Engine, *, before: People, place: Path, changed: Source) -> None:
    inputs = {
        "names": before.folder / "names.parquet",
        "replaced": place / "replaced.parquet",
        "changes": _part(place / "people", changed),
    }
    engine.run_step(load_steps("xacthuc.runs")["names_again"], inputs=inputs, output=place / "names.parquet")


@contextmanager
def _engine(means: Means, *, scratch: Path) -> Iterator[Engine]:
    engine = open_engine("duckdb", memory_gb=means.memory_gb, threads=means.threads, scratch=scratch)
    try:
        yield engine
    finally:
        engine.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _publish(made: People, *, out: Path, model: Path | None) -> People:
    """Give a finished version its name: from one moment to the next it is there."""
    if model is not None:
        shutil.copyfile(model, made.folder / "model.json")
    said: dict[str, Any] = asdict(made)
    del said["folder"]
    said = {"format": FORMAT, "made_with": __version__, **said}
    (made.folder / STATE).unlink(missing_ok=True)
    with writing(made.folder / MANIFEST) as unfinished:
        unfinished.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    made.folder.rename(out / f"{made.version:04d}")
    finished = find_prepared(out)
    assert finished is not None, "a version that was just made is there"
    return finished


def _list_versions(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _VERSION.fullmatch(path.name))


def _check_folder(out: Path) -> None:
    if out.exists() and any(path.name != UNFINISHED for path in out.iterdir()):
        raise VerifyRefused("run_folder_not_ours", out)


def _check_model(model: Path | None) -> None:
    if model is None:
        return
    try:
        read_model(model)
    except ModelRefused as error:
        raise VerifyRefused("run_aid_unusable", f"{model} ({error.vi})", en=f"{model} ({error.en})") from None
