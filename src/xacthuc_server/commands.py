"""The platform's commands, which `xacthuc` finds by their entry points."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click

from xacthuc_server.audit.chain import Checked, check_chain, read_links
from xacthuc_server.audit.exporting import export_chain
from xacthuc_server.site.database import open_address
from xacthuc_server.site.refusals import ServeRefused, SiteRefused
from xacthuc_server.site.serving import Site, run_site, wait_for_end
from xacthuc_server.texts import say

FOLDER = click.Path(path_type=Path, file_okay=False)
THERE = click.Path(path_type=Path, file_okay=False, exists=True)

ROOT_FOLDER = Path("/var/lib/xacthuc")


TRYING = "demonstration"  # the folder of data of a site that was filled to be tried


def _speak(code: str, name: object = "", **named: object) -> str:
    return "\n".join(say(code, language=language, name=name, **named) for language in ("vi", "en"))


def choose_folder(name: str) -> Path:
    """Give the folder for data where none is named: root's own home is closed to the database."""
    if os.geteuid() == 0:
        return ROOT_FOLDER / name
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "xacthuc" / name


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of the site.")
@click.option("--data", type=FOLDER, help="Folder of the platform's data.")
@click.option("--register", type=THERE, help="A prepared register for the node on this machine; needed once.")
@click.option("--demonstration", type=THERE, help="Fill it with the district that `xacthuc demo` made in this folder.")
def serve(port: int, data: Path | None, register: Path | None, demonstration: Path | None) -> None:
    """Start the platform: database, web, jobs and register node, until Ctrl-C.

    With --demonstration and without a terminal it says what there is to try, and ends.
    """
    folder = (data or choose_folder(TRYING if demonstration else "platform")).absolute()
    _check_port(port)
    if demonstration:
        register = prepare_register(demonstration, folder)
    with run_site(folder, port=port, register=register) as site:
        click.echo(_speak("serve_ready", site.address))
        if demonstration:
            _show_trying(site, demonstration)
            if not sys.stdout.isatty():
                return
        ended = wait_for_end(site)
        if ended:
            raise ServeRefused("serve_ended", site.data / "logs" / f"{ended}.log")
    click.echo(_speak("serve_stopped"))


def prepare_register(demonstration: Path, folder: Path) -> Path:
    """Prepare the demonstration's register for the node, once; raises ServeRefused where `xacthuc demo` left none."""
    source, model = demonstration / "workbooks" / "register.csv", demonstration / "province" / "model.json"
    if not (source.exists() and model.exists()):
        raise ServeRefused("serve_no_demonstration", demonstration)
    made = folder / "register-prepared"
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        words = ["register", "prepare", str(source.absolute()), "--out", str(made), "--model", str(model.absolute())]
        code = "from xacthuc.cli import main; main()"
        subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True)
    return made


def _show_trying(site: Site, demonstration: Path) -> None:
    click.echo(_speak("trying_fills"))
    words = [sys.executable, "-W", "ignore", "-m", "xacthuc_server.trying", str(demonstration.absolute()), site.address]
    if subprocess.run(words, env=site.environment, cwd="/").returncode:
        raise ServeRefused("trying_failed", site.data / "logs")


def _check_port(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            raise ServeRefused("serve_port_taken", port) from None


@click.group()
def audit() -> None:
    """Export the sealed audit of a platform, and check that it is whole."""


@audit.command()
@click.argument("to", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--data", type=FOLDER, help="Folder of the platform's data; DATABASE_URL where the database is elsewhere."
)
def export(to: Path, data: Path | None) -> None:
    """Write all seals and their events into the file TO, to be checked anywhere. Exit code 0; 1 where it cannot."""
    if to.exists():
        raise SiteRefused("audit_file_exists", to)
    folder = data or choose_folder("platform")
    with open_address(folder) as address:
        seals, events = export_chain(address, to)
    click.echo(_speak("audit_exported", to, seals=seals, events=events))


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def check(file: Path) -> None:
    """Check FILE, which `audit export` wrote. Exit code 0: whole; 1: it is not; 2: it cannot be read."""
    checked, faults = Checked(), 0
    try:
        with file.open(encoding="utf-8") as lines:
            for fault in check_chain(read_links(lines), checked=checked):
                click.echo(_speak(fault.code, seal=fault.seal), err=True)
                faults += 1
    except (OSError, ValueError, KeyError, TypeError):
        click.echo(_speak("audit_unreadable", file), err=True)
        sys.exit(2)
    if faults:
        sys.exit(1)
    click.echo(_speak("audit_holds", seals=checked.seals, events=checked.events, digest=checked.digest))
