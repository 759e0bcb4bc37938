"""Stands in for names and places until they land."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from xacthuc.cleaning.cells import Answer, map_distinct, no_text
from xacthuc.cleaning.marks import make_fold_key, make_name_key


@dataclass(frozen=True)
class Names:
    """Names of a column."""

    name: pa.Array
    key: pa.Array
    fold: pa.Array
    code: pa.Array
    refused: pa.Array


@dataclass(frozen=True)
class Places:
    """Places of a batch."""

    province: pa.Array
    district: pa.Array
    commune: pa.Array
    place: pa.Array
    code: pa.Array


def clean_names(values: pa.Array) -> Names:
    """Clean names."""

    def read(text: str) -> Answer:
        name = " ".join(unicodedata.normalize("NFC", text).split()).title()
        key = make_name_key(name) if name else None
        return (name or None, key, make_fold_key(key) if key else None, None, None)

    return Names(*map_distinct(values, read, width=5))


def clean_places(*, province: pa.Array, **_: Any) -> Places:
    """Clean places."""
    nothing = no_text(len(province))
    return Places(nothing, nothing, nothing, nothing, nothing)
