"""Vonage's calls: a key or a word by which a person refuses, and an unsigned callback, which it signs the next time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Entry
from contactable.webhooks.request import Request
from contactable.webhooks.testing import FOREIGN, PUBLIC_URL, Street

PERSON, OURS = "+33639980001", "33199000001"
CALL = {"uuid": "u1", "conversation_uuid": "CON-1", "from": OURS, "to": "33639980001"}
INPUT: dict[str, Any] = {**CALL, "timestamp": "2026-11-24T09:29:00.000Z"}


def request(street: Street, body: dict[str, Any]) -> Request:
    return Request(json.dumps(body).encode(), street.bench.clock(), headers={"content-type": "application/json"})


def told(street: Street, body: dict[str, Any]) -> list[Entry]:
    assert street.deliver("vonage", request(street, body)).status_code == 200
    found = street.entries(IdentifierKind.PHONE, PERSON)
    return sorted((entry for entry in found if entry.kind == "opposition"), key=lambda entry: entry.on)


@pytest.mark.parametrize(
    "body",
    [
        {**INPUT, "dtmf": {"digits": "9", "timed_out": False}, "speech": {"results": []}},
        {**INPUT, "dtmf": {"digits": "9"}, "from": "33639980001", "to": OURS},
        {**INPUT, "dtmf": {"digits": "9"}, "direction": "outbound"},
        {**INPUT, "dtmf": "9"},
    ],
    ids=["which end is the person is not told", "who called us", "direction", "first version"],
)
def test_the_refusing_key_closes_calls_as_the_persons_own_signed_act(street: Street, body: dict[str, Any]) -> None:
    entries = told(street, body)

    assert [entry.on for entry in entries] == ["phone", "robocall"]
    assert {(entry.origin, entry.proof_level, entry.confidence) for entry in entries} == {
        ("recipient", "signed", "certain")
    }


def test_words_that_refuse_close_calls_and_are_marked_as_heard_by_a_machine(street: Street) -> None:
    heard = [{"text": "tope", "confidence": "0.4"}, {"text": "ne m'appelez plus", "confidence": "0.9"}]

    entries = told(street, {**INPUT, "dtmf": {"digits": None}, "speech": {"results": heard}})

    assert [(entry.on, entry.confidence) for entry in entries] == [("phone", "probable"), ("robocall", "probable")]


@pytest.mark.parametrize(
    "more",
    [
        {"dtmf": {"digits": "1"}},
        {"dtmf": {"digits": "", "timed_out": True}},
        {"dtmf": {"digits": None}, "speech": {"results": [{"text": "oui"}]}},
        {"speech": {"error": "ERR1: Failed to analyze audio"}},
        {"status": "completed", "direction": "outbound"},
        {"status": "answered", "direction": "inbound"},
    ],
)
def test_another_key_another_word_or_the_end_of_a_call_closes_nothing(street: Street, more: dict[str, Any]) -> None:
    assert told(street, {**INPUT, **more}) == []


def test_a_callback_without_a_signature_is_asked_for_again_and_a_forged_one_refused(street: Street) -> None:
    body = {**INPUT, "dtmf": {"digits": "9"}}
    signed = street.signed("vonage", request(street, body))
    bare = replace(signed, headers={"content-type": "application/json"})
    forged = street.signed("vonage", request(street, body), replace(street.open("vonage").secrets, keys=(FOREIGN,)))

    assert street.send(bare).status_code == 503
    assert street.send(forged).status_code == 401
    assert street.send(replace(bare, url=f"{PUBLIC_URL}/hooks/vonage/guess")).status_code == 401
    assert street.states() == {}
