"""A real PostgreSQL for the tests of the platform: the role of the application, the wall up, a transaction a test."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SERVER in item.path.parents and "rolled_back" not in item.fixturenames:
            item.fixturenames.append("rolled_back")


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """Start a server, or take the one that DATABASE_URL names; gives the address for the application's role."""
    from xacthuc_server.site.database import make_database, prepare
    from xacthuc_server.site.postgres import start_server

    folder = Path(tempfile.mkdtemp(prefix="xacthuc-", dir="/var/tmp"))
    folder.chmod(0o711)  # the servant that runs the database passes through, as it does not through folders of pytest
    name = f"test_{secrets.token_hex(4)}"
    given = os.environ.get("DATABASE_URL")
    server = None if given else start_server(folder / "db")
    os.environ.update(XACTHUC_SECRET="of tests only", XACTHUC_HOSTS="testserver,localhost", XACTHUC_TLS="no")
    os.environ.update(XACTHUC_DATA=str(folder), DJANGO_SETTINGS_MODULE="xacthuc_server.site.settings")
    try:
        owner = make_database(given or server.url(), name=name)
        app = prepare(owner, environment={}).app
        os.environ["XACTHUC_DATABASE"] = app
        import django

        django.setup()
        yield app
        from django.db import connection

        connection.close()
        if connection.pool:
            connection.close_pool()
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def rolled_back(database: str) -> Iterator[None]:
    """Run a test inside a transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
