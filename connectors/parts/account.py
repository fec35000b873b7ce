"""One account of a CRM that speaks JSON over HTTP: requests under its limit, and the server's own clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from contactable.connectors.parts.bearer import Bearer
from contactable.transport import PATIENCE, Answer, Habits, Limiter, SideBySide, Transport

USUAL = Habits()


class ServerClock:
    """The server's time as of its last answer: ours may be wrong by minutes."""

    def __init__(self) -> None:
        self._ahead = 0.0

    @property
    def now(self) -> datetime:
        """The moment at the server, rounded down to a second as it tells it."""
        return datetime.fromtimestamp(time.time() + self._ahead, UTC).replace(microsecond=0)

    def observe(self, answer: Answer) -> None:
        """Learn from the ``Date`` of an answer."""
        try:
            self._ahead = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
        except (KeyError, ValueError):
            return  # it does not tell, or not readably


def in_words(words: Mapping[int, str]) -> Callable[[Answer], str]:
    """``explain`` of habits, by the status alone: words of ours, never the server's, which may quote what was sent."""
    return lambda answer: words.get(answer.status, "")


class Account:
    """Requests to one account; threads share it.

    ``headers`` is asked before each request, so that a renewed token is taken; ``bearer`` is a token that ends, which
    is fetched anew once where the server does not take it any more. ``limits`` hold every request back; where only some
    are counted apart, they are given with the request.
    """

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        bearer: Bearer | None = None,
        limits: Sequence[Limiter | SideBySide] = (),
        habits: Habits = USUAL,
        patience: float = PATIENCE,
        in_flight: int = 8,
        stopping: threading.Event | None = None,
    ) -> None:
        self.who = who
        self.in_flight = in_flight
        self.clock = ServerClock()
        self.stopping = stopping or threading.Event()
        self._limits = tuple(limits)
        self._bearer = bearer

        def observe(answer: Answer) -> None:
            self.clock.observe(answer)
            habits.observe(answer)

        self._transport = Transport(
            who,
            base_url,
            headers=lambda: {**headers(), **(bearer.headers if bearer else {})},
            habits=replace(habits, observe=observe),
            patience=patience,
            connections=2 * in_flight,
            stopping=self.stopping,
        )

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, expected: Collection[int] = ()) -> Answer:
        """Read something; a parameter that is None is left out."""
        return self.call("GET", path, params=params, expected=expected)

    def post(self, path: str, body: Any, *, expected: Collection[int] = ()) -> Answer:
        """Send JSON."""
        return self.call("POST", path, json=body, expected=expected)

    def call(
        self, method: str, path: str, *, limits: Sequence[Limiter | SideBySide] | None = None, **request: Any
    ) -> Answer:
        """Make a request as ``Transport.call`` does, under these limits instead of the account's where given."""
        request["limits"] = self._limits if limits is None else limits
        if self._bearer is None:
            return self._transport.call(method, path, **request)
        expected = request.pop("expected", ())
        answer = self._transport.call(method, path, expected=(*expected, 401), **request)
        if answer.status != 401:
            return answer
        self._bearer.forget()  # it ended before its time: taken back, or somebody else fetched another
        return self._transport.call(method, path, expected=expected, **request)

    def now(self, path: str, params: Mapping[str, Any] | None = None, *, expected: Collection[int] = ()) -> datetime:
        """The server's time: something small is read for its clock, since ours may be wrong."""
        self.get(path, params, expected=expected)
        return self.clock.now

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.stopping.set()
        self._transport.close()
