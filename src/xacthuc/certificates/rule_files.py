"""Read a file of rules: a JSON list of rules as countries publish them, or a map that says more of the place.

    [ {"Identifier": "VR-VN-0001", "Logic": {...}, ...}, ... ]
    {"rules": [...], "value_sets": {...}, "country": "VN", "region": "", "utc_hours": 7}
    {"place": {"province": "56", "least": "yellow"}}

For people it is described in the documents, under the rules of a place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xacthuc.certificates.moments import read_moment
from xacthuc.certificates.place_rules import load_place_rules
from xacthuc.certificates.rule_sets import CERTIFICATE_TYPES, COLOURS, ENGINE, Measure, Rule, RuleSet, read_version
from xacthuc.certificates.value_sets import list_set_members
from xacthuc.findings import get_code

MAX_BYTES = 16 << 20  # all rules of all countries of 2022 are 3 MB
MAX_RULES = 10_000  # they were some 700
MAX_MEASURES = 10  # numbers in one sentence
MAX_LETTERS = 2_000  # of a description; a guard reads one line

_PREFIXES = {"GR": "General", "VR": "Vaccination", "TR": "Test", "RR": "Recovery", "IR": "General"}


class RuleFileRefused(Exception):
    """A file of rules that cannot be used: a code of texts/certificate_rules.toml, and which rule of it, from 1."""

    def __init__(self, code: str, *, rule: int = 0) -> None:
        """Say code, place and both sentences."""
        self.code = code
        self.rule = rule
        entry = get_code(code)
        super().__init__(f"{code}, {rule}\n{entry.vi}\n{entry.en}")


def read_rules(text: str | bytes) -> RuleSet:
    """Read a file of rules.

    Of a rule only Identifier and Logic have to be there. Value sets of the file stand beside or instead of those that
    are built in, as lists of codes or as they are published (valueSetId, valueSetValues).
    Raises RuleFileRefused where it is too large, no JSON, of another form, or a rule in it lacks what it needs or has a
    version or date that is none. Not checked: whether logic can be evaluated, which only leaves that rule open.
    """
    if len(text) > MAX_BYTES:
        raise RuleFileRefused("rule_file_too_large")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise RuleFileRefused("rule_file_unreadable") from None
    if isinstance(said, list):
        said = {"rules": said}
    if isinstance(said, dict) and isinstance(said.get("place"), dict):
        return _read_place(said["place"])
    if not isinstance(said, dict) or not isinstance(said.get("rules"), list):
        raise RuleFileRefused("rule_file_form")
    return _read_set(said)


def _read_place(place: dict[str, Any]) -> RuleSet:
    province, least = place.get("province"), place.get("least", "green")
    if not isinstance(province, str) or least not in COLOURS:
        raise RuleFileRefused("rule_file_form")
    return load_place_rules(province, least=least, drafts=place.get("drafts") is True)


def _read_set(said: dict[str, Any]) -> RuleSet:
    if len(said["rules"]) > MAX_RULES:
        raise RuleFileRefused("rule_file_too_large")
    hours = said.get("utc_hours", 0)
    country, region = said.get("country", ""), said.get("region", "")
    if type(hours) is not int or abs(hours) > 14 or not isinstance(country, str) or not isinstance(region, str):
        raise RuleFileRefused("rule_file_form")
    return RuleSet(
        rules=tuple(_Reader(rule, number).read() for number, rule in enumerate(said["rules"], start=1)),
        value_sets={**list_set_members(), **_read_value_sets(said.get("value_sets", {}))},
        country=country,
        region=region,
        utc_hours=hours,
    )


def _read_value_sets(said: Any) -> Mapping[str, tuple[str, ...]]:
    """Read value sets by id: lists of codes, or as published; a list of published ones names itself."""
    if isinstance(said, list):
        said = {str(entry.get("valueSetId")): entry for entry in said if isinstance(entry, dict)}
    if not isinstance(said, dict):
        raise RuleFileRefused("rule_file_form")
    sets = {}
    for id, entry in said.items():
        codes = entry.get("valueSetValues") if isinstance(entry, dict) else entry
        if not isinstance(codes, list | dict) or not all(isinstance(code, str) for code in codes):
            raise RuleFileRefused("rule_file_form")
        sets[id] = tuple(codes)
    return sets


class _Reader:
    """One rule of a file, by its number; what is wrong with it refuses the file."""

    def __init__(self, said: Any, number: int) -> None:
        self.number = number
        if not isinstance(said, dict):
            self.refuse()
        self.said: dict[str, Any] = said

    def refuse(self) -> None:
        raise RuleFileRefused("rule_file_rule", rule=self.number)

    def read(self) -> Rule:
        identifier = self.text("Identifier")
        if not identifier or "Logic" not in self.said:
            self.refuse()
        prefix = identifier.partition("-")[0]
        kind = self.text("Type", "Invalidation" if prefix == "IR" else "Acceptance")
        certificate_type = self.text("CertificateType", _PREFIXES.get(prefix, "General"))
        if kind not in ("Acceptance", "Invalidation") or certificate_type not in CERTIFICATE_TYPES:
            self.refuse()
        return Rule(
            identifier=identifier,
            logic=self.said["Logic"],
            invalidation=kind == "Invalidation",
            country=self.text("Country"),
            region=self.text("Region"),
            certificate_type=certificate_type,
            version=self.version("Version"),
            schema_version=self.version("SchemaVersion"),
            engine=self.text("Engine", ENGINE),
            engine_version=self.version("EngineVersion"),
            valid_from=self.moment("ValidFrom"),
            valid_to=self.moment("ValidTo"),
            affected=tuple(part for part in self.list("AffectedFields") if isinstance(part, str)),
            descriptions=self.descriptions(),
            measures=self.measures(),
        )

    def text(self, name: str, default: str = "") -> str:
        found = self.said.get(name)
        if found is None:
            return default
        if not isinstance(found, str) or len(found) > MAX_LETTERS:
            self.refuse()
        return str(found)

    def list(self, name: str) -> list[Any]:
        found = self.said.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            self.refuse()
        return list(found)

    def version(self, name: str) -> tuple[int, int, int]:
        found = read_version(self.text(name, "1.0.0"))
        if found is None:
            self.refuse()
        assert found is not None, "a version that is none was refused"
        return found

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        found = read_moment(text)
        if text and found is None:
            self.refuse()
        return found

    def descriptions(self) -> Mapping[str, str]:
        """Read the sentences by language; published rules have a list of lang and desc."""
        entries = [entry for entry in self.list("Description") if isinstance(entry, dict)]
        pairs = [(entry.get("lang"), entry.get("desc")) for entry in entries]
        return {lang: desc[:MAX_LETTERS] for lang, desc in pairs if isinstance(lang, str) and isinstance(desc, str)}

    def measures(self) -> Mapping[str, Measure]:
        found = self.said.get("Measures", {})
        if not isinstance(found, dict) or len(found) > MAX_MEASURES:
            self.refuse()
        try:
            return {name: read_measure(entry) for name, entry in found.items()}
        except (TypeError, ValueError):
            raise RuleFileRefused("rule_file_rule", rule=self.number) from None


def read_measure(said: Mapping[str, Any]) -> Measure:
    """Read a measure: {"number": 14}, {"value": path} or {"since": path, "unit": "day" or "hour"}."""
    measure = Measure(**said)
    number_right = measure.number is None or type(measure.number) is int
    if not number_right or not isinstance(measure.value, str) or not isinstance(measure.since, str):
        raise ValueError
    if measure.unit not in ("day", "hour") or (measure.number is None and not (measure.value or measure.since)):
        raise ValueError
    return measure
