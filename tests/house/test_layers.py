"""Imports point down only, stages never import one another, only engines/ knows an engine."""

from __future__ import annotations

from importlinter.cli import lint_imports

from house import ROOT


def test_import_layers_hold() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
