"""The keys of HubSpot's events stand in registers: what was entered under one is never entered again under another."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contactable.webhooks.events import Event
from contactable.webhooks.providers import hubspot
from contactable.webhooks.request import Request

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CHANGE = {
    "eventId": 1,
    "subscriptionId": 2,
    "portalId": 3,
    "appId": 4,
    "occurredAt": 1795512600000,
    "subscriptionType": "contact.propertyChange",
    "attemptNumber": 0,
    "objectId": 5,
    "propertyName": "contactable_oppose",
    "propertyValue": "sms",
    "changeSource": "CRM_UI",
    "sourceId": "userId:6",
}
OPT_OUT = {"propertyName": "hs_email_optout", "propertyValue": "true"}
GENERIC = {"subscriptionType": "object.propertyChange", "objectTypeId": "0-1", "propertyName": "firstname"}


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ({}, ["a8b58fe6785a1a82409fb161495ecf6e"]),
        ({"propertyValue": "email;sms"}, ["564a6fb7138baf426558420b216ca617", "a8b58fe6785a1a82409fb161495ecf6e"]),
        ({"propertyValue": "fax é"}, ["a740676c7ee6eae77db6806f2cafdaf8"]),
        (OPT_OUT, ["c3dc9bcc649b9de1df904fa29d6d18e2"]),
        ({**OPT_OUT, "changeSource": "FORM"}, ["c3dc9bcc649b9de1df904fa29d6d18e2"]),
        ({"propertyName": "hs_email_optout_88", "propertyValue": "false"}, ["4dd3f94de00098958514099f11afbe6d"]),
        ({"propertyName": "hs_email_quarantined", "propertyValue": "true"}, ["f5abed523ab535a0256def18255ed82a"]),
        ({"propertyName": "firstname", "propertyValue": "Zoé"}, ["00fdfc27de6e966cdd2bfb1f1cf9b42b"]),
        ({"changeSource": "INTEGRATION", "sourceId": "4"}, ["f9748a78ee3974026559e373af1935a4"]),
        (GENERIC, ["dfbc0ebbe3540a7527513540a44b8763"]),
        ({"subscriptionType": "contact.creation", "propertyName": None}, ["f7918e4835aba367f8bbe9deefb63275"]),
        ({"subscriptionType": "contact.merge", "propertyName": None}, ["7d9c6ae1d64c7bc3a47c993acf662d9d"]),
        ({"subscriptionType": "company.creation", "propertyName": None}, ["87fd35d55d19d5be16baf6b5b6f2592f"]),
        ({"occurredAt": "", "eventId": True}, ["233dcaba146c121bc808d56a0f5ba1c4"]),
        ({"objectId": "5", "eventId": "é'\\", "portalId": None}, ["8f5e82ebdf20ad75402547980e56249b"]),
        ({"occurredAt": 1795512600.5, "portalId": [{"a": None}]}, ["d5dfbb500aa404ce98bb6cfd1c5c27c0"]),
    ],
)
def test_what_an_event_is_known_by_never_changes(parts: dict[str, Any], keys: list[str]) -> None:
    events = hubspot.parse(Request(json.dumps([{**CHANGE, **parts}]).encode(), ARRIVAL))

    assert [event.key for event in events if isinstance(event, Event)] == keys
