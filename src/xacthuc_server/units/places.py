"""Places as numbers, so that a territory is a range and the database's wall can compare with < and >= alone.

    place = tree * 10^12 + province * 10^10 + district * 10^6 + commune      (2021: 63 / 705 / 10,599)
    place = tree * 10^12 + province * 10^10 + commune                        (2025: 34 / 3,321)

`tree` is 1 for 2021 and 2 for 2025: codes are used again with another meaning, so a place says its tree. Codes of
provinces have two digits, of districts three, of communes five.
"""

from __future__ import annotations

from dataclasses import dataclass

TREES = {"2021": 1, "2025": 2}
_TREE, _PROVINCE, _DISTRICT = 10**12, 10**10, 10**6


@dataclass(frozen=True)
class Territory:
    """The places from `lower` up to, but not including, `upper`."""

    lower: int
    upper: int

    def __contains__(self, place: int) -> bool:
        """Tell whether a place lies in it."""
        return self.lower <= place < self.upper


def find_territory(
    tree: str, *, province: str | None = None, district: str | None = None, commune: str | None = None
) -> Territory:
    """Give the territory of a unit, of the whole tree where no code is given; codes as text, with leading zeros."""
    lower = TREES[tree] * _TREE
    width = _TREE
    if province:
        lower, width = lower + int(province) * _PROVINCE, _PROVINCE
    if district:
        lower, width = lower + int(district) * _DISTRICT, _DISTRICT
    if commune:
        lower, width = lower + int(commune), 1
    return Territory(lower, lower + width)
