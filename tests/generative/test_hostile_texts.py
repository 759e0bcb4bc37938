"""Hostile texts get a verdict: a short, seeded part of what bench/fuzz.py does for ten minutes."""

from __future__ import annotations

import random
from itertools import islice

from hostile_texts import TEXTS, judge, make_given, make_texts
from xacthuc.findings import list_codes


def test_no_text_makes_the_verifier_raise() -> None:
    given, rng, seen = make_given(), random.Random(20220601), set()
    for kind, text in islice(make_texts(rng), 600):
        verdict = judge(text, given)
        seen.add(kind)
        assert verdict.code == "ok" or verdict.code in list_codes(), kind
    assert seen == set(TEXTS)
