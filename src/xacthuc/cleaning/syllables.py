"""The Vietnamese syllable: which there can be, and where its tone mark stands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook above, tilde, dot below
VOWELS = "aăâeêioôơuưy"

_ONSET_TEXT = "b c ch d đ g gh h k kh l m n ng ngh nh p ph r s t th tr v x"
# After onset and without tone. The rimes with oo are left out: no Vietnamese name has them, and in Telex they are ô.
_RIME_TEXT = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăp oăt oc oe oem oen oeo oet
    oi om on ong op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt ơng
    u ua uân uâng uât uây uc uê uêch uênh uêu ui um un ung uôc uôi uôm uôn uông uôt up ut uơ
    uy uya uych uyn uynh uyp uyt uyu uyên uyêt
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
"""
_BARE_Y_TEXT = "y yêm yên yêng yêt yêu"  # what may begin with y
_ONSETS = frozenset(_ONSET_TEXT.split()) | {""}
_RIMES = frozenset(_RIME_TEXT.split())
_BARE_Y = frozenset(_BARE_Y_TEXT.split())
_FRONT = "eêiy"
_STOPS = ("c", "ch", "p", "t")
_NUCLEUS = re.compile(f"([{VOWELS}]+)(.*)")
_STRIP = {ord(tone): None for tone in TONES}
_MARKED = "ăâêôơư"


@dataclass(frozen=True)
class Syllable:
    """A word taken apart: letters in lower case without the tone, and the tone as a combining mark ("" if level)."""

    onset: str
    rime: str
    tone: str


@lru_cache(maxsize=1 << 15)
def split_syllable(word: str) -> Syllable | None:
    """Take a word apart into onset, rime and tone; None where it has two tones or nothing to carry one.

    Does not check that such a syllable exists: see `is_syllable`.
    """
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in decomposed if letter in TONES]
    if len(tones) > 1:
        return None
    plain = unicodedata.normalize("NFC", decomposed.translate(_STRIP))
    onset = _find_onset(plain)
    rime = plain[len(onset) :]
    match = _NUCLEUS.fullmatch(rime)
    if match is None or not (match.group(2).isalpha() or match.group(2) == ""):
        return None
    return Syllable(onset, rime, tones[0] if tones else "")


def _find_onset(plain: str) -> str:
    if len(plain) > 2 and plain[:2] in ("qu", "gi") and plain[2] in VOWELS:
        return plain[:2]
    length = 0
    while length < len(plain) and plain[length] not in VOWELS:
        length += 1
    return plain[:length]


@lru_cache(maxsize=1 << 15)
def is_syllable(word: str) -> bool:
    """Tell whether the word is spelt as a Vietnamese syllable may be, marks and tone included."""
    syllable = split_syllable(word)
    if syllable is None or not _is_spelt(syllable.onset, syllable.rime):
        return False
    match = _NUCLEUS.fullmatch(syllable.rime)
    assert match is not None
    stopped = match.group(2) in _STOPS
    return not stopped or syllable.tone in ("\u0301", "\u0323")


def _is_spelt(onset: str, rime: str) -> bool:
    if onset == "qu":
        return rime == "ơi" or (
            rime[0] not in "oưu"
            and any(form in _RIMES for form in ("u" + rime, "o" + rime, "u" + rime.replace("i", "y", 1)))
        )
    if onset == "gi":
        return rime in _RIMES or "i" + rime in _RIMES
    if onset not in _ONSETS:
        return False
    if rime[0] == "y":
        return rime in _BARE_Y if onset == "" else rime == "y" and onset not in ("c", "g", "ng")
    if onset in ("c", "g", "ng") and rime[0] in _FRONT and (onset, rime[0]) != ("g", "i"):
        return False
    if onset in ("k", "gh", "ngh") and rime[0] not in _FRONT:
        return False
    return rime in _RIMES


@lru_cache(maxsize=1 << 15)
def place_tone(word: str) -> str:
    """Give the word in NFC with its tone mark in the old place (Hòa, Thúy, Quý), as official lists of 2021 mostly do.

    A word that is no Vietnamese syllable comes back in NFC as it is; case is kept letter by letter.
    """
    composed = unicodedata.normalize("NFC", word)
    if composed.isascii():
        return composed
    syllable = split_syllable(composed)
    if syllable is None or not syllable.tone or not _is_spelt(syllable.onset, syllable.rime):
        return composed
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", composed).translate(_STRIP))
    if len(plain) != len(syllable.onset) + len(syllable.rime):
        return composed
    at = len(syllable.onset) + find_tone_place(syllable.rime)
    return plain[:at] + unicodedata.normalize("NFC", plain[at] + syllable.tone) + plain[at + 1 :]


def find_tone_place(rime: str) -> int:
    """Give the index of the letter of the rime that carries the tone in the old style."""
    match = _NUCLEUS.fullmatch(rime)
    assert match is not None, "a rime begins with a vowel"
    nucleus, coda = match.groups()
    marked = [at for at, letter in enumerate(nucleus) if letter in _MARKED]
    if marked:
        return marked[-1]
    if coda:
        return len(nucleus) - 1
    return 1 if len(nucleus) > 2 else 0
