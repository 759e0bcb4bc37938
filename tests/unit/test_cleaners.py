"""Processes that clean: the same answers in the same order, errors in their place, and nobody left behind."""

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from line import write_csv
from village import HEADINGS, note_person
from xacthuc.cleaning import SheetEvidence, clean_batch
from xacthuc.reading import read_file
from xacthuc.records import SheetLayout
from xacthuc.runs.cleaners import CleanerLost, Cleaners, serve
from xacthuc.runs.intake import take_in

EVIDENCE = SheetEvidence()
PARENT = """
import sys, time
from xacthuc.runs.cleaners import Cleaners
with Cleaners(1) as cleaners:
    cleaners.start()
    print(cleaners.list_ids()[0], flush=True)
    time.sleep(60)
"""


def read_parts(folder: Path, *, rows: int = 40) -> list[tuple[pa.Table, SheetLayout]]:
    """Give a list as four batches."""
    path = write_csv(folder / "list.csv", [HEADINGS, *(note_person(n % 9) for n in range(rows))])
    sheet = next(iter(read_file(path)))
    batch = pa.concat_tables(sheet.batches)
    return [(batch.slice(start, rows // 4), sheet.layout) for start in range(0, rows, rows // 4)]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for_end(process: int) -> None:
    for _ in range(300):
        if not is_running(process):
            return
        time.sleep(0.1)
    raise AssertionError("the process goes on")


def test_answers_come_in_order_and_are_the_same_from_any_number_of_processes(tmp_path: Path) -> None:
    parts = read_parts(tmp_path)
    expected = [clean_batch(batch, layout, evidence=EVIDENCE, distinct=True) for batch, layout in parts]
    for count in (0, 1, 2):
        with Cleaners(count) as cleaners:
            answers = list(cleaners.clean(iter(parts), evidence=EVIDENCE))
            again = list(cleaners.clean(iter(parts[:1]), evidence=EVIDENCE))
            processes = cleaners.list_ids()
        assert [answer.records for answer in answers] == [answer.records for answer in expected]
        assert [answer.findings for answer in answers] == [answer.findings for answer in expected]
        assert again[0].records == expected[0].records
        assert len(processes) == count
        assert not any(map(is_running, processes))


def test_work_is_shared_out_and_answers_come_in_the_order_of_the_parts() -> None:
    for count in (0, 2):
        heard: list[int] = []
        with Cleaners(count, tell=lambda answers, heard=heard: heard.append(len(answers))) as cleaners:
            assert cleaners.spread(math.isqrt, [n * n for n in range(50)]) == list(range(50))
            with pytest.raises(ValueError, match="nonnegative"):
                cleaners.spread(math.isqrt, [4, -1, 9])
        assert max(heard) == 50


def test_work_of_a_process_that_is_ended_is_told() -> None:
    with Cleaners(1) as cleaners:
        cleaners.start()
        os.kill(cleaners.list_ids()[0], signal.SIGKILL)
        with pytest.raises(CleanerLost):
            cleaners.spread(time.sleep, [0.1] * 20)


def test_an_error_in_a_process_is_raised_after_the_answers_before_it(tmp_path: Path) -> None:
    parts = read_parts(tmp_path)
    parts[1] = (parts[1][0].drop_columns("row"), parts[1][1])
    with Cleaners(1) as cleaners:
        answers = cleaners.clean(iter(parts), evidence=EVIDENCE)
        assert next(answers).records.num_rows == 10
        with pytest.raises(KeyError, match="row"):
            next(answers)


def test_a_process_that_is_ended_from_outside_is_told(tmp_path: Path) -> None:
    with Cleaners(1) as cleaners:
        cleaners.start()
        os.kill(cleaners.list_ids()[0], signal.SIGKILL)
        with pytest.raises(CleanerLost):
            list(cleaners.clean(iter(read_parts(tmp_path)), evidence=EVIDENCE))


def test_what_fails_while_batches_are_read_ends_the_processes(tmp_path: Path) -> None:
    def fail() -> Iterator[tuple[pa.Table, SheetLayout]]:
        yield from read_parts(tmp_path)
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"), Cleaners(1) as cleaners:
        list(cleaners.clean(fail(), evidence=EVIDENCE))
    wait_for_end(cleaners.list_ids()[0])


def test_a_process_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        assert is_running(process)
        parent.kill()
    wait_for_end(process)


def test_serving_ends_when_the_other_end_is_closed(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        ours.shutdown(socket.SHUT_WR)
        serve(theirs.detach())
    assert theirs.fileno() == -1


def test_a_large_file_gives_the_same_from_any_number_of_processes(tmp_path: Path) -> None:
    people = pa.Table.from_pylist([dict(zip(HEADINGS, note_person(n % 9), strict=True)) for n in range(210)])
    pq.write_table(pa.concat_tables([people] * 2_000), tmp_path / "list.parquet", row_group_size=210_000)
    files = []
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        source = take_in(tmp_path / "list.parquet", folder=folder, number="claim", first=5, threads=threads)
        assert (source.rows, source.layouts[0].counts["data"]) == (420_000, 420_000)
        slices = 0 if threads == 1 else 2
        assert len(list((folder / "rows").iterdir())) == slices + 1
        files.append([pq.read_table(folder / part) for part in ("rows", "findings")])
    assert files[0] == files[1]
    assert files[0][0]["claim"].to_pylist() == list(range(5, 420_005))
