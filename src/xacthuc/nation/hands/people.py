"""Who may be listed and what they were given: plain rows, the columns of a register and of a table of doses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


Standing = Literal["register", "outside", "other_commune", "foreigner"]


@dataclass(frozen=True)
class PersonRow:
    """One person; the columns of a register. `standing` other than "register": the person is not in it."""

    id: str
    name: str
    birth_date: str  # ISO, or YYYY where only the year is registered
    sex: str  # M, F
    number12: str
    number9: str = ""  # old CMND
    phone: str = ""
    province: str = ""
    district: str = ""
    commune_code: str = ""
    commune: str = ""
    address: str = ""
    standing: Standing = "register"
    passport: str = ""
    nationality: str = ""


@dataclass(frozen=True)
class DoseRow:
    """One dose as it was really given."""

    person: str  # PersonRow.id
    dose_no: int
    vaccine: str  # product name of codes/vaccines
    lot: str
    dose_date: str  # ISO
    site: str = ""


@dataclass(frozen=True)
class District:
    """The people and the doses of one district."""

    people: tuple[PersonRow, ...] = ()
    doses: tuple[DoseRow, ...] = field(default=())
