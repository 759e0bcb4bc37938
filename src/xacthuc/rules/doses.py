"""What the rules take and give: a dose, what is known of stock and sessions, the assessment of a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xacthuc.findings import get_code

Role = Literal["primary", "additional", "booster", "not_counted"]
State = Literal["none", "partial", "complete"]


@dataclass(frozen=True)
class Dose:
    """One record of a dose, as cleaning left it. `vaccine` is a product name, `province` a GSO code of 2021."""

    record: str
    dose_no: int | None = None
    vaccine: str | None = None
    dose_date: date | None = None
    lot: str | None = None
    province: str | None = None
    site: str | None = None
    duplicate: bool = False  # another record of the same dose is kept instead


@dataclass(frozen=True)
class Lot:
    """A lot as the authority lists it; the day of expiry still counts as good."""

    lot: str
    vaccine: str
    expires: date | None = None


@dataclass(frozen=True)
class Session:
    """A day on which a site vaccinated."""

    site: str
    day: date


@dataclass(frozen=True)
class Supply:
    """Lots and sessions, where an authority has supplied them; what is empty is not checked."""

    lots: Mapping[str, tuple[Lot, ...]]
    sessions: Mapping[str, frozenset[date]]

    @classmethod
    def of(cls, *, lots: Iterable[Lot] = (), sessions: Iterable[Session] = ()) -> Supply:
        """Index the lots by their number and the sessions by their site."""
        by_lot: dict[str, tuple[Lot, ...]] = {}
        for lot in lots:
            by_lot[lot.lot] = (*by_lot.get(lot.lot, ()), lot)
        by_site: dict[str, frozenset[date]] = {}
        for session in sessions:
            by_site[session.site] = by_site.get(session.site, frozenset()) | {session.day}
        return cls(lots=by_lot, sessions=by_site)


NOTHING_SUPPLIED = Supply(lots={}, sessions={})


@dataclass(frozen=True)
class AssessedDose:
    """What one record of a dose is worth: its role, dn and sd of a certificate, and its findings (codes)."""

    record: str
    role: Role
    dn: int | None  # number of the dose; null where it is not counted
    sd: int | None  # doses of the series as a certificate shows it: 1/2, 2/2, 3/3; 1/1, 2/1
    why: str | None  # why it is not counted: a finding code, or "duplicate"
    findings: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Tell whether somebody has to settle something first."""
        return any(get_code(code).kind == "wrong" for code in self.findings)


@dataclass(frozen=True)
class NextDose:
    """The dose that comes next, by the law of the day of the assessment; null bounds are open."""

    kind: Role
    number: int
    due_from: date | None
    due_to: date | None


@dataclass(frozen=True)
class Assessment:
    """What a history amounts to. `missing`: numbers of doses that later ones presuppose and nobody has recorded."""

    doses: tuple[AssessedDose, ...]  # in the order given
    state: State
    course_doses: int | None  # doses that the primary course needs; null without any counted dose
    completed_on: date | None
    missing: tuple[int, ...]
    next: NextDose | None

    @property
    def is_settled(self) -> bool:
        """Tell whether the course is complete and none of its counted doses is doubtful."""
        primary = [dose for dose in self.doses if dose.role == "primary"]
        return self.state == "complete" and not any(dose.is_doubtful for dose in primary)
