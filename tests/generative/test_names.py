"""Names of all kinds, made up: cleaning never raises, is done in one pass, says the same by column as one by one."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from xacthuc.cleaning.encodings import restore_text
from xacthuc.cleaning.lexicon import load_lexicon
from xacthuc.cleaning.marks import make_base_key, make_fold_key, make_name_key
from xacthuc.cleaning.names import clean_name, clean_names
from xacthuc.cleaning.one_name import FINDINGS

WORDS = sorted(load_lexicon().names)
CLUTTER = [
    "(Bé Ba)", "con bà Tám", "vợ", "ông", "Ông", "Mr.", "1.", "-", "+", "và", ",", "Ng.", "T", "V.", "2", "Nguyeenx",
    "D9u71c", "Lee", "H'Hen", "Jean-Pierre", "Hồng-Vân", "NguyÔn", "ThÞ", "Thá»‹", "Ðình", "Müller", "Путин", "王",
    "\u00a0", "\n", "(", "?", "không có", "Anh", "Van", "Thi",
]  # fmt: skip
FORMS = [
    str,
    str.upper,
    str.lower,
    str.swapcase,
    lambda word: unicodedata.normalize("NFD", word),
    lambda word: word[:-1],
    lambda word: word + ",",
]

a_word = st.builds(lambda word, form: form(word), st.sampled_from(WORDS), st.sampled_from(FORMS)) | st.sampled_from(
    CLUTTER
)
a_name = st.lists(a_word, min_size=1, max_size=6).flatmap(
    lambda words: st.sampled_from([" ", " ", " ", "  ", "\t"]).map(lambda blank: blank.join(words))
)
anything = a_name | st.text(max_size=40)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_cleaning_a_clean_name_changes_nothing(text: str) -> None:
    once = clean_name(text)
    if once.name is not None:
        twice = clean_name(once.name)
        assert (twice.name, twice.key, twice.fold) == (once.name, once.key, once.fold)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_keys_are_ascii_and_agree(text: str) -> None:
    cleaned = clean_name(text)
    assert set(cleaned.findings) <= set(FINDINGS)
    if cleaned.key is not None:
        assert cleaned.name is not None
        assert re.fullmatch(r"[A-Z][A-Za-z]*(<[A-Z][A-Za-z]*)*", cleaned.key)
        assert cleaned.key == make_name_key(cleaned.name)
        assert cleaned.fold == make_fold_key(cleaned.key)
        assert make_base_key(cleaned.key) == "".join(letter for letter in cleaned.key if not letter.islower())


@settings(max_examples=150, deadline=None)
@given(st.lists(anything | st.none(), max_size=12), st.sampled_from([None, None, "tcvn3", "vni"]))
def test_a_column_says_the_same_as_its_cells(texts: list[str | None], encoding: str | None) -> None:
    column = clean_names(pa.array(texts, pa.string()), encoding=encoding)
    for row, text in enumerate(texts):
        cell = clean_name(text, encoding=encoding)
        got = (
            column.name[row].as_py(),
            column.name_key[row].as_py(),
            column.name_fold[row].as_py(),
            column.get_findings(row),
        )
        assert got == (cell.name, cell.key, cell.fold, cell.findings)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_restored_text_is_composed_trimmed_and_stays(text: str) -> None:
    once = restore_text(text)
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert "  " not in once
    assert restore_text(once) == once


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_blanks_case_and_normal_form_do_not_change_the_key(words: list[str]) -> None:
    name = " ".join(words)
    key = make_name_key(name)
    for form in (name.upper(), name.lower(), unicodedata.normalize("NFD", name), name.replace(" ", " \u00a0 ")):
        assert make_name_key(form) == key
