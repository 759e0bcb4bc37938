"""Columns of dates: the plain ones of ten letters at once, "2021-11-09" and "09/11/2021", the others one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, is_true, map_odd
from xacthuc.cleaning.dates import FIRST_YEAR, LAST_YEAR, DateStyle, read_date
from xacthuc.cleaning.fixed_width import Bytes, Flags, are_digits, get_bytes, make_number, make_texts

_WIDTH = 10
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.int32)
_ISO = ([0, 1, 2, 3], [5, 6], [8, 9], [4, 7], ord("-"))  # where year, month, day and the sign stand
_WRITTEN = ([6, 7, 8, 9], [3, 4], [0, 1], [2, 5], ord("/"))


def clean_dates(values: pa.Array, *, style: DateStyle) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Clean a column of dates: (ISO or year, reason or null, "y" where the year had two digits)."""
    if pa.types.is_dictionary(values.type):
        value, reason, short = (column.take(values.indices) for column in clean_dates(values.dictionary, style=style))
        return value, reason, short
    plain = read_plain_dates(values, style=style)
    odd = pc.and_(pc.is_valid(values), pc.is_null(plain))
    value, reason, short = map_odd(values, odd, _get_reader(style), width=3, regular=(plain, None, None))
    return value, reason, short


@lru_cache(maxsize=8)
def _get_reader(style: DateStyle) -> Callable[[str], Answer]:
    """Give a reader of cells for one style that remembers its answers: the same dates come back in every batch."""

    @lru_cache(maxsize=100_000)
    def read(text: str) -> Answer:
        found = read_date(text, style)
        return found.value, found.reason, "y" if found.short else None

    return read


def read_plain_dates(values: pa.Array, *, style: DateStyle) -> pa.Array:
    """Give the ISO text of dates that `read_date` would give without a reason; null for all others."""
    right_length = is_true(pc.equal(pc.binary_length(values), _WIDTH))
    all_of_them = pc.all(right_length).as_py()
    some = values if all_of_them else values.filter(right_length)
    if not len(some):
        return pa.nulls(len(values), pa.string())
    data = get_bytes(some, _WIDTH)
    iso = _find(data, _ISO, latest=12 if style.swapped else 0)
    written = _find(data, _WRITTEN, latest=0) if style.order != "mdy" else np.zeros_like(iso)
    if written.any():
        turned = np.concatenate([data[6:10], data[2:3], data[3:5], data[2:3], data[0:2]])
        turned[[4, 7]] = ord("-")
        data = np.where(written, turned, data)
    found = pc.if_else(pa.array(iso | written), make_texts(data), None)
    if all_of_them:
        return found
    return pc.replace_with_mask(pa.nulls(len(values), pa.string()), right_length, found)


def _find(data: Bytes, form: tuple[list[int], list[int], list[int], list[int], int], *, latest: int) -> Flags:
    """Tell which texts have the form and are a day of the calendar, after the `latest` day of its month."""
    years, months, days, signs, sign = form
    right: Flags = np.logical_and.reduce([data[place] == sign for place in signs])
    if not right.any():
        return right
    right &= are_digits(data[[*years, *months, *days]])
    year, month, day = (make_number(data[places]) for places in (years, months, days))
    right &= (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (day > latest)
    right &= day <= _MONTH_DAYS[np.where(right, month, 0)]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.asarray(right & ((day < 29) | (month != 2) | leap))
