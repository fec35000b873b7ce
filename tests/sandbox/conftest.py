"""A HubSpot of three contacts on loopback, a bare HTTP client for it, who hears its webhooks, and a clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from contactable.register.testing import HandClock
from contactable.sandbox import HubSpotSandbox

ADA, BOB, CLEO = 151, 201, 251
PEOPLE = [
    {"email": "ada@example.com", "firstname": "Ada", "mobilephone": "+33639980001"},
    {"email": "bob@example.org", "firstname": "Bob", "phone": "+33639980002"},
    {"email": "cleo@example.net", "firstname": "Cléo"},
]


@dataclass
class Api:
    """Plain HTTP with a token."""

    url: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.request(method, self.url + path, json=body, headers=headers, timeout=10, **more)

    def get(self, path: str, **query: Any) -> Any:
        return self("GET", path, params=query).json()

    def post(self, path: str, body: Any) -> Any:
        return self("POST", path, body).json()


Start = Callable[..., HubSpotSandbox]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def start(clock: HandClock) -> Iterator[Start]:
    """Start sandboxes that end with the test; three contacts and the test's clock unless told otherwise."""
    started: list[HubSpotSandbox] = []

    def begin(contacts: Any = None, **options: Any) -> HubSpotSandbox:
        sandbox = HubSpotSandbox(PEOPLE if contacts is None else contacts, **{"clock": clock.seconds, **options})
        sandbox.start()
        started.append(sandbox)
        return sandbox

    yield begin
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def hubspot(start: Start) -> HubSpotSandbox:
    return start()


@pytest.fixture
def api(hubspot: HubSpotSandbox) -> Api:
    return Api(hubspot.url, hubspot.token)


@pytest.fixture
def api_of() -> Callable[[HubSpotSandbox], Api]:
    return lambda sandbox: Api(sandbox.url, sandbox.token)


@dataclass
class Inbox:
    """An address that keeps what is posted to it; ``refuses`` is how many requests it answers 503 first."""

    url: str = ""
    refuses: int = 0
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.received for event in json.loads(body)]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.received.append((dict(self.headers.items()), body))
            box.refuses -= 1
            self.send_response(503 if box.refuses >= 0 else 200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}/hooks/hubspot?portal=1&x=%28a%29"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield box
    server.shutdown()
    server.server_close()
