"""What a CRM is asked for now and then: its fields, its columns. One thread asks, the others wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Told = TypeVar("Told")
MINUTE = 60.0  # seconds for which an answer is good


class Fresh(Generic[Told]):
    """An answer that is kept for a minute. ``ask`` asks for it."""

    def __init__(self, ask: Callable[[], Told], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._kept: tuple[float, Told] | None = None

    def value(self, is_good: Callable[[Told], bool] = lambda told: True) -> Told:
        """The answer; asked for anew where it is old, or not good enough. Raises what ``ask`` raises."""
        with self._lock:
            kept = self._kept
            if kept is None or self._clock() > kept[0] or not is_good(kept[1]):
                kept = self._kept = (self._clock() + MINUTE, self._ask())
            return kept[1]

    def forget(self) -> None:
        """Something was made or taken away: ask again."""
        with self._lock:
            self._kept = None
