"""How right the verdicts on a synthetic nation are: the measures that its truth allows, by counting.

An engine that spills does the counting, two tables at a time, so that memory does not grow with the nation.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from xacthuc.engines import open_engine
from xacthuc.findings import list_codes
from xacthuc.nation.checking import check_reading, check_verdicts

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]

IDENTITY_FIELDS = ("name", "birth_date", "sex", "number")  # the reasons that are about the person
DOSE_FIELDS = {
    "vaccine": ("vaccine_wrong", "vaccine_missing"),
    "dose_date": ("dose_date_wrong", "dose_date_year_typo", "dose_date_missing"),
    "lot": ("lot_typo", "lot_missing"),
}
TRUTH_COLUMNS = {
    "record", "person", "human", "profile", "dose", *DOSE_FIELDS, "damage", "expected_identity", "expected_reasons",
    "number_own",
}  # fmt: skip

# One row for all records of the truth whose flags are the same, with their number.
JUDGED = """
WITH known AS (SELECT record, person, expected_identity, {expected_reasons} AS reasons, number_own FROM truth),
said AS (SELECT record, person, identity, {reasons} AS reasons, sure FROM verdicts)
SELECT
    said.record IS NULL AS missing,
    coalesce(known.number_own, false) AS own,
    known.person IS NOT NULL AS in_register,
    said.person IS NOT NULL AS proposed,
    coalesce(said.person = known.person, false) AS person_right,
    coalesce(said.identity = known.expected_identity, false) AS identity_right,
    coalesce(said.reasons = known.reasons, false) AS reasons_right,
    coalesce(said.identity = 'MATCHED', false) AS matched,
    coalesce(said.sure, false) AS sure,
    count(*) AS records
FROM known
LEFT JOIN said ON known.record = said.record
GROUP BY ALL
"""

REPEATED = """
SELECT sum(least(called, records - 1)) AS right, sum(called) AS said, sum(records - 1) AS true
FROM (
    SELECT count(*) AS records, count_if(vaccination = 'DUPLICATE') AS called
    FROM truth
    JOIN verdicts ON truth.record = verdicts.record
    GROUP BY coalesce(dose, truth.record)
)
"""

# Pairs of things that are one and the same ({one}): those that share a group ({said}) besides, those that share a
# group, and all. A group or a truth that is null stands alone.
PAIRS = """
WITH known AS (SELECT record, coalesce({thing}, record) AS thing, coalesce({one}, record) AS one FROM truth),
together AS (
    SELECT said, one, count(*) AS n
    FROM (SELECT DISTINCT {said} AS said, thing, one FROM known JOIN people ON known.record = people.record)
    WHERE said IS NOT NULL
    GROUP BY ALL
),
groups AS (SELECT sum(n) AS n FROM together GROUP BY said),
ones AS (SELECT count(*) AS n FROM (SELECT DISTINCT thing, one FROM known) GROUP BY one)
SELECT
    (SELECT sum(n * (n - 1) // 2) FROM together) AS right,
    (SELECT sum(n * (n - 1) // 2) FROM groups) AS said,
    (SELECT sum(n * (n - 1) // 2) FROM ones) AS true
"""


class ScoreMismatchError(Exception):
    """The verdicts and the truth are not of the same records."""


def score(
    verdicts: Path,
    *,
    truth: Path,
    records: Path | None = None,
    people: Path | None = None,
    memory_gb: float = 4.0,
    threads: int = 2,
) -> dict[str, Any]:
    """Measure verdicts against the truth of a nation; shares are 0..1, None where there is nothing to count.

    `records`: the cleaned records, to count doses that were read rightly. `people`: record and person_group (any two
    profiles in one group are said to be one person), and dose_group where repeated doses are grouped too. Spills to the
    folder for temporary files. Raises ScoreMismatchError where a record of the truth has no verdict or several, and
    EngineFailed. Not checked: records that the truth does not know.
    """
    if lost := TRUTH_COLUMNS - set(pq.read_schema(truth).names):
        raise ScoreMismatchError(f"the truth has no {', '.join(sorted(lost))}")
    named = {"truth": truth, "verdicts": verdicts, "records": records, "people": people}
    tables = {name: path for name, path in named.items() if path is not None}
    with _asking(tables, memory_gb=memory_gb, threads=threads) as ask:
        judged = ask(_write_judged())
        _check_all_known(count(judged, "missing"))
        if count(judged) != pq.read_metadata(truth).num_rows:
            raise ScoreMismatchError("records have more than one verdict")
        result = _score_identity(judged) | {"residual": _score_residual(judged)}
        if people is not None:
            _check_all_known(ask(_write_missing("people"))[0]["records"])
            result["people_twice"] = rate(**ask(PAIRS.format(thing="profile", one="human", said="person_group"))[0])
        result["doses_twice"] = rate(**ask(REPEATED)[0])
        if people is not None and "dose_group" in pq.read_schema(people).names:
            pairs = ask(PAIRS.format(thing="record", one="dose", said="dose_group"))
            result["doses_twice"]["pairs"] = rate(**pairs[0])
        if records is not None:
            _check_all_known(ask(_write_missing("records"))[0]["records"])
            result["doses_read"] = _score_reading(ask(_write_reading())[0])
    return result


def score_run(out: Path, *, truth: Path, memory_gb: float = 4.0, threads: int = 2) -> dict[str, Any]:
    """Measure the folder that a run of the whole line wrote, held against a nation's or workbooks' truth.

    See `score` for a nation, `check_reading` and `check_verdicts` for workbooks, whose register lies beside the truth.
    """
    if truth.suffix == ".csv":
        reading = check_reading(out / "records.parquet", out / "rows.csv", truth.parent)
        return {"reading": reading, "verdicts": check_verdicts(out / "verdicts.parquet", truth.parent)}
    return score(
        out / "verdicts.parquet",
        truth=truth,
        records=out / "records.parquet",
        people=out / "persons.parquet",
        memory_gb=memory_gb,
        threads=threads,
    )


@contextmanager
def _asking(tables: Mapping[str, Path], *, memory_gb: float, threads: int) -> Iterator[Ask]:
    """Give the way to ask for the rows of a SELECT; sums over nothing are nought."""
    with tempfile.TemporaryDirectory(prefix="xacthuc-score-") as scratch:
        engine = open_engine("duckdb", memory_gb=memory_gb, threads=threads, scratch=Path(scratch))
        try:
            yield lambda sql: [
                {name: int(value or 0) for name, value in row.items()}
                for row in engine.fetch(sql, inputs=tables).to_pylist()
            ]
        finally:
            engine.close()


def _check_all_known(missing: int) -> None:
    if missing:
        raise ScoreMismatchError(f"{missing} records of the truth are missing")


def _score_identity(judged: list[Row]) -> dict[str, Any]:
    own = count(judged, "own")
    return {
        "records": count(judged),
        "matched": count(judged, "matched"),
        "matched_wrong_person": count(judged, "matched") - count(judged, "matched", "person_right"),
        "own_number": own,
        "own_number_identity_right": share(count(judged, "own", "identity_right"), own),
        "own_number_right": share(count(judged, "own", "identity_right", "reasons_right"), own),
        "identity_right": share(count(judged, "identity_right"), count(judged)),
    }


def _score_residual(judged: list[Row]) -> dict[str, Any]:
    """Records whose number does not lead to their person, who is in the register: are the proposals right?"""
    findable = [row for row in judged if row["in_register"] and not row["own"]]
    right = count(findable, "person_right")
    right_and_sure = count(findable, "person_right", "sure")
    open_ = [row for row in judged if not row["matched"]]
    return {
        "records": count(findable),
        "share_of_all": share(count(findable), count(judged)),
        "first_right": share(right, count(findable)),
        "sure_right": share(right_and_sure, count(findable, "sure")),
        "right_and_sure": share(right_and_sure, right),
        # every sure proposal: also for people in no register, and where the number is right but a field differs
        "all_sure_right": share(count(open_, "sure", "proposed", "person_right"), count(open_, "sure", "proposed")),
    }


def _score_reading(counted: Row) -> dict[str, float | None]:
    """Give for each field of the dose the share read rightly where the clerk had written it rightly."""
    return {field: share(counted[f"{field}_right"], counted[f"{field}_sound"]) for field in DOSE_FIELDS}


def count(judged: list[Row], *flags: str) -> int:
    """Count the records for which all these flags are set."""
    return sum(row["records"] for row in judged if all(row[flag] for flag in flags))


def rate(*, right: int, said: int, true: int) -> dict[str, Any]:
    """Give precision, recall and F1 with their counts; None where there is nothing to divide by."""
    f1 = share(2 * right, said + true)
    return {"right": right, "said": said, "true": true} | {
        "precision": share(right, said),
        "recall": share(right, true),
        "f1": f1,
    }


def share(part: int, whole: int) -> float | None:
    """Give the share of a part in its whole; None where that is nothing."""
    return part / whole if whole else None


def _write_judged() -> str:
    return JUDGED.format(reasons=_write_reasons("reasons"), expected_reasons=_write_reasons("expected_reasons"))


def _write_reasons(column: str) -> str:
    """Write a list of reasons as the set of those about the person, as text; codes of other stages do not count."""
    codes = [name for name, code in list_codes().items() if code.stage == "matching" and code.field in IDENTITY_FIELDS]
    return f"array_to_string(list_sort(list_intersect([r.code FOR r IN coalesce({column}, [])], {codes})), ' ')"


def _write_missing(table: str) -> str:
    return f"SELECT count(*) AS records FROM truth ANTI JOIN {table} ON truth.record = {table}.record"


def _write_reading() -> str:
    """Write the SELECT that counts, by field of the dose, what the clerk had written rightly and what was so read."""
    known, counted = ["record", *DOSE_FIELDS], []
    for field, damages in DOSE_FIELDS.items():
        spoilt = " OR ".join(f"list_contains(damage, '{damage}')" for damage in damages)
        known.append(f"NOT ({spoilt}) AS {field}_sound")
        counted.append(f"count_if({field}_sound) AS {field}_sound")
        counted.append(f"count_if({field}_sound AND read.{field} = known.{field}) AS {field}_right")
    return (
        f"SELECT {', '.join(counted)} FROM (SELECT {', '.join(known)} FROM truth) AS known "
        "JOIN records AS read ON known.record = read.record"
    )
