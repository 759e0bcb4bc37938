"""Everything that can be wrong, each with a stable code.

The codes and their sentences are data, one TOML file per stage in `texts/`:

    [name_marks_lost]
    field = "name"             # the field it speaks of
    kind = "repaired"          # repaired | noted | wrong | refused
    class_2262 = "c"           # official class of CV 2262: a no number, b wrong format, c wrong basic data; optional
    ground_9458 = [11]         # grounds of rejection of CV 9458 that it stands for; optional
    vi = "..."                 # what is wrong and what to do, for a health worker
    en = "..."

kind: *repaired* the value was restored without doubt; *noted* worth knowing, nothing to do;
*wrong* somebody has to settle it; *refused* the row or file cannot be a record.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

KINDS = ("repaired", "noted", "wrong", "refused")


@dataclass(frozen=True)
class Code:
    """A stable code: what it means, in the two languages, and what the law calls it."""

    code: str
    stage: str
    field: str
    kind: Literal["repaired", "noted", "wrong", "refused"]
    vi: str
    en: str
    class_2262: str | None = None
    ground_9458: tuple[int, ...] = ()


@cache
def list_codes() -> dict[str, Code]:
    """Give every code by its name, in the order of the files; a code defined twice is an assertion."""
    codes: dict[str, Code] = {}
    folder = resources.files("xacthuc") / "texts"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            assert name not in codes, f"code {name} is defined twice"
            grounds = tuple(entry.pop("ground_9458", ()))
            codes[name] = Code(code=name, stage=file.name.removesuffix(".toml"), ground_9458=grounds, **entry)
    return codes


def get_code(name: str) -> Code:
    """Give one code; an unknown name is a broken assumption of ours."""
    codes = list_codes()
    assert name in codes, f"no such finding code: {name}"
    return codes[name]
