"""What a provider is: one module of ``webhooks/providers``, or of an entry point, with two pure functions.

The module's first line is its title in the docs. ``authenticate`` and ``parse`` see a request as a value: no input or
output, no clock, no Flask. Whatever the bytes, the first raises nothing but ``NotAuthentic`` (or ``Malformed``, where
the secret stands in a body that cannot be read), the second nothing but ``Malformed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from contactable.webhooks.blocking import Blocklist
from contactable.webhooks.events import Event, Problem
from contactable.webhooks.phones import PhoneSystem
from contactable.webhooks.registrations import Registrations
from contactable.webhooks.request import Request, Secrets

Authenticate: TypeAlias = Callable[[Request, Secrets], str | None]
Sign: TypeAlias = Callable[[Request, Secrets], Request]
Parse: TypeAlias = Callable[[Request], Iterator[Event | Problem]]


class Status(StrEnum):
    """On what a provider's reading stands."""

    REAL = "real payloads"
    DOCUMENTED = "documented shapes"
    EXPERIMENTAL = "experimental"


class Proof(StrEnum):
    """What an authentic request proves: a verified signature over its content, or only that somebody knew a secret."""

    SIGNED = "signed"
    PATH_SECRET = "path_secret"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Answers:
    """The HTTP status this provider needs for each outcome, and the body it wants with success.

    ``store_is_down`` must make the sender try again; ``stored`` is also the answer to what is authentic and unreadable.
    ``not_signed`` answers ``NotSigned``: 401 as any refusal, unless the sender says that it would sign the next try.
    """

    stored: int = 200
    refused: int = 401
    not_signed: int = 401
    too_large: int = 413
    store_is_down: int = 503
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Question:
    """A list that is read because its sender pushes nothing; ``parse`` reads the answer, as a request to ``url``.

    A generator of questions is sent each answer, as the value of its ``yield``: a list may have several pages. What is
    asked ``once`` is passed over the next time. A list that ``holds_blocks`` shows those whom we put there as well.
    """

    url: str = field(repr=False)  # some senders want their key in it
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    once: bool = False
    holds_blocks: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider as the receiver uses it. ``authenticate`` returns the id of the secret that fitted, for the log.

    ``sign`` makes a request what the sender would send: for tests, the sandbox and trials. ``methods`` carry events;
    any other GET or HEAD is a probe, and ``answer_probe`` gives the body of its answer. ``proofs`` are all that
    ``proof`` may answer. ``questions`` are the lists to read by polling, at a moment.
    ``blocklist`` is where the sender's API lets us put those whom it must not write to any more, ``phone`` what a phone
    system shows to agents, ``registrations`` where an API tells whether our URL stands. ``confirmation_url`` is the
    address that a request asks to have opened once, ``kept`` what may be kept of a body that holds a secret. A request
    that ``rings`` says that something happened and hardly what: the lists are read soon after it.
    """

    id: str
    title: str
    page: str
    status: Status
    answers: Answers
    authenticate: Authenticate
    sign: Sign
    parse: Parse
    proof: Callable[[Request], Proof]
    proofs: tuple[Proof, ...]
    methods: tuple[str, ...] = ("POST",)
    answer_probe: Callable[[Request], bytes] | None = None
    questions: Callable[[Secrets, datetime], Iterator[Question]] | None = None
    blocklist: Blocklist | None = None
    phone: PhoneSystem | None = None
    registrations: Registrations | None = None
    kept: Callable[[Request], bytes] = lambda request: request.raw
    rings: Callable[[Request], bool] | None = None
    confirmation_url: Callable[[Request], str | None] | None = None
