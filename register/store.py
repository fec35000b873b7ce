"""The open register: works that write, works that read.

On SQLite one thread writes, in groups; readers see what is committed. On PostgreSQL each work is a transaction of its
own, but for what is written together; one that met another is tried again. Either way ``write`` returns when the
result is on disk.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection

from contactable.clock import Clock, utc_now
from contactable.errors import NoRegister, RegisterError
from contactable.register.database import (
    in_our_words,
    is_sqlite,
    make_clock_engine,
    make_engine,
    read_url,
    refuse_weak,
    when_met,
)
from contactable.register.keyring import Keyring
from contactable.register.transaction import Tx
from contactable.register.upgrading import add_key, check_keys, newest_version, refuse_newer, set_clock, version_of
from contactable.register.writer import Writer

T = TypeVar("T")
Item = TypeVar("Item")

_UPGRADE = "run `contactable register upgrade`."
TOGETHER = 2
"""On PostgreSQL, how many groups of works that wait side by side are on their way at once."""
LEAST_ROOM = 1024 * 1024
"""Bytes that must be free on the disk of a register in a file: some thousand oppositions."""


class Register:
    """An open register. Get one with ``Register.open``; close it at the end."""

    def __init__(self, url: URL, keyring: Keyring, clock: Clock) -> None:
        self.url = url
        self.keyring = keyring
        self._clock = clock
        self._engine = make_engine(url)
        self._reader = make_engine(url, writing=False) if is_sqlite(url) else self._engine
        self._ticking = None if is_sqlite(url) else make_clock_engine(url)
        self._writer: Writer | None = None  # SQLite: all that is written
        self._together: Writer | None = None  # what is written together
        self._memory: dict[str, bytes] = {}

    @classmethod
    def open(cls, url: str, keyring: Keyring, *, clock: Clock = utc_now) -> Register:
        """Open a register, or refuse to and say what to do.

        Raises ``RegisterError`` when it is missing, of another version, not writable, or not durable, and
        ``KeyMismatch`` when a key is wrong or missing: such a process would find nobody's opposition.
        """
        where = read_url(url)
        if is_sqlite(where):
            _refuse_unwritable(Path(where.database or ""))
        register = cls(where, keyring, clock)
        try:
            with in_our_words(), register._engine.begin() as connection:
                _refuse_other_version(connection)
                refuse_weak(connection)
                check_keys(connection, keyring)
                add_key(connection, keyring)  # also proves that the file can be written
                set_clock(connection)
        except BaseException:
            register.close()
            raise
        register._together = Writer(register._engine, 1 if is_sqlite(where) else TOGETHER)
        register._writer = register._together if is_sqlite(where) else None
        return register

    def write(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in a transaction; return its result once that is on disk.

        What it raises undoes it and is raised here. It may be run more than once: it must do nothing but use its
        transaction.
        """
        if self._writer is not None:
            result: T = self._writer.run(lambda connection, _: [work(self._tx(connection))])
            return result
        with in_our_words():
            done: T = self._transaction(work)
            return done

    def write_together(self, work: Callable[[Tx, Sequence[Item]], Sequence[T]], item: Item, weight: int = 1) -> T:
        """Like ``write``, for one of many items: ``work`` is given those that wait side by side, and one result each.

        What one of them raises is raised to its own caller alone. ``weight`` is how many rows the item is worth.
        """
        if self._together is None:
            return self.write(lambda tx: work(tx, [item])[0])

        def on_all(connection: Connection, items: Sequence[Item]) -> Sequence[T]:
            return work(self._tx(connection), items)

        result: T = self._together.run(on_all, item, work, weight)
        return result

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that sees one moment of the register and writes nothing."""
        with in_our_words(), self._reader.connect() as connection:
            if not is_sqlite(self.url):
                # One view for the whole block, as SQLite gives: facts and entries must be of the same moment.
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield Tx(connection, self.keyring, self._clock, writing=False)

    def close(self) -> None:
        """Finish what is being written, and let go of the database."""
        if self._together is not None:
            self._together.close()
        for engine in (self._engine, self._reader, self._ticking):
            if engine is not None:
                engine.dispose()

    @when_met
    def _transaction(self, work: Callable[[Tx], Any]) -> Any:
        with self._engine.begin() as connection:
            return work(self._tx(connection))

    def _tx(self, connection: Connection) -> Tx:
        return Tx(connection, self.keyring, self._clock, clock_engine=self._ticking, memory=self._memory)


def _refuse_unwritable(path: Path) -> None:
    if not path.exists():
        raise NoRegister(f"There is no register at {path}: {_UPGRADE}")
    try:
        with path.open("r+b"):
            pass
    except OSError as error:
        mend = "mount its disk for writing" if error.errno == errno.EROFS else "change its rights"
        raise RegisterError(f"The register at {path} cannot be written ({error.strerror}): {mend}.") from None
    # Looked at before the database is: it would only say that it could not read.
    if shutil.disk_usage(path.parent).free < LEAST_ROOM:
        raise RegisterError(f"The disk that holds the register is full ({path.parent}): make room, then start again.")


def _refuse_other_version(connection: Connection) -> None:
    refuse_newer(connection)
    version = version_of(connection)
    if version is None:
        raise NoRegister(f"The register has no tables yet: {_UPGRADE}")
    if version != newest_version():
        raise RegisterError(f"The register is of an older version ({version}): {_UPGRADE}")
