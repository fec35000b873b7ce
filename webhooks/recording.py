"""From what a sender told to what the register keeps, inside one transaction.

An opposition binds an identifier, and through it every contact of every CRM that carries it. One that names a CRM
record, or comes through one of our own links, binds that record and the identifiers by which that contact is reached
on the channel: so it follows the person when the address changes, and reaches the other CRMs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from contactable.register import NewEntry, Tx, blocks, ledger, outbox, subjects
from contactable.webhooks.called import called
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, TimeQuality, Trace
from contactable.webhooks.own_blocks import Writes, is_ours, writes_of_ours
from contactable.webhooks.persons import identifier_in, subjects_of_address, subjects_of_all

REFRESHING = frozenset({Trace.CONTACT_CHANGED, Trace.CONTACT_MERGED, Trace.CONTACT_DELETED, Trace.FORM_SUBMITTED})
"""Traces after which a contact is read anew from its CRM."""

_CHANNELS = {On.VOICE: (On.PHONE, On.ROBOCALL)}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the events of one delivery."""

    entered: int = 0
    repeated: int = 0  # known already: no effect
    unresolved: int = 0  # names nobody whom we can tell, or is for a person to judge: kept, and shown
    refreshed: int = 0  # contacts to be read anew


@dataclass(frozen=True, slots=True)
class Source:
    """Where events come from: the sender's endpoint, the connector whose record ids it uses, and what it proves."""

    endpoint: str
    connector: str
    proof: str
    arrived: datetime
    link_keys: tuple[bytes, ...] = ()
    batch: str = ""  # an import, or the closings of one hour from an unverified source: annulled together
    holds_blocks: bool = False  # a list of a sender's that we read, and that we put people on


Told = tuple[Sequence[Event], Source]
"""What one delivery told, and where it came from."""


def record(tx: Tx, events: Sequence[Event], source: Source) -> Recorded:
    """Enter the acts among ``events`` and mark every contact that they touch; idempotent by event key."""
    return record_all(tx, [(events, source)])[0]


def record_all(tx: Tx, told: Sequence[Told]) -> list[Recorded]:
    """Enter what several deliveries told, in the order in which they came, with few statements for all of them."""
    bound = _bound(tx, told)
    tellings = zip(told, bound, strict=True)
    ours = writes_of_ours(tx, ((event, whom, source) for (_, source), acts in tellings for event, whom in acts))
    entries = [
        [*_acts(acts, source, ours, tx.now), *(entry for event in events for entry in _followed(tx, event, source))]
        for (events, source), acts in zip(told, bound, strict=True)
    ]
    kept = iter(ledger.enter(tx, [entry for each in entries for entry in each]))
    entered = [
        [entry for entry, id in zip(each, islice(kept, len(each)), strict=True) if id is not None] for each in entries
    ]
    outbox.stale_for(tx, {entry.subject_id for each in entered for entry in each if entry.subject_id}, urgent=True)
    _owe(tx, told, entered)
    return [
        _settled(tx, delivery, acts, len(each), len(all_of))
        for delivery, acts, each, all_of in zip(told, bound, entered, entries, strict=True)
    ]


def record_act(tx: Tx, event: Event, bound: Iterable[str], source: Source) -> Recorded:
    """Enter one act of the person or persons ``bound`` (subjects)."""
    entries = list(_entries(event, list(dict.fromkeys(bound)), source))
    kept = [entry for entry in ledger.record(tx, entries) if entry is not None]
    outbox.stale_for(tx, {entry.subject_id for entry in kept if entry.subject_id}, urgent=True)
    blocks.owe(tx, kept, lambda: _in_clear(tx, [event]), told_by=source.endpoint)
    return Recorded(len(kept), len(entries) - len(kept))


def is_act(event: Event) -> bool:
    """Whether an event is an opposition or a release; the rest is told to other rooms, and not entered."""
    return event.kind in (Kind.OPPOSITION, Kind.RELEASE)


def is_to_be_entered(event: Event) -> bool:
    """Whether an act counts at once.

    A doubtful release, an echo of unknown cause, and what anybody may have sent in another's name wait for a person.
    """
    if event.kind is Kind.RELEASE:
        return event.confidence is Confidence.CERTAIN
    nobodys = event.confidence is Confidence.REVIEW and event.origin in (Origin.ECHO, Origin.UNKNOWN)
    return event.kind is Kind.OPPOSITION and not nobodys


def _bound(tx: Tx, told: Sequence[Told]) -> list[list[tuple[Event, list[str]]]]:
    """The acts of each delivery that count at once, with whom each binds."""
    acts = [([event for event in events if is_to_be_entered(event)], source) for events, source in told]
    link_keys = next((source.link_keys for each, source in acts if each), ())
    named = [(event, source.connector) for each, source in acts for event in each]
    subjects_of_acts = iter(subjects_of_all(tx, named, link_keys))
    return [
        [(event, next(subjects_of_acts) or called(tx, source.endpoint, event)) for event in each]
        for each, source in acts
    ]


def _acts(acts: Iterable[tuple[Event, list[str]]], source: Source, ours: Writes, now: datetime) -> Iterator[NewEntry]:
    for event, bound in acts:
        if not is_ours(event, bound, _channels(event), source, ours, now):
            yield from _entries(event, bound, source)


def _owe(tx: Tx, told: Sequence[Told], entered: Sequence[Sequence[NewEntry]]) -> None:
    """Owe the other senders the blocks that these entries mean; and a sender those whom it subscribed by itself."""
    by_endpoint: dict[str, tuple[list[NewEntry], list[Event]]] = {}
    for (events, source), entries in zip(told, entered, strict=True):
        if entries:
            of_endpoint = by_endpoint.setdefault(source.endpoint, ([], []))
            of_endpoint[0].extend(entries)
            of_endpoint[1].extend(events)
    for endpoint, (entries_of, events_of) in by_endpoint.items():
        blocks.owe(tx, entries_of, partial(_in_clear, tx, events_of), told_by=endpoint)
        blocks.owe_resubscribed(tx, endpoint, entries_of, partial(_in_clear, tx, events_of))


def _settled(tx: Tx, told: Told, acts: Sequence[tuple[Event, list[str]]], entered: int, entries: int) -> Recorded:
    """Promise to read anew the contacts that changed; say what became of one delivery."""
    events, source = told
    changed = {event.record for event in events if event.trace in REFRESHING and event.record and source.connector}
    if changed:
        submitted = any(event.trace is Trace.FORM_SUBMITTED for event in events)
        why = outbox.SUBMITTED if submitted else "webhook"
        outbox.promise(tx, source.connector, changed, urgent=True, refresh=True, why=why)
    shown = sum(not bound for _, bound in acts) + sum(map(is_act, events)) - len(acts)  # those of nobody, and the rest
    return Recorded(entered, entries - entered, shown, len(changed))


def _in_clear(tx: Tx, events: Iterable[Event]) -> Mapping[str, str]:
    """The identifiers that the events name, by subject: senders' blocklists want them in clear."""
    told = [pair for event in events for pair in ((event.email, event.phone), (event.new_email, None))]
    named = {identifier for pair in told if (identifier := identifier_in(*pair))}
    return {subject: text for (_, text), subject in subjects.find_subjects(tx, named).items()}


def _channels(event: Event) -> tuple[On, ...]:
    """What an event is about, a voice in its two channels."""
    return _CHANNELS.get(event.on, (event.on,))


def _entries(event: Event, bound: Iterable[str], source: Source) -> Iterator[NewEntry]:
    at = event.occurred_at and min(event.occurred_at, source.arrived)  # a time in the future is a wrong clock
    for on in _channels(event):
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
                event_key=_event_key(source.endpoint, event, on, subject),
                reason=event.reason,
                confidence=event.confidence,
                batch=source.batch,
            )


def event_keys(endpoint: str, event: Event, subject: str) -> list[str]:
    """Under which keys an act of one person is entered, one for each of its channels."""
    return [_event_key(endpoint, event, on, subject) for on in _channels(event)]


def _event_key(endpoint: str, event: Event, on: On, subject: str) -> str:
    return f"{endpoint}:{event.key}:{on}:{subject}"


def _quality(event: Event) -> TimeQuality:
    """What the time is worth: an echo's act lies at some unknown time before; what has no time just arrived."""
    dated = event.occurred_at is not None or event.time_quality is TimeQuality.UNKNOWN
    return event.time_quality if dated else TimeQuality.ARRIVAL


def _followed(tx: Tx, event: Event, source: Source) -> Iterator[NewEntry]:
    """What binds the old address binds the new one: nobody shakes off an opposition by changing an address."""
    if event.new_email is None or event.email is None:
        return
    bound = subjects_of_address(tx, event.new_email)
    for entry in ledger.entries_of(tx, subjects_of_address(tx, event.email)):
        if entry.kind == Kind.OPPOSITION:
            for subject in bound:
                yield NewEntry(
                    kind=entry.kind,
                    subject_id=subject,
                    on=entry.on,
                    scope_kind=entry.scope_kind,
                    scope_id=entry.scope_id,
                    origin=entry.origin,
                    proof_level=entry.proof_level,
                    occurred_at=entry.occurred_at,
                    time_quality=entry.time_quality,
                    event_key=f"{source.endpoint}:followed:{entry.id}:{subject}",
                    reason=entry.reason,
                )
