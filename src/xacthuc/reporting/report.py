"""The report: tables, public tables and one self-contained page that a minister can read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xacthuc.codes.units import UnitTree, load_units
from xacthuc.engines import Engine, open_engine, writing
from xacthuc.reporting.country_map import CLASSES, SHADES, draw_map
from xacthuc.reporting.figures import Figures, Place, collect_figures
from xacthuc.reporting.notes import list_notes, note_findings, note_rows, write_checked
from xacthuc.reporting.pages import render_page
from xacthuc.reporting.publish import SMALLEST, write_public
from xacthuc.reporting.tables import Sources, Tables, build_tables, name_unit, write_tables
from xacthuc.reporting.words import IDENTITY_WORDS, VACCINATION_WORDS, Axis, Words

IDENTITY_COLUMNS = {
    "matched": "MATCHED",
    "mismatch": "MISMATCH",
    "no_number": "NO_NUMBER",
    "not_found": "NOT_FOUND",
    "ambiguous": "AMBIGUOUS",
    "foreigners": "FOREIGN",
}
DOSE_COLUMNS = {"plausible": "PLAUSIBLE", "doubtful": "DOUBTFUL"}
CAUSES_SHOWN = 10


@dataclass(frozen=True)
class Stage:
    """A bar of the waterfall, and what was lost on the way to it."""

    words: Words
    count: int
    lost: int | None
    lost_words: Words
    tone: str
    gains: tuple[tuple[int, Words], ...] = ()  # what was added on the way, so that the bars add up


def build_report(
    out: Path,
    *,
    lines: Path,
    findings: Path | None = None,
    rows: Path | None = None,
    checks: Path | None = None,
    deliveries: Path | None = None,
    population: Path | None = None,
    unrecorded: Path | None = None,
    as_of: date,
    title: str,
    engine: Engine | None = None,
) -> list[Path]:
    """Write `report.html`, `tables/` and `public/` under `out` and give the paths written, the page first.

    `lines` (the folder of the counted lines), `findings`, `rows` and `checks` are what `verify` wrote. Of the optional
    figures by unit (Parquet or CSV, unit codes of 2021), `deliveries` has unit, product, doses; `population` unit,
    people, adults; `unrecorded` unit and either `given` or `unrecorded` doses. What is None is said to be unknown.
    Without an engine a DuckDB of 4 GB is opened and closed. Raises FiguresRefused, EngineFailed. Not checked: that the
    inputs are of one run.
    """
    out.mkdir(parents=True, exist_ok=True)
    scratch = out / ".report"
    sources = Sources(lines, deliveries, population, unrecorded)
    opened = engine or open_engine("duckdb", scratch=scratch / "spill")
    try:
        tables = build_tables(sources, engine=opened, scratch=scratch / "steps")
    finally:
        if engine is None:
            opened.close()
        shutil.rmtree(scratch, ignore_errors=True)
    page = out / "report.html"
    text = render_report(tables, as_of=as_of, title=title, findings=findings, rows=rows, checks=checks)
    with writing(page) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
    return [page, *write_tables(tables, out / "tables"), *write_public(tables, out / "public")]


def render_report(
    tables: Tables,
    *,
    as_of: date,
    title: str,
    findings: Path | None = None,
    rows: Path | None = None,
    checks: Path | None = None,
) -> str:
    """Give the page as text: no network, no script beyond a few lines of its own, Vietnamese first."""
    tree = load_units("2021")
    figures = collect_figures(tables, tree=tree, as_of=as_of)
    province = find_province(figures, tree)
    return render_page(
        "report.html.j2",
        title=title,
        as_of=as_of,
        figures=figures,
        total=figures.total,
        axes=_list_axes(figures),
        stages=list(list_stages(figures)),
        causes=figures.causes[:CAUSES_SHOWN],
        more_causes=figures.causes[CAUSES_SHOWN:],
        map=draw_map(figures.by_province, only=province),
        province_name=name_unit(province, tree) if province else None,
        checked=write_checked(checks),
        provinces=_list_provinces(figures),
        shades=SHADES,
        classes=CLASSES,
        notes=list_notes(figures, tables=tables),
        rows_note=note_rows(rows) if rows is not None else None,
        cell_notes=note_findings(findings) if findings is not None else [],
        smallest=SMALLEST,
        top=round_up(max((bar.recorded for bar in figures.trend.bars), default=1)),
    )


def find_province(figures: Figures, tree: UnitTree) -> str | None:
    """Give the province of a page that speaks of one province or district; None for the nation."""
    if figures.scope == "nation":
        return None
    return figures.scope_code if figures.scope == "province" else tree.ancestors(figures.scope_code)[-1].code


def round_up(count: int) -> int:
    """Give the end of a scale: the next of 1, 2, 4, 6, 8, 10 times a power of ten, so that its half is round too."""
    unit = int("1" + "0" * (len(str(count)) - 1))
    return max(2, next(times * unit for times in (1, 2, 4, 6, 8, 10) if times * unit >= count))


def _list_axes(figures: Figures) -> list[tuple[Axis, list[tuple[str, Words, int]]]]:
    """Give the rows of the two axes: column, words, doses."""
    total = figures.total
    return [
        ("identity", [(column, IDENTITY_WORDS[word], total[column]) for column, word in IDENTITY_COLUMNS.items()]),
        ("dose", [(column, VACCINATION_WORDS[word], total[column]) for column, word in DOSE_COLUMNS.items()]),
    ]


def list_stages(figures: Figures) -> Iterator[Stage]:
    """Give the bars from delivered to settled by both; a figure that is not known has no bar."""
    total = figures.total
    nothing = Words("", "")
    if total["delivered"] is not None:
        yield Stage(Words("Đã phân bổ", "Delivered"), total["delivered"], None, nothing, "plain")
    if total["given"] is not None:
        left = None if total["delivered"] is None else total["delivered"] - total["given"]
        said = Words("chưa tiêm hoặc chưa báo cáo", "not given or not reported")
        yield Stage(Words("Đã tiêm", "Given"), total["given"], left, said, "plain")
    backlog = Words("đã tiêm mà chưa nhập, ở các đơn vị có báo cáo", "given and not entered, in the reporting units")
    words = Words("Đã ghi nhận", "Recorded")
    yield Stage(words, total["recorded"], total["unrecorded"], backlog, "plain", tuple(_list_gains(figures)))
    lost = total["recorded"] - total["matched"]
    said = Words("chưa rõ con người", "person not settled")
    yield Stage(Words("Đúng người", "Person settled"), total["matched"], lost, said, "identity")
    lost = total["matched"] - total["both_settled"]
    said = Words("đúng người, mũi tiêm cần kiểm tra", "person settled, dose needs a check")
    yield Stage(Words("Cả hai xác nhận", "Settled by both"), total["both_settled"], lost, said, "both")


def _list_gains(figures: Figures) -> Iterator[tuple[int, Words]]:
    """Give the recorded doses that the reported ones, less the backlog, do not hold."""
    total = figures.total
    if total["given"] is None:
        return
    over = total["given_recorded"] - (total["given"] - total["unrecorded"])
    if over:
        yield (
            over,
            Words("ghi nhận nhiều hơn số báo cáo, ở đơn vị khác", "recorded above what was reported, in other units"),
        )
    silent = total["recorded"] - total["given_recorded"]
    if silent:
        yield silent, Words("ghi nhận ở đơn vị không báo cáo", "recorded in units that do not report")


def _list_provinces(figures: Figures) -> dict[str, Place]:
    return {place.code: place for place in figures.places} if figures.scope == "nation" else {}
