"""When an act was: never earlier than it may have been, for a consent in between would open the channel again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from contactable.errors import NotAuthentic
from contactable.signing import Secret, sign_jwt
from contactable.webhooks.events import Confidence, Event, Kind, TimeQuality
from contactable.webhooks.providers import ringover
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MONDAY = int((NOW - timedelta(days=3)).timestamp())
KEY = Secret("current", b"0123456789abcdef")


def read(provider: str, raw: str, **parts: Any) -> Event:
    (event,) = find_provider(provider).parse(Request(raw.encode(), NOW, **parts))
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize(
    ("provider", "raw"),
    [
        ("infobip", json.dumps({"notificationType": "UNSUBSCRIBED", "recipient": "a@example.com", "sendDateTime": 1})),
        ("infobip", json.dumps({"notificationType": "COMPLAINED", "recipient": "a@example.com", "sendDateTime": 1})),
        ("spothit", urlencode({"id": "e1", "numero": "+33639980011", "date_envoi": MONDAY})),
        ("spothit", urlencode({"id_accuse": "1", "email": "a@example.com", "statut": "7", "date_envoi": MONDAY})),
        ("ovh", urlencode({"number": "0033639980003", "date": "2026-11-21 10:00:00"})),
    ],
)
def test_the_day_on_which_a_message_was_sent_is_not_the_day_on_which_it_was_answered(provider: str, raw: str) -> None:
    event = read(provider, raw)

    assert (event.kind, event.occurred_at, event.time_quality) == (Kind.OPPOSITION, None, TimeQuality.ARRIVAL)


def test_a_push_for_stops_counts_whatever_its_words_and_asks_a_person_where_they_say_something_else() -> None:
    stop = {"from": "33639980008", "date": "2026-11-20T10:00:00+01:00"}
    reply = {"from": "33639980008", "date": "2026-11-20T10:00:00"}

    def told(body: dict[str, str], text: str) -> tuple[Kind, Confidence]:
        event = read("smsfactor", json.dumps({**body, "message": text}))
        return event.kind, event.confidence

    assert told(stop, "Stop SMS") == (Kind.OPPOSITION, Confidence.CERTAIN)
    assert told(stop, "Laissez tomber") == (Kind.OPPOSITION, Confidence.PROBABLE)
    assert told(stop, "") == (Kind.OPPOSITION, Confidence.PROBABLE)
    assert told(reply, "Laissez tomber") == (Kind.IGNORED, Confidence.CERTAIN)


@pytest.mark.parametrize("direction", [None, "", "internal"])
def test_a_call_whose_direction_is_not_told_names_nobody_rather_than_our_own_line(direction: str | None) -> None:
    call = {"call_id": "7", "direction": direction, "from_number": "33199000001", "to_number": "33639980001"}
    body = {"event": "hangup", "resource": "call", "timestamp": 1, "data": {**call, "tags": ["Ne plus appeler"]}}

    event = read("ringover", json.dumps(body))

    assert (event.kind, event.phone, event.message_id) == (Kind.OPPOSITION, None, "7")


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({}, True),
        ({"iat": NOW.timestamp()}, True),
        ({"exp": (NOW + timedelta(minutes=1)).timestamp()}, True),
        ({"exp": int((NOW - timedelta(minutes=6)).timestamp())}, False),
        ({"nbf": int((NOW + timedelta(minutes=6)).timestamp())}, False),
        ({"iat": int((NOW + timedelta(minutes=6)).timestamp())}, False),
        ({"exp": "soon"}, False),
    ],
)
def test_a_token_of_ringover_is_believed_as_long_as_it_says(claims: dict[str, Any], good: bool) -> None:
    token = sign_jwt(KEY.value, claims, "HS512")
    request = Request(b"{}", NOW, headers={"x-ringover-webhook-signature": token})

    try:
        ringover.authenticate(request, Secrets(keys=(KEY,)))
    except NotAuthentic:
        assert not good
    else:
        assert good


def test_a_key_that_refuses_calls_at_octopush_can_be_another_one() -> None:
    call = {"channel": "voice_sms", "message_id": "v", "number": "+33639980009", "delivery_date": "2026-11-20 10:00:00"}

    def told(keys: str, **options: str) -> Kind:
        raw = json.dumps({**call, "status": "DELIVERED", "meta_data": {"pressed_keys_code": keys}})
        return read("octopush", raw, options=options).kind

    assert told("9") is told("3", refusing_key="3") is Kind.OPPOSITION
    assert told("3") is told("1923") is told("") is Kind.IGNORED
