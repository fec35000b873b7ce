"""Tokens that a CRM gave us and that change by themselves: kept sealed, one for a name."""

from __future__ import annotations

from sqlalchemy import select, update

from contactable.register.schema import facts as table
from contactable.register.transaction import Tx

_SEALED_FOR = "credentials"
_NAMED = "credentials:"


def get(tx: Tx, name: str) -> bytes | None:
    """What was kept last under a name, or None."""
    sealed = tx.connection.execute(select(table.c.value).where(table.c.name == f"{_NAMED}{name}")).scalar()
    return None if sealed is None else tx.keyring.unseal(_SEALED_FOR, bytes(sealed))


def put(tx: Tx, name: str, content: bytes) -> None:
    """Keep something instead of what was there."""
    fresh = tx.insert(table).values(name=f"{_NAMED}{name}", value=tx.keyring.seal(_SEALED_FOR, content))
    tx.connection.execute(
        fresh.on_conflict_do_update(index_elements=[table.c.name], set_={"value": fresh.excluded.value})
    )


def reseal(tx: Tx) -> None:
    """Seal all of them under the current key, after a rotation."""
    for row in tx.connection.execute(select(table).where(table.c.name.startswith(_NAMED))).all():
        again = tx.keyring.seal(_SEALED_FOR, tx.keyring.unseal(_SEALED_FOR, bytes(row.value)))
        tx.connection.execute(update(table).where(table.c.name == row.name).values(value=again))
