"""The mask of a QR symbol: the quick choice is that of a slow one which counts module by module."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import zxingcpp

from certificate_papers import make_text
from xacthuc.certificates.masks import MASKS, choose_mask, list_changes
from xacthuc.certificates.qr import Level, make_symbol

LEVELS: tuple[Level, ...] = ("L", "M", "Q", "H")


def write_by_zxing(text: str, *, level: Level, **wanted: int) -> Any:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, **wanted)
    return (np.asarray(made.to_image(scale=1, add_quiet_zones=False)) == 0).astype(np.uint8)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("length", [20, 538, 620])
def test_the_symbol_is_the_one_that_tries_all_masks(level: Level, length: int) -> None:
    text = make_text(length)
    assert make_symbol(text, level=level).modules == write_by_zxing(text, level=level).tobytes()


def count_penalty(grid: list[list[int]]) -> int:
    """Give the penalty as ISO/IEC 18004 words it; beyond the edge all is light."""
    size = len(grid)
    lines = [*grid, *map(list, zip(*grid, strict=True))]
    penalty = sum(count_runs(line) + 40 * count_finders(line) for line in lines)
    for y in range(size - 1):
        for x in range(size - 1):
            block = {grid[y][x], grid[y][x + 1], grid[y + 1][x], grid[y + 1][x + 1]}
            penalty += 3 * (len(block) == 1)
    dark = 100 * sum(map(sum, grid)) / size**2
    return penalty + 10 * int(abs(dark - 50) // 5)


def count_runs(line: list[int]) -> int:
    found, length = 0, 0
    for at, module in enumerate(line):
        length = length + 1 if at and module == line[at - 1] else 1
        found += 3 if length == 5 else length > 5
    return found


def count_finders(line: list[int]) -> int:
    wide = [0] * 4 + line + [0] * 4
    return sum(
        wide[at : at + 7] == [1, 0, 1, 1, 1, 0, 1] and not (any(wide[at - 4 : at]) and any(wide[at + 7 : at + 11]))
        for at in range(4, len(wide) - 10)
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_quick_choice_is_the_slow_one(seed: int) -> None:
    """On grids of any size and darkness, with any changes: more than real symbols have of each penalty."""
    chance = np.random.default_rng(seed)
    size = int(chance.integers(21, 60))
    share = float(chance.choice([0.1, 0.4, 0.5, 0.6, 0.9]))
    grids = [(chance.random((size, size)) < share).astype(np.uint8) for _ in range(MASKS)]
    for grid in grids:  # some modules that look like finder patterns, at the edges too
        for y in chance.integers(0, size, 6):
            x = int(chance.choice([0, 5, size - 11]))
            grid[y, x : x + 11] = [1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]
    changes = list_changes(lambda mask: grids[mask])
    penalties = [count_penalty(grid.tolist()) for grid in grids]
    assert choose_mask(grids[0], changes) == penalties.index(min(penalties))


def test_what_changes_between_masks_is_the_same_for_every_text() -> None:
    for length in (300, 538, 900):
        one, other = make_text(length), make_text(length)[::-1]
        for mask in range(1, MASKS):
            changed = [
                write_by_zxing(text, level="M", data_mask=mask) ^ write_by_zxing(text, level="M", data_mask=0)
                for text in (one, other)
            ]
            assert (changed[0] == changed[1]).all()


def test_short_and_dense_texts() -> None:
    chance = random.Random(8)
    for _ in range(20):
        text = "".join(chr(chance.randrange(32, 127)) for _ in range(chance.randrange(1, 700)))
        assert make_symbol(text).modules == write_by_zxing(text, level="M").tobytes()
