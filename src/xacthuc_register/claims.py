"""What a partner asks: claims in the columns and forms of cleaning, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from xacthuc.exchange.answering import FORMS
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.tables import PERSON_COLUMNS
from xacthuc_register.refusals import NodeRefused

CLAIMS = 100  # of one check: a page of people, and a second of work
ITEMS = 1_000  # of one vouching: a class that an officer has reviewed

# Letters of what a partner calls a claim, a case, an officer or an organisation: opaque, and no value of a person.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")

_STATES = "twelve|nine|malformed|missing|passport|foreign"  # those of abroad are answered and not compared
_FORMS = {name: re.compile(form, re.ASCII) for name, form in (FORMS | {"number_state": _STATES}).items()}

Claim = dict[str, Any]


def read_name(said: Any) -> str:
    """Give a name that a partner gave to a claim, case, officer or organisation; raises NodeRefused."""
    if not isinstance(said, str) or not NAME.fullmatch(said):
        raise NodeRefused("node_request_unusable")
    return said


def read_items(said: Any, *, most: int) -> Sequence[Mapping[str, Any]]:
    """Give a list of 1 to `most` objects, each with another `ref`; raises NodeRefused."""
    if not isinstance(said, list) or not 0 < len(said) <= most or not all(isinstance(item, dict) for item in said):
        raise NodeRefused("node_request_unusable")
    refs = [read_name(item.get("ref")) for item in said]
    if len(set(refs)) < len(refs):
        raise NodeRefused("node_request_unusable")
    return said


def read_claim(said: Any) -> Claim | None:
    """Give a claim as matching reads it; None where a value has not the form that cleaning gives.

    Raises NodeRefused where it has other columns. Not checked: whether the keys of a name belong together.
    """
    if not isinstance(said, Mapping) or not said.keys() <= {*PERSON_COLUMNS, "ref"}:
        raise NodeRefused("node_request_unusable")
    claim = {name: said.get(name) for name in PERSON_COLUMNS}
    if claim["number_state"] is None or not all(_fits(name, value) for name, value in claim.items()):
        return None
    return claim | {"claim": 0, "refused": None}


def write_content(claim: Claim) -> str:
    """Give all that a claim says in one text: the same for two claims that ask the same."""
    return json.dumps([claim[name] for name in PERSON_COLUMNS])


def _fits(name: str, value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, str) and len(value) <= LIMITS.value_length and bool(_FORMS[name].fullmatch(value))
