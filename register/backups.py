"""Backing up a register in a file, and putting a backup back.

In one step: copying page by page never ends beside a writer. What was copied is checked, and its keys are, before it
counts as a backup. The keys themselves are backed up apart (``key_backups``): no archive holds both. PostgreSQL has its
own tools (``pg_basebackup``, ``pg_dump``), which this kit does not imitate.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from contactable.errors import RegisterError
from contactable.register import ledger, marks
from contactable.register.database import in_our_words, is_sqlite, make_engine, read_url
from contactable.register.entering import NewEntry
from contactable.register.keyring import Keyring
from contactable.register.store import Register
from contactable.register.upgrading import check_keys, refuse_newer


def backup(url: str, target: Path, keyring: Keyring) -> int:
    """Copy the register into ``target``, while it is in use; return its size in bytes.

    Raises ``RegisterError`` when the target is there already, the copy is not whole, or the register is not in a file,
    and ``KeyMismatch`` when the keys at hand would not open it.
    """
    source = _file_of(url)
    if target.exists():
        raise RegisterError(f"{target} is there already: name a new file.")
    part = target.with_name(f"{target.name}.part")
    try:
        _copy(source, part, journal="DELETE")
        _check(part, keyring)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)  # a copy that was not checked must not look like a backup
    return target.stat().st_size


def restore(backup_file: Path, url: str, keyring: Keyring) -> None:
    """Put a backup in the place of a register that is gone; what it missed meanwhile is still to be found.

    From now on nothing opens until a person says so (``marks.RESTORED``). Raises ``RegisterError`` when there is a
    register already, or the backup is damaged, and ``KeyMismatch`` when the keys at hand do not open it.
    """
    target = _file_of(url)
    if target.exists():
        raise RegisterError(f"There is a register at {target}: move it away first, with its -wal and -shm files.")
    _check(backup_file, keyring)
    _copy(backup_file, target, journal="WAL")
    register = Register.open(url, keyring)
    try:
        register.write(lambda tx: marks.put(tx, marks.RESTORED, tx.now.isoformat()))
        register.write(lambda tx: ledger.record(tx, [NewEntry(kind="approval", origin="admin", reason="restored")]))
    finally:
        register.close()


def _file_of(url: str) -> Path:
    where = read_url(url)
    if not is_sqlite(where):
        raise RegisterError("PostgreSQL is backed up and restored with its own tools: pg_basebackup or pg_dump.")
    return Path(where.database or "")


def _copy(source: Path, target: Path, journal: str) -> None:
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        read_only = f"{source.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(read_only, uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new, pages=-1)  # all at once: beside a writer, page by page starts over for ever
            new.execute(f"PRAGMA journal_mode={journal}").close()
        with target.open("rb") as file:
            os.fsync(file.fileno())
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or str(error)
        raise RegisterError(f"The register could not be copied to {target}: {why}.") from None


def _check(path: Path, keyring: Keyring) -> None:
    if not path.exists():
        raise RegisterError(f"There is no backup at {path}.")
    with in_our_words():
        engine = make_engine(read_url(f"sqlite:///{path.resolve()}"), writing=False)
        try:
            with engine.connect() as connection:
                if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                    raise RegisterError(f"{path} is damaged.")
                refuse_newer(connection)
                check_keys(connection, keyring)
        finally:
            engine.dispose()
