"""How far each feed was read: a JSON value for a connector and a name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from contactable.register.schema_work import cursors as table
from contactable.register.transaction import Tx


def get(tx: Tx, connector: str, name: str) -> dict[str, Any] | None:
    """The cursor that was kept last, or None."""
    wanted = select(table.c.value).where(table.c.connector == connector, table.c.name == name)
    row = tx.connection.execute(wanted).first()
    return None if row is None else dict(row.value)


def set(tx: Tx, connector: str, name: str, value: Mapping[str, Any]) -> None:
    """Keep a cursor, in the transaction of what was read up to it."""
    fresh = tx.insert(table).values(connector=connector, name=name, value=value, updated_at=tx.now)
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.connector, table.c.name],
        set_={"value": fresh.excluded.value, "updated_at": fresh.excluded.updated_at},
    )
    tx.connection.execute(again)


def drop(tx: Tx, connector: str) -> None:
    """Forget every cursor of a CRM that was left."""
    tx.connection.execute(delete(table).where(table.c.connector == connector))


def updated(tx: Tx) -> dict[tuple[str, str], datetime]:
    """When each cursor last moved, by (connector, name)."""
    rows = tx.connection.execute(select(table.c.connector, table.c.name, table.c.updated_at))
    return {(row.connector, row.name): row.updated_at for row in rows}
