"""Where a mailbox stands: what is sent, what is expected, what waits."""

from __future__ import annotations

from dataclasses import dataclass

from xacthuc.exchange.ledger import Entry
from xacthuc.exchange.mailbox import Mailbox


@dataclass(frozen=True)
class Standing:
    """The state of an exchange as one side knows it."""

    side: str
    name: str
    key: str
    partner: str | None
    trusted: tuple[str, ...]
    sent: int  # files
    received: int
    expected: int  # number of the partner's file that comes next
    asked: int  # claims
    answered: int
    waiting: tuple[int, ...]  # numbers of the requests that have no answer yet


def tell_standing(box: Mailbox) -> Standing:
    """Tell where a mailbox stands, from its ledgers."""
    ours = (box.sent, box.received)
    asks, answers = ours if box.parties.side == "health" else ours[::-1]
    requests = [entry for entry in asks if entry.kind == "request"]
    answered = {entry.about["request"]: entry for entry in answers if entry.kind == "answer"}
    return Standing(
        side=box.parties.side,
        name=box.parties.name,
        key=box.key,
        partner=box.parties.partner,
        trusted=tuple(box.trusted),
        sent=len(box.sent),
        received=len(box.received),
        expected=box.received.next_number,
        asked=_count(requests),
        answered=_count(list(answered.values())),
        waiting=tuple(entry.number for entry in requests if entry.number not in answered),
    )


def _count(entries: list[Entry]) -> int:
    return sum(entry.rows for entry in entries)
