"""How the kit talks to CRMs and senders: one account's transport, its limiter, and requests in flight side by side."""

from __future__ import annotations

from contactable.transport.http import (
    PATIENCE,
    TRANSIENT,
    Answer,
    Habits,
    Transport,
    backoff,
    hurried,
    make_session,
    usual_delay,
)
from contactable.transport.limiter import Allowance, Limiter, SideBySide, giving_way
from contactable.transport.pipeline import ahead, in_turn, pipelined

__all__ = [
    "PATIENCE",
    "TRANSIENT",
    "Allowance",
    "Answer",
    "Habits",
    "Limiter",
    "SideBySide",
    "Transport",
    "ahead",
    "backoff",
    "giving_way",
    "hurried",
    "in_turn",
    "make_session",
    "pipelined",
    "usual_delay",
]
