"""What a sender tries before it sends anything, and the secrets that some put into the body: never kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contactable.register import Tx, inbox
from contactable.webhooks.receiver import as_received
from contactable.webhooks.registry import find_provider, provider_ids
from contactable.webhooks.request import Request
from contactable.webhooks.testing import PUBLIC_URL, SECRET, Street

TOKEN = SECRET.value.decode()
CALL = {"event": "call.tagged", "timestamp": 1795510000, "data": {"id": 7, "tags": [{"name": "DNC"}]}}
LEAD = {"_id": "act_1", "type": "emailsUnsubscribed", "leadEmail": "lou@example.com"}
CHANNEL = {"module": "Contacts", "operation": "insert", "ids": ["41"], "channel_id": "7"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("id", provider_ids())
def test_a_look_at_an_address_without_anything_in_it_is_answered_and_kept_nowhere(
    street: Street, id: str, method: str
) -> None:
    street.open(id)

    answer = street.client.open(f"/hooks/{id}", method=method)

    assert answer.status_code == 200
    assert street.states() == {}


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_sender_that_puts_what_others_post_is_asked_for_its_proof_and_heard(street: Street, method: str) -> None:
    body = json.dumps([{"eventId": 1, "objectId": 7, "subscriptionType": "contact.creation", "occurredAt": 1}]).encode()
    request = Request(body, street.bench.clock(), method=method)
    street.open("hubspot")

    assert street.send(replace(request, url=f"{PUBLIC_URL}/hooks/hubspot")).status_code == 401
    assert street.states() == {}
    assert street.deliver("hubspot", request).status_code == 200
    assert sum(street.states().values()) == 1


def test_octopush_is_shown_an_empty_page_when_it_looks_at_an_address(street: Street) -> None:
    street.open("octopush")

    assert street.client.get("/hooks/octopush").data == b""


@pytest.mark.parametrize(("id", "body"), [("aircall", CALL), ("lemlist", LEAD), ("zoho", CHANNEL)])
def test_the_token_in_a_body_is_not_kept_with_it(street: Street, id: str, body: dict[str, object]) -> None:
    request = Request(json.dumps(body).encode(), street.bench.clock(), headers={"content-type": "application/json"})

    assert TOKEN in street.signed(id, request).raw.decode()
    assert street.deliver(id, request).status_code == 200

    (kept,) = street.bench.read(_deliveries)
    assert kept.raw is None or json.loads(kept.raw) == body
    again = as_received(replace(kept, raw=kept.raw or request.raw), {})
    assert list(find_provider(id).parse(again))


def _deliveries(tx: Tx) -> list[inbox.Delivery]:
    found = [inbox.read_delivery(tx, each.id) for each in inbox.deliveries(tx)]
    return [each for each in found if each]
