"""What a file is by its content, whatever its name says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from xacthuc.reading.limits import Limits
from xacthuc.reading.package import PackageFacts


@dataclass(frozen=True)
class FileKind:
    """The kind of a file and what its container tells."""

    kind: Literal["text", "parquet", "workbook"]
    facts: PackageFacts = field(default_factory=PackageFacts)
    notes: tuple[str, ...] = ()


def find_kind(path: Path, *, limits: Limits) -> FileKind:
    """Give the kind of a file."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"PAR1":
        return FileKind("parquet")
    if head[:2] == b"PK" or head[:4] == b"\xd0\xcf\x11\xe0":
        return FileKind("workbook")
    return FileKind("text")
