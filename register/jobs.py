"""Work that a command leaves for the running ``serve``, and when the tasks of the schedule ran last.

On SQLite one process writes: a command puts a job into the register and watches its progress. A job whose worker was
killed is free again when its lease ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from contactable.register.ids import new_id
from contactable.register.schema_work import jobs as table
from contactable.register.schema_work import runs
from contactable.register.transaction import Tx

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. ``progress`` and ``note`` name no person."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    state: str
    progress: Mapping[str, Any]
    note: str
    put_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """How a task of the schedule ran last."""

    name: str
    started_at: datetime
    ended_at: datetime
    ok: bool
    note: str


def put(tx: Tx, name: str, arguments: Mapping[str, Any] | None = None) -> str:
    """Leave a job; return its id."""
    id = new_id(tx.now)
    values = {"id": id, "name": name, "arguments": arguments or {}, "state": WAITING, "put_at": tx.now}
    tx.connection.execute(table.insert().values(values))
    return id


def waiting(tx: Tx) -> bool:
    """Whether a job waits, or was abandoned: a look that writes nothing."""
    return tx.connection.execute(select(table.c.id).where(_free(tx)).limit(1)).first() is not None


def claim(tx: Tx, lease_seconds: float) -> Job | None:
    """Take the oldest job that waits, or whose worker let its lease end; None when there is none."""
    oldest = select(table.c.id).where(_free(tx)).order_by(table.c.id).limit(1)
    if tx.dialect == "postgresql":
        oldest = oldest.with_for_update(skip_locked=True)
    id = tx.connection.execute(oldest).scalar()
    if id is None:
        return None
    values = {"state": RUNNING, "leased_until": tx.now + timedelta(seconds=lease_seconds)}
    taken = update(table).where(table.c.id == id).values(values).returning(*_COLUMNS)
    return Job(*tx.connection.execute(taken).one())


def progress(tx: Tx, id: str, value: Mapping[str, Any], lease_seconds: float) -> None:
    """Say how far a job is, and keep its lease."""
    values = {"progress": value, "leased_until": tx.now + timedelta(seconds=lease_seconds)}
    tx.connection.execute(update(table).where(table.c.id == id).values(values))


def done(tx: Tx, id: str, note: str = "", *, ok: bool = True) -> None:
    """Say that a job ended, and how."""
    values = {"state": DONE if ok else FAILED, "note": note, "ended_at": tx.now, "leased_until": None}
    tx.connection.execute(update(table).where(table.c.id == id).values(values))


def find(tx: Tx, id: str) -> Job | None:
    """One job as it stands."""
    row = tx.connection.execute(select(*_COLUMNS).where(table.c.id == id)).first()
    return row and Job(*row)


def newest(tx: Tx, name: str, limit: int) -> list[Job]:
    """The last jobs of one kind, newest first."""
    wanted = select(*_COLUMNS).where(table.c.name == name).order_by(table.c.id.desc()).limit(limit)
    return [Job(*row) for row in tx.connection.execute(wanted)]


def ran(tx: Tx, name: str, started_at: datetime, ok: bool, note: str) -> None:
    """Keep that a task of the schedule ran, how it ended, and a short note."""
    fresh = tx.insert(runs).values(name=name, started_at=started_at, ended_at=tx.now, ok=ok, note=note)
    changing = ("started_at", "ended_at", "ok", "note")
    again = fresh.on_conflict_do_update(
        index_elements=[runs.c.name], set_={name: fresh.excluded[name] for name in changing}
    )
    tx.connection.execute(again)


def last_runs(tx: Tx) -> dict[str, Run]:
    """How each task of the schedule ran last, by name."""
    columns = (runs.c.name, runs.c.started_at, runs.c.ended_at, runs.c.ok, runs.c.note)
    return {row.name: Run(*row) for row in tx.connection.execute(select(*columns))}


def _free(tx: Tx) -> Any:
    abandoned = and_(table.c.state == RUNNING, table.c.leased_until < tx.now)
    return or_(table.c.state == WAITING, abandoned)


_COLUMNS = (
    table.c.id,
    table.c.name,
    table.c.arguments,
    table.c.state,
    table.c.progress,
    table.c.note,
    table.c.put_at,
    table.c.ended_at,
)
