"""A register node of its own process's threads over the village's people, with the platform as its partner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rows import make_row
from village import PEOPLE, write_register

MODEL = Path(__file__).parents[2] / "conformance" / "model.json"


def prepare(folder: Path) -> Path:
    from xacthuc.runs.prepared import Means, prepare_register

    source = write_register(folder / "register.csv")
    prepare_register(source, out=folder / "prepared", means=Means(threads=1), model=MODEL)
    return folder / "prepared"


@contextmanager
def run_register(data: Path, settings: Any, *, prepared: Path) -> Iterator[None]:
    """Start the node, and let the platform find it as it does when it serves."""
    from xacthuc_register.serving import run_node
    from xacthuc_server.site.register import introduce

    introduce(data)
    with run_node(data / "node", port=0, register=prepared) as node:
        settings.NODE = node.address
        yield


def write_fields(at: int, **changed: Any) -> dict[str, Any]:
    """Give the columns of a Person who is somebody of the village, with what is stated otherwise."""
    known = {name: value for name, value in PEOPLE[at].items() if name != "id"}
    row = make_row(**known | changed)
    fields = ("name", "name_key", "name_fold", "name_base", "name_first", "name_last", "birth_date", "sex", "number",
              "number12", "number9", "digits", "number_state", "phone", "province", "district", "commune")  # fmt: skip
    return {name: row.get(name) for name in fields} | {"place_text": row.get("place")}
