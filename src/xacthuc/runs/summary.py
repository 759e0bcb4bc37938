"""The outcome of a run in a few lines, for people and for scripts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from xacthuc.findings import get_code
from xacthuc.reporting.words import IDENTITY_WORDS, VACCINATION_WORDS, Words
from xacthuc.runs.intake import Source, list_unfound
from xacthuc.runs.order import Outcome
from xacthuc.runs.refusals import VerifyRefused

# Causes shown on the terminal; all of them are in the report.
CAUSES_SHOWN = 12

# So many numbers, none of them in the register: more than chance or a few slips.
NUMBERS_ASKED = 20


def summarise(outcome: Outcome) -> dict[str, Any]:
    """Count the verdicts and causes of a run; every row of every file is accounted for."""
    verdicts = pq.read_table(outcome.verdicts, columns=["identity", "vaccination", "reasons", "sure"])
    rows: Counter[str] = Counter()
    for layout in (layout for source in outcome.sources for layout in source.layouts):
        rows.update({kind: count for kind, count in layout.counts.items() if count})
    codes = pc.struct_field(pc.list_flatten(verdicts["reasons"]), "code")
    wrong = pc.invert(pc.is_in(verdicts["identity"], value_set=_values(["MATCHED", "FOREIGN", "REFUSED"])))
    identity = _count(verdicts["identity"])
    return {
        "out": str(outcome.order.out),
        "files": len(outcome.sources),
        "refused_files": {s.file: s.refused for s in outcome.sources if s.refused},
        "refused_sheets": list_refused_sheets(outcome.sources),
        "faulty_files": list_faults(outcome.sources),
        "unused_columns": list_unused_columns(outcome.sources),
        "map_headings_unfound": list(outcome.unfound),
        "people_in_register": outcome.people,
        "register_ids_repeated": outcome.ids_repeated,
        "register_doubtful": is_doubtful(identity),
        "rows": dict(rows),
        "doses": verdicts.num_rows,
        "identity": identity,
        "vaccination": _count(verdicts["vaccination"]),
        "causes": dict(Counter(codes.to_pylist()).most_common()) if verdicts.num_rows < 10_000_000 else _count(codes),
        "sure_proposals": pc.sum(pc.and_(wrong, verdicts["sure"])).as_py() or 0,
    }


def is_doubtful(identity: Mapping[str, int]) -> bool:
    """Tell whether it may be a wrong register: many records have a number, and none of these is there."""
    found = sum(identity.get(name, 0) for name in ("MATCHED", "MISMATCH", "AMBIGUOUS"))
    return identity.get("NOT_FOUND", 0) >= NUMBERS_ASKED and not found


def list_refused_sheets(sources: Sequence[Source]) -> list[dict[str, str]]:
    """Give the sheets that could not be read, or not to their end, and why."""
    found = [(source.file, sheet, code) for source in sources for sheet, code in source.refused_sheets]
    return [{"file": file, "sheet": sheet, "code": code} for file, sheet, code in found]


def list_faults(sources: Sequence[Source]) -> list[dict[str, str]]:
    """Give what is wrong with files as a whole that were read all the same."""
    found = [(source.file, sheet, code) for source in sources for sheet, code in source.faults]
    return [{"file": file, "sheet": sheet, "code": code} for file, sheet, code in found]


def list_unused_columns(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Give, by sheet, the columns that most rows fill and that were not understood: their values are in no record."""
    layouts = [layout for source in sources for layout in source.layouts if layout.unused_columns]
    return [{"file": lay.file, "sheet": lay.sheet, "columns": list(lay.unused_columns)} for lay in layouts]


def _values(names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(names)


def _count(column: Any) -> dict[str, int]:
    counted = pc.value_counts(column).to_pylist()
    return {row["values"]: row["counts"] for row in sorted(counted, key=lambda row: -row["counts"])}


def print_summary(summary: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the summary as tables, or as one JSON object."""
    if as_json:
        print(json.dumps(summary, ensure_ascii=False))
        return
    console = Console()
    for title, key, words in (
        ("Con người (công an) · Person (police)", "identity", IDENTITY_WORDS),
        ("Mũi tiêm (y tế) · Dose (health)", "vaccination", VACCINATION_WORDS),
    ):
        table = Table(title=title, title_justify="left", show_header=False)
        for code, count in summary[key].items():
            share = count / max(summary["doses"], 1)
            table.add_row(code, f"{words[code].vi} · {words[code].en}", f"{count:,}", f"{share:.1%}")
        console.print(table)
    causes = Table(title="Nguyên nhân · Causes", title_justify="left", show_header=False)
    for code, count in list(summary["causes"].items())[:CAUSES_SHOWN]:
        causes.add_row(f"{count:,}", get_code(code).vi, code)
    console.print(causes)
    rows = summary["rows"]
    shown = [(ROW_WORDS[kind].vi, ROW_WORDS[kind].en, f"{count:,}") for kind, count in rows.items()]
    files, doses, sure = summary["files"], summary["doses"], summary["sure_proposals"]
    vi, en = (", ".join(f"{entry[2]} {entry[language]}" for entry in shown) for language in (0, 1))
    console.print(
        f"{files:,} tệp; dòng: {vi}. {doses:,} mũi tiêm, mỗi mũi hai kết luận.\n"
        f"{_count_words(files, 'file')}; rows: {en}. {_count_words(doses, 'dose')}, each with two verdicts.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"Đề xuất chắc chắn chờ người xác nhận: {sure:,} · Sure proposals waiting for a person to confirm: {sure:,}",
        highlight=False,
        soft_wrap=True,
    )
    for file, code in summary["refused_files"].items():
        _print_refused(console, file, code)
    for sheet in (*summary["refused_sheets"], *summary["faulty_files"]):
        _print_refused(console, f"{sheet['file']} {sheet['sheet']}".strip(), sheet["code"])
    for sheet in summary["unused_columns"]:
        name, columns = f"{sheet['file']} {sheet['sheet']}".strip(), ", ".join(sheet["columns"])
        said = f"{name}: cột không dùng · columns not used: {columns}"
        console.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)
    _print_unfound(console, summary["map_headings_unfound"])
    if repeated := summary["register_ids_repeated"]:
        _print_warning(console, "run_register_ids_repeated", f"{repeated:,}")
    if summary["register_doubtful"]:
        _print_warning(console, "run_register_doubtful", f"{summary['identity']['NOT_FOUND']:,}")


ROW_WORDS = {
    "data": Words("dòng dữ liệu", "data"),
    "heading": Words("tiêu đề", "heading"),
    "blank": Words("trống", "blank"),
    "total": Words("tổng cộng", "total"),
}


def _count_words(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _print_refused(console: Console, name: str, code: str) -> None:
    console.print(
        f"{name}: {get_code(code).vi} · {get_code(code).en}", style="red", markup=False, highlight=False, soft_wrap=True
    )


def _print_unfound(console: Console, headings: Sequence[str]) -> None:
    if headings:
        _print_warning(console, "run_map_unfound", ", ".join(headings))


def _print_warning(console: Console, code: str, name: str) -> None:
    console.print(str(VerifyRefused(code, name)), style="red", markup=False, highlight=False, soft_wrap=True)


def print_reading(sources: Sequence[Source], *, out: Path, as_json: bool) -> None:
    """Print what was understood of each sheet."""
    if as_json:
        told = [
            {"file": s.file, "refused": s.refused, "records": s.rows, "sheets": [_tell(layout) for layout in s.layouts]}
            for s in sources
        ]
        unread, unfound = list_refused_sheets(sources), list_unfound(sources)
        said: dict[str, Any] = {"out": str(out), "files": told, "refused_sheets": unread}
        said |= {"faulty_files": list_faults(sources), "map_headings_unfound": unfound}
        print(json.dumps(said, ensure_ascii=False))
        return
    console = Console()
    for source in sources:
        records = f"{source.rows:,} hồ sơ · {_count_words(source.rows, 'record')}"
        console.print(f"{source.file}: {records}", style="bold", markup=False, highlight=False)
        if source.refused:
            _print_refused(console, f"  {source.file}", source.refused)
        for sheet, code in (*source.refused_sheets, *source.faults):
            _print_refused(console, f"  {sheet or '-'}", code)
        if source.whole and not source.rows:
            _print_warning(console, "run_nothing_read", source.file)
        for layout in source.layouts:
            counts = ", ".join(f"{count} {kind}" for kind, count in layout.counts.items())
            console.print(f"  {layout.sheet or '-'} ({layout.kind}): {counts}", markup=False, highlight=False)
            for column in layout.columns:
                slot = f" (dose {column.slot})" if column.slot else ""
                console.print(f"    {column.heading!r} -> {column.field}{slot}", markup=False, highlight=False)
            if layout.ignored_columns:
                ignored = ", ".join(layout.ignored_columns)
                console.print(f"    không dùng · not used: {ignored}", markup=False, highlight=False)
    _print_unfound(console, list_unfound(sources))


def _tell(layout: Any) -> dict[str, Any]:
    columns = [{"heading": c.heading, "field": c.field, "slot": c.slot} for c in layout.columns]
    return {
        "sheet": layout.sheet,
        "kind": layout.kind,
        "rows": layout.counts,
        "columns": columns,
        "not_used": list(layout.ignored_columns),
    }


def pick_main(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the measures worth a first look, single figures before groups; lists, and groups of groups, are left out."""
    single = {key: value for key, value in values.items() if not isinstance(value, Mapping | list)}
    groups = {key: pick_main(value) for key, value in values.items() if isinstance(value, Mapping)}
    wide = {key for key in groups if all(isinstance(entry, Mapping) for entry in values[key].values())}
    return single | {key: group for key, group in groups.items() if key not in wide}


def print_table(title: str, values: Mapping[str, Any]) -> None:
    """Print measures, one a line; nested ones indented."""
    console = Console()
    console.print(f"[bold]{title}[/bold]")
    _print_nested(console, values, indent=1)


def _print_nested(console: Console, values: Mapping[str, Any], *, indent: int) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping):
            console.print("  " * indent + str(key))
            _print_nested(console, value, indent=indent + 1)
        else:
            shown = f"{value:.5f}" if isinstance(value, float) else str(value)
            console.print("  " * indent + f"{key}: {shown}", highlight=False)
