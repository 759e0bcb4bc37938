"""What is written about the project is true: generated pages are current, links lead somewhere, nouns are explained."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from house import NODE, ROOT, SRC, list_files, load_list, name_of

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
# Modules that are no noun of the field or of the house: actions and adjectives, each understood as English.
PLAIN_WORDS = set(load_list("plain_words.toml")["words"])


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("page", GENERATOR.PAGES)
def test_generated_pages_are_current(page: str) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == GENERATOR.PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_files_that_are_named_exist() -> None:
    """A path in back quotes that looks like one of ours is one of ours."""
    for path in DOCUMENTS:
        for named in re.findall(r"`((?:src|tests|docs|conformance|bench)/[\w./-]+)`", path.read_text(encoding="utf-8")):
            assert (ROOT / named).exists(), f"{name_of(path)}: {named}"


def list_nouns() -> set[str]:
    paths = [path.relative_to(package) for package in (SRC, NODE) for path in package.rglob("*.py")]
    names = {part for path in paths for part in path.with_suffix("").parts}
    words = {word for name in names for word in name.strip("_").split("_")}
    return words - PLAIN_WORDS - {"init", "main", ""}


def test_every_noun_of_the_code_is_in_the_glossary() -> None:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").lower()
    known = set(re.findall(r"[a-z][a-z0-9]*", text))
    assert {noun for noun in list_nouns() if not known & forms(noun)} == set()


def forms(noun: str) -> set[str]:
    """Give a noun with and without its plural."""
    found = {noun, noun.removesuffix("s"), noun + "s", noun.removesuffix("es")}
    return found | ({noun.removesuffix("ies") + "y"} if noun.endswith("ies") else set())


def test_plain_words_are_used() -> None:
    names = {part for path in list_files("src", suffix=".py") for part in path.stem.split("_")}
    folders = {part for path in SRC.rglob("*.py") for part in path.relative_to(SRC).parts}
    assert names | folders >= PLAIN_WORDS
