"""Write the pages that follow from the code: `make docs`. A house test holds them to what this gives.

Each page is a function that gives its whole text; PAGES says where it goes.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from xacthuc import records
from xacthuc.cli import commands
from xacthuc.engines import load_steps
from xacthuc.findings import Code, list_codes
from xacthuc.runs import history, verdicts
from xacthuc_register import commands as node
from xacthuc_server.cases.policies import TRANSITIONS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CASES = ROOT / "conformance"
NOTE = "<!-- written by `make docs`; change what it is written from -->\n"

KIND_MEANS = {
    "repaired": "the value was restored without doubt",
    "noted": "worth knowing, nothing to do",
    "wrong": "somebody has to settle it",
    "refused": "the row or the file cannot be a record",
}
CLASS_MEANS = {"a": "no identity number", "b": "number of a wrong format", "c": "wrong number, name, birth date or sex"}


def write_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Give a Markdown table; a missing value is an empty cell."""
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = ["" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_findings() -> str:
    """Give the page of all finding codes, by stage."""
    codes = list_codes().values()
    parts = [NOTE, "# Finding codes\n", "Each code is stable. Its kind says what to do:\n"]
    parts.append("\n".join(f"- **{kind}**: {means}" for kind, means in KIND_MEANS.items()) + "\n")
    parts.append(
        f"There are {len(codes)} codes. Where the last column is filled, the law has a name for it: a class of "
    )
    parts[-1] += "CV 2262 (" + "; ".join(f"{k} {v}" for k, v in CLASS_MEANS.items())
    parts[-1] += ") or a ground on which CV 9458 turns a correction down.\n"
    parts.append(_tell_reserved(codes))
    for stage in dict.fromkeys(code.stage for code in codes):
        parts.append(f"## {stage}\n")
        rows = [(f"`{c.code}`", c.field, c.kind, c.vi, c.en, _name_law(c)) for c in codes if c.stage == stage]
        parts.append(write_table(("code", "field", "kind", "tiếng Việt", "English", "law"), rows))
    return "\n".join(parts)


def _tell_reserved(codes: Iterable[Code]) -> str:
    """Say which codes are only kept: no part of the line gives them."""
    reserved = tomllib.loads((ROOT / "tests" / "house" / "reserved_codes.toml").read_text(encoding="utf-8"))
    named = [code for code in codes if code.code in reserved]
    grounds = sorted({ground for code in named for ground in code.ground_9458})
    alone = [n for n in grounds if not any(n in c.ground_9458 for c in codes if c.code not in reserved)]
    return (
        f"Reserved, given by no part: {', '.join(f'`{code.code}`' for code in named)}. They stand for the grounds "
        f"{', '.join(map(str, grounds))} of CV 9458, which speak of the photo of a paper that a person judges at the "
        f"desk; the line reads tables and sees no photo. Of these grounds {', '.join(map(str, alone))} have no other "
        "code, so no row is ever turned down on them.\n"
    )


def _name_law(code: Code) -> str:
    named = [f"class {code.class_2262}"] if code.class_2262 else []
    return ", ".join([*named, *(f"ground {ground}" for ground in code.ground_9458)])


def write_columns() -> str:
    """Give the page of the tables between the stages and of those that a run gives."""
    package = ROOT / "src" / "xacthuc"
    said = _read_meanings((package / "records.py").read_text(encoding="utf-8"))
    said |= _read_meanings((package / "runs" / "history.py").read_text(encoding="utf-8"))
    record_schema = pa.schema([records.CLEAN_SCHEMA.field(name) for name in verdicts.RECORD_COLUMNS])
    tables = (
        ("verdicts.parquet", "VERDICT", "One row per dose of a data row; what a run is for.", records.VERDICT_SCHEMA),
        ("records.parquet", "CLEAN", "The cleaned values of the same rows.", record_schema),
        ("persons.parquet", "", "Which records are one person's, which are one dose's.", verdicts.PERSON_SCHEMA),
        (
            "history.parquet",
            "HISTORY",
            "With --history: a row per dose, and its person's course.",
            history.HISTORY_SCHEMA,
        ),
        ("findings", "FINDING", "Where something was found, and its code; never the value.", records.FINDING_SCHEMA),
        ("RAW", "RAW", "From reading to cleaning: text as a person sees it.", records.RAW_SCHEMA),
        ("CLEAN", "CLEAN", "From cleaning to matching, for claims and register alike.", records.CLEAN_SCHEMA),
    )
    parts = [NOTE, "# Columns\n", "A missing value is null. Dates are ISO text, or a year where only it is known.\n"]
    for name, key, about, schema in tables:
        parts.append(f"## {name}\n\n{about}\n")
        meanings = {**PLAIN, **said.get(key, {})}
        rows = [
            (f"`{f.name}`", TYPES.get(str(f.type), f.type), "" if f.nullable else "always", meanings.get(f.name))
            for f in schema
        ]
        parts.append(write_table(("column", "type", "filled", "meaning"), rows))
    parts.append("## rows.csv\n\nPer sheet, every row accounted for: `" + "`, `".join(verdicts.ROW_COLUMNS) + "`.\n")
    return "\n".join(parts)


TYPES = {str(records.REASON_TYPE): "list of {field, code}"}

# Columns whose name says nearly all.
PLAIN = {
    "record": "the source's own id if it has one, else file:sheet:row:part:slot",
    "file": "name of the file",
    "sheet": 'name of the sheet, "" where the format has none',
    "row": "as a person sees it, from 1",
    "part": "1, 2 ... where one row holds several people",
    "slot": "0: no dose in the row; else 1, 2, 3 across",
    "dose_no": "number of the dose as written",
    "identity": "the verdict of the police's side: " + ", ".join(records.IDENTITY),
    "vaccination": "the verdict of health's side: " + ", ".join(records.VACCINATION),
    "reasons": "why, by field; the codes are explained in findings.md",
    "sure": "nobody needs to compare: weight and margin are beyond doubt",
    "weight": "how much speaks for the first proposal, in hundredths of a bit",
    "margin": "how much more than for the second",
    "lot": "lot of the vaccine",
    "site": "where the dose was given",
    "person_group": "records of one person share it",
    "dose_group": "entries of one dose share it",
    "sex": "M, F",
    "field": "the field it speaks of",
    "number12": "the 12-digit number",
    "passport": "number of a passport",
    "dose_date": "day of the dose",
    "vaccine": "the product",
    "name": "the whole name",
}


def _read_meanings(source: str) -> dict[str, dict[str, str]]:
    """Give what the contract says beside each column, by table."""
    said: dict[str, dict[str, str]] = {}
    table = ""
    for line in source.splitlines():
        if line[:1].isupper():
            table = line.split("_")[0]
        code, _, comment = line.partition("  # ")
        if comment and '"' in code:
            said.setdefault(table, {})[code.split('"')[1]] = comment.strip()
    return said


def write_cli() -> str:
    """Give the page of the commands, as `--help` tells them."""
    parts = [NOTE, "# The command `xacthuc`\n", "\n".join((_module_text("cli.py")).splitlines()[2:]) + "\n"]
    ours = [*_list_commands(commands), *((f"register {each.name}", each) for each in (node.keys, node.log, node.serve))]
    for name, command in sorted(ours):
        context = click.Context(
            command,
            info_name=f"xacthuc {name}",
            max_content_width=100,
            terminal_width=100,
            help_option_names=commands.context_settings["help_option_names"],
        )
        parts.append(f"## xacthuc {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _list_commands(group: click.Group, before: str = "") -> Iterable[tuple[str, click.Command]]:
    """Give all commands by their full names, those of a group after it."""
    for name, command in sorted(group.commands.items()):
        yield before + name, command
        if isinstance(command, click.Group):
            yield from _list_commands(command, f"{before}{name} ")


def _module_text(name: str) -> str:
    tree = ast.parse((ROOT / "src" / "xacthuc" / name).read_text(encoding="utf-8"))
    return ast.get_docstring(tree) or ""


def write_steps() -> str:
    """Give the page of the SQL steps, from their headers."""
    parts = [NOTE, "# SQL steps\n", "One SELECT a file, the same text on DuckDB and on Spark.\n"]
    for package in ("matching", "exchange", "rules", "runs", "reporting"):
        parts.append(f"## {package}\n")
        for name, step in load_steps(f"xacthuc.{package}").items():
            header = [line[3:].rstrip() for line in step.sql.splitlines() if line.startswith("-- ")][1:]
            parts.append(f"### {name}\n\n```\n" + "\n".join(header) + "\n```\n")
    return "\n".join(parts)


def _load(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def write_comparisons() -> str:
    """Give the manual's page of comparisons, from the conformance cases."""
    cases = _load("comparisons.json")
    parts = [NOTE, "# How a record and a person of the register are compared\n", cases["about"] + "\n"]
    parts.append("Level 0 says the same; the higher the level, the further apart; -1 means that one side is missing.\n")
    for field in ("names", "births", "numbers", "places"):
        heads = [key for key in cases[field][0] if key not in {"level", "why"}]
        rows = [(*(_show(case[key]) for key in heads), case["level"], case["why"]) for case in cases[field]]
        parts.append(f"## {field}\n\n" + write_table((*heads, "level", "because"), rows))
    return "\n".join(parts)


def write_decisions() -> str:
    """Give the manual's page of decisions, from the conformance cases."""
    cases = _load("decisions.json")
    parts = [NOTE, "# Who is meant, and why not\n", cases["about"] + "\n", "All people here are made up.\n"]
    heads = ["id", "name", "birth_date", "sex", "number12", "number9", "phone", "commune"]
    parts.append(
        "## The register\n\n" + write_table(heads, ([person.get(h) for h in heads] for person in cases["people"]))
    )
    parts.append("## The records\n")
    rows = []
    for case in cases["cases"]:
        claim = ", ".join(str(value) for key, value in case["claim"].items() if key not in {"district", "province"})
        reasons = ", ".join(f"`{_show(reason)}`" for reason in case["reasons"])
        sure = "yes" if case.get("sure") else "no"
        rows.append((claim, case["identity"], case.get("person"), sure, reasons, case["why"]))
    parts.append(write_table(("written", "identity", "person", "sure", "reasons", "because"), rows))
    return "\n".join(parts)


def write_histories() -> str:
    """Give the manual's page of dose histories, from the conformance cases."""
    cases = _load("histories.json")
    count = sum(len(topic["cases"]) for topic in cases["topics"])
    parts = [NOTE, f"# {count} dated dose histories\n", cases["about"] + "\n"]
    for topic in cases["topics"]:
        parts.append(f"## {topic['title']}\n\nSource: {topic['source']}\n")
        rows = [_tell_history(case) for case in topic["cases"]]
        parts.append(write_table(("case", "born", "checked on", "doses", "course", "next dose", "findings"), rows))
    return "\n".join(parts)


def _tell_history(case: dict[str, Any]) -> tuple[str | None, ...]:
    doses = "; ".join(_tell_dose(dose) for dose in case["doses"]) or "none"
    found = [code for dose in case["doses"] for code in dose["expect"].get("findings", ())]
    expect = case["expect"]
    due = expect.get("next")
    told = f"{due['kind']} {due['number']}, {due['due_from']} to {due['due_to'] or 'open'}" if due else "none"
    missing = expect.get("missing")
    course = expect.get("state", "") + (f", missing {', '.join(map(str, missing))}" if missing else "")
    codes = ", ".join(f"`{_show(code)}`" for code in found)
    return case["name"], case.get("birth_date"), case.get("as_of"), doses, course, told, codes


def _tell_dose(dose: dict[str, Any]) -> str:
    said = f"{dose.get('dose_no') or '?'}: {dose.get('vaccine') or '?'} {dose.get('date') or '?'}"
    expect = dose["expect"]
    return said + (f" ({expect['role']} {expect.get('dn')}/{expect.get('sd')})" if expect.get("role") else "")


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return ":".join(str(part) for part in value.values())
    if isinstance(value, list):
        return " ".join("-" if part is None else str(part) for part in value)
    return "" if value is None else str(value)


def write_cases() -> str:
    """Give the page of the states of a case, who has it in each, and what leads where: a diagram and a table."""
    parts = [NOTE, "# States of a case\n"]
    parts.append(
        "Whatever is wrong or unsure is a case. It begins as `open`, or as `waiting` where data are missing.\n"
    )
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> open", "    [*] --> waiting"]
    for name, state in TRANSITIONS.items():
        lines += [f"    {name} --> {to}: {step}" for step, to in state.steps.items()]
        lines += [f"    {name} --> [*]"] if state.closed else []
    parts.append("\n".join([*lines, "```\n"]))
    rows = [
        (f"`{name}`", state.owner, ", ".join(f"{step} → `{to}`" for step, to in state.steps.items()))
        for name, state in TRANSITIONS.items()
    ]
    parts.append(write_table(("state", "who has it", "steps"), rows))
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "reference/findings.md": write_findings,
    "reference/columns.md": write_columns,
    "reference/cli.md": write_cli,
    "reference/steps.md": write_steps,
    "reference/cases.md": write_cases,
    "manual/comparisons.md": write_comparisons,
    "manual/decisions.md": write_decisions,
    "manual/histories.md": write_histories,
}


def write_pages() -> None:
    """Write every page into its place."""
    for name, write in PAGES.items():
        page = HERE / name
        page.parent.mkdir(exist_ok=True)
        page.write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
