"""A disk that is full or read-only: refused at start, and said while writing, on a real disk that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from contactable.errors import RegisterError
from contactable.register import Keyring, Register
from contactable.register.database import make_engine, read_url, refuse_weak
from contactable.register.testing import KEY

IN_A_NAMESPACE = ("unshare", "--map-root-user", "--mount")


@pytest.fixture(scope="module")
def may_mount() -> None:
    """Skip where nobody may mount a disk of their own."""
    try:
        subprocess.run([*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mount namespaces are not permitted here")


def on_a_disk(folder: Path, what: str) -> list[str]:
    script = Path(__file__).with_name("on_a_disk_of_its_own.py")
    done = subprocess.run([*IN_A_NAMESPACE, sys.executable, script, folder, what], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("may_mount")
@pytest.mark.parametrize(("what", "said"), [("full", "make room"), ("read-only", "mount its disk for writing")])
def test_a_disk_that_takes_nothing_is_refused_at_start(tmp_path: Path, what: str, said: str) -> None:
    (line,) = on_a_disk(tmp_path, what)

    assert said in line


@pytest.mark.usefixtures("may_mount")
def test_a_disk_that_fills_up_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    entries, line = on_a_disk(tmp_path, "full while writing")

    assert entries == "0 entries"
    assert "full: nothing was recorded" in line


@pytest.mark.parametrize("level", ["OFF", "NORMAL"])
def test_a_lowered_synchronous_is_refused(sqlite_url: str, level: str) -> None:
    engine = make_engine(read_url(sqlite_url))
    raw = engine.raw_connection()
    raw.cursor().execute(f"PRAGMA synchronous={level}").close()
    raw.close()  # back into the pool: the next one to connect gets it

    with engine.connect() as connection, pytest.raises(RegisterError, match="synchronous=FULL"):
        refuse_weak(connection)
    engine.dispose()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_acknowledged_is_refused(postgresql_url: str, setting: str) -> None:
    alter(postgresql_url, f"SET {setting} = off")
    try:
        with pytest.raises(RegisterError, match=f"{setting}=off"):
            Register.open(postgresql_url, Keyring.from_secrets(KEY))
    finally:
        alter(postgresql_url, f"RESET {setting}")


def alter(url: str, change: str) -> None:
    """Change a setting of the whole server, and wait until new connections have it."""
    engine = make_engine(read_url(url)).execution_options(isolation_level="AUTOCOMMIT")
    wanted = "off" if change.endswith("off") else "on"
    with engine.connect() as connection:
        connection.execute(text(f"ALTER SYSTEM {change}"))
        connection.execute(text("SELECT pg_reload_conf()"))
        while connection.execute(text(f"SHOW {change.split()[1]}")).scalar() != wanted:
            pass
    engine.dispose()
