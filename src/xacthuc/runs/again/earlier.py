"""An earlier run whose verdicts still hold but for what has changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from xacthuc.runs.intake import load_source
from xacthuc.runs.prepared import People, find_prepared
from xacthuc.runs.refusals import VerifyRefused
from xacthuc.runs.workspace import STATE, read_state


@dataclass(frozen=True)
class Earlier:
    """Where it lies, and which people it was held against."""

    out: Path
    side: Path
    people: People

    @property
    def claims(self) -> Path:
        """Its clean rows."""
        return self.out / "work" / "claims" / "rows"

    @property
    def findings(self) -> Path:
        """Its findings by cell."""
        return self.out / "work" / "claims" / "findings"

    @property
    def model(self) -> Path:
        """The weights that it used."""
        return self.out / "model.json"

    def table(self, name: str) -> Path:
        """Give a table of its matching."""
        return self.side / "matching" / f"{name}.parquet"

    def count_claims(self) -> int:
        """Give the number that its next claim would have."""
        last = max(self.claims.parent.glob("*.json"))
        return load_source(json.loads(last.read_text(encoding="utf-8"))).end


def find_state(out: Path) -> Path:
    """Give the file that changes when a run is made anew."""
    return out / STATE


def open_earlier(out: Path, *, register: Path) -> Earlier:
    """Give a finished run that kept the register's side, held against a version of the same prepared register.

    Raises VerifyRefused where it is none.
    """
    known = read_state(out)
    side, version = known.get("side"), known.get("register_version")
    if (
        "people" not in known
        or known.get("after")
        or not side
        or not (Path(side) / "matching" / "decided.parquet").exists()
    ):
        raise VerifyRefused("run_earlier_incomplete", out)
    people = find_prepared(register / f"{version:04d}") if version and register.is_dir() else None
    if people is None or known.get("register") != str(register.resolve()):
        raise VerifyRefused("run_earlier_other_register", out)
    return Earlier(out, Path(side), people)
