"""Sex as clerks write it: words, letters, figures, marks; restored where number and name leave no doubt."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, choose, fold, is_true, map_distinct

_MALE = frozenset("nam m male trai ong anh be\u00a0trai betrai nman n\u00e2m boy man chu con\u00a0trai gioi\u00a0nam".split(" "))
_FEMALE = frozenset("nu f female gai ba chi co nuw be\u00a0gai girl woman con\u00a0gai gioi\u00a0nu w n".split(" "))
_LEGACY = {"n÷": "F", "nöõ": "F", "nöõ.": "F", "nỏ": "F", "ná»¯": "F", "nư": "F", "nừ": "F"}
_MARKS = frozenset(("x", "v", "+", "*", "✓", "✔", "1", "co", "yes", "y"))
USUAL_CODES = (("1", "M"), ("0", "F"), ("2", "F"))   # Vietnamese health insurance: 1 male; 0 or 2 female


def clean_sexes(values: pa.Array, *, codes: tuple[tuple[str, str], ...] = USUAL_CODES, marked: str | None = None) -> tuple[pa.Array, pa.Array]:
    """Clean a column of sexes: ("M", "F" or null, finding code or null).

    `codes`: what figures mean in this sheet. `marked`: the sex a mark stands for where the column is headed with one sex.
    """
    meaning = dict(codes)

    def read(text: str) -> Answer:
        sex = read_sex(text, codes=meaning, marked=marked)
        return sex, None if sex else "sex_unreadable"

    value, code = map_distinct(values, read, width=2)
    if marked:
        other = "M" if marked == "F" else "F"
        value = pc.if_else(pc.is_null(values), other, value)
    return value, code


def read_sex(text: str, *, codes: dict[str, str], marked: str | None = None) -> str | None:
    """Read one cell; null where it tells no sex."""
    raw = text.strip().lower()
    word = fold(text).strip(" .,;:()'\"").removeprefix("gioi tinh").strip(" :")
    if marked and word in _MARKS:
        return marked
    if raw in _LEGACY:
        return _LEGACY[raw]
    word = word.removesuffix(".0").replace(" ", "\u00a0")
    if word in codes:
        return codes[word]
    return "M" if word in _MALE else "F" if word in _FEMALE else None


def restore_sexes(cell: pa.Array, *, number: pa.Array, name_key: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Restore sexes from the 12-digit number: (sex, finding code).

    `number`: the sex that a right number tells. An empty cell takes it; a filled one only yields where the marked name
    (Thị, Văn between family and given name) speaks against the cell too; the number alone is worth a finding.
    """
    marker = read_markers(name_key)
    missing = pc.and_(pc.is_null(cell), pc.is_valid(number))
    against = is_true(pc.not_equal(cell, number))
    both = pc.and_(against, is_true(pc.equal(marker, number)))
    code = pc.coalesce(
        choose(missing, "sex_from_number"), choose(both, "sex_mended"), choose(against, "sex_differs_from_number")
    )
    return pc.if_else(both, number, pc.coalesce(cell, number)), code


def read_markers(name_key: pa.Array) -> pa.Array:
    """Give the sex that the middle word of a marked name key tells (Thị: F, Văn: M), else null."""
    female = pc.match_substring(name_key, "<THIj<")
    male = pc.match_substring(name_key, "<VAbN<")
    return pc.coalesce(choose(female, "F"), choose(male, "M"))
