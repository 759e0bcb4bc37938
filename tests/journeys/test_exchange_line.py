"""Both sides of the exchange with the command, a real register between them, and kills at any moment."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from leaks import PLACE, find_leaks, find_secrets, make_claims, make_people
from line import start, write_csv
from sides import make_sides, note, write_claims
from xacthuc.cli import main
from xacthuc.exchange.envelope import read_manifest, take_rows
from xacthuc.findings import get_code
from xacthuc.nation import build_nation


def is_of_person(reason: dict[str, str]) -> bool:
    """Tell whether a reason is the register's owner's, and of this record alone."""
    return get_code(reason["code"]).stage == "matching" and reason["field"] != "row"


def call(*words: str | Path) -> tuple[int, str, str]:
    """Give the command its words in this process; gives exit code, output and errors."""
    code, out, err = 0, io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["xacthuc", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue(), err.getvalue()


class Sides:
    """Two folders on two machines, and the command in each of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.health, self.police = folder, folder / "health", folder / "police"
        self.call("keys", "--box", self.health, "--side", "health", "--name", "y-te")
        self.call("keys", "--box", self.police, "--side", "police", "--name", "cong-an")
        self.call("trust", self.police / "cong-an.public.pem", "--box", self.health, "--name", "cong-an")
        self.call("trust", self.health / "y-te.public.pem", "--box", self.police, "--name", "y-te")

    def call(self, *words: str | Path, code: int = 0) -> Any:
        found, out, err = call("exchange", *words, "--json")
        assert found == code, err
        return json.loads(out) if out else err

    def ask(self, out: Path) -> list[Path]:
        return [Path(path) for path in self.call("ask", out, "--box", self.health)["requests"]]

    def answer(self, *requests: Path, register: Path, **options: Any) -> list[Path]:
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        told = self.call("answer", *requests, "--box", self.police, "--register", register, *words)
        return [Path(answer["answer"]) for answer in told["answers"]]


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    return Sides(tmp_path)


def read_answers(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["record"]: row for row in pq.read_table(folder / "answers").to_pylist()}


def test_answers_are_the_verdicts_of_a_run(sides: Sides, tmp_path: Path) -> None:
    land = tmp_path / "land"
    build_nation(land, people=3000, doses=1500, seed=11)
    claims, register, out = land / "claims.parquet", land / "register.parquet", tmp_path / "out"
    words = ("--register", register, "--out", out, "--no-report", "--json", "--as-of", "2021-12-01")
    assert call("verify", claims, *words)[0] == 0
    (request,) = sides.ask(out)
    prepared = tmp_path / "prepared"
    words = ("prepare", register, "--out", prepared, "--model", out / "model.json")
    assert call("register", *words)[0] == 0
    answers = sides.answer(request, register=prepared)
    sides.call("daily", "--box", sides.police)
    applied = sides.call("apply", *sorted((sides.police / "sent").iterdir()), "--box", sides.health)["applied"]
    assert [file["kind"] for file in applied] == ["answer", "daily"]
    known = read_answers(sides.health)
    verdicts = {row["record"]: row for row in pq.read_table(out / "verdicts.parquet").to_pylist()}
    asked = {record for record, row in verdicts.items() if row["identity"] not in ("FOREIGN", "REFUSED")}
    assert known.keys() == asked
    assert len(asked) > 1300
    assert len({row["identity"] for row in known.values()}) >= 4
    for record, row in known.items():
        verdict = verdicts[record]
        reasons = [reason for reason in verdict["reasons"] if is_of_person(reason)]
        person = verdict["person"] if verdict["sure"] else None
        expected = (verdict["identity"], verdict["sure"], person, reasons)
        assert (row["identity"], row["sure"], row["person"], row["reasons"]) == expected
    assert sides.answer(request, register=register) == answers
    page = next((sides.health / "daily").glob("*.html")).read_text(encoding="utf-8")
    assert all(said in page for said in ("Đúng người", "Theo xã", f"{len(asked):,}".replace(",", ".")))
    assert "meaning_vi" in next((sides.health / "daily").glob("*.csv")).read_text(encoding="utf-8-sig")
    state = sides.call("status", "--box", sides.health)
    assert (state["asked"], state["answered"], state["waiting"]) == (len(asked), len(asked), [])
    assert "cong-an" in call("exchange", "status", "--box", sides.police)[1]


def test_nothing_of_the_register_reaches_health(sides: Sides, tmp_path: Path) -> None:
    people = make_people()
    claims = make_claims(people)
    secrets = find_secrets(people, claims)
    rows = [[*people[0], "province", "district", "commune"], *([*p.values(), *PLACE] for p in people)]
    register = write_csv(tmp_path / "register.csv", rows)
    listed = write_csv(tmp_path / "list.csv", claims)
    assert call("read", listed, "--out", tmp_path / "read", "--json")[0] == 0
    requests = sides.ask(tmp_path / "read")
    answers = sides.answer(*requests, register=register)
    sides.call("daily", "--box", sides.police)
    sides.call("apply", *sorted((sides.police / "sent").iterdir()), "--box", sides.health)
    known = read_answers(sides.health)
    assert known["c0"]["identity"] == "MATCHED"
    assert known["c1"]["person"] == "ref0001"  # sure without a number
    assert find_leaks(sides.health, secrets) == []
    assert find_leaks(sides.police / "sent", secrets) == []
    assert find_leaks(sides.police / "register", secrets) != []  # the search finds what is there
    numbered = write_csv(tmp_path / "by number.csv", [[*rows[0]], *([row[4], *row[1:]] for row in rows[1:])])
    (again,) = sides.call("ask", tmp_path / "read", "--box", sides.health, "--again")["requests"]
    (reply,) = sides.answer(Path(again), register=numbered)
    assert not set(pq.read_table(take_rows(reply, tmp_path / "rows"))["person"].to_pylist()) - {None}
    assert answers != [reply]


def test_files_in_any_order_end_well_or_say_why(sides: Sides, tmp_path: Path) -> None:
    people = make_people()
    rows = [[*people[0], "province", "district", "commune"], *([*p.values(), *PLACE] for p in people)]
    register = write_csv(tmp_path / "register.csv", rows)
    claims = make_claims(people)
    requests = []
    for part in (claims[:41], [claims[0], *claims[41:81]]):
        listed = write_csv(tmp_path / f"list{len(requests)}.csv", part)
        out = tmp_path / f"read{len(requests)}"
        assert call("read", listed, "--out", out, "--json")[0] == 0
        requests += sides.ask(out)
    words = ("answer", *requests[::-1], "--box", sides.police, "--register", register)
    found, out, err = call("exchange", *words)
    assert (found, out, "wrong order" in err, "thứ tự" in err) == (2, "", True, True)
    answers = sides.answer(*requests, register=register)
    assert len(answers) == 2
    assert call("exchange", "apply", answers[1], "--box", sides.health)[0] == 2
    sides.call("apply", answers[0], "--box", sides.health)
    told = sides.call("apply", *answers, "--box", sides.health, code=1)["applied"]  # what is known is passed over
    assert [file["number"] for file in told] == [2]
    assert len(read_answers(sides.health)) == 80


KILL = """
import os, shutil, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from sides import *
from xacthuc.engines import open_engine
from xacthuc.exchange import answer, apply, report_day
folder = Path({folder!r})

def ask_all(at):
    engine = open_engine("duckdb", scratch=at / "scratch")
    ask_for(at / "health", folder / "claims", engine, most=2)
    engine.close()

def answer_all(at):
    for path in sorted((at / "health" / "sent").iterdir()):
        with open_mailbox(at / "police") as box:
            answer(box, path, judge=judge_cheaply, at=NOON)

def report_all(at):
    with open_mailbox(at / "police") as box:
        report_day(box, NOON.date(), at=NOON)

def apply_all(at):
    for path in sorted((at / "police" / "sent").iterdir()):
        with open_mailbox(at / "health") as box:
            if not box.has(read_manifest(path)):
                apply(box, path, at=NOON)

def begin(do, at, killed_at=None):
    child = os.fork()
    if child == 0:
        left, real = [killed_at], os.fsync
        def fsync(handle):
            if left[0] == 0:
                os._exit(9)
            left[0] -= 1
            real(handle)
        if killed_at is not None:
            os.fsync = fsync
        do(at)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

whole = folder / "whole"
for do in (ask_all, answer_all, report_all, apply_all):
    after = Path(shutil.copytree(whole, folder / do.__name__))
    assert begin(do, after) == 0
    killed = 0
    while begin(do, Path(shutil.copytree(whole, folder / f"{{do.__name__}}{{killed}}")), killed) == 9:
        assert begin(do, folder / f"{{do.__name__}}{{killed}}") == 0
        killed += 1
    print(do.__name__, killed)
    whole = after
"""


@pytest.mark.slow
def test_a_command_that_is_killed_at_any_moment_is_done_once(tmp_path: Path) -> None:
    """The power goes whenever something is forced to the disk; then all is done again."""
    whole = tmp_path / "whole"
    make_sides(whole)
    write_claims([note(f"r{n}", number12=f"03615000{n:04}") for n in range(3)], tmp_path / "claims")
    tests = str(Path(__file__).parents[1])
    script = KILL.format(tests=tests, folder=str(tmp_path))
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    moments = {name: int(count) for name, count in (line.split() for line in told.stdout.splitlines())}
    assert list(moments) == ["ask_all", "answer_all", "report_all", "apply_all"]
    assert min(moments.values()) >= 4
    for name, count in moments.items():
        expected = list_files(tmp_path / name)
        for at in range(count):
            assert list_files(tmp_path / f"{name}{at}") == expected, (name, at)


def list_files(folder: Path) -> dict[str, bytes]:
    """Give what two mailboxes hold: ledgers, files, what was asked and answered; nothing half done may be among it."""
    parts = [path for box in ("health", "police") for path in (folder / box).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in parts}


def test_an_answer_that_is_killed_again_and_again_is_given_once(sides: Sides, tmp_path: Path) -> None:
    land = tmp_path / "land"
    build_nation(land, people=2000, doses=600, seed=5)
    read = ("read", land / "claims.parquet", "--out", tmp_path / "read", "--json")
    assert call(*read)[0] == 0
    (request,) = sides.ask(tmp_path / "read")
    words = ("exchange", "answer", request, "--box", sides.police, "--register", land / "register.parquet", "--json")
    undisturbed = shutil.copytree(sides.police, tmp_path / "undisturbed")
    kills, wait = 0, 0.5
    while True:
        process = start(*words, temporary=tmp_path / "tmp")
        time.sleep(wait)
        if process.poll() is not None:
            break
        process.kill()
        process.communicate()
        kills, wait = kills + 1, wait * 1.7
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert kills > 1
    (reply,) = sides.answer(request, register=land / "register.parquet")
    assert [path.name for path in (sides.police / "sent").iterdir()] == [reply.name]
    assert read_manifest(reply).number == 1
    sides.police = undisturbed
    (other,) = sides.answer(request, register=land / "register.parquet")
    tables = [pq.read_table(take_rows(path, tmp_path / "rows")).to_pylist() for path in (reply, other)]
    assert tables[0] == tables[1]


def test_what_cannot_be_done_is_said_in_both_languages(sides: Sides, tmp_path: Path) -> None:
    listed = write_csv(tmp_path / "list.csv", make_claims(make_people())[:3])
    broken = tmp_path / "broken.toml"
    broken.write_text("[columns]\nnothing = 1\n", encoding="utf-8")
    cases = {
        "no clean records": ("ask", tmp_path, "--box", sides.health),
        "not for the side": ("ask", tmp_path, "--box", sides.police),
        "no mailbox": ("status", "--box", tmp_path),
        "no file of this exchange": ("apply", listed, "--box", sides.health),
        "too many files": ("apply", *[listed] * 1001, "--box", sides.health),
        "cannot be used": ("answer", listed, "--box", sides.police, "--register", listed, "--columns", broken),
        "no file": ("trust", tmp_path / "nobody.pem", "--box", sides.police, "--name", "y-te"),
    }
    for said, words in cases.items():
        code, out, err = call("exchange", *words)
        vi, en = err.splitlines()
        assert (code, out, said in en, vi.isascii()) == (2, "", True, False), err
    assert "apply" in call("exchange", "--help")[1]
    assert sides.call("status", "--box", sides.health)["expected"] == 1


def test_people_are_told_in_both_languages(tmp_path: Path) -> None:
    box = tmp_path / "box"
    told = call("exchange", "keys", "--box", box, "--side", "police", "--name", "cong-an")[1].splitlines()
    assert [line.split()[0] for line in told] == ["Khóa", "Key"]
    call("exchange", "keys", "--box", tmp_path / "other", "--side", "health", "--name", "y-te")
    key = tmp_path / "other" / "y-te.public.pem"
    assert "telephone" in call("exchange", "trust", key, "--box", box, "--name", "y-te")[1]
    code, out, _ = call("exchange", "daily", "--box", box, "--day", "2021-12-01")
    report, page = out.splitlines()
    assert (code, Path(report).name) == (0, "cong-an-000001-daily.zip")
    assert "01/12/2021" in Path(page).read_text(encoding="utf-8")
