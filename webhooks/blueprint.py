"""The doors of an installation as a Flask blueprint: senders' webhooks, one-click unsubscribes, 33700, health.

Everything is relative to where the host mounts it. URLs that are signed over are built from the configured public
address, never from ``Host`` or a forwarded header.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, request

from contactable.clock import Clock
from contactable.errors import ContactableError
from contactable.register import Register, outbox
from contactable.webhooks.confirming import confirm
from contactable.webhooks.events import Event
from contactable.webhooks.metrics import Outcome, Tally
from contactable.webhooks.oneclick import unsubscribe
from contactable.webhooks.receiver import Answer, Arrival, Endpoint, keep_all, receive
from contactable.webhooks.recording import Recorded
from contactable.webhooks.request import Request

LARGEST = 5 * 1024 * 1024  # bytes, compressed or not
REPORTS = "report33700"
_CHUNK = 64 * 1024


class TooLarge(Exception):
    """A body beyond ``LARGEST``."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the blueprint needs: endpoints by name, the register, the public address, link keys, whom to wake."""

    endpoints: Mapping[str, Endpoint]
    register: Callable[[], Register]
    public_url: str
    link_keys: tuple[bytes, ...]
    clock: Clock
    wake: Callable[[], None]
    language: str = "fr"
    begin: Callable[[Endpoint, Sequence[Event]], None] = lambda endpoint, events: None  # calls that agents make now
    tally: Tally = field(default_factory=Tally)

    def keep(self, arrival: Arrival) -> Recorded:
        """Keep a request, together with those that wait beside it; return once it is on disk."""
        return self.register().write_together(keep_all, arrival)


def make_blueprint(doors: Doors) -> Blueprint:
    """The blueprint ``contactable``; mount it under any prefix."""
    blueprint = Blueprint("contactable", __name__)
    methods = ["GET", "HEAD", "POST", "PUT"]

    @blueprint.route("/hooks/<name>", methods=methods, defaults={"secret": ""})
    @blueprint.route("/hooks/<name>/<secret>", methods=methods)
    def hook(name: str, secret: str) -> Response:
        return _hook(doors, name, secret, f"/hooks/{name}" + (f"/{secret}" if secret else ""))

    @blueprint.post("/reports/33700")
    def report() -> Response:
        names = (name for name, endpoint in doors.endpoints.items() if endpoint.provider.id == REPORTS)
        return _hook(doors, next(names, ""), "", "/reports/33700")

    @blueprint.route("/u/<token>", methods=["GET", "HEAD", "POST"])
    def one_click(token: str) -> Response:
        return unsubscribe(doors, token)

    @blueprint.route("/c/<link>", methods=["GET", "HEAD", "POST"])
    def confirmation(link: str) -> Response:
        return confirm(doors, link)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        try:
            with doors.register().read() as tx:
                outbox.pending(tx)
        except ContactableError as error:
            return Response(f"{error}\n", 503)
        return Response("ok\n", content_type="text/plain")

    return blueprint


def _hook(doors: Doors, name: str, secret: str, path: str) -> Response:
    endpoint = doors.endpoints.get(name)
    if endpoint is None:
        return Response("no such endpoint\n", 404)
    try:
        value = _request(doors, endpoint, secret, path)
    except TooLarge:
        doors.tally.count(name, Outcome.REFUSED)
        return Response("too large\n", endpoint.provider.answers.too_large)
    except zlib.error:
        return Response("not gzip\n", 400)
    if value.method not in endpoint.provider.methods:
        probe = endpoint.provider.answer_probe
        return Response(probe(value) if probe else b"ok\n", 200, content_type="text/plain; charset=utf-8")
    answer = receive(endpoint, value, doors.keep)
    doors.tally.count(name, answer.outcome)
    if answer.wake:
        doors.wake()
    if answer.begun:
        doors.begin(endpoint, answer.begun)
    return _response(answer)


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, content_type=answer.content_type)


def _request(doors: Doors, endpoint: Endpoint, secret: str, path: str) -> Request:
    query = request.query_string.decode("latin-1")
    return Request(
        raw=read_body(),
        received_at=doors.clock(),
        method=request.method,
        url=f"{doors.public_url.rstrip('/')}{path}{f'?{query}' if query else ''}",
        headers=dict(request.headers),
        path_secret=secret,
        options=endpoint.secrets.options,
    )


def read_body() -> bytes:
    """The body of the current request, unzipped; raise ``TooLarge`` before more than the limit was held."""
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    unzip = zlib.decompressobj(wbits=31) if request.headers.get("Content-Encoding", "").lower() == "gzip" else None
    body = bytearray()
    while chunk := request.stream.read(_CHUNK):
        body += unzip.decompress(chunk, LARGEST + 1 - len(body)) if unzip else chunk
        if len(body) > LARGEST:
            raise TooLarge
    return bytes(body)
