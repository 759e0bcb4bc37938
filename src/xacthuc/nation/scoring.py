"""How right the verdicts on a synthetic nation are: the measures that its truth allows, by counting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xacthuc.findings import list_codes
from xacthuc.nation.checking import check_reading, check_verdicts

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

IDENTITY_FIELDS = ("name", "birth_date", "sex", "number")  # the reasons that are about the person
DOSE_FIELDS = {
    "vaccine": ("vaccine_wrong", "vaccine_missing"),
    "dose_date": ("dose_date_wrong", "dose_date_year_typo", "dose_date_missing"),
    "lot": ("lot_typo", "lot_missing"),
}


class ScoreMismatchError(Exception):
    """The verdicts and the truth are not of the same records."""


def score(verdicts: Path, *, truth: Path, records: Path | None = None, people: Path | None = None) -> dict[str, Any]:
    """Measure verdicts against the truth of a nation; shares are 0..1, None where there is nothing to count.

    `records`: the cleaned records, to count doses that were read rightly. `people`: record and person_group (any two
    profiles in one group are said to be one person), and dose_group where repeated doses are grouped too. Raises
    ScoreMismatchError where a record of the truth has no verdict. Not checked: records that the truth does not know.
    """
    known = pq.read_table(truth)
    said = pq.read_table(verdicts, columns=["record", "identity", "vaccination", "reasons", "person", "sure"])
    at = find_rows(said["record"], wanted=known["record"])
    if (at < 0).any():
        raise ScoreMismatchError(f"{int((at < 0).sum())} records of the truth have no verdict")
    said = said.take(pa.array(at))
    person_right = _equal(said["person"], known["person"])
    result: dict[str, Any] = {"records": known.num_rows}
    result.update(_score_identity(said, known=known, person_right=person_right))
    result["residual"] = _score_residual(said, known=known, person_right=person_right)
    groups = None if people is None else _align(pq.read_table(people), record=known["record"])
    if groups is not None:
        profiles, humans = encode(known["profile"]), encode(known["human"])
        result["people_twice"] = score_profiles(encode(groups["person_group"]), profile=profiles, human=humans)
    result["doses_twice"] = _score_doses(said, known=known, groups=groups)
    if records is not None:
        result["doses_read"] = _score_reading(_align(pq.read_table(records), record=known["record"]), known=known)
    return result


def score_run(out: Path, *, truth: Path) -> dict[str, Any]:
    """Measure the folder that a run of the whole line wrote, held against a nation's or workbooks' truth.

    See `score` for a nation, `check_reading` and `check_verdicts` for workbooks, whose register lies beside the truth.
    """
    if truth.suffix == ".csv":
        reading = check_reading(out / "records.parquet", out / "rows.csv", truth.parent)
        return {"reading": reading, "verdicts": check_verdicts(out / "verdicts.parquet", truth.parent)}
    people = out / "persons.parquet"
    return score(out / "verdicts.parquet", truth=truth, records=out / "records.parquet", people=people)


def _score_identity(said: pa.Table, *, known: pa.Table, person_right: Flags) -> dict[str, Any]:
    own = to_flags(known["number_own"])
    identity = _equal(said["identity"], known["expected_identity"])
    reasons = reason_sets(said["reasons"]) == reason_sets(known["expected_reasons"])
    matched = _equal(said["identity"], pa.scalar("MATCHED"))
    return {
        "matched": int(matched.sum()),
        "matched_wrong_person": int((matched & ~person_right).sum()),
        "own_number": int(own.sum()),
        "own_number_identity_right": share(own & identity, own),
        "own_number_right": share(own & identity & reasons, own),
        "identity_right": share(identity, np.ones(len(own), bool)),
    }


def _score_residual(said: pa.Table, *, known: pa.Table, person_right: Flags) -> dict[str, Any]:
    """Records whose number does not lead to their person, who is in the register: are the proposals right?"""
    findable = to_flags(pc.is_valid(known["person"])) & ~to_flags(known["number_own"])
    proposed = to_flags(pc.is_valid(said["person"]))
    sure = to_flags(said["sure"])
    settled = _equal(said["identity"], pa.scalar("MATCHED"))
    right = findable & person_right
    return {
        "records": int(findable.sum()),
        "share_of_all": share(findable, np.ones(len(sure), bool)),
        "first_right": share(right, findable),
        "sure_right": share(right & sure, findable & sure),
        "right_and_sure": share(right & sure, right),
        # every sure proposal: also for people in no register, and where the number is right but a field differs
        "all_sure_right": share(sure & proposed & ~settled & person_right, sure & proposed & ~settled),
    }


def score_profiles(group: Ints, *, profile: Ints, human: Ints) -> dict[str, Any]:
    """Count the pairs of profiles of one person that a grouping of records finds. One number a record in each array.

    By groups, never pair by pair. A pair of profiles that meets in several groups counts in each of them.
    """
    profiles = np.unique(np.stack((profile, human)), axis=1)
    true = int(_pairs(np.bincount(profiles[1])).sum())
    seated = np.unique(np.stack((group, profile, human)), axis=1)
    said = int(_pairs(np.bincount(seated[0])).sum())
    _, together = np.unique(seated[[0, 2]], axis=1, return_counts=True)
    return rate(int(_pairs(together).sum()), said=said, true=true)


def _score_doses(said: pa.Table, *, known: pa.Table, groups: pa.Table | None) -> dict[str, Any]:
    """Count second and later records of a dose among those called DUPLICATE, whichever of them is called the first."""
    dose = encode(known["dose"])
    called = _equal(said["vaccination"], pa.scalar("DUPLICATE"))
    extra = np.bincount(dose) - 1
    found = np.bincount(dose[called], minlength=len(extra))
    result = rate(int(np.minimum(found, extra).sum()), said=int(called.sum()), true=int(extra.sum()))
    if groups is not None and "dose_group" in groups.column_names:
        pairs = np.stack((encode(groups["dose_group"]), dose))
        said_pairs = int(_pairs(np.bincount(pairs[0])).sum())
        both = int(_pairs(np.unique(pairs, axis=1, return_counts=True)[1]).sum())
        result["pairs"] = rate(both, said=said_pairs, true=int(_pairs(extra + 1).sum()))
    return result


def _score_reading(records: pa.Table, *, known: pa.Table) -> dict[str, float | None]:
    """Give for each field of the dose the share read rightly where the clerk had written it rightly."""
    shares = {}
    rows = np.repeat(np.arange(known.num_rows), np.asarray(pc.list_value_length(known["damage"])))
    classes = pc.list_flatten(known["damage"])
    for field, damages in DOSE_FIELDS.items():
        spoilt = np.zeros(known.num_rows, bool)
        spoilt[rows[to_flags(pc.is_in(classes, value_set=pa.array(damages)))]] = True
        shares[field] = share(~spoilt & _equal(records[field], known[field]), ~spoilt)
    return shares


def reason_sets(reasons: pa.ChunkedArray) -> Ints:
    """Give each row's reasons about the person as a set, one bit a code; codes of other stages do not count."""
    flat = pc.struct_field(pc.list_flatten(reasons), "code")
    rows = np.repeat(np.arange(len(reasons)), np.asarray(pc.list_value_length(reasons)))
    codes = [name for name, code in list_codes().items() if code.stage == "matching" and code.field in IDENTITY_FIELDS]
    found = np.asarray(pc.index_in(flat, value_set=pa.array(codes)).fill_null(-1))
    sets = np.zeros(len(reasons), np.int64)
    np.bitwise_or.at(sets, rows[found >= 0], np.int64(1) << found[found >= 0].astype(np.int64))
    return sets


def _pairs(counts: Ints) -> Ints:
    return counts * (counts - 1) // 2


def rate(right: int, *, said: int, true: int) -> dict[str, Any]:
    """Give precision, recall and F1 with their counts; None where there is nothing to divide by."""
    precision, recall = right / said if said else None, right / true if true else None
    f1 = 2 * right / (said + true) if said + true else None
    return {"right": right, "said": said, "true": true, "precision": precision, "recall": recall, "f1": f1}


def share(part: Flags, whole: Flags) -> float | None:
    """Give the share of one set of rows in another that holds it; None where that is empty."""
    return float(part.sum() / whole.sum()) if whole.any() else None


def find_rows(values: pa.ChunkedArray, *, wanted: pa.ChunkedArray) -> Ints:
    """Give for each wanted value the row where it stands, -1 where it does not."""
    found = pc.index_in(wanted, value_set=values.combine_chunks())
    return np.asarray(found.fill_null(-1)).astype(np.int64)


def _align(table: pa.Table, *, record: pa.ChunkedArray) -> pa.Table:
    at = find_rows(table["record"], wanted=record)
    if (at < 0).any():
        raise ScoreMismatchError(f"{int((at < 0).sum())} records of the truth are missing")
    return table.take(pa.array(at))


def encode(values: pa.ChunkedArray) -> Ints:
    """Give equal values equal numbers from 0; a null is a value of its own in each row."""
    codes = values.combine_chunks().dictionary_encode().indices
    numbers = np.asarray(codes.fill_null(-1)).astype(np.int64)
    empty = numbers < 0
    numbers[empty] = numbers.max(initial=-1) + 1 + np.arange(int(empty.sum()))
    return numbers


def to_flags(values: pa.ChunkedArray) -> Flags:
    """Give booleans; null is False."""
    return np.asarray(values.fill_null(False)).astype(bool)


def _equal(a: pa.ChunkedArray, b: pa.ChunkedArray | pa.Scalar) -> Flags:
    return to_flags(pc.equal(a, b))
