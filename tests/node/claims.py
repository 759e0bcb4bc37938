"""Claims of the village, as a partner sends them."""

from __future__ import annotations

from typing import Any

from rows import make_row
from village import PEOPLE
from xacthuc.exchange.tables import PERSON_COLUMNS

PLACE = {"commune": "14233", "district": "366", "province": "36"}


def make_claim(at: int, ref: str = "r1", **changed: Any) -> dict[str, Any]:
    """Give what a list says of a person of the village; `changed` says what else."""
    known = {name: value for name, value in PEOPLE[at].items() if name != "id"}
    row = make_row(**known | changed)
    return {"ref": ref, **{name: row[name] for name in PERSON_COLUMNS}}
