"""What the tests of the whole line share: inputs written like those of clerks, and the command as people run it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import xlsxwriter

from xacthuc.nation import build_nation

# Whoever starts the tests in the background has Ctrl-C ignored, and what they start would too.
HEAR = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
COMMAND = (sys.executable, "-c", HEAR + "from xacthuc.cli import main; main()")


def start(*words: str | Path, temporary: Path) -> subprocess.Popen[str]:
    """Start the command in a process of its own, with a folder of its own for temporary files."""
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(temporary)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *map(str, words)], env=environment, text=True, **pipes)


def run(*words: str | Path, temporary: Path) -> tuple[int, str, str]:
    """Run the command to its end; gives exit code, output and errors."""
    process = start(*words, temporary=temporary)
    out, err = process.communicate()
    return process.returncode, out, err


def write_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write rows of cells as a workbook."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Write rows of cells as csv."""
    lines = [",".join("" if cell is None else f'"{cell}"' for cell in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def split_claims(claims: Path, folder: Path, *, xlsx: int) -> list[Path]:
    """Share the claims of a nation out among a workbook, a csv and a Parquet file."""
    table = pq.read_table(claims)
    middle = xlsx + (table.num_rows - xlsx) // 2
    cells = table.slice(0, xlsx)
    rows = [cells.column_names, *zip(*(column.to_pylist() for column in cells.columns), strict=True)]
    pc.write_csv(table.slice(xlsx, middle - xlsx), folder / "claims.csv")
    pq.write_table(table.slice(middle), folder / "rest.parquet")
    return [write_workbook(folder / "claims.xlsx", {"1": rows}), folder / "claims.csv", folder / "rest.parquet"]


def digest(verdicts: Path) -> str:
    """Give the digest over all rows in the order of their records."""
    table: pa.Table = pq.read_table(verdicts).sort_by("record")
    return hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest()


def list_steps(out: Path) -> list[str]:
    """Give the steps that a run wrote down, in order."""
    path = out / "steps.jsonl"
    return [json.loads(line)["step"] for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@dataclass(frozen=True)
class Country:
    """The inputs, and what an undisturbed run made of them in how many seconds."""

    words: tuple[str | Path, ...]
    digest: str
    steps: list[str]
    seconds: float


def make_country(folder: Path, *, people: int, doses: int, xlsx: int, seed: int) -> Country:
    """Make a small nation and verify it once, undisturbed."""
    build_nation(folder, people=people, doses=doses, seed=seed)
    files = split_claims(folder / "claims.parquet", folder, xlsx=xlsx)
    words = ("verify", *files, "--register", folder / "register.parquet", "--as-of", "2021-12-01", "--no-report")
    began = time.monotonic()
    code, _, err = run(*words, "--out", folder / "out", temporary=folder / "tmp")
    seconds = time.monotonic() - began
    assert code == 0, err
    assert list((folder / "tmp").iterdir()) == []
    return Country(words, digest(folder / "out" / "verdicts.parquet"), list_steps(folder / "out"), seconds)


def wait_for(process: subprocess.Popen[str], out: Path, *, steps: int) -> None:
    """Wait until a run has finished so many steps, or has ended."""
    lines = out / "steps.jsonl"
    while process.poll() is None and (lines.read_bytes().count(b"\n") if lines.exists() else 0) < steps:
        time.sleep(0.002)
