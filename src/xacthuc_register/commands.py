"""The commands of the node, which `xacthuc register` finds by their entry points."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xacthuc.exchange.keys import make_private_key, read_public_key, write_public_key
from xacthuc.runs.endings import find_ending
from xacthuc_register.folder import ROLES, NodeFolder
from xacthuc_register.refusals import load_texts
from xacthuc_register.serving import PORT, run_node, wait_for_end
from xacthuc_register.state import read_log

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
SETTINGS = {"help_option_names": ["-h", "--help"]}  # as those of the command `xacthuc`
DATA = click.option("--data", required=True, type=FOLDER, help="The node's folder: keys, index, log.")


@click.command(context_settings=SETTINGS)
@DATA
@click.option("--register", type=FOLDER, help="The prepared register; without it the index that is there.")
@click.option("--model", type=FILE, help="A model.json, where the prepared register has none.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: any that is free.")
def serve(data: Path, register: Path | None, model: Path | None, port: int) -> None:
    """Answer single questions of partners about the register, on this machine, until Ctrl-C."""
    with run_node(data.absolute(), port=port, register=register, model=model) as node:
        click.echo(_say("node_ready", node.address))
        wait_for_end()


@click.command(context_settings=SETTINGS)
@DATA
@click.option("--partner", help="Name of a partner who may ask from now on.")
@click.option("--role", type=click.Choice(ROLES), help="What the partner is.")
@click.option("--key", type=FILE, help="The partner's public key (PEM).")
@click.option(
    "--make", type=FILE, help="Make a key pair for the partner: the private key in this file, FILE.pub beside it."
)
def keys(data: Path, partner: str | None, role: str | None, key: Path | None, make: Path | None) -> None:
    """Show the node's key and its partners; with --partner, let one ask."""
    if partner is not None and (role is None or (key is None) == (make is None)):
        raise click.UsageError("--partner needs --role, and --key or --make")
    folder = NodeFolder(data.absolute())
    if partner is not None and role is not None:
        public = read_public_key(key) if key else make_pair(make) if make else None
        assert public is not None, "one of the two was given"
        folder.take_partner(partner, role=role, key=public)
    click.echo(f"{folder.key_id}  {folder.public}")
    for key_id, known in folder.list_partners().items():
        click.echo(f"{key_id}  {known.role}  {known.name}")


@click.command(context_settings=SETTINGS)
@DATA
def log(data: Path) -> None:
    """Print the log, a line each, and check that it is whole; the last hash is worth keeping elsewhere."""
    state = NodeFolder(data.absolute()).state
    for line in read_log(state) if state.exists() else ():  # a node that never ran was asked nothing
        click.echo(json.dumps(line, ensure_ascii=False))


def main() -> None:
    """Run `serve` as a program of its own, that ends as the command `xacthuc` does."""
    try:
        serve.main(standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        ending = find_ending(error)
        if ending is None:
            raise
        click.echo(ending[1], err=True)
        sys.exit(ending[0])


def make_pair(path: Path) -> Ed25519PublicKey:
    """Make a key pair: the private key at `path`, the public one beside it; gives the public one."""
    public = make_private_key(path).public_key()
    path.with_name(path.name + ".pub").write_bytes(write_public_key(public))
    return public


def _say(code: str, name: str) -> str:
    return "\n".join(str(load_texts()[code][language]).format(name=name) for language in ("vi", "en"))
