"""How fast files become clean rows: Parquet, csv and xlsx of one synthetic list, beside libraries that only read.

    python bench/intake.py --rows 1000000 --xlsx-rows 200000

Every way runs in a process of its own; what is counted is the whole process, from its start to its end. The product
reads, cleans, finds and writes; the peers read, which is less. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processes import Usage, measure

HERE = Path(__file__).parent

# What each way needs, and which files it reads.
WAYS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("xacthuc", (), ("parquet", "csv", "xlsx")),
    ("xacthuc, start alone", (), ("parquet",)),
    ("openpyxl read-only", ("openpyxl",), ("xlsx",)),
    ("pandas", ("pandas", "openpyxl"), ("parquet", "csv", "xlsx")),
    ("polars + fastexcel", ("polars", "fastexcel"), ("parquet", "csv", "xlsx")),
)


def run(files: dict[str, tuple[str, int]], *, folder: Path, peers: bool) -> list[dict[str, Any]]:
    """Measure every way on every file it reads; a peer that is not installed is left out."""
    results = []
    for way, needs, kinds in WAYS:
        if (needs and not peers) or not all(importlib.util.find_spec(name) for name in needs):
            continue
        for kind in kinds:
            path, rows = files[kind]
            log = folder / "log.txt"
            usage = measure([sys.executable, str(HERE / "reading.py"), way, path], log=log)
            assert "start" in way or int(log.read_text(encoding="utf-8").split()[-1]) >= rows, f"{way} lost rows"
            results.append(_describe(way, kind, rows=0 if "start" in way else rows, usage=usage))
            _print_row(results[-1])
    return results


def _describe(way: str, kind: str, *, rows: int, usage: Usage) -> dict[str, Any]:
    return {
        "way": way, "format": kind, "rows": rows, **usage.as_dict(), "rows_per_s": round(rows / usage.wall_s)
    }  # fmt: skip


def _print_row(result: dict[str, Any]) -> None:
    print(
        f"{result['way']:<22}{result['format']:<9}{result['rows']:>10,}{result['cpu_s']:>9.1f}"
        f"{result['wall_s']:>9.1f}{result['rows_per_s']:>12,}{result['peak_gb']:>9.2f}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the list, measure every way, print a table and one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--xlsx-rows", type=int, default=200_000, help="a workbook's sheet ends at 1,048,576")
    parser.add_argument("--seed", type=int, default=20211109)
    parser.add_argument("--folder", type=Path, default=HERE / "data" / "intake")
    parser.add_argument("--no-peers", action="store_true", help="the product alone")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    # In a process of its own, so that this one stays small: the kernel counts it into its children's memory.
    made = [sys.executable, str(HERE / "lists.py"), str(options.rows), str(options.xlsx_rows), str(options.seed)]
    subprocess.run([*made, str(options.folder)], check=True)
    files = json.loads((options.folder / "files.json").read_text(encoding="utf-8"))
    print(f"{'way':<22}{'format':<9}{'rows':>10}{'CPU s':>9}{'wall s':>9}{'rows/s':>12}{'peak GB':>9}")
    results = run(files, folder=options.folder, peers=not options.no_peers)
    print(json.dumps({"rows": options.rows, "columns": 20, "seed": options.seed, "results": results}))


if __name__ == "__main__":
    main()
