"""The promises to write to a CRM: one row for each contact, made in the transaction of what caused it.

Storms coalesce: a promise made again gets a new version. A worker claims promises for a while; a claim that ends unkept
is free again. A promise is deleted only at the version that was claimed, so that a change in between is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, case, delete, false, func, or_, select, true, update

from contactable.register.mirror import contacts_with
from contactable.register.schema_work import promises
from contactable.register.statements import chunks
from contactable.register.transaction import Tx

SUBMITTED = "submitted"
"""Why a contact was promised that has just sent a form: what it agreed to there is to be read before."""
HELD = "brake"
"""Why a contact waits of which an opening is held back until a person has looked."""
LEAVING = "leaving"
"""Why a contact is promised whose properties are written: the CRM's own unsubscribe is still to come."""


@dataclass(frozen=True, slots=True)
class Promise:
    """That one contact will be brought up to date; ``refresh`` asks for reading it from its CRM before."""

    connector: str
    record_id: str
    version: int
    urgent: bool
    refresh: bool
    why: str
    promised_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for one connector: how many, how many of them urgent, and since when."""

    contacts: int
    urgent: int
    oldest: datetime


def promise(
    tx: Tx,
    connector: str,
    record_ids: Iterable[str],
    *,
    urgent: bool = False,
    refresh: bool = False,
    why: str = "changed",
) -> int:
    """Promise to bring contacts up to date; return how many. An urgent one does not wait for a delay set before."""
    ids = sorted(set(record_ids))
    fresh = tx.insert(promises)
    new, old = fresh.excluded, promises.c
    # Who waits for the brake is looked at anew: a closing never waits, and what opens is held again.
    sooner = _earlier(tx, old.not_before, new.not_before)
    again = fresh.on_conflict_do_update(
        index_elements=[old.connector, old.record_id],
        set_={
            "version": old.version + 1,
            "urgent": or_(old.urgent, new.urgent),
            "refresh": or_(old.refresh, new.refresh),
            "why": new.why,
            "not_before": sooner if urgent else case((old.why == HELD, sooner), else_=old.not_before),
        },
    )
    common = {"version": 1, "urgent": urgent, "refresh": refresh, "why": why, "attempts": 0}
    times = {"promised_at": tx.now, "not_before": tx.now}
    for part in chunks(ids):
        rows = [{"connector": connector, "record_id": id, **common, **times} for id in part]
        tx.connection.execute(again, rows)
    return len(ids)


def stale_for(tx: Tx, subject_ids: Iterable[str], *, urgent: bool = False, why: str = "entry") -> int:
    """Promise every contact, in every CRM, that carries one of these subjects; return how many."""
    by_connector: dict[str, list[str]] = {}
    for connector, record_id in contacts_with(tx, subject_ids):
        by_connector.setdefault(connector, []).append(record_id)
    return sum(promise(tx, connector, ids, urgent=urgent, why=why) for connector, ids in by_connector.items())


def claim(tx: Tx, connector: str, limit: int, lease_seconds: float, *, leaving: bool = False) -> list[Promise]:
    """Take up to ``limit`` promises for a while, urgent first, then oldest: ``LEAVING`` ones, or the others."""
    free = and_(
        promises.c.connector == connector,
        promises.c.why == LEAVING if leaving else promises.c.why != LEAVING,
        promises.c.not_before <= tx.now,
        or_(promises.c.leased_until.is_(None), promises.c.leased_until < tx.now),
    )
    next_ones = select(promises.c.record_id).where(free).order_by(promises.c.promised_at)
    if tx.dialect == "postgresql":  # SQLite has one writer: nobody to skip
        next_ones = next_ones.with_for_update(skip_locked=True)
    ids: list[str] = []
    for urgent in (true(), false()):  # one after the other, each in the order of an index: thousands may wait
        ids += tx.connection.execute(next_ones.where(promises.c.urgent == urgent).limit(limit - len(ids))).scalars()
    taken = update(promises).values(leased_until=tx.now + timedelta(seconds=lease_seconds)).returning(*_COLUMNS)
    claimed = [
        Promise(*row) for part in chunks(ids) for row in tx.connection.execute(taken.where(_among(connector, part)))
    ]
    return sorted(claimed, key=lambda each: (not each.urgent, each.promised_at, each.record_id))


def free(tx: Tx, connector: str) -> int:
    """Free every claim on one CRM, for whoever has the turn: whoever claimed is gone. Return how many there were."""
    claimed = and_(promises.c.connector == connector, promises.c.leased_until.isnot(None))
    freed = update(promises).where(claimed).values(leased_until=None)
    return len(tx.connection.execute(freed.returning(promises.c.record_id)).all())


def kept(tx: Tx, kept_ones: Promise | Sequence[Promise]) -> int:
    """Delete promises at the versions that were claimed; return how many. Those renewed meanwhile are free again."""
    deleted = 0
    for same_version, part in _alike([kept_ones] if isinstance(kept_ones, Promise) else kept_ones):
        gone = tx.connection.execute(delete(promises).where(same_version).returning(promises.c.record_id))
        over = set(gone.scalars())
        deleted += len(over)
        renewed = [each for each in part if each.record_id not in over]
        for each in renewed:
            tx.connection.execute(update(promises).where(_is(each)).values(leased_until=None))
    return deleted


def hand_on(tx: Tx, handed: Sequence[Promise], why: str) -> None:
    """Free promises for whoever does the rest, under another reason. Those renewed meanwhile begin anew."""
    for same_version, part in _alike(handed):
        these = _among(part[0].connector, [each.record_id for each in part])
        tx.connection.execute(update(promises).where(these).values(leased_until=None))
        tx.connection.execute(update(promises).where(same_version).values(why=why, refresh=False))


def postpone(tx: Tx, each: Promise, delay: timedelta, why: str) -> None:
    """Put a promise off after a failure; ``why`` is a code and names no person."""
    renewed = promises.c.version != each.version
    # Renewed meanwhile: what failed was the older wish, so the newer one does not wait.
    due = update(promises).where(_is(each)).values(leased_until=None, attempts=promises.c.attempts + 1)
    tx.connection.execute(due)
    late = update(promises).where(and_(_is(each), ~renewed)).values(not_before=tx.now + delay, why=why)
    tx.connection.execute(late)


def drop(tx: Tx, connector: str, record_ids: Iterable[str]) -> None:
    """Let promises go: the CRM was left."""
    for part in chunks(record_ids):
        here = and_(promises.c.connector == connector, promises.c.record_id.in_(part))
        tx.connection.execute(delete(promises).where(here))


def pending(tx: Tx) -> dict[str, Pending]:
    """What waits, by connector."""
    columns = (
        promises.c.connector,
        func.count(),
        func.count().filter(promises.c.urgent),
        func.min(promises.c.promised_at),
    )
    rows = tx.connection.execute(select(*columns).group_by(promises.c.connector))
    return {connector: Pending(total, urgent, oldest) for connector, total, urgent, oldest in rows}


def failing(tx: Tx, attempts: int, *, but: str) -> dict[str, int]:
    """How many contacts of each connector were put off so many times or more, for other reasons than ``but``."""
    often = and_(promises.c.attempts >= attempts, promises.c.why != but)
    counted = select(promises.c.connector, func.count().label("contacts")).where(often).group_by(promises.c.connector)
    return {row.connector: row.contacts for row in tx.connection.execute(counted)}


def waiting_for(tx: Tx, connector: str, why: str) -> list[str]:
    """The contacts whose promise was put off for one reason."""
    wanted = select(promises.c.record_id).where(promises.c.connector == connector, promises.c.why == why)
    return list(tx.connection.execute(wanted.order_by(promises.c.record_id)).scalars())


def put_off(tx: Tx, connector: str) -> dict[str, int]:
    """How many promises of a CRM wait for a later moment, by the reason why."""
    waits = (promises.c.connector == connector) & (promises.c.not_before > tx.now)
    counted = select(promises.c.why, func.count()).where(waits).group_by(promises.c.why)
    return {row.why: row[1] for row in tx.connection.execute(counted)}


def next_due(tx: Tx, connector: str, why: str) -> datetime | None:
    """When the first of the promises that were put off for one reason is due; None where there is none."""
    free = (promises.c.connector == connector) & (promises.c.why == why) & promises.c.leased_until.is_(None)
    wanted = select(promises.c.not_before).where(free)
    return tx.connection.execute(wanted.order_by(promises.c.not_before).limit(1)).scalar()


def promised(tx: Tx, connector: str, record_id: str) -> Promise | None:
    """The promise for one contact, if there is one: whether it is stale."""
    wanted = select(*_COLUMNS).where(promises.c.connector == connector, promises.c.record_id == record_id)
    row = tx.connection.execute(wanted).first()
    return row and Promise(*row)


_COLUMNS = (
    promises.c.connector,
    promises.c.record_id,
    promises.c.version,
    promises.c.urgent,
    promises.c.refresh,
    promises.c.why,
    promises.c.promised_at,
    promises.c.attempts,
)


def _alike(claimed: Iterable[Promise]) -> Iterator[tuple[Any, Sequence[Promise]]]:
    """Promises of one CRM and one version at a time, with the condition that they still have it.

    Not as rows of three values: SQLite finds those only by looking at every promise.
    """
    in_order = sorted(claimed, key=lambda each: (each.connector, each.version))
    for (connector, version), alike in groupby(in_order, key=lambda each: (each.connector, each.version)):
        for part in chunks(alike):
            yield _among(connector, [each.record_id for each in part]) & (promises.c.version == version), part


def _among(connector: str, record_ids: Sequence[str]) -> Any:
    return and_(promises.c.connector == connector, promises.c.record_id.in_(record_ids))


def _is(each: Promise) -> Any:
    return and_(promises.c.connector == each.connector, promises.c.record_id == each.record_id)


def _earlier(tx: Tx, one: Any, other: Any) -> Any:
    return func.least(one, other) if tx.dialect == "postgresql" else func.min(one, other)
