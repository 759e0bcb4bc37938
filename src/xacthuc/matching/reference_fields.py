"""The meaning of step 02, and of the comparisons in step 06, in plain Python: one field of a claim and of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

MARKS = str.maketrans("", "", "abcdefghijklmnopqrstuvwxyz")


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]


def compare(claim: Row, person: Row, via: int) -> dict[str, int]:
    """Step 02: a level per field."""
    return {
        "name": compare_names(claim["name_key"], person["name_key"], claim["name_fold"], person["name_fold"]),
        "birth_date": compare_births(claim["birth_date"], person["birth_date"]),
        "sex": _same(claim["sex"], person["sex"]),
        "phone": _same(claim["phone"], person["phone"]),
        "place": _compare_places(claim, person),
        "number": 0 if via else _compare_numbers(claim, person),
    }


def _same(a: Any, b: Any) -> int:
    return -1 if a is None or b is None else int(a != b)


def compare_names(a: str | None, b: str | None, a_fold: str | None, b_fold: str | None) -> int:
    """Step 02, the level of two marked keys."""
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    base_a, base_b = a.translate(MARKS), b.translate(MARKS)
    if base_a == base_b:
        return 1 if a == base_a else 2
    if a_fold == b_fold:
        return 3 if sorted(base_a.split("<")) == sorted(base_b.split("<")) else 4
    return _compare_other_names(base_a, base_b, a_fold or "", b_fold or "")


def _compare_other_names(a: str, b: str, a_fold: str, b_fold: str) -> int:
    apart = distance(a, b)
    (a_first, *_, a_last), (b_first, *_, b_last) = a.split("<") * 2, b.split("<") * 2
    if len(a_first) == 1 < len(b_first) and a_last == b_last and words_within(a, b):
        return 6
    if apart == 1 or (apart == 2 and len(a) == len(b) and sorted(a) == sorted(b)):
        return 5
    if a_last == b_last and "<" in a and "<" in b and (words_within(a, b) or words_within(b, a)):
        return 6
    if apart == 2 or distance(a_fold, b_fold) == 1:
        return 7
    if a_last == b_last:
        return 8 if a_first == b_first else 9
    return 10


def words_within(a: str, b: str) -> bool:
    """Say whether each word of `a` begins some word of `b`."""
    return all(any(word.startswith(part) for word in b.split("<")) for part in a.split("<"))


def compare_births(a: str | None, b: str | None) -> int:
    """Step 02, the level of two birth dates, ISO or a year."""
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    if len(a) == 10 and len(b) == 10:
        return _compare_full_births(a, b)
    if a[:4] != b[:4]:
        return 7
    if len(a) == 4:
        return 2
    return 3 if a[5:10] == "01-01" else 4


def _compare_full_births(a: str, b: str) -> int:
    if a == b[:5] + b[8:] + "-" + b[5:7]:
        return 1
    same = [a[:4] == b[:4], a[5:7] == b[5:7], a[8:] == b[8:]]
    if sum(same) == 2:
        return 5
    return 6 if same[0] else 7


def _compare_places(claim: Row, person: Row) -> int:
    a, b = claim["commune"] or claim["place"], person["commune"] or person["place"]
    if a is None or b is None:
        return -1
    if a == b:
        return 0
    for level, field in ((1, "district"), (2, "province")):
        if claim[field] is not None and claim[field] == person[field]:
            return level
    return 3


def _compare_numbers(claim: Row, person: Row) -> int:
    digits = claim["number12"] or claim["number9"] or claim["digits"]
    twelve, nine = person["number12"], person["number9"]
    if digits is None or (twelve is None and nine is None):
        return -1
    if (len(digits) == 9 and nine is None) or (len(digits) > 9 and twelve is None):
        return -1
    if any(number is not None and _one_digit_off(digits, number, ends) for number, ends in ((twelve, 5), (nine, 4))):
        return 1
    return 2 if twelve is not None and digits[:6] == twelve[:6] else 3


def _one_digit_off(a: str, b: str, ends: int) -> bool:
    if a[:ends] != b[:ends] and a[-ends:] != b[-ends:]:
        return False
    apart = distance(a, b)
    return apart <= 1 or (apart == 2 and sorted(a) == sorted(b))
