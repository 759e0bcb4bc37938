"""Certificates by hand: check what somebody shows."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xacthuc.cli_paths import FILE

if TYPE_CHECKING:
    from xacthuc.certificates.revocation import RevocationList
    from xacthuc.certificates.rule_sets import RuleSet
    from xacthuc.certificates.stages import Verdict
    from xacthuc.certificates.trust import TrustList

Told = tuple[str, str, "str | Verdict"]  # what an input is called for scripts, where it stands for people, its text

ACCEPTED, NOT_ACCEPTED = 0, 1
FILE_SUFFIXES = {".gif", ".jpeg", ".jpg", ".pdf", ".png", ".tif", ".tiff", ".txt", ".webp"}


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("--trust", required=True, type=FILE, help="Whom to trust: a list of signing certificates or keys.")
@click.option("--rules", type=FILE, help="Rules of the place; without them none is asked.")
@click.option("--revoked", type=FILE, multiple=True, help="A list of revocations; without one none is looked up.")
@click.option("--at", metavar="MOMENT", help="The moment of the check (2022-06-01T00:00:00Z); now if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each certificate, a line each.")
def check(
    inputs: tuple[str, ...],
    *,
    trust: Path,
    rules: Path | None,
    revoked: tuple[Path, ...],
    at: str | None,
    as_json: bool,
) -> None:
    """Check certificates: INPUTS are texts, files of texts (one a line), pictures or PDF files.

    Exit code 0: all are accepted; 1: at least one is not; 2: the command cannot be used.
    """
    from xacthuc.certificates.verify import verify

    moment = read_moment(at)
    trusted = _read_trust(trust)
    asked = _read_rules(rules) if rules else None
    taken_back = _read_revoked(revoked, trust=trusted) if revoked else None
    all_accepted = True
    for name, place, text in _join_chunks(_list_texts(inputs)):
        if isinstance(text, str):
            verdict = verify(text, trust=trusted, at=moment, revoked=taken_back, rules=asked)
        else:
            verdict = text
        all_accepted &= verdict.accepted
        click.echo(_write_json(name, verdict) if as_json else _write_words(place, verdict))
    sys.exit(ACCEPTED if all_accepted else NOT_ACCEPTED)


def read_moment(written: str | None) -> datetime:
    """Give a moment; one without an offset is of UTC. Raises VerifyRefused."""
    from xacthuc.runs.refusals import VerifyRefused

    if written is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise VerifyRefused("run_usage_value", f"{written} (2022-06-01T00:00:00Z)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _join_chunks(texts: Iterator[Told]) -> Iterator[Told]:
    """Put the QR codes of one SMART Health Card that follow one another into one text; it is called as the first."""
    from xacthuc.certificates.shc import count_chunks

    waiting: list[Told] = []
    for told in texts:
        total = count_chunks(told[2]) if isinstance(told[2], str) else 0
        if waiting and total != count_chunks(str(waiting[0][2])):
            yield _join(waiting)
            waiting = []
        if total < 2:
            yield told
            continue
        waiting.append(told)
        if len(waiting) == total:
            yield _join(waiting)
            waiting = []
    if waiting:
        yield _join(waiting)


def _join(waiting: list[Told]) -> Told:
    return waiting[0][0], waiting[0][1], "\n".join(str(text) for _, _, text in waiting)


def _list_texts(inputs: tuple[str, ...]) -> Iterator[Told]:
    """Give each text with what it is called for a script (itself, or its picture) and for a person (its place).

    For a file that holds none, the verdict that says so. A person's screen shows no text: others look at it too.
    """
    from xacthuc.certificates.verify import refuse_unread

    for number, given in enumerate(inputs, start=1):
        if not _is_file(given):
            lost = Path(given[-100:]).suffix.lower() in FILE_SUFFIXES or _is_folder(given)  # a path, and no text
            yield given, given if lost else str(number), refuse_unread("cert_file_unreadable") if lost else given
        else:
            yield from _list_texts_of(given, Path(given).read_bytes())


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):  # too long for a path, or with a zero byte
        return False


def _is_folder(given: str) -> bool:
    try:
        return Path(given).is_dir()
    except (OSError, ValueError):
        return False


def _list_texts_of(name: str, data: bytes) -> Iterator[Told]:
    """Give the texts of a file: of the QR codes of a picture or PDF, else one a line; empty lines are passed over."""
    from xacthuc.certificates.pictures import is_drawn, read_codes
    from xacthuc.certificates.stages import Unreadable
    from xacthuc.certificates.verify import refuse_unread

    if is_drawn(data):
        try:
            texts = read_codes(data)
        except Unreadable as unreadable:
            yield name, name, refuse_unread(unreadable.code)
            return
        yield from ((name, name, text) for text in texts)
        return
    for number, line in enumerate(_split_lines(data.decode("utf-8-sig", errors="replace")), start=1):
        if line.strip():
            yield line.strip("\r"), f"{name}:{number}", line


def _split_lines(text: str) -> list[str]:
    """Give the lines of a file; of a .smart-health-card file its cards, and a file that is one seal as one text."""
    if not text.lstrip().startswith("{"):
        return text.split("\n")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text.split("\n")
    cards = said.get("verifiableCredential") if isinstance(said, dict) else None
    return [str(card) for card in cards] if isinstance(cards, list) else [text]


def _read_trust(path: Path) -> TrustList:
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.certificates.trust_files import read_trust

    try:
        return read_trust(path.read_bytes())
    except ListRefused as refusal:
        raise refusal.about(path) from None


def _read_rules(path: Path) -> RuleSet:
    from xacthuc.certificates.rule_files import RuleFileRefused, read_rules
    from xacthuc.runs.refusals import VerifyRefused

    try:
        return read_rules(path.read_bytes())
    except RuleFileRefused as refusal:
        raise VerifyRefused(refusal.code, path) from None


def _read_revoked(paths: tuple[Path, ...], *, trust: TrustList) -> RevocationList:
    """Open lists of revocations; the trust list says who may sign our sets, where it says so."""
    from xacthuc.certificates.revocation_files import open_revocations

    return open_revocations(paths, keys=trust.revocation_keys or None)


def _write_json(name: str, verdict: Verdict) -> str:
    from xacthuc.certificates.cbor import make_plain

    told = {
        "input": name,
        "accepted": verdict.accepted,
        "code": verdict.code,
        "stages": [{"stage": said.stage, "ok": said.ok, "code": said.code} for said in verdict.stages],
        "kid": base64.b64encode(verdict.kid).decode() if verdict.kid else None,
        "issuer": verdict.issuer,
        "payload": make_plain(verdict.payload),
    }
    if verdict.reason:
        told["reason"] = dict(zip(("vi", "en"), verdict.reason, strict=True))
    return json.dumps(told, ensure_ascii=False).encode("utf-8", errors="replace").decode()


def _write_words(place: str, verdict: Verdict) -> str:
    from xacthuc.certificates.stages import OK
    from xacthuc.findings import get_code

    code = get_code("cert_accepted" if verdict.code == OK else verdict.code)
    vi, en = verdict.reason or (code.vi, code.en)
    sign = "✓" if verdict.accepted else "✗"
    stages = ", ".join(f"{said.stage}: {_SIGNS[said.ok]}" for said in verdict.stages)
    return f"{sign} {place}\n  {vi}\n  {en}\n  {stages}"


_SIGNS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "–"}
