"""What becomes of a leaf when its entry is deleted: it stays, without its salt, and an entry answers for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import update

from contactable.register import ledger
from contactable.register.entering import NewEntry
from contactable.register.ids import new_id
from contactable.register.schema_seals import leaves
from contactable.register.statements import chunks
from contactable.register.transaction import Tx


def let_go(tx: Tx, entry_ids: Iterable[str], origin: str = "api") -> None:
    """Drop the salts of entries that this transaction deletes, and enter for how many leaves a purge answers."""
    purge, touched = new_id(tx.now), 0
    for part in chunks(entry_ids):
        gone = update(leaves).where(leaves.c.entry_id.in_(part)).values(salt=None, purge=purge)
        touched += len(tx.connection.execute(gone.returning(leaves.c.position)).all())
    if touched:
        ledger.record(tx, [NewEntry(kind="purged", origin=origin, batch=purge, details={"leaves": touched})])
