"""The platform's commands, which `xacthuc` finds by their entry points."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click

from xacthuc_server.site.postgres import DatabaseRefused
from xacthuc_server.site.serving import ServeRefused, run_site, wait_for_end
from xacthuc_server.texts import say

ROOT_FOLDER = Path("/var/lib/xacthuc")


def _speak(code: str, name: object = "") -> str:
    return "\n".join(say(code, language=language, name=name) for language in ("vi", "en"))


def choose_folder(name: str) -> Path:
    """Give the folder for data where none is named: root's own home is closed to the database."""
    if os.geteuid() == 0:
        return ROOT_FOLDER / name
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "xacthuc" / name


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of the site.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of the platform's data.")
@click.option(
    "--register",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A prepared register for the node on this machine; needed once.",
)
def serve(port: int, data: Path | None, register: Path | None) -> None:
    """Start the platform: database, web, jobs and register node, until Ctrl-C."""
    try:
        _check_port(port)
        with run_site(data or choose_folder("platform"), port=port, register=register) as site:
            click.echo(_speak("serve_ready", site.address))
            ended = wait_for_end(site)
            if ended:
                raise ServeRefused("serve_ended", site.data / "logs" / f"{ended}.log")
    except (DatabaseRefused, ServeRefused) as refusal:
        raise click.ClickException(_speak(refusal.code, refusal.what)) from None
    click.echo(_speak("serve_stopped"))


def _check_port(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            raise ServeRefused("serve_port_taken", port) from None
