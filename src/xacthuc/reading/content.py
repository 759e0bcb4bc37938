"""What a column holds, told by its values alone: for sheets without a heading and headings that say too little."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from xacthuc.codes.units import load_units
from xacthuc.reading.grid import Row
from xacthuc.reading.legacy import decode, fold
from xacthuc.reading.plan import DOSE_FIELDS, Plan, PlanColumn

_QR = re.compile(r"\s*\d{9,12}\|.*\|.*")
_NUMBER = re.compile(r"'?(\d{12}|\d{9}|\d{11}|[A-Z]{1,2}\d{6,8})(\.0)?")
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d{2}-\d{2}")
_YEAR = re.compile(r"(?:19[2-9]\d|200\d|201\d|202\d)(\.0)?")
_PHONE = re.compile(r"(\+?84|0)?[35789]\d{8}|01[2689]\d{8}")
_SEX = re.compile(r"nam|nu|m|f|male|female", re.IGNORECASE)
_DOSE_NO = re.compile(r"m?(ui)? ?[1-4]|i{1,3}", re.IGNORECASE)
_LOT = re.compile(r"(?=.*\d)[A-Za-z0-9\- ]{5,14}")
_WORD = re.compile(r"[^\W\d_]+\.?")
_RANK = re.compile(r"^\s*(?:[IVX]+|\d+|[A-Za-z])\s*[.)/\-]\s*")  # "II. Ấp ..."
_CITIZEN = re.compile(r"'?0\d{11}")
_BIRTH = re.compile(r"(\d{1,2}[/.\-]\d{1,2}[/.\-])?(19\d\d|200\d|201\d)([/.\-]\d{1,2}[/.\-]\d{1,2})?(\.0)?")
_ENOUGH = 0.6  # share of the filled cells that must look alike
_PLAINLY = 0.8  # the same where the heading says nothing of it
_LEAST_TOLD = 2  # filled cells


@cache
def _list_words() -> dict[str, list[str]]:
    text = (resources.files("xacthuc.reading") / "words.toml").read_text(encoding="utf-8")
    return {k: v["words"] for k, v in tomllib.loads(text).items()}


@cache
def list_words(kind: str) -> frozenset[str]:
    """Give the folded words of one kind of words.toml."""
    return frozenset(_list_words()[kind])


@cache
def get_words_pattern(kind: str) -> re.Pattern[str]:
    """Give an expression that finds any of the folded words of one kind as whole words."""
    words = sorted(_list_words()[kind], key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(re.escape(w) for w in words) + r")\b")


def looks_like_name(text: str, encoding: str | None = None) -> bool:
    """Tell whether a text looks like the name of a Vietnamese person: two to six words, a known family name."""
    words = decode(text, encoding).replace(",", " ").split()
    if not 2 <= len(words) <= 6 or not all(_WORD.fullmatch(w) for w in words):
        return False
    folded = fold(text, encoding)
    if "," in text:
        return any(w in list_words("family_names") for w in folded.split())
    return folded.split()[0] in list_words("family_names") and folded not in list_words("signers")


def has_place(text: str, *, encoding: str | None = None) -> bool:
    """Tell whether a text begins with a word for a place; without any mark it must not look like a name."""
    plain = " ".join(_RANK.sub("", decode(text, encoding)).lower().split())
    if get_words_pattern("places").match(plain):
        return True
    bare = fold(plain)
    return plain.isascii() and bool(_get_bare_places().match(bare)) and not looks_like_name(bare)


@cache
def _get_bare_places() -> re.Pattern[str]:
    words = sorted({fold(w) for w in list_words("places")}, key=len, reverse=True)
    return re.compile(r"(" + "|".join(words) + r")\b")


def looks_like_births(values: Sequence[str | None]) -> bool:
    """Tell whether most of the filled cells are dates or years."""
    return _share(values, lambda v: bool(_DATE.match(v) or _YEAR.fullmatch(v))) >= _ENOUGH


def looks_like_numbers(values: Sequence[str | None]) -> bool:
    """Tell whether most of the filled cells are identity numbers of 12 or 9 digits."""
    return _share(values, lambda v: bool(re.fullmatch(r"\d{12}|\d{9}", v.strip()))) >= _ENOUGH


def looks_like_citizens(values: Sequence[str | None]) -> bool:
    """Tell whether nearly all filled cells are 12 digits as citizens have them: a province, then a century's digit.

    The zero that a spreadsheet dropped counts as there. Fewer than two filled cells tell nothing.
    """
    if sum(v is not None for v in values) < _LEAST_TOLD:
        return False
    return _share(values, lambda v: bool(_get_citizen_pattern().fullmatch(v.strip()))) >= _PLAINLY


@cache
def _get_citizen_pattern() -> re.Pattern[str]:
    # The first three digits are "0" and the code of the province in the tree of 2021 (Circular TT 07/2016/TT-BCA).
    codes = "|".join(unit.code for unit in load_units("2021").provinces())
    return re.compile(rf"'?0?(?:{codes})[0-3]\d{{8}}")


def looks_like_vaccines(values: Sequence[str | None]) -> bool:
    """Tell whether most of the filled cells name a vaccine."""
    return _share(values, lambda v: bool(get_words_pattern("vaccines").search(fold(v)))) >= _ENOUGH


def find_dose_field(values: Sequence[str | None]) -> str:
    """Give what a column headed only "Mũi 1" holds: date, vaccine, or else the dose's number."""
    if _share(values, lambda v: bool(_DATE.match(v.strip()) or (v.strip().isdigit() and len(v.strip()) == 5))) >= 0.5:
        return "dose_date"
    if _share(values, lambda v: bool(get_words_pattern("vaccines").search(fold(v)))) >= 0.5:
        return "vaccine"
    if any(_DATE.match(v) for v in values if v):
        return "dose_date"
    return "dose_no" if any(values) else "dose_date"


def looks_like_people(rows: Sequence[Row]) -> bool:
    """Tell whether at least half of the rows hold somebody: a card, or a name beside a citizen's number or a birth.

    Rows of a single text are titles and do not count. Not checked: headings.
    """
    filled = [[c.strip() for c in row if c] for row in rows]
    people = [any(_QR.fullmatch(c) for c in row) or _is_person(row) for row in filled]
    body = sum(person or len(row) > 1 for row, person in zip(filled, people, strict=True))
    return sum(people) > 0 and sum(people) * 2 >= body


def _is_person(row: list[str]) -> bool:
    told = any(_CITIZEN.fullmatch(c) or _BIRTH.fullmatch(c) for c in row)
    return told and any(looks_like_name(c) for c in row)


def build_guess(rows: Sequence[Row], *, plan: Plan | None = None, encoding: str | None = None) -> Plan | None:
    """Give a plan told by values, adding to `plan` what it lacks; None if no column holds names, cards or numbers."""
    width = max((len(r) for r in rows), default=0)
    taken: set[int | None] = {c.index for c in plan.columns} if plan else set()
    taken.add(plan.ordinal if plan else None)
    ordinal = plan.ordinal if plan else next((i for i in range(width) if _is_running([r[i] for r in rows])), None)
    has = {c.field for c in plan.columns} if plan else set()
    found: dict[str, PlanColumn] = {}
    for index in range(width):
        values = [r[index] for r in rows]
        if index in taken or index == ordinal:
            continue
        field = _find_field(values, encoding=encoding)
        if field == "birth_date" and is_late(values):
            field = "dose_date"
        if field and field not in has and field not in found:
            found[field] = PlanColumn(field, index, "", slot=1 if field in DOSE_FIELDS else 0)
    if not ({"name", "qr"} & (found.keys() | has)) or (plan is None and len(found) < 2 and "qr" not in found):
        return None
    if plan is not None:
        found = {k: c for k, c in found.items() if k in ("name", "qr", "number")}
    columns = (*(plan.columns if plan else ()), *found.values())
    doses = plan.doses if plan else ((None,) if any(c.slot for c in columns) else ())
    guessed = {*(plan.guessed if plan else ()), *(c.index for c in found.values())}
    left = [(at, h) for at, h in zip(plan.ignored_at, plan.ignored, strict=True) if at not in guessed] if plan else []
    return Plan(
        columns=columns, header_rows=plan.header_rows if plan else (), encoding=encoding, doses=doses,
        ignored=tuple(h for _, h in left), ignored_at=tuple(at for at, _ in left),
        ordinal=ordinal, guessed=tuple(sorted(guessed)),
    )  # fmt: skip


def _share(values: Sequence[str | None], test: object) -> float:
    filled = [v for v in values if v]
    return sum(bool(test(v)) for v in filled) / len(filled) if filled and callable(test) else 0.0


def _find_field(values: Sequence[str | None], *, encoding: str | None) -> str | None:
    """Give the field most of whose values look so, from the surest kind to the weakest."""
    filled = [v.strip() for v in values if v]
    if len(filled) < 2:
        return None
    tests = (
        ("qr", lambda v: bool(_QR.fullmatch(v))),
        ("birth_date", lambda v: bool(_DATE.match(v) or _YEAR.fullmatch(v))),
        ("phone", lambda v: bool(_PHONE.fullmatch(v)) and v[0] in "0+8"),
        ("number", lambda v: bool(_NUMBER.fullmatch(v))),
        ("vaccine", lambda v: bool(get_words_pattern("vaccines").search(fold(v, encoding)))),
        ("sex", lambda v: bool(_SEX.fullmatch(fold(v, encoding)))),
        ("name", lambda v: looks_like_name(v, encoding)),
        ("dose_no", lambda v: bool(_DOSE_NO.fullmatch(fold(v, encoding)))),
        ("address", lambda v: has_place(v, encoding=encoding)),
        ("lot", lambda v: bool(_LOT.fullmatch(v))),
    )
    return next((field for field, test in tests if _share(filled, test) >= _ENOUGH), None)


def _is_running(values: Sequence[str | None]) -> bool:
    """Tell whether most filled cells count on by one from the cell above."""
    numbers = [int(v.strip()) for v in values if v and v.strip().isdecimal() and len(v) < 8]
    steps = sum(b - a == 1 for a, b in pairwise(numbers))
    return len(numbers) > 2 and steps >= (len(numbers) - 1) * 0.8


def is_late(values: Sequence[str | None]) -> bool:
    """Tell whether most of the dates lie in the years of vaccination against COVID-19."""
    years = [m.group() for v in values if v and (m := re.search(r"20[0-9]{2}|(?<=[/.\-])\d{2}$", v))]
    return sum(y[-2:] in ("21", "22", "23") for y in years) * 2 > len([v for v in values if v])
