"""Learn the weights from counted patterns: Fellegi-Sunter, with no constant of any country.

m (how often a level occurs between two notes on the same person) comes from the pairs that the identity number has
joined; u (how often between two different people) from random pairs, for equal names from how many people bear them.
What the number cannot teach (levels of the number itself, or everything where there are no numbers) comes from
expectation and maximisation over the candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2

from xacthuc.matching.model import LEVELS, RARITIES, SAME_WORDS, Model, Thresholds, Weight, cut_of

# Fewer pairs joined by number than this teach too little; then everything is learnt from the candidates.
LEAST_TAUGHT = 300

# 02_compare looks at every 32nd of the pairs that agree in all.
AGREED_SAMPLE = 32

# Rounds of expectation and maximisation; the weights stand still long before.
ROUNDS = 40

# A level nobody has shown yet is still possible.
LITTLE = 0.05

# Nothing weighs more than this many bits either way, however rarely it was seen.
HEAVIEST = 30.0

Levels = dict[str, list[float]]


@dataclass(frozen=True)
class Pattern:
    """A combination of levels, how often it occurred, and whether the number led to the pair."""

    levels: Mapping[str, int]
    rarity: int
    held: bool
    agree: bool
    pairs: float


def patterns_from(rows: Iterable[Mapping[str, int | bool]]) -> list[Pattern]:
    """Turn rows of 07_patterns into patterns, in a fixed order."""
    keys = {field: f"{field.removesuffix('_date')}_level" for field in LEVELS}
    found = [
        Pattern(
            levels={field: int(row[key]) for field, key in keys.items()},
            rarity=int(row["rarity"]),
            held=bool(row["held"]),
            agree=bool(row["agree"]),
            pairs=float(row["pairs"]) * (AGREED_SAMPLE if row["agree"] else 1),
        )
        for row in rows
    ]
    return sorted(found, key=lambda p: (tuple(p.levels.values()), p.rarity, p.held, p.agree))


def learn(
    *, numbered: list[Pattern], random: list[Pattern], candidates: list[Pattern], claims: int, people: int
) -> Model:
    """Give the model for `claims` notes on `people` registered people, from the counted patterns."""
    own = [p for p in numbered if _is_own(p)]
    taught = sum(p.pairs for p in own)
    u = _shares(random, smooth=0.5)
    if taught >= LEAST_TAUGHT:
        m = _shares(own, smooth=0.5)
        others = sum(p.pairs for p in numbered) - taught
        u["number"][0] = (others + 0.5) / (taught + others + 1) / people
        m["number"] = _number_shares(taught)
        # The joined pairs have equal numbers, so the candidates have only to teach how the others differ.
        m = _improve(m, u, candidates, people=people, counted={"number": [taught, *[LITTLE] * 3]})
    else:
        none = {field: [LITTLE] * count for field, count in LEVELS.items()}
        m = _improve(_guess(), u, candidates, people=people, counted=none)
    learnt = "numbers" if taught >= LEAST_TAUGHT else "em"
    return Model(
        people=people, claims=claims, learnt=learnt, weights=_weigh(m, u, people), thresholds=_thresholds(people)
    )


def _is_own(pattern: Pattern) -> bool:
    """Say whether a pair joined by number is one person: not if both name and birth date speak against it."""
    return pattern.agree or 0 <= pattern.levels["name"] <= 6 or 0 <= pattern.levels["birth_date"] <= 3


def _shares(patterns: list[Pattern], *, smooth: float) -> Levels:
    shares: Levels = {}
    for field, count in LEVELS.items():
        seen = [smooth] * count
        for pattern in patterns:
            if pattern.levels[field] >= 0:
                seen[pattern.levels[field]] += pattern.pairs
        shares[field] = [n / sum(seen) for n in seen]
    return shares


def _number_shares(own: float) -> list[float]:
    """Where to begin for the levels of the number, of which only the equal ones have been counted."""
    rest = max(1.0, own / 100)
    return [n / (own + 3 * rest) for n in (own, rest, rest, rest)]


def _guess() -> Levels:
    """Where nothing is known yet: most notes on one person say the same."""
    return {field: [0.8, *([0.2 / (count - 1)] * (count - 1))] for field, count in LEVELS.items()}


def _improve(m: Levels, u: Levels, patterns: list[Pattern], *, people: int, counted: Levels) -> Levels:
    """Expectation and maximisation over the candidates, for the fields in `counted`, from what is counted of them."""
    pairs = [p for p in patterns if not p.held]
    for _ in range(ROUNDS):
        seen = {field: list(counts) for field, counts in counted.items()}
        for pattern in pairs:
            mine = _posterior(pattern, m, u, people=people) * pattern.pairs
            for field, counts in seen.items():
                if pattern.levels[field] >= 0:
                    counts[pattern.levels[field]] += mine
        m = {**m, **{field: [n / sum(counts) for n in counts] for field, counts in seen.items()}}
    return m


def _posterior(pattern: Pattern, m: Levels, u: Levels, *, people: int) -> float:
    odds = 1.0 / people
    for field, level in pattern.levels.items():
        if level < 0:
            continue
        chance = u[field][level]
        if field == "name" and level < SAME_WORDS and pattern.rarity:
            chance = _share_of(pattern.rarity, people)
        odds *= m[field][level] / chance
    return odds / (1 + odds)


def _share_of(rarity: int, people: int) -> float:
    """Chance that somebody bears a name of this class."""
    least, most = cut_of(rarity)
    return (least + most) / 2 / people


def _weigh(m: Levels, u: Levels, people: int) -> tuple[Weight, ...]:
    weights = []
    for field, count in LEVELS.items():
        for level in range(count):
            weights.append(Weight(field, level, 0, _bits(*_chances(field, level, m, u))))
            if field == "name" and level < SAME_WORDS:
                for rarity in range(1, RARITIES):
                    weights.append(Weight(field, level, rarity, _bits(m[field][level], _share_of(rarity, people))))
    return tuple(weights)


def _chances(field: str, level: int, m: Levels, u: Levels) -> tuple[float, float]:
    """Give m and u of a level: six digits alike only repeat birth year, sex and province, so they weigh like others."""
    alike = (2, 3) if field == "number" and level >= 2 else (level,)
    return sum(m[field][at] for at in alike), sum(u[field][at] for at in alike)


def _bits(m: float, u: float) -> int:
    return round(100 * max(-HEAVIEST, min(HEAVIEST, log2(m / u))))


def _thresholds(people: int) -> Thresholds:
    """A random person is the right one with odds of 1 to `people`; the rest is how sure we want to be."""
    even = round(100 * log2(max(people, 2)))
    return Thresholds(propose=even - 500, sure_weight=even + 500, sure_margin=900, doubt_margin=200)
