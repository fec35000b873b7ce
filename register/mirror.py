"""The mirror: what each contact of each CRM is to the rules, and what was last written there.

It holds facts as codes and dates, a sealed masked label, and (``carrying``) the subjects that the contact carries. What
a contact fed in is remembered as a hash only: give ``input_hash`` over all that was read, addresses included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from contactable.register.carrying import carry, hand_over
from contactable.register.carrying import contacts_with as contacts_with
from contactable.register.carrying import subjects_of as subjects_of
from contactable.register.carrying import subjects_of_contacts as subjects_of_contacts
from contactable.register.columns import column_text, microseconds
from contactable.register.following import follow, follow_merge
from contactable.register.schema import contacts as table
from contactable.register.statements import chunks, mark
from contactable.register.subjects import Identifier
from contactable.register.transaction import Tx

_LABEL = "contacts.label"
_WRITTEN = (
    "UPDATE contacts SET written = {one}, written_at = {one}, confirmed_at = NULL, until = {one}"
    " WHERE connector = {one} AND record_id = {one}"
)


@dataclass(frozen=True, slots=True)
class SeenContact:
    """A contact as a CRM just gave it. ``facts`` is JSON of codes and dates, ``input_hash`` of all that fed them."""

    record_id: str
    identifiers: Sequence[Identifier] = field(repr=False)
    facts: Mapping[str, Any]
    input_hash: bytes
    label: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """One mirrored contact. ``written`` is offer to property values; ``until`` the day a verdict changes by itself."""

    connector: str
    record_id: str
    facts: Mapping[str, Any]
    input_hash: bytes
    label: str = field(repr=False)
    written: Mapping[str, Mapping[str, str]]
    written_at: datetime | None
    confirmed_at: datetime | None
    until: date | None
    seen_at: datetime
    gone_at: datetime | None
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class WrittenContact:
    """What was written on one contact, for each offer, and the next day on which it changes by itself."""

    connector: str
    record_id: str
    offers: Mapping[str, Mapping[str, str]]
    until: date | None
    at: datetime


def remember(tx: Tx, connector: str, rows: Iterable[SeenContact]) -> list[str]:
    """Mirror contacts as they were just seen; return the ids of those that are new, changed, or back again."""
    changed: list[str] = []
    for part in chunks({row.record_id: row for row in rows}.values()):
        known = {row.record_id: row for row in _rows(tx, connector, [seen.record_id for seen in part])}
        # Most contacts of a sync are unchanged: they cost one look and no write.
        differ = [seen for seen in part if _differs(seen, known.get(seen.record_id))]
        _put(tx, connector, differ)
        came = carry(tx, connector, {seen.record_id: seen.identifiers for seen in differ})
        follow(tx, connector, came, known=known)
        changed += [seen.record_id for seen in differ]
    return changed


def contact(tx: Tx, connector: str, record_id: str) -> MirrorRow | None:
    """One contact, gone ones included."""
    return contacts(tx, connector, [record_id]).get(record_id)


def contacts(tx: Tx, connector: str, record_ids: Iterable[str]) -> dict[str, MirrorRow]:
    """Contacts by record id, gone ones included."""
    found: dict[str, MirrorRow] = {}
    for part in chunks(record_ids):
        found.update((row.record_id, _mirror_row(tx, row)) for row in _rows(tx, connector, part))
    return found


def contact_ids(tx: Tx, connector: str, *, after: str = "", limit: int = 1000) -> list[str]:
    """The ids of the contacts that are there, in order, a page at a time."""
    wanted = select(table.c.record_id).where(table.c.connector == connector, table.c.gone_at.is_(None))
    wanted = wanted.where(table.c.record_id > after).order_by(table.c.record_id).limit(limit)
    return list(tx.connection.execute(wanted).scalars())


def written(
    tx: Tx, connector: str, record_id: str, offers: Mapping[str, Mapping[str, str]], until: date | None, at: datetime
) -> None:
    """Keep what was written to the CRM, for each offer, and the next day on which it changes by itself."""
    values = {"written": offers, "written_at": at, "until": until and until.isoformat(), "confirmed_at": None}
    tx.connection.execute(update(table).where(_is(connector, record_id)).values(values))


def written_all(tx: Tx, rows: Iterable[WrittenContact]) -> None:
    """Keep the same of many contacts at once."""
    said = _WRITTEN.format(one=mark(tx.connection))
    for part in chunks(rows):
        values = [
            (
                column_text(row.offers),
                microseconds(row.at),
                row.until and row.until.isoformat(),
                row.connector,
                row.record_id,
            )
            for row in part
        ]
        tx.connection.exec_driver_sql(said, values)


def confirmed(tx: Tx, connector: str, record_ids: Iterable[str], at: datetime) -> None:
    """Keep that the CRM was read back and shows what was written."""
    for part in chunks(record_ids):
        here = and_(table.c.connector == connector, table.c.record_id.in_(part))
        tx.connection.execute(update(table).where(here).values(confirmed_at=at))


def due(tx: Tx, today: date, *, limit: int = 10_000) -> list[tuple[str, str]]:
    """The contacts, as (connector, record id), of which a verdict changes by itself today or did before."""
    reached = and_(table.c.until <= today.isoformat(), table.c.gone_at.is_(None))
    rows = tx.connection.execute(select(table.c.connector, table.c.record_id).where(reached).limit(limit))
    return [(row.connector, row.record_id) for row in rows]


def checked(tx: Tx, connector: str, record_id: str, until: date | None) -> None:
    """Keep the next ``until`` of a contact whose properties needed no change."""
    values = {"until": until and until.isoformat()}
    tx.connection.execute(update(table).where(_is(connector, record_id)).values(values))


def forget(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Mark contacts as gone from their CRM: facts and label are dropped, what binds them stays."""
    for part in chunks(record_ids):
        here = and_(table.c.connector == connector, table.c.record_id.in_(part), table.c.gone_at.is_(None))
        values = {"gone_at": tx.now, "facts": None, "label": None, "written": None, "until": None, "input_hash": b""}
        tx.connection.execute(update(table).where(here).values(values))


def merge(tx: Tx, connector: str, into: str, ids: Iterable[str]) -> None:
    """Let ``into`` carry all that the merged records carried: the oppositions of each bind it."""
    merged = [id for id in ids if id != into]
    for part in chunks(merged):
        hand_over(tx, connector, into, part)
        follow_merge(tx, connector, into)
        here = and_(table.c.connector == connector, table.c.record_id.in_(part))
        tx.connection.execute(update(table).where(here).values(merged_into=into))
    forget(tx, connector, merged)


def counts(tx: Tx) -> dict[str, int]:
    """How many contacts each connector mirrors, gone ones left out."""
    rows = tx.connection.execute(
        select(table.c.connector, func.count()).where(table.c.gone_at.is_(None)).group_by(table.c.connector)
    )
    return {row.connector: row[1] for row in rows}


def count_gone(tx: Tx, connector: str) -> int:
    """How many contacts of a connector are gone from the CRM, merged ones among them."""
    gone = select(func.count()).where(table.c.connector == connector, table.c.gone_at.is_not(None))
    return tx.connection.execute(gone).scalar_one()


def newest_writing(tx: Tx, connector: str) -> datetime | None:
    """When the last writing to a CRM was kept; None before the first."""
    newest = select(func.max(table.c.written_at)).where(table.c.connector == connector)
    return tx.connection.execute(newest).scalar()


def _rows(tx: Tx, connector: str, record_ids: Sequence[str]) -> Sequence[Row[Any]]:
    here = and_(table.c.connector == connector, table.c.record_id.in_(record_ids))
    return tx.connection.execute(select(table).where(here)).all()


def _is(connector: str, record_id: str) -> Any:
    return and_(table.c.connector == connector, table.c.record_id == record_id)


def _differs(seen: SeenContact, known: Row[Any] | None) -> bool:
    return known is None or known.gone_at is not None or bytes(known.input_hash) != seen.input_hash


def _put(tx: Tx, connector: str, rows: Sequence[SeenContact]) -> None:
    if not rows:
        return
    fresh = tx.insert(table)
    changing = ("facts", "input_hash", "label", "seen_at", "gone_at", "merged_into")
    again = fresh.on_conflict_do_update(
        index_elements=[table.c.connector, table.c.record_id],
        set_={name: fresh.excluded[name] for name in changing},
    )
    tx.connection.execute(
        again,
        [
            {
                "connector": connector,
                "record_id": seen.record_id,
                "facts": seen.facts,
                "input_hash": seen.input_hash,
                "label": tx.keyring.seal(_LABEL, seen.label.encode()) if seen.label else None,
                "seen_at": tx.now,
                "gone_at": None,
                "merged_into": None,
            }
            for seen in rows
        ],
    )


def _mirror_row(tx: Tx, row: Row[Any]) -> MirrorRow:
    return MirrorRow(
        row.connector,
        row.record_id,
        row.facts,
        bytes(row.input_hash),
        "" if row.label is None else tx.keyring.unseal(_LABEL, bytes(row.label)).decode(),
        row.written,
        row.written_at,
        row.confirmed_at,
        row.until and date.fromisoformat(row.until),
        row.seen_at,
        row.gone_at,
        row.merged_into,
    )
