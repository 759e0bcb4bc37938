"""One row as RAW rows: ditto marks, merged cells, two people in one row, doses side by side or line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xacthuc.reading.content import get_words_pattern, list_words
from xacthuc.reading.grid import Row
from xacthuc.reading.legacy import fold
from xacthuc.reading.plan import DOSE_FIELDS, SHARED, Plan, PlanColumn
from xacthuc.reading.titles import Standing

DITTO_MARKS = (
    '"',
    "''",
    "“",
    "”",
    "″",
    "〃",
    "'",
    "``",
    "´´",
    '""',
    '" "',
    "''''",
    "-nt-",
    '"nt"',
    "nt",
    "NT",
    "Nt",
    ",,",
    "’’",
)
STROKES = ("//", "///", "-//-", "\\\\")  # "as above", or nothing
_PEOPLE_FIELDS = ("birth_date", "sex", "number", "qr")  # a phone alone may be two of one person
_AND = re.compile(r"\s+(?:và|va|VÀ|VA|Và)\s+|\s*[;&+]\s*")
_LINE = re.compile(r"\r\n|\r|\n")
_FULL_DATE = re.compile(r"(?<!\d)\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}(?!\d)|\d{4}-\d{2}-\d{2}")
_JOINTS = re.compile(r"\s*(?:ngày\s*)?[\-–,;()\n]+(?:\s*[\-–,;()\n]+)*\s*")
_DATE_TICK = re.compile(r"\d{1,4}[/.\-]\d|^\d{5}$")
_DATES = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}")
NOTHING = (
    "-",
    "--",
    "---",
    ".",
    "..",
    "...",
    "…",
    "/",
    *STROKES,
    "\\",
    "_",
    "–",
    "—",
    "*",
    "?",
    "+",
    ",",
    "- -",
    "-/-",
)
_MOST_PEOPLE = 6  # people in one row; more lines than that are something else


@dataclass(frozen=True)
class RawPart:
    """One RAW row without file, sheet and row."""

    part: int
    slot: int
    values: dict[str, str]


def is_ditto(cell: str | None, *, encoding: str | None = None) -> bool:
    """Tell whether a cell says "as above"."""
    if cell is None or len(cell) > 12:
        return False
    return cell.strip() in DITTO_MARKS or fold(cell, encoding) in list_words("ditto")


def fill_dittos(row: Row, *, above: Row | None, plan: Plan) -> tuple[Row, list[int]]:
    """Give a row whose ditto marks are replaced by the value above, and the columns where that was so."""
    columns = [c.index for c in plan.columns if is_ditto(row[c.index], encoding=plan.encoding)]
    columns += [c.index for c in plan.columns if _is_stroke_for_above(c, row, plan=plan)]
    filled = list(row)
    done = []
    for index in columns:
        filled[index] = above[index] if above else None
        if filled[index] is not None:
            done.append(index)
    return filled, done


def _is_stroke_for_above(column: PlanColumn, row: Row, *, plan: Plan) -> bool:
    """Tell whether "//" says "as above": for a dose only where the row says something else of that dose."""
    if (row[column.index] or "").strip() not in STROKES:
        return False
    beside = [row[c.index] for c in plan.columns if c.slot in (column.slot, SHARED)]
    return not column.slot or any(not is_nothing(cell) for cell in beside)


def divide_people(row: Row, *, plan: Plan) -> list[Row]:
    """Give a row for each person written into it; cells that are not divided in parallel serve all.

    Divided are names by line breaks or "/", if at least one of birth date, sex, number, phone is divided alike.
    """
    names = plan.list_columns("name")
    cells = [cell for c in names if (cell := row[c.index])]
    if not cells:
        return [row]
    for split in (_split_lines, _split_slash, _split_and):
        count = len(split(cells[0]))
        by_column = [p for cell in cells if len(p := split(cell)) == count]
        parts = ["".join(p) for p in zip(*by_column, strict=True)]
        if not 2 <= count <= _MOST_PEOPLE or sum(len(p.split()) >= 1 and len(p) > 2 for p in parts) < count:
            continue
        divided = {c.index: d for c in plan.columns if (d := _divide(row[c.index], c.field, count=count))}
        if any(c.index in divided for c in plan.columns if c.field in _PEOPLE_FIELDS):
            return [[_pick(divided.get(i), n, value) for i, value in enumerate(row)] for n in range(count)]
    return [row]


def read_person(row: Row, *, plan: Plan, standing: Standing, part: int = 1) -> list[RawPart]:
    """Give the RAW rows of one person: one for each dose, or one of slot 0."""
    person = _read_fields(row, plan=plan)
    if standing.address and not plan.has("address"):
        person["address"] = standing.address
    told = is_dose_standing(standing.fill, plan=plan)
    doses = _divide_doses(_read_doses(row, plan=plan, told=told))
    raw = []
    for slot, dose in doses:
        filled = {**standing.fill, **dose} if len(plan.doses) <= 1 else dose
        raw.append(RawPart(part, slot, {**person, **filled}))
    if not raw and told:
        raw.append(RawPart(part, 1, {**person, **standing.fill}))
    return raw or [RawPart(part, 0, person)]


def is_dose_standing(fill: Mapping[str, str], *, plan: Plan) -> bool:
    """Tell whether the title gives every row a dose, though the row itself says nothing of one."""
    if len(plan.doses) > 1:
        return False
    if not plan.doses:
        return bool(fill.keys() & {"dose_date", "vaccine", "dose_no", "lot"})
    return "dose_date" in fill and not plan.has("dose_date")


def is_nothing(value: str | None) -> bool:
    """Tell whether a cell is empty or holds only strokes and dots."""
    return value is None or value.strip() in NOTHING


def join_values(columns: Iterable[PlanColumn], row: Row, *, field: str) -> str | None:
    """Give the value of a field that several columns hold."""
    values = [(c, v) for c in columns if (v := row[c.index]) is not None]
    if not values:
        return None
    if field == "name":
        return " ".join(v for _, v in values)
    if field in ("number", "note"):
        return " ; ".join(dict.fromkeys(v for _, v in values))
    if field == "commune" and any(c.part == "code" for c, _ in values):
        return " ".join(v for _, v in values[:2])
    if field == "address":
        wholes = [v for c, v in values if c.part != "part"][:1]
        return ", ".join([v for c, v in values if c.part == "part"] + wholes)
    return values[0][1]


def _read_fields(row: Row, *, plan: Plan) -> dict[str, str]:
    """Give the fields of the person."""
    values: dict[str, str] = {}
    for field in dict.fromkeys(c.field for c in plan.columns if c.field not in DOSE_FIELDS):
        columns = plan.list_columns(field)
        if field == "birth_date":
            value = _read_birth(columns, row)
        elif field == "sex":
            value = _read_sex(columns, row)
        else:
            value = join_values(columns, row, field=field)
        if value is not None:
            values[field] = value
    under = next((c for c in plan.list_columns("birth_date") if c.part == "under" and row[c.index]), None)
    if under is not None:
        values.setdefault("sex", under.value)
    return values


def _read_birth(columns: list[PlanColumn], row: Row) -> str | None:
    parts = {c.part: row[c.index] for c in columns if c.part in ("day", "month", "year") and row[c.index]}
    if parts:
        return "/".join(str(parts[p]).strip() for p in ("day", "month", "year") if p in parts)
    return next((row[c.index] for c in columns if c.part not in ("day", "month", "year") and row[c.index]), None)


def _read_sex(columns: list[PlanColumn], row: Row) -> str | None:
    plain = next((row[c.index] for c in columns if c.part != "mark" and row[c.index]), None)
    if plain is not None:
        return plain
    marked = [c.value for c in columns if c.part == "mark" and not is_nothing(row[c.index]) and row[c.index] != "0"]
    return marked[0] if len(marked) == 1 else None


def _read_doses(row: Row, *, plan: Plan, told: bool) -> list[tuple[int, dict[str, str]]]:
    """Give the doses whose own columns hold something; a site alone is none, unless the title has told of a dose."""
    doses = []
    for slot in range(1, len(plan.doses) + 1):
        own = [c for c in plan.columns if c.slot == slot and _is_filled(c, row[c.index])]
        if not own or (not told and all(c.field == "site" for c in own)):
            continue
        dose = {}
        for field in DOSE_FIELDS:
            columns = [c for c in plan.columns if c.field == field and c.slot in (slot, SHARED)]
            if field == "dose_date" and (parts := _join_date_parts(columns, row)):
                dose[field] = parts
                continue
            found = next(
                (c for c in columns if row[c.index] and (c.part != "mark" or _is_filled(c, row[c.index]))), None
            )
            if found is not None:
                dose[field] = found.value if found.part == "mark" else str(row[found.index])
        dose = _part_joined(dose, encoding=plan.encoding)
        heading = plan.doses[slot - 1]
        if heading and "dose_no" not in dose:
            dose["dose_no"] = heading
        doses.append((slot, dose))
    return _divide_marked(doses, row, plan=plan)


def _part_joined(dose: dict[str, str], *, encoding: str | None) -> dict[str, str]:
    """Part a dose written into one cell, "AZ - 11/08/2021 - CTMAV543": the date, and the rest as vaccine and lot."""
    field, other = ("vaccine", "dose_date") if "vaccine" in dose else ("dose_date", "vaccine")
    whole = dose.get(field)
    date = _FULL_DATE.search(whole) if whole and other not in dose else None
    if whole is None or date is None:
        return dose
    rest = _JOINTS.sub(" - ", f"{whole[: date.start()]}-{whole[date.end() :]}").strip(" -,;:()\n")
    if not get_words_pattern("vaccines").search(fold(rest, encoding)):
        return dose
    return {**dose, "dose_date": date.group(), "vaccine": " ".join(rest.split())}


def _join_date_parts(columns: list[PlanColumn], row: Row) -> str | None:
    parts = {c.part: row[c.index] for c in columns if c.part in ("day", "month", "year") and row[c.index]}
    return "/".join(str(parts[p]).strip() for p in ("day", "month", "year") if p in parts) or None


def _divide_marked(
    doses: list[tuple[int, dict[str, str]]], row: Row, *, plan: Plan
) -> list[tuple[int, dict[str, str]]]:
    """Give a dose for each date written under the name of a vaccine, where others only tick it."""
    marked = [
        (c, str(cell)) for c in plan.columns if c.field == "vaccine" and c.part == "mark" and (cell := row[c.index])
    ]
    dated = [(c.value, cell) for c, cell in marked if _DATE_TICK.search(cell)]
    if len(doses) != 1 or not dated or "dose_date" in doses[0][1]:
        return doses
    return [(n + 1, {**doses[0][1], "vaccine": value, "dose_date": cell}) for n, (value, cell) in enumerate(dated)]


def _is_filled(column: PlanColumn, cell: str | None) -> bool:
    return not is_nothing(cell) and not (column.part == "mark" and cell == "0")


def _divide_doses(doses: list[tuple[int, dict[str, str]]]) -> list[tuple[int, dict[str, str]]]:
    """Divide the one dose of a row whose date cell holds a date on each of several lines."""
    if len(doses) != 1 or "dose_date" not in doses[0][1]:
        return doses
    dates = [p for p in _split_lines(doses[0][1]["dose_date"]) if p]
    if not 2 <= len(dates) <= 4 or not all(_DATES.search(d) for d in dates):
        return doses
    divided = []
    for n in range(len(dates)):
        parts = {f: _split_lines(v) for f, v in doses[0][1].items()}
        values = {f: (p[n] if len(p) == len(dates) else doses[0][1][f]) for f, p in parts.items()}
        divided.append((n + 1, {f: v for f, v in values.items() if v}))
    return divided


def _split_lines(cell: str) -> list[str]:
    return [p.strip() for p in _LINE.split(cell)]


def _split_slash(cell: str) -> list[str]:
    return [p.strip() for p in cell.split("/")]


def _split_and(cell: str) -> list[str]:
    return [p.strip() for p in _AND.split(cell)]


def _divide(cell: str | None, field: str, *, count: int) -> list[str] | None:
    """Divide a cell into `count` parts, None if it is not written so."""
    if cell is None:
        return None
    lines = _split_lines(cell)
    if len(lines) == count:
        return lines
    if field in ("birth_date", "dose_date"):
        dates = _DATES.findall(cell)
        return dates if len(dates) == count else None
    parts = next((p for p in (_split_slash(cell), _split_and(cell)) if len(p) == count), [])
    return parts if len(parts) == count and field in ("name", "phone", *_PEOPLE_FIELDS) else None


def _pick(divided: list[str] | None, n: int, value: str | None) -> str | None:
    return value if divided is None else divided[n] or None
