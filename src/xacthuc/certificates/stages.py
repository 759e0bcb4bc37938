"""What is said of a certificate: the five stages, the verdict, and what a verifier has to be given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from xacthuc.certificates.keys import SigningCertificate

StageName = Literal["read", "trusted", "in time", "not revoked", "rule"]
STAGES: tuple[StageName, ...] = ("read", "trusted", "in time", "not revoked", "rule")

LATEST = 253_402_300_800.0  # the year 10000 in seconds since 1970: no clock of ours goes further

# Marks that make a name look like another: they turn the direction of writing.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

OK = "ok"
NOT_CHECKED = "not_checked"


class Unreadable(Exception):
    """A text is no certificate that we can read: the code of texts/certificates.toml that says why.

    It never leaves this package: verifying turns it into the verdict of the stage `read`.
    """

    def __init__(self, code: str) -> None:
        """Keep the code; what was read is said nowhere."""
        super().__init__(code)
        self.code = code


class Certificate(NamedTuple):  # made in a third of the time of a frozen dataclass, once for each text
    """A certificate as it was read, whatever its family; nothing of it is proved.

    `code` is what is wrong with it although its signature can be looked at, else None.
    """

    family: Literal["dcc", "ddcc", "shc", "vdsnc"]
    kind: str  # vaccination, test, recovery; "" where the family does not tell
    payload: Any
    issuer: str | None  # as the text says
    kid: bytes | None
    algorithm: str  # ES256, PS256, else ""
    part: bytes  # what the signature is over
    signature: bytes
    issued: float | None  # seconds since 1970
    begins: float | None
    expires: float | None
    uvci: str = ""  # what it calls itself: UVCI, hcid of WHO, rid of a SMART Health Card
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage says: `ok` is None where it was not checked; a code beside an ok that is True is a warning."""

    stage: StageName
    ok: bool | None
    code: str


class Verdict(NamedTuple):  # as Certificate
    """What a verifier says of one text: accepted or not, and what each stage says, in the order of STAGES."""

    accepted: bool
    code: str  # of the first stage that failed, else of the first that warns, else "ok"
    stages: tuple[Stage, ...]
    kid: bytes | None = None
    issuer: str | None = None  # country of the key that signed; what the text says itself where no key is known
    payload: Mapping[str, Any] | None = None
    reason: tuple[str, str] | None = None  # of the rule that refused, in Vietnamese and in English


class Trust(Protocol):
    """Whom a verifier trusts; `as_of` is the moment of the list, None where it carries no date."""

    @property
    def as_of(self) -> datetime | None:
        """Give the moment of the list."""

    @property
    def expires(self) -> datetime | None:
        """Give the moment from which the list is too old, None where it names none."""

    def find(self, kid: bytes) -> tuple[SigningCertificate, ...]:
        """Give every certificate with this key id."""


class Revoked(Protocol):
    """What has been revoked until `complete_as_of`."""

    @property
    def complete_as_of(self) -> datetime | None:
        """Give the moment until which nothing revoked is missing."""

    @property
    def expires(self) -> datetime | None:
        """Give the moment from which this is too old, None where it names none."""

    def contains(self, *, issuer: str, uvci: str, signature: bytes, algorithm: str, kid: bytes) -> bool:
        """Tell whether a certificate is revoked."""

    def contains_card(self, *, kid: bytes, rid: str, issued: float, signature: bytes) -> bool:
        """Tell whether a SMART Health Card is revoked; `issued` in seconds since 1970, `rid` "" where it has none."""


def judge(stages: tuple[Stage, ...]) -> tuple[bool, str]:
    """Give from what the stages say whether all is accepted, and the code that says most.

    Accepted is what was read, is trusted and in time, and what no other stage refuses.
    """
    warning = OK
    for stage in stages:
        if stage.ok is False:
            return False, stage.code
        if stage.ok and stage.code != OK and warning == OK:
            warning = stage.code
    return True, warning


def has_turning(value: Any) -> bool:
    """Tell whether a text anywhere in a value, or a name of a map, has a mark that turns the direction of writing."""
    if isinstance(value, dict):
        return any(has_turning(inner) for pair in value.items() for inner in pair)
    if isinstance(value, list):
        return any(map(has_turning, value))
    return isinstance(value, str) and _TURNING.search(value) is not None
