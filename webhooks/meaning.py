"""From what a sender calls an event to what it is to us: the rows of a provider's table, and what all tables share.

A provider without event ids gets its key from ``fact_key``: a digest of the facts that stay the same when the sender
repeats itself, never of the bytes (a retry may be serialised anew) nor of the arrival.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contactable.errors import Malformed
from contactable.webhooks.events import (
    EVERYTHING,
    Confidence,
    Event,
    Kind,
    On,
    Origin,
    Problem,
    Scope,
    TimeQuality,
    Trace,
)
from contactable.webhooks.reading import Section

LONGEST_TEXT = 160  # of a reply, what is kept: one SMS
# Named here, because Python 3.11 takes longer to look a member up than to make an event of it.
_ECHO, _TOLD, _ARRIVED = Origin.ECHO, TimeQuality.EVENT, TimeQuality.ARRIVAL
_SHORTEST_NUMBER = 7  # digits; what is shorter is a short code and not a person


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one event of a sender is to us. ``reason`` is ours, or "" for the sender's own name of the event."""

    kind: Kind
    reason: str = ""
    origin: Origin = Origin.RECIPIENT
    confidence: Confidence = Confidence.CERTAIN
    trace: Trace | None = None

    def event(
        self,
        on: On,
        said: str,
        *,
        key: str,
        at: datetime | None,
        email: str | None = None,
        phone: str | None = None,
        record: str | None = None,
        token: str | None = None,
        scope: Scope = EVERYTHING,
        campaign: str | None = None,
        message_id: str | None = None,
        text: str | None = None,
    ) -> Event:
        """The event that a sender calls ``said``; ``at`` None means that only its arrival is known.

        An echo was said now of an act whose day nobody tells: its time is unknown, whatever ``at`` is.
        """
        is_echo = self.origin is _ECHO and self.kind is Kind.OPPOSITION
        return Event(
            self.kind,  # and four more by place: Python makes a dictionary for a call with so many names
            on,
            key,
            self.reason or said,
            self.origin,
            email=email,
            phone=phone,
            record=record,
            token=token,
            scope=scope,
            occurred_at=None if is_echo else at,
            time_quality=TimeQuality.UNKNOWN if is_echo else _TOLD if at else _ARRIVED,
            confidence=self.confidence,
            trace=self.trace,
            campaign=campaign,
            message_id=message_id,
            text=text[:LONGEST_TEXT] if text else None,
        )


IGNORED = Meaning(Kind.IGNORED, origin=Origin.UNKNOWN)
SENT = Meaning(Kind.IGNORED, origin=Origin.PROVIDER, trace=Trace.SENT)
DELIVERED = Meaning(Kind.IGNORED, origin=Origin.PROVIDER, trace=Trace.DELIVERED)
UNSUBSCRIBED = Meaning(Kind.OPPOSITION, "unsubscribe")
COMPLAINED = Meaning(Kind.OPPOSITION, "complaint", Origin.COMPLAINT)
STOPPED = Meaning(Kind.OPPOSITION, "stop")
STARTED = Meaning(Kind.RELEASE, "start")
ECHO_OF_UNSUBSCRIBE = Meaning(Kind.OPPOSITION, "unsubscribe", Origin.ECHO)
ECHO_OF_COMPLAINT = Meaning(Kind.OPPOSITION, "complaint", Origin.ECHO)
SUPPRESSED = Meaning(Kind.OPPOSITION, "suppressed", Origin.ECHO, Confidence.REVIEW)  # bounce or complaint: not told
HARD_BOUNCED = Meaning(Kind.ADDRESS_FACT, "hard_bounce", Origin.PROVIDER)
ECHO_OF_BOUNCE = Meaning(Kind.ADDRESS_FACT, "hard_bounce", Origin.ECHO)
INVALID = Meaning(Kind.ADDRESS_FACT, "invalid", Origin.PROVIDER)

DOUBTFUL = replace(COMPLAINED, confidence=Confidence.REVIEW)
FEEDBACK = {  # Feedback-Type (RFC 5965, 6430, 6591, and drafts) -> what it is to us
    "abuse": COMPLAINED,
    "opt-out": COMPLAINED,
    "opt-out-list": COMPLAINED,
    "fraud": DOUBTFUL,
    "virus": DOUBTFUL,
    "other": DOUBTFUL,
    "not-spam": IGNORED,
    "auth-failure": IGNORED,
}

_READINGS = {
    "certain": STOPPED,
    "probable": Meaning(Kind.OPPOSITION, "stop", confidence=Confidence.PROBABLE),
    "release": STARTED,
}
_AT_MOST_PROBABLE = {
    "certain": _READINGS["probable"],
    "release": Meaning(Kind.RELEASE, "start", confidence=Confidence.PROBABLE),  # kept, and releases nobody
}


def reply(
    text: str,
    *,
    phone: str,
    key: str,
    at: datetime | None,
    scope: Scope = EVERYTHING,
    message_id: str | None = None,
    campaign: str | None = None,
    offered: Sequence[str] = (),
    with_picture: bool = False,
) -> Event:
    """The event that an SMS from a person is: an opposition when it says STOP, a release when it says START.

    A short code or a name in place of a number is no person, so it opposes nothing. Words beside a picture may be about
    the picture: they are never more than probable.
    """
    from contactable.webhooks.replies import read_reply

    # "not" is every other conversation: kept as ignored, so that nobody's words are lost in a replay.
    kind = read_reply(text, offered=offered).kind
    meaning = _READINGS.get(kind, Meaning(Kind.IGNORED, "reply"))
    meaning = _AT_MOST_PROBABLE.get(kind, meaning) if with_picture else meaning
    if not is_persons_number(phone):
        meaning = Meaning(Kind.IGNORED, "not_a_person", Origin.PROVIDER)
    who = phone if is_persons_number(phone) else None
    return meaning.event(
        On.SMS, "reply", key=key, at=at, phone=who, scope=scope, message_id=message_id, campaign=campaign, text=text
    )


def is_persons_number(text: str) -> bool:
    """Whether a sender's name can be a person's number: not a short code, not letters."""
    digits = sum(c.isdigit() for c in text)
    return digits >= _SHORTEST_NUMBER and not any(c.isalpha() for c in text)


def international(text: str) -> str:
    """A number with its "+", from a sender that writes it with country code and without plus (``33639980001``)."""
    # A leading 0 is a national number, or 00 before a country code: the register reads both.
    return f"+{text}" if text.isdigit() and not text.startswith("0") else text


def fact_key(provider: str, *facts: object) -> str:
    """The key of an event without an id: 32 hexadecimal digits over the facts in their order, absent ones as None."""
    # Written as a Python list, which keeps the facts apart: joined texts would let one fact run into the next.
    listed = ascii([provider, *[fact.isoformat() if isinstance(fact, datetime) else fact for fact in facts]])
    return hashlib.sha256(listed.encode()).hexdigest()[:32]


def each(values: Sequence[Any], read: Callable[[Section], Iterable[Event | Problem]]) -> Iterator[Event | Problem]:
    """Read every item of a batch; one that cannot be read becomes a ``Problem``, and the rest goes on."""
    for number, value in enumerate(values):
        try:
            yield from read(Section.of(value, f"item {number}"))
        except Malformed as error:
            yield Problem(str(error))
