"""What a link of ours stands for: an opaque id in the link, subjects and purpose here, no address anywhere.

A link in a message has no end; one that opens or shows something is fresh and counts once. The link itself is signed
(``contactable.signing.links``), so an id read from a stolen register makes no link.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from contactable.register.schema_work import tokens as table
from contactable.register.transaction import Tx


@dataclass(frozen=True, slots=True)
class Token:
    """What was found behind an id."""

    id: bytes
    purpose: str
    subject_ids: Sequence[str]
    payload: Mapping[str, Any] = field(default_factory=dict)
    issued_at: datetime | None = None
    used_at: datetime | None = None


def issue(
    tx: Tx,
    purpose: str,
    subject_ids: Sequence[str],
    payload: Mapping[str, Any] | None = None,
    *,
    expires_at: datetime | None = None,
    once: bool = False,
) -> bytes:
    """Make a token; return its sixteen bytes. ``payload`` is codes: a channel, a scope, a campaign."""
    id = secrets.token_bytes(16)
    values = {"id": id, "purpose": purpose, "subjects": list(subject_ids), "payload": payload or {}}
    times = {"issued_at": tx.now, "expires_at": expires_at, "once": once}
    tx.connection.execute(table.insert().values(values | times))
    return id


def find(tx: Tx, id: bytes, purpose: str) -> Token | None:
    """What an id stands for; None when it is unknown, of another purpose, expired, or used up."""
    return _token(tx.connection.execute(select(table).where(_good(tx, id, purpose))).first())


def use(tx: Tx, id: bytes, purpose: str) -> Token | None:
    """Like ``find``, and a token that counts once is used up: of two that use it together one gets None."""
    used = update(table).where(_good(tx, id, purpose)).values(used_at=tx.now).returning(table)
    return _token(tx.connection.execute(used).first())


def _good(tx: Tx, id: bytes, purpose: str) -> Any:
    unused = or_(table.c.once.is_(False), table.c.used_at.is_(None))
    in_time = or_(table.c.expires_at.is_(None), table.c.expires_at > tx.now)
    return (table.c.id == id) & (table.c.purpose == purpose) & unused & in_time


def _token(row: Any) -> Token | None:
    return row and Token(bytes(row.id), row.purpose, list(row.subjects), row.payload, row.issued_at, row.used_at)
