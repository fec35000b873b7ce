"""Senders of e-mail: what each does when its webhook is saved, how it repeats itself, and what it says in passing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactable.errors import Malformed, NotAuthentic
from contactable.signing import Secret, sign_hmac
from contactable.webhooks.captured import read_captured
from contactable.webhooks.events import Event
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEY = Secret("current", b"0123456789abcdef")
FIXTURES = Path(__file__).parent / "fixtures"


def authentic(id: str, request: Request, secrets: Secrets) -> bool:
    """Whether a provider accepts a request."""
    try:
        find_provider(id).authenticate(request, secrets)
    except (NotAuthentic, Malformed):
        return False
    return True


def events(file: str) -> list[Event]:
    """The events of one of our fixtures."""
    id = file.partition("/")[0]
    return [item for item in find_provider(id).parse(read_captured(FIXTURES / file, NOW)) if isinstance(item, Event)]


def signed_by(secret: bytes, body: object) -> Request:
    """A body with the header ``Signature`` under a secret, as MailerSend signs."""
    raw = json.dumps(body).encode()
    return Request(raw, NOW, headers={"Signature": sign_hmac("sha256", secret, raw).hex()})


def test_mailersend_may_save_its_webhook_by_the_ping_whose_secret_everybody_knows() -> None:
    public = b"test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G"
    ping = {"type": "webhook.test", "message": "This is a ping test message"}
    act = {"type": "activity.unsubscribed", "data": {"id": "1", "email": "ada@example.com"}}
    ours = Secrets(keys=(KEY,))

    assert authentic("mailersend", signed_by(public, ping), ours)
    assert authentic("mailersend", signed_by(KEY.value, ping), ours)
    assert not authentic("mailersend", signed_by(b"another", ping), ours)
    assert not authentic("mailersend", signed_by(public, act), ours)
    assert not authentic("mailersend", signed_by(public, [ping, act]), ours)
    assert not authentic("mailersend", replace(signed_by(public, ping), raw=b"webhook.test"), ours)


def test_a_ping_that_carries_an_act_tells_nothing() -> None:
    body = b'{"type": "webhook.test", "data": {"type": "unsubscribed", "id": "1", "email": "ada@example.com"}}'

    (event,) = find_provider("mailersend").parse(Request(body, NOW))

    assert isinstance(event, Event)
    assert event.kind == "ignored"


@pytest.mark.parametrize("file", ["mailersend/unsubscribed.json", "mailersend/flat.json"])
def test_both_shapes_of_mailersend_tell_the_time_of_the_act_and_its_message(file: str) -> None:
    (event,) = events(file)

    assert event.occurred_at == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert event.message_id == "m1"
