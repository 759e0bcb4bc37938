"""What a run needs of disk and memory, worked out before it begins and held against its budgets and the machine.

The figures of disk are measured on synthetic nations of 1 M and of 98 M people, those of memory on 1 M, at 2 threads,
and rounded up (the how-to of large runs tells them); lists with many more columns, or much longer names, need more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.runs.machine import find_memory, find_room
from xacthuc.runs.order import Order
from xacthuc.runs.prepared import find_prepared
from xacthuc.runs.refusals import VerifyRefused
from xacthuc.runs.workspace import MADE_OUT, MADE_SIDE

Report = Callable[[str, int | None], None]

GB = 1e9

# For files that do not tell their rows: workbooks and csv of the synthetic nation take 115 and 228 bytes a row.
BYTES_A_ROW = 100

# Of disk, in bytes.
OUT_A_CLAIM = 200  # cleaned rows, findings, verdicts, records; 156 measured
SIDE_A_PERSON = 120
SIDE_A_CLAIM = 130
OUT_ALWAYS = 10_000_000  # report, tables

# Of memory, in bytes.
ALWAYS = 400_000_000  # this process with its libraries, and what the engine takes beside its own limit
READING = 550_000_000  # batches on their way through two processes that clean
A_ROW_READ = 1_000  # of these, for lists too small to fill them
CLEANER = 300_000_000  # one of these processes
ENGINE_LEAST_GB = 0.2
A_ROW = 110  # what the engine takes for each person and claim, where it may
LEAST_A_ROW = 25  # what it cannot do without, as far as that was tried: 98 M people were never given less than 9 GB


@dataclass(frozen=True)
class Needs:
    """Bytes that a run fills: below its folder, on the register's side, and of memory at least and at most."""

    out: int
    side: int
    memory_least: int
    memory_most: int


def check_budgets(order: Order, side: Path, *, report: Report) -> None:
    """Raise VerifyRefused where a run needs more than its budgets, or than the machine has.

    `report` is told where the machine has less than the budget for the disk, though enough for what is expected.
    """
    needs = _estimate(order)
    check_memory(needs, memory_gb=order.memory_gb)
    check_disk(needs, out=order.out, side=side, disk_gb=order.disk_gb)
    room = min(find_room(place)[1] for place in (order.out, side))
    if order.disk_gb is not None and order.disk_gb * GB > room:
        report(f"less_room: {_say(order.disk_gb * GB, room)}", None)


def _estimate(order: Order) -> Needs:
    claims, prepared = sum(map(count_rows, order.files)), find_prepared(order.register)
    if prepared is None:
        return estimate(people=count_rows(order.register), claims=claims, threads=order.threads)
    needs = estimate(people=prepared.people, claims=claims, threads=order.threads)
    return replace(needs, side=needs.side - prepared.people * SIDE_A_PERSON)  # its people lie there already


def estimate(*, people: int, claims: int, threads: int) -> Needs:
    """Work out from the rows what a run needs."""
    rows = people + claims
    reading = min(READING + (threads - 2) * CLEANER, rows * A_ROW_READ)
    return Needs(
        out=OUT_ALWAYS + claims * OUT_A_CLAIM,
        side=people * SIDE_A_PERSON + claims * SIDE_A_CLAIM,
        memory_least=ALWAYS + rows * LEAST_A_ROW,
        memory_most=ALWAYS + reading + rows * A_ROW,
    )


def count_rows(path: Path) -> int:
    """Give the rows of a Parquet file, of another file what its size lets expect, of a folder those of all in it."""
    if path.is_dir():
        return sum(map(count_rows, path.iterdir()))
    if path.suffix == ".parquet":
        try:
            return int(pq.read_metadata(path).num_rows)
        except (pa.ArrowException, OSError):  # damaged: that is told when it is read
            return 0
    return path.stat().st_size // BYTES_A_ROW


def check_disk(needs: Needs, *, out: Path, side: Path, disk_gb: float | None) -> None:
    """Raise VerifyRefused where a run needs more disk than its budget, or than is free where it writes.

    What an earlier run has filled there counts as free: it is gone on from, or makes way.
    """
    if disk_gb is not None and needs.out + needs.side > disk_gb * GB:
        raise VerifyRefused("run_disk_budget", _say(needs.out + needs.side, disk_gb * GB))
    wanted: dict[int, int] = defaultdict(int)
    names: dict[int, list[str]] = defaultdict(list)
    room: dict[int, int] = {}
    for place, need, made in ((out, needs.out, MADE_OUT), (side, needs.side, MADE_SIDE)):
        disk, free = find_room(place)
        wanted[disk] += need - sum(_measure(place / name) for name in made)
        room[disk] = free
        names[disk].append(str(place))
    for disk, free in room.items():
        if wanted[disk] > free:
            raise VerifyRefused("run_disk_short", f"{', '.join(names[disk])}: {_say(wanted[disk], free)}")


def check_memory(needs: Needs, *, memory_gb: float) -> None:
    """Raise VerifyRefused where a run needs more memory than its budget, or will take more than the machine has."""
    if needs.memory_least > memory_gb * GB:
        raise VerifyRefused("run_memory_budget", _say(needs.memory_least, memory_gb * GB))
    left, taken = find_memory(), min(needs.memory_most, int(memory_gb * GB))
    if left is not None and taken > left:
        raise VerifyRefused("run_memory_short", _say(taken, left))


def share_memory(memory_gb: float) -> float:
    """Give the part of the memory budget, in GB, that is the engine's; the rest is this process's own."""
    return max(memory_gb - ALWAYS / GB, ENGINE_LEAST_GB)


def share_threads(threads: int, *, memory_gb: float) -> int:
    """Give how many processes, this one among them, read and clean within the memory budget."""
    fit = (memory_gb * GB - ALWAYS - READING + CLEANER) // CLEANER
    return int(max(1, min(threads, 1 + fit)))


def limit_spill(order: Order) -> float | None:
    """Give the GB that are left for what the engine spills, or None where there is no budget for the disk."""
    if order.disk_gb is None:
        return None
    needs = _estimate(order)
    return max(0.0, order.disk_gb - (needs.out + needs.side) / GB)


def _measure(place: Path) -> int:
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(file.lstat().st_size for file in files if file.is_file())


def _say(wanted: float, there: float) -> str:
    return f"{wanted / GB:.2f} GB > {there / GB:.2f} GB"
