"""The folders of a run: what is finished stays, what was begun goes, and the register's side is closed to others."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from line import list_steps
from xacthuc.runs.refusals import VerifyRefused
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
    places = (workspace.out, workspace.work, workspace.side / "matching", workspace.out / "annotated")
    begun = [folder / f"model.json.{os.getpid() + 1}.tmp" for folder in places]
    for path in begun:
        path.mkdir(parents=True)
        (path / "part").write_text("half", encoding="utf-8")
    (workspace.side / "spill").mkdir()
    (workspace.out / "notes of a clerk.tmp").touch()
    again = open_run(source)
    assert again == workspace
    assert list_steps(again.out) == ["read list.csv"]
    assert (again.work / "claims.json").exists()
    assert not any(path.exists() for path in [*begun, again.side / "spill"])
    assert (again.out / "notes of a clerk.tmp").exists()


def test_other_run_begins_anew_and_leaves_nothing_of_the_first(source: Path, temporary: Path) -> None:
    first = open_run(source)
    made = [first.out / name for name in ("verdicts.parquet", "model.json", "explanations.parquet")]
    for name in ("annotated", "tables", "public"):
        (first.out / name).mkdir()
        (first.out / name / "of the first").touch()
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


@pytest.mark.parametrize("text", ["", "[]", "{", '{"fingerprint": 7}', '{"fingerprint": "../../../home"}'])
@pytest.mark.usefixtures("temporary")
def test_folder_whose_state_is_not_ours_is_left_alone(source: Path, text: str) -> None:
    out = source.parent / "out"
    out.mkdir()
    (out / STATE).write_text(text, encoding="utf-8")
    assert refuse(source) == ("run_folder_not_ours", str(out / STATE))
    assert (out / STATE).read_text(encoding="utf-8") == text


def refuse(source: Path, **more: Any) -> tuple[str, str]:
    """Open a folder that must be refused; gives the code and the file or folder that is named."""
    with pytest.raises(VerifyRefused) as refusal:
        open_workspace(more.pop("out", source.parent / "out"), inputs=[source], options=(), **more)
    text = str(refusal.value)
    return refusal.value.code, next(word.strip(",;.") for word in text.split() if word.startswith(str(source.parent)))


@pytest.mark.parametrize("name", ["work", "rows.csv", "report.html", "annotated", "tables", "people"])
@pytest.mark.usefixtures("temporary")
def test_files_of_a_person_are_never_removed(source: Path, name: str) -> None:
    home = source.parent / "home"
    kept = home / name / "thesis.txt" if "." not in name else home / name
    kept.parent.mkdir(parents=True)
    kept.write_text("years of work", encoding="utf-8")
    places: dict[str, Any] = {"side": home} if name == "people" else {"out": home}
    assert refuse(source, **places) == ("run_folder_not_ours", str(home / name))
    assert kept.read_text(encoding="utf-8") == "years of work"
    assert not (home / STATE).exists()


@pytest.mark.usefixtures("temporary")
def test_input_that_lies_where_results_go_is_left_alone(tmp_path: Path) -> None:
    for name in ("records.parquet", "work/list.csv", "model.json"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        assert refuse(path, out=tmp_path / "in") == ("run_folder_holds_input", str(path))
        assert path.read_text(encoding="utf-8") == name
    people = tmp_path / "people"
    people.mkdir()
    (people / "1.parquet").touch()
    assert refuse(people, out=people) == ("run_folder_holds_input", str(people))
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "my list.csv").touch()
    inputs = [tmp_path / "beside" / "my list.csv"]  # what no run makes may lie beside what a run makes
    assert open_workspace(tmp_path / "beside", inputs=inputs, options=()).out.exists()


@pytest.mark.usefixtures("temporary")
def test_reading_does_not_remove_verdicts(source: Path) -> None:
    verdicts = open_run(source).out / "verdicts.parquet"
    assert refuse(source, kind="read") == ("run_folder_verified", str(verdicts.parent))
    verdicts.touch()
    (verdicts.parent / STATE).write_text(json.dumps({"fingerprint": "0" * 64}), encoding="utf-8")
    assert refuse(source, kind="read") == ("run_folder_verified", str(verdicts.parent))
    assert verdicts.exists()


def test_reading_has_no_side(source: Path, temporary: Path) -> None:
    workspace = open_workspace(source.parent / "out", inputs=[source], options=(), kind="read")
    assert list(temporary.iterdir()) == []
    assert open_run(source).out == workspace.out  # a run against the register may follow in the same folder


@pytest.mark.usefixtures("temporary")
def test_side_and_results_stay_apart(source: Path) -> None:
    out = source.parent / "out"
    for side in (out, out / "work" / "side"):
        assert refuse(source, side=side) == ("run_folders_meet", str(side))
    assert refuse(source, out=source.parent / "side" / "people", side=source.parent / "side")[0] == "run_folders_meet"
    assert open_run(source, side=out / "side").side.exists()
    assert refuse(source, out=out / "side")[0] == "run_folder_not_ours"  # a side is not what a run gives
    assert refuse(source, out=source.parent / "other", side=out)[0] == "run_folder_not_ours"


def test_side_that_was_asked_for_is_kept_and_closed(source: Path, temporary: Path) -> None:
    side = source.parent / "side"
    side.mkdir(mode=0o755)
    (side / "of the owner").touch()
    first = open_run(source, side=side)
    stale = side / "people"
    stale.mkdir()
    workspace = open_run(source, side=side, options=("another",))
    assert (workspace.side, workspace.fingerprint == first.fingerprint) == (side, False)
    assert stat.S_IMODE(side.stat().st_mode) == 0o700
    assert not stale.exists()
    workspace.finish(people=1)
    assert sorted(p.name for p in side.iterdir()) == ["of the owner", STATE]
    assert list(temporary.iterdir()) == []


def test_finished_run_without_the_side_that_is_asked_for_is_not_finished(source: Path, temporary: Path) -> None:
    workspace = open_run(source)
    (workspace.out / "verdicts.parquet").touch()
    workspace.finish(people=9)
    side = source.parent / "side"
    assert open_run(source, side=side).people is None
    (side / "candidates.parquet").touch()
    workspace.finish(people=9)
    assert open_run(source, side=side).people == 9
    (side / STATE).write_text(json.dumps({"kind": "side", "fingerprint": "0" * 64}), encoding="utf-8")
    assert open_run(source, side=side).people is None
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("temporary")
def test_folder_that_cannot_be_made_is_no_missing_file(source: Path) -> None:
    with pytest.raises(OSError, match="xacthuc") as error:
        open_workspace(Path("/proc/xacthuc/out"), inputs=[source], options=())
    assert not isinstance(error.value, FileNotFoundError)


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
    state = json.loads((workspace.out / STATE).read_text(encoding="utf-8"))
    assert (state["kind"], state["fingerprint"]) == ("verify", workspace.fingerprint)
    assert list(state["inputs"]) == [str(source.resolve())]
