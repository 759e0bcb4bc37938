"""What the machine has left: memory, also where a container limits it, and room on the disk of a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

# The limit, what is in use and what of that can be given back at once, as the two kinds of control groups name them.
GROUPS = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


def find_memory(root: Path = Path("/")) -> int | None:
    """Give the bytes of memory that can still be had, or None where the system does not tell (it is not Linux)."""
    try:
        machine = _read_pairs(root / "proc" / "meminfo")["MemAvailable:"] * 1024
    except (OSError, KeyError):
        return None
    return min([machine, *_list_left_in_groups(root)])


def find_room(folder: Path) -> tuple[int, int]:
    """Give the file system on which a folder lies, or would lie, and the bytes that are free there."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return there.stat().st_dev, shutil.disk_usage(there).free


def _list_left_in_groups(root: Path) -> Iterator[int]:
    """Give what is left in each control group above this process that has a limit."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for _, kinds, path in (line.split(":", 2) for line in lines):
        kind = "memory" if "memory" in kinds.split(",") else kinds
        if kind not in GROUPS:
            continue
        top = root / "sys" / "fs" / "cgroup" / kind
        group = top / path.strip("/")
        yield from _list_left(GROUPS[kind], [group, *group.parents][: len(group.relative_to(top).parts) + 1])


def _list_left(names: tuple[str, str, str], groups: list[Path]) -> Iterator[int]:
    limit, used, passing = names
    for group in groups:  # in a container, what the process is told of may not be there: its top is the container's
        try:
            most = int((group / limit).read_text(encoding="utf-8"))
            now = int((group / used).read_text(encoding="utf-8"))
            yield most - now + _read_pairs(group / "memory.stat").get(passing, 0)
        except (OSError, ValueError):  # no such group, or "max"
            continue


def _read_pairs(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {name: int(number) for name, number, *_ in lines}
