"""Rules that a reader of the text alone can hold: settings, names, reasons on exemptions, nothing private."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from house import NODE, ROOT, SRC, list_files, name_of

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHON = [path for path in list_files(suffix=".py") if path != Path(__file__)]
TEXTS = [path for path in list_files() if path != Path(__file__)]

BAD_NAMES = {"utils", "util", "common", "core", "base", "manager", "managers", "helper", "helpers", "misc", "service"}
HOSTS = re.compile(r"pypi\.org|pythonhosted|npmjs|registry\.|index-url|proxy\.golang|//[a-z0-9.-]+/simple\b")
MACHINE = re.compile(r"(?<![\w.<{])/(?:work|home|root|Users|tmp|var/folders)/\w")
# Twelve digits as on an identity card, ten as of a mobile phone: none but the plainly made up, with four equal digits.
NUMBER = re.compile(r"(?<![\d.])(?:0\d{11}|0[35789]\d{8})(?!\d)")
MADE_UP = re.compile(r"(\d)\1{3}|1234|2345|3456|9876")
# Where synthetic people live.
SYNTHETIC = ("src/xacthuc/nation/", "tests/", "conformance/", "bench/", "docs/manual/", "docs/tutorial", "docs/howto/")


def test_warnings_are_errors() -> None:
    assert SETTINGS["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_coverage_has_its_floor() -> None:
    assert SETTINGS["tool"]["coverage"]["report"]["fail_under"] >= 95
    assert SETTINGS["tool"]["coverage"]["run"]["branch"] is True


def test_types_are_strict() -> None:
    assert SETTINGS["tool"]["mypy"]["strict"] is True


def test_check_runs_every_tool_and_so_does_the_new_machine() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = makefile.split("\ncheck:")[1].split("\n\n")[0]
    assert all(tool in check for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports"))
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(line in run for line in ("make check", "make test", "XACTHUC_REQUIRE_ALL=1"))


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_every_exemption_from_a_tool_has_its_reason(path: Path) -> None:
    marks = re.compile(r"#\s*(pragma: no cover|type: ignore(\[[\w, -]+\])|noqa: [A-Z0-9, ]+?)(?P<rest>\s*$|\s+.*)")
    for line in path.read_text(encoding="utf-8").splitlines():
        if "pragma: no cover" in line or "type: ignore" in line or "# noqa" in line:
            found = marks.search(line)
            assert found, f"say which rule is meant: {line.strip()}"
            assert len(found["rest"].strip(" -#")) > 8, f"say why: {line.strip()}"


def test_packages_and_modules_have_telling_names() -> None:
    paths = [path.relative_to(package) for package in (SRC, NODE) for path in package.rglob("*.py")]
    names = {part for path in paths for part in path.with_suffix("").parts}
    assert not names & BAD_NAMES


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_no_host_of_a_registry_and_no_path_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert not HOSTS.search(text)
    assert not MACHINE.search(text)


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_no_numbers_of_people_where_none_belong(path: Path) -> None:
    if name_of(path).startswith(SYNTHETIC) or path.name.startswith("requirements"):
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    assert [n for n in NUMBER.findall(text) if not MADE_UP.search(n)] == []
