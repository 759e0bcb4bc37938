"""What a process and everything it started use: CPU-seconds and memory, read from /proc."""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")

# How often the memory of a measured process is looked at; a peak shared by several processes may be missed.
EVERY_SECONDS = 0.1


@dataclass(frozen=True)
class Usage:
    """Of a whole tree of processes. CPU is the kernel's own account; peak is the largest sum seen at one moment."""

    cpu_s: float
    wall_s: float
    peak_gb: float

    def plus(self, other: Usage) -> Usage:
        """Give both one after the other."""
        return Usage(self.cpu_s + other.cpu_s, self.wall_s + other.wall_s, max(self.peak_gb, other.peak_gb))

    def as_dict(self) -> dict[str, float]:
        """Give the figures, rounded as far as they mean something."""
        return {name: round(value, 2) for name, value in asdict(self).items()}


def measure(command: Sequence[str], *, log: Path, watch: Callable[[], None] = lambda: None) -> Usage:
    """Run a command to its end and give what it and its descendants used. Raises RuntimeError where it fails.

    `watch` is called again and again while it runs, for what else is to be looked at.
    """
    began = time.monotonic()
    peak = 0
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        while True:
            reaped, status, used = os.wait4(process.pid, os.WNOHANG)
            if reaped:
                break
            now, highest = zip(*(_memory(pid) for pid in list_tree(process.pid)), strict=True)
            peak = max(peak, sum(now), *highest)
            watch()
            time.sleep(EVERY_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[1]} ended with {process.returncode}; see {log}")
    return Usage(cpu_s=used.ru_utime + used.ru_stime, wall_s=time.monotonic() - began, peak_gb=peak / 1e9)


def count_cpu(pid: int) -> float:
    """Give the CPU-seconds that a process, its living descendants and its reaped children have used so far."""
    return sum(sum(int(n) for n in fields[11:15]) for _, fields in _stats(list_tree(pid))) / TICKS


def list_tree(root: int) -> list[int]:
    """Give a process and its living descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, fields in _stats(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        children[int(fields[1])].append(pid)
    tree = [root]
    for pid in tree:
        tree.extend(children[pid])
    return tree


class Disk:
    """The most bytes that a folder ever held, and of these the folders called "spill" in it, whenever it was looked at.

    What several names share is counted once.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with nothing seen."""
        self._folder = folder
        self.most_gb = self.spill_gb = 0.0

    def look(self) -> None:
        """Look now; files that vanish meanwhile do not count."""
        held: dict[int, tuple[int, bool]] = {}
        for place, _, names in os.walk(self._folder):
            spilt = "spill" in Path(place).parts
            for name in names:
                with suppress(OSError):
                    found = os.lstat(os.path.join(place, name))  # noqa: PTH118 - looked at ten times a second
                    held[found.st_ino] = (found.st_blocks * 512, spilt)
        self.most_gb = max(self.most_gb, sum(size for size, _ in held.values()) / 1e9)
        self.spill_gb = max(self.spill_gb, sum(size for size, spilt in held.values() if spilt) / 1e9)


def count_busy() -> float:
    """Give the CPU-seconds that all processes of the machine have used since it started."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").split(maxsplit=9)
    user, nice, system, _idle, _waiting, *interrupts = (int(field) for field in fields[1:8])
    return (user + nice + system + sum(interrupts)) / TICKS


def get_memory(pid: int) -> int:
    """Give the bytes that a process holds now."""
    return _memory(pid)[0]


def _stats(pids: Iterator[int] | Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Give the fields of /proc/PID/stat from the third on: after the name, which may hold anything."""
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield pid, text.rpartition(")")[2].split()


def _memory(pid: int) -> tuple[int, int]:
    """Give the bytes that a process holds now and the most it ever held; ru_maxrss would count its parent too."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0, 0
    said = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
    now, highest = (int(said.get(name, "0 kB").split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return now, highest
