"""The sender of webhooks: what it tells, how it signs, and that it tries again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.sandbox.conftest import Inbox

from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.webhooks import Sender, Subscriptions
from contactable.signing import Secret, check_hubspot

ADA, BOB = 151, 201


def test_a_tick_of_a_person_is_told_with_its_source(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    hubspot.portal.definitions.create(
        {
            "name": "contactable_oppose",
            "label": "Oppose",
            "type": "enumeration",
            "fieldType": "checkbox",
            "groupName": "contactinformation",
            "options": [{"label": "SMS", "value": "sms"}],
        },
        0,
    )
    sender = hubspot.send_webhooks_to(inbox.url)

    hubspot.as_person(ADA, {"contactable_oppose": "sms"})

    assert sender.drain()
    (event,) = inbox.events
    assert (event["subscriptionType"], event["objectId"]) == ("contact.propertyChange", ADA)
    assert (event["propertyName"], event["propertyValue"]) == ("contactable_oppose", "sms")
    assert (event["changeSource"], event["sourceId"]) == ("CRM_UI", "userId:9801")
    assert (event["portalId"], event["appId"]) == (hubspot.portal_id, hubspot.app_id)


def test_what_an_app_writes_is_told_as_an_integration(api: Any, hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    sender = hubspot.send_webhooks_to(inbox.url)

    api("PATCH", f"/crm/v3/objects/contacts/{ADA}", {"properties": {"phone": "+33639980003"}})

    assert sender.drain()
    assert [(e["changeSource"], e["sourceId"]) for e in inbox.events] == [("INTEGRATION", str(hubspot.app_id))]


def test_a_request_is_signed_as_hubspot_signs(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    sender = hubspot.send_webhooks_to(inbox.url)

    hubspot.as_person(ADA, {"phone": "+33639980003"})

    assert sender.drain()
    headers, body = inbox.received[0]
    signer = check_hubspot(
        [Secret("app", hubspot.client_secret.encode())],
        "POST",
        inbox.url,
        body,
        signature=headers["X-HubSpot-Signature-v3"],
        timestamp=headers["X-HubSpot-Request-Timestamp"],
        at=datetime.now(UTC),
    )
    assert signer == "app"


def test_a_refused_request_is_sent_again_with_its_attempt_and_a_fresh_signature(
    hubspot: HubSpotSandbox, inbox: Inbox
) -> None:
    inbox.refuses = 2
    sender = hubspot.send_webhooks_to(inbox.url)
    sender.waits = (0.01, 0.01, 0.01)

    hubspot.as_person(ADA, {"phone": "+33639980003"})

    assert sender.drain()
    assert [event["attemptNumber"] for event in inbox.events] == [0, 1, 2]
    assert len({headers["X-HubSpot-Signature-v3"] for headers, _ in inbox.received}) == 3
    assert (sender.delivered, sender.given_up) == (1, 0)


def test_what_is_never_accepted_is_given_up_in_the_end(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    inbox.refuses = 99
    sender = hubspot.send_webhooks_to(inbox.url)
    sender.waits = (0.01, 0.01)

    hubspot.as_person(ADA, {"phone": "+33639980003"})

    assert sender.drain()
    assert (len(inbox.received), sender.delivered, sender.given_up) == (3, 0, 1)


def test_what_happens_together_travels_in_batches_of_a_hundred(start: Any, inbox: Inbox) -> None:
    hubspot = start([{"email": f"p{number}@example.com"} for number in range(150)])
    sender: Sender = hubspot.send_webhooks_to(inbox.url)
    with hubspot.portal.lock:
        for contact in list(hubspot.portal.contacts.by_id.values()):
            hubspot.as_person(contact.id, {"phone": "+33639980003"})

    assert sender.drain()
    assert max(len(json.loads(body)) for _, body in inbox.received) <= 100
    assert len(inbox.received) < 20
    assert sorted(event["objectId"] for event in inbox.events) == [151 + 50 * number for number in range(150)]


def test_the_life_of_a_contact_is_told_as_a_whole(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    sender = hubspot.send_webhooks_to(inbox.url)

    survivor = hubspot.merge(ADA, BOB)
    hubspot.archive(survivor.id)
    hubspot.restore(survivor.id)
    hubspot.erase(survivor.id)

    assert sender.drain()
    merge, *rest = inbox.events
    assert [event["subscriptionType"] for event in rest] == [
        "contact.deletion",
        "contact.restore",
        "contact.privacyDeletion",
    ]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (ADA, [BOB], survivor.id)


def test_nobody_is_told_of_what_nobody_subscribed_to(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    sender = hubspot.send_webhooks_to(inbox.url, Subscriptions(properties=("phone",), lifecycle=()))

    hubspot.as_person(ADA, {"city": "Brest"})
    hubspot.unsubscribe(ADA)
    hubspot.archive(ADA)

    assert sender.drain()
    assert inbox.received == []


def test_no_event_names_an_address_of_the_contact(hubspot: HubSpotSandbox, inbox: Inbox) -> None:
    sender = hubspot.send_webhooks_to(inbox.url)

    hubspot.as_person(ADA, {"phone": "+33639980003"})

    assert sender.drain()
    assert "ada@example.com" not in inbox.received[0][1].decode()
