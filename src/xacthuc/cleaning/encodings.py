"""Text typed in another encoding than Unicode, restored where only one reading makes sense.

Clerks' files hold TCVN3 (the .VnTime fonts), VNI, VISCII, VPS and the Windows code page 1258, each read as if it were
Latin-1, and UTF-8 read as Latin-1, once or twice. The tables come from viparse (MIT) and the Python codec.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from viparse.normalize.encodings import get_charmap

from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.lookalikes import mend_lookalikes
from xacthuc.cleaning.syllables import is_syllable, place_tone

ENCODINGS = ("tcvn3", "vni", "viscii", "vps", "cp1258")  # in the order in which clerks used them
# Of these two words must be wrong as they stand, and two known when read so: they read ordinary signs ("K²") as
# letters, and a slip in one word (NGÕC) as another word.
_RARE = ("viscii", "vps", "cp1258")
MOJIBAKE_ROUNDS = 3  # UTF-8 read as Latin-1, saved, and read so again; more was never seen

_C1 = {
    bytes([code]).decode("cp1252"): chr(code)
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_TO_LATIN1 = str.maketrans(_C1)
_MARKS = "[\x80\x81\x82\x83\x86\x89\x9b\xa3€‚ƒ†‰›]"
_TRAIL = "[\x80-\xbf" + re.escape("".join(_C1)) + "]"
# Leads of Vietnamese letters only; of the marks that combine, only theirs ("TRÍ" and a no-break space is no mark).
_UTF8 = re.compile(f"[\xc2-\xc6]{_TRAIL}|\xcc{_MARKS}|[\xe1\xe2]{_TRAIL}{_TRAIL}")
_LOST_A = re.compile(r"(\w*)\xc3( +|$)(\w*)")
_WORD = re.compile(r"[^\s\d.,;:/()+|\"\[\]*?!_'’-]+")
_BLANKS = re.compile(r"[\s\u00a0\u2007\u202f\u3000]+")
_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad]"
)
_SUSPECT = re.compile("[\x80-\xff" + re.escape("".join(_C1)) + "\u0100-\u0111\u0128\u0129\u0168\u0169\u01a0-\u01b0]")
# Latin-1 has no room for these: a text that holds one was not typed in a one-byte encoding.
_BEYOND = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0-\u01b0\u0300-\u0323\u1ea0-\u1ef9]")
# Whatever is not ASCII or a letter that Vietnamese writes.
UNUSUAL = "[^\x20-\x7eÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]"
_UNUSUAL = re.compile(UNUSUAL)
_VNI_EXTRA = {"aú": "ẳ", "AÚ": "Ẳ", "î": "ỵ", "Î": "Ỵ"}  # VNI-Windows, absent from viparse's table


@dataclass(frozen=True)
class Restored:
    """A text after restoring, and what it took."""

    text: str
    encoding: str | None = None  # "utf8" for mojibake, "lookalike", one of ENCODINGS, or None
    unsure: bool = False  # it looks like another encoding, but more than one reading makes sense
    blanks: bool = False  # blanks or invisible characters were mended
    composed: bool = False  # it was not in NFC


def restore_text(text: str, *, encoding: str | None = None) -> str:
    """Give the text in NFC with its encoding repaired, blanks single and invisible characters gone.

    `encoding` is what the sheet or column is known to be typed in (`find_encoding`); without it only texts that make
    sense in one way are changed. Case is kept. Does not check that the words mean anything.
    """
    return restore(text, encoding=encoding).text


def restore(text: str, *, encoding: str | None = None) -> Restored:
    """Do as `restore_text` and tell what was done."""
    if is_settled(text):
        clean = " ".join(text.split())
        return Restored(text=clean, blanks=clean != text)
    restored = _restore_once(text, encoding=encoding)
    for _ in range(MOJIBAKE_ROUNDS):
        again = _restore_once(restored.text, encoding=None)
        if again.text == restored.text:
            break
        restored = replace(again, encoding=restored.encoding or again.encoding, blanks=restored.blanks or again.blanks)
    return restored


def is_settled(text: str) -> bool:
    """Tell whether a text can only be Unicode: printable ASCII, and composed letters of which one is beyond Latin-1."""
    return _UNUSUAL.search(text) is None and (text.isascii() or _BEYOND.search(text) is not None)


def _restore_once(text: str, *, encoding: str | None) -> Restored:
    repaired = repair_mojibake(text)
    used = "utf8" if repaired != text else None
    unsure = False
    if used is None and not repaired.isascii():
        found, unsure = choose_encoding(repaired, encoding=encoding)
        if found is not None:
            repaired, used = decode_legacy(repaired, found), found
    mended = mend_lookalikes(repaired)
    if mended != repaired:
        repaired, used, unsure = mended, used or "lookalike", False
    composed = unicodedata.normalize("NFC", repaired)
    clean = _BLANKS.sub(" ", _INVISIBLE.sub("", composed)).strip()
    return Restored(
        text=clean,
        encoding=used,
        unsure=unsure,
        blanks=clean != composed,
        composed=used is None and composed != repaired,
    )


def repair_mojibake(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1 or Windows-1252, up to MOJIBAKE_ROUNDS times; leave other text as it is."""
    for _ in range(MOJIBAKE_ROUNDS):
        repaired = _UTF8.sub(_decode_utf8, text)
        if repaired == text:
            break
        # A no-break space inside a letter ("Ã\xa0" is à) may have become a blank on the way.
        text = _LOST_A.sub(_restore_lost_a, repaired)
    return text


def _decode_utf8(match: re.Match[str]) -> str:
    found = match.group()
    try:
        letter = found.translate(_TO_LATIN1).encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return found
    known = (
        letter.isalpha()
        or unicodedata.combining(letter)
        or letter in "\xa0\u00ad\u2013\u2014\u2018\u2019\u201c\u201d\u2026"
    )
    halfway = letter in _C1 or "\x80" <= letter <= "\xff"  # the first of two rounds
    return letter if known or halfway else found


def _restore_lost_a(match: re.Match[str]) -> str:
    before, blanks, after = match.groups()
    if not blanks:
        return before + ("à" if is_syllable(before + "à") else "Ã")
    if len(blanks) == 1 and is_syllable(before + "à" + after):
        return f"{before}à{after}"
    return f"{before}à{' ' * max(1, len(blanks) - 1)}{after}"


def choose_encoding(text: str, *, encoding: str | None = None) -> tuple[str | None, bool]:
    """Give the one legacy encoding in which the text makes sense (None: leave it), and whether that is unsure.

    A text makes sense where each word with a letter beyond ASCII is a Vietnamese syllable in one case.
    """
    if _BEYOND.search(unicodedata.normalize("NFC", text)) or not _SUSPECT.search(text):
        return None, False
    as_is = _judge(text)
    if encoding in ENCODINGS:
        hinted = decode_legacy(text, encoding)
        if hinted != text and _beats(_judge(hinted), as_is, hinted=True):
            return encoding, False
    if as_is.wrong == 0:
        return None, False
    readings = {name: decode_legacy(text, name) for name in ENCODINGS}
    scores = {name: _judge(reading) for name, reading in readings.items() if reading != text}
    good = {
        name: score
        for name, score in scores.items()
        if _beats(score, as_is, hinted=False) and (name not in _RARE or (score.known > 1 and as_is.wrong > 1))
    }
    if not good:
        return None, False
    best = max((-score.wrong, score.known) for score in good.values())
    leaders = [name for name in ENCODINGS if name in good and (-good[name].wrong, good[name].known) == best]
    if len({readings[name] for name in leaders}) > 1:
        return None, True
    return leaders[0], False


@dataclass(frozen=True)
class _Score:
    wrong: int  # words with letters beyond ASCII that are no Vietnamese syllable
    right: int
    known: int  # of the right ones, those that names and forms use


def _judge(text: str) -> _Score:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    right = [word for word in words if _makes_sense(word)]
    known = load_lexicon().words
    return _Score(len(words) - len(right), len(right), sum(place_tone(word).capitalize() in known for word in right))


def _makes_sense(word: str) -> bool:
    # TCVN3 has small accented letters only, so a small letter among capitals is as it should be; the reverse is not.
    inner = word[1:]
    jumps = not word.isupper() and any(letter.isupper() and not letter.isascii() for letter in inner)
    if jumps and any(letter.islower() and letter.isascii() for letter in word):
        return False
    return is_syllable(word)


def _beats(score: _Score, as_is: _Score, *, hinted: bool) -> bool:
    if hinted:
        return score.wrong < as_is.wrong or (
            score.wrong == as_is.wrong and score.right > 0 and score.known >= as_is.known
        )
    # A lone foreign word (Bjørn) may happen to give a syllable: one word must be known, or two right. A misspelt word
    # beside a known one stays wrong in each encoding.
    if score.wrong:
        return score.wrong < as_is.wrong and score.known > 0 and score.right >= score.wrong
    return as_is.wrong > 0 and (score.known > 0 or score.right > 1)


def find_encoding(texts: Iterable[str]) -> str | None:
    """Give the legacy encoding that most telling texts of a sheet or column are typed in; None for Unicode.

    A text is telling if it makes sense in one reading only. At least three must agree, and outnumber Unicode ones.
    """
    votes: Counter[str | None] = Counter()
    for text in texts:
        if text.isascii():
            continue
        if _BEYOND.search(unicodedata.normalize("NFC", text)):
            votes[None] += 1
            continue
        found, _ = choose_encoding(text)
        if found is not None:
            votes[found] += 1
    if not votes:
        return None
    encoding, count = max(votes.items(), key=lambda item: (item[1], item[0] is None, item[0] or ""))
    return encoding if count >= 3 else None


def decode_legacy(text: str, encoding: str) -> str:
    """Read a text that was typed in one of ENCODINGS and shown as Latin-1; case is mended within a word.

    Characters that the encoding does not have stay.
    """
    assert encoding in ENCODINGS, f"no such encoding: {encoding}"
    if encoding == "cp1258":
        decoded = _decode_cp1258(text)
    else:
        if encoding in ("viscii", "vps"):
            text = text.translate(_TO_LATIN1)
        table, pattern = _load_table(encoding)
        decoded = pattern.sub(lambda match: table[match.group()], text)
    decoded = unicodedata.normalize("NFC", decoded)
    return _WORD.sub(_mend_case, decoded) if encoding == "tcvn3" else decoded


def _mend_case(match: re.Match[str]) -> str:
    word = match.group()
    ascii_letters = [letter for letter in word if letter.isascii() and letter.isalpha()]
    capitals = sum(letter.isupper() for letter in ascii_letters)
    if capitals == len(ascii_letters) >= 1 and (len(ascii_letters) > 1 or word[0] not in ascii_letters):
        return word.upper()
    return word


def _decode_cp1258(text: str) -> str:
    out = []
    for letter in text.translate(_TO_LATIN1):
        try:
            out.append(letter.encode("latin-1").decode("cp1258"))
        except UnicodeError:
            out.append(letter)
    return "".join(out)


@cache
def _load_table(encoding: str) -> tuple[dict[str, str], re.Pattern[str]]:
    charmap = get_charmap(encoding)
    assert charmap is not None, f"viparse has no table {encoding}"
    table = dict(charmap.pairs) | (_VNI_EXTRA if encoding == "vni" else {})
    longest_first = sorted(table, key=len, reverse=True)
    return table, re.compile("|".join(map(re.escape, longest_first)))


def has_letter_beyond_latin1(text: str) -> bool:
    """Tell whether a text in NFC holds a Vietnamese letter that no one-byte encoding read as Latin-1 could show."""
    return _BEYOND.search(text) is not None
