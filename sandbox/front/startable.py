"""What every sandbox is: started, asked at its address, and stopped."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from contactable.sandbox.front.messages import Incoming, Outgoing
from contactable.sandbox.front.server import Server


class Startable:
    """Answers on a port of loopback (0: any free one) from ``start`` until ``stop``, or as long as a block lasts."""

    def __init__(self, answer: Callable[[Incoming], Outgoing], port: int) -> None:
        self._answer = answer
        self._port = port
        self._server: Server | None = None

    def start(self) -> str:
        """Answer from now on, and give the address."""
        self._server = Server(self._answer, self._port)
        self._server.start()
        return self.url

    def stop(self) -> None:
        """Stop answering; the state stays to be looked at."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; raises ``RuntimeError`` before ``start``."""
        if self._server is None:
            raise RuntimeError("The sandbox is not started.")
        return self._server.url
