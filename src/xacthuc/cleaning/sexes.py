"""Sex as clerks write it: words, letters, figures, marks; restored where number and name leave no doubt."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import Answer, as_array, choose, fold, is_true, map_columns, map_distinct

_MALE = frozenset(
    (
        "nam",
        "m",
        "male",
        "man",
        "boy",
        "trai",
        "be trai",
        "con trai",
        "gioi nam",
        "nam gioi",
        "ong",
        "anh",
        "chu",
        "nman",
        # German, French, Spanish, Portuguese, Italian. H is left out: in Spanish the M beside it is a woman.
        *("mannlich", "maennlich", "mann", "homme", "masculin", "hombre", "masculino", "varon", "homem"),
        *("uomo", "maschio", "maschile"),
    )
)
_FEMALE = frozenset(
    (
        "nu",
        "f",
        "female",
        "w",
        "woman",
        "girl",
        "gai",
        "be gai",
        "con gai",
        "gioi nu",
        "nu gioi",
        "ba",
        "chi",
        "co",
        "nuw",
        *("weiblich", "frau", "femme", "feminin", "mujer", "femenino", "mulher", "feminino"),
        *("donna", "femmina", "femminile"),
    )
)
_LEGACY = {"n÷": "F", "nöõ": "F", "nöõ.": "F", "nỏ": "F", "ná»¯": "F", "nư": "F", "nừ": "F"}
_MARKS = frozenset(("x", "v", "+", "*", "✓", "✔", "1", "co", "yes", "y"))
USUAL_CODES = (("1", "M"), ("0", "F"), ("2", "F"))  # Vietnamese health insurance: 1 male; 0 or 2 female


def clean_sexes(
    values: pa.Array, *, codes: tuple[tuple[str, str], ...] = USUAL_CODES, marked: str | None = None
) -> tuple[pa.Array, pa.Array]:
    """Clean a column of sexes: ("M", "F" or null, finding code or null).

    `codes`: what figures, and the letter n, mean here. `marked`: the sex a mark stands for, where the heading
    names one sex only.
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
    word = word.removesuffix(".0")
    if word in codes:
        return codes[word]
    return "M" if word in _MALE else "F" if word in _FEMALE else None


def restore_sexes(cell: pa.Array, *, number: pa.Array, name_key: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Restore sexes from the 12-digit number: (sex, finding code).

    `number`: the sex that a right number tells. An empty cell takes it; a filled one only yields where the marked name
    (Thị, Văn between family and given name) speaks against the cell too; the number alone is worth a finding.
    """
    missing = pc.and_(pc.is_null(cell), pc.is_valid(number))
    against = is_true(pc.not_equal(cell, number))
    marker = read_markers(name_key, where=against)
    both = pc.and_(against, is_true(pc.equal(marker, number)))
    code = pc.coalesce(
        choose(missing, "sex_from_number"), choose(both, "sex_mended"), choose(against, "sex_differs_from_number")
    )
    return pc.if_else(both, number, pc.coalesce(cell, number)), code


def read_markers(name_key: pa.Array, *, where: pa.Array) -> pa.Array:
    """Give the sex that the middle word of a marked name key tells (Thị: F, Văn: M) `where` it is asked, else null."""

    def read(keys: pa.Array) -> tuple[pa.Array, ...]:
        keys = as_array(keys)
        female, male = pc.match_substring(keys, "<THIj<"), pc.match_substring(keys, "<VAbN<")
        return (pc.coalesce(choose(female, "F"), choose(male, "M")),)

    (marker,) = map_columns(name_key, where, read, regular=(None,))
    return marker
