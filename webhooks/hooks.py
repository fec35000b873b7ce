"""The senders' doors as plain WSGI: from the bytes of one request to the answer.

The blueprint's routes end here. ``serve`` comes here without Flask in between (``HooksFirst``): making a request, a
context and a response of Flask took longer than keeping an opposition does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response
from werkzeug.wsgi import get_input_stream

from contactable.clock import Clock
from contactable.register import Register
from contactable.webhooks.events import Event
from contactable.webhooks.metrics import Outcome, Tally
from contactable.webhooks.networks import caller
from contactable.webhooks.receiver import Answer, Arrival, Endpoint, keep_all, receive
from contactable.webhooks.recording import Recorded
from contactable.webhooks.request import Request
from contactable.webhooks.saying import Saying, plainly

LARGEST = 5 * 1024 * 1024  # bytes, compressed or not
_CHUNK = 64 * 1024
_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_UNNAMED = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
Environ = Mapping[str, Any]


class TooLarge(Exception):
    """A body beyond ``LARGEST``."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the doors need: endpoints by name, the register, the public address, link keys, whom to wake."""

    endpoints: Mapping[str, Endpoint]
    register: Callable[[], Register]
    public_url: str
    link_keys: tuple[bytes, ...]
    clock: Clock
    wake: Callable[[], None]
    say: Callable[[Saying, str], Response] = plainly
    begin: Callable[[Endpoint, Sequence[Event]], None] = lambda endpoint, events: None  # calls that agents make now
    refused: Callable[[str], None] = lambda endpoint: None  # hears of each request that was not authentic
    tally: Tally = field(default_factory=Tally)
    proxies: int = 0  # of ours, before the doors

    def keep(self, arrival: Arrival) -> Recorded:
        """Keep a request, together with those that wait beside it; return once it is on disk."""
        return self.register().write_together(keep_all, arrival, weight=len(arrival[2]))


class HooksFirst:
    """An application whose webhooks are answered without it; everything else, probes included, goes to it."""

    def __init__(self, app: Callable[..., Iterable[bytes]], doors: Doors, prefix: str) -> None:
        self._app, self._doors, self._prefix = app, doors, f"{prefix}/hooks/"

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ.get("PATH_INFO", "")
        name, _, secret = path[len(self._prefix) :].partition("/")
        ours = path.startswith(self._prefix) and name in self._doors.endpoints and "/" not in secret
        if not (ours and environ["REQUEST_METHOD"] == "POST" and path.isascii()):
            return self._app(environ, start_response)
        answer = hook(self._doors, environ, name, secret, path[len(self._prefix) - len("/hooks/") :])
        length = [] if answer.status == HTTPStatus.NO_CONTENT else [("Content-Length", str(len(answer.body)))]
        start_response(_PHRASES[answer.status], [("Content-Type", answer.content_type), *length])
        return [answer.body]


def hook(doors: Doors, environ: Environ, name: str, secret: str, path: str) -> Answer:
    """Answer one request to the door ``name``; ``path`` is what follows the public address."""
    endpoint = doors.endpoints.get(name)
    if endpoint is None:
        return Answer(404, b"no such endpoint\n")
    try:
        value = read_request(doors, environ, endpoint, secret, path)
    except TooLarge:
        doors.tally.count(name, Outcome.REFUSED)
        return Answer(endpoint.provider.answers.too_large, b"too large\n")
    except zlib.error:
        return Answer(400, b"not gzip\n")
    # A sender that was set to PUT tells what it would tell by POST: taken for a look, it would be lost without a word.
    is_asked = value.method in ("GET", "HEAD") and value.method not in endpoint.provider.methods
    if is_asked or _is_a_look(value, endpoint):
        probe = endpoint.provider.answer_probe
        return Answer(200, probe(value) if probe else b"ok\n")
    answer = receive(endpoint, value, doors.keep)
    doors.tally.count(name, answer.outcome, answer.secret, value.received_at)
    if answer.outcome is Outcome.REFUSED:
        doors.refused(name)
    if answer.wake:
        doors.wake()
    if answer.begun:
        doors.begin(endpoint, answer.begun)
    return answer


def _is_a_look(value: Request, endpoint: Endpoint) -> bool:
    """Whether somebody only tries the address; where a request is a bell, an empty one rings if it has the secret."""
    rings = endpoint.provider.rings is not None and bool(value.path_secret)
    return value.method == "GET" and not value.raw and "?" not in value.url and not rings


def read_request(doors: Doors, environ: Environ, endpoint: Endpoint, secret: str, path: str) -> Request:
    """The request as its sender signed it: the configured address, the raw body; raise ``TooLarge``."""
    query = environ.get("QUERY_STRING", "")
    return Request(
        raw=read_body(environ),
        received_at=doors.clock(),
        method=environ["REQUEST_METHOD"],
        url=f"{doors.public_url.rstrip('/')}{path}{f'?{query}' if query else ''}",
        headers=_headers(environ),
        path_secret=secret,
        options=endpoint.secrets.options,
        address=caller(environ, doors.proxies),
    )


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    return headers | {name: environ[key] for key, name in _UNNAMED.items() if environ.get(key)}


def read_body(environ: Environ) -> bytes:
    """The body of a request, unzipped; raise ``TooLarge`` before more than the limit was held."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST:
        raise TooLarge
    unzip = zlib.decompressobj(wbits=31) if environ.get("HTTP_CONTENT_ENCODING", "").lower() == "gzip" else None
    # Where the server ends the stream itself, as ours does, werkzeug would give the same one, after a copy of environ.
    stream = environ["wsgi.input"] if "wsgi.input_terminated" in environ else get_input_stream(dict(environ))
    body = bytearray()
    while chunk := stream.read(_CHUNK):
        body += unzip.decompress(chunk, LARGEST + 1 - len(body)) if unzip else chunk
        if len(body) > LARGEST:
            raise TooLarge
    return bytes(body)
