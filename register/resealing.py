"""After a rotation: seal under the newest key what older ones sealed, and drop the keys that nothing needs any more.

Digests cannot be made anew without the identifier: they are when it is seen again, by a sync or an event. Until then
the older key stays, and ``Rekeyed.needed`` tells for how many identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, bindparam, func, select, update

from contactable.register import credentials, subjects
from contactable.register.schema import contacts, declarations, entries, facts, proofs
from contactable.register.schema_accounts import accounts
from contactable.register.schema_work import accesses, blocks, deliveries
from contactable.register.store import Register
from contactable.register.subjects import beyond
from contactable.register.transaction import EVENT_SALT, Tx

_AT_ONCE: Final = 2000
SEALED: Final[Mapping[str, Column[Any]]] = {
    "contacts.label": contacts.c.label,
    "deliveries.headers": deliveries.c.headers,
    "deliveries.raw": deliveries.c.raw,
    "blocks.identifier": blocks.c.identifier,
    "proofs.content": proofs.c.content,
    "entries.note": entries.c.note,
    "declarations.signed_by": declarations.c.signed_by,
    "accesses.who": accesses.c.who,
    "accounts.second_factor": accounts.c.second_factor,
}
"""Every sealed column, by what it is sealed for."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What was sealed anew, how many identifiers each key still finds, and the keys that were dropped."""

    resealed: int
    needed: Mapping[str, int]
    dropped: Sequence[str]


def rekey(register: Register, *, tell: Callable[[str, int], None] | None = None) -> Rekeyed:
    """Seal everything under the current key, a little at a time, and drop the older keys that nothing needs."""
    resealed = 0
    for purpose, column in SEALED.items():
        after: Sequence[Any] | None = None
        while batch := register.write(lambda tx, p=purpose, c=column, a=after: _reseal(tx, p, c, a)):  # type: ignore[misc]
            count, after = batch
            resealed += count
            if tell:
                tell(purpose, resealed)
    return register.write(lambda tx: _finish(tx, resealed))


def _reseal(tx: Tx, purpose: str, column: Column[Any], after: Sequence[Any] | None) -> tuple[int, Sequence[Any]] | None:
    keys = list(column.table.primary_key.columns)
    old = func.substr(column, 1, len(_mark(tx)), type_=LargeBinary) != _mark(tx)
    wanted = select(*keys, column.label("sealed")).where(column.isnot(None), old).order_by(*keys).limit(_AT_ONCE)
    if after is not None:
        wanted = wanted.where(beyond(keys, after))
    rows = tx.connection.execute(wanted).all()
    if not rows:
        return None
    changed = [
        {f"key_{n}": row[n] for n in range(len(keys))}
        | {"again": tx.keyring.seal(purpose, tx.keyring.unseal(purpose, bytes(row.sealed)))}
        for row in rows
    ]
    here = [key == bindparam(f"key_{n}", type_=key.type) for n, key in enumerate(keys)]
    tx.connection.execute(update(column.table).where(*here).values({column: bindparam("again")}), changed)
    return len(rows), tuple(rows[-1][: len(keys)])


def _mark(tx: Tx) -> bytes:
    """How everything begins that is sealed under the current key."""
    id = tx.keyring.current.id.encode()
    return bytes([len(id)]) + id


def _finish(tx: Tx, resealed: int) -> Rekeyed:
    salt = tx.keyring.seal(EVENT_SALT, tx.event_salt)
    tx.connection.execute(update(facts).where(facts.c.name == EVENT_SALT).values(value=salt))
    credentials.reseal(tx)
    needed = subjects.needing_key(tx)
    dropped = [id for id in needed if subjects.drop_key(tx, id)]
    return Rekeyed(resealed, needed, dropped)
