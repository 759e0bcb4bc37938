"""The command by hand and by script: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pyarrow.parquet as pq
import pytest
from pyarrow import ArrowInvalid, ArrowMemoryError

from line import list_steps, write_csv
from village import HEADINGS, note_person, write_lists, write_register
from xacthuc import cli, demo, pipeline
from xacthuc.engines import EngineFailed
from xacthuc.runs import delivery
from xacthuc.runs.cleaners import CleanerLost

Told = tuple[int, str, str]
Call = Callable[..., Told]
DAY = ("--as-of", "2021-12-20")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Call the command in this process; gives exit code, output and errors."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def run(*words: str | Path) -> Told:
        monkeypatch.setattr(sys, "argv", ["xacthuc", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path / "register.csv")


@pytest.fixture
def lists(tmp_path: Path) -> list[Path]:
    return write_lists(tmp_path)


def test_verify_explain_and_report(call: Call, register: Path, lists: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, told, _ = call("verify", *lists, "--register", register, "--out", out, *DAY, "--title", "Xã Hải Minh")
    assert code == 1
    assert "MATCHED" in told
    assert "hong.xlsx" in told
    assert "Xã Hải Minh" in (out / "report.html").read_text(encoding="utf-8")
    check_explanations(call, out)
    code, told, _ = call("report", out, "--title", "Lần hai", *DAY)
    assert (code, told.strip()) == (0, str(out / "report.html"))
    code, told, _ = call("report", out, "--title", "Lần hai", "--json", *DAY)
    assert (code, json.loads(told)) == (0, {"page": str(out / "report.html")})
    assert "Lần hai" in (out / "report.html").read_text(encoding="utf-8")


def test_verify_says_what_was_not_used_and_which_letters_were_lost(call: Call, register: Path, tmp_path: Path) -> None:
    full = write_csv(tmp_path / "a.csv", [[*HEADINGS, "Trường ABC"], [*note_person(0), "p"], [*note_person(1), "p"]])
    lost = tmp_path / "b.csv"
    rows = [["Họ và tên", *HEADINGS[1:]], *(note_person(place, name="Nguyễn Thị Đào") for place in range(3))]
    lost.write_bytes("\n".join(",".join(row) for row in rows).encode("cp1252", "replace"))
    words = ("verify", full, lost, "--register", register, "--out", tmp_path / "out", *DAY, "--no-report")
    code, told, _ = call(*words)
    assert code == 1
    assert "a.csv: cột không dùng · columns not used: Trường ABC" in told
    assert "CSV UTF-8" in told
    code, told, _ = call(*words, "--json")
    said = json.loads(told)
    assert code == 1
    assert said["unused_columns"][0] == {"file": "a.csv", "sheet": "", "columns": ["Trường ABC"]}
    assert said["faulty_files"] == [{"file": "b.csv", "sheet": "", "code": "letters_lost"}]
    code, told, _ = call("read", full, lost, "--out", tmp_path / "read", "--json")
    assert code == 1
    assert json.loads(told)["faulty_files"] == said["faulty_files"]
    assert json.loads(told)["files"][0]["sheets"][0]["not_used"] == ["Trường ABC"]


def test_what_is_given_is_written_beside_its_name(
    call: Call, register: Path, lists: list[Path], tmp_path: Path
) -> None:
    lists.append(write_csv(tmp_path / "nhieu.csv", [HEADINGS, *([note_person(0)] * 3)]))
    words = ("verify", *lists, "--register", register, "--out", tmp_path / "out", *DAY, "--json", "--title")
    assert call(*words, "Lần đầu")[0] == 1
    given = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and path.parent.name in GIVEN]
    given.append(tmp_path / "out" / "report.html")
    assert {path.parent.name for path in given} == {*GIVEN, "out"}
    held = [path.open("rb") for path in given]  # a reader who came before: what he has open stays as it was
    before = [os.fstat(file.fileno()).st_ino for file in held]
    try:
        assert call(*words, "Lần hai")[0] == 1
        assert not {path.stat().st_ino for path in given} & set(before)
        assert "Lần đầu" in held[-1].read().decode()
    finally:
        for file in held:
            file.close()
    assert not list((tmp_path / "out").rglob("*.tmp"))


GIVEN = ("annotated", "tables", "public")


def check_explanations(call: Call, out: Path) -> None:
    records = {row["identity"]: row["record"] for row in pq.read_table(out / "verdicts.parquet").to_pylist()}
    words = {
        "MATCHED": "Right person", "MISMATCH": "marks lost", "NOT_FOUND": "Person not found",
        "NO_NUMBER": "No identity number", "FOREIGN": "Foreigner", "REFUSED": "Row is no record",
    }  # fmt: skip
    assert records.keys() == words.keys()
    for identity, said in words.items():
        page = out / f"{identity}.html"
        code, text, _ = call("explain", records[identity], "--out", out, "--html", page)
        assert code == 0
        assert said in text
        assert said in page.read_text(encoding="utf-8")
        told = json.loads(call("explain", records[identity], "--out", out, "--json")[1])
        assert (told["identity"], told["record"]) == (identity, records[identity])
        assert sum(step["weight"] for step in told["steps"]) == told["total"]
        assert bool(told["steps"]) == (identity in ("MISMATCH", "NOT_FOUND", "NO_NUMBER"))


def test_explain_says_what_is_not_there(call: Call, register: Path, lists: list[Path], tmp_path: Path) -> None:
    code, _, err = call("explain", "HM-1", "--out", tmp_path / "nowhere")
    assert (code, "There are no verdicts" in err) == (2, True)
    call("verify", lists[1], "--register", register, "--out", tmp_path / "out", "--no-report", "--json")
    code, _, err = call("explain", "HM-99", "--out", tmp_path / "out")
    assert (code, "There is no such record" in err) == (2, True)
    code, _, err = call("report", tmp_path / "nowhere")
    assert (code, "run xacthuc verify" in err.lower()) == (2, True)


def test_explain_of_a_person_who_could_be_several(call: Call, register: Path, tmp_path: Path) -> None:
    nam = note_person(5, number12="271450001")
    listed = write_csv(tmp_path / "a.csv", [["id", *HEADINGS], ["x", *nam]])
    code, told, _ = call("verify", listed, "--register", register, "--out", tmp_path / "out", "--no-report", "--json")
    assert (code, json.loads(told)["identity"]) == (0, {"AMBIGUOUS": 1})
    assert "Could be several people" in call("explain", "x", "--out", tmp_path / "out")[1]


def test_read_says_what_was_understood(call: Call, lists: list[Path], tmp_path: Path) -> None:
    code, told, _ = call("read", *lists, "--out", tmp_path / "out")
    assert code == 1
    for said in ("tram y te.xlsx: 4 hồ sơ · 4 records", "'Họ và tên' -> name", "hong.xlsx"):
        assert said in told.replace("\n", " ")
    assert pq.read_table(tmp_path / "out" / "records.parquet").num_rows == 8
    code, told, _ = call("read", lists[1], "--out", tmp_path / "one", "--json")
    answer = json.loads(told)
    assert (code, answer["files"][0]["records"]) == (0, 4)
    fields = {column["field"] for column in answer["files"][0]["sheets"][0]["columns"]}
    assert {"record", "name", "birth_date", "number"} <= fields
    # A run against the register may follow in the same folder.
    assert not (tmp_path / "one" / "verdicts.parquet").exists()


def test_model_that_was_given_is_used_instead_of_learning(
    call: Call, register: Path, lists: list[Path], tmp_path: Path
) -> None:
    model = Path(__file__).parents[2] / "conformance" / "model.json"
    words = ("verify", lists[1], "--register", register, "--no-report", "--json", *DAY)
    for out, more in (("learnt", ()), ("given", ("--model", model))):
        assert call(*words, "--out", tmp_path / out, *more)[0] == 0
    assert (tmp_path / "given" / "model.json").read_bytes() == model.read_bytes()
    weights = {
        out: [row["weight"] for row in pq.read_table(tmp_path / out / "verdicts.parquet").to_pylist()]
        for out in ("learnt", "given")
    }
    assert weights["learnt"] != weights["given"]
    assert "patterns" in list_steps(tmp_path / "learnt")
    assert "patterns" not in list_steps(tmp_path / "given")


def test_nation_and_score(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "nation"
    code, told, _ = call("nation", folder, "--people", 2000, "--doses", 800, "--seed", 3, "--json")
    assert (code, json.loads(told)["people"]) == (0, 2000)
    words = ("verify", folder / "claims.parquet", "--register", folder / "register.parquet", "--no-report", "--json")
    assert call(*words, "--out", tmp_path / "out", "--as-of", "2021-12-01")[0] == 0
    code, told, _ = call("score", tmp_path / "out", "--truth", folder / "truth.parquet", "--json")
    assert (code, json.loads(told)["matched_wrong_person"]) == (0, 0)
    code, told, _ = call("score", tmp_path / "out", "--truth", folder / "truth.parquet")
    assert (code, "matched_wrong_person: 0" in told) == (0, True)
    assert len(told.splitlines()) < 50
    code, told, _ = call("nation", tmp_path / "small", "--people", 200, "--doses", 20)
    assert (code, "residual" in told) == (0, True)
    code, _, err = call("nation", tmp_path / "many", "--people", 100, "--doses", 9000)
    assert (code, "too many" in err) == (2, True)
    own = tmp_path / "own" / "register.parquet"
    own.parent.mkdir()
    own.write_bytes(b"of somebody")
    code, _, err = call("nation", own.parent, "--people", 200, "--doses", 20)
    assert (code, str(own) in err, own.read_bytes()) == (2, True, b"of somebody")
    code, _, err = call("nation", tmp_path / "many", "--people", 100, "--doses", 1_000_000)
    assert (code, "too many" in err) == (2, True)
    words = ("nation", tmp_path / "other", "--people", 200, "--doses", 20, "--seed", 9, "--json")
    assert call(*words)[0] == 0
    for truth in (tmp_path / "other" / "truth.parquet", tmp_path / "other" / "sites.parquet"):
        code, out, err = call("score", tmp_path / "out", "--truth", truth)
        assert (code, out, "is not the truth of the records" in err) == (2, "", True)
    code, _, err = call("score", tmp_path / "nowhere", "--truth", truth)
    assert (code, f"no verdicts in {tmp_path / 'nowhere'}" in err) == (2, True)


LIST = ("verify", "list.csv", "--register", "list.csv", "--out", "o")
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no files": (("verify",), "FILES"),
    "no register": (("verify", "list.csv"), "--register"),
    "no such command": (("verfy",), "verfy"),
    "no such option": ((*LIST, "--fast"), "--fast"),
    "no such engine": ((*LIST, "--engine", "abacus"), "--engine (duckdb, spark)"),
    "no such day": ((*LIST, "--as-of", "soon"), "--as-of (%Y-%m-%d)"),
    "too little": (("nation", "o", "--people", "3"), "--people (100 – )"),
    "too much": (("explain", "x", "y", "--out", "o"), "xacthuc --help"),
    "no such list": (("verify", "nowhere.csv", "--register", "list.csv", "--out", "o"), "nowhere.csv"),
    "no such register": (("verify", "list.csv", "--register", "nobody.csv", "--out", "o"), "nobody.csv"),
    "a folder as map": ((*LIST, "--columns", "folder"), "folder"),
    "a file as folder": (("read", "list.csv", "--out", "list.csv"), "list.csv"),
}


@pytest.mark.parametrize(("words", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_command_that_cannot_be_understood(
    call: Call, words: tuple[str, ...], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "list.csv", [HEADINGS])
    (tmp_path / "folder").mkdir()
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    vi, en = err.splitlines()
    assert vi.startswith("xacthuc: ")
    assert named in vi
    assert named in en
    assert not vi.isascii()
    assert not (tmp_path / "o").exists()


def test_nothing_asked_for_is_told_what_there_is(call: Call) -> None:
    code, out, err = call()
    assert (code, "verify" in out + err, "Traceback" in err) == (2, True, False)


def test_folder_that_cannot_be_written(call: Call, register: Path, lists: list[Path], tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file", encoding="utf-8")
    words = ("verify", lists[1], "--register", register)
    code, _, err = call(*words, "--out", blocked / "out", "--json")
    assert (code, "cannot be written" in err) == (3, True)


ENDS: dict[str, tuple[BaseException, int, str]] = {
    "Ctrl-C": (click.exceptions.Abort(), 130, "run the same command again"),
    "Ctrl-C at once": (KeyboardInterrupt(), 130, "run the same command again"),
    "engine": (EngineFailed("engine_memory_used_up", step="02_compare"), 3, "(step 02_compare)"),
    "no such file": (FileNotFoundError(2, "gone", "lots.csv"), 2, "lots.csv"),
    "no such file, not named": (FileNotFoundError("gone"), 3, "could not be read or written"),
    "disk": (OSError(28, "No space left on device", "out"), 3, "The disk is full"),
    "disk, no file named": (OSError(28, "No space left on device"), 3, "The disk is full"),
    "a process that cleans": (CleanerLost("ended"), 3, "A process that cleans was ended"),
    "Arrow's memory": (ArrowMemoryError("HEM0"), 3, "--memory"),
    "the system's memory": (OSError(12, "Cannot allocate memory"), 3, "--memory"),
    "damaged table": (ArrowInvalid("HEM0"), 3, "not as it should be"),
    "memory": (MemoryError(), 3, "--memory"),
}


@pytest.mark.parametrize(("error", "code", "said"), ENDS.values(), ids=ENDS.keys())
def test_how_it_ends(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str, tmp_path: Path
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    # Only the end of the command is looked at: what stopped it stands in for disk, memory and keyboard.
    monkeypatch.setattr(delivery, "write_report", fail)
    found, out, err = call("report", tmp_path)
    assert (found, out) == (code, "")
    vi, en = err.strip().splitlines()
    assert vi.startswith("xacthuc: ")
    assert said in en
    assert "HEM0" not in err


def test_mistake_of_ours_shows_where(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(delivery, "write_report", fail)
    with pytest.raises(ZeroDivisionError):
        call("report", tmp_path)


@pytest.mark.parametrize("module", ["click", "rich"])
def test_ctrl_c_while_the_library_is_loaded(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt", encoding="utf-8")  # as if it came at this moment
    words = ("import sys; sys.path.insert(0, sys.argv.pop(1)); from xacthuc.cli import main; main()", tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", *map(str, words), "nation", str(tmp_path / "n")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr


def test_stopped_run_says_where_the_register_waits(
    call: Call, register: Path, lists: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    words = ("verify", lists[1], "--register", register, "--out", tmp_path / "out", "--json", *DAY)
    monkeypatch.setattr(pipeline.rules, "judge_doses", stop)
    code, _, err = call(*words)
    (side,) = tmp_path.glob("xacthuc-*")
    assert (code, err.count(str(side))) == (130, 2)
    code, _, err = call(*words, "--register-side", tmp_path / "side")
    assert (code, "xacthuc-" in err.replace("xacthuc: ", "")) == (130, False)


def test_files_of_a_person_are_left_alone(call: Call, register: Path, lists: list[Path], tmp_path: Path) -> None:
    thesis = tmp_path / "home" / "work" / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years", encoding="utf-8")
    words = ("verify", lists[1], "--register", register)
    code, _, err = call(*words, "--out", tmp_path / "home")
    assert (code, str(thesis.parent) in err) == (2, True)
    assert thesis.exists()
    assert call(*words, "--out", tmp_path / "out", "--json", *DAY)[0] == 0
    for names in (("read", lists[1], "--out", tmp_path / "out"), ("read", tmp_path / "out" / "records.parquet")):
        code, _, err = call(*names, *(() if "--out" in names else ("--out", tmp_path / "out")))
        assert (code, "Traceback" in err) == (2, False)
    assert (tmp_path / "out" / "verdicts.parquet").exists()
    assert call("verify", lists[0], "--register", register, "--out", tmp_path / "out", "--json", *DAY)[0] == 0
    assert [path.name for path in (tmp_path / "out" / "annotated").iterdir()] == [lists[0].name]


@pytest.mark.parametrize("name", ["verdicts.parquet", "work/lines.parquet", "explanations.parquet"])
def test_run_that_is_damaged_is_said(call: Call, register: Path, lists: list[Path], tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    assert call("verify", lists[1], "--register", register, "--out", out, "--json", "--no-report", *DAY)[0] == 0
    command = ("explain", "HM-1", "--out", out) if name == "explanations.parquet" else ("report", out)
    (out / name).write_bytes(b"PAR1 no table PAR1")
    code, _, err = call(*command)
    assert (code, err.count(str(out / name))) == (2, 2)
    (out / name).unlink()
    code, _, err = call(*command)
    assert (code, err.count(str(out))) == (2, 2)


def test_demo_shows_the_whole_line(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("PEOPLE", 6_000), ("DOSES", 3_600), ("HANDS", 2), ("ROWS", 40)):
        monkeypatch.setattr(demo, name, value)
    code, told, _ = call("demo", "--folder", tmp_path / "demo", "--seed", 5)
    assert code == 0
    assert "Open these:" in told
    assert "0 of" in told
    (tried,) = (line.split() for line in told.splitlines() if " explain " in line)
    assert call("explain", tried[2], "--out", tmp_path / "demo" / "province")[0] == 0
    for path in ("district/report.html", "district/annotated", "province/report.html", "measures.json"):
        assert (tmp_path / "demo" / path).exists()
    code, told, err = call("demo", "--folder", tmp_path / "demo", "--seed", 5, "--json")  # what is there is shown again
    assert (code, err, json.loads(told).keys()) == (0, "", {"summary", "measures"})


def test_the_demo_calls_the_command_as_the_person_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.name_command(".venv/bin/xacthuc") == ".venv/bin/xacthuc"
    assert cli.name_command("/a b/xacthuc") == "'/a b/xacthuc'"
    assert cli.name_command("/src/xacthuc/__main__.py") == "xacthuc"
    known = tmp_path / "xacthuc"
    known.write_text("#!/bin/sh", encoding="utf-8")
    known.chmod(0o755)
    assert cli.name_command(".venv/bin/xacthuc") == "xacthuc"


@pytest.mark.parametrize("text", ["Xin chào, đây là thư.\nHẹn gặp.\n", ",".join(HEADINGS)])
def test_a_file_without_a_record_is_said(call: Call, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    code, told, _ = call("read", tmp_path / "a.txt", "--out", tmp_path / "out")
    assert (code, "No record could be read from: a.txt." in told) == (1, True)
    code, told, _ = call("read", tmp_path / "a.txt", "--out", tmp_path / "out", "--json")
    assert (code, json.loads(told)["files"][0]["records"]) == (1, 0)


def test_version_and_help(call: Call) -> None:
    assert call("--version")[0] == 0
    assert "verify" in call("--help")[1]
