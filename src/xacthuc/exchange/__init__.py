"""Exchange with the register's owner: signed, numbered files; claims out, verdict codes back.

Each side has a mailbox. What it sends and what it has taken in stands in two ledgers, from which the next number and
the hash that the next file continues follow. A line of a ledger is the moment at which something counts: what was
written before it and lacks its line is done again, what has its line is never done twice.
"""

from xacthuc.exchange.answering import Answered, Judge, answer
from xacthuc.exchange.applying import Applied, apply
from xacthuc.exchange.asking import Asked, ask
from xacthuc.exchange.daily import report_day
from xacthuc.exchange.mailbox import Mailbox, make_mailbox, open_mailbox, trust
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.standing import Standing, tell_standing

__all__ = [
    "Answered",
    "Applied",
    "Asked",
    "ExchangeRefused",
    "Judge",
    "Mailbox",
    "Standing",
    "answer",
    "apply",
    "ask",
    "make_mailbox",
    "open_mailbox",
    "report_day",
    "tell_standing",
    "trust",
]
