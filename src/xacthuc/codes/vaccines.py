"""Vaccines licensed in Vietnam and their lots: dated data, the sources stand in data/vaccines.toml."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from xacthuc.codes.keys import list_key

MAX_LOTS = 1_000_000  # a nation's lots are thousands; more means another file


class LotFileError(Exception):
    """A list of lots that cannot be taken; `row` is the row of the file, the heading is row 1."""

    def __init__(self, reason: str, *, row: int) -> None:
        """Keep the reason and the row."""
        super().__init__(f"list of lots, row {row}: {reason}")
        self.reason = reason
        self.row = row


@dataclass(frozen=True, slots=True)
class Vaccine:
    """One licensed product; `licensed_from` is an ISO date, `confirmed` tells whether a source for it was found."""

    name: str
    brand: str
    code: str
    manufacturer: str
    doses: int  # of the primary course
    mp: str  # EU value sets: medicinal product, marketing authorisation holder, vaccine or prophylaxis
    ma: str
    vp: str
    vp_older: tuple[str, ...]
    licensed_from: str
    licence: str
    confirmed: bool
    aliases: tuple[str, ...]
    lot_patterns: tuple[str, ...]  # regular expressions for a whole lot in the form of `lot_key`


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that is known to be of a product; `expires` is an ISO date or None."""

    lot: str
    vaccine: str
    expires: str | None


@cache
def list_vaccines() -> tuple[Vaccine, ...]:
    """Give the eight products of 2021."""
    text = (resources.files("xacthuc") / "codes" / "data" / "vaccines.toml").read_text(encoding="utf-8")
    return tuple(_build_vaccine(name, entry) for name, entry in tomllib.loads(text).items())


def get_vaccine(name: str) -> Vaccine | None:
    """Give the product of a name of `list_vaccines`, or None."""
    return next((vaccine for vaccine in list_vaccines() if vaccine.name == name), None)


def find_vaccine(text: str) -> Vaccine | None:
    """Give the product that a text names by its name or an alias, without regard to case, marks and punctuation.

    Not checked: misspellings that are no alias, and texts that hold more than the product.
    """
    return _load_aliases().get(list_key(text))


def list_aliases() -> Mapping[str, str]:
    """Give the product name by the `list_key` of each of its spellings."""
    return MappingProxyType({key: vaccine.name for key, vaccine in _load_aliases().items()})


def lot_key(text: str) -> str:
    """Give a lot as it is compared: upper case, without blanks."""
    return "".join(text.split()).upper()


def list_products_of_shape(lot: str) -> tuple[str, ...]:
    """Give the products whose lots have the shape of this one; several may, or none."""
    return _list_products_of_key(lot_key(lot))


@lru_cache(maxsize=50_000)
def _list_products_of_key(key: str) -> tuple[str, ...]:
    return tuple(name for name, shape in _load_shapes() if shape.fullmatch(key))


@cache
def _load_shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((vaccine.name, re.compile("|".join(vaccine.lot_patterns))) for vaccine in list_vaccines())


def load_lots() -> Mapping[str, Lot]:
    """Give the lots of the example list of this package by `lot_key`; a deployment's own list goes to the rules."""
    text = (resources.files("xacthuc") / "codes" / "data" / "lots.csv").read_text(encoding="utf-8")
    return collect_lots(enumerate(csv.DictReader(text.splitlines()), start=2))


def collect_lots(rows: Iterable[tuple[int, Mapping[str, str | None]]]) -> Mapping[str, Lot]:
    """Give lots by `lot_key` from numbered rows that hold lot and vaccine, and may hold expires (ISO date).

    Raises LotFileError where a value is missing, a vaccine is unknown, or one lot is given to two products.
    """
    lots: dict[str, Lot] = {}
    for number, row in rows:
        key, vaccine = lot_key(row["lot"] or ""), find_vaccine(row["vaccine"] or "")
        if number > MAX_LOTS:
            raise LotFileError(f"more than {MAX_LOTS} lots", row=number)
        if not key or vaccine is None:
            raise LotFileError("the lot is empty or the vaccine is unknown", row=number)
        if key in lots and lots[key].vaccine != vaccine.name:
            raise LotFileError("an earlier row gives this lot to another vaccine", row=number)
        lots[key] = Lot(lot=key, vaccine=vaccine.name, expires=row.get("expires") or None)
    return MappingProxyType(lots)


@cache
def _load_aliases() -> Mapping[str, Vaccine]:
    aliases: dict[str, Vaccine] = {}
    for vaccine in list_vaccines():
        for text in (vaccine.name, vaccine.brand, vaccine.code, *vaccine.aliases):
            assert aliases.setdefault(list_key(text), vaccine) is vaccine, f"two vaccines share the alias {text}"
    return MappingProxyType(aliases)


def _build_vaccine(name: str, entry: dict[str, Any]) -> Vaccine:
    return Vaccine(
        name=name,
        brand=entry["brand"],
        code=entry["code"],
        manufacturer=entry["manufacturer"],
        doses=entry["doses"],
        mp=entry["mp"],
        ma=entry["ma"],
        vp=entry["vp"],
        vp_older=tuple(entry.get("vp_older", ())),
        licensed_from=entry["licensed_from"],
        licence=entry["licence"],
        confirmed=entry["licensed_confirmed"],
        aliases=tuple(entry["aliases"]),
        lot_patterns=tuple(entry["lot_patterns"]),
    )
