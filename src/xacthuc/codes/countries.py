"""Countries of ISO 3166-1 with the names and spellings of Vietnamese clerks: data/countries.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from xacthuc.codes.keys import list_key
from xacthuc.codes.units import read_rows

# Words that stand before a country's name in a column of nationalities: "Quốc tịch Nhật", "Người Hàn Quốc".
LEADING_WORDS = ("QUOCTICH", "NGUOI", "NUOC", "QT")


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory with a code of its own in ISO 3166-1."""

    alpha2: str
    alpha3: str
    vi: str
    en: str
    aliases: tuple[str, ...]


@cache
def list_countries() -> tuple[Country, ...]:
    """Give all countries in the order of their two-letter codes."""
    return tuple(
        Country(
            alpha2=row["alpha2"],
            alpha3=row["alpha3"],
            vi=row["vi"],
            en=row["en"],
            aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
        )
        for row in read_rows("countries.csv")
    )


def find_country(text: str) -> Country | None:
    """Give the country that a text names by code, name or alias, without regard to case and marks, or None.

    In capitals without marks four texts mean two countries, a code and a name (MY: Malaysia, and Mỹ): they give None.
    Not checked: misspellings that are no alias.
    """
    names, codes = _load_names(), _load_codes()
    for key in _list_keys(text):
        named, coded = names.get(key), codes.get(key)
        if named is not None and coded not in (None, named) and text.isascii() and text.isupper():
            return None
        if named is not None or coded is not None:
            return named or coded
    return None


def _list_keys(text: str) -> tuple[str, ...]:
    key = list_key(text)
    return (key, *(key.removeprefix(word) for word in LEADING_WORDS if key.startswith(word)))


@cache
def _load_names() -> Mapping[str, Country]:
    names: dict[str, Country] = {}
    for country in list_countries():
        for text in (country.vi, country.en, *country.aliases):
            assert names.setdefault(list_key(text), country) is country, f"two countries share the name {text}"
    return MappingProxyType(names)


@cache
def _load_codes() -> Mapping[str, Country]:
    codes = {code: country for country in list_countries() for code in (country.alpha2, country.alpha3)}
    return MappingProxyType(codes)
