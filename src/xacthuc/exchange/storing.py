"""Files that outlast a power cut: written beside their name, forced to the disk, renamed; whole or absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xacthuc.engines import writing


@contextmanager
def storing(path: Path) -> Iterator[Path]:
    """Give a path to write to; when the block ends well the file is on the disk under its final name."""
    with writing(path) as unfinished:
        yield unfinished
        _force(unfinished)
    _force(path.parent)


def rename(path: Path, target: Path) -> None:
    """Rename a file, and force its folder to the disk."""
    path.replace(target)
    _force(target.parent)


def _force(path: Path) -> None:
    """Wait until the disk has what a file or folder holds."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
