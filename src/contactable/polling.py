"""Senders that push nothing, or may lose a push: their lists of oppositions are read at regular times.

What we read ourselves through an authenticated interface is as good as a signed request (level ``signed``). A list
that was read before adds nothing: its entries have keys.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from contactable.errors import Malformed, SettingsError
from contactable.transport import Transport
from contactable.webhooks.events import Event
from contactable.webhooks.provider import Question
from contactable.webhooks.receiver import Endpoint, read
from contactable.webhooks.recording import Source, record
from contactable.webhooks.request import Request

if TYPE_CHECKING:
    from contactable.kit import Contactable


def pollable(kit: Contactable) -> list[str]:
    """The endpoints that have a list to read; one that wants a key which it lacks is among them, to be told."""
    return [name for name, endpoint in kit.endpoints.items() if _has_a_list(kit, endpoint)]


def _has_a_list(kit: Contactable, endpoint: Endpoint) -> bool:
    try:
        asked = endpoint.provider.questions
        return asked is not None and next(iter(asked(endpoint.secrets, kit.clock())), None) is not None
    except SettingsError:
        return True


def poll(kit: Contactable, name: str) -> str:
    """Read the lists of one sender; return a note. Raises ``Unavailable`` when it does not answer."""
    endpoint = kit.endpoints[name]
    if endpoint.provider.questions is None:
        raise Malformed(f"{name} has no list to read: its sender pushes.")
    entered = repeated = problems = 0
    questions = iter(endpoint.provider.questions(endpoint.secrets, kit.clock()))
    question = next(questions, None)
    if question is None:
        return f"nothing is read: the sender's API key is not set (docs/providers/{endpoint.provider.id}.md)"
    while question is not None:
        request = _ask(kit, name, question)
        items = read(endpoint.provider, request)
        events = [item for item in items if isinstance(item, Event)]
        source = Source(name, endpoint.connector, "signed", request.received_at)
        recorded = kit.register.write(partial(record, events=events, source=source))
        entered += recorded.entered
        repeated += recorded.repeated
        problems += len(items) - len(events)
        question = _after(questions, request)
    if entered:
        kit.service.wake()
    return f"{entered} entered, {repeated} known, {problems} unreadable"


def _after(questions: Iterator[Question], answer: Request) -> Question | None:
    """The next question; a list in several pages is shown an answer before it asks for more."""
    try:
        return questions.send(answer) if isinstance(questions, Generator) else next(questions)
    except StopIteration:
        return None


def _ask(kit: Contactable, name: str, question: Question) -> Request:
    """Read one list; its answer is given to ``parse`` as if it had been posted."""
    transport = Transport(name, question.url, headers=lambda: question.headers)
    try:
        answer = transport.call("GET", "")
    finally:
        transport.close()
    return Request(
        raw=json.dumps(answer.json).encode(),
        received_at=kit.clock(),
        url=question.url,
        options=kit.endpoints[name].secrets.options,
    )
