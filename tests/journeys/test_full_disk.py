"""A disk that is really full: each part of a run says so, leaves nothing half-written, and goes on once it can."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from line import Country, digest, list_steps, make_country, run, start, wait_for
from xacthuc.engines import EngineFailed, Step, open_engine

SEED = 20211031
MEGABYTES = 96


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return make_country(tmp_path_factory.mktemp("country"), people=3_000, doses=1_800, xlsx=300, seed=SEED)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own. Where none can be mounted nothing else will do: a limit on files is not a full disk."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here (needs root): a full disk is not tried")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left; gives the file that holds it."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as stream:
        for size in (1 << 20, 1 << 12):
            with pytest.raises(OSError, match="No space left"):
                write_on(stream, bytes(size))
    return ballast


def write_on(stream: io.RawIOBase, piece: bytes) -> None:
    while True:
        assert stream.write(piece)


def check_full(err: str, code: int) -> None:
    assert code == 3, err
    assert "The disk is full" in err or "passing room" in err
    assert "Đĩa đã đầy" in err or "chỗ tạm" in err
    assert "Traceback" not in err


# After so many of 33 steps: while the register and the claims are read, in matching and rules, and when verdicts,
# records and lists are written.
MOMENTS = range(33) if os.environ.get("XACTHUC_ALL_KILLS") == "1" else (0, 2, 7, 20, 29, 30)


@pytest.mark.parametrize("steps", MOMENTS)
def test_disk_full_in_the_middle(country: Country, disk: Path, steps: int) -> None:
    words = (*country.words, "--out", disk / "out")
    process = start(*words, temporary=disk / "tmp")
    while not (disk / "out" / "run.json").exists():
        assert process.poll() is None
    wait_for(process, disk / "out", steps=steps)
    process.send_signal(signal.SIGSTOP)
    ballast = fill(disk)
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate()
    check_full(err, process.returncode)
    assert list(disk.rglob("*.tmp")) == []
    before = list_steps(disk / "out")
    ballast.unlink()
    code, _, err = run(*words, temporary=disk / "tmp")
    assert code == 0, err
    assert list_steps(disk / "out")[: len(before)] == before
    assert digest(disk / "out" / "verdicts.parquet") == country.digest
    assert list((disk / "tmp").iterdir()) == []


def test_disk_full_while_the_report_is_written(country: Country, disk: Path) -> None:
    words = (*(word for word in country.words if word != "--no-report"), "--out", disk / "out")
    assert run(*country.words, "--out", disk / "out", temporary=disk / "tmp")[0] == 0
    made = {path: path.stat().st_mtime_ns for path in (disk / "out").rglob("*") if path.is_file()}
    ballast = fill(disk)
    code, _, err = run(*words, temporary=disk / "tmp")
    check_full(err, code)
    assert {path: path.stat().st_mtime_ns for path in (disk / "out").rglob("*") if path.is_file()} == made
    ballast.unlink()
    code, _, err = run(*words, temporary=disk / "tmp")
    assert code == 0, err
    assert (disk / "out" / "report.html").stat().st_size > 0
    assert len(list((disk / "out" / "annotated").iterdir())) == 2


def test_disk_full_from_the_spill(disk: Path, tmp_path: Path) -> None:
    engine = open_engine("duckdb", memory_gb=0.1, threads=2, scratch=disk / "spill")
    rows = "SELECT range AS i, hash(range) AS h, repeat('x', 50) || range AS t FROM range(4000000)"
    with pytest.raises(EngineFailed) as failed:
        engine.run_step(Step("sorted", f"SELECT * FROM ({rows}) ORDER BY h"), inputs={}, output=tmp_path / "o.parquet")
    assert failed.value.code == "engine_spill_used_up"
    assert list(tmp_path.iterdir()) == [disk]
    engine.close()
    assert list((disk / "spill").iterdir()) == []
