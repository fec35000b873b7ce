"""Senders' blocklists on loopback: Brevo, SendGrid and Postmark, as far as putting somebody on the list goes, and the
URLs to which they post.

Each keeps who is on it and how many requests it took, has its real limit (Brevo 10 a second), answers after
``latency`` seconds, and misbehaves as its ``script`` says: one status a request, 200 for a success that does nothing,
``None`` for none.
Shapes are those of the vendors' pages (developers.brevo.com, docs.sendgrid.com, postmarkapp.com/developer).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from contactable.sandbox.loopback import served

WINDOW = 1.0  # seconds of a rate limit


@dataclass
class Blocklist:
    """One sender's list. ``blocked`` holds each identifier with the times at which it was put there."""

    most: int = 10  # requests in a second; more are answered 429
    latency: float = 0.0  # seconds
    knows_everybody: bool = False  # Brevo answers 204, without an id, for a contact that was there
    script: deque[int | None] = field(default_factory=deque)
    blocked: dict[str, list[float]] = field(default_factory=dict)
    urls: dict[str, bool] = field(default_factory=dict)  # those to which it posts; False where it stopped
    urls_status: int = 200  # to whoever asks for them; they are beside the limit and the script
    refused: int = 0  # requests beyond the limit
    _taken: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, identifier: str) -> int:
        """Put somebody on the list; return the number by which a contact is asked for."""
        with self._lock:
            self.blocked.setdefault(identifier, []).append(time.monotonic())
            return list(self.blocked).index(identifier) + 1

    def fault(self) -> int | None:
        """The status to answer instead of doing what is asked, if any."""
        now = time.monotonic()
        with self._lock:
            while self._taken and self._taken[0] <= now - WINDOW:
                self._taken.popleft()
            if len(self._taken) >= self.most:
                self.refused += 1
                return 429
            self._taken.append(now)
            return self.script.popleft() if self.script else None


Do = Callable[[Blocklist, str, Any, bool], Any]


def _brevo(listed: Blocklist, path: str, body: Any, does: bool) -> Any:
    if body is None:  # reading a contact back
        stands = 0 < int(path.rpartition("/")[2]) <= len(listed.blocked)
        return {"emailBlacklisted": stands, "smsBlacklisted": stands}
    who = body.get("email") or body["attributes"]["SMS"]
    id = listed.put(who) if does else 0
    return None if listed.knows_everybody else {"id": id}


def _sendgrid(listed: Blocklist, path: str, body: Any, does: bool) -> Any:
    for who in body["recipient_emails"] if does else ():
        listed.put(who)
    return {"recipient_emails": body["recipient_emails"] if does else []}


def _postmark(listed: Blocklist, path: str, body: Any, does: bool) -> Any:
    for each in body["Suppressions"] if does else ():
        listed.put(each["EmailAddress"])
    status = "Suppressed" if does else "Failed"
    return {"Suppressions": [{"EmailAddress": each["EmailAddress"], "Status": status} for each in body["Suppressions"]]}


_URLS: dict[str, Callable[[dict[str, bool]], Any]] = {
    "brevo": lambda urls: {"webhooks": [{"url": url, "events": ["unsubscribed"]} for url in urls]},
    "sendgrid": lambda urls: {"webhooks": [{"url": url, "enabled": on} for url, on in urls.items()]},
    "postmark": lambda urls: {
        "Webhooks": [{"Url": url, "Triggers": {"SubscriptionChange": {"Enabled": on}}} for url, on in urls.items()]
    },
}
_APIS: dict[str, Do] = {"brevo": _brevo, "sendgrid": _sendgrid, "postmark": _postmark}
_ENDPOINT = """
[endpoints.{name}]
provider = "{name}"
{proof} = "{key}"
api_url = "{url}/{name}"
api = {{ key = "{key}" }}
"""


@dataclass
class BlocklistSandbox:
    """The lists by name, served at ``<url>/<name>``."""

    lists: dict[str, Blocklist] = field(default_factory=lambda: {name: Blocklist() for name in _APIS})
    url: str = ""

    def settings(self, key: str, *names: str) -> str:
        """The endpoints of these senders, all unless some are named, as settings have them; ``key`` is every secret."""
        proofs = {"sendgrid": "secret"}  # which signs; the others have it in the path of their URL
        return "".join(
            _ENDPOINT.format(name=name, proof=proofs.get(name, "path_secret"), url=self.url, key=key)
            for name in names or self.lists
        )

    def answer(self, request: Request) -> Response:
        """Answer one request to one of the APIs."""
        name = request.path.split("/")[1]
        listed = self.lists[name]
        time.sleep(listed.latency)
        if "/webhooks" in request.path:
            said = _URLS[name](listed.urls) if listed.urls_status == 200 else {}
            return Response(json.dumps(said), listed.urls_status, content_type="application/json")
        status = listed.fault()
        if status is not None and status != 200:
            return Response("{}", status, content_type="application/json")
        body = json.loads(request.get_data()) if request.method != "GET" else None
        said = _APIS[name](listed, request.path, body, status is None)
        if said is None:
            return Response(status=204)
        return Response(json.dumps(said), 200, content_type="application/json")


@contextmanager
def serve(sandbox: BlocklistSandbox) -> Iterator[BlocklistSandbox]:
    """Serve the lists on a free port of loopback, in threads, until the block ends."""
    with served(sandbox.answer) as sandbox.url:
        yield sandbox
