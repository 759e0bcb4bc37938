"""Health applies: an answer is taken in once, and only if it answers exactly what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.exchange.daily import keep_day, read_day
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.mailbox import Mailbox, Opened
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing
from xacthuc.exchange.tables import ANSWER_SCHEMA, check_answers, open_folder, read_rows

APPLIED_SCHEMA = pa.schema([pa.field("record", pa.string()), *ANSWER_SCHEMA])


@dataclass(frozen=True)
class Applied:
    """What was taken in, and where it lies: the answers by record, or the page of a day."""

    kind: str  # answer or daily
    number: int
    path: Path
    claims: int = 0
    identity: dict[str, int] = field(default_factory=dict)


def apply(box: Mailbox, path: Path, *, at: datetime, beside: Collection[int] = ()) -> Applied:
    """Take in an answer or a daily report of the register's owner, exactly once.

    An answer becomes answers/NUMBER.parquet: the answer to each claim with its record. Raises ExchangeRefused if the
    file is not the next one of the partner (see Mailbox), or if an answer
    1 names a request that was never sent, or not with this content
    2 names a request that is answered already
    3 leaves claims out, adds some, repeats some, or holds what is no answer.
    """
    opened = box.open_file(path, kinds=("answer", "daily"))
    box.check_turn(opened, beside=beside)
    if opened.manifest.kind == "daily":
        kept = keep_day(box, read_day(opened), day=str(opened.manifest.about["day"]))
        box.accept(opened, at=at)
        return Applied("daily", opened.manifest.number, kept)
    request = _find_request(box, opened)
    answers = read_rows(opened.rows, ANSWER_SCHEMA, count=opened.manifest.rows, most=LIMITS.claims, name=opened.name)
    asked = pq.read_table(box.folder / "asked" / f"{request:06}.parquet", columns=["ref", "record"])
    check_answers(answers, refs=asked["ref"].combine_chunks(), name=opened.name)  # 3
    place = list_answers(box) / f"{opened.manifest.number:06}.parquet"
    with storing(place) as unfinished:
        # Both stand in the order of their references.
        applied = answers.sort_by("ref").add_column(0, "record", asked.sort_by("ref")["record"])
        pq.write_table(applied.cast(APPLIED_SCHEMA), unfinished, compression="zstd")
    box.accept(opened, at=at)
    counts = Counter(answers["identity"].to_pylist())
    return Applied("answer", opened.manifest.number, place, len(answers), dict(counts.most_common()))


def list_answers(box: Mailbox) -> Path:
    """Give the folder of what was answered (APPLIED_SCHEMA); a file for each answer."""
    return open_folder(box.folder / "answers", APPLIED_SCHEMA)


def _find_request(box: Mailbox, opened: Opened) -> int:
    about = opened.manifest.about
    number = about.get("request")
    sent = box.sent.get(number) if isinstance(number, int) else None
    if sent is None or sent.sha256 != about.get("request_sha256"):  # 1
        raise ExchangeRefused("exchange_answer_unasked", f"{opened.name} ({number})")
    if any(entry.kind == "answer" and entry.about["request"] == number for entry in box.received):  # 2
        raise ExchangeRefused("exchange_answer_twice", f"{opened.name} ({number})")
    return sent.number
