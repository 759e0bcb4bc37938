"""What systems send and are told, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from xacthuc_server.api.limits import BATCH, LETTERS

Value = Annotated[str, StringConstraints(max_length=LETTERS)] | None


class DoseIn(Schema):
    """One person and one dose, as written: dates day first or ISO, the QR text of a card in place of its fields."""

    model_config = ConfigDict(extra="forbid")

    name: Value = None
    birth_date: Value = None
    sex: Value = None
    number: Value = None
    phone: Value = None
    insurance: Value = None
    nationality: Value = None
    province: Value = None
    district: Value = None
    commune: Value = None
    address: Value = None
    qr: Value = None
    dose_no: Value = None
    vaccine: Value = None
    lot: Value = None
    dose_date: Value = None
    site: Value = None


class BatchIn(Schema):
    """Up to a hundred of them."""

    model_config = ConfigDict(extra="forbid")

    doses: Annotated[list[DoseIn], Field(min_length=1, max_length=BATCH)]


class Said(Schema):
    """Something that is wrong, was repaired or is worth knowing, at a field; in both languages."""

    field: str
    code: str
    kind: Literal["repaired", "noted", "wrong", "refused"]
    vi: str
    en: str


class DoseOut(Schema):
    """What became of a dose. `dose` and `person` are ids to ask by; null where no record came of it."""

    state: Literal["recorded", "same", "listed", "refused"]
    dose: int | None
    person: int | None
    findings: list[Said]


class BatchOut(Schema):
    """What became of each, in their order, and how many of each state."""

    results: list[DoseOut]
    counts: dict[str, int]


class Reason(Schema):
    """Why a verdict is as it is."""

    field: str
    code: str
    vi: str
    en: str


class DoseStatus(Schema):
    """The two verdicts of a dose: the police's of the person, health's of the dose."""

    dose: int
    person: int
    identity: str
    identity_settled: str
    identity_reasons: list[Reason]
    vaccination: str
    vaccination_reasons: list[Reason]
    withdrawn_at: datetime | None
    signed_at: datetime | None


class UploadOut(Schema):
    """How far a file is, and what became of its rows."""

    upload: str
    state: str
    again: bool = False
    code: str | None = None
    counts: dict[str, int]


class Fault(Schema):
    """Why a request was not done: a code, in both languages, and by field where fields are wrong."""

    code: str
    vi: str
    en: str
    errors: list[Said] = Field(default_factory=list)
