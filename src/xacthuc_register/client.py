"""Ask a register node: for the platform, and for whoever else is a partner. No Django, no state."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xacthuc.exchange.keys import name_key
from xacthuc.exchange.tables import PERSON_COLUMNS
from xacthuc_register import signing
from xacthuc_register.refusals import BudgetSpent, NodeAway, NodeRefused, NotTrusted, make_refusal

__all__ = [
    "Answer",
    "BudgetSpent",
    "Candidate",
    "Changes",
    "NodeAway",
    "NodeRefused",
    "NotTrusted",
    "Partner",
    "Vouched",
    "is_vouched",
    "open_partner",
]

SECONDS = 15.0  # for an answer to one claim or a hundred
CLASS_SECONDS = 120.0  # for a class of a thousand people
ANSWER_BYTES = 8 << 20  # the largest answer is a class of a thousand: less than one

Claim = Mapping[str, str | None]


@dataclass(frozen=True)
class Answer:
    """What the register says of a claim; `refused` is a code where it says nothing, and `identity` is empty then."""

    ref: str
    identity: str = ""
    reasons: tuple[tuple[str, str], ...] = ()  # (field, code)
    sure: bool = False
    person: str | None = None  # the register's opaque reference, where sure
    refused: str | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody of the register whom a claim may mean, as an officer sees it; `differs` is (field, code)."""

    person: str
    differs: tuple[tuple[str, str], ...]
    name: str | None
    birth_date: str | None
    sex: str | None
    number12: str | None
    number9: str | None
    province: str | None
    district: str | None
    commune: str | None
    place: str | None


@dataclass(frozen=True)
class Vouched:
    """Who somebody is by the register; `statement` and `signature` prove it to others. `refused` as in Answer."""

    ref: str
    person: str = ""
    name: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    number: str | None = None
    statement: str = ""
    signature: str = ""
    refused: str | None = None


@dataclass(frozen=True)
class Changes:
    """Who changed in the register; ask the next time from `version`."""

    version: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class Partner:
    """A partner of a node; every method raises NodeAway, BudgetSpent, NotTrusted or another NodeRefused."""

    url: str
    key: Ed25519PrivateKey = field(repr=False)
    server_key: Ed25519PublicKey = field(repr=False)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: float = SECONDS

    def check(self, claims: Sequence[Claim], *, organisation: str, officer: str) -> dict[str, Answer]:
        """Ask about up to a hundred claims (PERSON_COLUMNS and `ref`); gives the answers by ref."""
        said = {
            "asker": {"organisation": organisation, "officer": officer},
            "claims": [_pick(c, "ref") for c in claims],
        }
        answers = self._ask("POST", "/v1/check", said)["answers"]
        return {each["ref"]: Answer(**each | {"reasons": _pairs(each.get("reasons", ()))}) for each in answers}

    def candidates(self, claim: Claim, *, officer: str, case: str) -> tuple[Candidate, ...]:
        """Look at the people whom a claim may mean, the likeliest first; police only."""
        said = {"officer": officer, "case": case, "claim": _pick(claim)}
        shown = self._ask("POST", "/v1/candidates", said)["candidates"]
        return tuple(Candidate(**each | {"differs": _pairs(each["differs"])}) for each in shown)

    def vouch(self, items: Sequence[tuple[str, Claim, str]], *, officer: str, case: str) -> dict[str, Vouched]:
        """Let the register vouch for up to a thousand people, (ref, claim, person) each, by ref; police only."""
        listed = [{"ref": ref, "claim": _pick(claim), "person": person} for ref, claim, person in items]
        said = {"officer": officer, "case": case, "items": listed}
        answers = self._ask("POST", "/v1/vouch", said, seconds=CLASS_SECONDS)["answers"]
        return {each["ref"]: self._read_vouched(each) for each in answers}

    def changes(self, since: int) -> Changes:
        """Ask who changed in the register after version `since`."""
        people: list[str] = []
        begin: int | None = 0
        version = since
        while begin is not None:
            said = self._ask("GET", f"/v1/changes?since={since}&begin={begin}", None)
            people += said["people"]
            version, begin = said["version"], said["next"]
        return Changes(version, tuple(dict.fromkeys(people)))

    def get_version(self) -> int:
        """Give the version of the register behind the node; raises NodeAway where nobody answers."""
        version: int = self._ask("GET", "/healthz", None)["version"]
        return version

    def _read_vouched(self, said: Mapping[str, str]) -> Vouched:
        if "refused" in said:
            return Vouched(said["ref"], refused=said["refused"])
        if not is_vouched(said["statement"], said["signature"], key=self.server_key):
            raise make_refusal("node_answer_unsigned")
        stated = json.loads(said["statement"])
        known = {name: stated[name] for name in ("person", "name", "birth_date", "sex", "number")}
        return Vouched(said["ref"], **known, statement=said["statement"], signature=said["signature"])

    def _ask(self, method: str, target: str, said: Mapping[str, Any] | None, *, seconds: float | None = None) -> Any:
        body = b"" if said is None else json.dumps(said, ensure_ascii=False).encode()
        nonce = secrets.token_hex(signing.NONCE_BYTES)
        request = signing.Request(method, target, name_key(self.server_key), self.now().isoformat(), nonce)
        headers = signing.list_headers(
            request, key=name_key(self.key.public_key()), signature=signing.sign(request.write(body), self.key)
        )
        status, text, signature = self._send(method, target, body, headers, seconds=seconds or self.seconds)
        if not signing.has_signed(self.server_key, signing.write_answer(status, nonce, text), signature):
            raise make_refusal("node_answer_unsigned")
        answer = json.loads(text)
        if status != 200:
            raise make_refusal(answer.get("code", ""))
        return answer

    def _send(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str], *, seconds: float
    ) -> tuple[int, bytes, str]:
        place = urlsplit(self.url)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        connection = kind(place.hostname or "", place.port, timeout=seconds)
        try:
            more = {"Content-Type": "application/json"} if body else {}
            connection.request(method, place.path.rstrip("/") + target, body=body or None, headers={**headers, **more})
            response: HTTPResponse = connection.getresponse()
            text = response.read(ANSWER_BYTES)
        except (OSError, HTTPException):
            raise NodeAway("node_away", self.url) from None
        finally:
            connection.close()
        if response.headers.get("Content-Length") != str(len(text)):  # cut off: the node ended in the middle of it
            raise NodeAway("node_away", self.url)
        return response.status, text, response.headers.get(signing.SIGNATURE, "")


def open_partner(
    url: str, key: Ed25519PrivateKey, server_key: Ed25519PublicKey, *, seconds: float = SECONDS
) -> Partner:
    """Give a partner of the node at `url`, who signs with `key` and believes `server_key` only; asks nothing yet."""
    return Partner(url, key, server_key, seconds=seconds)


def is_vouched(statement: str, signature: str, *, key: Ed25519PublicKey) -> bool:
    """Tell whether a node's key stands behind a statement, as it was kept."""
    return signing.has_signed(key, signing.write_statement(statement), signature)


def _pick(claim: Claim, *more: str) -> dict[str, str | None]:
    """Give of a claim what the node reads, and nothing else of the record."""
    return {name: claim[name] for name in (*more, *PERSON_COLUMNS)}


def _pairs(said: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((each["field"], each["code"]) for each in said)
