"""What the gate is served with, and what it takes from the library."""

from __future__ import annotations

import importlib.util
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from xacthuc.cli_gate import gate
from xacthuc.runs.serving import KINDS, open_server, write_site
from xacthuc.runs.trust_folder import make_trust, sign_trust

FOLDER = Path(__file__).resolve().parents[2] / "verifier"
FILE_LINES = 400  # as of all files here


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gate_generate", FOLDER / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with open_server(FOLDER, port=0, made={"samples.json": b"[]", "lists/trust.json": b"{}"}) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def ask(port: int, path: str, *, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["texts.json", "data.json"])
def test_what_the_gate_takes_from_the_library_is_current(generate: ModuleType, name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == generate.PAGES[name](), "run verifier/generate.py"


def test_the_list_of_files_is_current(generate: ModuleType) -> None:
    assert (FOLDER / "files.js").read_text(encoding="utf-8") == generate.write_files(), "run verifier/generate.py"


def test_files_of_the_gate_can_be_read_at_one_go() -> None:
    written = [path for path in FOLDER.rglob("*.js") if "vendor" not in path.parts]
    assert written
    assert not [path.name for path in written if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES]


def test_a_page_keeps_no_address_from_which_anything_could_be_fetched() -> None:
    """Names that look like addresses stand in the standards that are read: none of them is ever asked."""
    names = ("http://www.w3.org/2000/svg", "https://smarthealth.cards", "https://id.uvci.eu")
    kept = [FOLDER / name for name in json.loads("[" + write_files_list() + "]")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in kept if path.suffix in {".js", ".html", ".css"}}
    found = {name: re.findall(r"https?://[\w.]+", text) for name, text in texts.items()}
    lost = {
        name: [url for url in urls if not any(one.startswith(url) for one in names)] for name, urls in found.items()
    }
    assert not {name: urls for name, urls in lost.items() if urls}


def write_files_list() -> str:
    """Give what stands between the brackets of the list of files."""
    return (FOLDER / "files.js").read_text(encoding="utf-8").partition("[")[2].partition("]")[0]


def test_every_build_of_others_has_its_licence() -> None:
    builds = [path for path in (FOLDER / "vendor").iterdir() if path.is_dir()]
    assert builds
    assert all((build / "LICENSE").is_file() for build in builds)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/app.js", "text/javascript"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/vendor/zxing-wasm/reader/zxing_reader.wasm", "application/wasm"),
        ("/samples.json", "application/json"),
        ("/lists/trust.json", "application/json"),
    ],
)
def test_a_file_has_its_kind_and_the_policy(port: int, path: str, kind: str) -> None:
    answer, body = ask(port, path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] == kind
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(body) == int(answer.headers["Content-Length"])


@pytest.mark.parametrize(
    "path",
    ["/generate.py", "/words.toml", "/../pyproject.toml", "/%2e%2e/requirements.txt", "/lists/../../x.json",
     "/none.js", "/certificates", "//etc/passwd", "/app.js%00.json", "/" + "a" * 5_000 + ".js"],
)  # fmt: skip
def test_nothing_else_is_served(port: int, path: str) -> None:
    answer, body = ask(port, path)
    assert (answer.status, body) == (404, b"")


def test_a_head_has_no_body(port: int) -> None:
    answer, body = ask(port, "/app.js", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert ".py" not in KINDS


def test_the_page_is_written_for_a_web_server(tmp_path: Path) -> None:
    made = {"lists/index.json": b"{}", "lists/a.bin": b"1"}
    write_site(FOLDER, tmp_path, made=made)
    write_site(FOLDER, tmp_path, made=made | {"lists/a.bin": b"2"})
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.html", "sw.js", "vendor/zxing-wasm/reader/zxing_reader.wasm", "lists/index.json"} <= written
    assert not [name for name in written if name.endswith((".py", ".toml"))]
    assert (tmp_path / "lists" / "a.bin").read_bytes() == b"2"


def test_the_command_writes_a_demonstration_and_lists_of_ones_own(tmp_path: Path) -> None:
    asked = CliRunner()
    said = asked.invoke(gate, ["--out", str(tmp_path / "site")])
    assert said.exit_code == 0, said.output
    assert {"lists", "samples", "samples.json", "index.html"} <= {path.name for path in (tmp_path / "site").iterdir()}
    make_trust(tmp_path / "trust")
    sign_trust(tmp_path / "trust", at=datetime.now(UTC), life=timedelta(days=7))
    said = asked.invoke(gate, ["--out", str(tmp_path / "own"), "--trust", str(tmp_path / "trust")])
    assert said.exit_code == 0, said.output
    assert {path.name for path in (tmp_path / "own" / "lists").iterdir()} == {"root.json", "trust.json", "index.json"}
    assert not (tmp_path / "own" / "samples.json").exists()
    assert asked.invoke(gate, ["--revoked", str(tmp_path)]).exit_code == 2


def test_the_command_says_where_the_gate_is_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", stop)
    said = CliRunner().invoke(gate, ["--port", "0"])
    assert said.exit_code == 0
    assert "samples.html" in said.output
