"""One piece of work in the register: a connection, the keys, and the time at which it arrived.

Arrival times never run backwards and never repeat, across threads, processes and restarts: what was recorded later has
the later time, whatever the machine's clock did in between. On PostgreSQL the clock's row is moved on by a statement of
its own, so that transactions do not wait for one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from contactable.clock import Clock
from contactable.errors import KeyMismatch
from contactable.register import schema
from contactable.register.columns import EPOCH, microseconds
from contactable.register.keyring import Key, Keyring
from contactable.register.statements import mark, run

EVENT_SALT = "event_salt"
OLDER_EVENT_KEYS = "event_keys_before_0011"
Insert = postgresql.Insert | sqlite.Insert

_KEYS = "SELECT number, id, check_value FROM keys ORDER BY number DESC"


@dataclass
class Tx:
    """What every function of the register works in. Reading ones have a plain clock for ``now``."""

    connection: Connection
    keyring: Keyring
    clock: Clock
    writing: bool = True
    clock_engine: Engine | None = field(default=None, repr=False)  # PostgreSQL: where the clock is moved on
    memory: dict[str, bytes] = field(default_factory=dict, repr=False)  # what never changes, for all works together

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @cached_property
    def now(self) -> datetime:
        """When this work arrived, aware, in UTC; the same throughout the work."""
        if not self.writing:
            return self.clock()
        wanted = microseconds(self.clock())
        if self.clock_engine is None:
            return EPOCH + timedelta(microseconds=_moved_on(self.connection, wanted))
        # In a transaction of its own: inside this one its row would stay locked until the commit is on disk.
        with self.clock_engine.connect() as connection:
            return EPOCH + timedelta(microseconds=_moved_on(connection, wanted))

    @cached_property
    def keys(self) -> list[tuple[int, Key]]:
        """The keys under which identifiers may be kept, newest first, with their numbers.

        Raises ``KeyMismatch`` when the register has come to need a key that this process was not given: it would no
        longer find whom it must not approach.
        """
        # Asked anew in each transaction: another process may have rotated the key since this one started.
        rows = run(self.connection, _KEYS)
        for _, id, check_value in rows:
            if self.keyring.key(id).check_value != bytes(check_value):
                raise KeyMismatch(f"The key `{id}` is not the one that the register was written with.")
        return [(number, self.keyring.key(id)) for number, id, _ in rows]

    @property
    def has_older_event_keys(self) -> bool:
        """Whether entries of before version 0011 are there, whose keys have another form."""
        return bool(self._fact(OLDER_EVENT_KEYS))

    @property
    def event_salt(self) -> bytes:
        """With what senders' event ids are digested; it outlives every key."""
        if "salt" not in self.memory:
            self.memory["salt"] = self.keyring.unseal(EVENT_SALT, self._fact(EVENT_SALT))
        return self.memory["salt"]

    def _fact(self, name: str) -> bytes:
        """One that never changes while the register is open; empty where it is not told."""
        if name not in self.memory:
            found = self.connection.execute(select(schema.facts.c.value).where(schema.facts.c.name == name))
            self.memory[name] = bytes(found.scalar() or b"")
        return self.memory[name]

    def insert(self, table: Table) -> Any:
        """An ``INSERT`` of this database, which knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        make: Callable[[Table], Insert] = postgresql.insert if self.dialect == "postgresql" else sqlite.insert
        return make(table)


def _moved_on(connection: Connection, wanted: int) -> int:
    """Move the clock on to ``wanted``, or past the last arrival; return where it stands (microseconds)."""
    later = "greatest" if connection.dialect.name == "postgresql" else "max"
    said = f"UPDATE clock SET last = {later}(last + 1, {mark(connection)}) RETURNING last"  # noqa: S608
    ((last,),) = run(connection, said, (wanted,))
    return int(last)
