"""Who looked at whom: each read of a person leaves a row, whether by a token of the API or by somebody at a terminal.

Rows are kept for a year, as the CNIL advises for such traces (between six months and a year), then let go of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from contactable.register.ids import new_id
from contactable.register.schema_work import accesses as table
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

WHO = "accesses.who"
"""For what a name is sealed."""


@dataclass(frozen=True, slots=True)
class Access:
    """One read. ``subject_id`` is None where the register did not know the person; ``who`` where it was a token."""

    at: datetime
    what: str
    token_id: str | None
    subject_id: str | None
    who: str = field(default="", repr=False)


def note(tx: Tx, what: str, subject_ids: Iterable[str | None], *, token_id: str | None = None, who: str = "") -> None:
    """Keep that these persons were looked at; ``what`` is a code, ``who`` a name and kept sealed."""
    common = {"at": tx.now, "what": what, "token_id": token_id}
    for part in chunks(subject_ids):
        sealed = tx.keyring.seal(WHO, who.encode()) if who else None
        rows = [{"id": new_id(tx.now), "subject_id": each, "who": sealed, **common} for each in part]
        tx.connection.execute(table.insert(), rows)


def of_person(tx: Tx, subject_ids: Sequence[str]) -> list[Access]:
    """Who looked at a person, oldest first."""
    found: list[Access] = []
    for part in chunks(subject_ids):
        for row in tx.connection.execute(select(table).where(table.c.subject_id.in_(part))):
            who = tx.keyring.unseal(WHO, bytes(row.who)).decode() if row.who else ""
            found.append(Access(row.at, row.what, row.token_id, row.subject_id, who))
    return sorted(found, key=lambda access: access.at)


def counts(tx: Tx, since: datetime, before: datetime) -> list[tuple[str, datetime, int]]:
    """How many reads of each kind a period holds, and when the last was."""
    within = (table.c.at >= since) & (table.c.at < before)
    counted = select(table.c.what, func.max(table.c.at), func.count()).where(within).group_by(table.c.what)
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(counted.order_by(table.c.what))]


def last_of_tokens(tx: Tx) -> dict[str, datetime]:
    """When each token last looked at somebody, by its id."""
    newest = select(table.c.token_id, func.max(table.c.at).label("at")).where(table.c.token_id.isnot(None))
    return {row.token_id: row.at for row in tx.connection.execute(newest.group_by(table.c.token_id))}
