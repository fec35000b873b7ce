"""What comes in and what goes out, as bytes, and an answer that is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Incoming(NamedTuple):
    """A request as it was received; names of headers are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Outgoing(NamedTuple):
    """What to send back. ``effect`` is that of a fault, which may be to send nothing, or half."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    effect: str = ""


class Problem(Exception):
    """An answer that is an error: a status, a body, and headers of its own."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})
