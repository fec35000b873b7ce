"""The whole mirror, a part at a time, as it lies there: unpacking a million rows whole takes longest of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Text, select, tuple_, type_coerce

from contactable.register.schema import carried, contacts, entries
from contactable.register.store import Register
from contactable.register.transaction import Tx

AT_ONCE: Final = 10_000


def pages(register: Register, *columns: str) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Connector, record id, and the texts of some JSON columns (``{}`` where empty) of every contact that is there."""
    key = (contacts.c.connector, contacts.c.record_id)
    wanted = select(*key, *(type_coerce(contacts.c[name], Text) for name in columns)).where(
        contacts.c.gone_at.is_(None)
    )
    wanted, after = wanted.order_by(*key).limit(AT_ONCE), ("", "")
    while True:
        with register.read() as tx:  # a view a part: a long one would keep the log of SQLite from being emptied
            rows = tx.connection.execute(wanted.where(tuple_(*key) > tuple_(*after))).all()
        yield [(row[0], row[1], *(text or "{}" for text in row[2:])) for row in rows]
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1][0], rows[-1][1])


def sources_beginning(tx: Tx, connector: str, column: str, beginning: str) -> Counter[str]:
    """The sources of one fact that begin like that where it is empty, with the number of contacts that are there."""
    facts = type_coerce(contacts.c.facts, Text)
    told = f'"{column}":["","{beginning}'
    wanted = select(facts).where(contacts.c.connector == connector, contacts.c.gone_at.is_(None))
    rows = tx.connection.execute(wanted.where(facts.contains(told, autoescape=True))).scalars()
    return Counter(msgspec.json.decode(text)[column][1] for text in rows)


def bound(tx: Tx) -> set[tuple[str, str]]:
    """The contacts, as (connector, record id), that carry or carried somebody of whom the ledger knows anything."""
    known = select(entries.c.subject_id).where(entries.c.subject_id.isnot(None))
    rows = tx.connection.execute(
        select(carried.c.connector, carried.c.record_id).where(carried.c.subject_id.in_(known))
    )
    return {(row.connector, row.record_id) for row in rows}
