"""A run that is killed and begun again gives what an undisturbed run gives, and does nothing twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from line import Country, digest, list_steps, make_country, run, start, wait_for

SEED = 20211031
ALL_KILLS = os.environ.get("XACTHUC_ALL_KILLS") == "1"
MOMENTS = 50 if ALL_KILLS else 5
PEOPLE, DOSES, IN_WORKBOOK = (20_000, 12_000, 3_000) if ALL_KILLS else (3_000, 1_800, 300)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    folder = tmp_path_factory.mktemp("country")
    return make_country(folder, people=PEOPLE, doses=DOSES, xlsx=IN_WORKBOOK, seed=SEED)


def kill_after(steps: int, seconds: float, words: tuple[str | Path, ...], *, temporary: Path) -> bool:
    """Run the command and kill it some seconds after so many steps; gives whether it had not finished by then."""
    process = start(*words, temporary=temporary)
    wait_for(process, Path(words[-1]), steps=steps)
    time.sleep(seconds)
    process.kill()
    process.communicate()
    return process.returncode != 0


def check_same(country: Country, folder: Path) -> None:
    steps = list_steps(folder / "out")
    assert len(steps) == len(set(steps))
    # A step that ended just before the kill may lack its line; nothing else may.
    assert set(steps) <= set(country.steps)
    assert digest(folder / "out" / "verdicts.parquet") == country.digest
    assert list((folder / "tmp").iterdir()) == []
    assert list((folder / "out").rglob("*.tmp")) == []


def test_killed_once_at_any_moment(country: Country, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    each = country.seconds / len(country.steps)
    killed = 0
    for moment in range(MOMENTS):
        folder = tmp_path / str(moment)
        folder.mkdir()
        words = (*country.words, "--out", folder / "out")
        # One moment out of each stretch of the run, so that few moments meet all of it, however busy the machine is.
        steps = int(len(country.steps) * (moment + rng.random()) / MOMENTS)
        killed += kill_after(steps, rng.uniform(0, each), words, temporary=folder / "tmp")
        before = list_steps(folder / "out")
        code, _, err = run(*words, temporary=folder / "tmp")
        assert code == 0, err
        assert list_steps(folder / "out")[: len(before)] == before
        check_same(country, folder)
    assert killed >= MOMENTS * 0.7


def test_killed_again_and_again(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    for steps in range(2, len(country.steps), 9):
        assert kill_after(steps, 0.0, words, temporary=tmp_path / "tmp")
    code, _, err = run(*words, temporary=tmp_path / "tmp")
    assert code == 0, err
    check_same(country, tmp_path)


def test_stopped_by_hand_and_begun_again(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    process = start(*words, temporary=tmp_path / "tmp")
    wait_for(process, tmp_path / "out", steps=5)
    while process.poll() is None:  # one of thirty is lost between two steps: people press again
        process.send_signal(signal.SIGINT)
        time.sleep(2)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "run the same command again" in err
    assert "Traceback" not in err
    code, _, err = run(*words, temporary=tmp_path / "tmp")
    assert code == 0, err
    check_same(country, tmp_path)


def test_finished_run_does_nothing_again(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    for _ in range(2):
        code, _, err = run(*words, temporary=tmp_path / "tmp")
        assert code == 0, err
    assert list_steps(tmp_path / "out") == country.steps


def test_another_order_begins_anew(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    assert kill_after(len(country.steps) - 6, 0.0, words, temporary=tmp_path / "tmp")
    other = tuple("2021-12-31" if word == "2021-12-01" else word for word in words)
    code, _, err = run(*other, temporary=tmp_path / "tmp")
    assert code == 0, err
    assert list_steps(tmp_path / "out") == country.steps
    assert list((tmp_path / "tmp").iterdir()) == []
