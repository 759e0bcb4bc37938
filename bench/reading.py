"""Read one file in one way and print how many rows it had. A child of intake.py; the peers read and do nothing else."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def clean(path: Path) -> int:
    """Read, clean and write: what the product does with a file, findings and numbered rows in Parquet."""
    from xacthuc.runs.intake import take_in

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        return take_in(path, folder=Path(folder), number="claim", first=0).rows


def clean_nothing(_path: Path) -> int:
    """Only load the product: what every run pays once."""
    import xacthuc.runs.intake  # noqa: F401 - loaded before the clock starts

    return 0


def read_openpyxl(path: Path) -> int:
    """Read every cell, in the mode that keeps no workbook in memory."""
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    return sum(1 for _ in sheet.iter_rows(values_only=True)) - 1


def read_pandas(path: Path) -> int:
    """Read all cells as text."""
    import pandas as pd

    if path.suffix == ".parquet":
        return int(pd.read_parquet(path).shape[0])
    if path.suffix == ".csv":
        return int(pd.read_csv(path, dtype=str).shape[0])
    return int(pd.read_excel(path, dtype=str).shape[0])


def read_polars(path: Path) -> int:
    """Read all cells, of workbooks by way of fastexcel."""
    import polars as pl

    if path.suffix == ".parquet":
        return int(pl.read_parquet(path).height)
    if path.suffix == ".csv":
        return int(pl.read_csv(path, infer_schema=False).height)
    return int(pl.read_excel(path, engine="calamine", infer_schema_length=0).height)


WAYS: dict[str, Callable[[Path], int]] = {
    "xacthuc": clean,
    "xacthuc, start alone": clean_nothing,
    "openpyxl read-only": read_openpyxl,
    "pandas": read_pandas,
    "polars + fastexcel": read_polars,
}


def main() -> None:
    """Usage: reading.py WAY FILE."""
    way, path = sys.argv[1:]
    print(WAYS[way](Path(path)))


if __name__ == "__main__":
    main()
