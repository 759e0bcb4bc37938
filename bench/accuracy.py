"""How right links are, ours and the peer's by one measure: a link counts only to the true person.

Links are put in order by their margin over the second candidate, for both: it tells right from wrong better than the
weight alone, and each gives both. The peer is also put in order by weight; the better of the two speaks for it.

Precision is over every link made, also those made for people who are in no register; recall is over the records whose
person is in the register; on the residual both are over the records whose number does not lead to their person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

# A match by number and name needs no weight: it stands above all weights.
SETTLED = 1e9

# Shares at which recalls are compared.
PRECISIONS = (0.999, 0.9995, 0.9998)


@dataclass(frozen=True)
class Links:
    """One row per record of the truth: was a link made (its weight or margin, else -inf), and to the true person."""

    weight: NDArray[np.float64]
    right: NDArray[np.bool_]
    findable: NDArray[np.bool_]  # the person is in the register
    residual: NDArray[np.bool_]  # the number does not lead there

    def among(self, rows: NDArray[np.bool_]) -> Links:
        """Keep some records."""
        return Links(self.weight[rows], self.right[rows], self.findable[rows], self.residual[rows])


def read_ours(out: Path, *, truth: Path) -> Links:
    """Read the links of the line: its match or first proposal."""
    said = pq.read_table(out / "verdicts.parquet", columns=["record", "identity", "person", "margin"])
    weight = pc.if_else(pc.equal(said["identity"], "MATCHED"), SETTLED, said["margin"].cast(pa.float64()))
    return _hold_against(truth, record=said["record"], person=said["person"], weight=weight)


def read_peer(links: Path, *, claims: Path, people: Path, truth: Path, by: str) -> Links:
    """Read the links of the peer, which knows claims and people by our numbers; `by` is "weight" or "margin"."""
    made = pq.read_table(links)
    least = pc.min(made["weight"]).as_py()
    second = pc.max_element_wise(made["second_weight"], least)
    weight = pc.subtract(made["weight"], second) if by == "margin" else made["weight"]
    return _hold_against(
        truth,
        record=_name(made["claim"], rows=claims, number="claim"),
        person=_name(made["person_no"], rows=people, number="person_no"),
        weight=weight,
    )


def _name(numbers: pa.ChunkedArray, *, rows: Path, number: str) -> pa.ChunkedArray:
    """Turn our numbers into the records' own names."""
    known = ds.dataset(rows, format="parquet").to_table(columns=[number, "record"]).sort_by(number)
    held = np.asarray(known[number])
    at = np.searchsorted(held, np.asarray(numbers))
    return known["record"].take(pa.array(at))


def _hold_against(truth: Path, *, record: pa.ChunkedArray, person: pa.ChunkedArray, weight: pa.ChunkedArray) -> Links:
    known = pq.read_table(truth, columns=["record", "person", "number_own"])
    at = pc.index_in(known["record"], value_set=record.combine_chunks())
    linked = person.take(at)
    right = pc.equal(linked, known["person"]).fill_null(False)
    made = pc.if_else(pc.is_valid(linked), weight.take(at), None).fill_null(-np.inf)
    findable = pc.is_valid(known["person"])
    residual = pc.invert(known["number_own"].fill_null(False))
    return Links(*(np.asarray(column) for column in (made, right, findable, residual)))


def rate(links: Links, *, least: float) -> dict[str, Any]:
    """Give precision, recall and F1 of the links that weigh at least so much."""
    said = links.weight >= least
    right = int((said & links.right).sum())
    precision, recall = right / max(int(said.sum()), 1), right / max(int(links.findable.sum()), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5), "at": round(least, 2)}


def rate_best(links: Links) -> dict[str, Any]:
    """Give the rate at the threshold that makes F1 largest."""
    right, said, weights = _walk_down(links)
    f1 = 2 * right / (said + max(int(links.findable.sum()), 1))
    return rate(links, least=float(weights[int(f1.argmax())]))


def recall_at(links: Links, *, precision: float) -> float | None:
    """Give the largest recall at which so large a share of the links made is right; None where it never is."""
    right, said, _ = _walk_down(links)
    good = right / said >= precision
    return round(float(right[good].max() / links.findable.sum()), 5) if good.any() else None


def _walk_down(links: Links) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Count right links and links made from the heaviest down; only where the weight changes is there a threshold."""
    made = links.weight > -np.inf
    order = np.argsort(-links.weight[made], kind="stable")
    weights, right = links.weight[made][order], np.cumsum(links.right[made][order])
    steps = np.flatnonzero(np.append(weights[1:] != weights[:-1], True))
    return right[steps], steps + 1, weights[steps]


def describe(links: Links) -> dict[str, Any]:
    """Give the rates over all records and over the residual, at the F1-best threshold and at equal precision."""
    rest = links.among(links.residual)
    return {
        "records": len(links.weight),
        "all": rate_best(links),
        "residual": rate_best(rest),
        "residual_all_links": rate(rest, least=-1e300),
        "residual_recall_at": {str(share): recall_at(rest, precision=share) for share in PRECISIONS},
    }
