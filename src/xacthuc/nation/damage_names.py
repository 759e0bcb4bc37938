"""What clerks do to names: every function takes a name in NFC and gives it damaged, or None where it cannot."""

from __future__ import annotations

import re
import unicodedata

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.legacy_fonts import write_tcvn3, write_telex, write_vni

_FAMILY_NAMES = """
Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Trương Đinh Trịnh Đoàn Mai Lâm Tô Cao Văn Lưu
Hà Tăng Thái Tạ Quách Châu Lương Hứa Vương Đào Phùng Kiều La Tống Triệu Nông Giàng Sùng Y Kim Thạch Sơn Danh
"""
FAMILY_NAMES = frozenset(_FAMILY_NAMES.split())
_CLEAR = "Nguyễn Trần Lê Phạm Phan Võ Đặng Bùi Đỗ Ngô Huỳnh Trương Trịnh Đoàn"
CLEAR_FAMILY_NAMES = frozenset(_CLEAR.split())  # seldom anything but a family name
TONES = "\u0300\u0301\u0309\u0303\u0323"
NICKNAMES = ("Tèo", "Cu Tí", "Bé Ba", "Út", "Mén", "Hai Lúa", "Sáu", "Cu", "Bống", "Tám")
RELATIONS = ("vợ a. Tuấn", "con ô. Ba", "con bà Bảy", "chồng c. Lan", "cháu ô. Năm", "mẹ Tí")
VARIANTS = (
    ("Hoàng", "Huỳnh"),
    ("Vũ", "Võ"),
    ("Phúc", "Phước"),
    ("Bảo", "Bửu"),
    ("Nhân", "Nhơn"),
    ("Chính", "Chánh"),
    ("Tùng", "Tòng"),
    ("Thịnh", "Thạnh"),
    ("Cảnh", "Kiểng"),
    ("Sinh", "Sanh"),
    ("Lĩnh", "Lãnh"),
    ("Trường", "Tràng"),
    ("Đan", "Đơn"),
    ("Cương", "Cang"),
    ("Vạn", "Vọng"),
    ("Nhậm", "Nhiệm"),
)
CONFUSED = (   # letters that sound alike, by region, and neighbours on the keyboard
    ("n", "l"), ("l", "n"), ("ch", "tr"), ("tr", "ch"), ("s", "x"), ("x", "s"), ("d", "gi"), ("gi", "d"), ("v", "d"),
    ("ng", "n"), ("n", "ng"), ("t", "c"), ("c", "t"), ("h", "j"), ("n", "m"), ("i", "o"), ("u", "i"), ("g", "h"),
)  # fmt: skip
_IY = re.compile(r"(?<=^[hklmstHKLMST])[yỳýỷỹỵiìíỉĩị]$|(?<=^[Qq]u)[yỳýỷỹỵiìíỉĩị]$")
_PLACED = re.compile(
    f"^(?P<head>.*?)(?P<first>[ou])(?P<one>[{TONES}])?(?P<second>[aey])(?P<two>[{TONES}])?$", re.IGNORECASE
)


def lose_marks(name: str, rng: Chance) -> str | None:
    """Lose all marks, one time in three in capitals; None where there are none."""
    plain = strip_marks(name)
    if plain == unicodedata.normalize("NFC", name):
        return None
    return plain.upper() if rng.random() < 1 / 3 else plain


def mistype(name: str, rng: Chance) -> str | None:
    """Make one mistake of hand or ear: a letter lost, doubled, exchanged or confused, or one mark wrong or lost."""
    ways = (
        _lose_letter,
        _double_letter,
        _exchange_letters,
        _confuse_letters,
        _change_tone,
        _change_tone,
        _lose_one_mark,
    )
    for _ in range(12):
        damaged = pick(ways, rng)(name, rng)
        if damaged is not None and damaged != name and normal_name(damaged) != normal_name(name):
            return damaged
    return None


def leave_out_word(name: str, rng: Chance) -> str | None:
    """Leave out the middle name, or the family name one time in five; None for names of two words or fewer."""
    words = name.split()
    if len(words) < 3:
        return None
    if rng.random() < 0.2:
        return " ".join(words[1:])
    return f"{words[0]} {words[-1]}"


def abbreviate(name: str, rng: Chance) -> str | None:
    """Shorten the family name (Ng.) or the middle names (T.); None for names of one word."""
    words = name.split()
    if len(words) < 2:
        return None
    if len(words) == 2 or rng.random() < 0.35:
        short = "Ng" if words[0].startswith("Ng") else words[0][0]
        return " ".join([short + pick((".", ".", ""), rng), *words[1:]])
    return " ".join([words[0], *(word[0] + "." for word in words[1:-1]), words[-1]])


def put_given_first(name: str, rng: Chance) -> str | None:
    """Write the given name first; without a comma only where the family name still shows the order."""
    *front, given = name.split() or [""]
    if not front:
        return None
    marked = len(front) > 1 and front[1] in ("Thị", "Văn")
    shows = len(front) > 1 and (front[0] in CLEAR_FAMILY_NAMES or (marked and front[0] in FAMILY_NAMES))
    shows = shows and given not in FAMILY_NAMES
    comma = "" if shows and rng.random() < 0.5 else ","
    return f"{given}{comma} {' '.join(front)}"


def add_nickname(name: str, rng: Chance) -> str | None:
    """Add a nickname or a relation in brackets."""
    return f"{name} ({pick(NICKNAMES if rng.random() < 0.6 else RELATIONS, rng)})" if name else None


def use_variant_word(name: str, rng: Chance) -> str | None:
    """Write one word as the other region does (Hoàng / Huỳnh, Vũ / Võ, Phúc / Phước ...)."""
    pairs = {a: b for a, b in VARIANTS} | {b: a for a, b in VARIANTS}
    words = name.split()
    places = [index for index, word in enumerate(words) if word in pairs]
    if not places:
        return None
    place = pick(places, rng)
    words[place] = pairs[words[place]]
    return " ".join(words)


def exchange_i_and_y(name: str, rng: Chance) -> str | None:
    """Write i for y, or y for i, at the end of a word (Lý / Lí, Mỹ / Mĩ, Quý / Quí); None where no word has it."""
    words = name.split()
    places = [index for index, word in enumerate(words) if _exchange_iy(word) != word]
    if not places:
        return None
    place = pick(places, rng)
    words[place] = _exchange_iy(words[place])
    return " ".join(words)


def move_tone(name: str, rng: Chance) -> str | None:
    """Use the other placement of the tone (Hoà / Hòa, Thuý / Thúy); None where no word has two."""
    words = name.split()
    places = [index for index, word in enumerate(words) if place_tone_otherwise(word) != word]
    if not places:
        return None
    place = pick(places, rng)
    words[place] = place_tone_otherwise(words[place])
    return " ".join(words)


def decompose(name: str, _rng: Chance) -> str | None:
    """Write decomposed Unicode; None where nothing decomposes."""
    damaged = unicodedata.normalize("NFD", name)
    return damaged if damaged != name else None


def leave_telex(name: str, rng: Chance) -> str | None:
    """Leave one word in Telex keystrokes; None where no word has a mark."""
    words = name.split()
    places = [index for index, word in enumerate(words) if write_telex(word) != word]
    if not places:
        return None
    place = pick(places, rng)
    words[place] = write_telex(words[place])
    return " ".join(words)


def spoil_space_or_case(name: str, rng: Chance) -> str | None:
    """Spoil blanks or case: doubled, leading, trailing or no-break blanks, all small or all capital letters."""
    ways = (
        name.replace(" ", "  ", 1), f" {name}", f"{name} ", f"{name}\u00a0", name.replace(" ", "\u00a0"),
        name.lower(), name.upper(),
    )  # fmt: skip
    changed = [way for way in ways if way != name]
    return pick(changed, rng) if changed else None


def use_capitals(name: str, _rng: Chance) -> str | None:
    """Write all in capitals; None where it is so already."""
    return name.upper() if name.upper() != name else None


def use_tcvn3(name: str, _rng: Chance) -> str | None:
    """Write the characters of a TCVN3 font; None where they are the same."""
    damaged = write_tcvn3(name)
    return damaged if damaged != name else None


def use_vni(name: str, _rng: Chance) -> str | None:
    """Write the characters of a VNI font; None where they are the same."""
    damaged = write_vni(name)
    return damaged if damaged != name else None


def strip_marks(text: str) -> str:
    """Give the text without any mark, đ as d."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def normal_name(name: str) -> str:
    """Give a name as names compare: NFC, one placement of tones, case and blanks levelled."""
    words = unicodedata.normalize("NFC", name).replace("\u00a0", " ").lower().split()
    return " ".join(_place_tone(word, late=False) for word in words)


def place_tone_otherwise(word: str) -> str:
    """Give a syllable with its tone on the other vowel of a final oa, oe, uy; unchanged where there is no choice."""
    early = _place_tone(word, late=False)
    return _place_tone(word, late=True) if early == unicodedata.normalize("NFC", word) else early


def _place_tone(word: str, *, late: bool) -> str:
    found = _PLACED.match(_tones_last(word))
    if not found or found["head"][-1:].lower() == "q":
        return unicodedata.normalize("NFC", word)
    if (found["first"] + found["second"]).lower() not in ("oa", "oe", "uy"):
        return unicodedata.normalize("NFC", word)
    tone = found["one"] or found["two"] or ""
    ending = found["first"] + found["second"] + tone if late else found["first"] + tone + found["second"]
    return unicodedata.normalize("NFC", found["head"] + ending)


def _tones_last(word: str) -> str:
    parts = []
    for letter in unicodedata.normalize("NFC", word):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        tone = "".join(mark for mark in marks if mark in TONES)
        parts.append(unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in TONES)) + tone)
    return "".join(parts)


def _exchange_iy(word: str) -> str:
    found = _IY.search(word)
    if not found:
        return word
    letter = unicodedata.normalize("NFD", found[0])
    other = letter.replace("y", "\0").replace("i", "y").replace("\0", "i")
    return word[: found.start()] + unicodedata.normalize("NFC", other)


def _letter_places(name: str) -> list[int]:
    return [index for index in range(1, len(name) - 1) if name[index].isalpha() and name[index].islower()]


def _lose_letter(name: str, rng: Chance) -> str | None:
    places = _letter_places(name)
    place = pick(places, rng) if places else None
    return name[:place] + name[place + 1 :] if place is not None else None


def _double_letter(name: str, rng: Chance) -> str | None:
    places = _letter_places(name)
    place = pick(places, rng) if places else None
    return name[: place + 1] + name[place:] if place is not None else None


def _exchange_letters(name: str, rng: Chance) -> str | None:
    places = [index for index in _letter_places(name) if name[index + 1].isalpha() and name[index] != name[index + 1]]
    if not places:
        return None
    place = pick(places, rng)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _confuse_letters(name: str, rng: Chance) -> str | None:
    found = [(m.start(), old, new) for old, new in CONFUSED for m in re.finditer(re.escape(old), name.lower())]
    if not found:
        return None
    place, old, new = pick(found, rng)
    first = name[place].isupper()
    return name[:place] + (new.capitalize() if first else new) + name[place + len(old) :]


def _change_tone(name: str, rng: Chance) -> str | None:
    parts = unicodedata.normalize("NFD", name)
    places = [index for index, letter in enumerate(parts) if letter in TONES]
    if not places:
        return None
    place = pick(places, rng)
    other = pick([tone for tone in TONES if tone != parts[place]], rng)
    return unicodedata.normalize("NFC", parts[:place] + other + parts[place + 1 :])


def _lose_one_mark(name: str, rng: Chance) -> str | None:
    parts = unicodedata.normalize("NFD", name)
    places = [index for index, letter in enumerate(parts) if unicodedata.combining(letter)]
    if not places:
        return None
    place = pick(places, rng)
    return unicodedata.normalize("NFC", parts[:place] + parts[place + 1 :])
