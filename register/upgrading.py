"""Making a register, and bringing an older one up to date. Never done by itself: somebody asks for it.

A new register is given its first key's check value, a salt under which events are recognised, and its own id.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, select, update

from contactable.errors import KeyMismatch, RegisterError
from contactable.register import schema
from contactable.register.columns import microseconds
from contactable.register.database import in_our_words, is_sqlite, make_engine, make_file, read_url
from contactable.register.keyring import Keyring
from contactable.register.transaction import EVENT_SALT

REGISTER_ID = "register_id"
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, keyring: Keyring) -> str:
    """Make or migrate the register; return its version. Raises ``RegisterError``, or ``KeyMismatch`` before a change.

    A register of a newer kit is refused: its tables mean what this one cannot know.
    """
    where = read_url(url)
    if is_sqlite(where):
        make_file(where)
    with in_our_words():
        engine = make_engine(where)
        try:
            if is_sqlite(where):  # before the first transaction: SQLite refuses it inside one
                _set_journal(engine.raw_connection())
            with engine.begin() as connection:
                refuse_newer(connection)
                command.upgrade(_config(connection), "head")
                _first_rows(connection, keyring)
                return version_of(connection) or ""
        finally:
            engine.dispose()


def version_of(connection: Connection) -> str | None:
    """The version of the tables; None when there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_version() -> str:
    """The version that this kit writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def refuse_newer(connection: Connection) -> None:
    """Raise ``RegisterError`` when the tables were made by a newer kit."""
    version = version_of(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise RegisterError(f"The register is of a newer version ({version}): install the kit that wrote it.")


def check_keys(connection: Connection, keyring: Keyring) -> None:
    """Raise ``KeyMismatch`` unless every key that the register needs is at hand and is the same one."""
    for row in connection.execute(select(schema.keys)).all():
        if keyring.key(row.id).check_value != bytes(row.check_value):
            raise KeyMismatch(
                f"The key `{row.id}` is not the one that the register was written with: with it nobody's opposition "
                "would be found. Put the right key back, or restore it from its backup."
            )


def add_key(connection: Connection, keyring: Keyring) -> None:
    """Enter the current key when it is new; from then on identifiers are written under it."""
    key = keyring.current
    if connection.execute(select(schema.keys.c.id).where(schema.keys.c.id == key.id)).first() is None:
        newest = connection.execute(select(func.max(schema.keys.c.number))).scalar() or 0
        values = {"number": newest + 1, "id": key.id, "check_value": key.check_value, "since": datetime.now(UTC)}
        connection.execute(insert(schema.keys).values(values))


def set_clock(connection: Connection) -> None:
    """Let arrival times go on after the last entry, whatever a crash took from the clock."""
    newest = select(schema.entries.c.recorded_at).order_by(schema.entries.c.id.desc()).limit(1)
    last = connection.execute(newest).scalar()
    if last is not None:  # ids are in order of arrival to the millisecond
        after = microseconds(last) + 1000
        connection.execute(update(schema.clock).where(schema.clock.c.last < after).values(last=after))


def _first_rows(connection: Connection, keyring: Keyring) -> None:
    check_keys(connection, keyring)
    add_key(connection, keyring)
    names = set(connection.execute(select(schema.facts.c.name)).scalars())
    if EVENT_SALT not in names:
        salt = keyring.seal(EVENT_SALT, os.urandom(32))
        connection.execute(
            insert(schema.facts),
            [
                {"name": EVENT_SALT, "value": salt},
                {"name": REGISTER_ID, "value": uuid4().bytes},
            ],
        )
    if connection.execute(select(schema.clock.c.id)).first() is None:
        connection.execute(insert(schema.clock).values(id=1, last=0))


def _set_journal(connection: object) -> None:
    """Write-ahead log; the file remembers it. Not possible inside a transaction."""
    try:
        connection.execute("PRAGMA journal_mode=WAL").close()  # type: ignore[attr-defined]
    finally:
        connection.close()  # type: ignore[attr-defined]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
