"""What the payload of an EU Digital COVID Certificate must look like, for each published version of its schema.

Source: eHealth Network, DCC JSON schemas 1.0.0 to 1.3.3 (ehn-dcc-development/ehn-dcc-schema), and the notes on formats
of dates there: `sc` names its time zone, and may do so as +02, +0200 or +02:00.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

Check = Callable[[Any], str | None]  # a value -> the code of what is wrong with it
# Name; whether it must be there; most letters of a text, None where it is a number; what more has to be right.
Fields = tuple[tuple[str, bool, int | None, Check | None], ...]

NEWEST = "1.3.3"
GROUPS = ("v", "t", "r")
MAX_FAULTS = 50  # more is no certificate; what is said stays small whatever comes in

_VERSION = re.compile(r"1\.[0-9]{1,9}\.[0-9]{1,9}")
_BIRTH_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2}")
_MACHINE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_CAPITAL = re.compile(r"[A-Z]")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,30})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a payload: a code of texts/certificate_rules.toml, and where: "v.0.dt", never a value."""

    code: str
    field: str


@dataclass(frozen=True)
class Edition:
    """What differs between versions of the schema."""

    text: int = 80  # most letters of names, issuer, identifier, testing centre
    most_doses: int | None = None  # largest dose number
    one_group: bool = True  # exactly one of v, t, r, with exactly one entry
    partial_birth_date: bool = True
    empty_birth_date: bool = True
    family_name_only: bool = False  # the machine-readable family name must be there, else either name will do
    testing_centre: bool = False  # must be there
    test_name: int | None = 80  # most letters
    result_time: bool = False  # there is a field `dr`


_FIRST = Edition(
    text=50,
    most_doses=9,
    one_group=False,
    partial_birth_date=False,
    empty_birth_date=False,
    family_name_only=True,
    testing_centre=True,
    test_name=None,
    result_time=True,
)
_SECOND = Edition(**{**vars(_FIRST), "partial_birth_date": True})
_THIRD = Edition(**{**vars(_SECOND), "result_time": False})
_FOURTH = Edition(family_name_only=True)
_FIFTH = Edition()

EDITIONS: Mapping[str, Edition] = {
    **dict.fromkeys(("1.0.0", "1.0.1"), _FIRST),
    "1.1.0": _SECOND,
    **dict.fromkeys(("1.2.0", "1.2.1"), _THIRD),
    **dict.fromkeys(("1.3.0", "1.3.1"), _FOURTH),
    **dict.fromkeys(("1.3.2", NEWEST), _FIFTH),
}


def check_payload(payload: Any, *, version: str = NEWEST) -> tuple[Fault, ...]:
    """Give what is wrong with a payload by the schema of a version, at most MAX_FAULTS; nothing where it is right.

    Each version allows what those before it allowed, but for one group with one entry (from 1.3.0 on), and issuers
    write old versions into new certificates: so a payload is held against the newest, whatever 1.x.y it names itself.
     1 it is a map
     2 `ver` is a version 1.x.y
     3 `nam` is a map with texts of at most 80 letters; fnt and gnt hold A to Z and < alone; one of the two is there
     4 `dob` is a year, month or day of 1900 to 2099, or empty
     5 there is exactly one of v, t and r, a list of exactly one map
     6 its entry has the fields that it must have, texts of at most 80 letters, whole dose numbers from 1 on (2.0 is
       whole), days of the calendar and a time with its zone.
    Fields that the schema does not name may hold anything. Not checked: whether codes are of a value set, see
    value_sets.py, whether a birth date is of the calendar, and whether dates go together.
    """
    assert version in EDITIONS, f"no such version of the schema: {version}"
    return tuple(_find(payload, version))


def is_usual(payload: Any) -> bool:
    """Tell by a quick look whether a payload is a vaccination with the fields that all issuers write, and all right.

    Then it is plain as `cbor.is_plain` has it, and check_payload finds nothing, in a third of their time; False says
    nothing at all.
    """
    try:
        (entry,) = payload["v"]
        name = payload["nam"]
        if (len(payload), len(name), len(entry)) != _USUAL_SIZES or type(payload["v"]) is not list:
            return False
        texts = "\n".join((payload["ver"], payload["dob"], *_USUAL_NAMES(name), *_USUAL_TEXTS(entry)))
        date.fromisoformat(entry["dt"])
        dose, doses = entry["dn"], entry["sd"]
    except (TypeError, KeyError, ValueError):
        return False
    return type(dose) is type(doses) is int and dose > 0 and doses > 0 and _USUAL.fullmatch(texts) is not None


_USUAL_NAMES, _USUAL_TEXTS = (
    itemgetter("fn", "fnt", "gn", "gnt"),
    itemgetter("dt", "co", "is", "ci", "tg", "vp", "mp", "ma"),
)
_USUAL_SIZES = 4, 4, 10  # fields of a payload, a name and an entry
_USUAL = re.compile(
    r"1\.[0-9]{1,9}\.[0-9]{1,9}\n(?:(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2})?\n"
    r"[^\n]{0,80}\n[A-Z<]{0,80}\n[^\n]{0,80}\n[A-Z<]{0,80}\n"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}\n[A-Z]{2}\n[^\n]{0,80}\n[^\n]{0,80}(?:\n[^\n]*){4}"
)


def _find(payload: Any, version: str) -> list[Fault]:
    if not isinstance(payload, dict):  # 1
        return [Fault("schema_not_a_map", "")]
    faults: list[Fault] = []
    named = payload.get("ver")
    if not (isinstance(named, str) and (named in EDITIONS or _VERSION.fullmatch(named))):  # 2
        faults.append(Fault("schema_version", "ver"))
    edition, entries = EDITIONS[version], _ENTRIES[version]
    _check_name(payload, edition, _NAMES[version], faults)  # 3
    code = _BIRTH_DATES[version](payload["dob"]) if "dob" in payload else "schema_field_missing"  # 4
    if code:
        faults.append(Fault(code, "dob"))
    present = [group for group in GROUPS if group in payload]  # 5
    if edition.one_group and len(present) != 1:
        faults.append(Fault("schema_group_count", ""))
    for group in present:
        for field, code in _check_group(group, payload[group], edition, entries[group]):  # 6
            if len(faults) >= MAX_FAULTS:
                return faults
            faults.append(Fault(code, field))
    return faults


def _check_name(payload: dict[Any, Any], edition: Edition, fields: Fields, faults: list[Fault]) -> None:
    if "nam" not in payload:
        faults.append(Fault("schema_field_missing", "nam"))
        return
    name = payload["nam"]
    if not isinstance(name, dict):
        faults.append(Fault("schema_field_type", "nam"))
        return
    if not edition.family_name_only and "fnt" not in name and "gnt" not in name:
        faults.append(Fault("schema_name_missing", "nam"))
    faults.extend(Fault(code, f"nam.{field}") for field, code in _check_fields(name, fields))


def _check_group(group: str, entries: Any, edition: Edition, fields: Fields) -> Iterator[tuple[str, str]]:
    if not isinstance(entries, list):
        yield group, "schema_field_type"
        return
    if not entries or (edition.one_group and len(entries) > 1):
        yield group, "schema_entry_count"
    for at, entry in enumerate(entries):
        if isinstance(entry, dict):
            for field, code in _check_fields(entry, fields):
                yield f"{group}.{at}.{field}", code
        else:
            yield f"{group}.{at}", "schema_field_type"


def _check_fields(found: dict[Any, Any], fields: Fields) -> list[tuple[str, str]]:
    """Give the fields with a fault; every certificate that is issued passes here: texts are looked at in place."""
    faults = []
    for field, needed, longest, check in fields:
        value = found.get(field, _MISSING)
        if value is _MISSING:
            code = "schema_field_missing" if needed else None
        elif longest is None or isinstance(value, str):
            too_long = longest is not None and len(value) > longest
            code = "schema_text_too_long" if too_long else check and check(value)
        else:
            code = "schema_field_type"
        if code:
            faults.append((field, code))
    return faults


_MISSING = object()
_ANY_LENGTH = 1 << 62


def _check_machine_name(text: str) -> str | None:
    return "schema_machine_name" if text.strip(_MACHINE_LETTERS) else None


def _dose_number_of(most: int | None) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not int and not (type(value) is float and value.is_integer()):
            return "schema_dose_number"
        return "schema_dose_number" if value < 1 or (most and value > most) else None

    return check


def _birth_date_of(edition: Edition) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return "schema_field_type"
        if value == "":
            return None if edition.empty_birth_date else "schema_birth_date"
        right = _BIRTH_DATE.fullmatch(value) and (edition.partial_birth_date or _check_day(value) is None)
        return None if right else "schema_birth_date"

    return check


def _check_country(text: str) -> str | None:
    return None if _CAPITAL.search(text) else "schema_country"


def _check_day(text: str) -> str | None:
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            date.fromisoformat(text)
        except ValueError:
            return "schema_date"
        return None
    return "schema_date"


def _check_time(text: str) -> str | None:
    time = _TIME.fullmatch(text)
    return None if time and _check_day(time[1]) is None else "schema_time"


def _build_entries(edition: Edition) -> Mapping[str, Fields]:
    def texts(*names: str) -> Fields:
        return tuple((name, True, _ANY_LENGTH, None) for name in names)

    def days(*names: str) -> Fields:
        return tuple((name, True, _ANY_LENGTH, _check_day) for name in names)

    dose = _dose_number_of(edition.most_doses)
    country: Fields = (("co", True, _ANY_LENGTH, _check_country),)
    issued: Fields = (*country, ("is", True, edition.text, None), ("ci", True, edition.text, None))
    doses: Fields = (("dn", True, None, dose), ("sd", True, None, dose), *days("dt"))
    result_time: Fields = (("dr", False, _ANY_LENGTH, _check_time),)
    test: Fields = (
        *texts("tt"),
        ("nm", False, edition.test_name or _ANY_LENGTH, None),
        ("ma", False, _ANY_LENGTH, None),
        ("sc", True, _ANY_LENGTH, _check_time),
        *(result_time if edition.result_time else ()),
        *texts("tr"),
        ("tc", edition.testing_centre, edition.text, None),
    )
    return {
        "v": (*texts("tg", "vp", "mp", "ma"), *doses, *issued),
        "t": (*texts("tg"), *test, *issued),
        "r": (*texts("tg"), *days("fr", "df", "du"), *issued),
    }


def _build_names(edition: Edition) -> Fields:
    longest = edition.text
    return (
        ("fn", False, longest, None),
        ("fnt", edition.family_name_only, longest, _check_machine_name),
        ("gn", False, longest, None),
        ("gnt", False, longest, _check_machine_name),
    )


_ENTRIES = {version: _build_entries(edition) for version, edition in EDITIONS.items()}
_NAMES = {version: _build_names(edition) for version, edition in EDITIONS.items()}
_BIRTH_DATES = {version: _birth_date_of(edition) for version, edition in EDITIONS.items()}
