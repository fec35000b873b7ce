"""How long things are kept, and letting go of them: a little at a time, so that nothing waits and memory stays small.

Bodies of deliveries: thirty days after they were settled. Proofs of consent: three years from collection (R223-2).
Prospects: three years after their last act, once no contact of a CRM carries them any more. Oppositions, releases and
what annulled them: never let go of; identifiers of others go with their entries. Calls: as long as they count.
Who looked at whom: one year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, tuple_, update

from contactable.register import ledger, salts
from contactable.register.calls import KEPT, REFUSED_KEPT
from contactable.register.consents import years_later
from contactable.register.entering import NewEntry
from contactable.register.schema import carried, contacts, entries, identifiers, kept, proofs, shown
from contactable.register.schema_work import accesses, calls, deliveries, jobs, tokens
from contactable.register.statements import chunks
from contactable.register.store import Register
from contactable.register.subjects import beyond
from contactable.register.transaction import Tx

BODIES = timedelta(days=30)
YEARS = 3
FOR_EVER = ("opposition", "release", "annulment")
"""What binds a person for good, and what it takes to read it rightly."""
PROSPECT = ("consent", "information")

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were let go of; ``bodies`` those of deliveries."""

    bodies: int = 0
    proofs: int = 0
    contacts: int = 0
    carried: int = 0
    entries: int = 0
    shown: int = 0
    identifiers: int = 0
    kept: int = 0
    calls: int = 0
    tokens: int = 0
    jobs: int = 0
    accesses: int = 0


def purge(register: Register, *, dry_run: bool = False, tell: Callable[[str, int], None] | None = None) -> Purged:
    """Let go of what has served; return how much of each. A ``dry_run`` only counts what has served today.

    What was let go of is an entry of kind ``purged``. ``tell`` hears the name and the running count of each step.
    """
    done = dict.fromkeys(_STEPS, 0)
    for name, step in _STEPS.items():
        if dry_run:
            with register.read() as tx:
                done[name] = _count(tx, step(tx.now))
            continue
        for gone in _batches(register, step):
            done[name] += gone
            if tell:
                tell(name, done[name])
    if not dry_run and any(done.values()):
        register.write(lambda tx: ledger.record(tx, [NewEntry(kind="purged", origin="api", details=done)]))
    return Purged(**done)


@dataclass(frozen=True, slots=True)
class _Step:
    """Rows of one table that have served: what recognises them, and what is emptied where the row itself stays."""

    table: Table
    served: ColumnElement[bool]
    emptied: tuple[str, ...] = ()


def _batches(register: Register, step: Callable[[datetime], _Step]) -> Iterator[int]:
    """Go through a table in the order of its key, a transaction for each few thousand rows."""
    after: Sequence[Any] | None = None

    def some(tx: Tx) -> Sequence[Any]:
        found = step(tx.now)
        keys = list(found.table.primary_key.columns)
        wanted = select(*keys).where(found.served).order_by(*keys).limit(_AT_ONCE)
        if after is not None:
            wanted = wanted.where(beyond(keys, after))
        rows = [tuple(row) for row in tx.connection.execute(wanted)]
        if found.table is entries:
            salts.let_go(tx, [row[0] for row in rows])
        for part in chunks(rows):
            tx.connection.execute(_letting_go(found).where(tuple_(*keys).in_(part)))
        return rows

    while rows := register.write(some):
        after = rows[-1]
        yield len(rows)


def _letting_go(step: _Step) -> Any:
    return update(step.table).values(dict.fromkeys(step.emptied)) if step.emptied else delete(step.table)


def _count(tx: Tx, step: _Step) -> int:
    return tx.connection.execute(select(func.count()).select_from(step.table).where(step.served)).scalar_one()


def _bodies(now: datetime) -> _Step:
    old = and_(deliveries.c.settled_at < now - BODIES, deliveries.c.raw.isnot(None))
    return _Step(deliveries, old, ("raw", "headers"))


def _proofs(now: datetime) -> _Step:
    return _Step(proofs, proofs.c.keep_until <= now)


def _entries(now: datetime) -> _Step:
    """Consents and information of persons whom no contact carries any more, three years after."""
    there = and_(
        carried.c.subject_id == entries.c.subject_id,
        contacts.c.connector == carried.c.connector,
        contacts.c.record_id == carried.c.record_id,
        contacts.c.gone_at.is_(None),
    )
    proved = exists(select(1).where(proofs.c.subject_id == entries.c.subject_id))
    old = and_(entries.c.kind.in_(PROSPECT), entries.c.recorded_at < years_later(now, -YEARS))
    return _Step(entries, and_(old, ~exists(select(1).where(there)), ~proved))


def _identifiers(now: datetime) -> _Step:
    """Identifiers that nothing names any more: no entry, no contact, no proof, no call, no link."""
    subject = identifiers.c.subject_id
    named = or_(
        exists(select(1).where(entries.c.subject_id == subject)),
        exists(select(1).where(carried.c.subject_id == subject)),
        exists(select(1).where(proofs.c.subject_id == subject)),
        exists(select(1).where(calls.c.subject_id == subject)),
    )
    return _Step(identifiers, ~named)


def _kept(now: datetime) -> _Step:
    digested = exists(select(1).where(identifiers.c.subject_id == kept.c.subject_id))
    return _Step(kept, ~digested)


def _contacts(now: datetime) -> _Step:
    return _Step(contacts, contacts.c.gone_at < years_later(now, -YEARS))


def _carried(now: datetime) -> _Step:
    same = and_(contacts.c.connector == carried.c.connector, contacts.c.record_id == carried.c.record_id)
    return _Step(carried, ~exists(select(1).where(same)))


def _shown(now: datetime) -> _Step:
    return _Step(shown, shown.c.written_at < years_later(now, -YEARS))


def _calls(now: datetime) -> _Step:
    counts_no_more = and_(calls.c.at <= now - KEPT, ~calls.c.refused)
    return _Step(calls, or_(counts_no_more, calls.c.at <= now - REFUSED_KEPT))


def _tokens(now: datetime) -> _Step:
    return _Step(tokens, tokens.c.expires_at < now - BODIES)


def _jobs(now: datetime) -> _Step:
    return _Step(jobs, jobs.c.ended_at < now - BODIES)


def _accesses(now: datetime) -> _Step:
    return _Step(accesses, accesses.c.at < years_later(now, -1))


_STEPS: Final[Mapping[str, Callable[[datetime], _Step]]] = {
    "bodies": _bodies,
    "proofs": _proofs,
    "contacts": _contacts,
    "carried": _carried,
    "entries": _entries,
    "shown": _shown,
    "calls": _calls,
    "identifiers": _identifiers,
    "kept": _kept,
    "tokens": _tokens,
    "jobs": _jobs,
    "accesses": _accesses,
}
