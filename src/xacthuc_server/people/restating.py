"""Put right what was stated of a person: a number that was missing, a name, a birth date. Health's side only.

The values are read by the library's own cleaning, so that a restated record compares as an uploaded one does. What was
stated before stays in the row's history; its digest stays too, so that the same file sent again finds the same person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F

from xacthuc.cleaning.marks import make_base_key
from xacthuc.cleaning.names import find_word
from xacthuc.cleaning.numbers import read_number
from xacthuc.cleaning.one_name import clean_name
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.people.actions import PersonChanged
from xacthuc_server.people.models import Person

TEXT_LENGTH = 120  # letters of a value; longer ones are remarks
EARLIEST_BIRTH = 1900


class StatedRefused(Exception):
    """What was brought cannot be read; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Restated:
    """What is put right; None for what stays. `birth_date` is ISO, or a year."""

    number: str | None = None
    name: str | None = None
    birth_date: str | None = None
    sex: str | None = None


@action
def restate_person(person_id: int, *, stated: Restated, by: Acting, now: datetime, version: int) -> None:
    """Put right what was stated of somebody, whom the register is then asked about again.

    Raises PersonChanged, StatedRefused. What the police vouch for is not touched.
    """
    fields = {
        **_read_number(stated.number),
        **_read_name(stated.name),
        **_read_birth(stated.birth_date, now=now),
        **_read_sex(stated.sex),
    }
    if not fields:
        raise StatedRefused("stated_nothing")
    changed = Person.objects.filter(id=person_id, version=version).update(
        **fields, identity="UNASKED", reasons=[], sure=False, asked_at=None, version=F("version") + 1
    )
    if not changed:
        raise PersonChanged("person_changed")
    tell("person.restated", by=by, now=now, about=f"person:{person_id}", more={"fields": sorted(fields)})
    from procrastinate.contrib.django import app  # the app is there once Django is

    app.configure_task("people.ask").defer()


def _read_number(text: str | None) -> dict[str, Any]:
    if not text or not text.strip():
        return {}
    read = read_number(text[:TEXT_LENGTH])
    if read.state not in ("twelve", "nine", "passport"):
        raise StatedRefused("stated_number")
    return {
        "number": read.number12 or read.number9 or read.passport,
        "number12": read.number12,
        "number9": read.number9,
        "passport": read.passport,
        "digits": read.digits,
        "number_state": read.state,
    }


def _read_name(text: str | None) -> dict[str, Any]:
    if not text or not text.strip():
        return {}
    name = clean_name(text[:TEXT_LENGTH], told=True)
    if name.name is None or name.key is None:
        raise StatedRefused("stated_name")
    return {
        "name": name.name,
        "name_key": name.key,
        "name_fold": name.fold,
        "name_base": make_base_key(name.key),
        "name_first": find_word(name.key, at=0),
        "name_last": find_word(name.key, at=-1),
    }


def _read_birth(text: str | None, *, now: datetime) -> dict[str, Any]:
    if not text:
        return {}
    try:
        first = date(int(text), 1, 1) if len(text) == 4 and text.isdigit() else date.fromisoformat(text)
    except ValueError:
        raise StatedRefused("stated_birth_date") from None
    if not first.year >= EARLIEST_BIRTH or first > now.date():
        raise StatedRefused("stated_birth_date")
    return {"birth_date": text}


def _read_sex(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    if text not in ("M", "F"):
        raise StatedRefused("stated_sex")
    return {"sex": text}
