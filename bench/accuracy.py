"""How right links are, ours and the peer's by one measure: a link counts only to the true person.

Links are put in order by their margin over the second candidate, for both: it tells right from wrong better than the
weight alone, and each gives both. The peer is also put in order by weight; the better of the two speaks for it.

Precision is over every link made, also those made for people who are in no register; recall is over the records whose
person is in the register; on the residual both are over the records whose number does not lead to their person.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xacthuc.engines import open_engine

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


# One row per record of the truth, in any order; {links} has record, person and weight, a row for each link made.
HELD = """
WITH links AS ({links})
SELECT
    coalesce(CASE WHEN links.person IS NOT NULL THEN links.weight END, CAST('-inf' AS DOUBLE)) AS weight,
    coalesce(links.person = truth.person, false) AS right,
    truth.person IS NOT NULL AS findable,
    NOT coalesce(truth.number_own, false) AS residual
FROM truth
LEFT JOIN links ON truth.record = links.record
"""
OURS = """
SELECT record, person, CASE WHEN identity = 'MATCHED' THEN {settled} ELSE CAST(margin AS DOUBLE) END AS weight
FROM verdicts
"""
PEER = """
SELECT claims.record, people.record AS person, {weight} AS weight
FROM links_made
JOIN claims ON links_made.claim = claims.claim
JOIN people ON links_made.person_no = people.person_no
"""
PEER_WEIGHTS = {
    "weight": "weight",
    "margin": "weight - greatest(second_weight, (SELECT min(weight) FROM links_made))",
}


def read_ours(out: Path, *, truth: Path, memory_gb: float = 4.0) -> Links:
    """Read the links of the line: its match or first proposal."""
    tables = {"verdicts": out / "verdicts.parquet", "truth": truth}
    return _hold_against_truth(OURS.format(settled=SETTLED), tables=tables, memory_gb=memory_gb)


def read_peer(links: Path, *, claims: Path, people: Path, truth: Path, by: str, memory_gb: float = 4.0) -> Links:
    """Read the links of the peer, which knows claims and people by our numbers; `by` is "weight" or "margin"."""
    tables = {"links_made": links, "claims": claims, "people": people, "truth": truth}
    return _hold_against_truth(PEER.format(weight=PEER_WEIGHTS[by]), tables=tables, memory_gb=memory_gb)


def _hold_against_truth(links: str, *, tables: Mapping[str, Path], memory_gb: float) -> Links:
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine("duckdb", memory_gb=memory_gb, scratch=Path(scratch))
        held = engine.fetch(HELD.format(links=links), inputs=tables)
        engine.close()
    return Links(*(np.asarray(held[name]) for name in ("weight", "right", "findable", "residual")))


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
