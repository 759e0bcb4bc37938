"""Value sets of certificates: which code may stand where, since when; and the codes of the vaccines given here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from xacthuc.certificates.schema import Fault
from xacthuc.codes.countries import list_countries
from xacthuc.codes.vaccines import find_vaccine

DISEASES, RESULTS, TESTS = "disease-agent-targeted", "covid-19-lab-result", "covid-19-lab-test-type"
COUNTRIES, KINDS = "country-2-codes", "sct-vaccines-covid-19"
PRODUCTS, HOLDERS = "vaccines-covid-19-names", "vaccines-covid-19-auth-holders"

ANY_KIND = "28531000087107"  # a vaccine of any kind; goes with every product once it exists
MRNA = "1119349007"  # had a code of its own from the beginning
BEFORE = "1119305005"  # antigen vaccine: what was written before the other kinds had theirs

_SETS_OF: Mapping[str, Mapping[str, str]] = {  # field of an entry -> its value set
    "v": {"tg": DISEASES, "vp": KINDS, "mp": PRODUCTS, "ma": HOLDERS, "co": COUNTRIES},
    "t": {"tg": DISEASES, "tt": TESTS, "tr": RESULTS, "co": COUNTRIES},
    "r": {"tg": DISEASES, "co": COUNTRIES},
}


@dataclass(frozen=True, slots=True)
class Value:
    """One code of a set; `since` is None where it is as old as the set, `ma` and `vp` are filled for products."""

    code: str
    name: str
    vi: str | None = None  # where the name is words and no proper name
    since: date | None = None
    withdrawn: bool = False
    instead: str | None = None
    ma: str | None = None
    vp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A set as it was published on a day."""

    id: str
    date: date
    codes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class VaccineCodes:
    """What stands in a certificate for a vaccine: its kind, its product, its holder."""

    vp: str
    mp: str
    ma: str


@cache
def load_value_sets() -> Mapping[str, ValueSet]:
    """Give the value sets by their id; the countries are those of ISO 3166-1 and Kosovo."""
    text = (resources.files("xacthuc.certificates") / "data" / "value_sets.toml").read_text(encoding="utf-8")
    sets = {id: _build_set(id, entry) for id, entry in tomllib.loads(text).items()}
    countries = {c.alpha2: Value(c.alpha2, c.en, c.vi) for c in list_countries()}
    listed = sets[COUNTRIES]
    sets[COUNTRIES] = ValueSet(COUNTRIES, listed.date, MappingProxyType(countries | dict(listed.codes)))
    return MappingProxyType(sets)


@cache
def list_set_members() -> Mapping[str, tuple[str, ...]]:
    """Give the codes of each set, withdrawn ones too, as rules expect them: old certificates carry them."""
    return MappingProxyType({id: tuple(found.codes) for id, found in load_value_sets().items()})


def find_vaccine_codes(vaccine: str, *, issued: date) -> VaccineCodes | None:
    """Give the codes of a vaccine for a certificate of a day, by any of its spellings; None where it is unknown.

    Vero Cell is BBIBP-CorV, never the withdrawn Inactivated-SARS-CoV-2-Vero-Cell, which means the product of Wuhan.
    """
    found = find_vaccine(vaccine)
    if found is None:
        return None
    kind = load_value_sets()[KINDS].codes[found.vp]
    vp = found.vp if kind.since is None or kind.since <= issued else BEFORE
    return VaccineCodes(vp=vp, mp=found.mp, ma=found.ma)


def check_values(payload: Mapping[str, Any], *, issued: date) -> tuple[Fault, ...]:
    """Give what is wrong with the codes of a new certificate that follows the schema; nothing where they are right.

    1 each code is of its value set
    2 none is withdrawn
    3 none is younger than the certificate
    4 kind and holder of a vaccine are those of its product.
    For certificates that are issued; a verifier leaves these questions to the rules of its place. Not checked: names
    and makers of tests.
    """
    faults: list[Fault] = []
    for group, sets in _SETS_OF.items():
        for at, entry in enumerate(payload.get(group, ())):
            found = _check_entry(group, tuple(entry[field] for field in sets), issued)
            faults += [Fault(code, f"{group}.{at}.{field}") for field, code in found]
    return tuple(faults)


@lru_cache(maxsize=4096)  # a nation's certificates have some dozen combinations
def _check_entry(group: str, codes: tuple[str, ...], issued: date) -> tuple[tuple[str, str], ...]:
    """Give field and code of what is wrong with the codes of an entry, which stand in the order of _SETS_OF."""
    entry = dict(zip(_SETS_OF[group], codes, strict=True))
    checked = [(field, _check_value(id, entry[field], issued=issued)) for field, id in _SETS_OF[group].items()]
    faults = [(field, code) for field, code in checked if code]
    if group == "v" and not faults and not _go_together(entry):  # 4
        faults.append(("mp", "value_vaccine_mixed"))
    return tuple(faults)


def _check_value(id: str, code: str, *, issued: date) -> str | None:
    found = load_value_sets()[id].codes.get(code)
    if found is None:  # 1
        return "value_unknown"
    if found.withdrawn:  # 2
        return "value_withdrawn"
    if found.since and issued < found.since:  # 3
        return "value_too_new"
    return None


def _go_together(entry: Mapping[str, Any]) -> bool:
    product = load_value_sets()[PRODUCTS].codes[entry["mp"]]
    if entry["ma"] != product.ma:
        return False
    older = () if MRNA in product.vp else (BEFORE,)
    return entry["vp"] in (*product.vp, ANY_KIND, *older)


def _build_set(id: str, entry: dict[str, Any]) -> ValueSet:
    codes = {
        code: Value(
            code=code,
            name=said["name"],
            vi=said.get("vi"),
            since=said.get("from"),
            withdrawn=said.get("withdrawn", False),
            instead=said.get("instead"),
            ma=said.get("ma"),
            vp=tuple(said.get("vp", ())),
        )
        for code, said in entry["codes"].items()
    }
    return ValueSet(id=id, date=entry["date"], codes=MappingProxyType(codes))
