"""Letters that look right on the screen and are not: eth for Đ, Ƣ for Ư, Cyrillic among Latin, full-width forms."""

from __future__ import annotations

import re
import unicodedata

from xacthuc.cleaning.syllables import is_syllable

# What fonts, scanners and old programs put in place of a Vietnamese letter.
_STAND_INS = str.maketrans("ÐðƉɖƢƣǍǎǑǒǓǔ", "ĐđĐđƯưĂăƠơƯư")
_LATIN_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo",
)
_WIDE = re.compile("[\uff01-\uff5e\ufb00-\ufb06]+")
_SUSPECT = re.compile("[ÐðƉɖƢƣǍǎǑǒǓǔ\u0370-\u03ff\u0400-\u04ff\uff01-\uff5e\ufb00-\ufb06]")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_TWIN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")


def mend_lookalikes(text: str) -> str:
    """Give the text with stand-ins replaced where that makes a syllable, and twins where scripts mix in a word."""
    if not _SUSPECT.search(text):
        return text
    text = _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    return _WORD.sub(_mend_word, unicodedata.normalize("NFC", text))


def _mend_word(match: re.Match[str]) -> str:
    word = match.group()
    if _TWIN.search(word) and _LATIN.search(word):
        word = word.translate(_LATIN_TWINS)
    mended = word.translate(_STAND_INS)
    return mended if mended != word and is_syllable(mended) else word
