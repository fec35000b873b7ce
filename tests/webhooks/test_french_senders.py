"""Senders of SMS, e-mail and calls beyond the contract: scopes, numbers, times, settings, and the answers they need."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from contactable.errors import NotAuthentic
from contactable.signing import Secret
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin, Scope, ScopeKind, TimeQuality
from contactable.webhooks.meaning import fact_key, international, is_persons_number
from contactable.webhooks.provider import Proof
from contactable.webhooks.refusals import COMMENTED, TAGGED, refusal_in
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.ticks import ticks_in

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def read(provider: str, body: Any, **parts: Any) -> Event:
    """The first event of a JSON body or of a form."""
    raw = urlencode(body) if provider in ("twilio", "spothit") else json.dumps(body)
    event = next(iter(find_provider(provider).parse(Request(raw.encode(), ARRIVAL, **parts))))
    assert isinstance(event, Event)
    return event


SMS = {"MessageSid": "SM1", "From": "+33639980001", "To": "+33639989000", "Body": "STOP"}


@pytest.mark.parametrize(("service", "scope"), [("MG7", "MG7"), ("", "+33639989000")])
def test_a_stop_to_twilio_is_bound_to_the_messaging_service_or_the_number(service: str, scope: str) -> None:
    assert read("twilio", {**SMS, "MessagingServiceSid": service}).scope == Scope(ScopeKind.SENDER, scope)


def test_a_form_of_twilio_has_no_time_so_only_its_arrival_is_known() -> None:
    event = read("twilio", SMS)

    assert (event.occurred_at, event.time_quality) == (None, TimeQuality.ARRIVAL)


@pytest.mark.parametrize(
    ("direction", "person"), [("outbound-api", "To"), ("outbound-dial", "To"), ("inbound", "From")]
)
def test_the_person_on_a_call_is_whoever_is_not_us(direction: str, person: str) -> None:
    call = {"CallSid": "CA1", "Digits": "9", "From": "+33639980001", "To": "+33639980002", "Direction": direction}

    assert read("twilio", call).phone == call[person]


def test_the_key_that_refuses_calls_can_be_another_one() -> None:
    call = {"CallSid": "CA1", "Digits": "3", "From": "+33639980001", "To": "+33639980002", "Direction": "inbound"}

    assert read("twilio", call).kind is Kind.IGNORED
    assert read("twilio", call, options={"refusing_key": "3"}).kind is Kind.OPPOSITION


@pytest.mark.parametrize(
    ("provider", "body", "status"),
    [
        ("twilio", b"<Response/>", 503),
        ("octopush", b"", 503),
        ("brevo", b"", 429),
        ("mailjet", b"", 503),
    ],
)
def test_each_sender_gets_the_answer_that_it_understands(provider: str, body: bytes, status: int) -> None:
    answers = find_provider(provider).answers

    assert (answers.stored, answers.body, answers.store_is_down) == (200, body, status)


def test_an_unsubscription_at_mailjet_is_bound_to_the_list_that_was_left() -> None:
    event = read("mailjet", {"event": "unsub", "email": "a@example.com", "time": 1795512600, "mj_list_id": 31})

    assert event.scope == Scope(ScopeKind.LIST, "31")


@pytest.mark.parametrize(
    "time",
    [{"ts_epoch": 1795512600000}, {"ts_epoch": 1795512600}, {"ts_event": 1795512600}, {"date": "2026-11-24 10:30:00"}],
)
def test_every_time_that_brevo_writes_is_the_same_moment(time: dict[str, Any]) -> None:
    assert read("brevo", {"event": "spam", "email": "a@example.com", **time}).occurred_at == ARRIVAL


def test_an_unreadable_time_costs_the_date_and_not_the_opposition() -> None:
    event = read("brevo", {"event": "spam", "email": "a@example.com", "ts_epoch": "yesterday"})

    assert (event.kind, event.time_quality) == (Kind.OPPOSITION, TimeQuality.ARRIVAL)


def test_an_echo_tells_of_an_act_whose_day_nobody_knows() -> None:
    event = read(
        "mailjet", {"event": "blocked", "error": "spam reporter", "email": "a@example.com", "time": 1795512600}
    )

    assert (event.kind, event.occurred_at, event.time_quality) == (Kind.OPPOSITION, None, TimeQuality.UNKNOWN)


def test_an_echo_of_unknown_cause_suppresses_and_asks_a_person() -> None:
    event = read("brevo", {"event": "blocked", "email": "a@example.com", "reason": "policy"})

    assert (event.origin, event.confidence) == (Origin.ECHO, Confidence.REVIEW)


@pytest.mark.parametrize(
    ("tags", "comments", "refusal"),
    [
        (["Ne plus appeler"], [], TAGGED),
        (["NE-PLUS-APPELER"], [], TAGGED),
        (["opposition"], ["rien"], TAGGED),
        ([], ["Il dit : ne pas appeler !"], COMMENTED),
        ([], ["oppositions diverses"], None),
        (["Devis", ""], [""], None),
    ],
)
def test_a_refusal_noted_in_a_call_is_found_without_case_and_accents(
    tags: list[str], comments: list[str], refusal: object
) -> None:
    assert refusal_in(tags, comments, {}) == refusal


def test_the_names_of_the_refusing_tags_are_the_companys() -> None:
    assert refusal_in(["Stop tél."], [], {"refusal_tags": ["STOP TEL"]}) == TAGGED
    assert refusal_in(["Bloctel"], [], {"refusal_tags": ["STOP TEL"]}) is None


def test_a_call_refuses_once_however_often_its_events_repeat_the_tags() -> None:
    data = {"id": 7, "raw_digits": "+33 6 39 98 00 01", "tags": [{"name": "DNC", "tagged_at": 1795512600}]}

    events = [
        read("aircall", {"event": name, "timestamp": 1795512600 + delay, "data": data})
        for delay, name in enumerate(("call.tagged", "call.commented", "call.ended"))
    ]

    assert len({event.key for event in events}) == 1
    assert all(event.on is On.VOICE and event.origin is Origin.ADMIN for event in events)


@pytest.mark.parametrize(("direction", "number"), [("out", "+33639980002"), ("in", "+33639980001")])
def test_ringover_numbers_are_integers_and_the_direction_tells_the_person(direction: str, number: str) -> None:
    data = {"call_id": "1", "direction": direction, "from_number": 33639980001, "to_number": 33639980002}

    assert read("ringover", {"event": "hangup", "resource": "call", "timestamp": 1, "data": data}).phone == number


@pytest.mark.parametrize(
    ("text", "on", "certain"),
    [("calls", On.VOICE, True), (" SMS ", On.SMS, True), ("pigeon", On.ALL, False), ("post,post", On.POST, True)],
)
def test_a_tick_closes_its_channel_and_an_unknown_one_closes_all(text: str, on: On, certain: bool) -> None:
    ((_, channel, meaning),) = ticks_in(text)

    assert (channel, meaning.confidence is Confidence.CERTAIN) == (on, certain)


def test_a_pipedrive_option_is_translated_from_its_id() -> None:
    options = {"oppose_field": "f" * 40, "oppose_options": {"17": "post"}}
    body = {
        "meta": {
            "entity": "person",
            "action": "change",
            "entity_id": 41,
            "id": "w",
            "timestamp": "2026-11-24T09:30:00Z",
        },
        "data": {"custom_fields": {"f" * 40: {"type": "set", "values": [{"id": 17}]}}},
        "previous": {},
    }

    assert read("pipedrive", body, options=options).on is On.POST


@pytest.mark.parametrize(("provider", "proof"), [("brevo", Proof.PATH_SECRET), ("twilio", Proof.SIGNED)])
def test_a_provider_says_what_an_authentic_request_proves(provider: str, proof: Proof) -> None:
    assert find_provider(provider).proof(Request(b"", ARRIVAL)) is proof


def test_a_form_that_begins_like_json_is_covered_by_twilios_signature_all_the_same() -> None:
    secrets = Secrets(keys=(Secret("token", b"auth token"),))
    provider = find_provider("twilio")
    signed = provider.sign(Request(b"", ARRIVAL, url="https://x.example/hooks/t"), secrets)

    with pytest.raises(NotAuthentic):
        provider.authenticate(replace(signed, raw=b"{=1&MessageSid=SM1&From=%2B33639980001&Body=STOP"), secrets)


def test_a_number_without_its_plus_gets_it_back_and_a_national_one_stays() -> None:
    assert international("33639980001") == "+33639980001"
    assert international("0639980001") == "0639980001"


@pytest.mark.parametrize(
    ("text", "person"), [("36180", False), ("EXEMPLE", False), ("+33639980001", True), ("", False)]
)
def test_a_short_code_or_a_name_is_no_person(text: str, person: bool) -> None:
    assert is_persons_number(text) is person


def test_a_fact_key_tells_apart_what_only_looks_alike_when_joined() -> None:
    assert fact_key("x", "a", "b") != fact_key("x", "ab", "")
    assert fact_key("x", "a", None) != fact_key("x", "a", "")


@pytest.mark.parametrize(
    ("query", "person"),
    [
        ({"action": "stop", "receiver": "+33639980001", "sender": "MARQUE"}, "+33639980001"),
        ({"action": "stop", "receiver": "+33639980001", "sender": "+33639989000"}, "+33639980001"),
        ({"receiver": "36063", "sender": "0033639980001"}, "0033639980001"),
        ({"receiver": "0033639980001", "sender": "36063"}, "0033639980001"),
        ({"action": "stop", "receiver": "MARQUE"}, None),
    ],
)
def test_a_stop_to_ovh_is_the_receivers_and_never_our_own_names(query: dict[str, str], person: str | None) -> None:
    url = f"https://hooks.example.com/hooks/ovh?{urlencode({**query, 'id': '7'})}"
    (event,) = find_provider("ovh").parse(Request(b"", ARRIVAL, method="GET", url=url))

    assert isinstance(event, Event)
    assert (event.kind, event.on, event.phone) == (Kind.OPPOSITION, On.SMS, person)


@pytest.mark.parametrize(("code", "trace"), [("0", "sent"), ("1", None), ("2", "delivered"), ("4", "delivered")])
def test_what_a_status_of_cm_tells_of_a_message(code: str, trace: str | None) -> None:
    report = {"received": "2026-11-23T10:40:00", "to": "0033639980001", "reference": "x", "status": {"code": code}}

    assert read("cm", {"messages": {"msg": report}}).trace == trace
