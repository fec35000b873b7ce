"""HubSpot's limits: a rolling window of ten seconds for each app, a day, and five searches a second apart from both.

Figures of the usage guidelines as of 2026. Search answers carry no rate-limit headers, OAuth answers no daily ones
(recorded fixtures of public clients). A refused request does not count against the window.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from contactable.sandbox.hubspot.problems import rate_limited

WINDOW = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """What an app may ask for. ``None`` is no limit; ``names_delay``: whether a 429 carries ``Retry-After``."""

    per_10_s: int | None = 190
    per_day: int | None = 625_000
    searches_per_s: int | None = 5
    names_delay: bool = False


PROFESSIONAL = Limits()
FREE = Limits(per_10_s=100, per_day=250_000)
OAUTH = Limits(per_10_s=110, per_day=None)
UNLIMITED = Limits(None, None, None)
PLANS = {"professional": PROFESSIONAL, "free": FREE, "oauth": OAUTH, "unlimited": UNLIMITED}


@dataclass(slots=True)
class Meter:
    """Counts what was let through. Times are seconds of the sandbox's clock."""

    limits: Limits
    clock: Callable[[], float]
    used_today: int = 0
    _day: int = 0
    _window: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def let_search(self) -> dict[str, str]:
        """Count a search, or raise a 429 of policy SECONDLY."""
        with self._lock:
            if not _admit(self._searches, self.limits.searches_per_s, 1.0, self.clock()):
                raise rate_limited("SECONDLY", "secondly", self._delay(1))
        return {}

    def let(self, *, daily: bool = True) -> dict[str, str]:
        """Count a request and give its rate-limit headers (``daily``: those of the day too), or raise a 429."""
        with self._lock:
            now = self.clock()
            self._begin_day(int(now // 86_400))
            if self.limits.per_day is not None and self.used_today >= self.limits.per_day:
                raise rate_limited("DAILY", "daily", self._delay(int(86_400 - now % 86_400)))
            # The day is asked first: once it is used up, waiting ten seconds would not help.
            if not _admit(self._window, self.limits.per_10_s, WINDOW, now):
                raise rate_limited("TEN_SECONDLY_ROLLING", "ten_secondly_rolling", self._delay(10))
            self.used_today += 1
            return self._headers(daily)

    def _begin_day(self, day: int) -> None:
        if day != self._day:
            self._day, self.used_today = day, 0

    def _delay(self, seconds: int) -> int | None:
        return seconds if self.limits.names_delay else None

    def _headers(self, daily: bool) -> dict[str, str]:
        headers = {}
        if (most := self.limits.per_10_s) is not None:
            headers = {
                "X-HubSpot-RateLimit-Max": str(most),
                "X-HubSpot-RateLimit-Remaining": str(most - len(self._window)),
                "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
                # The deprecated pair is still sent.
                "X-HubSpot-RateLimit-Secondly": str(most // 10),
                "X-HubSpot-RateLimit-Secondly-Remaining": str(max(0, most // 10 - 1)),
            }
        if daily and (most := self.limits.per_day) is not None:
            headers["X-HubSpot-RateLimit-Daily"] = str(most)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(most - self.used_today)
        return headers


def _admit(times: deque[float], most: int | None, window: float, now: float) -> bool:
    if most is None:
        return True
    while times and times[0] <= now - window:
        times.popleft()
    if len(times) >= most:
        return False
    times.append(now)
    return True
