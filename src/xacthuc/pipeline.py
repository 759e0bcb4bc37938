"""The whole line on one page: files and a register in, two verdicts for every row out.

claims   --read, clean-->  numbered CLEAN rows ----+
register --read, clean-->  numbered CLEAN people --+--match-->  who is meant, how sure, why not
                                                   +--rules-->  is the dose plausible
                                                        |
                            verdicts.parquet, records.parquet, persons.parquet, explanations.parquet, rows.csv
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from xacthuc import __version__, matching, rules
from xacthuc.engines import Engine, EngineFailed, Query, load_steps, open_engine
from xacthuc.matching import ModelRefused, read_model
from xacthuc.reading import ColumnMap, ColumnMapRefused, load_column_map
from xacthuc.rules import Supply
from xacthuc.runs.again import Earlier, Judged, add_tied, find_asked, find_state, open_earlier
from xacthuc.runs.budgets import check_budgets, limit_spill, share_memory, share_threads
from xacthuc.runs.history import write_history
from xacthuc.runs.identifiers import settle_records
from xacthuc.runs.intake import Source, list_unfound, say_unread, take_in
from xacthuc.runs.made import drop
from xacthuc.runs.order import Order, Outcome, VerifyRefused
from xacthuc.runs.prepared import People, find_manifest, take_people
from xacthuc.runs.slices import Spread
from xacthuc.runs.supply import ListRefused, load_supply, spell_sites, write_checks
from xacthuc.runs.verdicts import judge, keep_doses, line_up_doses, write_records, write_row_counts
from xacthuc.runs.workspace import Workspace, open_workspace, writing

Report = Callable[[str, int | None], None]
Done = Callable[[str], None]

# A run that was begun with other steps or by another version is begun anew.
STEP_PACKAGES = ("xacthuc.matching", "xacthuc.rules", "xacthuc.runs", "xacthuc.runs.again")
T = TypeVar("T")


def verify(order: Order, *, report: Report = lambda _, __: None) -> Outcome:
    """Verify every row of the files against the register; goes on where an earlier run of the same order stood.

    Raises VerifyRefused, EngineFailed. The register's values are written below `register_side` only, or in a private
    temporary folder that is removed at the end; what stops a run before it carries a note of where that folder waits.
    """
    _check_inputs(order.files, order.register)
    if order.engine != "spark" and (order.master or order.spark_conf):
        raise VerifyRefused("run_master_without_spark", "--master" if order.master else "--spark-conf")
    aids = _load_aids(order)
    workspace = _open(order, report)
    for table in workspace.damaged:
        report(f"damaged: {table.name}", None)
    try:
        if workspace.people is not None:  # the same run was finished before
            return _run(order, workspace, aids, None, report)
        with closing(_open_engine(order, workspace)) as engine:
            return _run(order, workspace, aids, engine, report)
    except BaseException as stop:
        if isinstance(stop, EngineFailed) and stop.damaged:
            _drop_own(stop.damaged, workspace)
        if not workspace.keeps_side and workspace.side.exists():
            stop.add_note(str(VerifyRefused("run_side_waits", workspace.side)))
        raise


def _drop_own(table: Path, workspace: Workspace) -> None:
    """Remove a damaged table, so that it is made anew; raises VerifyRefused where it is not this run's."""
    if not any(folder in table.parents for folder in (workspace.out, workspace.side)):
        raise VerifyRefused("run_source_damaged", table)
    drop(table)


def _run(order: Order, workspace: Workspace, aids: Aids, engine: Engine | None, report: Report) -> Outcome:
    people = workspace.people
    spread = engine.spread if engine is not None and engine.has_workers else None
    quick = measure(order.files) <= measure([order.register])  # what is sooner read is sooner found to be of no use
    register = None if people is not None or quick else _take_people(order, workspace, aids, spread, report)
    sources = take_claims(
        order.files,
        workspace,
        columns=aids.columns,
        threads=share_threads(order.threads, memory_gb=order.memory_gb),
        first=aids.earlier.count_claims() if aids.earlier else 0,
        spread=spread,
        report=report,
    )
    if not any(source.rows for source in sources):
        workspace.give_up()
        vi, en = zip(*(say_unread(source) for source in sources), strict=True)
        raise VerifyRefused("run_nothing_read", ", ".join(vi), en=", ".join(en))
    if people is None and register is None:
        register = _take_people(order, workspace, aids, spread, report)
    repeated = workspace.ids_repeated
    unfound = workspace.unfound if register is None else list_unfound([register.source, *sources])
    if register is not None and engine is not None:
        rows = _match_and_judge(order, workspace, aids, engine, register, report)
        workspace.write_once("records.parquet", lambda: write_records(rows, order.out))
        workspace.write_once("rows.csv", lambda: write_row_counts(sources, order.out))
        workspace.write_once("checks.json", lambda: write_checks(aids.supply, claims=rows, out=order.out))
        people, repeated = register.people, register.repeated
        after = None if order.after is None else str(order.after.resolve())
        used = {"register": str(order.register.resolve()), "register_version": register.version, "after": after}
        workspace.finish(people=people, unfound=unfound, ids_repeated=repeated, **used)
    assert people is not None, "a run that is not finished takes its register in"
    return Outcome(order=order, sources=sources, people=people, unfound=unfound, ids_repeated=repeated)


def measure(paths: Sequence[Path]) -> int:
    """Give the bytes of files, and of those in folders."""
    files = (file for path in paths for file in (path.iterdir() if path.is_dir() else [path]))
    return sum(file.stat().st_size for file in files if file.is_file())


def read_only(
    files: Sequence[Path], *, out: Path, columns: Path | None = None, report: Report = lambda _, __: None
) -> tuple[Source, ...]:
    """Read and clean files without a register: records.parquet, findings and rows.csv in `out`."""
    _check_inputs(files)
    wanted = _load(columns, load_column_map) if columns else None
    inputs = [*files, *([columns] if columns else [])]
    workspace = open_workspace(out, inputs=inputs, options=["read", __version__], kind="read")
    sources = take_claims(files, workspace, columns=wanted, threads=None, report=report)
    workspace.write_once("records.parquet", lambda: write_records(workspace.work / "claims" / "rows", out))
    workspace.write_once("rows.csv", lambda: write_row_counts(sources, out))
    return sources


def take_claims(
    files: Sequence[Path],
    workspace: Workspace,
    *,
    columns: ColumnMap | None,
    threads: int | None,
    first: int = 0,
    spread: Spread | None = None,
    report: Report,
) -> tuple[Source, ...]:
    """Read and clean each file in turn, numbering the rows through all of them, each record with a name of its own."""

    def done(step: str, *, name: str) -> None:
        workspace.note(step)
        report(name, None)

    sources: list[Source] = []
    folder = workspace.work / "claims"
    for path in files:
        sources.append(
            take_in(
                path,
                folder=folder,
                number="claim",
                first=first,
                columns=columns,
                threads=threads,
                report=report,
                done=partial(done, name=path.name),
                check=workspace.check_inputs,
                spread=spread,
            )
        )
        first = sources[-1].end
    if workspace.people is None:
        settle_records(folder, sources)
    return tuple(sources)


def _check_inputs(files: Sequence[Path], *others: Path) -> None:
    names = [path.name for path in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise VerifyRefused("run_same_name", twice[0])
    for path in (*files, *others):
        if not path.exists():
            raise VerifyRefused("run_file_missing", path)


@dataclass(frozen=True)
class Aids:
    """What an order names besides files and register."""

    columns: ColumnMap | None
    supply: Supply
    earlier: Earlier | None


def _load_aids(order: Order) -> Aids:
    """Load them before anything begins, so that a mistake in one costs no hour."""
    if order.model:
        _load(order.model, read_model)
    columns = _load(order.columns, load_column_map) if order.columns else None
    lots = _load(order.lots, lambda path: load_supply(lots=path)) if order.lots else load_supply()
    held = _load(order.sessions, lambda path: load_supply(sessions=path)) if order.sessions else load_supply()
    earlier = open_earlier(order.after, register=order.register) if order.after else None
    return Aids(columns, Supply(lots=lots.lots, sessions=held.sessions), earlier)


def _load(path: Path, load: Callable[[Path], T]) -> T:
    try:
        return load(path)
    except (ColumnMapRefused, ListRefused, ModelRefused) as error:
        raise VerifyRefused("run_aid_unusable", f"{path} ({error.vi})", en=f"{path} ({error.en})") from None


def _open(order: Order, report: Report) -> Workspace:
    after = order.after and find_state(order.after)
    named = (path for path in (order.columns, order.model, order.lots, order.sessions, after) if path)
    inputs = [*order.files, find_manifest(order.register), *named]
    steps = [step.sql for package in STEP_PACKAGES for step in load_steps(package).values()]
    asked = [f"{name}={getattr(order, name)}" for name in ("lots", "sessions", "history", "after")]
    options = [__version__, order.engine, order.as_of.isoformat(), *asked, *steps]
    afford = partial(check_budgets, order, report=report)
    return open_workspace(order.out, inputs=inputs, options=options, side=order.register_side, afford=afford)


def _open_engine(order: Order, workspace: Workspace) -> Engine:
    return open_engine(
        order.engine,
        memory_gb=share_memory(order.memory_gb),
        threads=order.threads,
        scratch=workspace.side / "spill",
        scratch_gb=limit_spill(order),
        master=order.master,
        settings=order.spark_conf,
    )


def _take_people(order: Order, workspace: Workspace, aids: Aids, spread: Spread | None, report: Report) -> People:

    def done(_: str) -> None:
        workspace.note("read register")
        report("register", None)

    try:
        return take_people(
            order.register,
            folder=workspace.side,
            columns=aids.columns,
            threads=share_threads(order.threads, memory_gb=order.memory_gb),
            report=report,
            done=done,
            check=workspace.check_inputs,
            spread=spread,
        )
    except VerifyRefused as refusal:
        if refusal.code == "run_register_unusable":
            workspace.give_up()
        raise


def _match_and_judge(
    order: Order, workspace: Workspace, aids: Aids, engine: Engine, register: People, report: Report
) -> Path:
    """Write the two verdicts; gives the clean rows of the claims that have got them."""

    def done(step: str) -> None:
        workspace.note(step)
        report(step, None)

    matched, judged = _match(order, engine, workspace, aids, register, done)
    _judge(order, engine, workspace, aids, {**matched, **judged.list_tables(), "people": register.rows}, done)
    return judged.told


def _match(
    order: Order, engine: Engine, workspace: Workspace, aids: Aids, register: People, done: Done
) -> tuple[dict[str, Path], Judged]:
    """Match the claims, after an earlier run only those that it does not settle; say what is to be judged."""
    asked, findings = workspace.work / "claims" / "rows", workspace.work / "claims" / "findings"
    side = workspace.side / "matching"
    earlier, again = aids.earlier, side / "again"
    if earlier:
        asked = find_asked(engine, earlier=earlier, claims=asked, register=register, work=again, done=done)
    matched = matching.match(
        engine,
        claims=asked,
        people=register.rows,
        work=side,
        model=order.model or (earlier.model if earlier else register.model),
        names=register.names,
        report=done,
    )
    judged = Judged(claims=asked, decided=matched["decided"], told=asked, findings=findings)
    if earlier:
        judged = add_tied(engine, earlier=earlier, asked=judged, work=again, done=done)
    return matched, judged


def _judge(order: Order, engine: Engine, workspace: Workspace, aids: Aids, tables: dict[str, Path], done: Done) -> None:
    side = workspace.side / "matching"
    tables |= matching.group(engine, claims=tables["claims"], decided=tables["decided"], work=side, report=done)
    doses: Query | Path = line_up_doses(tables)
    if order.history:
        tables["doses_to_judge"] = doses = keep_doses(engine, line_up_doses(tables), side=side, done=done)
    judged = rules.judge_doses(
        engine,
        doses=doses,
        folder=workspace.side / "rules",
        as_of=order.as_of,
        supply=spell_sites(aids.supply, claims=tables["claims"]),
        history=order.history,
        report=done,
    )
    tables["rule_findings"] = judged["findings"]
    if order.history:
        workspace.write_once(
            "history.parquet", lambda: write_history(engine, tables=tables, judged=judged, out=order.out)
        )
    with writing(order.out / "model.json") as unfinished:
        shutil.copyfile(tables["model"], unfinished)
    judge(engine, tables=tables, workspace=workspace, done=done)
