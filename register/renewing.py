"""Blocks that stood long enough to be looked at again: a sender may have forgotten one when somebody changed a contact.

Some a day, the oldest first, in turns. Most senders let one ask for an address only in a path, and paths end in logs;
so a block is not read back but asked for again: where it stands that changes nothing, and each answer is checked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select

from contactable.register import blocks, cursors
from contactable.register.schema import carried
from contactable.register.schema_work import journal
from contactable.register.transaction import Tx

AGE: Final = timedelta(days=30)
A_DAY: Final = 300
PLACE: Final = "renewed blocks"
"""The cursor that keeps, for each sender, how far this turn came."""


def renew(tx: Tx, endpoint: str, *, age: timedelta = AGE, limit: int = A_DAY) -> int:
    """Owe a sender again up to ``limit`` of the blocks that it was last sent ``age`` ago or before; return how many.

    Only of those whose address or number a CRM tells now, and whom an opposition still binds.
    """
    told = exists().where(carried.c.subject_id == journal.c.subject_id, carried.c.left_at.is_(None))
    last = func.max(journal.c.written_at).label("last")
    sent = select(journal.c.subject_id, journal.c.channel, last).where(
        journal.c.target == f"{endpoint}:blocklist", told
    )
    sent = sent.group_by(journal.c.subject_id, journal.c.channel)
    old = sent.having(last > _turn(tx, endpoint), last <= tx.now - age).order_by(last).limit(limit)
    rows = tx.connection.execute(old).all()
    until = rows[-1].last.isoformat() if len(rows) == limit else ""
    cursors.set(tx, endpoint, PLACE, {"until": until})
    return blocks.owe_again(tx, endpoint, {(row.subject_id, row.channel) for row in rows})


def _turn(tx: Tx, endpoint: str) -> datetime:
    """After which moment this turn goes on; a new one begins where the last came to its end."""
    until = (cursors.get(tx, endpoint, PLACE) or {}).get("until")
    return datetime.fromisoformat(until) if until else datetime(2000, 1, 1, tzinfo=UTC)
