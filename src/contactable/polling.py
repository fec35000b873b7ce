"""Senders that push nothing, or may lose a push: their lists of oppositions are read at regular times.

What we read ourselves through an authenticated interface is as good as a signed request (level ``signed``). A list
that was read before adds nothing: its entries have keys. What we put on it ourselves is no new fact either. A sender
that only rings a bell has its lists read soon after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactable.errors import Malformed, SettingsError
from contactable.register import Tx, cursors
from contactable.transport import Transport
from contactable.webhooks import bells
from contactable.webhooks.events import Event
from contactable.webhooks.provider import Question
from contactable.webhooks.receiver import Endpoint, read
from contactable.webhooks.recording import Recorded, Source, record
from contactable.webhooks.request import Request

if TYPE_CHECKING:
    from contactable.kit import Contactable

ASKED = "asked once"
"""The cursor, under an endpoint's name, that keeps what was asked for once: digests of addresses."""
_MOST_MARKS = 5000


def pollable(kit: Contactable) -> list[str]:
    """The endpoints that have a list to read; one that wants a key which it lacks is among them, to be told."""
    return [name for name, endpoint in kit.endpoints.items() if _has_a_list(kit, endpoint)]


def _has_a_list(kit: Contactable, endpoint: Endpoint) -> bool:
    try:
        asked = endpoint.provider.questions
        return asked is not None and next(iter(asked(endpoint.secrets, kit.clock())), None) is not None
    except SettingsError:
        return True


def ringing(kit: Contactable) -> list[str]:
    """Those of them whose sender may ring."""
    return [name for name in pollable(kit) if kit.endpoints[name].provider.rings]


def answer_bell(kit: Contactable, name: str) -> str:
    """Read the lists of a sender that rang since they were read last; return a note, or nothing.

    Until they were read its bell has rung. Raises ``Unavailable`` when it does not answer; it is asked again later.
    """
    with kit.register.read() as tx:
        bell = bells.waiting(tx, name)
    if bell is None or (bell.again_at is not None and kit.clock() < bell.again_at):
        return ""
    became = bells.put_off
    try:
        done = _read_lists(kit, name)
        became = bells.answer if done.whole else bells.put_off
    finally:
        kit.register.write(partial(became, endpoint=name, bell=bell))
    return done.note


def waiting_bells(kit: Contactable, tx: Tx) -> dict[str, bells.Bell]:
    """The senders that rang and whose lists are not read yet."""
    found = {name: bells.waiting(tx, name) for name in ringing(kit)}
    return {name: bell for name, bell in found.items() if bell is not None}


def poll(kit: Contactable, name: str) -> str:
    """Read the lists of one sender; return a note. Raises ``Unavailable`` when it does not answer."""
    if kit.endpoints[name].provider.questions is None:
        raise Malformed(f"{name} has no list to read: its sender pushes.")
    return _read_lists(kit, name).note


@dataclass(frozen=True, slots=True)
class _Read:
    """What became of reading a sender's lists; ``whole`` where each of them could be read."""

    note: str
    whole: bool


def _read_lists(kit: Contactable, name: str) -> _Read:
    endpoint = kit.endpoints[name]
    ask = endpoint.provider.questions
    questions = iter(ask(endpoint.secrets, kit.clock()) if ask else ())
    question = next(questions, None)
    if question is None:
        page = f"docs/providers/{endpoint.provider.id}.md"
        return _Read(f"nothing is read: the sender's API key is not set ({page})", whole=False)
    entered = repeated = problems = 0
    asked, whole = _asked_once(kit, name), True
    while question is not None:
        if question.once and _mark(question) in asked:
            question = _after(questions, Request(b"", kit.clock()))
            continue
        request = _ask(kit, name, question)
        items = read(endpoint.provider, request)
        events = [item for item in items if isinstance(item, Event)]
        source = Source(name, endpoint.connector, "signed", request.received_at, holds_blocks=question.holds_blocks)
        asked += [_mark(question)] if question.once else []
        recorded = kit.register.write(partial(_record, events=events, source=source, asked=asked))
        entered += recorded.entered
        repeated += recorded.repeated
        problems += len(items) - len(events)
        whole = whole and (bool(events) or not items)
        question = _after(questions, request)
    if entered:
        kit.service.wake()
    return _Read(f"{entered} entered, {repeated} known, {problems} unreadable", whole)


def _record(tx: Tx, *, events: Sequence[Event], source: Source, asked: Sequence[str]) -> Recorded:
    if asked:
        cursors.set(tx, source.endpoint, ASKED, {"marks": list(asked)[-_MOST_MARKS:]})
    return record(tx, events, source)


def _asked_once(kit: Contactable, name: str) -> list[str]:
    with kit.register.read() as tx:
        return list((cursors.get(tx, name, ASKED) or {}).get("marks", ()))


def _mark(question: Question) -> str:
    return hashlib.sha256(question.url.encode()).hexdigest()[:16]


def _after(questions: Iterator[Question], answer: Request) -> Question | None:
    """The next question; a list in several pages is shown an answer before it asks for more."""
    try:
        return questions.send(answer) if isinstance(questions, Generator) else next(questions)
    except StopIteration:
        return None


def _ask(kit: Contactable, name: str, question: Question) -> Request:
    """Read one list; its answer is given to ``parse`` as if it had been posted."""
    transport = Transport(name, question.url, headers=lambda: question.headers, stopping=kit.service.stopping)
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
