"""One request of a sender: authenticate, keep, enter, answer. Nothing else happens while the sender waits.

The answer is given after the commit is on disk, never before. What is authentic and cannot be read is kept and answered
like a success, so that no sender stalls behind it and an operator can replay it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from contactable.errors import Malformed, NotAuthentic, RegisterError
from contactable.register import Register, Tx, inbox
from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Provider
from contactable.webhooks.recording import Recorded, Source, is_act, record
from contactable.webhooks.request import Request, Secrets

log = structlog.get_logger()

KEPT_HEADERS = frozenset({"content-type", "content-encoding", "user-agent", "x-messagesystems-batch-id", "webhook-id"})
"""Headers worth keeping for a replay; signatures and credentials are not."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One sender's door: its name in the path, its provider, its secrets, and the connector of its record ids."""

    name: str
    provider: Provider
    secrets: Secrets
    connector: str = ""
    link_keys: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    wake: bool = False  # whether there is something for the worker


def receive(endpoint: Endpoint, request: Request, register: Register) -> Answer:
    """Take one request; never raises for what a sender sent."""
    answers = endpoint.provider.answers
    try:
        secret = endpoint.provider.authenticate(request, endpoint.secrets)
    except (NotAuthentic, Malformed) as error:
        log.warning("webhook_refused", endpoint=endpoint.name, why=str(error))
        return Answer(answers.refused, b"not authentic\n")
    items = read(endpoint.provider, request)
    try:
        recorded = register.write(lambda tx: keep(tx, endpoint, request, items))
    except RegisterError as error:
        log.error("webhook_not_kept", endpoint=endpoint.name, why=str(error))
        return Answer(answers.store_is_down, b"try again later\n")
    log.info("webhook", endpoint=endpoint.name, secret=secret, entered=recorded.entered, repeated=recorded.repeated)
    return Answer(answers.stored, answers.body, answers.content_type, wake=bool(recorded.entered or recorded.refreshed))


def read(provider: Provider, request: Request) -> list[Event | Problem]:
    """Everything a request says; what cannot be read at all is one problem."""
    items: list[Event | Problem] = []
    try:
        items.extend(provider.parse(request))
    except Malformed as error:
        items.append(Problem(str(error)))
    return items


def keep(tx: Tx, endpoint: Endpoint, request: Request, items: Sequence[Event | Problem]) -> Recorded:
    """Put the request into the inbox and its acts into the ledger, in one transaction."""
    problems = [item for item in items if isinstance(item, Problem)]
    events = [item for item in items if isinstance(item, Event)]
    proof = str(endpoint.provider.proof(request))
    recorded = record(
        tx, events, Source(endpoint.name, endpoint.connector, proof, request.received_at, endpoint.link_keys)
    )
    inbox.keep(
        tx,
        inbox.Delivery(
            endpoint=endpoint.name,
            provider=endpoint.provider.id,
            received_at=request.received_at,
            headers={name: value for name, value in request.lower_headers.items() if name in KEPT_HEADERS},
            raw=request.raw,
            sha256=hashlib.sha256(request.raw).digest(),
            state=_state(problems, events, recorded),
            proof=proof,
            note="; ".join(problem.why for problem in problems[:3]),
        ),
    )
    return recorded


def _state(problems: Sequence[Problem], events: Sequence[Event], recorded: Recorded) -> str:
    if problems:
        return inbox.UNREADABLE
    if recorded.unresolved:
        return inbox.UNRESOLVED
    return inbox.DONE if any(is_act(event) for event in events) else inbox.IGNORED
