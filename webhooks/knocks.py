"""Who was refused at the senders' doors: how often within an hour, by endpoint, so that somebody can be told.

A sender whose secret was changed in its console is refused for ever and says nothing; somebody who tries to forge is
refused as well. The count goes to the register at most once a minute an endpoint: refusing must stay cheap.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from contactable.clock import Clock
from contactable.errors import ContactableError
from contactable.register import Register, Tx, cursors

PLACE: Final = "refused at the door"
KEPT_EVERY: Final = timedelta(minutes=1)
WITHIN: Final = timedelta(hours=1)
MANY: Final = 10  # within that time


class Knocks:
    """Counts refusals; one for a process."""

    def __init__(self, register: Callable[[], Register], clock: Clock) -> None:
        self._register = register
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._kept_at: dict[str, datetime] = {}
        self._door = threading.Lock()

    def refused(self, endpoint: str) -> None:
        """Count one; a register that is down costs the count, never the answer."""
        now = self._clock()
        with self._door:
            self._counts[endpoint] += 1
            last = self._kept_at.get(endpoint)
            if last is not None and timedelta() <= now - last < KEPT_EVERY:
                return
            self._kept_at[endpoint], count = now, self._counts.pop(endpoint)
        with suppress(ContactableError):
            self._register().write(partial(_add, endpoint=endpoint, count=count))


def refused_lately(tx: Tx, endpoint: str) -> int:
    """How many requests to an endpoint were refused within the hour, as far as they were kept."""
    kept = cursors.get(tx, PLACE, endpoint)
    return sum(count for _, count in _recent(tx, kept["minutes"])) if kept else 0


def _add(tx: Tx, endpoint: str, count: int) -> None:
    kept = cursors.get(tx, PLACE, endpoint) or {"minutes": []}
    minutes = [*_recent(tx, kept["minutes"]), (tx.now.isoformat(), count)]
    cursors.set(tx, PLACE, endpoint, {"minutes": minutes})


def _recent(tx: Tx, minutes: list[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    return ((at, count) for at, count in minutes if tx.now - datetime.fromisoformat(at) < WITHIN)
