"""What was asked of the sandbox and what it answered: for benchmarks and for tests that count requests.

Routes are kept by name: a path may hold an address.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


class Served(NamedTuple):
    """One request served: when (seconds of the sandbox's clock), which route, what status, by which fault."""

    at: float
    route: str
    status: int
    seconds: float
    fault: str = ""


@dataclass(slots=True)
class Journal:
    """Every request in order. ``statuses(route)`` and ``routes`` count them."""

    entries: list[Served] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, served: Served) -> None:
        """Note one request."""
        with self._lock:
            self.entries.append(served)

    def clear(self) -> None:
        """Forget everything so far."""
        with self._lock:
            self.entries.clear()

    def count(self, route: str | None = None, status: int | None = None) -> int:
        """How many requests went to this route and were answered so; ``None`` is any."""
        wanted = [e for e in list(self.entries) if route in (None, e.route) and status in (None, e.status)]
        return len(wanted)

    def summary(self) -> dict[str, Any]:
        """Counts by route and by status, refusals, the span in seconds, and the most requests in any ten seconds."""
        entries = list(self.entries)
        times = sorted(entry.at for entry in entries if entry.status != 429)
        return asdict(
            Summary(
                requests=len(entries),
                too_many_requests=sum(entry.status == 429 for entry in entries),
                by_route=dict(Counter(entry.route for entry in entries)),
                by_status={str(status): n for status, n in Counter(entry.status for entry in entries).items()},
                span_s=round(times[-1] - times[0], 3) if times else 0.0,
                most_in_10_s=_most_within(times, 10.0),
            )
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What ``/sandbox/journal`` prints."""

    requests: int
    too_many_requests: int
    by_route: dict[str, int]
    by_status: dict[str, int]
    span_s: float
    most_in_10_s: int


def _most_within(times: list[float], window: float) -> int:
    most = start = 0
    for end, time in enumerate(times):
        while times[start] <= time - window:
            start += 1
        most = max(most, end - start + 1)
    return most
