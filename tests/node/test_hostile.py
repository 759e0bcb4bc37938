"""Whatever a partner sends, the node answers, and never with a mistake of its own."""

from __future__ import annotations

from typing import Any

import pytest
from claims import make_claim
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_refusals import send

from conftest import Cast
from xacthuc.exchange.tables import PERSON_COLUMNS

TEXTS = st.one_of(st.text(max_size=20), st.sampled_from(["0" * 12, "NGUYEN", "1990-02-31", "twelve", "M", "36", "<"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CLAIMS = st.builds(
    lambda at, changed: make_claim(at) | changed,
    st.integers(0, 8),
    st.dictionaries(st.sampled_from(PERSON_COLUMNS), TEXTS | st.none(), max_size=6),
)
NAMED = st.just("a") | JSON
ASKERS = st.just({"officer": "a", "organisation": "b"}) | JSON
ITEMS = st.fixed_dictionaries({"ref": st.just("r"), "claim": CLAIMS | JSON, "person": TEXTS})
ASKED = {
    "/v1/check": st.fixed_dictionaries({"asker": ASKERS, "claims": st.lists(CLAIMS, max_size=1) | JSON}),
    "/v1/candidates": st.fixed_dictionaries({"officer": NAMED, "case": NAMED, "claim": CLAIMS | JSON}),
    "/v1/vouch": st.fixed_dictionaries(
        {"officer": NAMED, "case": st.just("b"), "items": st.lists(ITEMS, max_size=1) | JSON}
    ),
}


USABLE = {
    "/v1/check": {"asker": {"officer": "a", "organisation": "b"}, "claims": [make_claim(0)]},
    "/v1/candidates": {"officer": "a", "case": "b", "claim": {k: v for k, v in make_claim(0).items() if k != "ref"}},
    "/v1/vouch": {"officer": "a", "case": "b", "items": [{"ref": "r", "claim": make_claim(0), "person": "p"}]},
}


@pytest.mark.parametrize("path", ASKED)
def test_nothing_that_is_sent_is_a_mistake_of_the_node(cast: Cast, path: str) -> None:
    cast.keep_budgets(claims_a_day=10**9, looks_a_day=10**9, vouched_a_day=10**9, asked_a_day=10**9)
    seen: set[int] = set()

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ASKED[path], st.integers(0, 2**127))
    def check(said: Any, nonce: int) -> None:
        status, answer = send(cast.police, target=path, said=said, signed={"nonce": f"{nonce:032x}"})
        assert status != 500
        assert status == 200 or answer["code"].startswith("node_")
        seen.add(status)

    check()
    assert 400 in seen
    assert send(cast.police, target=path, said=USABLE[path], signed={"nonce": "f" * 32})[0] == 200
