"""Phone numbers: ten digits with the leading zero, old eleven-digit mobiles renumbered as of 2018."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, choose, cut, is_true, map_columns, map_odd, trim
from xacthuc.cleaning.numbers import is_placeholder

_PIECE = re.compile(r"[;/,\n|&+]|\s[-–]\s?|[^\W\d_]+|\(")
_JUNK = re.compile(r"[^\d]")
_TRUNK = re.compile(r"\(0\)")  # "+44 (0)7700 ...": the zero is dialled at home only
_TWO = re.compile(r"^(0\d{9})(0\d{9})$")


SHORTEST, LONGEST = 7, 15  # digits of a number of any country, with its country code. Source: ITU-T E.164


@cache
def load_plan() -> dict[str, Any]:
    """Give the dated numbering plan, as written in phones.toml beside this file."""
    return tomllib.loads((resources.files("xacthuc.cleaning") / "phones.toml").read_text(encoding="utf-8"))


def clean_phones(values: pa.Array, *, anywhere: bool = False) -> tuple[pa.Array, pa.Array]:
    """Clean a column of phone numbers: (number or null, finding code or null).

    Vietnamese numbers are national digits with the leading zero, foreign ones keep "+" and their country code.
    In lists from `anywhere` a number is its digits, 7 to 15 of them, without "+" or 00. Not checked: whether the
    number is in use, or whose it is.
    """
    if values.null_count == len(values):
        return values, values
    if anywhere:
        return _clean_anywhere(values)
    regular = _is_mobile(values, zero=True)
    phone, code = map_columns(
        values,
        pc.and_(pc.is_valid(values), pc.invert(regular)),
        _clean_odd,
        regular=(pc.if_else(regular, values, None), None),
    )
    return phone, code


def _clean_anywhere(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    plain = is_true(pc.match_substring_regex(values, rf"^(0?[1-9])[0-9]{{{SHORTEST - 1},{LONGEST - 2}}}$"))
    odd = pc.and_not(pc.is_valid(values), plain)
    phone, code = map_odd(values, odd, read_any_phone, width=2, regular=(pc.if_else(plain, values, None), None))
    return phone, code


def _clean_odd(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    compact = pc.replace_substring_regex(values, r"[ .\-]+", "")
    zeroed = pc.if_else(_is_mobile(compact, zero=False), pc.binary_join_element_wise("0", compact, ""), None)
    phone = pc.if_else(_is_mobile(compact, zero=True), compact, zeroed)
    odd = pc.and_(pc.is_valid(values), pc.is_null(phone))
    lost = choose(pc.is_valid(zeroed), "phone_zero_restored")
    phone, code = map_odd(values, odd, read_phone, width=2, regular=(phone, lost))
    return phone, code


def _is_mobile(values: pa.Array, *, zero: bool) -> pa.Array:
    """Tell which texts are ten digits of a mobile, or nine where its zero is lost."""
    prefixes = [prefix if zero else prefix[1:] for prefix in load_plan()["mobiles"]["prefixes"]]
    right = pc.and_(pc.ascii_is_decimal(values), pc.equal(pc.binary_length(values), 10 if zero else 9))
    head = cut(values, 0, len(prefixes[0]))
    return is_true(pc.and_(right, pc.is_in(head, value_set=pa.array(prefixes))))


def read_phone(text: str) -> Answer:
    """Read one cell: the first valid number in it and a finding code, null where it is regular."""
    plain = trim(text.replace("\n", ";"))
    if is_placeholder(plain):
        return None, "phone_placeholder"
    pieces = _numbers_in(plain)
    if not pieces:
        return None, "phone_invalid"
    for piece in pieces:
        phone, code = _read_digits(piece)
        if phone:
            several = len(pieces) > 1 and code != "phone_renumbered"
            return phone, "phone_several" if several else code
    foreign = _read_foreign(plain)
    return (foreign, None) if foreign else (None, "phone_invalid")


def read_any_phone(text: str) -> Answer:
    """Read one cell of any country's list: the digits of the first number in it, and a finding code as `read_phone`."""
    plain = trim(text.replace("\n", ";"))
    if is_placeholder(plain):
        return None, "phone_placeholder"
    one_run = _TRUNK.sub("", plain).replace("(", "")
    numbers = [piece.removeprefix("00") for piece in _numbers_in(one_run)]
    good = [number for number in numbers if SHORTEST <= len(number) <= LONGEST]
    if not good:
        return None, "phone_invalid"
    return good[0], "phone_several" if len(good) > 1 else None


def _numbers_in(text: str) -> list[str]:
    """Divide a cell into digit groups; blanks, dots and a leading + belong to a number, words and slashes do not."""
    pieces = [_JUNK.sub("", piece) for piece in _PIECE.split(text.removeprefix("+"))]
    divided: list[str] = []
    for piece in pieces:
        two = _TWO.match(piece)
        divided.extend(two.groups() if two else [piece] if len(piece) >= 6 else [])
    return divided


def _read_digits(digits: str) -> tuple[str | None, str | None]:
    plan = load_plan()
    code = None
    if digits.startswith("0084"):
        digits = "0" + digits[4:].lstrip("0")
    elif digits.startswith("84") and len(digits) in (11, 12, 13):
        digits = "0" + digits[2:].lstrip("0")
    elif not digits.startswith("0"):
        digits, code = "0" + digits, "phone_zero_restored"
    new = plan["renumbered"]["prefixes"].get(digits[:4])
    if new and len(digits) == 11:
        return new + digits[4:], "phone_renumbered"
    if len(digits) == 10 and digits[:2] in plan["mobiles"]["prefixes"]:
        return digits, code
    if len(digits) == plan["landlines"]["length"] and digits.startswith(plan["landlines"]["prefix"]):
        return digits, code
    return None, "phone_invalid"


def _read_foreign(text: str) -> str | None:
    if not text.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 84 or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
