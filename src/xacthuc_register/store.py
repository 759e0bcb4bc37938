"""The index of a register, open: the people who share a block with one claim, and what is counted of all."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from xacthuc.matching import Model, read_model
from xacthuc_register.blocks import HOLDERS, Parts, hash_text, list_blocks, read_claim
from xacthuc_register.building import BETWEEN, MANIFEST, VALUES, Index, name_block
from xacthuc_register.refusals import NodeRefused

Row = Mapping[str, Any]

# People who share a block with one claim: a few hundred in the largest register; more is a key that says nothing.
CANDIDATES = 20_000


class Store:
    """An index that is read as it lies on the disk; any number of threads may ask at once."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, as `build_index` has made it."""
        self.index = Index(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        self.model: Model = read_model(folder / "model.json")
        self._folder = folder
        self._blocks = list_blocks(narrow=self.index.narrow)
        self._keys = {name_block(parts): self._open_keys(name_block(parts)) for parts in (*HOLDERS, *self._blocks)}
        self._names = _open(folder / "names.keys", np.uint64), _open(folder / "names.bearers", np.uint64)
        self._offsets = _open(folder / "rows.offsets", np.uint64)
        with (folder / "rows.bin").open("rb") as file:
            self._rows = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.index.people else b""
        self._changes = [line.split() for line in (folder / "changes.txt").read_text(encoding="utf-8").splitlines()]

    def find_holders(self, claim: Row) -> list[Row]:
        """Give the people who hold a number of the claim."""
        return self._find(claim, HOLDERS)

    def find_alike(self, claim: Row) -> list[Row]:
        """Give the people who share a block with the claim; raises NodeRefused where they are too many."""
        return self._find(claim, self._blocks)

    def count_bearers(self, name: str | None) -> dict[str, int]:
        """Give how many people bear a folded name; nothing where nobody does."""
        if name is None:
            return {}
        found = _look_up(self._names, hash_text(name))
        return {name: int(found[0])} if len(found) else {}

    def list_changes(self, since: int) -> list[str]:
        """Give the references of people who changed after a version of the register, by version."""
        return [reference for version, reference in self._changes if int(version) > since]

    def _find(self, claim: Row, blocks: Iterable[Parts]) -> list[Row]:
        places: set[int] = set()
        for parts in blocks:
            key = read_claim(parts, claim)
            if key is not None:
                found = _look_up(self._keys[name_block(parts)], key)
                if len(places) + len(found) > CANDIDATES:
                    raise NodeRefused("node_candidates_many")
                places.update(found.tolist())
        return self._read(sorted(places))

    def _read(self, places: Iterable[int]) -> list[Row]:
        return [self._read_row(int(place)) for place in places]

    def _read_row(self, place: int) -> Row:
        line = self._rows[int(self._offsets[place]) : int(self._offsets[place + 1])].decode()
        number, *values = line.split(BETWEEN)
        row: dict[str, Any] = {name: value or None for name, value in zip(VALUES, values, strict=True)}
        row["person_no"] = int(number)
        return row

    def _open_keys(self, name: str) -> tuple[Any, Any]:
        return _open(self._folder / f"{name}.keys", np.uint64), _open(self._folder / f"{name}.places", np.uint32)


def _open(path: Path, kind: Any) -> Any:
    return np.asarray(np.memmap(path, kind, mode="r")) if path.stat().st_size else np.empty(0, kind)


def _look_up(table: tuple[Any, Any], key: int) -> Any:
    keys, values = table
    begin, end = (int(np.searchsorted(keys, np.uint64(key), side=side)) for side in ("left", "right"))
    return values[begin:end]
