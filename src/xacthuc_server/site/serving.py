"""Start database, web, jobs and register node together, in one terminal, and stop them in order.

1 the database, unless DATABASE_URL names one
2 its tables and roles
3 the register node, unless XACTHUC_NODE names one
4 the jobs
5 the web, once all others stand.
What ends by itself ends all; Ctrl-C and SIGTERM stop them from 5 to 1, within STOP_SECONDS.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from xacthuc_server.site.database import make_database, prepare
from xacthuc_server.site.postgres import start_server
from xacthuc_server.site.processes import start, stop
from xacthuc_server.site.refusals import ServeRefused
from xacthuc_server.site.register import find_port, has_register, introduce, make_command

STOP_SECONDS = 3.5  # for each of web, jobs and node; the database has 8 of its own, all together less than 20
START_SECONDS = 30.0
WEB_THREADS = 8  # each holds a connection at most


@dataclass(frozen=True)
class Site:
    """A site that stands: its address, and the environment of its processes."""

    address: str
    data: Path
    environment: dict[str, str]  # of web and jobs
    children: dict[str, subprocess.Popen[bytes]]

    def find_ended(self) -> str | None:
        """Name a process that has ended by itself."""
        return next((name for name, child in self.children.items() if child.poll() is not None), None)


@contextmanager
def run_site(data: Path, *, port: int, host: str = "127.0.0.1", register: Path | None = None) -> Iterator[Site]:
    """Start all that makes the platform, and stop it at the end; raises ServeRefused, DatabaseRefused.

    `register` is a prepared register for the node; without it the node answers from the one it had, and where it never
    had any there is no node: people wait to be asked about.
    """
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    children: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as ends:
        owner = os.environ.get("DATABASE_URL")
        if not owner:
            server = start_server(data / "database")  # 1
            ends.callback(server.stop)
            owner = make_database(server.url())
            children["database"] = server.process
        environment = _make_environment(data, host=host)
        environment["XACTHUC_DATABASE"] = prepare(owner, environment=environment).app  # 2
        settings = {**os.environ, **environment}
        node = introduce(data)  # 3
        if not os.environ.get("XACTHUC_NODE") and (register or has_register(node)):
            asked = find_port()
            child = start(make_command(node, port=asked, register=register), log=logs / "register.log")
            ends.callback(stop, child, by=signal.SIGTERM, within=STOP_SECONDS)
            children["register"] = child
            settings["XACTHUC_NODE"] = f"http://127.0.0.1:{asked}"
        worker = start(
            [sys.executable, "-m", "xacthuc_server.jobs.worker"], log=logs / "jobs.log", environment=settings
        )  # 4
        ends.callback(stop, worker, by=signal.SIGTERM, within=STOP_SECONDS)
        web = start(_make_web(host, port), log=logs / "web.log", environment=settings)  # 5
        ends.callback(stop, web, by=signal.SIGTERM, within=STOP_SECONDS)
        children |= {"jobs": worker, "web": web}
        address = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        site = Site(address, data, settings, children)
        _wait(site, logs=logs)
        yield site


def wait_for_end(site: Site) -> str | None:
    """Wait for Ctrl-C, SIGTERM, or a process that ends by itself, which is named."""
    asked = threading.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, lambda *_: asked.set())
    while not asked.wait(0.5):
        ended = site.find_ended()
        if ended:
            return ended
    return None


def _make_environment(data: Path, *, host: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "xacthuc_server.site.settings",
        "XACTHUC_DATA": str(data),
        "XACTHUC_SECRET": _keep_secret(data / "secret"),
        "XACTHUC_HOSTS": os.environ.get("XACTHUC_HOSTS", "localhost,127.0.0.1"),
        # On one's own machine the passphrase lies beside the keys; an authority gives it to the process alone.
        "XACTHUC_KEYS": os.environ.get("XACTHUC_KEYS") or _keep_secret(data / "keys.secret"),
        "XACTHUC_TLS": os.environ.get("XACTHUC_TLS", "no" if host == "127.0.0.1" else "yes"),
    }


def _keep_secret(path: Path) -> str:
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _make_web(host: str, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        "--workers=1",
        f"--blocking-threads={WEB_THREADS}",
        "--no-ws",
        "--workers-kill-timeout=3",
        "xacthuc_server.site.wsgi:application",
    ]


def _wait(site: Site, *, logs: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        ended = site.find_ended()
        if ended:
            raise ServeRefused("serve_ended", logs / f"{ended}.log")
        try:
            with urlopen(f"{site.address}/", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > until:
                raise ServeRefused("serve_slow", logs) from None
            time.sleep(0.1)
