"""A node over the people of the conformance table, and partners who may ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from line import write_csv
from village import FIELDS, PLACE, write_register
from xacthuc.runs.prepared import Means, prepare_register
from xacthuc_register.client import Partner, open_partner
from xacthuc_register.folder import NodeFolder
from xacthuc_register.serving import run_node
from xacthuc_register.state import State

MODEL = Path(__file__).parents[2] / "conformance" / "model.json"


@dataclass(frozen=True)
class Cast:
    """A node that answers, and who asks."""

    address: str
    folder: NodeFolder
    health: Partner
    police: Partner
    state: State

    def keep_budgets(self, **budgets: int) -> None:
        """Let other budgets hold from now on."""
        self.state.budgets = replace(self.state.budgets, **budgets)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("register")
    source = write_register(folder / "register.csv")
    prepare_register(source, out=folder / "prepared", means=Means(threads=1), model=MODEL)
    return folder / "prepared"


@contextmanager
def run_cast(prepared: Path, data: Path) -> Iterator[Cast]:
    """Start a node over a prepared register, with two partners."""
    folder = NodeFolder(data)
    keys = {role: Ed25519PrivateKey.generate() for role in ("health", "police")}
    for role, key in keys.items():
        folder.take_partner(f"{role}-platform", role=role, key=key.public_key())
    with run_node(data, port=0, register=prepared) as node:
        asking = {role: open_partner(node.address, key, folder.key.public_key()) for role, key in keys.items()}
        yield Cast(node.address, folder, **asking, state=node.state)


@pytest.fixture
def cast(prepared: Path, tmp_path: Path) -> Iterator[Cast]:
    with run_cast(prepared, tmp_path / "node") as made:
        yield made


def write_people(path: Path, people: Sequence[Mapping[str, Any]]) -> Path:
    """Write people as the register's owner does."""
    rows = [[person[field] for field in FIELDS] + list(PLACE) for person in people]
    return write_csv(path, [[*FIELDS, "province", "district", "commune"], *rows])
