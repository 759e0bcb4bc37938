"""What the code says about its own files is true: a file or step that a comment or docstring names exists."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from house import ROOT, SRC, list_files, name_of

SOURCES = [path for path in list_files("src") if path.suffix in {".py", ".sql", ".toml"}]
FILES = {path.name for path in list_files()}
STEPS = {path.stem for path in list_files("src", suffix=".sql")}

FILE = re.compile(r"(?<![\w.*/])[\w/]*\w\.(?:py|sql|md)\b")
STEP = re.compile(r"\b\d\d_[a-z_]*[a-z]\b")
NUMBER = re.compile(r"\((?:(matching|rules|reporting) )?(\d\d(?:(?:, | on | to )\d\d)*)\b")

each_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)


def read_remarks(path: Path) -> str:
    """Give the comments and docstrings of a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        sign = "--" if path.suffix == ".sql" else "#"
        return "\n".join(line for line in text.splitlines() if line.lstrip().startswith(sign))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    said = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return "\n".join([*said, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def find_lost(remarks: str, *, package: Path, steps: bool) -> set[str]:
    """Give the names in a text that lead nowhere; in one about `steps` a number in brackets is a step's."""
    lost = {name for name in FILE.findall(remarks) if not is_there(name, package)}
    lost |= {name for name in STEP.findall(remarks) if name not in STEPS}
    for other, numbers in NUMBER.findall(remarks) if steps else ():
        folder = SRC / other if other else package
        for number in re.findall(r"\d\d", numbers):
            if any(folder.glob("[0-9][0-9]_*.sql")) and not any(folder.glob(f"{number}_*.sql")):
                lost.add(f"{folder.name} {number}")
    return lost


def is_there(name: str, package: Path) -> bool:
    """Say whether a file is one of ours: by its path from the root or from its package, or by its name alone."""
    return any((folder / name).exists() for folder in (ROOT, package)) if "/" in name else name in FILES


@each_source
def test_a_file_that_is_named_exists(path: Path) -> None:
    assert find_lost(read_remarks(path), package=path.parent, steps=path.suffix == ".sql") == set()


def test_a_lost_name_is_seen() -> None:
    """The check is worth as much as what it finds."""
    said = "see checks.py, 03_kept.sql and kept (04), roles (rules 12), facts/old.md; course.py (2021) is there"
    lost = {"checks.py", "03_kept.sql", "03_kept", "rules 12", "facts/old.md"}
    assert find_lost(said, package=SRC / "rules", steps=True) == lost
    assert find_lost(said, package=SRC / "rules", steps=False) == lost - {"rules 12"}
    assert "own files is true" in read_remarks(Path(__file__))
