"""Every code is said in both languages, known by its kind, used where it belongs; every code that is used exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from house import NODE, SRC, load_list, split_sql
from xacthuc.findings import KINDS, Code, list_codes
from xacthuc.records import RAW_FIELDS
from xacthuc_register.refusals import load_texts

CODES = list_codes()
FIELDS = {*RAW_FIELDS, "row", "sheet", "file", "certificate"}
RESERVED = load_list("reserved_codes.toml")
NAMING = ("runs", "exchange", "certificate_lists", "certificate_keys")  # stages that speak of whole files
SENTENCE = re.compile(r"\S.*[.!?]", re.DOTALL)

# How Python gives a code: as a keyword, or as an argument of these calls (name: its place).
BY_PLACE = {
    "EngineFailed": 0,
    "ExchangeRefused": 0,
    "ListRefused": 0,
    "KeysRefused": 0,
    "PaperRefused": 0,
    "SymbolRefused": 0,
    "VerifyRefused": 0,
    "FileRefused": 0,
    "Note": 1,
    "add_rows": 1,
    "choose": 1,
    "get_code": 0,
}

each_code = pytest.mark.parametrize("code", CODES.values(), ids=CODES.keys())


@each_code
def test_a_code_is_documented_in_both_languages(code: Code) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", code.code)
    assert SENTENCE.fullmatch(code.vi)
    assert SENTENCE.fullmatch(code.en)
    assert code.vi != code.en
    said = (code.vi + code.en).replace("{name}", "") if code.stage in NAMING else code.vi + code.en
    assert not set("{}%") & set(said), "a sentence never carries a value; that of a run may name a file or folder"


@each_code
def test_a_code_has_a_known_field_kind_and_class(code: Code) -> None:
    assert code.field in FIELDS
    assert code.kind in KINDS
    assert code.class_2262 in {None, "a", "b", "c"}
    assert all(1 <= ground <= 13 for ground in code.ground_9458)


def test_the_thirteen_grounds_and_three_classes_are_covered() -> None:
    assert {ground for code in CODES.values() for ground in code.ground_9458} == set(range(1, 14))
    assert {code.class_2262 for code in CODES.values()} >= {"a", "b", "c"}


def read_source() -> str:
    """Give all that may name a code, but not the synthetic nation and the sentences themselves."""
    paths = [p for p in SRC.rglob("*") if p.suffix in {".py", ".sql", ".toml", ".json"}]
    return "\n".join(p.read_text(encoding="utf-8") for p in paths if not {"texts", "nation"} & set(p.parts))


def test_every_code_is_used_or_reserved() -> None:
    source = read_source()
    used = set(re.findall(r"[\"':]([a-z0-9_]+)[\"']", source))
    composed = tuple(re.findall(r"f\"([a-z0-9]+_[a-z0-9_]*_)\{", source))
    assert {name for name in CODES if name not in used and not name.startswith(composed)} == RESERVED.keys()
    assert all(len(reason) > 10 for reason in RESERVED.values())


def test_every_code_in_python_exists() -> None:
    given = {
        text
        for path in SRC.rglob("*.py")
        if "nation" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for text in find_given_codes(node)
    }
    assert len(given) > 40
    assert {text for text in given if "_" in text} <= CODES.keys()


def test_every_code_of_the_node_is_used_and_every_one_that_is_used_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in NODE.rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"\"(node_[a-z_]+)\"", text)}
    assert named == load_texts().keys()
    assert all(SENTENCE.fullmatch(str(text[language])) for text in load_texts().values() for language in ("vi", "en"))


def find_given_codes(call: ast.Call) -> Iterator[str]:
    """Give the texts that a call hands on as a code."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    values = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    values += call.args[BY_PLACE[name] : BY_PLACE[name] + 1] if name in BY_PLACE else []
    for value in values:
        yield from (c.value for c in ast.walk(value) if isinstance(c, ast.Constant) and isinstance(c.value, str))


def test_every_code_in_sql_exists() -> None:
    given = set()
    for path in SRC.rglob("*.sql"):
        given |= set(find_sql_codes(path.read_text(encoding="utf-8")))
    assert len(given) > 30
    assert given <= CODES.keys()


def find_sql_codes(sql: str) -> Iterator[str]:
    """Give the texts of CASE branches that end as a column of codes, and the codes written with their field."""
    tokens = split_sql(sql)
    for at, token in enumerate(tokens):
        if token.kind == "text" and re.fullmatch(r"'[a-z]+:[a-z_0-9]+'", token.text):
            yield token.text.strip("'").split(":")[1]
        if token.text.upper() == "AS" and re.fullmatch(r"[a-z_]+_(code|reason)", tokens[at + 1].text):
            yield from find_branches([t.text for t in tokens[:at]])


def find_branches(words: list[str]) -> Iterator[str]:
    """Go back from the END of a CASE to its beginning, and give the texts after THEN and ELSE."""
    depth = 0
    for at in range(len(words) - 1, -1, -1):
        depth += {"END": 1, "CASE": -1}.get(words[at].upper(), 0)
        if depth == 0:
            return
        if words[at].startswith("'") and words[at - 1].upper() in {"THEN", "ELSE"}:
            yield words[at].strip("'")
