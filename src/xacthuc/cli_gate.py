"""The gate by hand: serve the page that checks certificates, or write it for a web server.

Without lists it comes with a demonstration.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from xacthuc.cli_paths import FOLDER

PORT = 8475
PAGE = Path(__file__).resolve().parent / "verifier"  # in a checkout a link to verifier/, in a wheel its files


@click.command()
@click.option("--trust", type=FOLDER, help="Folder of a trust list (xacthuc trust); else a demonstration.")
@click.option("--revoked", type=FOLDER, multiple=True, help="Folder of a revocation list (xacthuc revoke).")
@click.option("--out", type=FOLDER, help="Write the page with its lists there, for a web server, and serve nothing.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port on this machine.")
def gate(trust: Path | None, revoked: tuple[Path, ...], *, out: Path | None, port: int) -> None:
    """Serve the gate to a browser of this machine until Ctrl-C, or write it for a web server."""
    from xacthuc.runs.gate_lists import gather_lists
    from xacthuc.runs.gate_samples import make_samples
    from xacthuc.runs.serving import write_site

    if revoked and not trust:
        raise click.UsageError("--revoked needs --trust")
    made = gather_lists(trust, revoked) if trust else make_samples(now=datetime.now(UTC))
    if out:
        write_site(PAGE, out, made=made)
        click.echo(str(out))
    else:
        _serve(made, port=port, demonstration=not trust)


def _serve(made: Mapping[str, bytes], *, port: int, demonstration: bool) -> None:
    from xacthuc.runs.serving import open_server

    with open_server(PAGE, port=port, made=made) as server:
        place = f"http://localhost:{server.server_address[1]}/"
        click.echo(f"Cổng kiểm tra: {place}\nThe gate: {place}")
        if demonstration:
            click.echo(f"Mã để quét thử / codes to scan: {place}samples.html")
        click.echo("Ctrl-C: dừng / stop")
        try:
            server.serve_forever()
        except KeyboardInterrupt:  # as told
            click.echo()
