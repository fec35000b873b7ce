"""Every write of ours to the outside: properties, native opt-outs, senders' blocklists.

What comes back and matches it is an echo and no new fact; and after an annulment it tells which blocks a person must
lift by hand, because no sender lets us take back what may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update

from contactable.register.ids import new_id
from contactable.register.schema_work import journal as table
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

is_block = and_(
    or_(table.c.target.endswith(":opt_out"), table.c.target.endswith(":blocklist")), table.c.lifted_at.is_(None)
)
"""The lines about opt-outs and blocks that nobody has lifted; properties are written back by themselves."""


@dataclass(frozen=True, slots=True)
class Written:
    """One write. ``target`` is ``<connector or endpoint>:<what>``: ``hubspot:opt_out``, ``brevo:blocklist``."""

    target: str
    subject_id: str
    channel: str
    value: str = ""
    written_at: datetime | None = None
    lifted_at: datetime | None = None


def add(tx: Tx, rows: Iterable[Written]) -> None:
    """Keep writes, before they are made: one that failed leaves a line too many, never an echo unrecognised."""
    for part in chunks(rows):
        tx.connection.execute(
            table.insert(),
            [
                {
                    "id": new_id(tx.now),
                    "target": row.target,
                    "subject_id": row.subject_id,
                    "channel": row.channel,
                    "value": row.value,
                    "written_at": row.written_at or tx.now,
                }
                for row in part
            ],
        )


def is_echo(
    tx: Tx, target: str, subject_id: str, channel: str, value: str = "", *, within: timedelta = timedelta(days=7)
) -> bool:
    """Whether what a sender tells is what we wrote there a while ago."""
    same = (table.c.target == target) & (table.c.subject_id == subject_id) & (table.c.channel == channel)
    recent = (table.c.value == value) & (table.c.written_at >= tx.now - within)
    return tx.connection.execute(select(table.c.id).where(same & recent).limit(1)).first() is not None


def standing(tx: Tx, subject_ids: Iterable[str]) -> list[Written]:
    """The opt-outs and blocks that we set for some subjects and nobody has lifted."""
    found: dict[tuple[str, str, str], Written] = {}
    for part in chunks(subject_ids):
        for row in tx.connection.execute(select(table).where(table.c.subject_id.in_(part), is_block)):
            found[row.target, row.subject_id, row.channel] = Written(
                row.target, row.subject_id, row.channel, row.value, row.written_at
            )
    return list(found.values())


def written_to(tx: Tx, target: str, subject_ids: Iterable[str]) -> list[Written]:
    """What we wrote to one target for some subjects, lifted or not, in the order of writing."""
    found: list[Written] = []
    for part in chunks(subject_ids):
        here = (table.c.target == target) & table.c.subject_id.in_(part)
        rows = tx.connection.execute(select(table).where(here).order_by(table.c.id))
        found += [Written(*(getattr(row, name) for name in Written.__slots__)) for row in rows]
    return found


def lifted(tx: Tx, target: str, subject_id: str, channel: str) -> None:
    """Keep that a person lifted a block."""
    here = (table.c.target == target) & (table.c.subject_id == subject_id) & (table.c.channel == channel)
    tx.connection.execute(update(table).where(here).values(lifted_at=tx.now))
