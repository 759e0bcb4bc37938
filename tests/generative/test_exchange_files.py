"""Whatever becomes of the files between two sides, every claim is answered exactly once."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sides import HEALTH, NOON, forge, judge_cheaply, list_answers, make_sides, note, write_claims
from xacthuc.engines import Engine
from xacthuc.exchange import ExchangeRefused, answer, apply, ask, make_mailbox, open_mailbox, report_day, tell_standing
from xacthuc.exchange.envelope import ROWS, read_manifest
from xacthuc.findings import get_code

EXAMPLES = int(os.environ.get("XACTHUC_EXCHANGE_EXAMPLES", "12"))
RECORDS = ("a", "b", "c", "d")
FATES = st.sampled_from(["whole", "whole", "whole", "cut", "flipped", "altered", "foreign"])


class Between(RuleBasedStateMachine):
    """Two sides, and a post that loses, repeats, reorders, cuts, alters and forges what they send."""

    engine: Engine

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.health, self.police = make_sides(self.folder)
        make_mailbox(self.folder / "stranger", side="health", name=HEALTH)
        self.said: dict[str, str] = {}  # last digit of the number of each record
        self.asked: list[tuple[str, str]] = []  # record and digit, each once
        self.answers: dict[int, bytes] = {}
        self.write_down("a", "1")
        self.write_down("b", "2")
        self.ask(1)

    @rule(record=st.sampled_from(RECORDS), digit=st.sampled_from("0123"))
    def write_down(self, record: str, digit: str) -> None:
        self.said[record] = digit

    @precondition(lambda self: self.said)
    @rule(most=st.integers(1, 3))
    def ask(self, most: int) -> None:
        rows = [note(record, number12=f"03615000123{digit}") for record, digit in sorted(self.said.items())]
        claims = write_claims(rows, self.folder / "claims")
        with open_mailbox(self.health) as box:
            asked = ask(box, claims, engine=self.engine, at=NOON, most=most)
        new = [(record, digit) for record, digit in sorted(self.said.items()) if (record, digit) not in self.asked]
        assert asked.claims == len(new)
        assert asked.unasked == {"known": len(self.said) - len(new)}
        self.asked += new

    @rule(which=st.integers(0, 99), fate=FATES, stops=st.booleans(), at=st.floats(0, 0.999))
    def bring_request(self, which: int, fate: str, stops: bool, at: float) -> None:
        files = sorted((self.health / "sent").iterdir())
        if files:
            self.bring_to_police(files[which % len(files)], fate=fate, stops=stops, at=at)

    @rule(which=st.integers(0, 99), fate=FATES, at=st.floats(0, 0.999))
    def bring_answer(self, which: int, fate: str, at: float) -> None:
        files = sorted((self.police / "sent").iterdir())
        if files:
            self.bring_to_health(files[which % len(files)], fate=fate, at=at)

    @rule(days=st.integers(0, 1))
    def report(self, days: int) -> None:
        with open_mailbox(self.police) as box:
            report_day(box, date(2021, 12, 1) + timedelta(days), at=NOON + timedelta(days))

    def bring_to_police(self, path: Path, *, fate: str, stops: bool = False, at: float = 0.5) -> None:
        given = self.spoil(path, fate, at)
        number = read_manifest(path).number

        def judge(claims: Path, work: Path) -> Any:
            if stops:
                raise MemoryError
            return judge_cheaply(claims, work)

        with open_mailbox(self.police) as box:
            expected, sent, waiting = box.received.next_number, len(box.sent), tell_standing(box).waiting
            try:
                told = answer(box, given, judge=judge, at=NOON)
            except MemoryError:
                assert (fate, stops) == ("whole", True)
                assert number in (expected, *waiting)
                assert len(box.sent) == sent
            except ExchangeRefused as refusal:
                assert len(box.received) == expected - 1
                self.check_refusal(refusal.code, fate=fate, gap=number > expected)
            else:
                assert fate == "whole"
                assert number <= expected
                done_before = number < expected and number not in waiting
                assert [done.recorded for done in told] == ([True] if done_before else [False] * len(told))
                assert number in [done.request for done in told]
                assert len(box.sent) == sent + (0 if done_before else len(told))
                for done in told:  # the same bytes each time
                    assert self.answers.setdefault(done.request, done.answer.read_bytes()) == done.answer.read_bytes()

    def bring_to_health(self, path: Path, *, fate: str, at: float = 0.5) -> None:
        given = self.spoil(path, fate, at)
        number = read_manifest(path).number
        with open_mailbox(self.health) as box:
            expected, before = box.received.next_number, list_answers(box)
            try:
                apply(box, given, at=NOON)
            except ExchangeRefused as refusal:
                assert (len(box.received), list_answers(box)) == (expected - 1, before)
                repeated = fate == "whole" and number < expected
                self.check_refusal(refusal.code, fate="repeated" if repeated else fate, gap=number > expected)
            else:
                assert (fate, number) == ("whole", expected)

    def check_refusal(self, code: str, *, fate: str, gap: bool) -> None:
        codes = {
            "whole": {"exchange_gap"} if gap else set(),
            "repeated": {"exchange_repeated"},
            "cut": {"exchange_file_truncated"},
            "flipped": {"exchange_file_damaged", "exchange_file_altered", "exchange_file_foreign",
                        "exchange_file_truncated", "exchange_key_unknown"},
            "altered": {"exchange_file_altered"},
            "foreign": {"exchange_key_unknown"},
        }  # fmt: skip
        assert code in codes[fate]
        assert get_code(code).stage == "exchange"

    def spoil(self, path: Path, fate: str, at: float) -> Path:
        out = self.folder / path.name
        data = path.read_bytes()
        place = int(at * len(data))
        if fate == "altered":
            with zipfile.ZipFile(path) as package:
                entries = {name: package.read(name) for name in package.namelist()}
            rows = entries[ROWS]
            place = int(at * len(rows))
            entries[ROWS] = rows[:place] + bytes([rows[place] ^ 1]) + rows[place + 1 :]
            with zipfile.ZipFile(out, "w") as package:
                for name, entry in entries.items():
                    package.writestr(zipfile.ZipInfo(name), entry)
            return out
        if fate == "foreign":
            return forge(path, out, by=self.folder / "stranger", key="f" * 16)
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        out.write_bytes({"whole": data, "cut": data[:place], "flipped": flipped}[fate])
        return out

    @invariant()
    def nothing_is_answered_twice(self) -> None:
        with open_mailbox(self.health) as box:
            known = list_answers(box)
        asked = [record for record, _ in self.asked]
        assert all(len(answers) <= asked.count(record) for record, answers in known.items())

    def teardown(self) -> None:
        """At the end all is sent twice more in its order: now everything has its answer, once."""
        for _ in range(2):
            for path in sorted((self.health / "sent").iterdir()):
                self.bring_to_police(path, fate="whole")
            for path in sorted((self.police / "sent").iterdir()):
                self.bring_to_health(path, fate="whole")
        with open_mailbox(self.health) as box:
            known = list_answers(box)
            assert tell_standing(box).waiting == ()
        expected: dict[str, list[str]] = {}
        for record, digit in self.asked:
            expected.setdefault(record, []).append("MATCHED" if digit in "02" else "NOT_FOUND")
        assert known == expected
        answered = [e.about["request"] for e in self.list_sent() if e.kind == "answer"]
        assert sorted(answered) == list(range(1, len(list((self.health / "sent").iterdir())) + 1))
        shutil.rmtree(self.folder)

    def list_sent(self) -> Iterator[Any]:
        with open_mailbox(self.police) as box:
            yield from box.sent


@pytest.mark.slow
def test_every_claim_is_answered_exactly_once(duckdb_engine: Engine) -> None:
    Between.engine = duckdb_engine
    run_state_machine_as_test(
        Between,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
