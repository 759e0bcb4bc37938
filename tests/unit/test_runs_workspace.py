"""The folders of a run: what is finished stays, what was begun goes, and the register's side is closed to others."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest

from line import list_steps
from xacthuc.runs.workspace import STATE, Workspace, open_workspace, writing


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("name\n", encoding="utf-8")
    return path


def open_run(source: Path, *, options: tuple[str, ...] = (), side: Path | None = None) -> Workspace:
    return open_workspace(source.parent / "out", inputs=[source], options=options, side=side)


def write_half(path: Path) -> None:
    with writing(path) as unfinished:
        unfinished.write_text("half", encoding="utf-8")
        raise RuntimeError


def test_writing_leaves_a_whole_file_or_none(tmp_path: Path) -> None:
    path = tmp_path / "made"
    with pytest.raises(RuntimeError):
        write_half(path)
    assert list(tmp_path.iterdir()) == []
    with writing(path) as unfinished:
        unfinished.write_text("whole", encoding="utf-8")
        assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


@pytest.mark.usefixtures("temporary")
def test_same_run_goes_on_where_it_stood(source: Path) -> None:
    workspace = open_run(source)
    workspace.note("read list.csv")
    (workspace.work / "claims.json").write_text("{}", encoding="utf-8")
    begun = [
        folder / f"x.{os.getpid() + 1}.tmp" for folder in (workspace.out, workspace.work, workspace.side / "matching")
    ]
    for path in begun:
        path.mkdir(parents=True)
        (path / "part").write_text("half", encoding="utf-8")
    (workspace.side / "spill").mkdir()
    again = open_run(source)
    assert again == workspace
    assert list_steps(again.out) == ["read list.csv"]
    assert (again.work / "claims.json").exists()
    assert not any(path.exists() for path in [*begun, again.side / "spill"])


def test_other_run_begins_anew_and_leaves_nothing_of_the_first(source: Path, temporary: Path) -> None:
    first = open_run(source)
    made = [first.out / name for name in ("verdicts.parquet", "model.json", "explanations.parquet")]
    for path in [*made, first.out / "notes of a clerk.txt", first.work / "claims.json"]:
        path.write_text("x", encoding="utf-8")
    first.note("read list.csv")
    second = open_run(source, options=("another",))
    assert second.side != first.side
    assert [p.name for p in temporary.iterdir()] == [second.side.name]
    assert sorted(p.name for p in second.out.iterdir()) == ["notes of a clerk.txt", STATE, "work"]
    assert list(second.work.iterdir()) == []


def test_changed_input_is_another_run(source: Path, temporary: Path) -> None:
    first = open_run(source)
    source.write_text("name\nAn\n", encoding="utf-8")
    assert open_run(source).fingerprint != first.fingerprint


def test_finished_run_is_known_and_has_no_side(source: Path, temporary: Path) -> None:
    workspace = open_run(source)
    workspace.write_once("verdicts.parquet", lambda: (workspace.out / "verdicts.parquet").touch())
    workspace.write_once("verdicts.parquet", lambda: pytest.fail("written twice"))
    workspace.finish(people=9)
    again = open_run(source)
    assert (again.people, list_steps(again.out)) == (9, ["verdicts.parquet"])
    assert list(temporary.iterdir()) == []
    (again.out / "verdicts.parquet").unlink()  # somebody took the result away: it is made again
    assert open_run(source).people is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"fingerprint": 7}'])
@pytest.mark.usefixtures("temporary")
def test_state_that_cannot_be_read_begins_anew(source: Path, text: str) -> None:
    workspace = open_run(source)
    workspace.note("read list.csv")
    (workspace.out / STATE).write_text(text, encoding="utf-8")
    assert list_steps(open_run(source).out) == []


def test_side_that_was_asked_for_is_kept_and_closed(source: Path, temporary: Path) -> None:
    side = source.parent / "side"
    side.mkdir(mode=0o755)
    (side / "of the owner").touch()
    stale = side / "people"
    stale.mkdir()
    workspace = open_run(source, side=side)
    assert stat.S_IMODE(side.stat().st_mode) == 0o700
    assert not stale.exists()
    workspace.finish(people=1)
    assert sorted(p.name for p in side.iterdir()) == ["of the owner", STATE]
    assert list(temporary.iterdir()) == []


def test_temporary_side_is_closed_to_others(source: Path, temporary: Path) -> None:
    side = open_run(source).side
    assert stat.S_IMODE(side.stat().st_mode) == 0o700
    assert side.parent == temporary


def test_side_that_somebody_else_laid_out_is_not_used(source: Path, temporary: Path) -> None:
    side = open_run(source).side
    (side / STATE).unlink()
    side.rmdir()
    elsewhere = temporary.parent / "elsewhere"
    elsewhere.mkdir()
    side.symlink_to(elsewhere)  # whoever knows the name could point it where others may read
    with pytest.raises(PermissionError):
        open_run(source)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.usefixtures("temporary")
def test_steps_are_lines_that_anyone_can_read(source: Path) -> None:
    workspace = open_run(source)
    workspace.note("read danh sách.csv")
    assert (workspace.out / "steps.jsonl").read_text(encoding="utf-8") == '{"step": "read danh sách.csv"}\n'
    assert json.loads((workspace.out / STATE).read_text(encoding="utf-8")) == {"fingerprint": workspace.fingerprint}
