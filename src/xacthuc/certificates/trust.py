"""Whom a verifier trusts: the list of signing certificates, and the state machine that keeps it.

The machine does no input or output: it is given what was fetched and the moment, and gives the next state and a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.freshness import is_ahead, is_old
from xacthuc.certificates.keys import SigningCertificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import name_key

Standing = Literal["empty", "fresh", "stale", "behind"]

# What a holder of a list can be, and what moves it. Whatever is refused leaves everything as it is.
# empty: no list yet; fresh: to be used; stale: too old to accept anybody by; behind: the clock is before its date.
# Only a newer list ends "stale": a clock that is set back makes no list younger.
TRANSITIONS: Mapping[tuple[Standing, str], Standing] = MappingProxyType(
    {
        ("empty", "newer"): "fresh",
        ("fresh", "newer"): "fresh",
        ("fresh", "same"): "fresh",
        ("fresh", "aged"): "stale",
        ("fresh", "clock back"): "behind",
        ("stale", "newer"): "fresh",
        ("stale", "same"): "stale",
        ("behind", "newer"): "fresh",
        ("behind", "same"): "behind",
        ("behind", "aged"): "stale",
        ("behind", "clock right"): "fresh",
    }
)


@dataclass(frozen=True)
class TrustList:
    """The signing certificates that a list names; presence on it is their validity."""

    certificates: tuple[SigningCertificate, ...]
    as_of: datetime | None = None  # moment of the list; None where it carries no date
    expires: datetime | None = None  # moment from which it is too old, where it says one
    version: int | None = None
    unread: int = 0  # entries that could not be read
    revocation_keys: tuple[EllipticCurvePublicKey, ...] = ()  # that may sign revocation lists, where it says so
    _by_kid: dict[bytes, tuple[SigningCertificate, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the certificates by kid, once."""
        sorted_in: dict[bytes, list[SigningCertificate]] = {}
        for one in self.certificates:
            sorted_in.setdefault(one.kid, []).append(one)
        self._by_kid.update((kid, tuple(found)) for kid, found in sorted_in.items())

    def find(self, kid: bytes) -> tuple[SigningCertificate, ...]:
        """Give every certificate with a kid, in the order of the list: eight bytes may be those of several."""
        return self._by_kid.get(kid, ())


def judge_age(as_of: datetime | None, expires: datetime | None, *, at: datetime) -> str | None:
    """Give the code of what is wrong with the age of a trust list, None for nothing.

    A list without a date is used as given and said so; one that is out of date is not to be used.
    """
    if is_old(as_of, expires, at=at):
        return "trust_list_too_old"
    if as_of is None and expires is None:
        return "trust_list_undated"
    return "trust_list_ahead" if is_ahead(as_of, at=at) else None


@dataclass(frozen=True)
class Offer:
    """A signed list that was read and whose signatures hold: what the machine needs to know of it."""

    version: int
    sha256: str  # of what it says
    roots: tuple[EllipticCurvePublicKey, ...]  # each was named by the one before; the last has signed the list
    list: TrustList


@dataclass(frozen=True)
class TrustState:
    """What a verifier holds: the root that it trusts, and the list."""

    root: EllipticCurvePublicKey  # that it was given, or that the root before has named
    standing: Standing = "empty"
    version: int = 0
    sha256: str = ""
    list: TrustList | None = None

    @property
    def usable(self) -> TrustList | None:
        """Give the list if anybody may be accepted by it."""
        return self.list if self.standing == "fresh" else None


def receive(state: TrustState, offer: Offer, *, at: datetime) -> TrustState:
    """Give the state after a list has come in; raises ListRefused, and then the state is the old one.

    1 the chain of roots leads from the root that is trusted to the one that signed
    2 the version is not lower than the held one
    3 a list of the same version says the same
    4 it is not out of date.
    """
    if name_key(state.root) not in map(name_key, offer.roots):  # 1
        raise ListRefused("list_key_unknown")
    if offer.version < state.version:  # 2
        raise ListRefused("list_backwards")
    if offer.version == state.version and offer.sha256 != state.sha256:  # 3
        raise ListRefused("list_forked")
    if judge_age(offer.list.as_of, offer.list.expires, at=at) == "trust_list_too_old":  # 4
        raise ListRefused("trust_list_too_old")
    standing = _move(state, "same" if offer.version == state.version else "newer")
    return look(TrustState(offer.roots[-1], standing, offer.version, offer.sha256, offer.list), at=at)


def look(state: TrustState, *, at: datetime) -> TrustState:
    """Give the state at a moment: lists age, and clocks are set back and right again."""
    if state.list is None or state.standing == "stale":
        return state
    event = _AGES.get(judge_age(state.list.as_of, state.list.expires, at=at) or "", "clock right")
    moved = (state.standing, event) in TRANSITIONS
    return replace(state, standing=_move(state, event)) if moved else state


_AGES = {"trust_list_too_old": "aged", "trust_list_ahead": "clock back"}


def _move(state: TrustState, event: str) -> Standing:
    assert (state.standing, event) in TRANSITIONS, "no such transition"
    return TRANSITIONS[state.standing, event]
