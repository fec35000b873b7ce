"""What one process may do at a time: hold a name for a while, renew it, give it back.

A lease that is not renewed ends by itself, so a process that was killed keeps nobody waiting for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from contactable.register.schema_work import leases as table
from contactable.register.transaction import Tx


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a name, and until when."""

    name: str
    holder: str
    expires_at: datetime


def take(tx: Tx, name: str, holder: str, seconds: float) -> bool:
    """Take or renew a name; False when somebody else holds it."""
    fresh = tx.insert(table).values(name=name, holder=holder, expires_at=tx.now + timedelta(seconds=seconds))
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.name],
        set_={"holder": fresh.excluded.holder, "expires_at": fresh.excluded.expires_at},
        where=or_(table.c.holder == holder, table.c.expires_at < tx.now),
    )
    return tx.connection.execute(again.returning(table.c.name)).first() is not None


def renew(tx: Tx, name: str, holder: str, seconds: float) -> bool:
    """Keep a name for longer; False when it was lost meanwhile: stop what it protects."""
    mine = (table.c.name == name) & (table.c.holder == holder)
    longer = update(table).where(mine).values(expires_at=tx.now + timedelta(seconds=seconds))
    return tx.connection.execute(longer.returning(table.c.name)).first() is not None


def release(tx: Tx, name: str, holder: str) -> None:
    """Give a name back."""
    tx.connection.execute(delete(table).where(table.c.name == name, table.c.holder == holder))


def clear(tx: Tx) -> None:
    """Free every name, for a process that knows itself alone."""
    tx.connection.execute(delete(table))


def held(tx: Tx, name: str) -> Lease | None:
    """Who holds a name now, or None."""
    row = tx.connection.execute(select(table).where(table.c.name == name, table.c.expires_at >= tx.now)).first()
    return None if row is None else Lease(row.name, row.holder, row.expires_at)
