"""Senders that push nothing: which lists are asked for, with which keys, and what their answers say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contactable.errors import SettingsError
from contactable.signing import Secret
from contactable.webhooks.events import Event, On
from contactable.webhooks.registry import all_providers, find_provider
from contactable.webhooks.request import Request, Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NAMES = ("key", "application_key", "application_secret", "consumer_key")
SECRETS = Secrets(api={name: Secret(name, name.encode()) for name in NAMES}, options={"services": ["sms-1", "sms-2"]})
POLLED = [provider.id for provider in all_providers() if provider.questions and provider.id != "activecampaign"]


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

    first, second = questions(SECRETS, NOW)

    assert first.url == "https://eu.api.ovh.com/1.0/sms/sms-1/blacklists"
    assert first.headers["X-Ovh-Timestamp"] == "1795512600"
    assert first.headers["X-Ovh-Signature"].startswith("$1$")
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


def test_an_entry_keeps_its_key_each_time_that_the_list_is_read() -> None:
    raw = b'{"data": [{"id": 19, "phoneNumber": "0639980001", "createdAt": "2026-11-20 10:19:45"}]}'

    first, second = (answer("smspartner", url, raw)[0] for url in ("https://x.example", "https://y.example"))

    assert first.key == second.key
