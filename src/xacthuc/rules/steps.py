"""The rules at the size of a nation: the SQL steps, in order, on any engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xacthuc.engines import Engine, Query, Step, load_steps
from xacthuc.rules.doses import NOTHING_SUPPLIED, Supply
from xacthuc.rules.law import Rules, load_rules
from xacthuc.rules.tables import build_tables, write_tables


@dataclass(frozen=True)
class PlannedStep:
    """A step with the names of the tables that it reads and the one that it writes."""

    step: Step
    reads: tuple[str, ...]
    writes: str


READS = {
    "01_given": "doses settings calendar products bands named_provinces",
    "02_alone": "given settings products age_limits lots lot_numbers sessions sites",
    "03_tangled": "given settings",
    "04_kept": "given tangled products settings",
    "05_numbered": "kept settings",
    "06_roles": "numbered intervals",
    "07_together": "roles given tangled intervals mixing",
    "08_findings": "alone kept numbered together",
    "09_history": "given tangled roles settings",
    "10_courses": "given tangled numbered roles doses settings bands products due_rules later_days days",
}
HISTORY = ("09_history", "10_courses")  # run only where they are asked for; nothing else reads them


def list_steps() -> tuple[PlannedStep, ...]:
    """Give the SQL steps in order.

    `doses` holds record, person_group (never null: a record alone is a group of its own; numbers are faster than
    text), dose_no, vaccine, lot, dose_date and birth_date (text), province, site, duplicate (boolean). Every other
    table that a step reads comes from build_tables or from a step before. The results are "findings" (record, code),
    and of HISTORY "history" (record, person, role, dn, sd of each counted dose) and "courses" (a row per person: state
    of the course, and the dose that is due next).
    """
    steps = load_steps("xacthuc.rules")
    assert list(steps) == list(READS), "the SQL files and the plan of the steps differ"
    return tuple(PlannedStep(steps[name], tuple(READS[name].split()), name[3:]) for name in READS)


def judge_doses(
    engine: Engine,
    *,
    doses: Path | Query,
    folder: Path,
    as_of: date,
    rules: Rules | None = None,
    supply: Supply = NOTHING_SUPPLIED,
    history: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, Path]:
    """Run the steps on doses (a Parquet file or a query); give the paths of every table by name, "findings" among them.

    With `history`, also "history" and "courses". A table of a step that is already in `folder` is finished
    and stays. Raises EngineFailed.
    """
    tables = build_tables(rules or load_rules(), as_of=as_of, supply=supply)
    paths = write_tables(tables, folder=folder)
    for planned in list_steps():
        if planned.step.name in HISTORY and not history:
            continue
        output = folder / f"{planned.writes}.parquet"
        if not output.exists():
            query = _read_doses(planned, doses)
            inputs = {name: paths[name] for name in planned.reads if name != "doses"}
            engine.run_step(query.step, inputs={**inputs, **query.inputs}, output=output)
            report(f"rules {planned.step.name}")
        paths[planned.writes] = output
    return paths


def _read_doses(planned: PlannedStep, doses: Path | Query) -> Query:
    """Give the step as it is run, and the files behind its doses."""
    if "doses" not in planned.reads:
        return Query(planned.step, {})
    if isinstance(doses, Path):
        return Query(planned.step, {"doses": doses})
    return Query(planned.step.over("doses", doses.step), doses.inputs)
