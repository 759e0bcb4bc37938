"""What the node remembers: requests that came already, budgets, and the log of every question.

All in one SQLite file, and all of one request in one transaction: what was answered is in the log, and an answer that
could not be written down is not given. Each line of the log bears the hash of the line before; none is changed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from xacthuc_register.refusals import NodeRefused, make_refusal

FILE = "state.sqlite"
SKEW = timedelta(minutes=5)  # between the clocks of two organisations; a nonce is kept twice as long
MONTH = timedelta(days=30)
WAIT_SECONDS = 10.0  # for another process that reads the log

_TABLES = """
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonces_at ON nonces (at);
CREATE TABLE IF NOT EXISTS spent (
    officer TEXT NOT NULL, budget TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (officer, budget, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (
    person TEXT NOT NULL, content TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (person, content)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_day ON asked (day);
CREATE TABLE IF NOT EXISTS log (line INTEGER PRIMARY KEY, said TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS log_kept BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS log_whole BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is not changed'); END;
"""


@dataclass(frozen=True)
class Budgets:
    """How much may be asked; see budgets.toml."""

    claims_a_day: int
    looks_a_day: int
    vouched_a_day: int
    asked_a_day: int
    asked_a_month: int


def load_budgets(folder: Path) -> Budgets:
    """Give the budgets of a node's folder, where there are none those of the program."""
    own = folder / "budgets.toml"
    source = own if own.exists() else resources.files("xacthuc_register") / "budgets.toml"
    return Budgets(**tomllib.loads(source.read_text(encoding="utf-8")))


class State:
    """The node's memory; one thread at a time."""

    def __init__(self, path: Path, *, budgets: Budgets) -> None:
        """Open the file, or make it."""
        self.budgets = budgets
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def remember(self, *, now: datetime) -> Iterator[Turn]:
        """Give what may be asked and written for one request; all of it counts when the block ends well."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield Turn(self._database, budgets=self.budgets, now=now)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def is_known(self, nonce: str) -> bool:
        """Tell whether a request came already."""
        with self._lock:
            return self._database.execute("SELECT 1 FROM nonces WHERE nonce = ?", (nonce,)).fetchone() is not None


class Turn:
    """The memory for one request."""

    def __init__(self, database: sqlite3.Connection, *, budgets: Budgets, now: datetime) -> None:
        """Inside a transaction of `database`."""
        self._database, self._budgets, self._now = database, budgets, now
        self._day = now.date().isoformat()

    def take_nonce(self, nonce: str) -> None:
        """Remember a request; raises NotTrusted where it came already."""
        self._database.execute("DELETE FROM nonces WHERE at < ?", ((self._now - 2 * SKEW).isoformat(),))
        try:
            self._database.execute("INSERT INTO nonces VALUES (?, ?)", (nonce, self._now.isoformat()))
        except sqlite3.IntegrityError:
            raise make_refusal("node_repeated") from None

    def spend(self, officer: str, budget: str, count: int) -> None:
        """Take `count` from an officer's budget of the day; raises BudgetSpent where less is left."""
        known = self._database.execute(
            "SELECT count FROM spent WHERE officer = ? AND budget = ? AND day = ?", (officer, budget, self._day)
        ).fetchone()
        spent = (known[0] if known else 0) + count
        if spent > getattr(self._budgets, budget):
            raise make_refusal("node_looks_spent" if budget == "looks_a_day" else "node_officer_spent")
        self._database.execute("INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?)", (officer, budget, self._day, spent))

    def ask_about(self, person: str, content: str) -> bool:
        """Count a claim about a person, once for the same content; False where too many were asked already."""
        begin = (self._now - MONTH).date().isoformat()
        self._database.execute("DELETE FROM asked WHERE day < ?", (begin,))
        if self._database.execute("SELECT 1 FROM asked WHERE person = ? AND content = ?", (person, content)).fetchone():
            return True
        month, day = self._database.execute(
            "SELECT count(*), coalesce(sum(day = ?), 0) FROM asked WHERE person = ?", (self._day, person)
        ).fetchone()
        if month >= self._budgets.asked_a_month or day >= self._budgets.asked_a_day:
            return False
        self._database.execute("INSERT INTO asked VALUES (?, ?, ?)", (person, content, self._day))
        return True

    def log(self, **said: Any) -> None:
        """Write a line of the log: who, why, which codes; never a value."""
        last = self._database.execute("SELECT line, hash FROM log ORDER BY line DESC LIMIT 1").fetchone() or (0, "")
        text = json.dumps({"at": self._now.isoformat(), **said}, ensure_ascii=False, sort_keys=True)
        self._database.execute("INSERT INTO log VALUES (?, ?, ?)", (last[0] + 1, text, _hash(last[1], text)))


def read_log(path: Path) -> Iterator[Mapping[str, Any]]:
    """Give the lines of a log, first to last; raises NodeRefused at the first that does not continue the one before."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)
    try:
        before = ""
        for number, (line, said, digest) in enumerate(
            database.execute("SELECT line, said, hash FROM log ORDER BY line"), start=1
        ):
            if line != number or digest != _hash(before, said):
                raise NodeRefused("node_log_broken", number)
            before = digest
            yield {"line": line, **json.loads(said), "hash": digest}
    finally:
        database.close()


def _hash(before: str, said: str) -> str:
    return hashlib.sha256(f"{before}\n{said}".encode()).hexdigest()
