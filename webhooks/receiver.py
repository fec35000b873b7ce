"""One request of a sender: authenticate, keep, enter, answer. Nothing else happens while the sender waits.

The answer is given after the commit is on disk, never before. What is authentic and cannot be read is kept and answered
like a success, so that no sender stalls behind it and an operator can replay it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from contactable.errors import Malformed, NotAuthentic, NotSigned, RegisterError
from contactable.register import Tx, inbox
from contactable.webhooks import bells
from contactable.webhooks.attempts import keep_calls
from contactable.webhooks.called import with_late_numbers
from contactable.webhooks.despite import count_despite
from contactable.webhooks.events import Event, Kind, Origin, Problem, Trace
from contactable.webhooks.incidents import count_incidents
from contactable.webhooks.metrics import Outcome
from contactable.webhooks.provider import Proof, Provider
from contactable.webhooks.recording import Recorded, Source, is_act, is_to_be_entered, record, record_all
from contactable.webhooks.request import Request, Secrets

log = structlog.get_logger()

KEPT_HEADERS = frozenset({"content-type", "content-encoding", "user-agent", "x-messagesystems-batch-id", "webhook-id"})
"""Headers worth keeping for a replay; signatures and credentials are not."""
METHOD, QUERY = ":method", ":query"
"""Under these names method and query are kept beside the headers, sealed like them: some senders use nothing else."""
UNVERIFIED = frozenset({"path_secret", "open_form"})
"""Proofs that anybody who learns a secret can give. What they close is grouped by the hour, to be annulled at once."""
LONGEST_NOTE = 300
CONFIRM = "The sender asks to be confirmed: contactable inbox confirm, with this id."
UNPROVED = "nothing proves who asks; contactable review confirm enters it"


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
    outcome: Outcome = Outcome.KEPT
    wake: bool = False  # whether there is something for the worker
    begun: tuple[Event, ...] = ()  # calls of ours that begin: agents may be told whom they call
    secret: str = ""  # the id of the secret that fitted


def receive(endpoint: Endpoint, request: Request, keep_one: Callable[[Arrival], Recorded]) -> Answer:
    """Take one request; never raises for what a sender sent. ``keep_one`` returns once it is on disk."""
    answers = endpoint.provider.answers
    try:
        secret = endpoint.provider.authenticate(request, endpoint.secrets)
    except (NotAuthentic, Malformed) as error:
        log.warning("webhook_refused", endpoint=endpoint.name, why=str(error))
        status = answers.not_signed if isinstance(error, NotSigned) else answers.refused
        return Answer(status, b"not authentic\n", outcome=Outcome.REFUSED)
    items = read(endpoint.provider, request)
    try:
        recorded = keep_one((endpoint, request, items))
    except RegisterError as error:
        return _not_kept(endpoint, str(error))
    except Exception as error:  # noqa: BLE001 - a mistake of ours: some senders drop for good what meets a 500
        return _not_kept(endpoint, type(error).__name__)  # its message may quote what it stumbled over
    log.debug("webhook", endpoint=endpoint.name, secret=secret, entered=recorded.entered, repeated=recorded.repeated)
    wake = bool(recorded.entered or recorded.refreshed)
    begun = tuple(each for each in items if isinstance(each, Event) and each.trace is Trace.CALL_STARTED)
    return Answer(answers.stored, answers.body, answers.content_type, _outcome(recorded), wake, begun, secret or "")


def _not_kept(endpoint: Endpoint, why: str) -> Answer:
    log.error("webhook_not_kept", endpoint=endpoint.name, why=why)
    return Answer(endpoint.provider.answers.store_is_down, b"try again later\n", outcome=Outcome.STORE_DOWN)


def _outcome(recorded: Recorded) -> Outcome:
    if recorded.entered:
        return Outcome.ENTERED
    return Outcome.DUPLICATE if recorded.repeated and not recorded.unresolved else Outcome.KEPT


def read(provider: Provider, request: Request) -> list[Event | Problem]:
    """Everything a request says; what cannot be read at all is one problem."""
    items: list[Event | Problem] = []
    try:
        items.extend(provider.parse(request))
    except Malformed as error:
        items.append(Problem(str(error)))
    return items


Arrival = tuple[Endpoint, Request, Sequence[Event | Problem]]
"""A request that was found authentic, the endpoint to which it came, and what it says."""


def keep(tx: Tx, endpoint: Endpoint, request: Request, items: Sequence[Event | Problem]) -> Recorded:
    """Put the request into the inbox and its acts into the ledger, in one transaction."""
    return keep_all(tx, [(endpoint, request, items)])[0]


def keep_all(tx: Tx, arrivals: Sequence[Arrival]) -> list[Recorded]:
    """Do so for requests that wait together; each has its own outcome."""
    proofs = [str(proof_of(endpoint, request)) for endpoint, request, _ in arrivals]
    told = [
        (_events(tx, endpoint, items), _source(endpoint, proof, request.received_at))
        for (endpoint, request, items), proof in zip(arrivals, proofs, strict=True)
    ]
    recorded = record_all(tx, told)
    for name in {endpoint.name for endpoint, request, _ in arrivals if bells.is_bell(endpoint.provider, request)}:
        bells.ring(tx, name)
    kept = zip(arrivals, recorded, proofs, strict=True)
    inbox.keep_all(tx, [_delivery(*each, became, proof) for each, became, proof in kept])
    return recorded


def proof_of(endpoint: Endpoint, request: Request) -> Proof:
    """What an authentic request proves: a signature that no secret of the endpoint checked proves nothing."""
    found = endpoint.provider.proof(request)
    weaker = Proof.PATH_SECRET in endpoint.provider.proofs and not endpoint.secrets.keys
    return Proof.PATH_SECRET if weaker else found


def enter(
    tx: Tx, endpoint: Endpoint, items: Sequence[Event | Problem], proof: str, arrived: datetime, batch: str = ""
) -> Recorded:
    """Enter the acts among what was read, and count the incidents; ``batch`` names an import."""
    return record(tx, _events(tx, endpoint, items), _source(endpoint, proof, arrived, batch))


def _events(tx: Tx, endpoint: Endpoint, items: Iterable[Event | Problem]) -> list[Event]:
    events = [item for item in items if isinstance(item, Event)]
    count_incidents(tx, events)
    count_despite(tx, endpoint.name, events, endpoint.secrets.options)
    keep_calls(tx, endpoint.name, events)
    return with_late_numbers(tx, endpoint.name, events)


def _source(endpoint: Endpoint, proof: str, arrived: datetime, batch: str = "") -> Source:
    group = batch or (f"{endpoint.name} {arrived:%Y-%m-%dT%H}" if proof in UNVERIFIED else "")
    return Source(endpoint.name, endpoint.connector, proof, arrived, endpoint.link_keys, group)


def _delivery(
    endpoint: Endpoint, request: Request, items: Sequence[Event | Problem], recorded: Recorded, proof: str
) -> inbox.Delivery:
    is_question = asks_to_confirm(endpoint, request)
    state = inbox.UNRESOLVED if is_question else state_of(items, recorded)
    return inbox.Delivery(
        endpoint=endpoint.name,
        provider=endpoint.provider.id,
        received_at=request.received_at,
        headers=_kept_headers(request),
        raw=endpoint.provider.kept(request),
        sha256=hashlib.sha256(request.raw).digest(),
        state=state,
        proof=proof,
        note=CONFIRM if is_question else note_of(items) if state in inbox.FOR_PEOPLE else "",
    )


def asks_to_confirm(endpoint: Endpoint, request: Request) -> bool:
    """Whether a sender asks that an address be opened once before it sends anything: a person decides that."""
    address = endpoint.provider.confirmation_url
    try:
        return address is not None and address(request) is not None
    except Malformed:
        return False


def state_of(items: Sequence[Event | Problem], recorded: Recorded) -> str:
    """In which state of the inbox a delivery is once it was read and entered."""
    if any(isinstance(item, Problem) for item in items):
        return inbox.UNREADABLE
    if recorded.unresolved:
        return inbox.UNRESOLVED
    return inbox.DONE if any(isinstance(item, Event) and is_act(item) for item in items) else inbox.IGNORED


def note_of(items: Sequence[Event | Problem]) -> str:
    """The first problems of a delivery, and why it waits for a person, in words that name nobody."""
    said = (item.why if isinstance(item, Problem) else _why_it_waits(item) for item in items)
    return "; ".join(filter(None, said))[:LONGEST_NOTE]


def _why_it_waits(event: Event) -> str:
    unproved = event.kind is Kind.OPPOSITION and event.origin is Origin.UNKNOWN and not is_to_be_entered(event)
    return UNPROVED if unproved else ""


def as_received(delivery: inbox.Delivery, options: Mapping[str, Any]) -> Request:
    """The request that a kept delivery was, to be read again; raise ``Malformed`` when its body was let go."""
    if delivery.raw is None:
        raise Malformed("The body of this delivery was let go: it had served.")
    headers = dict(delivery.headers or {})
    query = headers.pop(QUERY, "")
    return Request(
        raw=delivery.raw,
        received_at=delivery.received_at,
        method=headers.pop(METHOD, "POST"),
        url=f"https://hooks.example.com/hooks/{delivery.endpoint}{f'?{query}' if query else ''}",
        headers=headers,
        options=options,
    )


def _kept_headers(request: Request) -> dict[str, str]:
    kept = {name: value for name, value in request.lower_headers.items() if name in KEPT_HEADERS}
    query = request.url.partition("?")[2]
    return {**kept, METHOD: request.method, **({QUERY: query} if query else {})}
