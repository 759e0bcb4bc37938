"""A clerk who puts given names first does so down the column: what one row leaves open the rest settle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.name_words import Trait, read_word
from xacthuc.cleaning.names import NAME_COLUMNS, CleanNames, clean_names
from xacthuc.cleaning.one_name import FINDINGS

SAMPLE_NAMES = 1_000  # distinct names looked at for the habit
LEAST_TURNED = 5  # names beyond doubt that had the given name first ...
TURNED_SHARE = 0.15  # ... and their least share: by chance not one in a hundred is so
_UNSURE, _RESTORED = (1 << FINDINGS.index(code) for code in ("name_order_unsure", "name_order_restored"))


def tells_given_first(values: pa.Array, *, encoding: str | None = None) -> bool:
    """Tell whether the clerk of a column of names puts given names first, by the names that leave no doubt."""
    distinct = pc.unique(values).drop_null()[:SAMPLE_NAMES]
    turned = clean_names(distinct, encoding=encoding).list_findings().get("name_order_restored", np.array([]))
    return len(turned) >= LEAST_TURNED and len(turned) >= TURNED_SHARE * len(distinct)


def turn_names(names: CleanNames) -> CleanNames:
    """Turn the names that still stand with the given name first, in a column whose clerk writes so."""
    restored = set(names.list_findings().get("name_order_restored", np.array([], np.int64)).tolist())
    distinct = {name: order for name in pc.unique(names.name).to_pylist() if name and (order := _turn(name))}
    if not distinct:
        return names
    rows = [
        row for row, name in enumerate(names.name.to_pylist()) if name in distinct and row not in restored
    ]  # what was turned before stands in order now
    if not rows:
        return names
    names = names.as_texts()
    here = pa.array(rows, pa.int64())
    turned = clean_names(pa.array([distinct[name] for name in names.name.take(here).to_pylist()], pa.string()))
    turned = turned.as_texts()
    mask = np.zeros(len(names.masks), np.bool_)
    mask[rows] = True
    masks = names.masks.copy()
    masks[rows] = masks[rows] & ~_UNSURE | _RESTORED
    put = {c: pc.replace_with_mask(getattr(names, c), pa.array(mask), getattr(turned, c)) for c in NAME_COLUMNS}
    return replace(names, **put, masks=masks)


def _turn(name: str) -> str | None:
    """Give a name with its first word at the end, None where the order may be right as it is."""
    words = name.split(" ")
    if len(words) < 3:
        return None
    first, second = read_word(words[0]).traits, read_word(words[1]).traits
    if first & (Trait.SURE | Trait.MARKER) or not second & Trait.SURE:
        only_second = second & Trait.COMMON and not second & Trait.MARKER and not first & (Trait.SURE | Trait.COMMON)
        if not only_second or not first & Trait.GIVEN:
            return None
    return " ".join([*words[1:], words[0]])
