"""Ended calls that phone systems tell of are the attempts that D223-9 counts; a refusing tag makes one a refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contactable.register import calls
from contactable.register.calls import KEPT, History
from contactable.register.testing import PHONE, Workbench
from contactable.webhooks.request import Request
from contactable.webhooks.testing import Street

AT = 1795510000


def aircall(said: str = "call.ended", tag: str = "", **data: Any) -> dict[str, Any]:
    tags = [{"name": tag, "tagged_at": AT}] if tag else []
    call = {"id": 7, "raw_digits": "+33 6 39 98 00 01", "direction": "outbound", "tags": tags, "comments": [], **data}
    return {"event": said, "timestamp": AT, "data": call}


def ringover(said: str = "hangup", **data: Any) -> dict[str, Any]:
    call = {"call_id": "r7", "direction": "out", "to_number": "33639980001", "from_number": "33162000000", **data}
    return {"event": said, "resource": "call", "timestamp": AT, "data": call}


def told(street: Street, provider: str, *bodies: dict[str, Any]) -> History:
    for body in bodies:
        request = Request(json.dumps(body).encode(), street.bench.clock(), headers={"content-type": "application/json"})
        assert street.deliver(provider, request).status_code == 200
    return known(street.bench, provider)


def known(bench: Workbench, *sources: str) -> History:
    return bench.read(calls.history, [bench.subject(PHONE)], sources)


def counts(found: History) -> tuple[int, int]:
    return len(found.attempts or ()), len(found.refusals or ())


def heard_long_ago(street: Street, provider: str) -> None:
    street.bench.write(calls.hear, provider, street.bench.clock() - KEPT)


@pytest.mark.parametrize(("provider", "body"), [("aircall", aircall()), ("ringover", ringover())])
def test_a_call_that_ended_is_an_attempt(street: Street, provider: str, body: dict[str, Any]) -> None:
    heard_long_ago(street, provider)

    assert counts(told(street, provider, body, body)) == (1, 0)


@pytest.mark.parametrize(("provider", "body"), [
    ("aircall", aircall(direction="inbound")), ("ringover", ringover(direction="in", from_number="33639980001")),
    ("aircall", aircall("call.created")), ("ringover", ringover("ringing")),
    ("aircall", aircall(raw_digits="anonymous")),
])  # fmt: skip
def test_received_unended_and_anonymous_calls_are_none(street: Street, provider: str, body: dict[str, Any]) -> None:
    heard_long_ago(street, provider)

    assert counts(told(street, provider, body)) == (0, 0)


def test_a_tag_given_after_the_call_makes_it_a_refusal(street: Street) -> None:
    heard_long_ago(street, "aircall")

    assert counts(told(street, "aircall", aircall(), aircall("call.tagged", "Ne plus appeler"))) == (1, 1)


def test_a_tag_given_during_the_call_leaves_it_one_attempt(street: Street) -> None:
    heard_long_ago(street, "aircall")

    assert counts(told(street, "aircall", aircall(tag="Ne plus contacter"))) == (1, 1)


def test_who_calls_us_and_refuses_was_not_called(street: Street) -> None:
    heard_long_ago(street, "aircall")
    body = aircall(tag="Ne plus appeler", direction="inbound")

    assert counts(told(street, "aircall", body)) == (0, 1)


def test_a_phone_system_that_was_just_connected_tells_nothing_certain(street: Street) -> None:
    assert told(street, "aircall", aircall()).attempts is None


def test_a_month_after_its_first_call_a_phone_system_is_relied_on(street: Street) -> None:
    told(street, "aircall", aircall())
    street.bench.clock.move(days=KEPT.days + 1)

    assert known(street.bench, "aircall") == History((), ())
