"""What a run gives back to people: annotated copies of their own workbooks, and the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc.reporting.annotate import annotate_workbook
from xacthuc.reporting.patterns import LINES, PATTERNS
from xacthuc.reporting.report import build_report
from xacthuc.reporting.tables import FiguresRefused
from xacthuc.runs.order import Outcome, VerifyRefused
from xacthuc.runs.refusals import check_made

# Files of this kind are a system's, not a clerk's: nobody mends them by hand.
NOT_FOR_HANDS = (".parquet",)

Report = Callable[[str, int | None], None]


def deliver(outcome: Outcome, *, as_of: date, title: str, report: Report = lambda _, __: None) -> list[Path]:
    """Write the annotated copies into `annotated/` and the report; gives the paths, the report's page first."""
    page = write_report(outcome.order.out, as_of=as_of, title=title)
    report("report", None)
    return [page, *_annotate(outcome, report)]


def _annotate(outcome: Outcome, report: Report) -> list[Path]:
    copies: list[Path] = []
    paths = {path.name: path for path in outcome.order.files}
    for source in outcome.sources:
        path = paths[source.file]
        if source.refused or path.is_dir() or path.suffix.lower() in NOT_FOR_HANDS:
            continue
        mine = ds.field("file") == source.file
        copies.append(
            annotate_workbook(
                path,
                out=outcome.order.out / "annotated",
                findings=ds.dataset(outcome.findings, format="parquet").to_table(filter=mine),
                verdicts=pq.read_table(outcome.verdicts, filters=mine),
                layouts=source.layouts,
                records=pq.read_table(outcome.records, filters=mine),
            )
        )
        report(f"annotated {source.file}", None)
    return copies


def write_report(
    out: Path,
    *,
    as_of: date,
    title: str,
    deliveries: Path | None = None,
    population: Path | None = None,
    given: Path | None = None,
) -> Path:
    """Write report.html, tables/ and public/ of the run in `out`; gives the page. Raises VerifyRefused."""
    check_made(out, *(f"work/{name}" for name in (LINES, PATTERNS)))
    findings = out / "work" / "claims" / "findings"
    rows, checks = out / "rows.csv", out / "checks.json"
    try:
        written = build_report(
            out,
            lines=out / "work",
            findings=findings if findings.exists() else None,
            rows=rows if rows.exists() else None,
            checks=checks if checks.exists() else None,
            deliveries=deliveries,
            population=population,
            unrecorded=given,
            as_of=as_of,
            title=title,
        )
    except FiguresRefused as refusal:
        name = refusal.path.name
        raise VerifyRefused("run_aid_unusable", f"{name} ({refusal.vi})", en=f"{name} ({refusal.en})") from None
    return written[0]
