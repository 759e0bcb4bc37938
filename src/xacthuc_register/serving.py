"""Start the node: index the register if that is not done, then answer on this machine until told to stop."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from xacthuc.runs.prepared import People, find_prepared
from xacthuc_register.app import Node
from xacthuc_register.building import build_index, find_index, take_model
from xacthuc_register.folder import NodeFolder
from xacthuc_register.refusals import NodeRefused
from xacthuc_register.state import State, load_budgets
from xacthuc_register.store import Store

HOST = "127.0.0.1"  # who asks from elsewhere comes through the owner's gateway, which speaks TLS
PORT = 8010
THREADS = 8  # at a time; the others wait
WAITING = 128  # connections that may wait
QUIET_SECONDS = 4.0  # without a word from a connection, and it is closed: a partner's request is written at once

Report = Callable[[str], None]


@dataclass(frozen=True)
class Running:
    """A node that answers."""

    address: str
    state: State


class _Handler(WSGIRequestHandler):
    timeout = QUIET_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was asked is in the node's own log."""

    def get_stderr(self) -> Any:
        return _Nowhere()


class _Nowhere:
    def write(self, _: str) -> None:
        """Take what would quote a request."""

    def flush(self) -> None:
        """Nothing to do."""


class _Server(WSGIServer):
    request_queue_size = WAITING
    allow_reuse_address = True

    def __init__(self, port: int, node: Node) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="node")
        super().__init__((HOST, port), _Handler)
        self.set_app(node)

    def server_bind(self) -> None:
        """Bind without asking for the machine's name, which may take seconds."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._threads.submit(self._serve, request, client_address)

    def _serve(self, request: socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # whoever asked is gone
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        self._threads.shutdown(wait=True, cancel_futures=True)


def find_people(register: Path | None) -> People | None:
    """Give the prepared register at a path; raises NodeRefused where it is none."""
    if register is None:
        return None
    people = find_prepared(register)
    if people is None:
        raise NodeRefused("node_register_raw", register)
    return people


def open_store(
    folder: NodeFolder, *, register: Path | None, model: Path | None = None, report: Report = lambda _: None
) -> Store:
    """Open the index of the register's newest version, after making it if that is not done.

    Without `register` the newest index that is there. Raises NodeRefused.
    """
    people = find_people(register)
    if people is not None:
        place = find_index(folder.index, version=people.version)
        if place is None:
            place = build_index(people, folder=folder.index, referrer=folder.referrer, model=model, report=report)
        take_model(place, model or people.model)
        _remove_others(folder.index, place)
        return Store(place)
    versions = sorted((int(path.name) for path in folder.index.glob("[0-9]*") if path.name.isdigit()), reverse=True)
    places = (find_index(folder.index, version=version) for version in versions)
    newest = next((place for place in places if place), None)
    if newest is None:
        raise NodeRefused("node_register_missing", folder.path)
    return Store(newest)


def _remove_others(index: Path, place: Path) -> None:
    for other in index.iterdir():
        if other != place and other.is_dir():
            shutil.rmtree(other)


@contextmanager
def run_node(
    data: Path, *, port: int, register: Path | None, model: Path | None = None, report: Report = lambda _: None
) -> Iterator[Running]:
    """Serve until the block ends. Raises NodeRefused."""
    folder = NodeFolder(data)
    with ExitStack() as ends:
        ends.enter_context(folder.holding())
        store = open_store(folder, register=register, model=model, report=report)
        state = State(folder.state, budgets=load_budgets(data))
        ends.callback(state.close)
        node = Node(folder, store=store, state=state, now=lambda: datetime.now(UTC))
        try:
            server = _Server(port, node)
        except OSError:
            raise NodeRefused("node_port_taken", port) from None
        ends.callback(server.server_close)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        ends.callback(thread.join)
        ends.callback(server.shutdown)
        yield Running(f"http://{HOST}:{server.server_port}", state)


def wait_for_end() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    asked = threading.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, lambda *_: asked.set())
    asked.wait()
