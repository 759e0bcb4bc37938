"""Weights learnt from counted patterns: by hand, without numbers, in any order, and kept as a file."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace
from math import log2, prod
from pathlib import Path
from typing import Any

import pytest

from xacthuc.matching import Model, learning, read_model, write_model
from xacthuc.matching.learning import Pattern, learn, patterns_from
from xacthuc.matching.model import LEVELS, RARITIES, ModelRefused, cut_of

SAME = dict.fromkeys(LEVELS, 0)
OTHER = {"name": 10, "birth_date": 7, "sex": 1, "phone": 1, "place": 3, "number": 3}
KEYS = ("name_level", "birth_level", "sex_level", "phone_level", "place_level", "number_level")


def make_pattern(pairs: float, *, held: bool = False, rarity: int = 0, agree: bool = False, **levels: int) -> Pattern:
    return Pattern(levels=SAME | levels, rarity=rarity, held=held, agree=agree, pairs=pairs)


def make_example() -> dict[str, Any]:
    """Give a thousand pairs joined by number, one in ten with marks lost, and a thousand random pairs."""
    numbered = [make_pattern(900, held=True), make_pattern(100, held=True, name=1)]
    half = [make_pattern(500, **OTHER), make_pattern(500, **(OTHER | {"sex": 0}))]
    return {"numbered": numbered, "random": half, "candidates": [], "claims": 1000, "people": 4096}


def test_weights_of_an_example_worked_out_by_hand() -> None:
    model = learn(**make_example())
    assert (model.learnt, model.people, model.claims) == ("numbers", 4096, 1000)
    # m and u are shares, with half a pair added to each level: 11 levels of the name, 2 of the sex.
    assert model.weigh("name", 1) == round(100 * log2((100.5 / 1005.5) / (0.5 / 1005.5)))
    assert model.weigh("name", 10) == round(100 * log2((0.5 / 1005.5) / (1000.5 / 1005.5)))
    assert model.weigh("sex", 0) == round(100 * log2((1000.5 / 1001) / 0.5)) == 100
    assert model.weigh("birth_date", 0) == round(100 * log2((1000.5 / 1004) / (0.5 / 1004)))
    # An equal name is worth as much as it is rare: borne by 1, and by 3 or 4, of 4096 people.
    assert model.weigh("name", 0, 1) == round(100 * log2((900.5 / 1005.5) * 4096)) == 1184
    assert model.weigh("name", 0, 3) == round(100 * log2((900.5 / 1005.5) * 4096 / 3.5))
    assert model.weigh("phone", -1) == 0


def test_pairs_that_agree_in_all_count_for_those_not_looked_at() -> None:
    row = dict.fromkeys(KEYS, 0) | {"rarity": 0, "held": True, "agree": True, "pairs": 10}
    assert [p.pairs for p in patterns_from([row, row | {"agree": False}])] == [10, 320]


def test_holder_who_is_somebody_else_teaches_nothing_of_people() -> None:
    example = make_example()
    stranger = make_pattern(400, held=True, **(OTHER | {"number": 0}))
    assert learn(**example).weigh("name", 10) == learn(
        **example | {"numbered": [*example["numbered"], stranger]}
    ).weigh("name", 10)


@pytest.mark.parametrize(("pairs", "learnt"), [(299, "em"), (300, "numbers")])
def test_too_few_pairs_by_number_teach_nothing(pairs: int, learnt: str) -> None:
    example = make_example() | {"numbered": [make_pattern(pairs, held=True)]}
    assert learn(**example).learnt == learnt


def test_thresholds_rise_with_the_people() -> None:
    models = [learn(**make_example() | {"people": people}).thresholds for people in (1, 10, 10_000, 98_000_000)]
    for field in ("propose", "sure_weight"):
        values = [getattr(limits, field) for limits in models]
        assert values == sorted(values)
    assert all(limits.propose < limits.sure_weight for limits in models)
    assert all(0 < limits.doubt_margin < limits.sure_margin for limits in models)


def test_weights_fall_with_the_bearers_of_a_name() -> None:
    model = learn(**make_example())
    for level in range(5):
        weights = [model.weigh("name", level, rarity) for rarity in range(1, RARITIES)]
        assert weights == sorted(weights, reverse=True)


TRUE = {
    "name": [0.7, 0.2, *[0.1 / 9] * 9],
    "birth_date": [0.9, 0.04, *[0.01] * 6],
    "sex": [0.97, 0.03],
    "phone": [0.6, 0.4],
    "place": [0.8, 0.1, 0.06, 0.04],
    "number": [0.85, 0.1, 0.03, 0.02],
}
CHANCE = {
    "name": [0.001, 0.002, *[0.003] * 8, 0.973],
    "birth_date": [0.0005, 0.0005, 0.001, 0.001, 0.001, 0.002, 0.014, 0.98],
    "sex": [0.5, 0.5],
    "phone": [0.0005, 0.9995],
    "place": [0.01, 0.05, 0.2, 0.74],
    "number": [0.0001, 0.0009, 0.019, 0.98],
}


def spread(shares: dict[str, list[float]], pairs: float, **given: Any) -> list[Pattern]:
    """Give every combination of levels with as many pairs as it has by chance; rare ones are left out."""
    patterns = []
    for levels in itertools.product(*(range(LEVELS[field]) for field in LEVELS)):
        count = pairs * prod(shares[field][level] for field, level in zip(LEVELS, levels, strict=True))
        if count > 0.02:
            patterns.append(make_pattern(count, **given, **dict(zip(LEVELS, levels, strict=True))))
    return patterns


def test_without_numbers_the_candidates_teach_what_was_put_into_them() -> None:
    candidates = spread(TRUE, 5_000) + spread(CHANCE, 20_000)
    model = learn(numbered=[], random=spread(CHANCE, 200_000), candidates=candidates, claims=5_000, people=10_000)
    assert model.learnt == "em"
    for field in LEVELS:
        for level in range(2):
            if field == "name" and level == 0:
                continue  # known by rarity alone
            wanted = 100 * log2(TRUE[field][level] / CHANCE[field][level])
            assert model.weigh(field, level) == pytest.approx(wanted, abs=25), (field, level)


def test_order_of_the_patterns_does_not_matter() -> None:
    rows = [
        dict(zip(KEYS, pattern.levels.values(), strict=True))
        | {"rarity": 0, "held": n % 3 == 0, "agree": n % 6 == 0, "pairs": max(1, round(pattern.pairs))}
        for n, pattern in enumerate(spread(TRUE, 900))
    ]
    rng = random.Random(1)
    models = set()
    for _ in range(3):
        rng.shuffle(rows)
        patterns = patterns_from(rows)
        sides = {"numbered": [p for p in patterns if p.held], "random": [p for p in patterns if not p.held]}
        models.add(learn(**sides, candidates=patterns, claims=900, people=900))
    assert len(models) == 1


def test_model_is_the_same_after_a_file(tmp_path: Path) -> None:
    model = learn(**make_example())
    write_model(model, tmp_path / "model.json")
    assert read_model(tmp_path / "model.json") == model


def break_model(folder: Path, model: Model, **changed: Any) -> Path:
    path = folder / "broken.json"
    write_model(model, path)
    data = json.loads(path.read_text(encoding="utf-8")) | changed
    path.write_text(json.dumps({key: value for key, value in data.items() if value != "gone"}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "changed",
    [{"format": 2}, {"format": "gone"}, {"weights": "gone"}, {"thresholds": {}}, {"more": 1}, {"weights": [{"x": 1}]}],
    ids=str,
)
def test_model_of_another_format_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(ModelRefused, match=r"broken\.json"):
        read_model(break_model(tmp_path, learn(**make_example()), **changed))


@pytest.mark.parametrize("text", ["", "[]", "no json", "1"])
def test_file_that_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelRefused):
        read_model(tmp_path / "broken.json")


def test_classes_of_rarity_leave_no_count_out() -> None:
    assert cut_of(0) == (0, 0)
    cuts = [cut_of(rarity) for rarity in range(RARITIES)]
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(cuts))
    assert cuts[-1][1] > 60_000_000


def test_weight_never_grows_beyond_the_heaviest() -> None:
    model = learn(**make_example() | {"people": 10**12})
    assert max(weight.weight for weight in model.weights) <= 100 * learning.HEAVIEST
    assert replace(model, weights=()).weigh("sex", 0) == 0
