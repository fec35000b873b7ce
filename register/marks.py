"""Single facts about the register itself: its id, when its key was backed up, when it was restored."""

from __future__ import annotations

from sqlalchemy import delete

from contactable.register.schema import facts
from contactable.register.statements import rows_among
from contactable.register.transaction import Tx

KEY_BACKED_UP = "key_backed_up"
"""The ids of the keys in the last backup, joined by spaces: ``doctor`` is red until the current one is among them."""
RESTORED = "restored"
"""When it was restored from a backup, until a person has said that openings may go on."""
NAMES = (KEY_BACKED_UP, RESTORED)
_FIND = "SELECT value FROM facts WHERE name IN ({many})"


def get(tx: Tx, name: str) -> str | None:
    """A mark, or None."""
    found = [bytes(value).decode() for (value,) in rows_among(tx.connection, _FIND, [name])]
    return found[0] if found else None


def put(tx: Tx, name: str, value: str) -> None:
    """Set a mark."""
    fresh = tx.insert(facts).values(name=name, value=value.encode())
    tx.connection.execute(
        fresh.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": fresh.excluded.value})
    )


def remove(tx: Tx, name: str) -> None:
    """Take a mark away."""
    tx.connection.execute(delete(facts).where(facts.c.name == name))


def key_is_backed_up(tx: Tx) -> bool:
    """Whether the key that identifiers are written under is in the last backup of the keys."""
    return tx.keys[0][1].id in (get(tx, KEY_BACKED_UP) or "").split()
