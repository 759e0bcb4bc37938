"""What reading refuses: a limit on everything, each with its reason, and the exception that says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one file; the defaults let a nation through and stop what no list of people can be."""

    bytes: int = 32 << 30  # a nation of 100 M people as csv is 20 GB
    workbook_bytes: int = 512 << 20  # a full sheet of 1,048,576 x 30 is some 150 MB; calamine reads it into memory
    calamine_bytes: int = 32 << 20  # XML of a sheet; beyond it, it is read in blocks instead of as a whole
    inflated_bytes: int = 6 << 30  # such a sheet is 1.2 GB of XML; more is a zip bomb
    inflated_ratio: int = 250  # real sheets pack 5 to 40 times, empty bordered ones up to 150
    ratio_from_bytes: int = 64 << 20  # below this size a high ratio harms nobody
    calamine_cells: int = 40_000_000  # rows x columns that it holds at once, 32 bytes each, filled or not
    entries: int = 5_000  # parts of a workbook; real ones have tens
    sheets: int = 500  # a sheet per village of a province, and some
    rows: int = 200_000_000  # per sheet; a spreadsheet holds 1,048,576, the register of a nation 100 M people
    columns: int = 400  # clerks' lists have 8 to 40
    cells: int = 6_000_000_000  # rows x columns of one sheet
    cell_length: int = 32_767  # what a spreadsheet cell can hold; csv cells beyond it are an open quote
    header_rows: int = 60  # how far down the heading is looked for: letterhead, notes, legends
    tables: int = 200  # tables with other columns under one another in a sheet; a year has 52 weekly sessions
    sample_rows: int = 400  # rows whose values tell what a column without a heading holds
    batch_rows: int = 200_000  # rows of one RAW batch: some 100 MB
    findings: int = 10_000  # of one code in one sheet; more say nothing new


DEFAULT = Limits()


class FileRefused(Exception):
    """A file that cannot be read at all; `code` is a finding code of kind refused, the text names no value."""

    def __init__(self, code: str, *, file: str) -> None:
        """Say which file and why."""
        super().__init__(f"{file}: {code}")
        self.code = code
        self.file = file
