"""Vaccines and lots: spellings, misspellings with one answer only, cells that hold both."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, fold, map_distinct
from xacthuc.codes.keys import list_key
from xacthuc.codes.vaccines import find_vaccine, get_vaccine, list_aliases, list_products_of_shape, load_lots, lot_key

_LOT_WORD = re.compile(
    r"(?i)[\s,;/(\-–]*(?:\b(?:số|so|sè)\s*)?"
    r"(?:\blô\b|\blo\b(?=[\s:.#]*[\w-]*\d)|\blot\b|\bbatch\b|l«|\bsl\b)"
    r"(?:\s*(?:no|số|sx|sản xuất))?[\s:.#№]*"
)
_EXPIRY = re.compile(r"(?i)[\s,;\-–(]*\b(?:hsd|hạn\s*(?:sử dụng|dùng)?|exp(?:iry)?)\b.*$")
_SEPARATOR = re.compile(r"[,;/\n|]|\s[-–]\s")
_PREFIX = re.compile(
    r"(?i)^\s*(?:(?:tên|loại)\s+)?(?:v[aắ]c[\s-]*xin|v[aắ]cxin|vaccine?s?|vx|thuốc|covid[\s-]*19)\s*[:\-]?\s*"
)
_BRACKETS = re.compile(r"[()\[\]]")
_DIGITS = re.compile(r"\d")
_ASIDE = re.compile(r"\s*([^()]+?)\s*\(([^()]+)\)\s*")
_LOT_PIECE = re.compile(r"(?=.*\d)[\w-]+|[A-Z]{1,5}|-[A-Z]{1,5}|[A-Z]{1,5}-|-")
_LOOSE = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1"})
_NO_LOT = frozenset(("khong", "khongro", "khongco", "chuaco", "x", "k", "ko", "null", "na"))
MAX_DISTANCE = 2  # letters wrong, lost, added or exchanged in a vaccine's name of six letters or more; one below


@dataclass(frozen=True)
class VaccineRead:
    """What one cell says of the vaccine; `lot` where the cell holds one too."""

    vaccine: str | None
    lot: str | None
    code: str | None


def clean_vaccines(values: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Clean a column of vaccines: (product name of codes, lot written in the same cell, finding code)."""

    def read(text: str) -> Answer:
        found = read_vaccine(text)
        return found.vaccine, found.lot, found.code

    vaccine, lot, code = map_distinct(values, read, width=3)
    return vaccine, lot, code


def clean_lots(values: pa.Array, *, vaccine: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Clean a column of lots beside their vaccines: (lot as printed, finding code).

    Not checked: whether the lot was delivered, or is in date; a lot of a shape never seen is kept as written.
    """
    pairs = pc.binary_join_element_wise(pc.fill_null(vaccine, ""), values, "\x1f")

    def read(text: str) -> Answer:
        product, _, lot = text.partition("\x1f")
        return read_lot(lot, vaccine=product or None)

    lot, code = map_distinct(pairs, read, width=2)
    return lot, code


def read_vaccine(text: str) -> VaccineRead:
    """Read one cell; a name that could be two products is none."""
    name, lot = divide_cell(text)
    key = list_key(name)
    if not key or key.lower() in _NO_LOT:
        return VaccineRead(None, lot, "vaccine_placeholder" if key else None)
    vaccine, exact = find_product(name)
    if vaccine is None:
        return VaccineRead(None, lot, "vaccine_unknown")
    return VaccineRead(vaccine, lot, None if exact else "vaccine_misspelt")


def divide_cell(text: str) -> tuple[str, str | None]:
    """Divide "AZ lô CTMAV562" or "Pfizer, FK0592" into vaccine and lot."""
    text = _EXPIRY.sub("", unicodedata.normalize("NFC", text))
    if find_vaccine(text):
        return text, None
    word = _LOT_WORD.search(text)
    if word:
        return text[: word.start()], text[word.end() :].strip(" .,;:()") or None
    aside = _ASIDE.fullmatch(text)
    if aside and _is_lot(aside.group(2)) and find_product(aside.group(1))[0]:
        return aside.group(1), aside.group(2).strip()
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    lots = [part for part in parts if len(_DIGITS.findall(part)) >= 3 and not find_vaccine(part)]
    if len(parts) > 1 and len(lots) == 1:
        return " ".join(part for part in parts if part not in lots), lots[0].strip(" .:()")
    return _divide_words(text.split()) or (text, None)


def _divide_words(words: list[str]) -> tuple[str, str] | None:
    """Divide "Pfizer FK 0592" where the words of a lot begin: letters and figures, none of them part of the name."""
    for at in range(1, len(words)):
        head, tail = " ".join(words[:at]), words[at:]
        if find_vaccine(f"{head} {tail[0]}") or not _is_lot(" ".join(tail)) or not find_product(head)[0]:
            continue
        return head, " ".join(tail).strip(".,:()")
    return None


def _is_lot(text: str) -> bool:
    """Tell whether a text holds a lot and nothing else: three figures at least, and capitals in short pieces."""
    words = text.strip(" .,:()").split()
    whole = all(_LOT_PIECE.fullmatch(w.strip(".,:()")) and not find_vaccine(w) for w in words)
    return whole and len(_DIGITS.findall(text)) >= 3


@lru_cache(maxsize=10_000)
def find_product(text: str) -> tuple[str | None, bool]:
    """Give the one product a text names, and whether by a listed spelling; null where none or several are meant."""
    bare = _PREFIX.sub("", text)
    listed = find_vaccine(text) or find_vaccine(bare)
    if listed:
        return listed.name, True
    parts = [part for part in _BRACKETS.split(bare) if list_key(part)]
    named = {found.name for part in parts if (found := find_vaccine(part))}
    if not named:
        named = {
            found.name for part in re.split(r"[\s,;/+()]+", bare) if (found := find_vaccine(part)) and len(part) > 1
        }
    if named:
        return (named.pop(), True) if len(named) == 1 else (None, False)
    return _nearest(list_key(bare)), False


def _nearest(key: str) -> str | None:
    """Give the product of the unique nearest spelling, within the distance a name of that length allows."""
    if len(key) < 3:
        return None
    allowed = MAX_DISTANCE if len(key) >= 6 else 1
    best: dict[int, set[str]] = {}
    for alias, product in list_aliases().items():
        if len(alias) >= 4 and abs(len(alias) - len(key)) <= allowed:
            best.setdefault(count_edits(alias, key), set()).add(product)
    nearest = min(best, default=allowed + 1)
    return best[nearest].pop() if nearest <= allowed and len(best[nearest]) == 1 else None


def count_edits(first: str, second: str) -> int:
    """Count letters changed, lost, added, or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, start=1):
        last, row = row, [i]
        for j, right in enumerate(second, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


@lru_cache(maxsize=50_000)
def read_lot(text: str, *, vaccine: str | None) -> tuple[str | None, str | None]:
    """Read one lot: upper case, no label, no blanks; a letter for a digit is mended where the product's lots tell."""
    text = unicodedata.normalize("NFC", text)
    word = _LOT_WORD.match(text)
    lot = lot_key(_EXPIRY.sub("", text[word.end() :] if word else text)).strip(".,;:'\"()")
    if not lot or fold(lot) in _NO_LOT or not any(letter.isalnum() for letter in lot):
        return None, "lot_placeholder"
    lots = load_lots_once()
    if lot not in lots and not _fits(lot, vaccine):
        mended = _mend(lot, vaccine)
        if mended:
            return mended, "lot_letter_mended"
    known = lots.get(lot)
    if known and vaccine and known != vaccine:
        return lot, "lot_of_other_vaccine"
    return lot, None


@lru_cache(maxsize=1)
def load_lots_once() -> dict[str, str]:
    """Give the product of each known lot."""
    return {key: lot.vaccine for key, lot in load_lots().items()}


def _fits(lot: str, vaccine: str | None) -> bool:
    products = list_products_of_shape(lot)
    return vaccine in products if vaccine and get_vaccine(vaccine) else bool(products)


def _mend(lot: str, vaccine: str | None) -> str | None:
    """Put digits for O, Q, I, L, one way of all that gives a known lot, or else a lot of the product's shape."""
    places = [place for place, letter in enumerate(lot) if letter in "OQIL"]
    if not places or len(places) > 4:
        return None
    ways = set()
    for choice in range(1, 1 << len(places)):
        letters = list(lot)
        for bit, place in enumerate(places):
            if choice >> bit & 1:
                letters[place] = letters[place].translate(_LOOSE)
        ways.add("".join(letters))
    known = [way for way in ways if load_lots_once().get(way) and (vaccine is None or load_lots_once()[way] == vaccine)]
    fitting = known or [way for way in ways if _fits(way, vaccine)]
    return fitting[0] if len(fitting) == 1 else None
