"""Closing channels by the person's own act, and taking that back for some minutes: what the register is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import uuid4

from contactable.register import NewEntry, Tx, ledger, lifting, outbox
from contactable.webhooks.events import Event, Kind, On, TimeQuality
from contactable.webhooks.persons import subjects_of_contact
from contactable.webhooks.recording import Source, record_act

PAGE = "page"
"""The origin of what is done on our pages, where a sender's would stand."""
UNDO = "undo"
UNDONE, HERE_ONLY = "undone", "undone_here"
"""The news of an undoing: all of it, or all but what had left already."""


def close(tx: Tx, subject: str, channels: Sequence[On]) -> str:
    """Record the person's opposition on channels, or on all of them; return the name under which it may be undone.

    It binds the record of the link, or the address, and what else its contact is reached by. The name is empty where
    all of it was closed before.
    """
    batch = f"{PAGE}-{uuid4().hex}"
    source = Source(PAGE, "", "token", tx.now, batch=batch)
    entered = [record_act(tx, _opposition(on), subjects_of_contact(tx, subject, on), source).entered for on in channels]
    return batch if any(entered) else ""


def undo(tx: Tx, subject: str, batch: str) -> str:
    """Take back what was closed under a name; return the news for the page, or "" where there is nothing to take back.

    What had not left yet never leaves. What senders or the CRM hold already stays there, and waits for a person in the
    review queue (``register.lifting``): the news is ``HERE_ONLY`` then.
    """
    done = [entry for entry in ledger.of_batch(tx, batch) if entry.kind == Kind.OPPOSITION and entry.is_own]
    bound = set(subjects_of_contact(tx, subject, On.ALL))
    ours = [entry for entry in done if entry.subject_id in bound]
    taken_back = [
        NewEntry(
            kind="annulment",
            subject_id=entry.subject_id,
            on=entry.on,
            origin="recipient",
            proof_level="token",
            reason=UNDO,
            ends=entry.id,
            event_key=f"{UNDO}:{entry.id}",
        )
        for entry in ours
    ]
    entered = [entry for entry in ledger.record(tx, taken_back) if entry]
    outbox.stale_for(tx, {entry.subject_id for entry in entered if entry.subject_id}, urgent=True, why=UNDO)
    if not entered:
        return ""
    return HERE_ONLY if lifting.held_for(tx, bound) else UNDONE


def release(tx: Tx, subject: str, on: On) -> None:
    """Record that the person, reached at that very address or number, lets a channel be used again."""
    new = NewEntry(kind="release", subject_id=subject, on=on, proof_level="token", occurred_at=tx.now, reason=PAGE)
    ledger.record(tx, [new])
    outbox.stale_for(tx, [subject], urgent=True, why="release")


def channels_in(ticked: Collection[str]) -> list[On]:
    """The channels that a form names; words that are none are left out."""
    five = (On.EMAIL, On.SMS, On.PHONE, On.ROBOCALL, On.POST)
    return [on for on in five if on in ticked]


def _opposition(on: On) -> Event:
    # One key for good: what is closed already takes no further entry, and what was opened since is closed again.
    return Event(kind=Kind.OPPOSITION, on=on, key="closed", reason=PAGE, time_quality=TimeQuality.ARRIVAL)
