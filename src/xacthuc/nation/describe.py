"""What a nation came out as: rates realised beside rates asked for, and beside the published totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xacthuc.nation.rates import load_rates

# Published totals of March 2022, shares of people with a record (facts 1.6).
PUBLISHED = {
    "number_missing_or_malformed": 0.046,
    "right_of_numbered": 0.704,
    "wrong_of_numbered": 0.260,
    "unverified_of_numbered": 0.035,
    "unrecorded_of_doses": 0.057,
    "delivered_for_each_given": 1.42,
}


def describe_nation(out: Path) -> dict[str, Any]:
    """Count what stands in the files of `build_nation`: sizes, totals beside published ones, classes beside rates.

    `classes` are counted over what their rate is a share of, records or profiles, so that the two can be compared.
    Where a rate speaks of some of them only (`of`), the class stands in `classes_of_some` as a share of all records.
    """
    columns = ["person", "human", "profile", "damage", "expected_identity", "number_own"]
    truth = pq.read_table(out / "truth.parquet", columns=columns)
    rows, known = truth.num_rows, load_rates()
    profiles = truth.take(pa.array(_first_of_each(truth["profile"])))
    counts = {"records": _share_classes(truth), "profiles": _share_classes(profiles)}
    of = {name: entry.of.partition(":")[0] for name, entry in known.items()}
    unrecorded = pq.read_metadata(out / "unrecorded.parquet").num_rows
    sessions = pq.read_table(out / "sessions.parquet", columns=["given", "recorded"])
    delivered = pc.sum(pq.read_table(out / "deliveries.parquet", columns=["doses"])["doses"]).as_py()
    given = pc.sum(sessions["given"]).as_py()
    return {
        "people": pq.read_metadata(out / "register.parquet").num_rows,
        "doses": given,
        "records": rows,
        "vaccinated": pc.count_distinct(truth["human"]).as_py(),
        "profiles": pc.count_distinct(truth["profile"]).as_py(),
        "residual": _residual(truth),
        "totals": {
            name: {"realised": value, "published": PUBLISHED[name]}
            for name, value in {
                **_totals(truth),
                "unrecorded_of_doses": unrecorded / given,
                "delivered_for_each_given": delivered / given,
            }.items()
        },
        "classes": {
            name: {"realised": counts[of[name]].get(name, 0.0), "rate": entry.rate, "of": entry.of}
            for name, entry in known.items()
            if name in counts["records"] and of[name] in counts
        },
        "classes_of_some": {
            name: {"share_of_records": counts["records"][name], "rate_is_of": entry.of}
            for name, entry in known.items()
            if name in counts["records"] and of[name] not in counts
        },
        "other_classes": {name: value for name, value in sorted(counts["records"].items()) if name not in known},
    }


def _first_of_each(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Give the first row of each value."""
    codes = np.asarray(column.combine_chunks().dictionary_encode().indices)
    return np.asarray(np.unique(codes, return_index=True)[1], np.int64)


def _share_classes(truth: pa.Table) -> dict[str, float]:
    """Give the share of rows that have each class of damage."""
    counted = pc.value_counts(pc.list_flatten(truth["damage"])).to_pylist()
    return {entry["values"]: entry["counts"] / truth.num_rows for entry in counted}


def _totals(truth: pa.Table) -> dict[str, float]:
    """Give the published totals by profile: the state counted people as the platform had them."""
    first = _first_of_each(truth["profile"])
    identity = truth["expected_identity"].take(pa.array(first))
    counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(identity).to_pylist()}
    none, wrong = counts.get("NO_NUMBER", 0), counts.get("MISMATCH", 0)
    right, unknown = counts.get("MATCHED", 0), counts.get("NOT_FOUND", 0) + counts.get("FOREIGN", 0)
    numbered = right + wrong + unknown
    return {
        "number_missing_or_malformed": none / (none + numbered),
        "right_of_numbered": right / numbered,
        "wrong_of_numbered": wrong / numbered,
        "unverified_of_numbered": unknown / numbered,
    }


def _residual(truth: pa.Table) -> float:
    """Give the share of records whose number does not lead to their person, who is in the register."""
    lost = pc.and_(pc.is_valid(truth["person"]), pc.invert(truth["number_own"]))
    return float(pc.mean(lost.cast(pa.int8())).as_py())
