"""The inbox: what senders delivered, as it came, until it has served.

A delivery is kept before it is understood, in the transaction in which its acts are entered. Headers and body are
sealed, and dropped thirty days after they were settled; those of ignored events at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import func, select, update

from contactable.register.columns import microseconds
from contactable.register.ids import new_ids
from contactable.register.schema_work import deliveries as table
from contactable.register.statements import Row, insert
from contactable.register.transaction import Tx

NEW = "new"
DONE = "done"
IGNORED = "ignored"
UNREADABLE = "unreadable"
UNRESOLVED = "unresolved"
STATES = (NEW, DONE, IGNORED, UNREADABLE, UNRESOLVED)
"""What became of a delivery."""
FOR_PEOPLE = (UNREADABLE, UNRESOLVED)
"""What is shown to people, who may have it read again."""

_HEADERS, _RAW = "deliveries.headers", "deliveries.raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request of a sender. ``raw`` and ``headers`` are None once they were dropped; ``sha256`` stays."""

    endpoint: str
    provider: str
    received_at: datetime
    headers: Mapping[str, str] | None = field(repr=False)
    raw: bytes | None = field(repr=False)
    sha256: bytes
    state: str = NEW
    proof: str = "signed"
    id: str = ""
    note: str = ""
    settled_at: datetime | None = None


def keep(tx: Tx, delivery: Delivery) -> str:
    """Keep a delivery; return its id."""
    return keep_all(tx, [delivery])[0]


def keep_all(tx: Tx, arrived: Sequence[Delivery]) -> list[str]:
    """Keep deliveries, in one statement; return their ids."""
    ids = new_ids(tx.now, len(arrived))
    insert(tx.connection, table, map(partial(_row, microseconds(tx.now)), ids, arrived, _sealed(tx, arrived)))
    return [id.hex() for id in ids]


def _sealed(tx: Tx, arrived: Sequence[Delivery]) -> Iterator[tuple[bytes | None, bytes | None]]:
    """Headers and body of each, sealed; of ignored ones nothing is kept."""
    told = [
        part
        for delivery in arrived
        if delivery.state != IGNORED
        for part in ((_HEADERS, msgspec.json.encode(delivery.headers or {})), (_RAW, delivery.raw or b""))
    ]
    sealed = iter(tx.keyring.seal_all(told))
    for delivery in arrived:
        yield (None, None) if delivery.state == IGNORED else (next(sealed), next(sealed))


def _row(now: int, id: bytes, delivery: Delivery, sealed: tuple[bytes | None, bytes | None]) -> Row:
    """In the order of the columns, as they keep it."""
    return (
        id,
        delivery.endpoint,
        delivery.provider,
        microseconds(delivery.received_at),
        delivery.state,
        delivery.proof,
        delivery.sha256,
        *sealed,
        delivery.note,
        None if delivery.state == NEW else now,
    )


def deliveries(tx: Tx, state: str | None = None, *, endpoint: str | None = None, limit: int = 200) -> list[Delivery]:
    """The newest deliveries, of one state or endpoint where one is named; without bodies."""
    wanted = select(table).order_by(table.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(table.c.state == state)
    if endpoint is not None:
        wanted = wanted.where(table.c.endpoint == endpoint)
    return [_delivery(row) for row in tx.connection.execute(wanted)]


def read_delivery(tx: Tx, id: str) -> Delivery | None:
    """One delivery with its headers and body unsealed, where they are still there."""
    if not re.fullmatch("[0-9a-f]{32}", id):  # what somebody typed
        return None
    row = tx.connection.execute(select(table).where(table.c.id == id)).first()
    if row is None:
        return None
    headers = None if row.headers is None else json.loads(tx.keyring.unseal(_HEADERS, bytes(row.headers)))
    raw = None if row.raw is None else tx.keyring.unseal(_RAW, bytes(row.raw))
    return _delivery(row, headers, raw)


def settle(tx: Tx, id: str, state: str, note: str = "") -> None:
    """Say what became of a delivery; ``note`` names no person. An ignored one loses headers and body at once."""
    values: dict[str, Any] = {"state": state, "note": note, "settled_at": None if state == NEW else tx.now}
    if state == IGNORED:
        values |= {"headers": None, "raw": None}
    tx.connection.execute(update(table).where(table.c.id == id).values(values))


def counts(tx: Tx) -> dict[str, int]:
    """How many deliveries are in each state."""
    rows = tx.connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {row.state: row[1] for row in rows}


def last_received(tx: Tx) -> dict[str, datetime]:
    """When each endpoint heard from its sender last: a sender that falls silent stops oppositions without a noise."""
    rows = tx.connection.execute(select(table.c.endpoint, func.max(table.c.received_at)).group_by(table.c.endpoint))
    return {row.endpoint: row[1] for row in rows}


def _delivery(row: Any, headers: Mapping[str, str] | None = None, raw: bytes | None = None) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint,
        provider=row.provider,
        received_at=row.received_at,
        headers=headers,
        raw=raw,
        sha256=bytes(row.sha256),
        state=row.state,
        proof=row.proof_level,
        note=row.note,
        settled_at=row.settled_at,
    )
