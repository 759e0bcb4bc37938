"""Whether a certificate is enough here: rules of countries and places, judged at a moment, with the reason.

Source: eHealth Network, EU DCC Validation Rules 1.1: the format of a rule, which rules count, true, false and open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from xacthuc.certificates.certlogic import LIMITS, CertLogicRefused, Limits, evaluate, is_true
from xacthuc.certificates.rule_sets import COLOURS, ENGINE, Measure, Rule, RuleSet, Way, read_version
from xacthuc.findings import get_code

Outcome = Literal["accepted", "refused", "open"]
Truth = Literal["true", "false", "open"]
NEWEST_ENGINE = 2  # first number of an engine version; 0.7.5, 1.x and 2.x all mean CertLogic up to 1.3.3
MAX_STEPS = (
    500_000  # of all rules together, a quarter of a second; 700 rules at once have 700 steps each, three times enough
)
OK = "ok"

_KIND_OF = MappingProxyType({"v": "Vaccination", "t": "Test", "r": "Recovery"})
_ONE = re.compile(r"\b1 (day|hour|dose)s\b")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says; `code` tells why it is open, and `vi` and `en` why it is not true."""

    rule: str
    truth: Truth
    code: str
    vi: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, the rule that decided and its reason; all answers; the colour where the place has colours."""

    outcome: Outcome
    code: str  # "ok", or a code of texts/certificate_rules.toml
    rule: str = ""
    vi: str = ""
    en: str = ""
    answers: tuple[Answer, ...] = ()
    colour: str | None = None


def judge_rules(
    payload: Mapping[str, Any],
    *,
    rules: RuleSet,
    issuer: str,
    at: datetime,
    external: Mapping[str, Any] = _NOTHING,
) -> Judgement:
    """Give whether a certificate is enough by the rules at the moment `at`, which carries its offset.

    1 the rules that count: acceptance rules of the place, invalidation rules of `issuer`; for this kind of certificate;
      in force at `at`; of each the highest version
    2 a rule is open where its engine is not ours, or its schema is newer than the certificate's
    3 else it is true or false as its logic says; open where that cannot be evaluated or asks for a missing value set
    4 one false rule refuses, else one open rule leaves it open, else it is accepted.
    Where no rule counts, nothing is refused, and the code says so (rule_none_applies). `external` may add what rules
    can ask for, such as exp, iat and kid. Raises nothing. Not checked: schema, signature.
    """
    assert at.tzinfo is not None, "a moment without its offset is no moment"
    at = _as_utc(at)
    data = _build_data(payload, rules=rules, issuer=issuer, at=at, external=external)
    kinds = {name for group, name in _KIND_OF.items() if payload.get(group)}
    if rules.cards:
        return _judge_card(rules, kinds=kinds, data=data, at=at)
    counting = select_rules(rules, kinds=kinds, issuer=issuer, at=at)  # 1
    limits = Limits(steps=min(LIMITS.steps, MAX_STEPS // max(1, len(counting))))
    answers = tuple(_ask(rule, data=data, at=at, limits=limits) for rule in counting)  # 2, 3
    return _conclude(answers)  # 4


def select_rules(rules: RuleSet, *, kinds: set[str], issuer: str, at: datetime) -> list[Rule]:
    """Give the rules that count, in the order of their file, each in its highest version."""
    newest: dict[str, Rule] = {}
    for rule in rules.rules:
        here = _is_of_issuer(rule, issuer) if rule.invalidation else _is_of_place(rule, rules)
        meant = rule.certificate_type == "General" or rule.certificate_type in kinds
        if here and meant and _is_in_force(rule, at):
            known = newest.get(rule.identifier)
            if known is None or known.version < rule.version:
                newest[rule.identifier] = rule
    return list(newest.values())


def _is_of_issuer(rule: Rule, issuer: str) -> bool:
    return not rule.country or rule.country.upper() == issuer.upper()


def _is_of_place(rule: Rule, rules: RuleSet) -> bool:
    in_country = not rules.country or not rule.country or rule.country.upper() == rules.country.upper()
    whole_country = rule.region.upper() in ("", rule.country.upper())
    return in_country and (not rules.region or whole_country or rule.region.upper() == rules.region.upper())


def _is_in_force(rule: Rule, at: datetime) -> bool:
    begun = rule.valid_from is None or rule.valid_from <= at
    return begun and (rule.valid_to is None or at <= rule.valid_to)


class _ValueSets(dict[str, Any]):
    """Value sets in the data of a rule: asking for one that is missing leaves the rule open."""

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            raise CertLogicRefused("certlogic_value_set_missing")
        return super().get(key, default)


def _build_data(
    payload: Mapping[str, Any], *, rules: RuleSet, issuer: str, at: datetime, external: Mapping[str, Any]
) -> dict[str, Any]:
    known = {
        "validationClock": at.isoformat(timespec="milliseconds"),
        "today": _tell_day(at, rules).isoformat(),
        "countryCode": rules.country,
        "region": rules.region,
        "issuerCountryCode": issuer,
        "valueSets": _ValueSets(rules.value_sets),
    }
    return {"payload": payload, "external": dict(external) | known}


def _as_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:  # the first or last hours that there are
        return at.replace(tzinfo=UTC)


def _tell_day(at: datetime, rules: RuleSet) -> date:
    try:
        return (at + timedelta(hours=rules.utc_hours)).date()
    except OverflowError:
        return at.date()


def _ask(rule: Rule, *, data: dict[str, Any], at: datetime, limits: Limits = LIMITS) -> Answer:
    code = _refuse_to_ask(rule, payload=data["payload"])
    if code is None:
        try:
            if is_true(evaluate(rule.logic, data, limits=limits)):
                return Answer(rule.identifier, "true", OK)
            return Answer(rule.identifier, "false", "rule_not_met", *_give_reason(rule, data=data, at=at))
        except CertLogicRefused as refused:
            code = refused.code
    entry = get_code(code)
    return Answer(rule.identifier, "open", code, entry.vi, entry.en)


def _refuse_to_ask(rule: Rule, *, payload: Mapping[str, Any]) -> str | None:
    if rule.engine != ENGINE or rule.engine_version[0] > NEWEST_ENGINE:
        return "rule_engine_unknown"
    version = read_version(payload.get("ver"))
    if version is None or version[0] != rule.schema_version[0] or version < rule.schema_version:
        return "rule_schema_newer"
    return None


def _give_reason(rule: Rule, *, data: dict[str, Any], at: datetime) -> tuple[str, str]:
    """Give the reason in Vietnamese and English; where a rule has none, or one that lacks a number, the code's."""
    entry = get_code("rule_not_met")
    english = rule.descriptions.get("en") or next(iter(rule.descriptions.values()), entry.en)
    vietnamese = rule.descriptions.get("vi") or (english if rule.descriptions else entry.vi)
    for name, measure in rule.measures.items():
        number = _measure(measure, data=data, at=at)
        if number is None:
            return entry.vi, entry.en
        vietnamese = vietnamese.replace(f"{{{name}}}", str(number))
        english = english.replace(f"{{{name}}}", str(number))
    return vietnamese, _ONE.sub(r"1 \1", english)


def _measure(measure: Measure, *, data: dict[str, Any], at: datetime) -> int | None:
    if measure.number is not None:
        return measure.number
    try:
        if measure.value:
            return int(evaluate({"+": [{"var": measure.value}, 0]}, data))
        moment: datetime = evaluate({"plusTime": [{"var": measure.since}, 0, "day"]}, data)
    except CertLogicRefused:
        return None
    if measure.unit == "hour":
        return int((at - moment) / timedelta(hours=1))
    today = date.fromisoformat(data["external"]["today"])
    return (today - moment.date()).days


def _conclude(answers: tuple[Answer, ...]) -> Judgement:
    if not answers:
        return _judge_by_code("accepted", "rule_none_applies")
    if all(answer.truth == "true" for answer in answers):
        return Judgement("accepted", OK, answers=answers)
    missed = _find_missed(answers)
    return _judge("refused" if missed.truth == "false" else "open", missed, answers)


def _judge(outcome: Outcome, answer: Answer, answers: tuple[Answer, ...], colour: str | None = None) -> Judgement:
    return Judgement(outcome, answer.code, answer.rule, answer.vi, answer.en, answers, colour)


def _judge_by_code(outcome: Outcome, code: str, **said: Any) -> Judgement:
    entry = get_code(code)
    return Judgement(outcome, code, vi=entry.vi, en=entry.en, **said)


def _judge_card(rules: RuleSet, *, kinds: set[str], data: dict[str, Any], at: datetime) -> Judgement:
    """Give the colour of the day, and whether it is enough.

    1 the card in force on the local day; without one nothing is refused
    2 the best colour that a way for this kind of certificate leads to, else red
    3 where it is not enough: the reason of the nearest way, and open where an open rule could have led there
    """
    today = _tell_day(at, rules)
    card = next((c for c in rules.cards if c.valid_from <= today and (c.valid_to is None or today <= c.valid_to)), None)
    if card is None:  # 1
        return _judge_by_code("accepted", "rule_none_applies")
    ways = [way for way in card.ways if way.certificate_type in kinds]
    asked = [(way, tuple(_ask(rule, data=data, at=at) for rule in way.rules)) for way in ways]
    reached = [way.colour for way, answers in asked if all(answer.truth == "true" for answer in answers)]
    colour = min(reached, key=COLOURS.index, default=COLOURS[-1])  # 2
    return _conclude_card(asked, colour=colour, least=rules.least)  # 3


def _conclude_card(asked: list[tuple[Way, tuple[Answer, ...]]], *, colour: str, least: str) -> Judgement:
    answers = tuple(answer for _, said in asked for answer in said)
    better = [(way, said) for way, said in asked if _rank(way.colour) < _rank(colour)]
    better.sort(key=lambda pair: _rank(pair[0].colour), reverse=True)  # the nearest first
    if _rank(colour) <= _rank(least):
        missed = next((_find_missed(said) for _, said in better), _ALL_TRUE)
        return Judgement("accepted", OK, missed.rule, missed.vi, missed.en, answers, colour)
    missing = [_find_missed(said) for way, said in better if _rank(way.colour) <= _rank(least)]
    if not missing:
        return _judge_by_code("refused", "card_kind", answers=answers, colour=colour)
    undecided = next((answer for answer in missing if answer.truth == "open"), None)
    if undecided:
        return _judge("open", undecided, answers, colour)
    return _judge("refused", missing[0], answers, colour)


_ALL_TRUE = Answer("", "true", OK)


def _rank(colour: str) -> int:
    return COLOURS.index(colour)


def _find_missed(answers: tuple[Answer, ...]) -> Answer:
    """Give why a way leads nowhere: its first false rule, else its first open one."""
    return min((a for a in answers if a.truth != "true"), key=lambda answer: answer.truth == "open")
