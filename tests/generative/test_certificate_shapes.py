"""Rules and payloads of any shape: nothing raises but what is named, checks agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from xacthuc.certificates.acceptance import judge_rules
from xacthuc.certificates.cbor import is_plain
from xacthuc.certificates.certlogic import OPERATORS, CertLogicRefused, evaluate
from xacthuc.certificates.certlogic_form import check_form
from xacthuc.certificates.place_rules import load_place_rules
from xacthuc.certificates.rule_files import RuleFileRefused, read_rules
from xacthuc.certificates.rule_sets import Rule, RuleSet
from xacthuc.certificates.schema import EDITIONS, MAX_FAULTS, check_payload, is_usual
from xacthuc.findings import list_codes

PATHS = [
    "",
    "payload",
    "payload.v.0.dt",
    "payload.v.0.dn",
    "external.valueSets.none",
    "accumulator",
    "current",
    "a..b",
    "0",
]
TEXTS = ["", "2021-10-07", "2021-13", "1962", "2021-10-07T08:00:00+07", "VN", "day", "month", "URN:UVCI:01:VN:A#B", "é"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(),
    st.floats(),
    st.sampled_from(TEXTS),
    st.text(max_size=8),
)
# What a CBOR reader may give, and more.
VALUES = st.recursive(
    st.one_of(SCALARS, st.binary(max_size=4), st.datetimes()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(["v", "t", "r", "dn", "0"]), st.integers(0, 2)), inner, max_size=4),
    ),
    max_leaves=8,
)
EXPRESSIONS = st.recursive(
    st.one_of(SCALARS, st.sampled_from(PATHS).map(lambda path: {"var": path})),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda name, operands: {name: operands}, st.sampled_from([*OPERATORS, "or"]), st.lists(inner, max_size=4)
        ),
        st.builds(
            lambda operand, amount, unit: {"plusTime": [operand, amount, unit]},
            inner,
            st.integers(-400, 400),
            st.sampled_from(["year", "month", "day", "hour"]),
        ),
    ),
    max_leaves=14,
)
DOSE = {
    "tg": "840539006",
    "vp": "1157024006",
    "mp": "BBIBP-CorV",
    "ma": "ORG-100020693",
    "dn": 2,
    "sd": 2,
    "dt": "2021-09-28",
    "co": "VN",
    "is": "Bộ Y tế",
    "ci": "URN:UVCI:01:VN:1",
}
RIGHT = {"ver": "1.3.0", "nam": {"fnt": "NGUYEN"}, "dob": "1990-02-03", "v": [DOSE]}
AT = datetime(2021, 10, 20, 3, tzinfo=UTC)


def find_refusal(act: Callable[[], object]) -> str | None:
    """Give the code with which something is refused; any other exception fails the test."""
    try:
        act()
    except (CertLogicRefused, RuleFileRefused) as refused:
        return refused.code
    return None


@given(expression=EXPRESSIONS, data=VALUES)
@settings(max_examples=500, deadline=None)
def test_an_expression_gives_a_value_or_the_named_refusal(expression: Any, data: Any) -> None:
    code = find_refusal(lambda: evaluate(expression, {"payload": data}))
    assert code is None or code in list_codes()
    if check_form(expression) == ():
        assert code in {None, "certlogic_types", "certlogic_date", "certlogic_too_long"}


@given(payload=VALUES, version=st.sampled_from(list(EDITIONS)))
@settings(max_examples=500, deadline=None)
def test_a_payload_of_any_shape_has_named_faults(payload: Any, version: str) -> None:
    faults = check_payload(payload, version=version)
    assert 0 < len(faults) <= MAX_FAULTS
    assert {fault.code for fault in faults} <= list_codes().keys()


@given(field=st.sampled_from(["ver", "nam", "dob", "v", "v.0", *(f"v.0.{name}" for name in DOSE)]), value=VALUES)
@settings(max_examples=500, deadline=None)
def test_a_fault_stands_where_the_payload_was_changed(field: str, value: Any) -> None:
    payload: Any = json.loads(json.dumps(RIGHT))
    *way, last = field.split(".")
    inner = payload
    for part in way:
        inner = inner[int(part) if part.isdigit() else part]
    inner[int(last) if last.isdigit() else last] = value
    assert all(fault.field.startswith(field) for fault in check_payload(payload))


WHOLE = RIGHT | {"nam": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị", "gnt": "THI"}}
PLACES = [
    *("ver", "nam", "dob", "v", "v.0", "x"),
    *(f"v.0.{name}" for name in DOSE),
    "v.0.x",
    "nam.fnt",
    "nam.gn",
    "nam.x",
]
ODD = [
    0,
    1,
    2.0,
    True,
    "",
    "A",
    "a",
    "A\nB",
    "x" * 80,
    "x" * 81,
    "1990",
    "1990-13",
    "2021-02-30",
    "20210901",
    "2021-W01-1",
    "VN",
    "vn",
    "1.3.0",
    "1.3",
]


@given(place=st.sampled_from(PLACES), value=st.one_of(VALUES, st.sampled_from(ODD)), gone=st.booleans())
@settings(max_examples=1_000, deadline=None)
def test_the_quick_look_says_yes_to_right_payloads_alone(place: str, value: Any, gone: bool) -> None:
    payload: Any = json.loads(json.dumps(WHOLE))
    *way, last = place.split(".")
    inner = payload
    for part in way:
        inner = inner[int(part) if part.isdigit() else part]
    at: Any = int(last) if last.isdigit() else last
    if gone and at in inner:
        del inner[at]
    else:
        inner[at] = value
    if is_usual(payload):
        assert is_plain(payload)
        assert check_payload(payload) == ()


def test_the_quick_look_knows_what_is_usual() -> None:
    assert is_usual(WHOLE)


@given(
    logic=EXPRESSIONS,
    payload=st.dictionaries(st.sampled_from(["ver", "v", "t", "r", "dob"]), VALUES),
    issuer=st.text(max_size=3),
    at=st.datetimes(timezones=st.timezones()),
)
@settings(max_examples=300, deadline=None)
def test_rules_judge_any_payload(logic: Any, payload: dict[str, Any], issuer: str, at: datetime) -> None:
    rule = Rule(identifier="GR-VN-0001", logic=logic)
    for rules in (RuleSet(rules=(rule,)), load_place_rules("56", least="yellow")):
        found = judge_rules({"ver": "1.3.0"} | payload, rules=rules, issuer=issuer, at=at)
        assert found.outcome in ("accepted", "refused", "open")
        assert found.code == "ok" or found.code in list_codes()


@given(
    text=st.one_of(
        st.text(),
        st.binary(),
        VALUES.map(repr),
        st.lists(VALUES).map(lambda said: json.dumps(said, default=str, skipkeys=True)),
    )
)
@settings(max_examples=500, deadline=None)
def test_a_file_of_rules_is_read_or_refused(text: str | bytes) -> None:
    code = find_refusal(lambda: read_rules(text))
    assert code is None or code in list_codes()


@given(given_on=st.dates(date(2021, 3, 8), date(2021, 10, 20)), dose=st.integers(1, 4), series=st.integers(1, 4))
@settings(max_examples=500, deadline=None)
def test_waiting_never_takes_a_colour_away(given_on: date, dose: int, series: int) -> None:
    """The same vaccination, looked at later, opens at least as much."""
    payload = {"ver": "1.3.0", "v": [DOSE | {"dt": given_on.isoformat(), "dn": dose, "sd": series}]}
    order = ["red", "yellow", "green"]
    rules = load_place_rules("56")
    colours = [
        judge_rules(payload, rules=rules, issuer="VN", at=datetime(2021, 11, day, tzinfo=UTC)).colour
        for day in range(1, 30, 7)
    ]
    ranks = [order.index(str(colour)) for colour in colours]
    assert ranks == sorted(ranks)
