"""The inputs of a run as they were when it began: it goes on, and ends, with the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

Stamp = list[int]  # bytes, and when it was last written, in nanoseconds


def stamp(path: Path) -> Stamp:
    """Give size and time of a file, of a folder those of all in it. Raises OSError. Does not look at the content."""
    found = [part.stat() for part in ([path, *path.rglob("*")] if path.is_dir() else [path])]
    return [sum(part.st_size for part in found), max(part.st_mtime_ns for part in found)]


def stamp_all(paths: Sequence[Path]) -> dict[str, Stamp]:
    """Give the stamp of each input, by its whole path. Raises OSError."""
    return {str(path.resolve()): stamp(path) for path in paths}


def find_changed(stamps: Mapping[str, Stamp]) -> Path | None:
    """Give the first input that is no longer what it was, or is gone."""
    return next((Path(path) for path, said in stamps.items() if not is_same(Path(path), said)), None)


def is_same(path: Path, said: Stamp) -> bool:
    """Tell whether there is a file or folder with this stamp."""
    try:
        return stamp(path) == said
    except OSError:
        return False
