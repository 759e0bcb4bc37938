"""The commands of the register's owner: prepare the register once, enter its changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from xacthuc.cli_paths import FILE, FOLDER, PLACE
from xacthuc.cli_plugins import RegisterGroup

COLUMNS = click.option("--columns", type=FILE, help="map.toml that names the columns.")
MEMORY = click.option("--memory", type=click.FloatRange(0.5), default=4.0, show_default=True, help="Budget in GB.")
THREADS = click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
JSON = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")


@click.group(cls=RegisterGroup)
def register() -> None:
    """Prepare a population register once, version by version, and answer questions about it."""


@register.command()
@click.argument("source", type=PLACE)
@click.option("--out", required=True, type=FOLDER, help="Folder for the versions; it holds the register's values.")
@click.option("--model", type=FILE, help="A model.json that an earlier run has learnt, for every run with it.")
@COLUMNS
@MEMORY
@THREADS
@JSON
def prepare(source: Path, out: Path, *, model: Path | None, as_json: bool, **means: Any) -> None:
    """Prepare SOURCE (csv, Parquet or workbook) as version 1. Use it with: xacthuc verify --register OUT"""
    from xacthuc.runs.prepared import prepare_register
    from xacthuc.runs.progress import Progress

    with Progress(quiet=as_json, steps=2) as progress:
        made = prepare_register(source, out=out, model=model, means=_means(**means), report=progress.step)
    _tell(made, out=out, as_json=as_json)


@register.command()
@click.argument("prepared", type=FOLDER)
@click.option("--changed", required=True, type=PLACE, help="People who are new or no longer as they were, by their id.")
@click.option("--removed", type=PLACE, help="People who are no longer in the register, by their id.")
@COLUMNS
@MEMORY
@THREADS
@JSON
def update(prepared: Path, *, changed: Path, removed: Path | None, as_json: bool, **means: Any) -> None:
    """Make the next version of PREPARED; the versions before stay as they are."""
    from xacthuc.runs.prepared import update_register
    from xacthuc.runs.progress import Progress

    with Progress(quiet=as_json, steps=3 if removed else 2) as progress:
        made = update_register(prepared, changed=changed, removed=removed, means=_means(**means), report=progress.step)
    _tell(made, out=prepared, as_json=as_json)


def _means(*, columns: Path | None, memory: float, threads: int) -> Any:
    from xacthuc.reading import load_column_map
    from xacthuc.runs.prepared import Means

    return Means(load_column_map(columns) if columns else None, memory, threads)


def _tell(made: Any, *, out: Path, as_json: bool) -> None:
    said = {"register": str(out), "version": made.version, "people": made.people, "ids_repeated": made.repeated}
    vi = f"{out}: phiên bản {made.version}, {made.people} người."
    en = f"{out}: version {made.version}, {made.people} people."
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{vi}\n{en}")
