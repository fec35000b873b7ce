"""Requests that are no more than a bell: something happened, and the sender's list says what.

The bell is kept in the register, in the transaction of the delivery: whichever process runs the schedule reads the list
soon, once for all the bells that rang meanwhile. It has rung until the lists were read: a sender that cannot be read is
asked again, each time after a longer while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contactable.errors import Malformed
from contactable.register import Tx, cursors
from contactable.register.ids import new_id
from contactable.webhooks.provider import Provider
from contactable.webhooks.request import Request

RUNG, ANSWERED = "bell", "bell answered"
"""The cursors, under an endpoint's name: which bell rang last, and which was answered; a request writes only the first.

Two rows, and a name for each bell, so that one that rings while the lists are read is not taken for an answered one.
"""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Bell:
    """A bell that nobody has answered: how often its sender's lists could not be read, and when they are tried next."""

    name: Any
    tries: int = 0
    again_at: datetime | None = None


def is_bell(provider: Provider, request: Request) -> bool:
    """Whether a request asks to have its sender's lists read."""
    try:
        return provider.rings is not None and provider.rings(request)
    except Malformed:
        return True  # what cannot be read says that something happened, all the more


def ring(tx: Tx, endpoint: str) -> None:
    """Keep that a bell rang."""
    cursors.set(tx, endpoint, RUNG, {"rung": new_id(tx.now)})


def waiting(tx: Tx, endpoint: str) -> Bell | None:
    """The bell that rang last, unless it was answered; what came before it is answered with it."""
    name = (cursors.get(tx, endpoint, RUNG) or {}).get("rung")
    kept = cursors.get(tx, endpoint, ANSWERED) or {}
    if not name or name == kept.get("rung"):
        return None
    again = kept.get("again_at")
    return Bell(name, kept.get("tries", 0), datetime.fromisoformat(again) if again else None)


def answer(tx: Tx, endpoint: str, bell: Bell) -> None:
    """Keep that the lists were read after this bell rang; one that rang meanwhile still waits."""
    cursors.set(tx, endpoint, ANSWERED, {"rung": bell.name})


def put_off(tx: Tx, endpoint: str, bell: Bell) -> None:
    """Keep that the lists could not be read; another bell makes nobody ask sooner."""
    kept = cursors.get(tx, endpoint, ANSWERED) or {}
    wait = min(FIRST_WAIT * 2 ** min(bell.tries, 10), LONGEST_WAIT)
    later = {"tries": bell.tries + 1, "again_at": (tx.now + wait).isoformat(timespec="seconds")}
    cursors.set(tx, endpoint, ANSWERED, {"rung": kept.get("rung"), **later})
