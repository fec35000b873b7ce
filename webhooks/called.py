"""Refusals that name a call and no number (Ringover's tags): the number comes with another event of the same call.

Came that one before, the call is known (``register.calls``); comes it later, the refusal waits for it. What waits holds
a digest of the call's id and codes, of the newest thousand calls, and is shown as unresolved until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from contactable.register import Tx, calls, cursors
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin

WAITING: Final = "refusals waiting"
"""The cursor, under an endpoint's name, that keeps refusals by the digest of their call."""
_MOST = 1000
_SPOKEN = frozenset({On.VOICE, On.ALL})


def called(tx: Tx, endpoint: str, event: Event) -> list[str]:
    """With whom the call was in which an event says that somebody refused, without naming anybody."""
    return calls.with_whom(tx, endpoint, event.message_id or "") if _names_a_call_alone(event) else []


def with_late_numbers(tx: Tx, endpoint: str, events: Sequence[Event]) -> list[Event]:
    """The events, and the refusals that waited for a number which one of them brings; keep those that wait on."""
    told = [event for event in events if event.on in _SPOKEN and event.message_id]
    if not told:
        return list(events)
    waiting: dict[str, Any] = cursors.get(tx, endpoint, WAITING) or {}
    late = list(_brought(tx, endpoint, told, waiting))
    new = {_place(tx, endpoint, each): _codes(each) for each in told if _waits(tx, endpoint, each)}
    if late or new:
        cursors.set(tx, endpoint, WAITING, dict(list((waiting | new).items())[-_MOST:]))
    return [*events, *late]


def _brought(tx: Tx, endpoint: str, told: Iterable[Event], waiting: dict[str, Any]) -> Iterator[Event]:
    for event in told:
        codes = waiting.pop(_place(tx, endpoint, event), None) if event.phone else None
        if codes:
            yield _refusal(event, codes)


def _waits(tx: Tx, endpoint: str, event: Event) -> bool:
    return _names_a_call_alone(event) and not called(tx, endpoint, event)


def _names_a_call_alone(event: Event) -> bool:
    named = (event.email, event.phone, event.record, event.token)
    refuses = event.kind is Kind.OPPOSITION and event.on in _SPOKEN
    return refuses and event.message_id is not None and not any(named)


def _place(tx: Tx, endpoint: str, event: Event) -> str:
    return calls.call_digest(tx, endpoint, event.message_id or "").hex()


def _codes(event: Event) -> dict[str, str]:
    at = event.occurred_at.isoformat() if event.occurred_at else ""
    words = {"on": event.on, "origin": event.origin, "confidence": event.confidence}
    return {name: str(word) for name, word in words.items()} | {"key": event.key, "reason": event.reason, "at": at}


def _refusal(event: Event, codes: dict[str, str]) -> Event:
    return Event(
        kind=Kind.OPPOSITION,
        on=On(codes["on"]),
        key=codes["key"],
        reason=codes["reason"],
        origin=Origin(codes["origin"]),
        phone=event.phone,
        occurred_at=datetime.fromisoformat(codes["at"]) if codes["at"] else None,
        confidence=Confidence(codes["confidence"]),
        message_id=event.message_id,
    )
