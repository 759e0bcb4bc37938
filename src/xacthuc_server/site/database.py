"""Make the database ready: two roles, the tables, the rights of the role that the web and the jobs use.

The owner's role holds the tables and runs migrations. The application's role owns nothing, is no superuser and cannot
look past the wall; its password is new at every start.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from xacthuc_server.accounts.wall import APP_ROLE, write_grants
from xacthuc_server.site.postgres import find_server, start_server
from xacthuc_server.site.refusals import DatabaseRefused

OWNER_ROLE = "xacthuc_owner"
DATABASE = "xacthuc"
APPEND_ONLY = ("audit_event", "audit_seal")


@dataclass(frozen=True)
class Addresses:
    """Where the two roles find the database."""

    owner: str
    app: str


def make_database(superuser: str, *, name: str = DATABASE) -> str:
    """Make the owner's role and the database in a server of our own; gives the owner's address."""
    password = secrets.token_urlsafe(24)
    with psycopg.connect(superuser, autocommit=True) as connection:
        _make_role(connection, OWNER_ROLE, password=password, options="NOSUPERUSER CREATEROLE NOBYPASSRLS")
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
            )
    return _with_role(superuser, role=OWNER_ROLE, password=password, database=name)


@contextmanager
def open_address(data: Path, *, name: str = DATABASE) -> Iterator[str]:
    """Give an address of the platform's database for reading, running or not; raises DatabaseRefused."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = data / "database"
    if not (folder / "data").is_dir():
        raise DatabaseRefused("audit_no_platform", data)
    running = find_server(folder, database=name)
    if running:
        yield running
        return
    server = start_server(folder)
    try:
        yield server.url(database=name)
    finally:
        server.stop()


def prepare(owner: str, *, environment: dict[str, str]) -> Addresses:
    """Bring the tables up to date, and let the application's role in; gives both addresses."""
    password = secrets.token_urlsafe(24)
    with psycopg.connect(owner, autocommit=True) as connection:
        _make_role(connection, APP_ROLE, password=password, options="NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS")
    migrate(owner, environment=environment)
    with psycopg.connect(owner) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        for statement in write_grants([row[0] for row in found.fetchall()], append_only=APPEND_ONLY):
            connection.execute(statement)  # names of tables only
    parts = urlsplit(owner)
    return Addresses(owner, _with_role(owner, role=APP_ROLE, password=password, database=parts.path.lstrip("/")))


def migrate(owner: str, *, environment: dict[str, str]) -> None:
    """Run the migrations as the owner, in a process of their own: settings are read once a process."""
    settings = {
        **os.environ,
        **environment,
        "XACTHUC_DATABASE": owner,
        "DJANGO_SETTINGS_MODULE": "xacthuc_server.site.settings",
    }
    for words in (["migrate", "--no-input"], ["createcachetable"], ["collectstatic", "--no-input"]):
        subprocess.run([sys.executable, "-m", "django", *words, "-v0"], env=settings, check=True, cwd="/")


def _make_role(connection: psycopg.Connection, role: str, *, password: str, options: str) -> None:
    """Make a role, or give the one that is there a new password: only a superuser may say more of it."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb, said = ("ALTER", "") if found else ("CREATE", options)
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(said), sql.Literal(password)
        )
    )


def _with_role(address: str, *, role: str, password: str, database: str) -> str:
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{role}:{password}@{place}", f"/{database}", parts.query, ""))
