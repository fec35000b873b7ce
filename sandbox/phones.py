"""Aircall on loopback, as far as agents' cards, tags and webhooks go: https://developer.aircall.io, read 2026-11-27.

Keeps the cards of each call with the time at which they came, and the account's tags; answers after ``latency``
seconds, and misbehaves as its ``script`` says: one status a request.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug import Request, Response

from contactable.sandbox.loopback import served

PAGE = 50


@dataclass
class AircallSandbox:
    """One account. ``cards`` holds by call the time (``time.monotonic``) and the line of each card."""

    latency: float = 0.0
    tags: list[str] = field(default_factory=list)
    urls: dict[str, bool] = field(default_factory=dict)  # those to which it posts; False where it stopped
    cards: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    script: deque[int] = field(default_factory=deque)
    url: str = ""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        time.sleep(self.latency)
        if request.authorization is None:
            return Response("{}", 403, content_type="application/json")
        if request.path == "/v1/webhooks":
            said = {"webhooks": [{"url": url, "active": on} for url, on in self.urls.items()]}
            return Response(json.dumps(said), content_type="application/json")
        if self.script and (status := self.script.popleft()) != 200:
            return Response("{}", status, content_type="application/json")
        return self._tags(request) if request.path == "/v1/tags" else self._card(request)

    def _tags(self, request: Request) -> Response:
        if request.method == "POST":
            self.tags.append(str(json.loads(request.get_data())["name"]))
            return Response("{}", 201, content_type="application/json")
        start = (int(request.args.get("page", 1)) - 1) * PAGE
        more = "next" if len(self.tags) > start + PAGE else None
        said = {"tags": [{"name": name} for name in self.tags[start : start + PAGE]], "meta": {"next_page_link": more}}
        return Response(json.dumps(said), content_type="application/json")

    def _card(self, request: Request) -> Response:
        _, _, _, call, what = request.path.split("/")
        if what != "insight_cards":
            return Response("{}", 404, content_type="application/json")
        line = json.loads(request.get_data())["contents"][0]["text"]
        self.cards.setdefault(call, []).append((time.monotonic(), line))
        return Response(status=201)


@contextmanager
def serve_aircall(sandbox: AircallSandbox) -> Iterator[AircallSandbox]:
    """Serve the account on a free port of loopback until the block ends."""
    with served(sandbox.answer) as sandbox.url:
        yield sandbox
