"""What goes wrong in the middle of a run is said with its code; the same command goes on from the last good state."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from line import Country, digest, list_steps, make_country, run, start, wait_for

SEED = 20211031


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return make_country(tmp_path_factory.mktemp("country"), people=3_000, doses=1_800, xlsx=300, seed=SEED)


def find(country: Country, name: str) -> Path:
    """Give one of the inputs."""
    return next(word for word in country.words if isinstance(word, Path) and word.name == name)


@pytest.fixture
def changing(country: Country) -> object:
    """Inputs that a test changes are put back as they were, to the nanosecond."""
    kept = {path: (path.read_bytes(), path.stat()) for path in country.words if isinstance(path, Path)}
    yield lambda: put_back(kept)
    put_back(kept)


def put_back(kept: dict[Path, tuple[bytes, os.stat_result]]) -> None:
    for path, (content, was) in kept.items():
        path.write_bytes(content)
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n")


def replace(path: Path) -> None:
    shutil.copyfile(path, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def stop_after(steps: int, words: tuple[str | Path, ...], *, temporary: Path) -> None:
    """Run the command and kill it after so many steps."""
    process = start(*words, temporary=temporary)
    wait_for(process, Path(words[-1]), steps=steps)
    process.kill()
    process.communicate()
    assert process.returncode != 0


def check_goes_on(country: Country, words: tuple[str | Path, ...], *, temporary: Path) -> str:
    """Run the command to its end; it gives what an undisturbed run gives, and leaves nothing behind."""
    code, _, err = run(*words, temporary=temporary)
    assert code == 0, err
    out = Path(words[-1])
    assert digest(out / "verdicts.parquet") == country.digest
    assert list(temporary.iterdir()) == []
    assert list(out.rglob("*.tmp")) == []
    return err


CHANGES = {
    "register appended while it is read": ("register.parquet", append, 0),
    "register replaced while matching": ("register.parquet", replace, 8),
    "claims appended while others are read": ("claims.csv", append, 1),
    "claims replaced at the end": ("rest.parquet", replace, 26),
}


@pytest.mark.parametrize(("name", "change", "steps"), CHANGES.values(), ids=CHANGES.keys())
def test_input_changed_while_a_run_goes_on(
    country: Country,
    changing: Callable[[], None],
    tmp_path: Path,
    name: str,
    change: Callable[[Path], None],
    steps: int,
) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    process = start(*words, temporary=tmp_path / "tmp")
    while not (tmp_path / "out" / "run.json").exists():
        assert process.poll() is None
    wait_for(process, tmp_path / "out", steps=steps)
    change(find(country, name))
    _, err = process.communicate()
    assert process.returncode == 2, err
    assert f"{name} has changed since this run was begun" in err
    assert not (tmp_path / "out" / "verdicts.parquet").exists()
    changing()
    check_goes_on(country, words, temporary=tmp_path / "tmp")


def test_register_changed_between_a_kill_and_the_next_run(
    country: Country, changing: Callable[[], None], tmp_path: Path
) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    stop_after(9, words, temporary=tmp_path / "tmp")
    before = list_steps(tmp_path / "out")
    append(find(country, "register.parquet"))
    code, _, err = run(*words, temporary=tmp_path / "tmp")
    assert code == 2
    assert "register.parquet has changed since this run was begun" in err
    assert "waits in" in err
    assert list_steps(tmp_path / "out") == before
    changing()
    check_goes_on(country, words, temporary=tmp_path / "tmp")
    assert list_steps(tmp_path / "out")[: len(before)] == before


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    """Write over the middle of a file, as it is where a disk has lost what it was given."""
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size // 3)
        stream.write(b"\0" * (path.stat().st_size // 3))


TABLES = (
    "out/*/claims/rows/*0.parquet",
    "out/*/claims/*0.json",
    "tmp/*/people/rows/*.parquet",
    "tmp/*/matching/pairs.parquet",
)


@pytest.mark.parametrize("damage", [cut, overwrite])
@pytest.mark.parametrize("table", TABLES)
def test_table_damaged_after_a_kill_is_made_anew(
    country: Country, tmp_path: Path, table: str, damage: Callable[[Path], None]
) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    stop_after(12, words, temporary=tmp_path / "tmp")
    path = next(iter(tmp_path.glob(table)))
    damage(path)
    err = check_goes_on(country, words, temporary=tmp_path / "tmp")
    assert f"damaged table made anew: {path.name}" in err


def test_table_damaged_behind_its_back_is_dropped_and_made_anew(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    stop_after(12, words, temporary=tmp_path / "tmp")
    (path,) = tmp_path.glob("tmp/*/matching/pairs.parquet")
    was = path.stat()
    overwrite(path)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    (tmp_path / "tmp" / path.parts[-3] / "matching" / "candidates.parquet").unlink(missing_ok=True)
    code, _, err = run(*words, temporary=tmp_path / "tmp")
    assert code == 3, err
    assert "pairs.parquet" in err
    assert "has been dropped" in err
    check_goes_on(country, words, temporary=tmp_path / "tmp")


def test_finished_run_with_a_damaged_table_is_mended(country: Country, tmp_path: Path) -> None:
    words = (*country.words, "--out", tmp_path / "out")
    check_goes_on(country, words, temporary=tmp_path / "tmp")
    cut(tmp_path / "out" / "verdicts.parquet")
    check_goes_on(country, words, temporary=tmp_path / "tmp")
