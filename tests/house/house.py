"""What the house tests share: where the project's own files are, and the words a SQL step is made of."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "xacthuc"
NODE = ROOT / "src" / "xacthuc_register"
HERE = Path(__file__).resolve().parent

# The folders whose text is the project's own, and the suffixes of text.
FOLDERS = ("src", "tests", "docs", "bench", "conformance", ".ci")
SUFFIXES = {".py", ".sql", ".toml", ".md", ".json", ".j2", ".csv", ".txt", ".svg", ".css", ".js", ""}


def list_files(*folders: str, suffix: str | None = None) -> list[Path]:
    """Give the project's text files below `folders` (all of them if none is named), sorted."""
    found = [path for folder in folders or FOLDERS for path in (ROOT / folder).rglob("*")]
    if not folders:
        found += ROOT.iterdir()
    wanted = {suffix} if suffix else SUFFIXES
    ours = (p for p in found if p.is_file() and p.suffix in wanted and not _is_made(p))
    return sorted(ours)


def _is_made(path: Path) -> bool:
    """Say whether a tool made the file: caches, data of the bench, coverage."""
    parts = path.relative_to(ROOT).parts
    made = any(part == "__pycache__" or part.endswith(".egg-info") for part in parts)
    return made or parts[:2] in {("bench", "data"), ("bench", "out")} or parts[0].startswith((".coverage", ".git"))


def name_of(path: Path) -> str:
    """Give the path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


def load_list(name: str) -> dict[str, Any]:
    """Read one of the written lists beside the tests."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Token:
    """A piece of SQL: kind is word, text, number or sign."""

    kind: str
    text: str


_SQL = re.compile(
    r"(?P<blank>\s+|--[^\n]*)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<sign><>|<=|>=|::|->|=>|\|\||.)",
    re.DOTALL,
)


def split_sql(sql: str) -> list[Token]:
    """Divide a step into tokens; comments and blanks are left out."""
    return [Token(m.lastgroup or "", m.group()) for m in _SQL.finditer(sql) if m.lastgroup != "blank"]


# Words before a bracket that call nothing.
NO_CALL = set(
    [
        "select",
        "from",
        "where",
        "and",
        "or",
        "not",
        "in",
        "as",
        "on",
        "when",
        "then",
        "else",
        "over",
        "by",
        "using",
        "exists",
        "join",
        "union",
        "all",
        "with",
        "having",
        "between",
        "case",
        "end",
        "distinct",
        "varchar",
        "values",
    ]
)


def find_calls(tokens: list[Token]) -> set[str]:
    """Give the functions that a step calls, in lower case."""
    calls = {a.text.lower() for a, b in pairwise(tokens) if a.kind == "word" and b.text == "("}
    return calls - NO_CALL


def find_orders(tokens: list[Token]) -> Iterator[list[list[str]]]:
    """Give the keys of each ORDER BY, each as its upper-case words."""
    words = [token.text.upper() for token in tokens]
    for at, (first, second) in enumerate(pairwise(words)):
        if (first, second) == ("ORDER", "BY"):
            yield _split_keys(words[at + 2 :])


def _split_keys(words: list[str]) -> list[list[str]]:
    keys: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (depth == 0 and word in {"ROWS", "RANGE", "UNION"}):
            break
        if depth == 0 and word == ",":
            keys.append([])
        else:
            keys[-1].append(word)
    return keys
