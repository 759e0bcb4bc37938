"""From headings to the columns of a plan: parts of a name, of a date, sexes as sub-headings, doses side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from xacthuc.reading.column_map import ColumnMap, squeeze
from xacthuc.reading.content import (
    find_dose_field,
    is_late,
    list_words,
    looks_like_births,
    looks_like_citizens,
    looks_like_name,
    looks_like_numbers,
    looks_like_vaccines,
)
from xacthuc.reading.grid import Row
from xacthuc.reading.headings import cut_words, find_dose, find_heading, part_words
from xacthuc.reading.legacy import decode, fold
from xacthuc.reading.plan import DOSE_FIELDS, SHARED, Plan, PlanColumn

_OTHERS = re.compile(r"\b(giam ho|cha|me|bo me|nguoi than|lien he khi|chu ho|phu huynh|guardian|parent)\b")
_NAME_ORDER = {"family_name": 0, "middle_name": 1, "given_name": 2, "name": 3}
_BIRTH_PARTS = {
    "ngay": "day",
    "thang": "month",
    "nam": "year",
    "nam sinh": "year",
    "day": "day",
    "month": "month",
    "year": "year",
    "ngay sinh": "day",
    "thang sinh": "month",
    "dd": "day",
    "mm": "month",
    "yyyy": "year",
}
_BIRTH_FIELDS = {"birth_day": "day", "birth_month": "month", "birth_year": "year"}
_SEXES = {"nam": "Nam", "nu": "Nữ", "male": "M", "female": "F", "m": "M", "f": "F"}
_TICKED = re.compile(r"^(nam|nu|male|female) (?:(?:danh dau|ghi|tick) )?x$")  # "Nữ (x)"
_OTHER_PEOPLE = re.compile(rf"{_OTHERS.pattern}|\b(vo|chong|con|can bo|nguoi nhap|nguoi lap)\b")
_VAGUE_NAMES = frozenset({"doi tuong", "nguoi dan", "cong dan", "benh nhan", "khach hang", "nhan vien", "hoc sinh"})
_LEAST_OF_BLOCK = 3  # headings that come again
_VAGUE = frozenset({"ngay", "so", "ten", "loai", "ma", "date", "no", "name", "ho"})


@dataclass(frozen=True)
class HeadingColumn:
    """The heading of one column, from the top to the bottom."""

    index: int
    parts: tuple[str, ...]
    encoding: str | None = None

    @property
    def text(self) -> str:
        """The heading as one text."""
        return " / ".join(" ".join(p.split()) for p in self.parts)

    @property
    def folded(self) -> list[str]:
        """The parts as folded words."""
        return [_TICKED.sub(r"\1", fold(part_words(p), self.encoding)) for p in self.parts]


@dataclass(frozen=True)
class _Found:
    """A column and the field it seems to hold, before columns are weighed against each other."""

    column: HeadingColumn
    field: str
    dose: int = 0  # order of the dose its heading names
    dose_text: str | None = None
    part: str = ""
    value: str = ""


def build_columns(
    headings: Sequence[HeadingColumn],
    *,
    sample: Sequence[Row],
    columns: ColumnMap | None,
    header_rows: tuple[int, ...],
    encoding: str | None,
) -> Plan:
    """Give the plan of columns under these headings; `sample` are rows below, for headings that only values explain."""
    blocks = find_blocks(headings) if columns is None else ()
    if blocks:
        start = min(h.index for h in headings if h.parts)
        headings = [h for h in headings if h.index < start + blocks[0]]
    mapped = _map_given(headings, columns)
    given = {m.field for m in mapped}
    taken = {m.column.index for m in mapped}
    siblings = Counter(p for h in headings for p in h.folded[-1:])
    found = [f for h in headings if h.index not in taken and h.parts and (f := _find(h, siblings, sample)) is not None]
    ordinal = next((f.column.index for f in found if f.field == "ordinal"), None)
    found = found if mapped else _find_vague_name(headings, found, sample=sample)
    more = _find_by_values(headings, found, taken=taken, fields=given, sample=sample)
    found = [f for f in (*found, *more) if f.field != "ordinal" and _get_field(f) not in given]
    found = _join_commune(_divide_births(_mend_births(_join_names(found), sample)))
    placed, doses = _place_doses(mapped + _mend_id(found, sample))
    used = {c.index for c in placed} | {ordinal}
    ignored = {h.index: h.text for h in headings if h.parts and h.index not in used}
    return Plan(
        columns=tuple(placed),
        header_rows=header_rows,
        encoding=encoding,
        doses=doses,
        ignored=tuple(ignored.values()),
        ignored_at=tuple(ignored),
        ordinal=ordinal,
        guessed=tuple(f.column.index for f in more if f.field == "number" and f.column.index in used),
        blocks=blocks,
    )


def _find_by_values(
    headings: Sequence[HeadingColumn],
    found: list[_Found],
    *,
    taken: set[int],
    fields: set[str],
    sample: Sequence[Row],
) -> list[_Found]:
    """Give columns whose heading says nothing or too little and whose values are plain, for fields no heading names.

    A citizen's number is known by its digits; "Hãng" and "Ngày/tháng/năm" need the values of a vaccine, of a birth.
    """
    fields = fields | {_get_field(f) for f in found}
    known = taken | {f.column.index for f in found}
    unknown = [h for h in headings if h.parts and h.index not in known and not _OTHER_PEOPLE.search(" ".join(h.folded))]
    more = []
    for field, tells in _TELLING.items():
        columns = [h for h in unknown if tells(h.folded[-1], [r[h.index] for r in sample if h.index < len(r)])]
        if field not in fields and len(columns) == 1:
            more.append(_Found(columns[0], field))
    return more


_TELLING: dict[str, Callable[[str, list[str | None]], bool]] = {
    "number": lambda _, values: looks_like_citizens(values),
    "vaccine": lambda leaf, values: leaf in ("hang", "vc", "hang sx") and looks_like_vaccines(values),
    "birth_date": lambda leaf, values: leaf == "ngay thang nam" and looks_like_births(values) and not is_late(values),
}


def find_blocks(headings: Sequence[HeadingColumn]) -> tuple[int, ...]:
    """Give how far right the same headings come again, where lists of people stand side by side; () if they do not."""
    leaves = {h.index: h.folded[-1] for h in headings if h.parts}
    names = [i for i, leaf in leaves.items() if find_heading(leaf) in ("name", "family_name")]
    names = [i for i in names if leaves[i] == leaves[names[0]]]
    if len(names) < 2:
        return ()
    step = names[1] - names[0]
    first = {i: leaf for i, leaf in leaves.items() if i < min(leaves) + step}
    shifts = []
    for shift in (n - names[0] for n in names[1:]):
        same = sum(leaves.get(i + shift) == leaf for i, leaf in first.items())
        if same >= _LEAST_OF_BLOCK and same * 5 >= len(first) * 4 and shift % step == 0:
            shifts.append(shift)
    return tuple(shifts) if len(shifts) == len(names) - 1 else ()


def _find_vague_name(headings: Sequence[HeadingColumn], found: list[_Found], *, sample: Sequence[Row]) -> list[_Found]:
    """A column headed "Đối tượng" holds the names if no other does and its values look so."""
    if any(f.field in _NAME_ORDER for f in found):
        return found
    for heading in headings:
        values = [row[heading.index] for row in sample if heading.index < len(row)]
        if heading.parts and heading.folded[-1] in _VAGUE_NAMES and any(v and looks_like_name(v) for v in values):
            return [*(f for f in found if f.column is not heading), _Found(heading, "name")]
    return found


def _map_given(headings: Sequence[HeadingColumn], columns: ColumnMap | None) -> list[_Found]:
    """Give the columns that the map names, in the order of the map."""
    by_name: dict[str, HeadingColumn] = {}
    for heading in headings:
        for name in (heading.text, *heading.parts[::-1]):
            by_name.setdefault(squeeze(name), heading)
    found = []
    for field, names in (columns.headings if columns else {}).items():
        for name in names:
            named = by_name.get(squeeze(name))
            if named is not None:
                found.append(_Found(named, field))
    return found


def _find(heading: HeadingColumn, siblings: Counter[str], sample: Sequence[Row]) -> _Found | None:
    """Give the field that one heading means by itself."""
    folded = heading.folded
    whole = " ".join(folded)
    if len(folded) > 1 and _OTHERS.search(" ".join(folded[:-1])):
        return None
    leaf, above = folded[-1], " ".join(folded[:-1])
    group = find_heading(above) or (find_heading(folded[-2]) if len(folded) > 1 else None)
    if group == "birth_date":
        return _find_under_birth(heading, leaf, siblings)
    if leaf in _SEXES and (not above or group == "sex") and (siblings["nu"] or siblings["female"] or siblings["f"]):
        return _Found(heading, "sex", part="mark", value=_SEXES[leaf])
    if leaf in list_words("vaccines") and (group == "vaccine" or _count_vaccines(siblings) > 1):
        return _Found(heading, "vaccine", part="mark", value=heading.parts[-1].strip())
    dose = next(((p, d) for p, f in zip(heading.parts, folded, strict=True) if (d := find_dose(f))), None)
    if group == "dose_date" and leaf in _BIRTH_PARTS and (siblings["thang"] or siblings["month"]):
        text = cut_words(decode(dose[0], heading.encoding), dose[1].said) if dose else None
        return _Found(heading, group, dose=dose[1].order if dose else 0, dose_text=text, part=_BIRTH_PARTS[leaf])
    if dose is None:
        field = _find_field(heading, leaf, above)
        return None if field is None else _Found(heading, field)
    rest = dose[1].rest if dose[0] == heading.parts[-1] else leaf
    field = find_heading(rest) or find_heading(f"{rest} tiem") or (find_heading(whole) if rest else None)
    if field is None and not rest:
        field = find_dose_field([row[heading.index] for row in sample if heading.index < len(row)])
    if field is None:
        return None
    if field not in DOSE_FIELDS:
        return _Found(heading, field)
    text = cut_words(decode(dose[0], heading.encoding), dose[1].said)
    return _Found(heading, field, dose=dose[1].order, dose_text=text)


def _count_vaccines(siblings: Counter[str]) -> int:
    return sum(word in list_words("vaccines") for word in siblings)


def _find_field(heading: HeadingColumn, leaf: str, above: str) -> str | None:
    if leaf in _VAGUE and above:
        return find_heading(f"{above} {leaf}") or find_heading(f"{leaf} {above}") or find_heading(leaf)
    field = find_heading(heading.parts[-1], heading.encoding)
    return field or (find_heading(f"{above} {leaf}") if above else None)


def _find_under_birth(heading: HeadingColumn, leaf: str, siblings: Counter[str]) -> _Found | None:
    sexed = leaf in _SEXES and not (leaf == "nam" and siblings["thang"])
    if sexed:
        return _Found(heading, "birth_date", part="under", value=decode(heading.parts[-1], heading.encoding).strip())
    if leaf in _BIRTH_PARTS and (siblings["thang"] or siblings["month"] or siblings["mm"]):
        return _Found(heading, "birth_date", part=_BIRTH_PARTS[leaf])
    if leaf in ("noi sinh", "noi", "tuoi", "age"):
        return None
    return _Found(heading, "birth_date")


def _get_field(found: _Found) -> str:
    if found.field in _NAME_ORDER:
        return "name"
    if found.field in _BIRTH_FIELDS:
        return "birth_date"
    return {"address_part": "address", "commune_code": "commune"}.get(found.field, found.field)


def _join_names(found: list[_Found]) -> list[_Found]:
    """Put family, middle and given names in this order; a whole name makes a given name superfluous."""
    names = [f for f in found if f.field in _NAME_ORDER]
    rest = [f for f in found if f.field not in _NAME_ORDER]
    kinds = {f.field for f in names}
    if "family_name" in kinds or ("middle_name" in kinds and len(kinds) > 1):
        whole = [f for f in names if f.field == "name"]
        names = [f for f in names if f.field != "name" or (f is whole[0] and "given_name" not in kinds)]
        names = sorted(names, key=lambda f: _NAME_ORDER[f.field])
    else:
        names = [f for f in names if f.field == "name"][:1] or names[:1]
    return [replace(f, field="name") for f in names] + rest


def _mend_births(found: list[_Found], sample: Sequence[Row]) -> list[_Found]:
    """Columns headed only Nam and Nữ hold births if their values do; then the heading is the sex."""
    marks = [f for f in found if f.part == "mark"]
    if not marks or any(_get_field(f) == "birth_date" for f in found):
        return found
    values = [row[f.column.index] for row in sample for f in marks if f.column.index < len(row)]
    if not looks_like_births(values):
        return found
    return [replace(f, field="birth_date", part="under") if f.part == "mark" else f for f in found]


def _mend_id(found: list[_Found], sample: Sequence[Row]) -> list[_Found]:
    """A column headed ID is the number of the person if nothing else is and its values look so."""
    ids = [f for f in found if f.field == "record"]
    if not ids or any(f.field == "number" for f in found):
        return found
    values = [row[ids[0].column.index] for row in sample if ids[0].column.index < len(row)]
    return [replace(f, field="number") if f is ids[0] else f for f in found] if looks_like_numbers(values) else found


def _divide_births(found: list[_Found]) -> list[_Found]:
    """Bring columns for day, month and year of birth together."""
    parts = {f.field for f in found if f.field in _BIRTH_FIELDS}
    whole = any(f.field == "birth_date" for f in found)
    if not parts:
        return found
    if "birth_month" in parts:
        return [_get_birth_part(f, known=parts) for f in found]
    if whole:
        return [f for f in found if f.field not in _BIRTH_FIELDS]
    return [
        replace(f, field="birth_date") if f.field == "birth_year" else f for f in found if f.field not in ("birth_day",)
    ]


def _get_birth_part(found: _Found, *, known: set[str]) -> _Found:
    """Give a column its part of the date; "Ngày sinh" beside a column of months holds the day alone."""
    if found.field in _BIRTH_FIELDS:
        return replace(found, field="birth_date", part=_BIRTH_FIELDS[found.field])
    part = _BIRTH_PARTS.get(found.column.folded[-1])
    if found.field == "birth_date" and not found.part and part and f"birth_{part}" not in known:
        return replace(found, part=part)
    return found


def _join_commune(found: list[_Found]) -> list[_Found]:
    """A commune's code stands before its name; parts of an address stay in their order; sexes are told once."""
    codes = [replace(f, field="commune", part="code") for f in found if f.field == "commune_code"]
    rest = [f for f in found if f.field != "commune_code"]
    return codes + [replace(f, field="address", part="part") if f.field == "address_part" else f for f in rest]


def _place_doses(found: list[_Found]) -> tuple[list[PlanColumn], tuple[str | None, ...]]:
    """Give each dose column its slot: the dose its heading names, else its place among columns of the same field."""
    orders = sorted({f.dose for f in found if f.dose})
    texts: list[str | None] = [next((f.dose_text for f in found if f.dose == o), None) for o in orders]
    counts = Counter(f.field for f in found if f.field in DOSE_FIELDS and not f.dose and f.part in ("", "day"))
    ticked = any(f.field in DOSE_FIELDS for f in found)
    slots = len(orders) or counts["dose_date"] or max(counts.values(), default=int(ticked))
    seen: Counter[str] = Counter()
    columns: list[PlanColumn] = []
    for item in found:
        slot = 0
        if item.field in DOSE_FIELDS:
            seen[item.field] += 0 if item.dose or item.part in ("month", "year") else 1
            slot = _find_slot(item, orders=orders, slots=slots, nth=seen[item.field], count=counts[item.field])
            if slot > slots:
                continue
        columns.append(PlanColumn(item.field, item.column.index, item.column.text, slot, item.part, item.value))
    return columns, tuple(texts) if orders else (None,) * slots


def _find_slot(item: _Found, *, orders: list[int], slots: int, nth: int, count: int) -> int:
    if item.dose:
        return orders.index(item.dose) + 1
    if item.part == "mark":
        return SHARED if slots > 1 else 1
    if (orders or count == 1) and slots > 1:
        return SHARED
    return 1 if orders else nth
