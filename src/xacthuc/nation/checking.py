"""How well workbooks were read and matched, held against their truth: the same check for given and for made workbooks.

Takes what the main command writes (records.parquet, rows.csv, verdicts.parquet) and a folder with truth.csv, rows.csv
and register.csv in the format of `hands.truth`. Names compare in NFC with one placement of tones, case and blanks
levelled. Results name files, sheets, rows and fields, never values.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from xacthuc.nation.damage import DAMAGES, JOINT_DAMAGES
from xacthuc.nation.damage_names import normal_name

Line = Mapping[str, Any]
COUNTED = ("data", "headings", "blank", "totals")
JUDGED = ("name", "birth_date", "number", "dose_no", "vaccine", "dose_date")  # the fields that make a dose rightly read
SHOWN = (*JUDGED, "sex", "phone", "lot", "number9")
RECORD_COLUMNS = (
    "record", "file", "sheet", "row", "dose_no", "name", "birth_date", "sex", "number", "phone", "vaccine",
    "dose_date", "lot",
)  # fmt: skip


def check_reading(records: Path, rows: Path, truth_dir: Path) -> dict[str, Any]:
    """Compare the records read with the truth: rows accounted for, doses right, by field and class of damage, misses.

    `doses.share`: true doses of which every judged field named in recoverable_fields is right. `restored`: by class
    that can be restored, its damaged cells and how many were. `misses`: (file, sheet, row, field), field "record"
    where none was read.
    """
    truth = _read_csv(truth_dir / "truth.csv")
    register = {line["id"]: line for line in _read_csv(truth_dir / "register.csv")}
    read = _read_parquet(records, RECORD_COLUMNS)
    pairs, spare = align(truth, read)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    restored: dict[str, Counter[str]] = defaultdict(Counter)
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[tuple[str, str, int, str]] = []
    for line, record in pairs:
        wanted = [name for name in line["recoverable_fields"].split(";") if name in SHOWN]
        good = {name for name in wanted if record is not None and _is_right(name, line, record, register)}
        total.update(wanted)
        right.update(good)
        judged = [name for name in wanted if name in JUDGED]
        whole = record is not None and all(name in good for name in judged)
        for counts in [by_file[line["file"]], *(by_class[name] for name in line["damage"].split(";"))]:
            counts["doses"] += 1
            counts["right"] += whole
        _count_restored(line, wanted, good, restored)
        where = (line["file"], line["sheet"], int(line["row"]))
        misses += [(*where, "record")] if record is None else [(*where, name) for name in wanted if name not in good]
    return {
        "rows": _check_rows(_read_csv(rows), _read_csv(truth_dir / "rows.csv")),
        "doses": _share({"doses": len(pairs), "right": sum(counts["right"] for counts in by_file.values())}, "doses"),
        "records_without_truth": len(spare),
        "fields": {
            name: _share({"cells": total[name], "right": right[name]}, "cells") for name in SHOWN if total[name]
        },
        "files": {name: _share(counts, "doses") for name, counts in by_file.items()},
        "damage": {name or "(none)": _share(counts, "doses") for name, counts in sorted(by_class.items())},
        "restored": {name: _share(counts, "cells") for name, counts in sorted(restored.items())},
        "misses": misses,
    }


def check_verdicts(verdicts: Path, truth_dir: Path) -> dict[str, Any]:
    """Compare verdicts with the truth: how many records of registered people name the right person, and wrong matches.

    `share` counts records whose person is in the register and whose `person` is that one, matched or proposed.
    `wrong`: MATCHED to another person, or to anybody where the person is in no register. With records.parquet beside
    the verdicts, two people in one row are told apart by name; without it by the number of the dose alone.
    """
    truth = _read_csv(truth_dir / "truth.csv")
    judged = _read_parquet(verdicts, ("record", "file", "sheet", "row", "dose_no", "identity", "person", "sure"))
    beside = verdicts.parent / "records.parquet"
    named = {line["record"]: line for line in _read_parquet(beside, RECORD_COLUMNS)} if beside.exists() else {}
    pairs, spare = align(truth, [{**named.get(line["record"], {}), **line} for line in judged])
    whole: Counter[str] = Counter()
    groups: dict[str, dict[str, Counter[str]]] = {"files": defaultdict(Counter), "damage": defaultdict(Counter)}
    misses, wrong = [], []
    for line, verdict in pairs:
        outcome = _judge(line, verdict)
        counted = [
            whole,
            groups["files"][line["file"]],
            *(groups["damage"][name] for name in line["damage"].split(";")),
        ]
        for counts in counted:
            counts.update(outcome)
        where = (line["file"], line["sheet"], int(line["row"]))
        misses += [where] if "in_register" in outcome and "right" not in outcome else []
        wrong += [where] if "wrong" in outcome else []
    return {
        **_share(whole, "in_register"),
        "verdicts_without_truth": len(spare),
        **{
            kind: {name or "(none)": _share(c, "in_register") for name, c in sorted(parts.items())}
            for kind, parts in groups.items()
        },
        "wrong_at": wrong,
        "misses": misses,
    }


def align(truth: Sequence[Line], read: Sequence[Line]) -> tuple[list[tuple[Line, Line | None]], list[Line]]:
    """Pair every line of truth with the record of its row that is most like it, or None; and give the records left."""
    places: dict[tuple[str, str, int], list[Line]] = defaultdict(list)
    for record in read:
        places[_place(record)].append(record)
    lines: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for index, line in enumerate(truth):
        lines[_place(line)].append(index)
    found: list[Line | None] = [None] * len(truth)
    for place, indexes in lines.items():
        there = places.get(place, [])
        likeness = [
            (-_likeness(truth[index], record), index, number)
            for index in indexes
            for number, record in enumerate(there)
        ]
        taken: set[int] = set()
        for _, index, number in sorted(likeness):
            if found[index] is None and number not in taken:
                found[index] = there[number]
                taken.add(number)
        places[place] = [record for number, record in enumerate(there) if number not in taken]
    return list(zip(truth, found, strict=True)), [record for left in places.values() for record in left]


def _place(line: Line) -> tuple[str, str, int]:
    return Path(str(line["file"])).name, str(line["sheet"] or ""), int(line["row"])


def _likeness(line: Line, record: Line) -> float:
    names = normal_name(line["true_name"]), normal_name(record.get("name") or "")
    likeness: float = 3 * SequenceMatcher(None, *names).ratio()
    likeness += float(str(record.get("dose_no") or "") == line["dose_no"])
    likeness += 0.5 * float((record.get("dose_date") or "") == line["dose_date"])
    return likeness + 0.25 * float((record.get("vaccine") or "") == line["vaccine"])


def _is_right(name: str, line: Line, record: Line, register: Mapping[str, Line]) -> bool:
    person = register.get(line["person_id"], {})
    expected: dict[str, Callable[[], str]] = {
        "name": lambda: normal_name(line["true_name"]),
        "birth_date": lambda: line["true_birth_date"],
        "sex": lambda: line["true_sex"],
        "number": lambda: line["true_number"],
        "number9": lambda: person.get("number9", ""),
        "phone": lambda: person.get("phone", ""),
    }
    given = record["number" if name == "number9" else name]
    shown = "" if given is None else str(given)
    if name == "name":
        return normal_name(shown) == expected[name]()
    if name == "phone" and not person:  # the phones of people outside the register are not in the truth
        return bool(shown)
    if name == "number9":  # the number shown may be the 12 digits that stand beside it
        return shown in (expected[name](), line["true_number"])
    return shown == (expected[name]() if name in expected else line[name])


def _count_restored(line: Line, wanted: Sequence[str], good: set[str], restored: Mapping[str, Counter[str]]) -> None:
    for name in line["damage"].split(";"):
        damage = DAMAGES.get(name) or JOINT_DAMAGES.get(name)
        if damage is None or not damage.recoverable:
            continue
        fields = [
            field for field in wanted if field == damage.field or (damage.field == "number" and field == "number9")
        ]
        if damage.field == "qr":
            fields = [field for field in wanted if field in ("name", "birth_date", "number")]
        restored[name]["cells"] += len(fields)
        restored[name]["right"] += sum(field in good for field in fields)


def _judge(line: Line, verdict: Line | None) -> list[str]:
    person, matched = line["person_id"], verdict is not None and verdict["identity"] == "MATCHED"
    outcome = ["in_register"] if person else ["not_in_register"]
    given = None if verdict is None else verdict["person"]
    if person and given == person:
        outcome += ["right", "matched" if matched else "proposed"]
    if matched and given != person:
        outcome.append("wrong")
    return outcome


def _check_rows(found: Iterable[Line], expected: Sequence[Line]) -> dict[str, Any]:
    by_sheet = {(Path(line["file"]).name, line["sheet"] or ""): line for line in found}
    wrong = []
    for line in expected:
        other = by_sheet.get((line["file"], line["sheet"]))
        wanted = {name: int(line[name]) for name in COUNTED}
        counted = {name: int(other[name] or 0) for name in COUNTED} if other else None
        if counted != wanted and not (counted is None and not any(wanted.values())):
            wrong.append({"file": line["file"], "sheet": line["sheet"], "expected": wanted, "found": counted})
    return {"sheets": len(expected), "right": len(expected) - len(wrong), "wrong": wrong}


def _share(counts: Mapping[str, int], whole: str) -> dict[str, Any]:
    return {
        **counts,
        "share": counts["right"] / counts[whole] if counts.get(whole) else None,
        "right": counts.get("right", 0),
    }


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _read_parquet(path: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    return list(pq.read_table(path, columns=list(columns)).to_pylist())
