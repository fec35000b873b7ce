"""What was shown: each change of a verdict that was written to a CRM, with the facts and versions behind it.

"What did we show on 12 November, and why" is read here. A recomputation with today's knowledge is another thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from contactable.register.columns import column_text, microseconds
from contactable.register.ids import new_ids
from contactable.register.schema import carried, entries
from contactable.register.schema import shown as table
from contactable.register.statements import Row, chunks, insert
from contactable.register.transaction import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A verdict on one contact, offer and channel as it was written. ``facts`` and ``versions`` are codes and dates.

    ``was_allowed`` is what was shown before, None for a contact that was shown nothing. ``versions`` names law,
    readings, mapping and declarations.
    """

    connector: str
    record_id: str
    offer: str
    channel: str
    allowed: bool
    reason: str
    was_allowed: bool | None = None
    until: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    written_at: datetime | None = None
    confirmed_at: datetime | None = None


def add(tx: Tx, rows: Iterable[Shown]) -> None:
    """Keep changes of verdicts; those without ``written_at`` were written now."""
    texts = _Texts({})
    for part in chunks(rows):
        ids = new_ids(tx.now, len(part))
        # Straight to the driver: a first load keeps five of these for each contact.
        insert(tx.connection, table, [_row(row, id, tx.now, texts) for row, id in zip(part, ids, strict=True)])


def closed_since(tx: Tx, connector: str, since: datetime, *, but: str) -> int:
    """How many contacts had a channel closed since a moment for another reason than ``but``."""
    closings = and_(table.c.was_allowed.is_(True), table.c.allowed.is_(False), table.c.reason != but)
    here = and_(table.c.connector == connector, table.c.written_at >= since, closings)
    return tx.connection.execute(select(func.count(table.c.record_id.distinct())).where(here)).scalar_one()


def slowest_opposition(tx: Tx, since: datetime) -> timedelta | None:
    """The longest way from an opposition to a CRM's property among those recorded since; None where there was none."""
    first = func.min(table.c.written_at)
    carries = and_(carried.c.connector == table.c.connector, carried.c.record_id == table.c.record_id)
    same_channel = or_(entries.c.channel == "all", entries.c.channel == table.c.channel)
    closing = and_(table.c.was_allowed.is_(True), table.c.reason == "opposition", same_channel)
    ways = (
        select(entries.c.recorded_at, first)
        .join(carried, carried.c.subject_id == entries.c.subject_id)
        .join(table, carries)
        .where(entries.c.kind == "opposition", entries.c.recorded_at >= since)
        .where(closing, table.c.written_at >= entries.c.recorded_at)
        .group_by(entries.c.id, entries.c.recorded_at)
    )
    return max((written - told for told, written in tx.connection.execute(ways)), default=None)


def history(tx: Tx, connector: str, record_id: str, *, until: datetime | None = None) -> list[Shown]:
    """Everything that was shown of a contact, oldest first, up to a moment."""
    wanted = select(table).where(table.c.connector == connector, table.c.record_id == record_id)
    if until is not None:
        wanted = wanted.where(table.c.written_at <= until)
    return [_shown(row) for row in tx.connection.execute(wanted.order_by(table.c.written_at, table.c.id))]


def at(tx: Tx, connector: str, record_id: str, when: datetime) -> dict[tuple[str, str], Shown]:
    """What a contact's properties showed at a moment, by (offer, channel)."""
    return {(row.offer, row.channel): row for row in history(tx, connector, record_id, until=when)}


def opened_between(tx: Tx, start: datetime, end: datetime, versions: Mapping[str, Any] | None = None) -> list[Shown]:
    """The channels that opened in a time, oldest first; ``versions`` asks for those opened under, say, one mapping."""
    opened = and_(table.c.allowed, table.c.was_allowed.isnot(True), table.c.written_at.between(start, end))
    rows = tx.connection.execute(select(table).where(opened).order_by(table.c.written_at, table.c.id))
    asked = (versions or {}).items()
    return [_shown(row) for row in rows if asked <= row.versions.items()]


def opened_since(tx: Tx, connector: str, start: datetime) -> dict[tuple[str, str], int]:
    """How many contacts of a CRM opened since a moment that were shown closed before, by (offer, channel)."""
    opened = and_(table.c.allowed, table.c.was_allowed.is_(False), table.c.written_at >= start)
    columns = (table.c.offer, table.c.channel)
    wanted = select(*columns, func.count()).where(opened, table.c.connector == connector).group_by(*columns)
    return {(offer, channel): count for offer, channel, count in tx.connection.execute(wanted)}


def confirm(tx: Tx, connector: str, record_ids: Sequence[str], at: datetime) -> None:
    """Keep that the CRM was read back and shows what was written up to then."""
    for part in chunks(record_ids):
        here = and_(table.c.connector == connector, table.c.record_id.in_(part), table.c.confirmed_at.is_(None))
        tx.connection.execute(update(table).where(here, table.c.written_at <= at).values(confirmed_at=at))


_NAMES = tuple(Shown.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _Texts:
    """JSON of objects that many rows share, by their identity."""

    known: dict[int, tuple[Any, str | None]]

    def of(self, value: Mapping[str, Any]) -> str | None:
        """The text of an object; nothing is NULL, as everywhere."""
        if id(value) not in self.known:
            self.known[id(value)] = value, column_text(value)
        return self.known[id(value)][1]


def _row(row: Shown, id: bytes, now: datetime, texts: _Texts) -> Row:
    """As the columns keep it, in their order; nobody has read it back yet."""
    return (
        id,
        row.connector,
        row.record_id,
        row.offer,
        row.channel,
        row.allowed,
        row.reason,
        row.was_allowed,
        row.until,
        texts.of(row.facts),
        texts.of(row.versions),
        microseconds(row.written_at or now),
        None,
    )


def _shown(row: Any) -> Shown:
    return Shown(**{name: getattr(row, name) for name in _NAMES})
