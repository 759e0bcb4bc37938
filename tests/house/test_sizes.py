"""A function fits a screen, a file can be read at one go; the few that do not say why."""

from __future__ import annotations

import ast

from house import list_files, load_list, name_of

EXEMPT = load_list("exemptions.toml")
FUNCTION_LINES, FILE_LINES = 60, 400
SOURCES = list_files("src", suffix=".py")


def test_functions_fit_a_screen() -> None:
    long = {
        f"{name_of(path)}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    }
    assert long == EXEMPT["functions"].keys()


def test_files_can_be_read_at_one_go() -> None:
    texts = [*SOURCES, *list_files("src", suffix=".sql"), *list_files("src", suffix=".j2")]
    long = {name_of(path) for path in texts if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES}
    assert long == EXEMPT["files"].keys()


def test_every_exemption_has_its_reason() -> None:
    assert all(len(reason) > 20 for part in EXEMPT.values() for reason in part.values())
