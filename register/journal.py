"""Every write of ours to the outside: properties, native opt-outs, senders' blocklists.

What comes back and matches it is an echo and no new fact; and after an annulment it tells which blocks a person must
lift by hand, because no sender lets us take back what may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, or_, select, update

from contactable.register.columns import instant
from contactable.register.ids import new_id
from contactable.register.schema_work import journal as table
from contactable.register.statements import chunks, rows_among
from contactable.register.transaction import Tx

ECHOED: Final = timedelta(days=7)
"""How long after a write what a sender tells may be its echo."""
_WRITTEN: Final = (
    "SELECT target, subject_id, channel, value, written_at, lifted_at FROM journal "
    "WHERE subject_id IN ({many}) ORDER BY id"
)

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

    def is_echoed(self, channel: str, now: datetime) -> bool:
        """Whether a block that a sender tells of now may be this one: what we wrote there a while ago."""
        recent = self.written_at is not None and self.written_at >= now - ECHOED
        return recent and self.channel == channel and not self.value


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


def standing(tx: Tx, subject_ids: Iterable[str]) -> list[Written]:
    """The opt-outs and blocks that we set for some subjects and nobody has lifted."""
    found: dict[tuple[str, str, str], Written] = {}
    for part in chunks(subject_ids):
        for row in tx.connection.execute(select(table).where(table.c.subject_id.in_(part), is_block)):
            found[row.target, row.subject_id, row.channel] = Written(
                row.target, row.subject_id, row.channel, row.value, row.written_at
            )
    return list(found.values())


def written_to(tx: Tx, targets: Collection[str], subject_ids: Iterable[str]) -> list[Written]:
    """What we wrote to these targets for some subjects, lifted or not, in the order of writing."""
    rows = rows_among(tx.connection, _WRITTEN, map(bytes.fromhex, subject_ids))
    return [
        Written(target, bytes(subject).hex(), channel, value, instant(written), instant(lifted))
        for target, subject, channel, value, written, lifted in rows
        if target in targets  # of few: one look for a subject costs half of one for each target
    ]


def lifted(tx: Tx, target: str, subject_id: str, channel: str) -> None:
    """Keep that a person lifted a block."""
    here = (table.c.target == target) & (table.c.subject_id == subject_id) & (table.c.channel == channel)
    tx.connection.execute(update(table).where(here).values(lifted_at=tx.now))
