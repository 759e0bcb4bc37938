"""Identity numbers: 12 digits, the old 9 digits (CMND), passports; what is wrong with the others.

A repair is made only where nothing else could be meant: a zero that a spreadsheet dropped, the letter O for 0. A number
with a digit too few or too many is malformed; its digits are kept for the search of candidates, and nothing is assumed.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import (
    NO_TEXT,
    choose,
    cut,
    fold,
    is_true,
    map_columns,
    map_distinct,
    map_odd,
    no_text,
    put_back,
    text,
    trim,
)
from xacthuc.cleaning.fixed_width import are_digits, get_bytes, make_number

# Nobody's number.
JUNK = (*(digit * size for digit in "0123456789" for size in (9, 12)), "123456789", "012345678", "123456789012")

_SCIENTIFIC = re.compile(r"^\d+(?:[.,]\d+)?[eE]\+?\d{1,2}$")
_REMARK = re.compile(r"\([^)\d]*\)|\[[^\]\d]*\]")
_STRONG = re.compile(r"[;/,\n|+&]|\s-\s|(?<!\d)[^\W\d_]{2,}(?!\d)")
_WEAK = re.compile(r"[\s.\-_'’`´\"*:()\[\]]+")
_FLOAT = re.compile(r"(?<=\d)[.,]0+$")
_LIKE_DIGIT = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "i": "1"})
_LIKE_NUMBER = re.compile(r"^[\dOolIi]+$")
_PASSPORT = re.compile(
    r"^(?=(?:.*\d){5})(?=.*[A-Z])[A-Z]{1,3}[0-9]{5,9}[A-Z]?$|^(?=(?:.*\d){6})(?=.*[A-Z])[A-Z0-9]{8,9}$"
)
# Forms that a column is searched for; what they say is what the cell by itself would say.
_PLAIN_PASSPORT = "^[A-HJ-NP-Z][0-9]{7,8}$"
_GROUPED = "^(?:'[0-9]{12}|[0-9]{3}(?:[ .-][0-9]{3}){3})$"
_SIGNS = "^(?:[Ss]ố )?[ \u00a0]*'?(?:[0-9]{12}|[0-9]{9}|[0-9]{3}(?:[ .-][0-9]{3}){2})(?:[.,]0)?[ \u00a0]*$"
_NO_DIGIT = "[^0-9]+"
_TOLD_LENGTHS = pa.array([10, 11, 13], pa.int32())
_LABELS = re.compile(
    r"(?i)\b(?:cmnd|cmtnd|cmt|cccd|căn cước|can cuoc|hộ chiếu|ho chieu|passport)(?:\b|(?=\d))[.:]?"
    r"|\b(?:số|so|cc|hc|pp|no|id)\b[.:]?"
)


@dataclass(frozen=True)
class Numbers:
    """The columns that come of the identity numbers of one batch; all of one length."""

    number12: pa.Array
    number9: pa.Array
    passport: pa.Array
    digits: pa.Array
    state: pa.Array
    code: pa.Array  # finding of the cell, null where it was regular
    year: pa.Array  # year of birth that the 12-digit number tells
    sex: pa.Array  # M, F, likewise


@dataclass(frozen=True)
class NumberRead:
    """What one cell says; `doubtful` is a number that stands only if the birth year agrees with it."""

    number12: str | None = None
    number9: str | None = None
    passport: str | None = None
    digits: str | None = None
    state: str = "missing"
    code: str | None = None
    doubtful: bool = False


@cache
def load_forms() -> dict[str, Any]:
    """Give the dated forms of numbers, as written in numbers.toml beside this file."""
    return tomllib.loads((resources.files("xacthuc.cleaning") / "numbers.toml").read_text(encoding="utf-8"))


def clean_numbers(
    values: pa.Array, *, cmnd_first: str | None = None, own_key: bool = False, columns: int = 1
) -> Numbers:
    """Clean a column of identity numbers (text). `cmnd_first`: the first digit that most CMNDs of the sheet share.

    `columns`: how many columns of the sheet were joined with " ; ": to find two numbers there is nothing to report.

    `own_key`: the column holds another country's or register's key; it is kept as number12, compact and upper case.
    Source: Decree 137/2015, TT 07/2016/TT-BCA. Not checked here: agreement with birth date (people.py), sex (sexes.py).
    """
    if own_key:
        return _clean_own_keys(values)
    decimal, length = pc.ascii_is_decimal(values), pc.binary_length(values)
    twelve, nine = pc.and_(decimal, pc.equal(length, 12)), pc.and_(decimal, pc.equal(length, 9))
    usual = is_true(pc.and_(pc.or_(twelve, nine), pc.invert(pc.is_in(values, value_set=pa.array(JUNK)))))
    twelve, nine = pc.and_(usual, is_true(twelve)), pc.and_(usual, is_true(nine))
    number12, number9, passport, digits, state, code = map_columns(
        values,
        pc.and_(pc.is_valid(values), pc.invert(usual)),
        lambda some: _clean_unusual(some, cmnd_first=cmnd_first, joined=columns > 1),
        regular=(
            pc.if_else(twelve, values, None),
            pc.if_else(nine, values, None),
            None,
            None,
            pc.if_else(twelve, "twelve", pc.if_else(nine, "nine", "missing")),
            None,
        ),
    )
    year, sex, wrong = tell_birth(number12)
    return Numbers(number12, number9, passport, digits, state, pc.coalesce(code, wrong), year, sex)


def _clean_unusual(values: pa.Array, *, cmnd_first: str | None, joined: bool) -> tuple[pa.Array, ...]:
    """Give the columns of NumberRead for cells that are not just twelve or nine digits; the frequent forms at once."""
    if not joined:
        return _clean_written(values, cmnd_first=cmnd_first)
    head, tail = _divide_joined(values)
    answers = map_columns(
        values,
        pc.is_null(head),
        lambda some: _clean_written(some, cmnd_first=cmnd_first),
        regular=(head, tail, None, None, choose(pc.is_valid(head), "twelve"), None),
    )
    known = is_true(pc.is_in(answers[5], value_set=pa.array(["number_both", "number_punctuation"])))
    return (*answers[:5], pc.if_else(known, None, answers[5]))


def _clean_written(values: pa.Array, *, cmnd_first: str | None) -> tuple[pa.Array, ...]:
    """Give the columns of NumberRead for digits among signs and blanks, and for passports; the others one by one."""
    one, two, length = _find_lost_zeros(values)
    twelve, nine = _find_grouped(values)
    grouped = pc.or_(pc.is_valid(twelve), pc.is_valid(nine))
    twelve = pc.coalesce(one, two, twelve)
    passport = pc.if_else(pc.match_substring_regex(values, _PLAIN_PASSPORT), values, NO_TEXT)
    state = pc.coalesce(
        choose(pc.is_valid(twelve), "twelve"), choose(pc.is_valid(nine), "nine"), choose(length, "malformed"),
        text("passport"),
    )  # fmt: skip
    code = pc.coalesce(
        choose(pc.is_valid(one), "number_zero_restored"), choose(pc.is_valid(two), "number_zeros_restored"),
        choose(length, "number_length"), choose(grouped, "number_punctuation"),
    )  # fmt: skip
    return map_odd(
        values,
        pc.and_(pc.is_null(passport), pc.is_null(code)),
        lambda cell: _as_answer(read_number(cell, cmnd_first=cmnd_first)),
        width=6,
        regular=(twelve, nine, passport, pc.if_else(length, values, NO_TEXT), state, code),
    )


def _find_grouped(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Give the digits of "036 072 000 001", "'036072000001" and "162000001 ", twelve or nine; null for all others."""
    always = is_true(pc.match_substring_regex(values, _GROUPED))
    signs = is_true(pc.match_substring_regex(values, _SIGNS))
    bare = pc.replace_substring_regex(values, f"(?:[.,]0[ \u00a0]*$)|{_NO_DIGIT}", "")
    bare = pc.if_else(always, pc.replace_substring_regex(values, _NO_DIGIT, ""), bare)
    # Three zeros behind a dot can be decimals: only the reading of the cell by itself tells.
    right = pc.or_(always, pc.and_(signs, pc.invert(pc.ends_with(bare, "000"))))
    right = pc.and_(right, pc.invert(pc.is_in(bare, value_set=pa.array(JUNK))))
    twelve = pc.equal(pc.binary_length(bare), 12)
    return pc.if_else(pc.and_(right, twelve), bare, None), pc.if_else(pc.and_(right, pc.invert(twelve)), bare, None)


def _find_lost_zeros(values: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Give twelve digits for eleven and for ten that lack their first zeros; and which others have a wrong length.

    Only lengths are told at which nothing else is to be asked: ten, eleven, thirteen.
    """
    forms, digits = load_forms(), pc.binary_length(values)
    decimal = is_true(pc.and_(pc.ascii_is_decimal(values), pc.invert(pc.match_substring_regex(values, "^0*$"))))
    heads = [place + century for place in forms["places"]["provinces"] for century in forms["centuries"]]
    found = []
    for lost in (1, 2):
        short = pc.and_(decimal, pc.equal(digits, 12 - lost))
        head = pc.is_in(cut(values, 0, 4 - lost), value_set=_list_short_heads(heads, "0" * lost))
        right = pc.and_(pc.and_(short, head), pc.invert(pc.starts_with(values, "0")))
        zeros = pa.repeat(text("0" * lost), len(values))
        found.append(pc.if_else(is_true(right), pc.binary_join_element_wise(zeros, values, text("")), NO_TEXT))
    told = pc.and_(decimal, pc.is_in(digits, value_set=_TOLD_LENGTHS))
    wrong = pc.and_(told, pc.and_(pc.is_null(found[0]), pc.is_null(found[1])))
    return found[0], found[1], is_true(wrong)


def _list_short_heads(heads: list[str], zeros: str) -> pa.Array:
    return pa.array([head[len(zeros) :] for head in heads if head.startswith(zeros)], pa.string())


def _divide_joined(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Divide "036042000001 ; 162000001", two columns joined by the reading: twelve digits and nine, else nulls."""
    head, sign, tail = cut(values, 0, 12), cut(values, 12, 15), cut(values, 15, 24)
    right = pc.and_(pc.equal(pc.binary_length(values), 24), pc.equal(sign, " ; "))
    right = pc.and_(right, pc.and_(pc.ascii_is_decimal(head), pc.ascii_is_decimal(tail)))
    right = pc.and_(is_true(right), pc.invert(pc.is_in(tail, value_set=pa.array(JUNK))))
    return pc.if_else(right, head, None), pc.if_else(right, tail, None)


def withdraw_doubtful(numbers: Numbers, *, birth: pa.Array) -> Numbers:
    """Take back numbers whose two lost zeros were given back although the birth year does not bear them out."""
    doubtful = is_true(pc.equal(numbers.code, "number_zeros_restored"))
    if not pc.any(doubtful).as_py():
        return numbers
    agrees = is_true(pc.equal(numbers.year, pc.utf8_slice_codeunits(birth, 0, 4)))
    out = pc.and_(doubtful, pc.invert(agrees))
    return replace(
        numbers,
        number12=pc.if_else(out, None, numbers.number12),
        digits=pc.if_else(out, pc.utf8_slice_codeunits(numbers.number12, 2), numbers.digits),
        state=pc.if_else(out, "malformed", numbers.state),
        code=pc.if_else(out, "number_length", numbers.code),
        year=pc.if_else(out, None, numbers.year),
        sex=pc.if_else(out, None, numbers.sex),
    )


def read_number(text: str, *, cmnd_first: str | None = None) -> NumberRead:
    """Read one cell that holds, or should hold, an identity number."""
    plain = trim(_FLOAT.sub("", text.strip()))
    if is_placeholder(plain):
        return NumberRead(code="number_placeholder")
    if _SCIENTIFIC.match(plain.replace(" ", "")):
        return NumberRead(state="malformed", code="number_scientific")
    parts = _divide(text)
    reads = [_read_part(part, cmnd_first=cmnd_first) for part in parts]
    good = [read for read in reads if read.state in ("twelve", "nine", "passport")]
    if good:
        return _join(good, exact=len(parts) == 1 and parts[0] == text)
    bad = [read for read in reads if read.state == "malformed"]
    if bad:
        return bad[0]
    return NumberRead(code="number_placeholder")


def is_placeholder(text: str) -> bool:
    """Tell whether a cell says in words or signs that there is no number."""
    bare = fold(_REMARK.sub("", text)).strip(" .,;:!'\"")
    compact = _WEAK.sub("", bare)
    return not compact or bare in _placeholder_words() or compact in JUNK or set(compact) <= set("0x?/")


@lru_cache(maxsize=4096)
def place_is_known(number12: str) -> bool:
    """Tell whether the first three digits are a province, or lie where the countries' codes lie."""
    places = load_forms()["places"]
    return number12[:3] in places["provinces"] or number12[:3] >= places["first_country"]


def is_plausible_twelve(number12: str) -> bool:
    """Tell whether twelve digits can be a number of somebody born in Viet Nam before 2100."""
    forms = load_forms()
    return number12[:3] in forms["places"]["provinces"] and number12[3] in forms["centuries"]


@cache
def _placeholder_words() -> frozenset[str]:
    return frozenset(load_forms()["placeholders"]["words"])


def _divide(text: str) -> list[str]:
    """Divide a cell into its numbers: a remark goes, a label or a strong sign divides, blanks and dots do not."""
    plain = unicodedata.normalize("NFC", text).replace("\n", ";").replace("\r", ";")
    bare = trim(_LABELS.sub(";", _REMARK.sub(" ", plain)))
    pieces = [_FLOAT.sub("", piece.strip(" .")) for piece in _STRONG.split(bare)]
    parts: list[str] = []
    for piece in pieces:
        whole = _WEAK.sub("", piece)
        runs = [run for run in _WEAK.split(piece) if run]
        apart = {len(run) for run in runs} <= {9, 12} and len(runs) > 1
        parts.extend(runs if apart else [whole] if whole else [])
    return parts


def _read_part(part: str, *, cmnd_first: str | None) -> NumberRead:
    upper = part.upper()
    if part.isascii() and part.isdecimal():
        return _read_digits(part, cmnd_first=cmnd_first)
    if _LIKE_NUMBER.match(part) and sum(letter.isdecimal() for letter in part) >= 6:
        mended = part.translate(_LIKE_DIGIT)
        if len(mended) == 9 or (len(mended) == 12 and is_plausible_twelve(mended)):
            state = "nine" if len(mended) == 9 else "twelve"
            return replace(_of_form(mended), state=state, code="number_letters_mended")
    if upper.isascii() and _PASSPORT.match(upper):
        return NumberRead(passport=upper, state="passport")
    digits = "".join(letter for letter in part if letter.isascii() and letter.isdecimal())
    if len(digits) < 4:
        return NumberRead(code="number_placeholder")
    return NumberRead(digits=digits, state="malformed", code="number_letters")


def _read_digits(digits: str, *, cmnd_first: str | None) -> NumberRead:
    if digits in JUNK:
        return NumberRead(code="number_placeholder")
    if len(digits) in (9, 12):
        return _of_form(digits)
    if len(digits) == 11 and digits[0] != "0" and is_plausible_twelve("0" + digits):
        return replace(_of_form("0" + digits), code="number_zero_restored")
    if len(digits) == 10 and digits[0] != "0" and is_plausible_twelve("00" + digits):
        return replace(_of_form("00" + digits), code="number_zeros_restored", doubtful=True)
    if len(digits) == 8 and _lost_zero_of_nine(digits, cmnd_first=cmnd_first):
        return replace(_of_form("0" + digits), code="number_zero_restored")
    return NumberRead(digits=digits, state="malformed", code="number_length")


def _lost_zero_of_nine(digits: str, *, cmnd_first: str | None) -> bool:
    """Eight digits lost their zero unless the sheet's other CMNDs begin alike: then some other digit may be lacking."""
    zero_prefixes = load_forms()["cmnd"]["zero_prefixes"]
    return "0" + digits[0] in zero_prefixes and cmnd_first is not None and digits[0] != cmnd_first


def _of_form(digits: str) -> NumberRead:
    if len(digits) == 12:
        return NumberRead(number12=digits, state="twelve")
    return NumberRead(number9=digits, state="nine")


def _join(reads: list[NumberRead], *, exact: bool) -> NumberRead:
    """Join the numbers of one cell: CMND and 12 digits belong to one person, two of one kind do not."""
    twelves = list(dict.fromkeys(read.number12 for read in reads if read.number12))
    nines = list(dict.fromkeys(read.number9 for read in reads if read.number9))
    passports = [read.passport for read in reads if read.passport]
    state = "twelve" if twelves else "nine" if nines else "passport"
    codes = [read.code for read in reads if read.code]
    if len(twelves) > 1 or len(nines) > 1:
        codes = ["number_two_of_a_kind"]
    elif twelves and nines:
        codes = [*codes, "number_both"]
    elif not codes and not exact:
        codes = ["number_punctuation"]
    return NumberRead(
        number12=twelves[0] if twelves else None,
        number9=nines[0] if nines else None,
        passport=passports[0] if passports else None,
        state=state,
        code=codes[0] if codes else None,
    )


def _as_answer(read: NumberRead) -> tuple[str | None, ...]:
    return (read.number12, read.number9, read.passport, read.digits, read.state, read.code)


def tell_birth(number12: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Give birth year, sex and a finding for each 12-digit number, from its first six digits."""

    valid = pc.is_valid(number12)
    some = number12.drop_null()
    data = get_bytes(some, 12) if pc.all(pc.equal(pc.binary_length(some), 12)).as_py() else None
    if data is None or not are_digits(data[:6]).all():  # a key of another register
        return map_distinct(cut(number12, 0, 6), _tell_head, width=3)
    years, sexes, codes = _tabulate_heads()
    place, century = make_number(data[:3]), make_number(data[3:4])
    answers = (
        years.take(pa.array(century * 100 + make_number(data[4:6]))),
        sexes.take(pa.array(century)),
        codes.take(pa.array(place * 10 + century)),
    )
    year, sex, code = (put_back(no_text(len(number12)), valid, answer) for answer in answers)
    return year, sex, code


def _tell_head(head: str) -> tuple[str | None, str | None, str | None]:
    century, sex = load_forms()["centuries"].get(head[3], (None, None))
    code = None if place_is_known(head) else "number_place_unknown"
    if century is None:
        return None, None, "number_century_impossible"
    return century + head[4:6], sex, code


@cache
def _tabulate_heads() -> tuple[pa.Array, pa.Array, pa.Array]:
    """Give birth years by century and year digits, sexes by century digit, codes by place and century digit."""
    years = [_tell_head(f"000{digits:03}")[0] for digits in range(1_000)]
    sexes = [_tell_head(f"000{digit}00")[1] for digit in range(10)]
    codes = [_tell_head(f"{digits:04}00")[2] for digits in range(10_000)]
    return pa.array(years, pa.string()), pa.array(sexes, pa.string()), pa.array(codes, pa.string())


def _clean_own_keys(values: pa.Array) -> Numbers:
    """Keep the keys of another register as they are, compact and upper case; nothing is known of their form."""
    key = pc.replace_substring_regex(pc.ascii_upper(values), r"[\s.'’\-]+", "")
    key = pc.replace_substring_regex(key, r"^[^;]*;$|;.*$", "")
    key = pc.if_else(pc.equal(key, ""), None, key)
    nothing = no_text(len(values))
    state = pc.if_else(pc.is_valid(key), "twelve", "missing")
    code = choose(pc.and_(pc.is_valid(values), pc.is_null(key)), "number_placeholder")
    return Numbers(key, nothing, nothing, nothing, state, code, nothing, nothing)
