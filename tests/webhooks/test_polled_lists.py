"""Senders that push nothing: which lists are asked for, with which keys, and what their answers say."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contactable.errors import SettingsError
from contactable.signing import Secret
from contactable.webhooks.events import Event, On, Origin, Scope, ScopeKind
from contactable.webhooks.registry import all_providers, find_provider
from contactable.webhooks.request import Request, Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NAMES = ("key", "application_key", "application_secret", "consumer_key")
SECRETS = Secrets(api={name: Secret(name, name.encode()) for name in NAMES}, options={"services": ["sms-1", "sms-2"]})
BY_CHOICE = {"activecampaign", "brevo", "klaviyo"}  # they push, and their list is read where the endpoint says so
POLLED = [provider.id for provider in all_providers() if provider.questions and provider.id not in BY_CHOICE]


def answer(id: str, url: str, raw: bytes) -> list[Event]:
    """What a provider reads in the answer to a question."""
    items = find_provider(id).parse(Request(raw, NOW, method="GET", url=url))
    return [item for item in items if isinstance(item, Event)]


@pytest.mark.parametrize("id", POLLED)
def test_a_list_is_asked_for_over_https_and_its_key_never_shows(id: str) -> None:
    questions = find_provider(id).questions
    assert questions is not None

    asked = list(questions(SECRETS, NOW))

    assert asked
    assert all(question.url.startswith("https://") for question in asked)
    assert not any("key" in repr(question) for question in asked)


@pytest.mark.parametrize("id", POLLED)
def test_a_list_without_its_key_is_an_error_of_the_settings_that_names_it(id: str) -> None:
    questions = find_provider(id).questions
    assert questions is not None

    with pytest.raises(SettingsError, match="api = "):
        list(questions(Secrets(options={"services": ["sms-1"]}), NOW))


def test_ovh_is_asked_for_each_account_with_the_signature_that_it_documents() -> None:
    questions = find_provider("ovh").questions
    assert questions is not None

    first, replies, second, _ = questions(SECRETS, NOW)

    assert first.url == "https://eu.api.ovh.com/1.0/sms/sms-1/blacklists"
    assert first.headers["X-Ovh-Timestamp"] == "1795512600"
    assert first.headers["X-Ovh-Signature"].startswith("$1$")
    assert (
        replies.url
        == f"{first.url.removesuffix('blacklists')}incoming?creationDatetime.from=2026-11-21T09%3A30%3A00%2B00%3A00"
    )
    assert first.headers["X-Ovh-Signature"] != second.headers["X-Ovh-Signature"]


@pytest.mark.parametrize(
    ("id", "url", "raw"),
    [
        ("ovh", "https://eu.api.ovh.com/1.0/sms/sms-1/blacklists", b'["0033639980001"]'),
        ("smspartner", "https://api.smspartner.fr/v1/stop-sms/list", b'{"data": [{"phoneNumber": "0033639980001"}]}'),
        ("primotexto", "https://x.example/v2/unsubscribers/default/contacts", b'[{"identifier": "0033639980001"}]'),
    ],
)
def test_an_entry_of_a_stop_list_is_an_opposition_to_sms(id: str, url: str, raw: bytes) -> None:
    (event,) = answer(id, url, raw)

    assert (event.kind, event.on, event.phone) == ("opposition", On.SMS, "0033639980001")


def test_an_entry_of_the_list_of_dead_numbers_is_a_fact_about_the_number() -> None:
    (event,) = answer("primotexto", "https://x.example/v2/bounces/default/contacts", b'[{"identifier": "0639980001"}]')

    assert (event.kind, event.reason) == ("address_fact", "invalid")


def test_an_entry_of_primotexto_counts_from_its_last_stop_and_one_more_stop_is_another_act() -> None:
    url = "https://x.example/v2/unsubscribers/default/contacts"
    stops = [{"date": 1790000000000, "campaignId": "a"}, {"date": 1795510800000, "campaignId": "b"}]
    lists = [[{"id": "1", "identifier": "+33639980001", "history": stops[:count]}] for count in (1, 2)]

    first, second = (answer("primotexto", url, json.dumps(each).encode())[0] for each in lists)

    assert (second.occurred_at, second.campaign) == (datetime(2026, 11, 24, 9, tzinfo=UTC), "b")
    assert first.key != second.key


def test_an_entry_keeps_its_key_each_time_that_the_list_is_read() -> None:
    raw = b'{"data": [{"id": 19, "phoneNumber": "0639980001", "createdAt": "2026-11-20 10:19:45"}]}'

    first, second = (answer("smspartner", url, raw)[0] for url in ("https://x.example", "https://y.example"))

    assert first.key == second.key


@pytest.mark.parametrize("id", sorted(BY_CHOICE))
def test_a_sender_that_pushes_is_asked_only_where_the_endpoint_says_so(id: str) -> None:
    questions = find_provider(id).questions
    assert questions is not None

    assert list(questions(SECRETS, NOW)) == []


def test_the_report_of_brevo_tells_who_unsubscribed_and_who_answered_stop_by_sms() -> None:
    said = (
        b'{"events": [{"event": "unsubscription", "phoneNumber": "33639980001", "date": "2026-11-20 10:00:00"},'
        b' {"event": "replies", "phoneNumber": "33639980002", "reply": "STOP", "date": "2026-11-20T10:00:00.000Z"},'
        b' {"event": "replies", "phoneNumber": "33639980003", "reply": "Bonjour", "date": "2026-11-20T10:00:00Z"}]}'
    )
    report = "https://api.brevo.com/v3/transactionalSMS/statistics/events?event=replies"

    events = answer("brevo", report, said)

    assert [(event.kind, event.on, event.phone) for event in events] == [
        ("opposition", On.SMS, "+33639980001"),
        ("opposition", On.SMS, "+33639980002"),
        ("ignored", On.SMS, "+33639980003"),
    ]
    assert {event.occurred_at for event in events} == {datetime(2026, 11, 20, 10, tzinfo=UTC)}
    assert answer("brevo", report, b"{}") == []


def test_the_contacts_of_activecampaign_tell_each_list_that_they_left_and_when() -> None:
    said = (
        b'{"contacts": [{"id": "1", "email": "ada@example.com"}, {"id": "2", "email": "bo@example.com"}],'
        b' "contactLists": [{"contact": "1", "list": "3", "status": "2", "udate": "2026-11-20T10:00:00-06:00"},'
        b' {"contact": "1", "list": "4", "status": "1", "udate": "2026-11-01T10:00:00-06:00"}], "meta": {"total": "2"}}'
    )

    left, somehow = answer("activecampaign", "https://x.api-us1.com/api/3/contacts?status=2", said)

    assert (left.email, left.scope, left.origin) == ("ada@example.com", Scope(ScopeKind.LIST, "3"), Origin.UNKNOWN)
    assert left.occurred_at == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert (somehow.email, somehow.scope, somehow.origin) == ("bo@example.com", Scope(), Origin.ECHO)
    assert somehow.time_quality == "unknown"


SUPPRESSED = """{"data": [{"type": "profile", "id": "p1", "attributes": {"email": "ada@example.com", "subscriptions": {
 "email": {"marketing": {"suppression": [%s]}}}}}], "links": {"next": null}}"""


@pytest.mark.parametrize(
    ("reason", "kind", "meant"),
    [
        ("UNSUBSCRIBE", "opposition", "unsubscribe"),
        ("SPAM_COMPLAINT", "opposition", "complaint"),
        ("USER_SUPPRESSED", "opposition", "manually_suppressed"),
        ("UNHEARD_OF", "opposition", "manually_suppressed"),
        ("HARD_BOUNCE", "address_fact", "hard_bounce"),
        ("INVALID_EMAIL", "address_fact", "invalid"),
    ],
)
def test_a_profile_of_klaviyo_tells_why_and_when_it_was_suppressed(reason: str, kind: str, meant: str) -> None:
    one = json.dumps({"reason": reason, "timestamp": "2026-11-20T10:00:00+00:00"})
    listed = "https://a.klaviyo.com/api/profiles?filter=x"

    (event,) = answer("klaviyo", listed, (SUPPRESSED % one).encode())

    assert (event.kind, event.on, event.reason, event.email) == (kind, On.EMAIL, meant, "ada@example.com")
    assert event.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert answer("klaviyo", listed, (SUPPRESSED % "").encode()) == []


def test_klaviyo_is_asked_page_by_page_and_its_key_goes_to_klaviyo_alone() -> None:
    questions = find_provider("klaviyo").questions
    assert questions is not None
    asked = questions(replace(SECRETS, options={"poll_profiles": True}), NOW)
    assert isinstance(asked, Generator)

    def page(next: str) -> Request:
        return Request(json.dumps({"data": [], "links": {"next": next}}).encode(), NOW)

    first, second = next(asked), asked.send(page("https://a.klaviyo.com/api/profiles?page%5Bcursor%5D=c2"))

    assert "2026-11-17T09%3A30%3A00Z" in first.url
    assert second.url.endswith("=c2")
    with pytest.raises(StopIteration):
        asked.send(page("https://a.klaviyo.com.example.com/api/profiles?page=3"))


def test_a_webhook_of_klaviyo_that_names_nobody_is_a_bell_where_the_list_is_read() -> None:
    provider = find_provider("klaviyo")
    body = b'{"data": [{"topic": "event:klaviyo.unsubscribed_from_email_marketing"}]}'
    named = body.replace(b'"}]', b'", "email": "ada@example.com"}]')

    def told(raw: bytes, **options: object) -> list[str]:
        return [item.kind for item in provider.parse(Request(raw, NOW, options=options)) if isinstance(item, Event)]

    assert provider.rings is not None
    assert (provider.rings(Request(body, NOW)), provider.rings(Request(named, NOW))) == (True, False)
    assert (told(body), told(named)) == (["opposition"], ["opposition"])
    assert (told(body, poll_profiles=True), told(named, poll_profiles=True)) == (["ignored"], ["opposition"])
