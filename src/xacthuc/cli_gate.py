"""The gate by hand: serve the page that checks certificates, with a demonstration where no lists are given."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from xacthuc.cli_paths import Place

PORT = 8475
LISTS = Place(exists=True, file_okay=False, path_type=Path)
PAGE = Path(__file__).resolve().parent / "verifier"  # in a checkout a link to verifier/, in a wheel its files


@click.command()
@click.option("--lists", type=LISTS, help="Folder with root.json, trust.json and index.json; else a demonstration.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port on this machine.")
def gate(lists: Path | None, *, port: int) -> None:
    """Serve the gate to a browser of this machine, until Ctrl-C."""
    from xacthuc.runs.gate_samples import make_samples
    from xacthuc.runs.serving import open_server

    made = {} if lists else make_samples(now=datetime.now(UTC))
    with open_server(PAGE, port=port, made=made, lists=lists) as server:
        place = f"http://localhost:{server.server_address[1]}/"
        click.echo(f"Cổng kiểm tra: {place}")
        click.echo(f"The gate: {place}")
        if made:
            click.echo(f"Mã để quét thử / codes to scan: {place}samples.html")
        server.serve_forever()
