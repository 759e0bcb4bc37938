"""What a nation came out as: rates realised beside rates asked for, and beside the published totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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

    Classes are shares of records; a rate is a share of what its `of` says: the two differ where a class fits only some.
    """
    columns = ["person", "human", "profile", "damage", "expected_identity", "number_own"]
    truth = pq.read_table(out / "truth.parquet", columns=columns)
    rows = truth.num_rows
    classes = pc.value_counts(pc.list_flatten(truth["damage"]))
    counts = {entry["values"]: entry["counts"] / rows for entry in classes.to_pylist()}
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
            name: {"realised": counts.get(name, 0.0), "rate": entry.rate, "of": entry.of}
            for name, entry in load_rates().items()
            if name in counts
        },
        "other_classes": {name: value for name, value in sorted(counts.items()) if name not in load_rates()},
    }


def _totals(truth: pa.Table) -> dict[str, float]:
    """Give the published totals by profile: the state counted people as the platform had them."""
    first = np.unique(np.asarray(truth["profile"].combine_chunks().dictionary_encode().indices), return_index=True)[1]
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
