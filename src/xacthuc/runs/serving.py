"""Serve the gate on this machine, or write it for a web server: its files as they are, and those that are made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from xacthuc.runs.trust_folder import write_file

HOST = "127.0.0.1"  # a browser gives its camera to this machine, or over https
PATH_LENGTH = 200  # letters; the longest of ours has 50

# What is served; anything else that lies in the folder is not.
KINDS: Mapping[str, str] = {
    ".bin": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json; charset=utf-8",
}

LAST = ("lists/index.json", "files.js", "sw.js")  # what names others is written when they are there

# The page may load what is beside it, compile its WebAssembly, show what the camera sees, and reach nothing else.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob: mediastream:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def open_server(folder: Path, *, port: int, made: Mapping[str, bytes]) -> ThreadingHTTPServer:
    """Give a server for the files of a folder, which is not yet serving; port 0 takes any that is free.

    `made` are files that lie nowhere, by their paths. It writes no log: who checked what, and when, is nobody's
    business.
    """
    return ThreadingHTTPServer((HOST, port), partial(_Handler, folder=folder, made=made))


def write_site(folder: Path, out: Path, *, made: Mapping[str, bytes]) -> None:
    """Write what `open_server` would give to a folder, over what an earlier call has written there.

    Each file is whole at any time. The web server has to answer with HEADERS, over https.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in KINDS}
    given = {name: path.read_bytes() for name, path in files.items()} | dict(made)
    for name in sorted(given, key=lambda name: name in LAST):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_file(out / name, given[name])


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for files of the kinds above."""

    server_version, sys_version = "xacthuc", ""
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, folder: Path, made: Mapping[str, bytes]) -> None:
        self.folder, self.made = folder, made
        super().__init__(*args)  # type: ignore[arg-type]  # as the server gives them

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, *, with_body: bool) -> None:
        found = self._find(unquote(urlsplit(self.path[:PATH_LENGTH]).path))
        body, kind = found if found else (b"", "text/plain; charset=utf-8")
        self.send_response(200 if found else 404)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _find(self, path: str) -> tuple[bytes, str] | None:
        name = path.removeprefix("/") or "index.html"
        kind = KINDS.get(Path(name).suffix)
        if kind is None:
            return None
        if name in self.made:
            return self.made[name], kind
        try:
            file = (self.folder / name).resolve()
            return (file.read_bytes(), kind) if file.is_relative_to(self.folder.resolve()) and file.is_file() else None
        except (OSError, ValueError):
            return None
