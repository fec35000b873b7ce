"""Replies that are more than a text: a button of an RCS, a picture with words, a START that may answer a question."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from contactable.webhooks.events import Confidence, Event, Kind, Origin, Scope, ScopeKind
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PERSON = "+33639980001"
TWILIO = {"MessageSid": "SM1", "From": PERSON, "To": "+33639989000", "Body": ""}
VONAGE = {"message_uuid": "m1", "from": "33639980001", "to": "36063", "channel": "rcs"}
SINCH = {"id": "01", "channel_identity": {"identity": "33639980001"}, "sender_id": "36063"}


def read(provider: str, body: dict[str, Any]) -> Event:
    raw = urlencode(body) if provider == "twilio" else json.dumps(body)
    (event,) = find_provider(provider).parse(Request(raw.encode(), NOW))
    assert isinstance(event, Event)
    return event


def sinch(message: dict[str, Any]) -> dict[str, Any]:
    return {"app_id": "app", "message": {**SINCH, "contact_message": message}}


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("twilio", {**TWILIO, "ButtonText": "STOP", "ButtonPayload": "b7"}),
        ("twilio", {**TWILIO, "ButtonText": "Me désinscrire", "Body": "Me désinscrire"}),
        ("vonage", {**VONAGE, "message_type": "reply", "reply": {"id": "b7", "title": "STOP"}}),
        ("vonage", {**VONAGE, "message_type": "button", "button": {"payload": "b7", "text": "STOP"}}),
        ("vonage", {**VONAGE, "message_type": {"of": "a shape that nobody knows"}, "text": "STOP"}),
        ("sinch", sinch({"choice_response_message": {"message_id": "02", "postback_data": "STOP"}})),
    ],
)
def test_a_button_that_says_stop_is_a_stop(provider: str, body: dict[str, Any]) -> None:
    event = read(provider, body)

    assert (event.kind, event.phone, event.confidence) == (Kind.OPPOSITION, PERSON, Confidence.CERTAIN)


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("twilio", {**TWILIO, "Body": "STOP", "NumMedia": "1"}),
        ("vonage", {**VONAGE, "message_type": "image", "image": {"url": "https://x.example", "caption": "STOP"}}),
        ("sinch", {"type": "mo_media", "id": "m", "from": "33639980001", "to": "36063", "body": {"message": "STOP"}}),
        ("sinch", sinch({"media_card_message": {"caption": "STOP", "url": "https://x.example"}})),
    ],
)
def test_words_beside_a_picture_are_never_more_than_probable(provider: str, body: dict[str, Any]) -> None:
    event = read(provider, body)

    assert (event.kind, event.confidence) == (Kind.OPPOSITION, Confidence.PROBABLE)


def test_start_beside_a_picture_releases_nobody() -> None:
    event = read("twilio", {**TWILIO, "Body": "START", "NumMedia": "1"})

    assert (event.kind, event.confidence) == (Kind.RELEASE, Confidence.PROBABLE)


@pytest.mark.parametrize("word", ["YES", "oui", "Ok !", "d'accord"])
def test_a_yes_that_twilio_takes_for_a_start_releases_nobody(word: str) -> None:
    event = read("twilio", {**TWILIO, "Body": word, "OptOutType": "START"})

    assert (event.kind, event.confidence) == (Kind.RELEASE, Confidence.REVIEW)


@pytest.mark.parametrize("word", ["START", "unstop", "Reprise"])
def test_an_opt_in_word_of_the_company_is_the_persons_start(word: str) -> None:
    event = read("twilio", {**TWILIO, "Body": word, "OptOutType": "START"})

    assert (event.kind, event.confidence) == (Kind.RELEASE, Confidence.CERTAIN)


def test_a_refusal_by_twilio_repeats_a_stop_to_that_sender_alone() -> None:
    body = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "21610", "To": PERSON}

    assert read("twilio", {**body, "MessagingServiceSid": "MG7", "From": "36063"}).scope == Scope(
        ScopeKind.SENDER, "MG7"
    )
    assert read("twilio", {**body, "From": "36063"}).scope == Scope(ScopeKind.SENDER, "36063")
    assert read("twilio", body).scope == Scope()


def test_an_opt_in_registered_at_sinch_may_be_the_companys_own_and_releases_nobody() -> None:
    choice = {"identity": "33639980001", "request_id": "r", "status": "OPT_IN_SUCCEEDED"}

    event = read("sinch", {"opt_in_notification": choice})

    assert (event.kind, event.confidence, event.origin) == (Kind.RELEASE, Confidence.REVIEW, Origin.UNKNOWN)


@pytest.mark.parametrize("text", ["STOP", "START"])
def test_a_reply_through_sinchs_conversations_binds_the_sender_that_it_answers(text: str) -> None:
    assert read("sinch", sinch({"text_message": {"text": text}})).scope == Scope(ScopeKind.SENDER, "36063")


def test_a_key_that_is_set_to_nothing_refuses_no_call() -> None:
    call = {"CallSid": "CA1", "CallStatus": "in-progress", "From": PERSON, "To": "+33199000001", "Direction": "inbound"}
    request = Request(urlencode(call).encode(), NOW, options={"refusing_key": ""})

    (event,) = find_provider("twilio").parse(request)

    assert isinstance(event, Event)
    assert event.kind is Kind.IGNORED
