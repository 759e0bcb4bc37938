"""The commands of the exchange between Health, who owns the claims, and the police, who own the register."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import click

from xacthuc.cli_paths import FILE, FOLDER, PLACE

VIETNAM = timezone(timedelta(hours=7))  # a day of the ledgers is a day there
BOX = click.option("--box", required=True, type=FOLDER, help="The mailbox of this side; one for each partner.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")


@click.group()
def exchange() -> None:
    """Ask the register's owner, and answer: signed, numbered files between Health and the police."""


@exchange.command()
@BOX
@click.option("--side", required=True, type=click.Choice(["health", "police"]), help="Who asks, who owns the register.")
@click.option("--name", required=True, help="Name of this side, part of the file names: y-te-36, cong-an-36.")
@JSON
def keys(box: Path, side: Any, name: str, *, as_json: bool) -> None:
    """Make a mailbox with a new key. Give NAME.public.pem to the partner, and never private.pem."""
    from xacthuc.exchange import make_mailbox

    key = make_mailbox(box, side=side, name=name)
    public = box / f"{name}.public.pem"
    _tell(
        {"box": str(box), "name": name, "key": key, "public": str(public)},
        f"Khóa {key}. Gửi {public} cho đối tác và đọc mã khóa qua điện thoại.",
        f"Key {key}. Give {public} to the partner, and read them the id of the key on the telephone.",
        as_json=as_json,
    )


@exchange.command()
@click.argument("key", type=FILE)
@BOX
@click.option("--name", required=True, help="Name of the partner, as on their side.")
@JSON
def trust(key: Path, box: Path, name: str, *, as_json: bool) -> None:
    """Trust what the partner NAME signs with the public KEY."""
    from xacthuc.exchange import trust as trust_key

    known = trust_key(box, key=key, name=name)
    kept = box / "trusted" / f"{known}.pem"
    _tell(
        {"box": str(box), "partner": name, "key": known, "kept": str(kept)},
        f"Tin cậy khóa {known} của {name}. Hỏi lại họ mã này qua điện thoại; nếu khác thì xóa {kept}.",
        f"Key {known} of {name} is trusted. Ask them for it on the telephone; if it differs, remove {kept}.",
        as_json=as_json,
    )


@exchange.command()
@click.argument("out", type=FOLDER)
@BOX
@click.option("--again", is_flag=True, help="Ask once more for claims whose answers so far were not MATCHED.")
@click.option("--memory", type=click.FloatRange(0.5), default=4.0, show_default=True, help="Memory budget in GB.")
@JSON
def ask(out: Path, box: Path, *, again: bool, memory: float, as_json: bool) -> None:
    """Write requests for the clean claims in OUT, a folder that read or verify wrote (Health)."""
    from xacthuc.engines import open_engine
    from xacthuc.exchange import ExchangeRefused, open_mailbox
    from xacthuc.exchange import ask as ask_owner

    claims = out / "work" / "claims" / "rows"
    with open_mailbox(box, side="health") as opened:
        if not any(claims.glob("*.parquet")):
            raise ExchangeRefused("exchange_nothing_read", out)
        engine = open_engine("duckdb", memory_gb=memory, scratch=opened.work / "spill")
        try:
            asked = ask_owner(opened, claims, engine=engine, at=_now(), again=again)
        finally:
            engine.close()
    left = ", ".join(f"{why} {count:,}" for why, count in asked.unasked.items() if count) or "0"
    told = {"requests": [str(path) for path in asked.requests], "claims": asked.claims, "unasked": asked.unasked}
    _tell(
        told,
        *(f"Hỏi {asked.claims:,} hồ sơ; không hỏi: {left}.", f"{asked.claims:,} claims asked; not asked: {left}."),
        *map(str, asked.requests),
        as_json=as_json,
    )


@exchange.command()
@click.argument("requests", nargs=-1, required=True, type=FILE)
@BOX
@click.option("--register", required=True, type=PLACE, help="The population register, or the folder of a prepared one.")
@click.option("--columns", type=FILE, help="map.toml that names the columns of the register.")
@click.option("--model", type=FILE, help="A model.json to use instead of learning the weights from each request.")
@click.option("--references", type=FILE, help="The secret of a register node, so that both call people the same.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--memory", type=click.FloatRange(0.5), default=4.0, show_default=True, help="Memory budget in GB.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
@JSON
def answer(requests: tuple[Path, ...], box: Path, register: Path, *, as_json: bool, **means: Any) -> None:
    """Answer REQUESTS from the register, in codes (police). The same request again gives the recorded answer."""
    from xacthuc.exchange import answer as answer_request
    from xacthuc.exchange import open_mailbox
    from xacthuc.runs.judging import judge_claims, open_register
    from xacthuc.runs.progress import Progress

    means["memory_gb"] = means.pop("memory")
    owned = open_register(register, **means)
    with (
        open_mailbox(box, side="police") as opened,
        Progress(quiet=as_json) as progress,
        _telling("answers", as_json=as_json) as tell,
    ):
        judge = partial(judge_claims, register=owned, kept=opened.folder / "register", report=progress.step)
        numbers = _list_numbers(requests)
        for at, path in enumerate(requests):
            for done in answer_request(opened, path, judge=judge, at=_now(), beside=numbers[at:]):
                tell(
                    asdict(done) | {"answer": str(done.answer)},
                    f"Yêu cầu {done.request}: {done.claims:,} hồ sơ" + " (đã trả lời trước)" * done.recorded,
                    f"Request {done.request}: {done.claims:,} claims" + " (answered before)" * done.recorded,
                    str(done.answer),
                )


@exchange.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@BOX
@JSON
def apply(files: tuple[Path, ...], box: Path, *, as_json: bool) -> None:
    """Take in answers and daily reports of the register's owner, each exactly once (Health).

    A file that was taken in before is passed over; any other that cannot be taken in ends the command.
    """
    from xacthuc.exchange import ExchangeRefused, open_mailbox
    from xacthuc.exchange import apply as apply_file
    from xacthuc.reporting.daily_page import write_days

    repeated = False
    with open_mailbox(box, side="health") as opened, _telling("applied", as_json=as_json) as tell:
        numbers = _list_numbers(files)
        for at, path in enumerate(files):
            try:
                done = apply_file(opened, path, at=_now(), beside=numbers[at:])
            except ExchangeRefused as refusal:
                if refusal.code != "exchange_repeated":
                    raise
                repeated = True
                click.echo(f"xacthuc: {refusal}", err=True)
                continue
            counts = ", ".join(f"{identity} {count:,}" for identity, count in done.identity.items())
            words = ("", "") if done.kind == "daily" else (f"{done.claims:,} hồ sơ", f"{done.claims:,} claims")
            tell(
                asdict(done) | {"path": str(done.path)},
                *(f"{path.name}: {said} {counts}".rstrip(": ") for said in words),
                str(done.path),
            )
        write_days(opened.folder / "daily")
    sys.exit(1 if repeated else 0)


@exchange.command()
@BOX
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day of the report; today if not given.")
@JSON
def daily(box: Path, day: datetime | None, *, as_json: bool) -> None:
    """Write the report of a day for Health: received, answered by identity and reason, waiting, by unit (police)."""
    from xacthuc.exchange import open_mailbox, report_day
    from xacthuc.reporting.daily_page import write_days

    wanted: date = day.date() if day else _now().date()
    with open_mailbox(box, side="police") as opened:
        report = report_day(opened, wanted, at=_now())
        write_days(opened.folder / "daily")
    page = box / "daily" / f"{wanted.isoformat()}.html"
    told = {"day": wanted.isoformat(), "report": str(report), "page": str(page)}
    _tell(told, str(report), str(page), as_json=as_json)


@exchange.command()
@BOX
@JSON
def status(box: Path, *, as_json: bool) -> None:
    """Say where a mailbox stands: keys, files sent and taken in, the number that comes next, requests that wait."""
    from xacthuc.exchange import open_mailbox, tell_standing
    from xacthuc.runs.summary import print_table

    with open_mailbox(box) as opened:
        standing = asdict(tell_standing(opened))
    if as_json:
        click.echo(json.dumps(standing, ensure_ascii=False))
    else:
        print_table(f"{box}", standing)


def _list_numbers(files: Sequence[Path]) -> list[int]:
    """Give the numbers of files, 0 for what is none of ours: it is refused when its turn comes."""
    from xacthuc.exchange.envelope import read_manifest
    from xacthuc.exchange.limits import LIMITS
    from xacthuc.exchange.refusals import ExchangeRefused

    if len(files) > LIMITS.files:
        raise ExchangeRefused("exchange_too_many_files", f"{LIMITS.files}")
    numbers = []
    for path in files:
        try:
            numbers.append(read_manifest(path).number)
        except ExchangeRefused:
            numbers.append(0)
    return numbers


def _now() -> datetime:
    return datetime.now(VIETNAM)


def _tell(said: dict[str, Any], *lines: str, as_json: bool) -> None:
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else "\n".join(lines))


@contextmanager
def _telling(name: str, *, as_json: bool) -> Iterator[Callable[..., None]]:
    """Give what tells of each file when it is done; as JSON all of them in one object at the end, however it comes."""
    done: list[dict[str, Any]] = []

    def tell(said: dict[str, Any], *lines: str) -> None:
        done.append(said)
        if not as_json:
            click.echo("\n".join(lines))

    try:
        yield tell
    finally:
        if as_json:
            click.echo(json.dumps({name: done}, ensure_ascii=False))
