"""How many requests are let through: rolling windows, counted as they come. A refused request does not count."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` requests in ``seconds``. ``names_delay``: whether the refusal says how long to wait (Retry-After)."""

    most: int
    seconds: float
    names_delay: bool = True


@dataclass(slots=True)
class Meter:
    """Counts what was let through under one limit. Times are seconds of the sandbox's clock."""

    limit: Limit
    clock: Callable[[], float]
    _times: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def remaining(self) -> int:
        """How many requests the window would still take."""
        with self._lock:
            self._forget(self.clock())
            return self.limit.most - len(self._times)

    @property
    def reset(self) -> float:
        """Seconds until the oldest request leaves the window; 0 where it is empty."""
        with self._lock:
            return max(0.0, self._times[0] + self.limit.seconds - self.clock()) if self._times else 0.0

    def let(self) -> bool:
        """Count a request; False where it is one too many."""
        with self._lock:
            now = self.clock()
            self._forget(now)
            if len(self._times) >= self.limit.most:
                return False
            self._times.append(now)
            return True

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - self.limit.seconds:
            self._times.popleft()
