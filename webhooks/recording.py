"""From what a sender told to what the register keeps, inside one transaction.

An opposition binds an identifier, and through it every contact of every CRM that carries it. One that names a CRM
record, or comes through one of our own links, binds that record and the identifiers by which that contact is reached
on the channel: so it follows the person when the address changes, and reaches the other CRMs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.register import NewEntry, Tx, ledger, mirror, outbox, subjects
from contactable.webhooks.events import Event, Kind, On, Origin, TimeQuality, Trace

REFRESHING = frozenset({Trace.CONTACT_CHANGED, Trace.CONTACT_MERGED, Trace.CONTACT_DELETED, Trace.FORM_SUBMITTED})
"""Traces after which a contact is read anew from its CRM."""

_CHANNELS = {On.VOICE: (On.PHONE, On.ROBOCALL)}
_BY_PHONE = frozenset({IdentifierKind.PHONE})
_REACHED_BY = {
    On.EMAIL: frozenset({IdentifierKind.EMAIL}),
    On.POST: frozenset[IdentifierKind](),
    On.ALL: frozenset({IdentifierKind.EMAIL, IdentifierKind.PHONE}),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the events of one delivery."""

    entered: int = 0
    repeated: int = 0  # known already: no effect
    unresolved: int = 0  # names nobody whom we can tell: kept, and shown
    refreshed: int = 0  # contacts to be read anew


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from: the sender's endpoint, the connector whose record ids it uses, and what it proves."""

    endpoint: str
    connector: str
    proof: str
    arrived: datetime


def record(tx: Tx, events: Sequence[Event], source: Source) -> Recorded:
    """Enter the acts among ``events`` and mark every contact that they touch; idempotent by event key."""
    acts = [(event, _subjects(tx, event, source)) for event in events if is_act(event)]
    entries = [entry for event, bound in acts for entry in _entries(event, bound, source)]
    entered = _enter(tx, entries)
    changed = {event.record for event in events if event.trace in REFRESHING and event.record and source.connector}
    outbox.promise(tx, source.connector, changed, urgent=True, refresh=True, why="webhook")
    return Recorded(entered, len(entries) - entered, sum(not bound for _, bound in acts), len(changed))


def record_act(tx: Tx, event: Event, bound: Iterable[str], source: Source) -> Recorded:
    """Enter one act of the person or persons ``bound`` (subjects)."""
    entries = list(_entries(event, list(dict.fromkeys(bound)), source))
    entered = _enter(tx, entries)
    return Recorded(entered, len(entries) - entered)


def is_act(event: Event) -> bool:
    """Whether an event is an opposition or a release; the rest is told to other rooms, and not entered."""
    return event.kind in (Kind.OPPOSITION, Kind.RELEASE)


def subjects_of_record(tx: Tx, connector: str, record_id: str, on: On) -> list[str]:
    """A CRM record, and the identifiers by which its contact is reached on that channel."""
    own = subjects.subject_for(tx, IdentifierKind.RECORD, f"{connector}:{record_id}")
    kinds = _REACHED_BY.get(on, _BY_PHONE)
    return [own, *(id for id, kind in mirror.subjects_of(tx, connector, record_id) if kind in kinds and id != own)]


def _enter(tx: Tx, entries: Sequence[NewEntry]) -> int:
    kept = [entry for entry in ledger.record(tx, entries) if entry is not None]
    outbox.stale_for(tx, {entry.subject_id for entry in kept if entry.subject_id}, urgent=True)
    return len(kept)


def _entries(event: Event, bound: Iterable[str], source: Source) -> Iterator[NewEntry]:
    at = event.occurred_at and min(event.occurred_at, source.arrived)  # a time in the future is a wrong clock
    for on in _CHANNELS.get(event.on, (event.on,)):
        for subject in bound:
            yield NewEntry(
                kind=event.kind,
                subject_id=subject,
                on=on,
                scope_kind=event.scope.kind,
                scope_id=event.scope.id,
                origin=event.origin,
                proof_level="operator" if event.origin is Origin.CRM_USER else source.proof,
                occurred_at=at,
                time_quality=_quality(event),
                event_key=f"{source.endpoint}:{event.key}:{on}:{subject}",
                reason=event.reason,
                confidence=event.confidence,
            )


def _quality(event: Event) -> TimeQuality:
    """What the time is worth: an echo's act lies at some unknown time before; what has no time just arrived."""
    dated = event.occurred_at is not None or event.time_quality is TimeQuality.UNKNOWN
    return event.time_quality if dated else TimeQuality.ARRIVAL


def _subjects(tx: Tx, event: Event, source: Source) -> list[str]:
    """Whom an event binds; nobody where it names nobody whom we can tell."""
    if event.email is not None:
        email = read_email(event.email)
        return [subjects.subject_for(tx, IdentifierKind.EMAIL, email.text)] if email else []
    if event.phone is not None:
        phone = read_phone(event.phone)
        return [subjects.subject_for(tx, IdentifierKind.PHONE, phone.e164)] if phone else []
    if event.record is not None and source.connector:
        return subjects_of_record(tx, source.connector, event.record, event.on)
    return []
