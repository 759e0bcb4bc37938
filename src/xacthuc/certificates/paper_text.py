"""What is printed of a certificate that was issued: read from its text, so that paper and QR code say the same.

Source: EU DCC schema 1.3 (what is signed), its value sets (names for the codes).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, get_args

from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.paper import NAME_LENGTH, Evidence, Paper, PaperRefused, PrintedDose
from xacthuc.certificates.stages import Certificate, Unreadable
from xacthuc.certificates.value_sets import COUNTRIES, HOLDERS, KINDS, PRODUCTS, load_value_sets
from xacthuc.codes.vaccines import list_vaccines

VIET_NAM_TIME = timezone(timedelta(hours=7))  # those who read the paper live by it


def read_paper(text: str, *, nationality: str | None = None, evidence: str | None = None) -> Paper:
    """Give what is printed of a text in HC1 that holds a vaccination; `nationality` has two letters.

    1 the text is read, and is of the EU's schema
    2 it holds a vaccination, and says from when to when it is valid
    3 the evidence is one of the four levels, or not told
    4 names stay as they were signed; codes get their names, a code that nobody knows stays
    5 the last day printed is the last that is valid to its end, so that nobody is turned away on it.
    Raises PaperRefused. Not checked: the signature, and whether text, nationality and evidence are of one person.
    """
    try:
        read = read_health_certificate(text)
    except Unreadable:
        raise PaperRefused("paper_text_unread") from None
    if read.family != "dcc" or read.code is not None:  # 1
        raise PaperRefused("paper_text_unread")
    if read.kind != "vaccination" or read.issued is None or read.expires is None:  # 2
        raise PaperRefused("paper_no_vaccination")
    if evidence is not None and evidence not in get_args(Evidence):  # 3
        raise PaperRefused("paper_evidence")
    return _fill(read, nationality, evidence)


def _fill(read: Certificate, nationality: str | None, evidence: Any) -> Paper:
    names, entry = read.payload["nam"], read.payload["v"][0]
    assert read.issued is not None
    assert read.expires is not None
    return Paper(
        family=names.get("fn") or "",  # 4
        given=names.get("gn") or "",
        family_latin=names.get("fnt") or "",
        given_latin=names.get("gnt") or "",
        birth_date=read.payload["dob"],
        nationality=_name(nationality, COUNTRIES) if nationality else None,
        doses=(_fill_dose(entry),),
        country=_name(entry["co"], COUNTRIES),
        identifier=entry["ci"],
        evidence=evidence,
        issuer=entry["is"],
        issued=_find_day(read.issued),
        expires=_find_last_day(read.expires),  # 5
    )


def _fill_dose(entry: Mapping[str, Any]) -> PrintedDose:
    return PrintedDose(
        number=int(entry["dn"]),
        series=int(entry["sd"]),
        day=entry["dt"],
        vaccine=_name(entry["vp"], KINDS),
        product=_name_product(entry["mp"]),
        manufacturer=_name(entry["ma"], HOLDERS),
    )


def _name(code: str, set_id: str) -> str:
    """Give the name of a code in both languages, once where they differ by marks and capitals alone."""
    value = load_value_sets()[set_id].codes.get(code)
    if value is None:
        return code
    if value.vi is None or _fold(value.vi) == _fold(value.name):
        return value.vi or value.name
    both = f"{value.vi} · {value.name}"
    return both if len(both) <= NAME_LENGTH else value.vi


def _name_product(code: str) -> str:
    """Give the name of a product, and how people here call it where that is another."""
    name, called = _name(code, PRODUCTS), _load_called().get(code)
    return name if called is None or _fold(called) == _fold(name) else f"{name} ({called})"


@cache
def _load_called() -> Mapping[str, str]:
    return {vaccine.mp: vaccine.name for vaccine in list_vaccines()}


def _fold(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", text).casefold() if letter.isalnum())


def _find_day(moment: float) -> str:
    return datetime.fromtimestamp(moment, VIET_NAM_TIME).date().isoformat()


def _find_last_day(moment: float) -> str:
    """Give the last day that ends before a moment; a second before midnight is midnight to those who wrote it."""
    return _find_day(moment + 1 - timedelta(days=1).total_seconds())
