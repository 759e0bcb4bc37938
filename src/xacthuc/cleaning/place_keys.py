"""How the text of a place is taken apart: folded words, types of units, hamlets and streets, pieces of an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

Word = tuple[str, str]  # ASCII letters and digits in upper case, and the marks in their order: ("HOA", "f")

_MARKS = {
    "\u0302": "c", "\u0306": "b", "\u031b": "h",
    "\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j",
}  # fmt: skip
_QUOTES = re.compile(r"['’‘`´ʼ\"“”*]")
_BREAKS = re.compile(r"[\s\-–—_.:+]+")
_FLOAT = re.compile(r"\d+\.0+")
_IY = re.compile(r"(?:[HKLMSTV]|QU)Y")
_GLUED = re.compile(r"([PQF])(\d{1,2})")

# Units above others; the words that stand before a name, and the types they may mean.
TYPE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("thành phố", ("Thành phố",)), ("thị trấn", ("Thị trấn",)), ("thị xã", ("Thị xã",)), ("đặc khu", ("Đặc khu",)),
    ("tỉnh", ("Tỉnh",)), ("huyện", ("Huyện",)), ("quận", ("Quận",)), ("phường", ("Phường",)), ("xã", ("Xã",)),
    ("tp", ("Thành phố",)), ("tx", ("Thị xã",)), ("tt", ("Thị trấn",)), ("h", ("Huyện",)), ("q", ("Quận",)),
    ("p", ("Phường",)), ("f", ("Phường",)), ("x", ("Xã",)), ("t", ("Tỉnh",)), ("t p", ("Thành phố",)),
)  # fmt: skip
SURE_TYPES = 9  # the first so many are whole words: a name behind them is meant as a unit

# Words that begin a hamlet, a street or a house number.
LOCAL_WORDS = (
    "thôn", "xóm", "ấp", "tổ", "khu", "kp", "khóm", "đội", "bản", "buôn", "bon", "làng", "số", "sn", "đường", "ngõ",
    "ngách", "hẻm", "kiệt", "phố", "ql", "quốc", "tl", "cụm", "lô", "căn", "chung", "cc", "kđt", "kdc", "tdp", "tk",
    "tiểu", "nóc", "plei", "plây", "sóc", "phum", "giáo", "dãy", "kcn", "nhà", "phòng", "block", "tầng", "lầu", "đ",
    "a", "b", "c", "d", "xn", "trại", "chợ", "cầu", "km", "hẽm", "hem", "khối", "liên",
)  # fmt: skip

_SPLIT = re.compile(r"[,;|\n\r()\[\]/\\]+")
_DASH = re.compile(r"\s+[-–—]+\s+|\s+[-–—]+|[-–—]+\s+")
_INNER_TYPE = re.compile(
    r"\s(?=(?:(?<!thị )xã|phường|thị trấn|huyện|quận|thị xã|thành phố|tỉnh|đặc khu|tp|tx|tt)(?:\.|\s)\s*"
    r"(?!(?:huyện|quận|thị xã|thành phố|tỉnh)\b)|(?:x|p|h|q|t|f)\.)",
    re.IGNORECASE,
)
_INNER_PLAIN = re.compile(
    r"\s(?=(?:(?<!thi )xa|phuong|thi tran|huyen|quan|thi xa|thanh pho|tinh)\s+"
    r"(?!(?:huyen|quan|thi xa|thanh pho|tinh)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PlaceText:
    """One piece of a place: its words, and whether it carries any mark."""

    words: tuple[Word, ...]

    @property
    def has_marks(self) -> bool:
        """Tell whether any letter carries a mark: then the marks are meant."""
        return any(marks for _, marks in self.words)


@lru_cache(maxsize=1 << 16)
def fold_place(text: str) -> PlaceText:
    """Give the words of a place without case, tone placement and punctuation; numbers without leading zeros.

    i and y at the end of a short syllable are one letter. Not checked: letters outside Latin keep their code point.
    """
    text = text.strip()
    if _FLOAT.fullmatch(text):
        text = text.partition(".")[0]
    plain = _QUOTES.sub("", unicodedata.normalize("NFC", text))
    words: list[Word] = []
    for raw in _BREAKS.split(plain):
        word = _fold_word(raw)
        glued = _GLUED.fullmatch(word[0])
        if glued and not word[1]:
            words += [(glued[1], ""), (str(int(glued[2])), "")]
        elif word[0]:
            words.append(word)
    return PlaceText(words=tuple(words))


@lru_cache(maxsize=1 << 15)
def _fold_word(raw: str) -> Word:
    base: list[str] = []
    marks: list[str] = []
    for letter in unicodedata.normalize("NFKD", raw.upper()):
        if letter.isascii():
            if letter.isalnum():
                base.append(letter)
        elif letter == "Đ":
            base.append("D")
            marks.append("d")
        elif letter in _MARKS:
            marks.append(_MARKS[letter])
        elif letter.isalnum():
            base.append(f"U{ord(letter):04X}")
    word = "".join(base)
    if word.isdigit():
        word = str(int(word))
    if _IY.fullmatch(word):
        word = f"{word[:-1]}I"
    return word, "".join(sorted(marks))


def marked_key(words: Iterable[Word]) -> str:
    """Give the key that keeps the marks: equal keys are the same name."""
    return "<".join(word + marks for word, marks in words)


def base_key(words: Iterable[Word]) -> str:
    """Give the key without marks and blanks: KONTUM for Kon Tum; K at the end of a word is C (Đắk, Đắc)."""
    return "".join(f"{word[:-1]}C" if word[1:].endswith("K") else word for word, _ in words)


def make_place_key(texts: Iterable[str | None]) -> str | None:
    """Give the ASCII key of a place as text, `KIEN<THANH<CHO<MOI`; None where nothing is left."""
    words = [word for text in texts if text for word, _ in fold_place(text).words]
    return "<".join(words) or None


@cache
def _list_types() -> dict[str, list[tuple[tuple[Word, ...], tuple[str, ...], bool]]]:
    """Give the words of the types with what they mean, by their first word without marks; longer ones come first."""
    types: dict[str, list[tuple[tuple[Word, ...], tuple[str, ...], bool]]] = {}
    for number, (text, meant) in enumerate(TYPE_WORDS):
        words = fold_place(text).words
        types.setdefault(words[0][0], []).append((words, meant, number < SURE_TYPES))
    for found in types.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return types


@cache
def _list_locals() -> frozenset[Word]:
    words = [fold_place(text).words[0] for text in LOCAL_WORDS]
    return frozenset([*words, *((base, "") for base, _ in words if len(base) > 1)])


def _starts_with(words: tuple[Word, ...], start: tuple[Word, ...]) -> bool:
    head = words[: len(start)]
    return len(words) > len(start) and (head == start or head == tuple((base, "") for base, _ in start))


def split_type(words: tuple[Word, ...]) -> tuple[tuple[Word, ...], tuple[str, ...], bool]:
    """Give the name without the type before it, the types meant, and whether the type was a whole word.

    Without a type the words come back with no types. A type letter before a number is one only for Phường and Quận:
    "X 2" is a hamlet.
    """
    for start, types, sure in _list_types().get(words[0][0], ()) if words else ():
        if _starts_with(words, start):
            rest = words[len(start) :]
            numbered = types[0] in ("Phường", "Quận", "Thị trấn", "Xã") and (sure or start[0][0] in "PQF")
            if rest[0][0].isdigit() and not numbered:
                continue
            return rest, types, sure
    return words, (), False


def is_local(words: tuple[Word, ...]) -> bool:
    """Tell whether the words are a hamlet, a street or a house: by their first word, or by a number in front."""
    return not words or words[0] in _list_locals() or words[0][0][:1].isdigit()


def drop_local(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Give what stands behind a numbered hamlet: "Tổ 5 Hải Anh" leaves Hải Anh; else nothing."""
    if len(words) > 3 and words[0] in _list_locals() and words[1][0].isdigit() and not words[2][0].isdigit():
        return words[2:]
    return ()


def split_pieces(text: str) -> list[str]:
    """Give the pieces of an address between commas, brackets and line breaks, in their order."""
    return [piece for part in _SPLIT.split(text) if (piece := part.strip(" .-–:"))]


def split_further(piece: str) -> list[str]:
    """Give the parts of a piece that is no unit as a whole: at dashes, else before the type words inside it."""
    parts = [part.strip() for part in _DASH.split(piece) if part.strip()]
    if len(parts) > 1:
        return parts
    pattern = _INNER_PLAIN if piece.isascii() else _INNER_TYPE
    parts = [part.strip() for part in pattern.split(piece) if part.strip()]
    if len(parts) == 1 and pattern is _INNER_PLAIN:
        parts = [part.strip() for part in _INNER_TYPE.split(piece) if part.strip()]
    return parts
