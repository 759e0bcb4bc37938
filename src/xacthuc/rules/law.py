"""The law as dated data: products, intervals, ages and mixing, each with its days, source and strength."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

Kind = Literal["primary", "additional", "booster1", "booster2"]
Scope = Literal["primary", "extra"]
Strength = Literal["hard", "soft"]

FILES = ("campaign", "products", "intervals", "ages", "mixing")
LAST_DAY = date(9999, 12, 31)  # the end of a rule that is still in force
OLDEST = 130  # ages are counted up to here
DAYS_OF_LAW = frozenset({"valid_from", "valid_to", "licensed_from", "first_day"})


class RulesError(Exception):
    """A file of rules cannot be used; says which file and which rule."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule carries: its name, its days (both inside), its source, and how binding and how sure it is."""

    id: str
    valid_from: date
    source: str
    strength: Strength
    confirmed: bool
    valid_to: date = LAST_DAY

    def is_in_force(self, on: date) -> bool:
        """Tell whether the rule holds on a day."""
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, kw_only=True)
class Product(Rule):
    """A licensed product: `valid_from` is the day of its licence, `doses` the size of the primary course."""

    doses: int


@dataclass(frozen=True, kw_only=True)
class Interval(Rule):
    """How far a dose is to be from the one before; an empty product or province means any."""

    kind: Kind
    first: str = ""
    second: str = ""
    province: str = ""
    min_age: int = 0
    max_age: int = OLDEST
    min_days: int = 0
    max_days: int | None = None
    min_months: int = 0
    due: bool = True


@dataclass(frozen=True, kw_only=True)
class AgeLimit(Rule):
    """Youngest and oldest age in completed years, both inside; an empty vaccine means any without its own rule."""

    min_age: int
    max_age: int
    vaccine: str = ""


@dataclass(frozen=True, kw_only=True)
class Mixing(Rule):
    """A product that may follow another; an empty `first` means any."""

    scope: Scope
    second: str
    first: str = ""
    min_age: int = 0


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Every rule of one campaign. Products are keyed by name, the lists stand from the most particular rule down."""

    name: str
    first_day: date
    extra_from: date
    largest_dose_no: int
    default_doses: int
    least_gap_days: int
    adult_age: int
    products: Mapping[str, Product]
    intervals: tuple[Interval, ...]
    ages: tuple[AgeLimit, ...]
    mixing: tuple[Mixing, ...]

    def find_interval(
        self, kind: Kind, *, first: str, second: str, province: str, age: int, on: date
    ) -> Interval | None:
        """Give the rule that holds between two products on the day of the later dose, or None."""
        in_force = (r for r in self.intervals if r.is_in_force(on) and r.min_age <= age <= r.max_age)
        for rule in in_force:
            products = rule.first in ("", first) and rule.second in ("", second)
            if rule.kind == kind and products and rule.province in ("", province):
                return rule
        return None

    def find_age_limit(self, strength: Strength, *, vaccine: str, on: date) -> AgeLimit | None:
        """Give the limit of age for a product ("" where it is unknown) on a day, or None."""
        in_force = (r for r in self.ages if r.strength == strength and r.is_in_force(on))
        return next((rule for rule in in_force if rule.vaccine in ("", vaccine)), None)

    def may_follow(self, scope: Scope, *, first: str, second: str, age: int, on: date) -> bool:
        """Tell whether a product might follow another on a day; the same one always, an unknown one too."""
        if first == second or "" in (first, second):
            return True
        rules = (r for r in self.mixing if r.is_in_force(on) and r.scope == scope and r.min_age <= age)
        return any(rule.second == second and rule.first in ("", first) for rule in rules)


def load_rules(path: Path | None = None) -> Rules:
    """Load the rules of a campaign from a folder of five TOML files; without a path those of Viet Nam, 2021-22.

    Raises RulesError where a file is missing or a rule is not understood. Source: each rule names its own.
    Not checked: whether rules of the same kind contradict one another; the more particular one wins.
    """
    return _load_own() if path is None else _read_rules({name: _read(path / f"{name}.toml") for name in FILES})


@cache
def _load_own() -> Rules:
    folder = resources.files("xacthuc.rules") / "data"
    return _read_rules({name: (folder / f"{name}.toml").read_text(encoding="utf-8") for name in FILES})


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RulesError(f"the rules lack the file {path.name}") from error


def _read_rules(texts: Mapping[str, str]) -> Rules:
    files = {name: _parse(name, text) for name, text in texts.items()}
    head = files["campaign"]
    try:
        return Rules(
            name=head["campaign"]["name"],
            first_day=head["campaign"]["first_day"],
            extra_from=min(entry["valid_from"] for entry in head["extra_doses"]),
            largest_dose_no=head["largest_dose_no"]["value"],
            default_doses=head["default_doses"]["value"],
            least_gap_days=head["least_gap_days"]["value"],
            adult_age=head["adult_age"]["value"],
            products={name: _read_product(name, entry) for name, entry in files["products"].items()},
            intervals=_sort_rules(_build(Interval, entry, "intervals") for entry in files["intervals"]["rule"]),
            ages=_sort_rules(_build(AgeLimit, entry, "ages") for entry in files["ages"]["rule"]),
            mixing=_sort_rules(_build(Mixing, entry, "mixing") for entry in files["mixing"]["rule"]),
        )
    except KeyError as error:
        raise RulesError(f"the rules lack the key {error}") from error


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{name}.toml is not TOML: {error}") from error


def _read_product(name: str, entry: Mapping[str, Any]) -> Product:
    dated = {**entry, "valid_from": entry.get("licensed_from")}
    dated.pop("licensed_from", None)
    return _build(Product, {"id": name, **dated}, "products")


AnyRule = TypeVar("AnyRule", bound=Rule)


def _build(kind: type[AnyRule], entry: Mapping[str, Any], file: str) -> AnyRule:
    """Build one rule, whose keys are its fields."""
    try:
        rule = kind(**entry)
    except TypeError as error:
        raise RulesError(f"{file}.toml, rule {entry.get('id', '?')}: a key is missing or not known") from error
    days = (rule.valid_from, rule.valid_to)
    if not all(type(day) is date for day in days) or rule.valid_from > rule.valid_to:
        raise RulesError(f"{file}.toml, rule {rule.id}: valid_from and valid_to are days, in this order")
    if rule.strength not in ("hard", "soft") or not rule.source:
        raise RulesError(f"{file}.toml, rule {rule.id}: strength is hard or soft, and a source is named")
    return rule


def _sort_rules(rules: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
    """Sort from the most particular rule down: province, first or only product, second, age, later start."""

    def rank(rule: AnyRule) -> tuple[bool, bool, bool, int, date, str]:
        first = getattr(rule, "first", "") or getattr(rule, "vaccine", "")
        named = (bool(getattr(rule, "province", "")), bool(first), bool(getattr(rule, "second", "")))
        return (*named, getattr(rule, "min_age", 0), rule.valid_from, rule.id)

    return tuple(sorted(rules, key=rank, reverse=True))
