"""The SQL steps mean the same on every engine: written functions, full orders, plain syntax, a header that tells."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from house import SRC, find_calls, find_orders, list_files, load_list, name_of, split_sql

STEPS = list_files("src", suffix=".sql")
LIST = load_list("sql_functions.toml")
ENGINES = {name: SRC / "engines" / f"on_{name}.py" for name in ("duckdb", "spark")}

each_step = pytest.mark.parametrize("path", STEPS, ids=name_of)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def read_prelude(engine: str) -> list[str]:
    """Give the names of the functions that an engine's prelude adds."""
    for node in ast.parse(read(ENGINES[engine])).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PRELUDE":
            statements = ast.literal_eval(node.value)
            return [re.search(r"(?:MACRO|FUNCTION) (\w+)\(", text).group(1) for text in statements]
    raise AssertionError(f"{engine} has no PRELUDE")


def test_there_are_steps() -> None:
    assert len(STEPS) > 25


@each_step
def test_every_function_is_on_the_list(path: Path) -> None:
    calls = find_calls(split_sql(read(path)))
    assert calls <= LIST["functions"].keys() | LIST["prelude"].keys()


def test_every_listed_function_is_used_and_has_a_reason() -> None:
    called = set().union(*(find_calls(split_sql(read(path))) for path in STEPS))
    assert called == LIST["functions"].keys() | LIST["prelude"].keys()
    assert all(len(reason) > 10 for part in LIST.values() for reason in part.values())


@each_step
def test_every_order_places_nulls(path: Path) -> None:
    for keys in find_orders(split_sql(read(path))):
        assert all(key[-2:] in (["NULLS", "FIRST"], ["NULLS", "LAST"]) for key in keys), keys


@each_step
def test_no_syntax_of_one_engine(path: Path) -> None:
    tokens = split_sql(read(path))
    words = {token.text.upper() for token in tokens if token.kind == "word"}
    signs = {token.text for token in tokens if token.kind == "sign"}
    assert not words & LIST["words"].keys()
    assert not signs & LIST["signs"].keys()


@each_step
def test_a_step_is_one_select(path: Path) -> None:
    tokens = split_sql(read(path))
    assert tokens[0].text.upper() in {"SELECT", "WITH"}
    assert ";" not in {token.text for token in tokens}


@each_step
def test_a_step_begins_with_its_header(path: Path) -> None:
    lines = read(path).splitlines()
    assert re.fullmatch(re.escape(f"-- {path.stem.replace('_', ' ')}") + r"(: .+)?", lines[0])
    header = [line for line in lines if line.startswith("-- ")]
    firsts = [line.split()[1] for line in header[1:] if not line.startswith("--   ")]
    assert firsts == ["reads", "does", "writes"]


def test_both_preludes_hold_the_same_few_functions() -> None:
    names = read_prelude("duckdb")
    assert names == read_prelude("spark")
    assert len(names) <= 10
    assert set(names) == LIST["prelude"].keys()


def test_the_tokenizer_sees_what_it_should() -> None:
    """The checks above are worth as much as the tokenizer below them."""
    sql = "SELECT f(a), 'g(b)' AS x -- h(c)\nFROM t WHERE y IN (1) ORDER BY a DESC NULLS LAST, k(b, c)"
    tokens = split_sql(sql)
    assert find_calls(tokens) == {"f", "k"}
    assert list(find_orders(tokens)) == [[["A", "DESC", "NULLS", "LAST"], ["K", "(", "B", ",", "C", ")"]]]
    assert "::" in {token.text for token in split_sql("SELECT a::int")}
