"""The coloured cards of provinces: data/provincial_cards.toml as rules that acceptance.py judges."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from xacthuc.certificates.rule_sets import COLOURS, Card, Measure, Rule, RuleSet, Way
from xacthuc.certificates.value_sets import list_set_members

UTC_HOURS = 7  # Viet Nam, without summer time


@cache
def list_cards() -> tuple[Card, ...]:
    """Give all cards, drafts too, in the order of their province and first day."""
    text = (resources.files("xacthuc.certificates") / "data" / "provincial_cards.toml").read_text(encoding="utf-8")
    cards = [_build_card(entry) for entry in tomllib.loads(text)["card"]]
    return tuple(sorted(cards, key=lambda card: (card.province, card.valid_from, card.id)))


def load_place_rules(province: str, *, least: str = "green", drafts: bool = False) -> RuleSet:
    """Give the rules of a province by its code of 2021; a province without any has a set without cards.

    The card of the day that is judged counts. Drafts were never in force: they are for trying out and for training.
    """
    assert least in COLOURS, f"no such colour: {least}"
    wanted = ("draft", "in_force") if drafts else ("in_force",)
    cards = tuple(card for card in list_cards() if card.province == province and card.status in wanted)
    return RuleSet(value_sets=list_set_members(), country="VN", utc_hours=UTC_HOURS, cards=cards, least=least)


def _build_card(entry: dict[str, Any]) -> Card:
    assert all(way["colour"] in COLOURS for way in entry["way"]), entry["id"]
    common = entry["rule"]
    return Card(
        id=entry["id"],
        province=entry["province"],
        status=entry["status"],
        valid_from=entry["valid_from"],
        valid_to=entry.get("valid_to"),
        source=entry["source"],
        ways=tuple(_build_way(way, common=common) for way in entry["way"]),
    )


def _build_way(entry: dict[str, Any], *, common: list[dict[str, Any]]) -> Way:
    rules = tuple(
        Rule(
            identifier=rule["id"],
            logic=json.loads(rule["logic"]),
            country="VN",
            certificate_type=entry["certificate_type"],
            descriptions={"vi": rule["vi"], "en": rule["en"]},
            measures={name: Measure(**said) for name, said in rule.get("measures", {}).items()},
        )
        for rule in (*common, *entry["rule"])
    )
    return Way(colour=entry["colour"], certificate_type=entry["certificate_type"], rules=rules)
