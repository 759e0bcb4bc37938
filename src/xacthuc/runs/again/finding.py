"""The claims to ask again, and those to judge with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.engines import Engine, load_steps
from xacthuc.matching import find_pairs, list_cuts
from xacthuc.runs.again.earlier import Earlier
from xacthuc.runs.prepared import People, link
from xacthuc.runs.refusals import VerifyRefused

Done = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """What is judged again: clean rows and decisions of all that is looked at, and the rows that get a verdict."""

    claims: Path
    decided: Path
    told: Path
    findings: Path

    def list_tables(self) -> dict[str, Path]:
        """Give them by the names that the steps know."""
        return {"claims": self.claims, "decided": self.decided, "told": self.told, "cell_findings": self.findings}


@dataclass(frozen=True)
class _Maker:
    """Runs a step once: a table that is there is finished."""

    engine: Engine
    work: Path
    done: Done

    def make(self, output: str, step: str, **inputs: Path) -> Path:
        path = self.work / f"{output}.parquet"
        if not path.exists():
            self.engine.run_step(load_steps("xacthuc.runs.again")[step], inputs=inputs, output=path)
            self.done(f"again {output}")
        return path


def find_asked(engine: Engine, *, earlier: Earlier, claims: Path, register: People, work: Path, done: Done) -> Path:
    """Give the folder of the clean rows to match: the new `claims`, and the earlier ones that must be asked again.

    Raises VerifyRefused where a new record has the name of an earlier one; EngineFailed.
    """
    work.mkdir(parents=True, exist_ok=True)
    maker = _Maker(engine, work, done)
    _check_new(engine, earlier=earlier, claims=claims)
    touched = _gather_touched(earlier, register, folder=work / "touched")
    parts = {"rows.parquet": claims}
    if any(touched.iterdir()):
        cuts = work / "cuts.parquet"
        pq.write_table(pa.table(list_cuts()), cuts)
        names = {"before": earlier.people.folder / "names.parquet", "after": register.folder / "names.parquet"}
        renamed = maker.make("renamed", "01_renamed", touched=touched, cuts=cuts, **names)
        known = {name: earlier.table(name) for name in ("asked", "numbered", "sizes")}
        pairs = work / "pairs.parquet"
        if not pairs.exists():
            find_pairs(engine, people=touched, tables=known, output=pairs)
            done("again pairs")
        inputs = {"claims": earlier.claims, "asked": known["asked"], "touched": touched, "pairs": pairs}
        again = maker.make("again", "02_again", renamed=renamed, **inputs)
        parts["again.parquet"] = maker.make("again_rows", "03_rows", held=earlier.claims, wanted=again)
    return gather(work / "asked", parts)


def add_tied(engine: Engine, *, earlier: Earlier, asked: Judged, work: Path, done: Done) -> Judged:
    """Give what to judge once the asked claims are decided. Raises EngineFailed."""
    maker = _Maker(engine, work, done)
    rows, decisions = {"asked": asked.claims}, {"asked.parquet": asked.decided}
    held = earlier.table("decided")
    for circle in ("tied", "around"):
        tied = maker.make(
            circle,
            "04_tied",
            asked=gather(work / f"{circle}_asked", rows),
            decided=gather(work / f"{circle}_decided", decisions),
            claims=earlier.claims,
            earlier=held,
        )
        rows[f"{circle}.parquet"] = maker.make(f"{circle}_rows", "03_rows", held=earlier.claims, wanted=tied)
        decisions[f"{circle}.parquet"] = maker.make(f"{circle}_decisions", "03_rows", held=held, wanted=tied)
    return Judged(
        claims=gather(work / "judged", rows),
        decided=gather(work / "judged_decided", decisions),
        told=work / "around_asked",  # all but those around
        findings=gather(work / "findings", {"new": asked.findings, "earlier": earlier.findings}),
    )


def gather(folder: Path, parts: Mapping[str, Path]) -> Path:
    """Give a folder of the same files: what an engine reads as one table."""
    folder.mkdir(exist_ok=True)
    for name, path in parts.items():
        for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
            target = folder / (f"{name}-{file.name}" if path.is_dir() else name)
            if not target.exists():
                link(file, target)
    return folder


def _gather_touched(earlier: Earlier, register: People, *, folder: Path) -> Path:
    """Link what the versions since the earlier run replaced, and what they wrote in its place."""
    versions = [register.folder.parent / f"{n:04d}" for n in range(earlier.people.version + 1, register.version + 1)]
    parts = {f"was-{version.name}.parquet": version / "replaced.parquet" for version in versions}
    new = sorted(register.rows.glob("*.parquet"))[-len(versions) :] if versions else []
    parts |= {f"is-{part.name}": part for part in new}
    return gather(folder, parts)


def _check_new(engine: Engine, *, earlier: Earlier, claims: Path) -> None:
    sql = "SELECT count(*) AS known FROM earlier AS e JOIN claims AS c ON e.record = c.record"
    if engine.fetch(sql, inputs={"earlier": earlier.claims, "claims": claims})["known"][0].as_py():
        raise VerifyRefused("run_records_known", earlier.out)
