"""Identifiers kept readable beside their digests: off unless ``[keys] identifiers`` names a key of its own.

They serve one purpose: to hand a new sender the list of those who objected. Whoever has that key and the register has
everybody's address, so a company that does not change senders is better off without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import delete, select

from contactable.identifiers import IdentifierKind
from contactable.register import ledger
from contactable.register.schema import kept as table
from contactable.register.statements import chunks
from contactable.register.transaction import Tx
from contactable.rules.acts import opposed


def forget(tx: Tx, subject_ids: Iterable[str]) -> None:
    """Keep them no longer: what an opposition needs is its digest."""
    for part in chunks(subject_ids):
        tx.connection.execute(delete(table).where(table.c.subject_id.in_(part)))


def opposed_identifiers(tx: Tx, channel: str) -> Iterator[str]:
    """The addresses, or the numbers, of those who are opposed on a channel now, to every offer."""
    kind = IdentifierKind.EMAIL if channel == "email" else IdentifierKind.PHONE
    rows = tx.connection.execute(select(table).where(table.c.kind == str(kind)).order_by(table.c.subject_id))
    for part in chunks(rows):
        acts: dict[str | None, list[ledger.Entry]] = {}
        for entry in ledger.entries_of(tx, (row.subject_id for row in part)):
            acts.setdefault(entry.subject_id, []).append(entry)
        for row in part:
            if opposed(acts.get(row.subject_id, ()), channel):
                yield tx.keyring.unseal_identifier(bytes(row.sealed))
