"""The mailbox of one side: its key, the keys it trusts, what it sent and took in; one mailbox for each partner."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xacthuc import __version__
from xacthuc.engines import FolderHeld, holding
from xacthuc.exchange.envelope import Manifest, measure_rows, seal, unseal
from xacthuc.exchange.keys import (
    make_private_key,
    name_key,
    read_private_key,
    read_public_key,
    write_private,
    write_public_key,
)
from xacthuc.exchange.ledger import Entry, Ledger
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import rename, storing

Side = Literal["health", "police"]  # who asks, and who owns the register
Direction = Literal["sent", "received"]

STATE, PRIVATE, SECRET, TRUSTED, WORK = "mailbox.json", "private.pem", "secret", "trusted", "work"
# What belongs to a file of that number, written before the file counts.
BESIDE: Mapping[str, Direction] = {"asked": "sent", "answers": "received"}
BEGUN = "answer-"  # folders of work that a killed command leaves and the next one goes on in
WAITING = ".waiting"  # ready, but not yet in the ledger
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")  # part of file names


@dataclass(frozen=True)
class Parties:
    """Who writes to whom."""

    side: Side
    name: str
    partner: str | None = None


@dataclass(frozen=True)
class Opened:
    """A file that is signed by the partner for us: its manifest, its table, and a copy of it in our own folder."""

    manifest: Manifest
    rows: Path
    copy: Path
    name: str


def make_mailbox(folder: Path, *, side: Side, name: str) -> str:
    """Make a mailbox with a new key; gives the id of the key. Raises ExchangeRefused; never writes over anything.

    The public key, for the other side, is NAME.public.pem.
    """
    if not _NAME.fullmatch(name):
        raise ExchangeRefused("exchange_name_unusable", name)
    if (folder / STATE).exists():
        raise ExchangeRefused("exchange_mailbox_there", folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / PRIVATE).exists():
        raise ExchangeRefused("exchange_folder_not_ours", folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)  # it will hold what people said of themselves
    path = folder / PRIVATE
    key = (read_private_key(path) if path.exists() else make_private_key(path)).public_key()
    with storing(folder / f"{name}.public.pem") as unfinished:
        unfinished.write_bytes(write_public_key(key))
    if not (folder / SECRET).exists():
        write_private(folder / SECRET, secrets.token_bytes(32))
    for part in ("sent", "received", TRUSTED):
        (folder / part).mkdir(exist_ok=True)
    _write_parties(folder, Parties(side, name))
    return name_key(key)


def trust(folder: Path, *, key: Path, name: str) -> str:
    """Trust files that the partner `name` signs with the public key in a file; gives the id of the key.

    A second key of the same partner is trusted beside the first. Raises ExchangeRefused.
    """
    parties = _read_parties(folder)
    if not _NAME.fullmatch(name) or name == parties.name:
        raise ExchangeRefused("exchange_name_unusable", name)
    if parties.partner not in (None, name):
        raise ExchangeRefused("exchange_partner_other", f"{parties.partner}")
    public = read_public_key(key)
    known = name_key(public)
    if known == name_key(read_private_key(folder / PRIVATE).public_key()):
        raise ExchangeRefused("exchange_key_own", key)
    with storing(folder / TRUSTED / f"{known}.pem") as unfinished:
        unfinished.write_bytes(write_public_key(public))
    _write_parties(folder, replace(parties, partner=name))
    return known


@contextmanager
def open_mailbox(folder: Path, *, side: Side | None = None) -> Iterator[Mailbox]:
    """Open a mailbox for one command at a time; what a killed one left is finished or cleared away.

    Raises ExchangeRefused: no mailbox; for a `side`, not of that side or without a partner; used by another command;
    ledger broken; key that others may read.
    """
    parties = _read_parties(folder)
    if side not in (None, parties.side):
        raise ExchangeRefused("exchange_side_wrong", folder)
    if side is not None and parties.partner is None:
        raise ExchangeRefused("exchange_partner_missing", folder)
    with ExitStack() as ends:
        try:
            ends.enter_context(holding(folder))
        except FolderHeld:
            raise ExchangeRefused("exchange_mailbox_busy", folder) from None
        box = Mailbox(folder, parties)
        ends.callback(box.clear_work)
        yield box


class Mailbox:
    """An open mailbox; see open_mailbox."""

    def __init__(self, folder: Path, parties: Parties) -> None:
        """Read keys and ledgers."""
        self.folder = folder
        self.parties = parties
        self.work = folder / WORK
        self.work.mkdir(exist_ok=True, mode=0o700)
        self.ledgers: Mapping[Direction, Ledger] = {
            "sent": Ledger(folder / "sent.jsonl"),
            "received": Ledger(folder / "received.jsonl"),
        }
        self.sent, self.received = self.ledgers["sent"], self.ledgers["received"]
        self._key: Ed25519PrivateKey = read_private_key(folder / PRIVATE)
        self.trusted = _read_trusted(folder / TRUSTED)
        self._finish()

    @property
    def key(self) -> str:
        """The id of our own key."""
        return name_key(self._key.public_key())

    @property
    def secret(self) -> bytes:
        """What makes the references of claims opaque; never sent."""
        return (self.folder / SECRET).read_bytes()

    @property
    def partner(self) -> str:
        """The name of the other side; raises ExchangeRefused where none is trusted yet."""
        if self.parties.partner is None or not self.trusted:
            raise ExchangeRefused("exchange_partner_missing", self.folder)
        return self.parties.partner

    def find(self, direction: Direction, entry: Entry) -> Path:
        """Give the path of a file that was sent or taken in."""
        sender = self.parties.name if direction == "sent" else self.partner
        return self.folder / direction / _name_file(sender, entry.number, entry.kind)

    def send(self, kind: str, *, rows: Path, count: int, about: Mapping[str, str | int], at: datetime) -> Path:
        """Sign and number a table of `count` rows; gives the file, which from now on is sent."""
        size, digest = measure_rows(rows)
        manifest = Manifest(
            kind=kind,
            number=self.sent.next_number,
            sender=self.parties.name,
            receiver=self.partner,
            created=at.isoformat(timespec="seconds"),
            previous=self.sent.last_sha256,
            key=self.key,
            rows=count,
            rows_bytes=size,
            rows_sha256=digest,
            about=about,
            software=__version__,
        )
        with storing(self._wait("sent", manifest)) as unfinished:
            seal(manifest, rows=rows, key=self._key, out=unfinished)
        return self._enter("sent", manifest, at=at)

    def open_file(self, path: Path, *, kinds: Collection[str]) -> Opened:
        """Open a file of the partner: signed by a key we trust, from whom and to whom it should be, of a kind we take.

        Raises ExchangeRefused. Not checked: whether it is its turn (check_turn).
        """
        partner = self.partner
        rows, copy = self.work / "opened.parquet", self.work / "opened.zip"
        manifest = unseal(path, keys=self.trusted, rows=rows, copy=copy)
        if (manifest.sender, manifest.receiver) != (partner, self.parties.name):
            raise ExchangeRefused("exchange_receiver_wrong", f"{path.name} ({manifest.sender} → {manifest.receiver})")
        if manifest.kind not in kinds:
            raise ExchangeRefused("exchange_kind_wrong", f"{path.name} ({manifest.kind})")
        return Opened(manifest, rows, copy, path.name)

    def has(self, manifest: Manifest) -> bool:
        """Tell whether this very file was taken in before."""
        known = self.received.get(manifest.number)
        return known is not None and known.sha256 == manifest.sha256

    def check_turn(self, opened: Opened, *, beside: Collection[int] = ()) -> None:
        """Raise ExchangeRefused unless a file is the next one of its sender.

        1 its number was taken in before: the same file again, or another one
        2 a file before it has not come; `beside`: numbers that come with it, and in a wrong order
        3 it does not continue the file that was taken in last.
        """
        manifest, name = opened.manifest, opened.name
        expected = self.received.next_number
        if manifest.number < expected:  # 1
            raise ExchangeRefused("exchange_repeated" if self.has(manifest) else "exchange_number_taken", name)
        if manifest.number > expected:  # 2
            code = "exchange_out_of_order" if expected in beside else "exchange_gap"
            raise ExchangeRefused(code, f"{name} ({expected})")
        if manifest.previous != self.received.last_sha256:  # 3
            raise ExchangeRefused("exchange_chain_broken", name)

    def accept(self, opened: Opened, *, at: datetime) -> Path:
        """Write down that a file is taken in; gives its place. Not checked: its turn."""
        with storing(self._wait("received", opened.manifest)) as unfinished:
            opened.copy.replace(unfinished)
        return self._enter("received", opened.manifest, at=at)

    def _wait(self, direction: Direction, manifest: Manifest) -> Path:
        return self.folder / direction / (_name_file(manifest.sender, manifest.number, manifest.kind) + WAITING)

    def _enter(self, direction: Direction, manifest: Manifest, *, at: datetime) -> Path:
        """Enter a waiting file into its ledger, which is when it counts, and give it its name."""
        waiting = self._wait(direction, manifest)
        self.ledgers[direction].append(manifest, at=at.isoformat(timespec="seconds"))
        final = waiting.with_name(waiting.name.removesuffix(WAITING))
        rename(waiting, final)
        return final

    def _finish(self) -> None:
        """Give files that are in a ledger their names, and clear away what never counted."""
        for unfinished in self.folder.rglob("*.tmp"):
            unfinished.unlink()
        for direction, ledger in self.ledgers.items():
            for waiting in (self.folder / direction).glob(f"*{WAITING}"):
                number = int(waiting.name.removesuffix(WAITING).rsplit("-", 2)[1])
                if number <= len(ledger):
                    rename(waiting, waiting.with_name(waiting.name.removesuffix(WAITING)))
                else:
                    waiting.unlink()
        for part, direction in BESIDE.items():
            for path in (self.folder / part).glob("[0-9]*"):
                if int(path.stem) > len(self.ledgers[direction]):
                    path.unlink()

    def clear_work(self) -> None:
        """Remove tables in between but for those of an answer that was begun and is not sent."""
        answered = {entry.about["request"] for entry in self.sent if entry.kind == "answer"}
        for path in self.work.iterdir():
            begun = path.name.startswith(BEGUN) and int(path.name.removeprefix(BEGUN)) not in answered
            if path.is_file():
                path.unlink()
            elif not begun:
                shutil.rmtree(path)


def _name_file(sender: str, number: int, kind: str) -> str:
    return f"{sender}-{number:06}-{kind}.zip"


def _read_parties(folder: Path) -> Parties:
    try:
        return Parties(**json.loads((folder / STATE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ExchangeRefused("exchange_mailbox_missing", folder) from None
    except (ValueError, TypeError):
        raise ExchangeRefused("exchange_mailbox_damaged", folder / STATE) from None


def _write_parties(folder: Path, parties: Parties) -> None:
    with storing(folder / STATE) as unfinished:
        unfinished.write_text(json.dumps(asdict(parties), indent=1) + "\n", encoding="utf-8")


def _read_trusted(folder: Path) -> dict[str, Ed25519PublicKey]:
    keys = [read_public_key(path) for path in sorted(folder.glob("*.pem"))]
    return {name_key(key): key for key in keys}
