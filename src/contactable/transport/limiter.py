"""A limiter that several threads share: an account's allowance is filled and never exceeded.

A server counts a request at some moment between its leaving and the arrival of its answer. A place is therefore free
again one whole window after the *answer*: however slow or uneven the network is, no window of the server's holds more
than it allows. That costs latency divided by window of the rate (2.5 % at 250 ms of 10 s). pyrate-limiter 4.5, which
was looked at first, counts at leaving and sleeps through a shutdown.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import inf

from contactable.errors import Unavailable

CATCH_UP = 4  # requests that may leave at once after a late wake-up; more would be a burst
SHORTEST_SLEEP = 0.001  # seconds; a rounded 0 would let a request through
LONGEST_SLEEP = 0.5  # seconds, after which a shutdown is looked for
LONGEST_WAY = 2.0  # seconds for which a request gives way to others; then it waits like them
_gives_way: ContextVar[bool] = ContextVar("gives_way", default=False)


@contextmanager
def giving_way() -> Iterator[None]:
    """Within the block a request leaves only when no other waits for the same limiter, or when it waited for long."""
    token = _gives_way.set(True)
    try:
        yield
    finally:
        _gives_way.reset(token)


@dataclass(slots=True)
class Allowance:
    """The account book of a limiter: ``most`` requests in ``seconds``. Times are given, in seconds of one clock.

    ``asks_first``: after a quiet window one request goes ahead of the rest, for its answer tells what others have used.
    """

    most: int
    seconds: float
    asks_first: bool = False
    under_way: int = 0
    _answered: deque[float] = field(default_factory=deque)
    _held_until: float = 0.0
    _next: float = 0.0

    def delay(self, now: float) -> float:
        """Seconds until the next request may leave: 0 is now, infinite is after an answer."""
        while self._answered and self._answered[0] <= now - self.seconds:
            self._answered.popleft()
        if now < self._held_until:
            return self._held_until - now
        if self.asks_first and self.under_way and not self._answered:
            return inf
        too_many = self.under_way + len(self._answered) - self.most
        if too_many >= len(self._answered):
            return inf
        if too_many >= 0:
            return max(self._answered[too_many] + self.seconds - now, SHORTEST_SLEEP)
        return max(0.0, self._next - now)

    def take(self, now: float) -> None:
        """A request leaves. The following ones are spread over the window, so that an urgent one finds a place soon."""
        gap = self.seconds / self.most
        self._next = max(self._next, now - CATCH_UP * gap) + gap
        self.under_way += 1

    def answered(self, now: float) -> None:
        """The answer is here, or will not come."""
        self.under_way -= 1
        self._answered.append(now)

    def hold(self, until: float) -> None:
        """Let nothing leave before that time."""
        self._held_until = max(self._held_until, until)

    def others_took(self, remaining: int, now: float) -> None:
        """The server says how many are left. Where that is less than we think, others use the account: make room."""
        left = self.most - self.under_way - len(self._answered)
        self._answered.extend([now] * max(0, left - max(0, remaining)))


class Limiter:
    """An allowance for threads. ``most`` requests in ``seconds``; waiting ends with ``Unavailable`` at a shutdown."""

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        asks_first: bool = False,
        stopping: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowance = Allowance(most, seconds, asks_first)
        self._stopping = stopping or threading.Event()
        self._clock = clock
        self._changed = threading.Condition()
        self._first = 0  # requests that wait and give way to nobody

    @property
    def most(self) -> int:
        """How many requests a window may hold."""
        return self._allowance.most

    @property
    def delay(self) -> float:
        """Seconds until the next request may leave: 0 is now, infinite is after an answer."""
        with self._changed:
            return self._allowance.delay(self._clock())

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place and hold it until the answer is here."""
        with self._changed:
            self._wait()
            self._allowance.take(self._clock())
        try:
            yield
        finally:
            with self._changed:
                self._allowance.answered(self._clock())
                self._changed.notify_all()

    def _wait(self) -> None:
        polite, until = _gives_way.get(), self._clock() + LONGEST_WAY
        self._first += not polite
        try:
            while (delay := self._delay_of(until if polite else 0.0)) > 0:
                if self._stopping.is_set():
                    raise Unavailable("The kit is stopping.")
                self._changed.wait(min(delay, LONGEST_SLEEP))
        finally:
            self._first -= not polite

    def _delay_of(self, gives_way_until: float) -> float:
        now = self._clock()
        delay = self._allowance.delay(now)
        gap = self._allowance.seconds / self._allowance.most  # the others take one place each
        return max(delay, gap * self._first) if now < gives_way_until else delay

    def learn(self, most: int | None, remaining: int | None) -> None:
        """Take over what the server says: how many a window may hold, and how many are left of it."""
        with self._changed:
            if most:
                self._allowance.most = most
            if remaining is not None:
                self._allowance.others_took(remaining, self._clock())

    def hold(self, seconds: float) -> None:
        """Let nothing leave for so long: the server asked for it."""
        with self._changed:
            self._allowance.hold(self._clock() + seconds)


class SideBySide:
    """So many requests at a time, whatever their rate; used as a ``Limiter`` is, by itself or beside one."""

    def __init__(self, most: int, *, stopping: threading.Event | None = None) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._stopping = stopping or threading.Event()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place and hold it until the answer is here."""
        while not self._places.acquire(timeout=LONGEST_SLEEP):
            if self._stopping.is_set():
                raise Unavailable("The kit is stopping.")
        try:
            yield
        finally:
            self._places.release()

    def hold(self, seconds: float) -> None:
        """Nothing: what was one too many at a time waits by itself."""
