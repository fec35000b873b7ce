"""Calls as the phone systems tell them, kept for the frequency of D223-9: each that we made, each that was refused.

A system is believed to tell of every call from its first one on. A call without a number is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable

from contactable.register import Tx, calls, outbox, subjects
from contactable.register.calls import CallTold
from contactable.webhooks.events import Event, Kind, On, Trace
from contactable.webhooks.persons import identifier_in
from contactable.webhooks.refusals import PRESSED, REFUSALS, SPOKEN

OF_A_MENU = frozenset({PRESSED.reason, SPOKEN.reason})
"""What a menu in a call posts by itself: it proves nothing of the calls in which nobody refused."""


def keep_calls(tx: Tx, endpoint: str, events: Iterable[Event]) -> None:
    """Keep the calls among what one endpoint told; the same call told again is one call."""
    told = [event for event in events if _is_of_call(event)]
    if not told:
        return
    if any(_counts(event) and event.reason not in OF_A_MENU for event in told):
        calls.hear(tx, endpoint, tx.now)
    named = [(event, who) for event in told if (who := identifier_in(None, event.phone))]
    found = subjects.subjects_for(tx, [who for _, who in named])
    calls.add(tx, [_call(tx, endpoint, event, found[who]) for event, who in named])
    outbox.stale_for(tx, found.values(), why="call")  # when they may be called next has changed


def _is_of_call(event: Event) -> bool:
    # A call that does not count is kept for its number: a refusal in it may name the call alone.
    return _counts(event) or (event.on is On.VOICE and event.kind is Kind.IGNORED and event.message_id is not None)


def _counts(event: Event) -> bool:
    return event.trace is Trace.CALL_ENDED or _is_refusal(event)


def _is_refusal(event: Event) -> bool:
    return event.kind is Kind.OPPOSITION and event.reason in REFUSALS


def _call(tx: Tx, endpoint: str, event: Event, subject: str) -> CallTold:
    return CallTold(
        source=endpoint,
        id=event.message_id or event.key,
        subject_id=subject,
        at=event.occurred_at or tx.now,
        made=event.trace is Trace.CALL_ENDED,
        refused=_is_refusal(event),
    )
