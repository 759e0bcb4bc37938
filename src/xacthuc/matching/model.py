"""The weights of a run: versioned data, learnt from the data, replaced and never edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

FORMAT = 1

# Names are counted in classes of the number of people who bear them: 1, 2, 3-4, 5-8 ... and so on by doubling.
RARITIES = 28

# How many levels 02_compare knows for each field; -1 (missing) never weighs anything.
LEVELS = {"name": 11, "birth_date": 8, "sex": 2, "phone": 2, "place": 4, "number": 4}

# Name levels at which the words are the same people's words, so that rarity tells what a coincidence is worth.
SAME_WORDS = 5


# From so many people on, candidates must share more than one selective part: at 10 M people that leaves a fifth of the
# pairs, and one in two thousand of those that are one person.
NARROW_FROM = 2_000_000

# A name is common where more than one person in so many bears it: with year and province it says too little.
COMMON = 4096


class ModelRefused(ValueError):
    """A file that is no model of this format."""

    def __init__(self, path: Path) -> None:
        """Say which file, in both languages."""
        self.vi = f"không phải mô hình định dạng {FORMAT}"
        self.en = f"is not a model of format {FORMAT}"
        super().__init__(f"{path.name}: {self.vi}\n{path.name} {self.en}")


@dataclass(frozen=True)
class Thresholds:
    """When a proposal is worth a look, when it is sure, when two people are too close; hundredths of a bit."""

    propose: int
    sure_weight: int
    sure_margin: int
    doubt_margin: int


@dataclass(frozen=True)
class Weight:
    """What one level of one field is worth, in hundredths of a bit; `rarity` is 0 but for equal names."""

    field: str
    level: int
    rarity: int
    weight: int


@dataclass(frozen=True)
class Model:
    """All that scoring needs, and what it was learnt from."""

    people: int
    claims: int
    learnt: str  # "numbers": from pairs joined by number; "em": without numbers
    weights: tuple[Weight, ...]
    thresholds: Thresholds

    def weigh(self, field: str, level: int, rarity: int = 0) -> int:
        """Give the weight of a level; 0 for a level or rarity that was never seen."""
        keyed = rarity if field == "name" and 0 <= level < SAME_WORDS else 0
        return self._by_level.get((field, level, keyed), 0)

    @cached_property
    def _by_level(self) -> Mapping[tuple[str, int, int], int]:
        return {(weight.field, weight.level, weight.rarity): weight.weight for weight in self.weights}


def cut_of(rarity: int) -> tuple[int, int]:
    """Give the least and the largest number of bearers of a rarity class; class 0 is a name nobody bears."""
    if rarity == 0:
        return 0, 0
    if rarity == 1:
        return 1, 1
    return 2 ** (rarity - 2) + 1, 2 ** (rarity - 1)


def find_common(people: int) -> int:
    """Give the class of rarity above which a name is common in a register of so many people."""
    return next(rarity for rarity in range(1, RARITIES) if cut_of(rarity)[1] >= people // COMMON)


def write_model(model: Model, path: Path) -> None:
    """Write model.json."""
    path.write_text(json.dumps({"format": FORMAT, **asdict(model)}, indent=1), encoding="utf-8")


def read_model(path: Path) -> Model:
    """Read model.json; raises ModelRefused where the file is none, or of another format."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("format", None) != FORMAT:
            raise ModelRefused(path)
        weights = tuple(Weight(**entry) for entry in data.pop("weights"))
        return Model(weights=weights, thresholds=Thresholds(**data.pop("thresholds")), **data)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError):
        raise ModelRefused(path) from None
