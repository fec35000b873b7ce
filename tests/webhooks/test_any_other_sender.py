"""Any other sender, through a field map: what the settings may say, and what a signature is worth."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from contactable.errors import Malformed, NotAuthentic
from contactable.signing import Secret
from contactable.webhooks.events import Event, Kind, On, Origin
from contactable.webhooks.provider import Proof
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "body", "kind", "on"),
    [
        (
            {"fields": {"phone": "a.b", "text": "a.t"}},
            {"a": {"b": "33639980001", "t": "stop"}},
            Kind.OPPOSITION,
            On.SMS,
        ),
        ({"fields": {"items": "all"}}, {"all": [{"email": "a@example.com"}]}, Kind.OPPOSITION, On.EMAIL),
        ({"events": {"left": "opposition"}}, {"event": "left", "email": "a@example.com"}, Kind.OPPOSITION, On.EMAIL),
        ({"events": {"back": "release"}}, {"event": "back", "email": "a@example.com"}, Kind.RELEASE, On.EMAIL),
        ({"channel": "post", "fields": {"record": "id"}}, {"id": 7}, Kind.OPPOSITION, On.POST),
    ],
)
def test_the_settings_of_an_endpoint_say_where_things_stand(
    options: dict[str, Any], body: dict[str, Any], kind: Kind, on: On
) -> None:
    (event,) = find_provider("generic").parse(Request(json.dumps(body).encode(), ARRIVAL, options=options))

    assert isinstance(event, Event)
    assert (event.kind, event.on) == (kind, on)


@pytest.mark.parametrize("options", [{"channel": "pigeon"}, {"events": {"x": "maybe"}}, {"fields": {"items": "all"}}])
def test_settings_that_name_nothing_keep_the_body_for_a_replay(options: dict[str, Any]) -> None:
    raw = json.dumps({"event": "x", "email": "a@example.com"}).encode()

    try:
        items = list(find_provider("generic").parse(Request(raw, ARRIVAL, options=options)))
    except Malformed:
        items = []

    assert not any(isinstance(item, Event) for item in items)


def test_a_generic_request_proves_more_when_it_is_signed() -> None:
    provider = find_provider("generic")

    assert provider.proof(Request(b"", ARRIVAL, headers={"Webhook-Signature": "v1,AAAA"})) is Proof.SIGNED
    assert provider.proof(Request(b"", ARRIVAL)) is Proof.PATH_SECRET


def test_what_is_added_to_the_url_of_a_signed_request_does_not_count() -> None:
    secrets = Secrets(keys=(Secret("key", b"whsec_MDEyMzQ1Njc4OTAx"),))
    provider = find_provider("generic")
    signed = provider.sign(Request(b"phone=0639980001&text=stop", ARRIVAL, url="https://x.example/hooks/g"), secrets)
    altered = replace(signed, url=f"{signed.url}?email=other@example.com")

    assert provider.authenticate(altered, secrets) == "key"
    assert [event.email for event in provider.parse(altered) if isinstance(event, Event)] == [None]


def test_a_signature_over_no_body_is_worth_nothing_for_a_query() -> None:
    secrets = Secrets(keys=(Secret("key", b"whsec_MDEyMzQ1Njc4OTAx"),))
    provider = find_provider("generic")
    empty = Request(b"", ARRIVAL, method="GET", url="https://x.example/hooks/g?email=other@example.com")

    with pytest.raises(NotAuthentic, match="body"):
        provider.authenticate(provider.sign(empty, secrets), secrets)


def test_a_release_that_a_sender_tells_is_not_taken_for_the_persons_own_act() -> None:
    body = json.dumps({"event": "back", "email": "a@example.com"}).encode()

    (event,) = find_provider("generic").parse(Request(body, ARRIVAL, options={"events": {"back": "release"}}))

    assert isinstance(event, Event)
    assert (event.kind, event.origin) == (Kind.RELEASE, Origin.UNKNOWN)
