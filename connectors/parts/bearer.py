"""A token that must be fetched and ends: client credentials, or a refresh token. One thread renews, the others wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

EARLY = 60.0  # seconds before its end at which a token is renewed


class Bearer:
    """An access token kept as long as it is good. ``fetch`` asks for one and gives it with its seconds of life.

    ``scheme`` is the word before it in the header.
    """

    def __init__(
        self,
        fetch: Callable[[], tuple[str, float]],
        clock: Callable[[], float] = time.monotonic,
        *,
        scheme: str = "Bearer",
    ) -> None:
        self._fetch = fetch
        self._scheme = scheme
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0

    @property
    def token(self) -> str:
        """A token that is good for a while; raises what ``fetch`` raises."""
        with self._lock:
            if not self._token or self._clock() > self._ends - EARLY:
                self._token, lasts = self._fetch()
                self._ends = self._clock() + lasts
            return self._token

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows it."""
        return {"Authorization": f"{self._scheme} {self.token}"}

    def forget(self) -> None:
        """The server does not take it any more: the next request fetches another."""
        with self._lock:
            self._token = ""
