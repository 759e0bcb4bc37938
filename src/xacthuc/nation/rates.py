"""How often things happen: the rates of data/rates.toml, each with its source, and how to try others."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Rate:
    """One rate: a share of something, and where it comes from."""

    rate: float
    of: str
    source: str
    harmless: bool = False


class Rates:
    """All rates by name, with some replaced."""

    def __init__(self, replaced: Mapping[str, float] | None = None) -> None:
        """Take the rates of the data file, but for those replaced; a name or a share that cannot be is a ValueError."""
        self.entries = load_rates()
        self._rates = {name: entry.rate for name, entry in self.entries.items()}
        for name, rate in (replaced or {}).items():
            if name not in self._rates or not 0 <= rate <= 1:
                raise ValueError(f"no such rate, or not a share: {name}")
            self._rates[name] = rate

    def __getitem__(self, name: str) -> float:
        """Give one rate."""
        return self._rates[name]

    def as_dict(self) -> dict[str, float]:
        """Give all rates by name."""
        return dict(self._rates)


@cache
def load_rates() -> Mapping[str, Rate]:
    """Read the data file once."""
    text = (resources.files("xacthuc.nation") / "data" / "rates.toml").read_text(encoding="utf-8")
    return {name: Rate(**entry) for name, entry in tomllib.loads(text).items()}
