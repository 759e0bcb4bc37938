"""Commands of other packages: found by their entry points, loaded when they are called, missed in both languages."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from xacthuc.cli_plugins import OpenGroup
from xacthuc.runs.refusals import VerifyRefused

ROOT = Path(__file__).parents[2]
ENTRIES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]


class TriedGroup(OpenGroup):
    """Commands of a group of its own: what else is installed does not matter."""

    entries = "xacthuc.tried"


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """The commands with those of a package that is installed in a folder."""
    (tmp_path / "greeting.py").write_text(
        "import click\n\n\n@click.command()\ndef greet():\n    '''Greet.'''\n    click.echo('xin chào')\n"
    )
    place = tmp_path / "greeting-1.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1\n")
    (place / "entry_points.txt").write_text("[xacthuc.tried]\ngreet = greeting:greet\nlost = nowhere_at_all:lost\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return TriedGroup("xacthuc", commands={"own": click.Command("own", callback=lambda: click.echo("own"))})


def test_a_command_of_another_package(group: click.Group) -> None:
    assert CliRunner().invoke(group, ["greet"]).output == "xin chào\n"
    assert CliRunner().invoke(group, ["own"]).output == "own\n"
    listed = CliRunner().invoke(group, ["--help"]).output
    assert all(word in listed for word in ("own", "Greet.", "lost", "Not installed"))


def test_a_command_whose_packages_are_missing(group: click.Group) -> None:
    with pytest.raises(VerifyRefused) as refused:
        group.main(["lost", "--port", "1"], standalone_mode=False)
    assert refused.value.code == "run_extra_missing"
    assert CliRunner().invoke(group, ["never"]).exit_code == 2


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.startswith("xacthuc")])
def test_every_command_that_we_bring_along_is_one(name: str) -> None:
    for called, value in ENTRIES[name].items():
        if not value.startswith("xacthuc_server"):  # those need the packages of the platform
            assert isinstance(EntryPoint(called, value, name).load(), click.Command)
