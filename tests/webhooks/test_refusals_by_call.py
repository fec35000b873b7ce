"""Ringover's tags name a call and no number: the number is found by the call, whichever event comes first."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from contactable.identifiers import IdentifierKind
from contactable.webhooks.request import Request
from contactable.webhooks.testing import Street

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PERSON = "+33639980001"


def told(event: str, **data: object) -> Request:
    body = {"event": event, "resource": "call", "timestamp": 1795510000, "data": {"call_id": "7", **data}}
    return Request(json.dumps(body).encode(), ARRIVAL)


ANSWERED = told("answered", direction="out", to_number="33639980001")
HUNG_UP = told("hangup", direction="out", to_number="33639980001")
INBOUND = told("hangup", direction="in", from_number="33639980001")
TAGGED = told("tags_updated", tags=["Ne plus appeler"])
OF_ANOTHER_CALL = told("tags_updated", tags=["Ne plus appeler"], call_id="8")


def closed(street: Street) -> list[str]:
    found = street.entries(IdentifierKind.PHONE, PERSON)
    return sorted(entry.on for entry in found if entry.kind == "opposition")


@pytest.mark.parametrize("call", [ANSWERED, HUNG_UP, INBOUND])
def test_a_tag_after_the_number_closes_calls(street: Street, call: Request) -> None:
    for request in (call, TAGGED):
        assert street.deliver("ringover", request).status_code == 200

    assert closed(street) == ["phone", "robocall"]


def test_a_tag_before_the_number_closes_calls_once_it_comes(street: Street) -> None:
    street.deliver("ringover", TAGGED)
    assert street.states() == {"unresolved": 1}

    street.deliver("ringover", HUNG_UP)
    street.deliver("ringover", HUNG_UP)

    assert closed(street) == ["phone", "robocall"]


def test_a_tag_of_another_call_closes_nothing(street: Street) -> None:
    for request in (HUNG_UP, OF_ANOTHER_CALL):
        street.deliver("ringover", request)

    assert closed(street) == []
