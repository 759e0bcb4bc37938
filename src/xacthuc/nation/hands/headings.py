"""The heading above each column: words from `headings.toml`, one to three rows of them, merged as clerks merge."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.cells import EMPTY, Cell, Sheet
from xacthuc.nation.hands.hand import Hand

Path = tuple[str, ...]
_Word = Callable[[str], str]
DOSE_FIELDS = ("date", "vaccine", "lot", "vaccine_lot", "site", "reaction")
DATE_PARTS = ("day", "month", "year")


@cache
def read_words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Give the words of each heading by field and manner."""
    text = (resources.files("xacthuc.nation.hands") / "headings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def choose_headings(hand: Hand, rng: Chance) -> list[Path]:
    """Give for each column the headings from top to bottom, as deep as the hand's header has rows or less."""
    words: dict[str, str] = dict(hand.words)

    def word(field: str) -> str:
        if field not in words:
            manners = read_words()[field]
            words[field] = pick(manners.get(hand.manner) or manners["formal"], rng)
        return words[field]

    keys = hand.fields()
    paths: list[Path] = []
    for key in keys:
        path = _group(key, keys, word, hand)
        if hand.layout.header_rows == 3 and key != "stt" and key != "note":
            path = (word("dose_super" if key[0].isdigit() or key in DOSE_FIELDS else "person_super"), *path)
        paths.append(path if hand.layout.header_rows > 1 else (_flatten(key, path),))
    return paths


def add_header(sheet: Sheet, paths: Sequence[Path], *, depth: int, offset: int = 0, numbered: bool = False) -> None:
    """Add the header rows: equal neighbours are merged across, short ones downward."""
    top = len(sheet.rows)
    grid = [[EMPTY] * offset + [Cell(None, border=True)] * len(paths) for _ in range(depth)]
    for place, path in enumerate(paths):
        column = place + offset
        for level, text in enumerate(path):
            if place and paths[place - 1][: level + 1] == path[: level + 1] and level < len(path) - 1:
                continue
            grid[level][column] = Cell(text, border=True, bold=True)
            right = _run(paths, place, level) + offset if level < len(path) - 1 else column
            down = top + (depth - 1 if level == len(path) - 1 else level)
            if right > column or down > top + level:
                sheet.merges.append((top + level, column, down, right))
    for cells in grid:
        sheet.add(cells, "header")
    if numbered:
        numbers: list[Cell] = [Cell(f"({place})", border=True) for place in range(1, len(paths) + 1)]
        sheet.add([EMPTY] * offset + numbers, "header")


def _group(key: str, keys: Sequence[str], word: _Word, hand: Hand) -> Path:
    if key[0].isdigit():
        number, _, field = key.partition(":")
        return (word("dose_group").format(n=number), word(field))
    if key in ("birth:nam", "birth:nu"):
        group = "year_group" if hand.dates.birth[0][0] == "year" else "birth_group"
        return (word(group), word("man" if key.endswith("nam") else "woman"))
    if key in ("sex:nam", "sex:nu"):
        both = "sex:nam" in keys and "sex:nu" in keys
        words = word("man" if key.endswith("nam") else "woman")
        return (word("sex_group"), words) if both else (words,)
    if key in DATE_PARTS and "day" in keys:
        return (word("birth_group"), word("year_part" if key == "year" else key))
    return (word(key),)


def _flatten(key: str, path: Path) -> str:
    if len(path) == 1:
        return path[0]
    if key in DATE_PARTS:
        return f"{path[1]} sinh" if "inh" not in path[1] else path[1]
    if key[0].isdigit():
        return f"{path[1]} {path[0][0].lower()}{path[0][1:]}" if path[0][1:2].islower() else f"{path[1]} {path[0]}"
    return f"{path[0]} ({path[1]})" if key.startswith("birth") else path[1]


def _run(paths: Sequence[Path], place: int, level: int) -> int:
    last = place
    while last + 1 < len(paths) and paths[last + 1][: level + 1] == paths[place][: level + 1]:
        if len(paths[last + 1]) == level + 1:
            break
        last += 1
    return last
