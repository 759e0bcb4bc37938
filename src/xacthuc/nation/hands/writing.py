"""Sheets into files, the same bytes for the same sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xacthuc.nation.hands.cells import Sheet
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.writing_csv import write_csv
from xacthuc.nation.hands.writing_excel import write_xls, write_xlsx
from xacthuc.nation.hands.writing_ods import write_ods

WRITERS: dict[str, Callable[[Path, Sequence[Sheet], Hand], None]] = {
    "xlsx": write_xlsx,
    "xls": write_xls,
    "ods": write_ods,
    "csv": write_csv,
}


def write_workbook(path: Path, sheets: Sequence[Sheet], hand: Hand) -> None:
    """Write one workbook in the format of the hand; of a csv only the first sheet."""
    WRITERS[hand.form](path, sheets, hand)
