"""The map of the 63 provinces of 2021 as SVG, with Hoàng Sa and Trường Sa at their true place, shown and named."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from xacthuc.reporting.pages import write_share
from xacthuc.reporting.words import Words

CLASSES = 5
# Light to dark in one hue: reads the same for the colour-blind, in grey print and on a dim screen.
SHADES = ("#dceee9", "#a9d6cb", "#67b3a5", "#2b8576", "#0c5148")
ALONE = 3  # the shade of a province that is shown by itself: where it lies, not how it does
NICE_STEPS = (1, 2, 5, 10, 20)


@dataclass(frozen=True)
class Shape:
    """A province on the map: outline, class of its share (None: no data) and what a reader hears of it."""

    code: str
    path: str
    shade: int | None
    share: Words


@dataclass(frozen=True)
class Archipelago:
    """A group of islands too small for an outline: dots, an oval around them, and its name."""

    code: str
    name: Words
    belongs_to: Words
    dots: tuple[tuple[float, float], ...]
    shade: int | None
    oval: tuple[float, float, float, float]  # centre x, centre y, radius x, radius y


@dataclass(frozen=True)
class CountryMap:
    """What the template draws."""

    size: tuple[int, int]
    shapes: tuple[Shape, ...]
    archipelagos: tuple[Archipelago, ...]
    breaks: tuple[int, ...]  # lower bound of each class in percent, one more for the end
    source: str


@cache
def read_geometry() -> Mapping[str, Any]:
    """Give provinces.json: outlines by province code, archipelagos, size; its source and licence stand in it."""
    text = (resources.files("xacthuc.reporting") / "provinces.json").read_text(encoding="utf-8")
    geometry: dict[str, Any] = json.loads(text)
    return geometry


def draw_map(by_province: Mapping[str, Mapping[str, Any]], *, only: str | None = None) -> CountryMap:
    """Shade each province by the share of its recorded doses that both authorities settled, or one alone: `only`."""
    geometry = read_geometry()
    figures = {
        code: row
        for code, row in by_province.items()
        if code in geometry["provinces"] and row["recorded"] and only in (None, code)
    }
    shares = {code: 100 * row["both_settled"] / row["recorded"] for code, row in figures.items()}
    breaks = find_breaks(list(shares.values()))
    shades = {code: find_shade(share, breaks) if only is None else ALONE for code, share in shares.items()}
    said = {code: write_share(row["both_settled"], row["recorded"]) for code, row in figures.items()}
    none = Words("chưa có số liệu", "no data")
    return CountryMap(
        size=tuple(geometry["size"]),
        shapes=tuple(
            Shape(code, shape["path"], shades.get(code), said.get(code, none))
            for code, shape in geometry["provinces"].items()
        ),
        archipelagos=tuple(_draw_archipelago(group, shades.get(group["unit"])) for group in geometry["archipelagos"]),
        breaks=breaks,
        source=f"{geometry['about']['source']}, {geometry['about']['licence'].partition(';')[0]}",
    )


def find_breaks(shares: list[float]) -> tuple[int, ...]:
    """Give the bounds of five classes in whole, round percents that cover all shares, at most 0 to 100."""
    if not shares:
        return (0, 20, 40, 60, 80, 100)
    low, high = min(shares), max(shares)
    for step in NICE_STEPS:
        start = math.floor(low / step) * step
        start = min(start, 100 - CLASSES * step)
        if start >= 0 and start + CLASSES * step >= high:
            return tuple(range(start, start + (CLASSES + 1) * step, step))
    return (0, 20, 40, 60, 80, 100)


def find_shade(share: float, breaks: tuple[int, ...]) -> int:
    """Give the class of a share; the last class holds its upper bound too."""
    return min(CLASSES - 1, sum(share >= bound for bound in breaks[1:]))


def _draw_archipelago(group: Mapping[str, Any], shade: int | None) -> Archipelago:
    xs, ys = zip(*group["dots"], strict=True)
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    oval = (*middle, (max(xs) - min(xs)) * 0.62 + 8, (max(ys) - min(ys)) * 0.62 + 8)
    return Archipelago(
        code=group["unit"],
        name=Words(group["vi"], group["en"]),
        belongs_to=Words(group["of_vi"], group["of_en"]),
        dots=tuple((x, y) for x, y in group["dots"]),
        shade=shade,
        oval=oval,
    )
