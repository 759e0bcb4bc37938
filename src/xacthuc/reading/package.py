"""What the container of a workbook tells before it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class PackageFacts:
    """Date system and hidden parts of a workbook, by sheet name; rows and columns from 0."""

    date_system: Literal[1900, 1904] = 1900
    hidden_rows: dict[str, frozenset[int]] = field(default_factory=dict)
    hidden_columns: dict[str, frozenset[int]] = field(default_factory=dict)
    macros: bool = False
