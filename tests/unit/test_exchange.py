"""Claims out, codes back: what travels, what is asked again, how answers are recorded."""

from __future__ import annotations

import json
import stat
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sides import HEALTH, NOON, POLICE, ask_for, forge, judge_cheaply, list_answers, make_sides, note, write_claims
from xacthuc.engines import Engine
from xacthuc.exchange import (
    ExchangeRefused,
    answer,
    apply,
    make_mailbox,
    open_mailbox,
    report_day,
    tell_standing,
    trust,
)
from xacthuc.exchange.envelope import take_rows
from xacthuc.exchange.tables import DAILY_SCHEMA, PERSON_COLUMNS

CLAIMS = [
    note("a", number12="036150001234"),
    note("b", number12="036150001235", commune="13987", district="366", province="36"),
    note("c", number12=None, passport="E4317167"),
    note("d", refused="row_without_person"),
    note("e", number12=None, name="Lê Văn An", lot="CTMAV562", site="Trạm Y tế", place="X" * 300),
]


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    return make_sides(tmp_path)


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    return write_claims(CLAIMS, tmp_path / "claims")


def send_back(request: Path, *, health: Path, police: Path) -> Path:
    """Answer a request and apply the answer."""
    with open_mailbox(police, side="police") as box:
        (done,) = answer(box, request, judge=judge_cheaply, at=NOON)
    with open_mailbox(health, side="health") as box:
        apply(box, done.answer, at=NOON)
    return done.answer


def test_a_claim_goes_there_and_its_answer_comes_back(
    sides: tuple[Path, Path], claims: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    asked = ask_for(health, claims, duckdb_engine)
    assert (asked.claims, asked.unasked) == (2, {"known": 0, "foreign": 1, "refused": 1, "unusable": 1})
    (request,) = asked.requests
    assert request.name == f"{HEALTH}-000001-request.zip"
    reply = send_back(request, health=health, police=police)
    assert reply.name == f"{POLICE}-000001-answer.zip"
    applied = {row["record"]: row for row in pq.read_table(health / "answers" / "000001.parquet").to_pylist()}
    assert {record: row["identity"] for record, row in applied.items()} == {"a": "MATCHED", "b": "NOT_FOUND"}
    assert {record: row["person"] for record, row in applied.items()} == {"a": "p", "b": None}  # only where sure
    assert applied["b"]["reasons"] == [{"field": "number", "code": "number_unknown"}]
    for box in (health, police):
        with open_mailbox(box) as opened:
            standing = tell_standing(opened)
        assert (standing.asked, standing.answered, standing.waiting, standing.expected) == (2, 2, (), 2)
        assert list((box / "work").iterdir()) == []


def test_a_request_carries_what_matching_reads_and_nothing_else(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, _ = sides
    told = note("secret-record", file="danh-sach.xlsx", lot="CTMAV562", site="Tram", vaccine="AstraZeneca", given=False)
    asked = ask_for(health, write_claims([told], tmp_path / "claims"), duckdb_engine)
    table = pq.read_table(take_rows(asked.requests[0], tmp_path / "rows.parquet"))
    assert table.schema.names == ["ref", *PERSON_COLUMNS]
    written = asked.requests[0].read_bytes() + json.dumps(table.to_pylist()).encode()
    for word in (b"secret-record", b"danh-sach", b"CTMAV562", b"Tram", b"AstraZeneca", "Thị".encode()):
        assert word not in written


def test_what_was_asked_is_asked_again_only_when_it_says_something_else(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    rows = [note("a", number12="036150001234"), note("b", number12="036150001235")]
    first = ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine)
    assert (first.claims, ask_for(health, tmp_path / "1", duckdb_engine).claims) == (2, 0)  # waiting
    send_back(first.requests[0], health=health, police=police)
    assert ask_for(health, tmp_path / "1", duckdb_engine).claims == 0  # answered
    rows[1] |= {"number12": "036150001238"}
    second = ask_for(health, write_claims([*rows, note("c")], tmp_path / "2"), duckdb_engine)
    assert (second.claims, second.unasked["known"]) == (2, 1)  # changed, and new
    send_back(second.requests[0], health=health, police=police)
    with open_mailbox(health) as box:
        assert list_answers(box) == {"a": ["MATCHED"], "b": ["NOT_FOUND", "MATCHED"], "c": ["MATCHED"]}
    assert ask_for(health, tmp_path / "1", duckdb_engine).claims == 0  # as it was said at first, and answered then


def test_again_asks_for_those_that_were_not_matched(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    rows = [note("a", number12="036150001234"), note("b", number12="036150001235")]
    first = ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine)
    assert ask_for(health, tmp_path / "1", duckdb_engine, again=True).claims == 0  # they wait
    send_back(first.requests[0], health=health, police=police)
    again = ask_for(health, tmp_path / "1", duckdb_engine, again=True)
    assert again.claims == 1
    send_back(again.requests[0], health=health, police=police)
    with open_mailbox(health) as box:
        assert list_answers(box) == {"a": ["MATCHED"], "b": ["NOT_FOUND", "NOT_FOUND"]}


def test_many_claims_become_several_requests(sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine) -> None:
    health, police = sides
    rows = [note(f"r{n}", number12=f"03615000{n:04}") for n in range(25)]
    asked = ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine, most=10)
    assert [pq.read_table(take_rows(path, tmp_path / "rows")).num_rows for path in asked.requests] == [10, 10, 5]
    for request in asked.requests:
        send_back(request, health=health, police=police)
    with open_mailbox(health) as box:
        known = list_answers(box)
    assert {record: len(answers) for record, answers in known.items()} == {row["record"]: 1 for row in rows}


def test_a_claim_that_cannot_be_compared_is_answered_with_its_own_code(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    wrong = [note("b", birth_date="soon"), note("c", number12="3615"), note("d", sex="X"), note("e", phone="09")]
    asked = ask_for(health, write_claims([note("a"), *wrong], tmp_path / "1"), duckdb_engine)
    send_back(asked.requests[0], health=health, police=police)
    rows = {row["record"]: row for row in pq.read_table(health / "answers" / "000001.parquet").to_pylist()}
    assert rows.pop("a")["identity"] == "MATCHED"
    assert {row["identity"] for row in rows.values()} == {"REFUSED"}
    assert [row["reasons"] for row in rows.values()] == [[{"field": "row", "code": "exchange_claim_unusable"}]] * 4


def test_the_same_request_again_gives_the_recorded_answer(
    sides: tuple[Path, Path], claims: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    (request,) = ask_for(health, claims, duckdb_engine).requests
    told = []
    for hours in range(3):
        with open_mailbox(police) as box:
            told += answer(box, request, judge=judge_cheaply, at=NOON + timedelta(hours=hours))
    assert [done.recorded for done in told] == [False, True, True]
    assert {done.answer for done in told} == {police / "sent" / f"{POLICE}-000001-answer.zip"}
    assert len((police / "sent.jsonl").read_text().splitlines()) == 1


def test_a_request_whose_answer_failed_is_answered_with_the_next(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    rows = [note(f"r{n}", number12=f"03615000{n:04}") for n in range(4)]
    first, second = ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine, most=2).requests

    def fail(*_: Path) -> pa.Table:
        raise MemoryError

    with open_mailbox(police) as box, pytest.raises(MemoryError):
        answer(box, first, judge=fail, at=NOON)
    with open_mailbox(police) as box:
        assert tell_standing(box).waiting == (1,)
        assert [done.request for done in answer(box, second, judge=judge_cheaply, at=NOON)] == [1, 2]


def test_the_daily_report_counts_the_claims_of_a_day(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    here = {"commune": "13987", "district": "366", "province": "36"}
    there = {"district": "365", "province": "36"}
    rows = [
        note("a", number12="036150001234", **here),
        note("b", number12="036150001235", **here),
        note("c", number12="036150001237", **there),
        note("d", number12="036150001239"),
    ]
    first, second = ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine, most=2).requests
    tomorrow = NOON + timedelta(days=1)
    with open_mailbox(police) as box:
        answer(box, first, judge=judge_cheaply, at=NOON)
        with pytest.raises(MemoryError):
            answer(box, second, judge=lambda *_: (_ for _ in ()).throw(MemoryError()), at=NOON)
        today = report_day(box, date(2021, 12, 1), at=NOON)
        assert report_day(box, date(2021, 12, 1), at=tomorrow) == today  # nothing changed
        answer(box, second, judge=judge_cheaply, at=tomorrow)
        assert report_day(box, date(2021, 12, 1), at=tomorrow) == today  # nor by what the next day brings
        later = report_day(box, date(2021, 12, 2), at=tomorrow)
    told = [read_counts(take_rows(path, tmp_path / "rows.parquet")) for path in (today, later)]
    assert told[0]["nation", None] == {
        "received": 4, "answered": 2, "waiting": 2, **split(told[0], "identity"), **split(told[0], "reason"),
    }  # fmt: skip
    assert sum(split(told[0], "identity").values()) == 2
    assert told[1]["nation", None]["answered"] == 2
    assert "received" not in told[1]["nation", None]
    for day in told:
        for level in ("province", "district", "commune"):
            for measure in day["nation", None]:
                parts = [counts.get(measure, 0) for (at, _), counts in day.items() if at == level]
                assert sum(parts) == day["nation", None][measure]
    assert told[0]["commune", "13987"]["received"] == 2
    assert told[0]["district", "365"]["received"] == 1
    assert told[0]["province", None]["received"] == 1
    with open_mailbox(health) as box:
        kinds = [apply(box, path, at=tomorrow).kind for path in sorted((police / "sent").iterdir())]
    assert kinds == ["answer", "daily", "answer", "daily"]
    assert (health / "daily" / "2021-12-01.parquet").exists()


Counts = dict[tuple[str, str | None], dict[str, int]]


def read_counts(path: Path) -> Counts:
    counts: Counts = {}
    for row in pq.read_table(path).to_pylist():
        measure = ":".join(filter(None, (row["measure"], row["code"])))
        counts.setdefault((row["level"], row["unit"]), {})[measure] = row["claims"]
    return counts


def split(counts: Counts, measure: str) -> dict[str, int]:
    return {name: count for name, count in counts["nation", None].items() if name.startswith(f"{measure}:")}


def test_keys_are_private_and_never_written_over(sides: tuple[Path, Path], tmp_path: Path) -> None:
    health, police = sides
    assert stat.S_IMODE((health / "private.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((health / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(health.stat().st_mode) == 0o700
    key = (health / "private.pem").read_bytes()
    refused = {
        "exchange_mailbox_there": lambda: make_mailbox(health, side="health", name="other"),
        "exchange_name_unusable": lambda: make_mailbox(tmp_path / "new", side="health", name="../up"),
        "exchange_folder_not_ours": lambda: make_mailbox(tmp_path, side="health", name="other"),
        "exchange_partner_other": lambda: trust(health, key=police / f"{POLICE}.public.pem", name="other"),
        "exchange_key_own": lambda: trust(health, key=health / f"{HEALTH}.public.pem", name=POLICE),
        "exchange_key_unusable": lambda: trust(health, key=health / "mailbox.json", name=POLICE),
        "exchange_mailbox_missing": lambda: open_mailbox(tmp_path / "new").__enter__(),
        "exchange_side_wrong": lambda: open_mailbox(health, side="police").__enter__(),
    }
    for code, do in refused.items():
        with pytest.raises(ExchangeRefused) as refusal:
            do()
        assert refusal.value.code == code
    assert (health / "private.pem").read_bytes() == key
    with open_mailbox(health), pytest.raises(ExchangeRefused, match="in use"), open_mailbox(health):
        pass
    (health / "private.pem").chmod(0o640)
    with pytest.raises(ExchangeRefused) as refusal, open_mailbox(health):
        pass
    assert refusal.value.code == "exchange_key_open"


def test_a_mailbox_without_a_partner_sends_nothing(tmp_path: Path, claims: Path, duckdb_engine: Engine) -> None:
    make_mailbox(tmp_path / "lone", side="health", name="lone")
    with pytest.raises(ExchangeRefused) as refusal:
        ask_for(tmp_path / "lone", claims, duckdb_engine)
    assert refusal.value.code == "exchange_partner_missing"
    assert list((tmp_path / "lone" / "sent").iterdir()) == []


@pytest.mark.parametrize("change", ["number", "order", "gone", "text"])
def test_a_ledger_that_was_altered_is_refused(
    sides: tuple[Path, Path], tmp_path: Path, duckdb_engine: Engine, change: str
) -> None:
    health, _ = sides
    rows = [note(f"r{n}", number12=f"03615000{n:04}") for n in range(3)]
    ask_for(health, write_claims(rows, tmp_path / "1"), duckdb_engine, most=1)
    path = health / "sent.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = {
        "number": [lines[0].replace('"rows": 1', '"rows": 2'), *lines[1:]],
        "order": [lines[1], lines[0], lines[2]],
        "gone": [lines[0], lines[2]],
        "text": [*lines[:2], "no line\n"],
    }
    path.write_text("".join(changed[change]), encoding="utf-8")
    with pytest.raises(ExchangeRefused) as refusal, open_mailbox(health):
        pass
    assert refusal.value.code == "exchange_ledger_broken"


@pytest.mark.parametrize("about", [{"day": "../../elsewhere"}, {"day": "2021-13-01"}, {}])
def test_a_report_of_no_day_is_refused(sides: tuple[Path, Path], tmp_path: Path, about: dict[str, str]) -> None:
    health, police = sides
    with open_mailbox(police) as box:
        report = report_day(box, date(2021, 12, 1), at=NOON)
    forged = forge(report, tmp_path / "forged.zip", by=police, about=about)
    with open_mailbox(health) as box, pytest.raises(ExchangeRefused) as refusal:
        apply(box, forged, at=NOON)
    assert refusal.value.code == "exchange_rows_unusable"
    assert not (health / "daily").exists()


def test_a_report_of_no_level_is_refused(sides: tuple[Path, Path], tmp_path: Path) -> None:
    health, police = sides
    with open_mailbox(police) as box:
        report = report_day(box, date(2021, 12, 1), at=NOON)
    rows = [{"level": "village", "unit": None, "measure": "received", "code": None, "claims": 1}]
    forged = forge(report, tmp_path / "forged.zip", by=police, table=pa.Table.from_pylist(rows, schema=DAILY_SCHEMA))
    with open_mailbox(health) as box, pytest.raises(ExchangeRefused) as refusal:
        apply(box, forged, at=NOON)
    assert refusal.value.code == "exchange_rows_unusable"


def test_what_a_killed_command_left_is_finished_or_cleared_away(
    sides: tuple[Path, Path], claims: Path, duckdb_engine: Engine
) -> None:
    health, _ = sides
    (request,) = ask_for(health, claims, duckdb_engine).requests
    data = request.read_bytes()
    request.rename(request.with_name(request.name + ".waiting"))  # in the ledger, without its name
    early = request.with_name(f"{HEALTH}-000002-request.zip.waiting")
    early.write_bytes(data)  # ready, but never in the ledger
    begun = request.with_name("x.1.tmp")
    begun.write_bytes(b"half")
    never = health / "asked" / "000002.parquet"
    never.write_bytes((health / "asked" / "000001.parquet").read_bytes())
    with open_mailbox(health):
        assert request.read_bytes() == data
        assert not any(path.exists() for path in (early, begun, never))


def test_a_second_key_of_the_partner_is_trusted_beside_the_first(
    sides: tuple[Path, Path], claims: Path, tmp_path: Path, duckdb_engine: Engine
) -> None:
    health, police = sides
    make_mailbox(tmp_path / "new", side="health", name=HEALTH)
    ask_for(health, claims, duckdb_engine)
    (tmp_path / "new" / "private.pem").replace(health / "private.pem")
    more = write_claims([note("f"), note("g")], tmp_path / "more")
    (request,) = ask_for(health, more, duckdb_engine).requests
    first = health / "sent" / f"{HEALTH}-000001-request.zip"
    with open_mailbox(police) as box:
        answer(box, first, judge=judge_cheaply, at=NOON)
        with pytest.raises(ExchangeRefused) as refusal:
            answer(box, request, judge=judge_cheaply, at=NOON)
    assert refusal.value.code == "exchange_key_unknown"
    trust(police, key=tmp_path / "new" / f"{HEALTH}.public.pem", name=HEALTH)
    with open_mailbox(police) as box:
        assert [done.request for done in answer(box, request, judge=judge_cheaply, at=NOON)] == [2]
