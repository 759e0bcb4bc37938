"""What a run needs is held against its budgets and the machine before anything is read or removed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xacthuc.pipeline import verify
from xacthuc.runs import budgets
from xacthuc.runs.budgets import GB, check_disk, check_memory, count_rows, estimate, share_memory, share_threads
from xacthuc.runs.machine import find_memory, find_room
from xacthuc.runs.order import Order
from xacthuc.runs.refusals import VerifyRefused

NATION = estimate(people=98_000_000, claims=61_000_000, threads=2)
HUGE = replace(NATION, out=10**17, side=10**17, memory_least=10**15, memory_most=10**15)


def refuse_disk(tmp_path: Path, **more: float | None) -> str:
    with pytest.raises(VerifyRefused) as refusal:
        check_disk(HUGE, out=tmp_path / "out", side=tmp_path / "side", disk_gb=more.get("disk_gb"))
    assert f"{tmp_path}" in str(refusal.value) or more
    return refusal.value.code


def test_a_disk_that_is_too_small_is_told(tmp_path: Path) -> None:
    assert refuse_disk(tmp_path) == "run_disk_short"
    assert refuse_disk(tmp_path, disk_gb=5.0) == "run_disk_budget"
    assert list(tmp_path.iterdir()) == []


def test_each_disk_has_its_own_room(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or find_room(other)[0] == find_room(tmp_path)[0]:
        pytest.skip("there is no second file system here")
    free = find_room(other)[1]
    needs = replace(HUGE, out=1, side=free + 10**9)
    with pytest.raises(VerifyRefused) as refusal:
        check_disk(needs, out=tmp_path / "out", side=other / "side", disk_gb=None)
    assert str(refusal.value).count(f"{other}/side: ") == 2
    assert str(tmp_path) not in str(refusal.value)


def test_what_an_earlier_run_filled_counts_as_free(tmp_path: Path) -> None:
    (tmp_path / "out" / "work").mkdir(parents=True)
    filled = tmp_path / "out" / "work" / "rows.parquet"
    with filled.open("wb") as stream:
        stream.truncate(10**12)  # takes no room
    needs = replace(NATION, out=10**12 + 1, side=1)
    check_disk(needs, out=tmp_path / "out", side=tmp_path / "side", disk_gb=None)
    filled.rename(tmp_path / "out" / "of somebody")
    with pytest.raises(VerifyRefused):
        check_disk(needs, out=tmp_path / "out", side=tmp_path / "side", disk_gb=None)


def test_memory_that_is_too_small_is_told() -> None:
    for memory_gb, code in ((1.0, "run_memory_budget"), (1e7, "run_memory_short")):
        with pytest.raises(VerifyRefused) as refusal:
            check_memory(HUGE, memory_gb=memory_gb)
        assert refusal.value.code == code
        assert "1000000.00 GB >" in str(refusal.value)


def test_a_budget_larger_than_the_machine_is_no_fault_of_a_small_list() -> None:
    check_memory(estimate(people=1_000, claims=1_000, threads=2), memory_gb=1e6)


def test_memory_is_shared_between_the_engine_and_what_reads() -> None:
    assert [share_threads(16, memory_gb=gb) for gb in (0.5, 1.0, 2.0, 64.0)] == [1, 2, 5, 16]
    assert share_memory(4.0) == pytest.approx(3.6)
    assert share_memory(0.5) == budgets.ENGINE_LEAST_GB


def test_rows_are_counted_or_guessed_from_bytes(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": range(1_000)}), tmp_path / "a.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    (tmp_path / "b.csv").write_bytes(bytes(1_000))
    assert count_rows(tmp_path) == 1_000 + 0 + 1_000 // budgets.BYTES_A_ROW


def make_machine(root: Path, groups: dict[str, tuple[str, str, str]], *, lines: str) -> Path:
    """Write down a machine with a gigabyte, as Linux tells it."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "meminfo").write_text("MemTotal: 2000000 kB\nMemAvailable:  1000000 kB\n", encoding="utf-8")
    (root / "proc" / "self" / "cgroup").write_text(lines, encoding="utf-8")
    for folder, (limit, used, passing) in groups.items():
        path = root / "sys" / "fs" / "cgroup" / folder
        path.mkdir(parents=True, exist_ok=True)
        old = folder.startswith("memory")
        (path / ("memory.limit_in_bytes" if old else "memory.max")).write_text(limit, encoding="utf-8")
        (path / ("memory.usage_in_bytes" if old else "memory.current")).write_text(used, encoding="utf-8")
        name = "total_inactive_file" if old else "inactive_file"
        (path / "memory.stat").write_text(f"anon 5\n{name} {passing}\n", encoding="utf-8")
    return root


MACHINES = {
    "no groups": ({}, "", 1_024_000_000),
    "new groups": ({"a/b": ("max", "7", "0"), "a": ("600", "200", "50")}, "0::/a/b\n", 450),
    "old groups": ({"memory/a": ("500", "200", "1")}, "3:cpu,cpuacct:/\n2:memory:/a\n0::/\n", 301),
    "inside a container": ({"memory": ("500", "200", "1")}, "2:memory:/docker/a\n", 301),
    "no limit": ({"memory/a": ("9223372036854771712", "200", "1")}, "2:memory:/a\n", 1_024_000_000),
}


@pytest.mark.parametrize(("groups", "lines", "left"), MACHINES.values(), ids=MACHINES.keys())
def test_memory_of_a_container_counts(
    tmp_path: Path, groups: dict[str, tuple[str, str, str]], lines: str, left: int
) -> None:
    assert find_memory(make_machine(tmp_path, groups, lines=lines)) == left
    assert find_memory(tmp_path / "another system") is None


def test_nothing_is_read_or_removed_where_a_budget_is_too_small(tmp_path: Path) -> None:
    for name in ("people", "doses"):
        pq.write_table(pa.table({"name": ["An"]}), tmp_path / f"{name}.parquet")
    order = Order(
        files=(tmp_path / "doses.parquet",),
        register=tmp_path / "people.parquet",
        out=tmp_path / "out",
        as_of=date(2021, 12, 1),
        disk_gb=0.001,
    )
    (tmp_path / "out").mkdir()
    state = tmp_path / "out" / "run.json"
    state.write_text('{"kind": "verify", "fingerprint": "' + "0" * 64 + '"}', encoding="utf-8")
    shutil.copyfile(tmp_path / "people.parquet", tmp_path / "out" / "verdicts.parquet")
    with pytest.raises(VerifyRefused) as refusal:
        verify(order)
    assert refusal.value.code == "run_disk_budget"
    assert (tmp_path / "out" / "verdicts.parquet").exists()
    assert "0" * 64 in state.read_text(encoding="utf-8")


def test_a_budget_beyond_the_free_room_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": ["An"]}), tmp_path / "doses.parquet")
    order = Order((tmp_path / "doses.parquet",), tmp_path / "doses.parquet", tmp_path / "out", date(2021, 12, 1))
    said: list[str] = []
    for disk_gb in (1.0, 1e9):
        budgets.check_budgets(
            replace(order, disk_gb=disk_gb), tmp_path / "side", report=lambda name, _: said.append(name)
        )
    free = find_room(tmp_path)[1]
    assert [name.split(" > ")[0] for name in said] == [f"less_room: {1e9:.2f} GB"]
    assert free < 1e9 * GB
