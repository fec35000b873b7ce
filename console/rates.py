"""How often a token may ask: so many requests a minute, and after a pause as many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_KEPT = 10_000


class Rates:
    """A bucket for each token, in this process."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = per_minute, clock
        self._left: dict[str, tuple[float, float]] = {}  # token: requests left, and when that was
        self._door = threading.Lock()

    def wait(self, token: str) -> float:
        """Take one request out of a token's bucket; tell after how many seconds it may come again if it is empty."""
        with self._door:
            now = self._clock()
            left, then = self._left.get(token, (float(self._most), now))
            left = min(self._most, left + (now - then) * self._most / 60)
            may = left >= 1
            self._left[token] = (left - may, now)
            if len(self._left) > MOST_KEPT:
                self._forget(now)
        return 0.0 if may else (1 - left) * 60 / self._most

    def _forget(self, now: float) -> None:
        """Let go of buckets that are full again: clients of a public page come without end."""
        full = 60.0  # seconds
        self._left = {token: each for token, each in self._left.items() if now - each[1] < full}
