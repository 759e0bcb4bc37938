"""What the platform asks the register node of cases, and nothing more: who may be meant, and what is vouched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from xacthuc.exchange.tables import PERSON_COLUMNS
from xacthuc_server.people.models import Person

Claim = Mapping[str, str | None]


class Seen(Protocol):
    """Somebody of the register whom a claim may mean."""

    @property
    def person(self) -> str: ...  # noqa: D102  the register's opaque reference
    @property
    def name(self) -> str | None: ...  # noqa: D102  as the register writes it
    @property
    def birth_date(self) -> str | None: ...  # noqa: D102  ISO, or a year
    @property
    def sex(self) -> str | None: ...  # noqa: D102  F or M, if known
    @property
    def number12(self) -> str | None: ...  # noqa: D102  of the chip card
    @property
    def number9(self) -> str | None: ...  # noqa: D102  of the old card


class Stated(Protocol):
    """Who somebody is by the register; `refused` is a code where it does not vouch."""

    @property
    def name(self) -> str | None: ...  # noqa: D102  as the register writes it
    @property
    def birth_date(self) -> str | None: ...  # noqa: D102  ISO, or a year
    @property
    def sex(self) -> str | None: ...  # noqa: D102  F or M, if known
    @property
    def number(self) -> str | None: ...  # noqa: D102  the one that holds today
    @property
    def refused(self) -> str | None: ...  # noqa: D102  a code of the node's texts


class Register(Protocol):
    """The register node, as an officer at work on a case meets it. Every question is logged on both sides."""

    def candidates(self, claim: Claim, *, officer: str, case: str) -> Sequence[Seen]:
        """Give who may be meant, the likeliest first."""

    def vouch(self, items: Sequence[tuple[str, Claim, str]], *, officer: str, case: str) -> Mapping[str, Stated]:
        """Give by ref who the persons are that were chosen; an item is ref, claim and person."""


def make_claim(person: Person) -> dict[str, str | None]:
    """Give what was stated of a person, as the register takes it."""
    return {name: person.place_text if name == "place" else getattr(person, name) for name in PERSON_COLUMNS}
