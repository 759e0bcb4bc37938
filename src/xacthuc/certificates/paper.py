"""What is printed of a certificate: plain values, what forbids printing them, and their words in both languages.

Source: QĐ 5772/QĐ-BYT (the eleven fields), EU DCC schema 1.3 (what of them is signed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

Evidence = Literal["self-declared", "site-signed", "identity settled", "both"]

DOSES = 9  # of one person: more do not fit, and are a slip of the pen
NAME_LENGTH = 80  # letters of a name, an issuer, an identifier. Source: EU DCC schema 1.3
TEXT_LENGTH = 120  # letters of what a dose was; the longest vaccine of the value sets has 76
FEW_DOSES, FEW_LETTERS = 4, 600  # that a page of A4 holds in any case


class PaperRefused(Exception):
    """A certificate cannot be printed: a code of texts/certificate_paper.toml, and nothing of the holder."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class PrintedDose:
    """A dose as it is printed: names of the value sets, not their codes."""

    number: int
    series: int
    day: str  # ISO
    vaccine: str  # what kind
    product: str
    manufacturer: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed of a certificate. Dates are ISO; a birth date may be a year, a year and a month, or empty."""

    family: str
    given: str
    family_latin: str  # after ICAO 9303, words joined by "<"
    given_latin: str
    birth_date: str
    nationality: str | None  # the name of a country, in both languages where they differ, or its two letters
    doses: tuple[PrintedDose, ...]  # those that are known, in their order; the last is the one that the QR code says
    country: str  # where the doses were given, named as the nationality is
    identifier: str
    evidence: Evidence | None  # None where nobody told: then nothing is said of it
    issuer: str
    issued: str
    expires: str
    specimen: bool = False  # of nobody: printed across the page


def check_paper(paper: Paper, *, letters: frozenset[int]) -> None:
    """Raise PaperRefused where something cannot be printed as it is; `letters` are the code points that the fonts have.

    1 every text is there, of at most 80 or 120 letters, without signs that are not printed, of letters that a font has
    2 the dates are dates, and in order; the birth date may be a year, a month or empty
    3 there are doses, and not too many.
    Not checked: whether it is true.
    """
    if not (paper.family or paper.given):  # 1
        raise PaperRefused("paper_text_missing")
    for name, text in _list_texts(paper):
        _check_text(text, name=name, letters=letters)
    _check_dates(paper)  # 2
    if not 1 <= len(paper.doses) <= DOSES:  # 3
        raise PaperRefused("paper_doses")


def describe(paper: Paper) -> dict[str, Any]:
    """Give what the templates print, as values of JSON; a date is worded in both languages."""
    return {
        "name": _join(paper.family, paper.given),
        "latin": _join(paper.family_latin, paper.given_latin).replace("<", " "),
        "birth": word_date(paper.birth_date),
        "nationality": paper.nationality or "",
        "doses": [_describe_dose(dose) for dose in paper.doses],
        "country": paper.country,
        "identifier": paper.identifier,
        "received": paper.doses[-1].number,
        "told": paper.evidence is not None,
        "site": paper.evidence in ("site-signed", "both"),
        "police": paper.evidence in ("identity settled", "both"),
        "issuer": paper.issuer,
        "issued": word_date(paper.issued),
        "day": [int(part) for part in paper.issued.split("-")],
        "expires": word_date(paper.expires),
        "specimen": paper.specimen,
        "crowded": len(paper.doses) > FEW_DOSES or sum(len(text) for _, text in _list_texts(paper)) > FEW_LETTERS,
    }


def word_date(written: str) -> tuple[str, str]:
    """Give an ISO date, month or year as it is written in Vietnamese and in English, where no month is a number."""
    parts = written.split("-") if written else []
    if not parts:
        return "không rõ", "not known"
    english = [str(int(parts[2]))] if len(parts) == 3 else []
    english += [_MONTHS[int(parts[1]) - 1]] if len(parts) > 1 else []
    return "/".join(reversed(parts)), " ".join([*english, parts[0]])


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_MAY_LACK = frozenset({"family", "given", "family_latin", "given_latin", "birth_date", "nationality"})
_OF_DOSE = frozenset({"vaccine", "product", "manufacturer"})


def _list_texts(part: Paper | PrintedDose) -> Iterator[tuple[str, str]]:
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, str):
            yield field.name, value
        elif field.name == "doses":
            for dose in value:
                yield from _list_texts(dose)


def _check_text(text: str, *, name: str, letters: frozenset[int]) -> None:
    if not text.strip() and name not in _MAY_LACK:
        raise PaperRefused("paper_text_missing")
    if len(text) > (NAME_LENGTH if name not in _OF_DOSE else TEXT_LENGTH):
        raise PaperRefused("paper_text_long")
    if not text.isprintable():  # controls, and marks that turn the direction of writing
        raise PaperRefused("paper_text_form")
    if not letters.issuperset(map(ord, text)):
        raise PaperRefused("paper_letter_missing")


def _check_dates(paper: Paper) -> None:
    days = (paper.issued, paper.expires, *(dose.day for dose in paper.doses))
    if not all(len(day) == 10 and _is_date(day) for day in days) or paper.issued > paper.expires:
        raise PaperRefused("paper_dates")
    if paper.birth_date and not _is_date(paper.birth_date):
        raise PaperRefused("paper_dates")


def _is_date(written: str) -> bool:
    """Tell whether a text is a date, a month or a year in ISO form."""
    if not _ISO.fullmatch(written):
        return False
    try:
        date.fromisoformat(f"{written}-01-01"[:10])
    except ValueError:
        return False
    return True


def _join(family: str, given: str) -> str:
    return " ".join(part for part in (family, given) if part)


def _describe_dose(dose: PrintedDose) -> dict[str, Any]:
    return {
        "number": f"{dose.number}/{dose.series}",
        "day": word_date(dose.day),
        "vaccine": dose.vaccine,
        "product": dose.product,
        "manufacturer": dose.manufacturer,
    }
