"""SQLite and PostgreSQL, opened so that a commit is on disk when it returns; their errors said in our words.

SQLite: write-ahead log, ``synchronous=FULL``, one process. PostgreSQL: psycopg, READ COMMITTED; a server that answers
before its log is on disk is refused. Parameters never appear in an error: they are other people's data.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random_exponential

from contactable.errors import RegisterError

BUSY_SECONDS = 10
_TRIES = 12
_PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-16384",  # KiB a connection: enough for one transaction; what it reads lies in the file's own mapping
    "mmap_size=8589934592",
    "wal_autocheckpoint=8192",  # pages, 32 MiB: many commits touch the same ones, and each is copied back once
)
_SAID = {
    "locked": "The register is locked by another process: one process at a time writes to SQLite. Stop the other one.",
    "full": "The disk that holds the register is full: nothing was recorded. Make room, then start again.",
    "readonly": "The register cannot be written: give this user the right to write the file and its folder.",
    "malformed": "The register is damaged: restore the last backup (docs/register-care.md, Backup and restoring).",
    "not a database": "The register's file is not a database of this kit: check [register] url.",
    "unable to open": "The register cannot be opened: check that [register] url names a folder that exists.",
    "disk i/o": "The disk that holds the register does not answer: nothing was recorded.",
}


def read_url(text_: str) -> URL:
    """Understand the register's URL; raise ``RegisterError`` for another kind, or options that would weaken it."""
    try:
        url = make_url(text_)
    except ArgumentError:
        url = None
    kind = url.get_backend_name() if url else ""
    if url is None or kind not in ("sqlite", "postgresql"):
        raise RegisterError("[register] url is sqlite:///FILE or postgresql://USER@HOST/NAME.")
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.query or not url.database or url.database == ":memory:":
        raise RegisterError("[register] url: SQLite takes a file and no options; an option could lower its durability.")
    return url.set(drivername="sqlite+pysqlite")


def is_sqlite(url: URL) -> bool:
    """Whether it is a file of our own."""
    return url.get_backend_name() == "sqlite"


def make_engine(url: URL, *, writing: bool = True) -> Engine:
    """An engine; on SQLite, one that is not ``writing`` cannot."""
    if not is_sqlite(url):
        return create_engine(url, hide_parameters=True, pool_size=10, max_overflow=20, pool_pre_ping=True)
    # hide_parameters: an error that quotes its parameters would quote people.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    pragmas = (*_PRAGMAS, "query_only=OFF" if writing else "query_only=ON")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver would say it too late
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def make_clock_engine(url: URL) -> Engine:
    """PostgreSQL: connections that move the clock on, each statement a transaction of its own that waits for no disk.

    A crash may lose the last moves; ``set_clock`` makes them good from the entries.
    """
    options = {"options": "-c synchronous_commit=off"}
    return create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args=options)


def make_file(url: URL) -> None:
    """Make a register's file that its owner alone may read; the log beside it inherits that."""
    path = Path(url.database or "")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise RegisterError(f"The register cannot be made at {path}: {error.strerror}.") from None


def refuse_weak(connection: Connection) -> None:
    """Raise ``RegisterError`` where the database would answer before the data is safe, or cannot be written."""
    if connection.dialect.name == "sqlite":
        if connection.execute(text("PRAGMA synchronous")).scalar() not in (2, 3):
            raise RegisterError("SQLite does not keep synchronous=FULL here: a power cut would lose oppositions.")
        if connection.execute(text("PRAGMA journal_mode")).scalar() != "wal":
            raise RegisterError("The register's file is not in WAL mode: run `contactable register upgrade`.")
        return
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        if connection.execute(text(f"SHOW {setting}")).scalar() == "off":
            raise RegisterError(f"PostgreSQL runs with {setting}=off: a power cut would lose oppositions. Turn it on.")
    if connection.execute(text("SHOW transaction_read_only")).scalar() == "on":
        raise RegisterError(
            "PostgreSQL is read-only here (a standby, or default_transaction_read_only): use the primary."
        )


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn what the driver raises into a ``RegisterError`` that says what to do and quotes no data."""
    try:
        yield
    except DBAPIError as error:
        raise RegisterError(explain(error)) from None
    except SQLAlchemyError as error:
        raise RegisterError(f"The register failed ({type(error).__name__}).") from None


def explain(error: DBAPIError) -> str:
    """Say an error of the driver in one sentence."""
    said = str(error.orig).lower()
    for word, sentence in _SAID.items():
        if word in said:
            return sentence
    if "connection" in said or "connect" in said:
        return "PostgreSQL does not answer: check that it runs and that [register] url is right."
    state = getattr(error.orig, "sqlstate", None)
    return f"The register failed ({type(error.orig).__name__}{f', {state}' if state else ''})."


def is_temporary(error: DBAPIError) -> bool:
    """Whether the same work may succeed at once: a deadlock, or a conflict between transactions."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


when_met = retry(
    retry=retry_if_exception(lambda error: isinstance(error, DBAPIError) and is_temporary(error)),
    stop=stop_after_attempt(_TRIES),
    wait=wait_random_exponential(multiplier=0.01, max=1),
    reraise=True,
)
"""Tries a transaction again that met another one."""
