"""Why a record got its verdict, from the files of a run: levels in words, weights, proposals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from xacthuc.matching import read_model
from xacthuc.reporting.explanation import Course, Dose, Evidence, Explanation, Match, Proposal
from xacthuc.reporting.words import Words
from xacthuc.runs.refusals import VerifyRefused, check_made

# What 02_compare means by its levels, for people.
LEVEL_WORDS: dict[str, tuple[Words, ...]] = {
    "name": (
        Words("trùng khớp cả dấu", "the same with all marks"),
        Words("trùng khớp, thiếu dấu", "the same, marks lost"),
        Words("trùng khớp, khác dấu", "the same, a mark differs"),
        Words("đủ chữ, khác thứ tự", "the same words in another order"),
        Words("khác cách viết vùng miền", "a regional spelling"),
        Words("khác một chữ cái", "one letter differs"),
        Words("thiếu chữ hoặc viết tắt", "words missing or shortened"),
        Words("khác hai chữ cái", "two letters differ"),
        Words("trùng họ và tên, khác chữ đệm", "family and given name equal, middle name differs"),
        Words("chỉ trùng tên", "only the given name is equal"),
        Words("tên khác", "another name"),
    ),
    "birth_date": (
        Words("trùng khớp", "the same"),
        Words("đảo ngày và tháng", "day and month swapped"),
        Words("hồ sơ chỉ có năm, năm trùng", "the record has the year only, it is equal"),
        Words("hồ sơ ghi 01/01, dân cư chỉ có năm", "1 January written, the register has the year only"),
        Words("dân cư chỉ có năm, năm trùng", "the register has the year only, it is equal"),
        Words("khác một phần", "one part differs"),
        Words("chỉ trùng năm", "only the year is equal"),
        Words("ngày sinh khác", "another birth date"),
    ),
    "sex": (Words("trùng khớp", "the same"), Words("khác", "other")),
    "phone": (Words("trùng khớp", "the same"), Words("số khác", "another number")),
    "place": (
        Words("cùng xã", "the same commune"),
        Words("cùng huyện", "the same district"),
        Words("cùng tỉnh", "the same province"),
        Words("tỉnh khác", "another province"),
    ),
    "number": (
        Words("trùng khớp", "the same"),
        Words("khác một chữ số", "one digit differs"),
        Words("trùng sáu số đầu", "the first six digits are equal"),
        Words("số khác", "another number"),
    ),
}
FAR_NAME, FAR_BIRTH = 9, 7  # levels from which nobody is sure, unless a number leads there
MISSING = Words("không có để so", "nothing to compare")


def explain_record(record: str, out: Path) -> Explanation:
    """Give the explanation of one record of the run in `out`. Raises VerifyRefused where it is not there."""
    check_made(out, "explanations.parquet", "model.json")
    verdicts = _rows(out / "verdicts.parquet", record)
    if not verdicts:
        raise VerifyRefused("run_no_record")
    verdict = verdicts[0]
    candidates = sorted(_rows(out / "explanations.parquet", record), key=lambda row: int(row["place_no"]))
    thresholds = read_model(out / "model.json").thresholds
    first = candidates[0] if candidates else None
    return Explanation(
        record=record,
        steps=tuple(_weigh(first, field) for field in LEVEL_WORDS) if first else (),
        total=first["weight"] if first else 0,
        threshold=thresholds.sure_weight,
        proposals=_propose(candidates, propose=thresholds.propose, sure=verdict["sure"]),
        identity=verdict["identity"],
        vaccination=verdict["vaccination"],
        reasons=tuple((reason["field"], reason["code"]) for reason in verdict["reasons"]),
        person=verdict["person"],
        match=_find_match(verdict, out) if verdict["identity"] == "MATCHED" else None,
        margin_threshold=thresholds.sure_margin,
        candidates=len(candidates),
        other_person=first is not None and _is_far(first),
        course=_find_course(record, out),
    )


def _find_match(verdict: dict[str, Any], out: Path) -> Match:
    records = _rows(out / "records.parquet", verdict["record"])
    old = any(reason["code"] == "number_old_cmnd" for reason in verdict["reasons"])
    return Match(old_number=old, sex_known=bool(records) and records[0]["sex"] is not None)


def _is_far(row: dict[str, Any]) -> bool:
    led_by_number = row["number_level"] == 0
    named = 0 <= row["name_level"] < FAR_NAME
    return not led_by_number and not (named and row["birth_level"] < FAR_BIRTH)


def _find_course(record: str, out: Path) -> Course | None:
    """Give the doses and the course of the record's person, where the run wrote them down."""
    path = out / "history.parquet"
    own = _rows(path, record) if path.exists() else []
    if not own:
        return None
    group = ds.dataset(path, format="parquet").to_table(filter=ds.field("person_group") == own[0]["person_group"])
    others = [row for row in group.to_pylist() if row["record"] != record]
    others.sort(key=lambda row: (row["dn"] is None, row["dn"] or 0, row["record"]))
    doses = tuple(Dose(**{name: row[name] for name in ("record", "role", "dn", "sd")}) for row in [*own, *others])
    known = {name: own[0][name] for name in ("state", "completed_on", "next_role", "next_dose", "next_product")}
    return Course(**known, due_from=own[0]["due_from"], due_to=own[0]["due_to"], doses=doses)


def _rows(path: Path, record: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        ds.dataset(path, format="parquet").to_table(filter=ds.field("record") == record).to_pylist()
    )
    return found


def _weigh(row: dict[str, Any], field: str) -> Evidence:
    short = field.removesuffix("_date")
    level = row[f"{short}_level"]
    return Evidence(
        field=field, level=LEVEL_WORDS[field][level] if level >= 0 else MISSING, weight=row[f"{short}_weight"]
    )


def _propose(candidates: list[dict[str, Any]], *, propose: int, sure: bool) -> tuple[Proposal, ...]:
    """Give those who weigh enough; the last one kept has no margin, for nobody is known behind them."""
    shown = [row for row in candidates if row["weight"] >= propose]
    following = [row["weight"] for row in candidates[1:]] + [None]
    return tuple(
        Proposal(
            rank=row["place_no"],
            weight=row["weight"],
            margin=None if after is None else row["weight"] - max(after, 0),
            sure=sure and rank == 0,
            person=row["person"],
        )
        for rank, (row, after) in enumerate(zip(shown, following, strict=False))
    )
