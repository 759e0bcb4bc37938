"""The number of the dose, and whether one was given at all."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, fold, is_true, map_distinct

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_NUMBER = re.compile(
    r"(?:mui|lan|lieu|dose|shot|m|l|so|thu|\bno|number)\s*[.:#\-]*\s*(?:so|thu|no|number)?\s*[.:#]*\s*"
    r"0?(\d|iii|iv|ii|i|v)(?![\da-z])"
)
_BEFORE = re.compile(
    r"(?<![\w/.,+&\-])0?([1-9])(?:\s*(?:st|nd|rd|th)\b)?[\s.:)\-]*(?:dose|shot)\b"
)  # "1. dose", "2nd dose"
_BARE = re.compile(r"^0?(\d|iii|iv|ii|i|v)(?:\.0|st|nd|rd|th)?$")
_OF_ALL = re.compile(r"^([1-9])\s*/\s*([2-4])$")
_SEVERAL = re.compile(r"^\d\s*[,;+&/\-]\s*\d$")
_BOOSTER = re.compile(r"(nhac lai|nhac|booster|tang cuong|bo sung)(?:\s*lan)?\s*([12])?")
HIGHEST = 9  # dose numbers above are typing errors


@cache
def load_rules() -> dict[str, Any]:
    """Give the words and days, as written in doses.toml beside this file."""
    return tomllib.loads((resources.files("xacthuc.cleaning") / "doses.toml").read_text(encoding="utf-8"))


def clean_dose_numbers(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Clean a column of dose numbers or headings: (int8 or null, finding code or null)."""

    def read(text: str) -> Answer:
        number = read_dose_number(text)
        return (str(number), None) if number else (None, "dose_no_unreadable")

    value, code = map_distinct(values, read, width=2)
    return value.cast(pa.int8()), code


def read_dose_number(text: str) -> int | None:
    """Read one cell: 2, II, "Mũi 2", "nhắc lại"; null where none or several are meant."""
    word = fold(text).strip(" .:;()")
    bare = _BARE.match(word)
    if bare:
        return _value(bare.group(1))
    part = _OF_ALL.match(word)
    if part and part.group(1) <= part.group(2):
        return _value(part.group(1))
    found = None if _SEVERAL.match(word) else _NUMBER.search(word) or _BEFORE.search(word)
    booster = _BOOSTER.search(word)
    if found and (booster is None or found.start() < booster.start()):
        return _value(found.group(1))
    if booster:
        return 3 + int(booster.group(2) or 1) - 1
    numbers: dict[str, int] = load_rules()["words"]["numbers"]
    return next((number for name, number in numbers.items() if re.search(rf"\b{name}\b", word)), None)


def tell_not_given(values: pa.Array) -> pa.Array:
    """Tell by row whether a remark says that no dose was given (put off, absent, refused ...); null counts as no."""
    pattern = re.compile("|".join(load_rules()["not_given"]["patterns"]))
    (told,) = map_distinct(
        values, lambda text: ("y" if pattern.search(unicodedata.normalize("NFC", text.lower())) else None,), width=1
    )
    return pc.is_valid(told)


def tell_only_words(values: pa.Array) -> pa.Array:
    """Tell by row whether a date's cell holds words ("chưa đến lịch"): nothing was given unless they say so."""
    done = re.compile(load_rules()["not_given"]["done"])

    def read(text: str) -> Answer:
        words = not any(map(str.isdecimal, text)) and sum(map(str.isalpha, text)) >= 3
        return ("y" if words and not done.search(fold(text)) else None,)

    return pc.is_valid(map_distinct(values, read, width=1)[0])


def decide_given(*, slot: pa.Array, own: pa.Array, note: pa.Array, cell: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Decide by row whether a dose was given: (given, contradicted).

    `own`: the row itself holds a date, vaccine or lot (a heading's do not count); `note`, `cell`: a remark, or the cell
    of the date, says that none was given. `contradicted`: a remark says so and the row holds a dose all the same.
    """
    listed = pc.equal(slot, 0)
    told = pc.and_(is_true(note), pc.invert(own))
    out = pc.or_(pc.or_(listed, told), is_true(cell))
    return pc.invert(out), pc.and_(is_true(note), pc.invert(out))


def _value(digit: str) -> int | None:
    number = _ROMAN.get(digit) or int(digit)
    return number if 1 <= number <= HIGHEST else None
