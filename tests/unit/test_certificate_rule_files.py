"""Files of rules and the cards of provinces: what is read, what is refused, what is true of every card."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from xacthuc.certificates import rule_files
from xacthuc.certificates.acceptance import judge_rules
from xacthuc.certificates.certlogic import CertLogicRefused, Limits, evaluate
from xacthuc.certificates.certlogic_form import MAX_ISSUES, check_form
from xacthuc.certificates.place_rules import list_cards, load_place_rules
from xacthuc.certificates.rule_files import RuleFileRefused, read_rules
from xacthuc.certificates.rule_sets import COLOURS, Rule, RuleSet
from xacthuc.codes.units import load_units

PUBLISHED: dict[str, Any] = {
    "Identifier": "VR-VN-0001",
    "Type": "Acceptance",
    "Country": "VN",
    "Version": "1.2.3",
    "SchemaVersion": "1.3.0",
    "Engine": "CERTLOGIC",
    "EngineVersion": "0.7.5",
    "CertificateType": "Vaccination",
    "Description": [{"lang": "en", "desc": "Two doses."}, {"lang": "vi", "desc": "Hai mũi."}, "no map"],
    "ValidFrom": "2021-07-01T00:00:00Z",
    "ValidTo": "2030-06-01T00:00:00+07:00",
    "AffectedFields": ["v.0", "v.0.dn", 7],
    "Logic": {"===": [{"var": "payload.v.0.dn"}, 2]},
}
AT = datetime(2021, 10, 20, 3, tzinfo=UTC)


def test_a_published_rule_is_read_whole() -> None:
    [rule] = read_rules(json.dumps([PUBLISHED])).rules
    assert rule.identifier == "VR-VN-0001"
    assert (rule.version, rule.schema_version, rule.engine_version) == ((1, 2, 3), (1, 3, 0), (0, 7, 5))
    assert rule.certificate_type == "Vaccination"
    assert not rule.invalidation
    assert rule.valid_from == datetime(2021, 7, 1, tzinfo=UTC)
    assert rule.valid_to == datetime(2030, 5, 31, 17, tzinfo=UTC)
    assert rule.affected == ("v.0", "v.0.dn")
    assert rule.descriptions == {"en": "Two doses.", "vi": "Hai mũi."}


def test_a_file_may_be_bytes_and_begin_with_a_mark() -> None:
    assert read_rules(b"\xef\xbb\xbf" + json.dumps([PUBLISHED]).encode()).rules


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 200_000, "rule_file_unreadable"),
        (b"\xff\xfe\xfd", "rule_file_unreadable"),
        ("9" * 5_000, "rule_file_unreadable"),
        (b" " * (rule_files.MAX_BYTES + 1), "rule_file_too_large"),
        (json.dumps([{}] * (rule_files.MAX_RULES + 1)), "rule_file_too_large"),
        (json.dumps([PUBLISHED | {"Country": 7}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Country": "V" * 5_000}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Description": "Two doses."}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Measures": {str(n): {"number": n} for n in range(50)}}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Measures": {"days": {"since": "payload.dob", "unit": "week"}}}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Measures": {"days": {"number": True}}}]), "rule_file_rule"),
        (json.dumps([PUBLISHED | {"Measures": {"days": 14}}]), "rule_file_rule"),
        (json.dumps({"rules": [], "value_sets": 7}), "rule_file_form"),
    ],
    ids=range(13),
)
def test_a_hostile_file_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(RuleFileRefused) as refused:
        read_rules(text)
    assert refused.value.code == code


def test_a_refusal_says_which_rule_in_both_languages() -> None:
    with pytest.raises(RuleFileRefused, match=r"rule_file_rule, 2\nMột quy tắc .*\nA rule ") as refused:
        read_rules(json.dumps([PUBLISHED, {}]))
    assert refused.value.rule == 2


def test_cards_are_of_provinces_and_every_rule_of_them_is_well_formed() -> None:
    provinces = {unit.code for unit in load_units("2021") if unit.level == "province"}
    for card in list_cards():
        assert card.province in provinces
        assert card.source
        for way in card.ways:
            assert way.colour in COLOURS[:-1]
            for rule in way.rules:
                assert check_form(rule.logic) == ()
                assert {"vi", "en"} == rule.descriptions.keys()


def test_no_province_has_two_cards_on_one_day() -> None:
    for first, second in pairwise(list_cards()):
        if first.province == second.province and first.status == second.status:
            assert first.valid_to is not None
            assert first.valid_to < second.valid_from


def test_drafts_are_used_only_where_asked_for() -> None:
    assert load_place_rules("79").cards == ()
    assert load_place_rules("79", drafts=True).cards


@pytest.mark.parametrize("at", [datetime.min, datetime.max], ids=["first", "last"])
def test_the_first_and_the_last_hours_are_moments_too(at: datetime) -> None:
    payload = {"ver": "1.3.0", "v": [{"tg": "840539006", "dn": 2, "sd": 2, "dt": "2021-10-01", "mp": "BBIBP-CorV"}]}
    for hours in (-14, 0, 14):
        rules = RuleSet(cards=load_place_rules("56").cards, utc_hours=hours)
        judge_rules(payload, rules=rules, issuer="VN", at=at.replace(tzinfo=UTC))


def test_a_certificate_that_is_open_in_the_nearest_way_is_not_refused_for_another() -> None:
    payload = {"ver": "1.3.0", "t": [{"tg": "840539006", "tt": "LP6464-4", "tr": "260415000", "sc": "yesterday"}]}
    found = judge_rules(payload, rules=load_place_rules("56", least="yellow"), issuer="VN", at=AT)
    assert (found.outcome, found.code) == ("open", "certlogic_date")


def test_steps_are_counted_over_the_whole_expression() -> None:
    with pytest.raises(CertLogicRefused, match="certlogic_too_long"):
        evaluate([1] * 100, None, limits=Limits(steps=100))
    assert evaluate([1] * 99, None, limits=Limits(steps=100)) == [1] * 99


def test_issues_end() -> None:
    assert len(check_form([None] * 10_000)) == MAX_ISSUES


def test_many_rules_share_their_steps() -> None:
    """Ten thousand rules that each may loop are stopped together, not one after the other."""
    loop = {"reduce": [[0] * 200, {"+": [{"var": "accumulator"}, 1]}, 0]}
    for many, outcome in ((10, "accepted"), (5_000, "open")):
        rules = RuleSet(rules=tuple(Rule(identifier=f"GR-VN-{n:04}", logic=loop) for n in range(many)))
        found = judge_rules({"ver": "1.3.0"}, rules=rules, issuer="VN", at=AT)
        assert found.outcome == outcome
    assert found.code == "certlogic_too_long"


def test_a_long_identifier_costs_its_letters() -> None:
    with pytest.raises(CertLogicRefused, match="certlogic_too_long"):
        evaluate({"extractFromUVCI": ["A" * 1_000_000, 0]}, None)
