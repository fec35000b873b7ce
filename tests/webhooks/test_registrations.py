"""What each sender is asked about our URL, over HTTP, and what its answer means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import responses

from contactable.errors import Refused
from contactable.signing import Secret
from contactable.transport import Transport
from contactable.webhooks.registrations import Registration, Registrations, State, state_of
from contactable.webhooks.registry import all_providers, find_provider
from contactable.webhooks.request import Secrets

OURS = "https://crm.example.com/contactable/hooks/sender"
PASTED = f"{OURS}/a-path-secret"
TELLING = tuple(provider.id for provider in all_providers() if provider.registrations)
SUSPENDING = tuple(id for id in TELLING if (told := find_provider(id).registrations) and told.suspends)
SETTINGS = {"mailchimp": {"audience": "a1"}, "mailgun": {"domain": "mg.example.com"}, "mailersend": {"domain_id": "d1"}}
OFF_AND_ON: dict[
    str, tuple[Any, Any]
] = {  # how a URL is written that the sender posts to no more, and one that it does
    "aircall": ({"webhooks": [{"url": PASTED, "active": False}]}, {"webhooks": [{"url": PASTED, "active": True}]}),
    "brevo": ({"webhooks": []}, {"webhooks": [{"id": 7, "url": PASTED, "events": ["unsubscribed"]}]}),
    "customerio": (
        {"reporting_webhooks": [{"endpoint": PASTED, "disabled": True}]},
        {"reporting_webhooks": [{"endpoint": PASTED, "disabled": False}]},
    ),
    "klaviyo": (
        {"data": [{"attributes": {"endpoint_url": PASTED, "enabled": False}}]},
        {"data": [{"attributes": {"endpoint_url": PASTED, "enabled": True}}]},
    ),
    "mailchimp": ({"webhooks": []}, {"webhooks": [{"url": PASTED, "events": {"unsubscribe": True}}]}),
    "mailersend": ({"data": [{"url": PASTED, "enabled": False}]}, {"data": [{"url": PASTED, "enabled": True}]}),
    "mailgun": ({"webhooks": {}}, {"webhooks": {"unsubscribed": {"urls": [PASTED]}}}),
    "mailjet": (
        {"Data": [{"EventType": "unsub", "Url": PASTED, "Status": "dead"}]},
        {"Data": [{"EventType": "unsub", "Url": PASTED, "Status": "alive"}]},
    ),
    "pipedrive": (
        {"data": [{"subscription_url": PASTED, "is_active": 0}]},
        {"data": [{"subscription_url": PASTED, "is_active": 1}]},
    ),
    "postmark": (
        {"Webhooks": [{"Url": PASTED, "Triggers": {"SubscriptionChange": {"Enabled": False}}}]},
        {"Webhooks": [{"Url": PASTED, "Triggers": {"SubscriptionChange": {"Enabled": True}}}]},
    ),
    "resend": (
        {"data": [{"endpoint": PASTED, "status": "disabled"}]},
        {"data": [{"endpoint": PASTED, "status": "enabled"}]},
    ),
    "sendgrid": ({"webhooks": [{"url": PASTED, "enabled": False}]}, {"webhooks": [{"url": PASTED, "enabled": True}]}),
    "sparkpost": ({"results": [{"target": PASTED, "active": False}]}, {"results": [{"target": PASTED}]}),
}


def registrations(id: str) -> Registrations:
    found = find_provider(id).registrations
    assert found is not None
    return found


def ask(id: str, answer: Any, status: int = 200) -> State:
    """Ask a sender over HTTP, each of whose requests has this answer."""
    told = registrations(id)
    secrets = Secrets(api={name: Secret(name, b"key-us1") for name in told.needs}, options=SETTINGS.get(id, {}))
    transport, found = Transport(id, told.url(secrets), headers=lambda: told.headers(secrets)), list[Registration]()
    with responses.RequestsMock() as server:
        for order in told.orders(secrets):
            server.add(order.method, told.url(secrets) + order.path, json=answer, status=status)
            found += told.read(transport.call(order.method, order.path, expected=order.expected).json)
    return state_of(found, OURS)


def test_every_sender_that_tells_has_its_example_here() -> None:
    assert set(TELLING) == set(OFF_AND_ON)


@pytest.mark.parametrize("id", TELLING)
def test_each_sender_tells_whether_it_posts_to_our_url(id: str) -> None:
    off, on = OFF_AND_ON[id]

    assert ask(id, on) is State.STANDS
    assert ask(id, off) is (State.SUSPENDED if id in SUSPENDING else State.ABSENT)


@pytest.mark.parametrize("id", TELLING)
@pytest.mark.parametrize("odd", [[], "no", 5, {"webhooks": 5, "data": "x", "Data": None, "results": {}, "Webhooks": 1}])
def test_an_answer_of_another_shape_is_refused_and_says_nothing_of_our_url(id: str, odd: Any) -> None:
    with pytest.raises(Refused):
        ask(id, odd)


@pytest.mark.parametrize("id", TELLING)
def test_items_of_another_shape_are_left_out(id: str) -> None:
    odd = [None, 5, "x", {}, {"url": 5, "Url": None, "attributes": None}]
    answer: Any = dict.fromkeys(("webhooks", "data", "Data", "results", "Webhooks", "reporting_webhooks"), odd)
    if id == "mailgun":
        answer = {"webhooks": {"unsubscribed": {"urls": 5}, "x": None}}

    assert ask(id, answer) is State.ABSENT


def test_brevo_says_404_where_an_account_has_none_of_a_type() -> None:
    assert ask("brevo", {"code": "document_not_found", "message": "none"}, 404) is State.ABSENT


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        f"{OURS}/",
        PASTED,
        "https://user:word@crm.example.com/contactable/hooks/sender/x?y=1",
        "https://CRM.example.com/contactable/hooks/sender",
    ],
)
def test_our_url_is_known_with_whatever_it_carries(url: str) -> None:
    assert state_of([Registration(url)], OURS) is State.STANDS


@pytest.mark.parametrize(
    "url",
    [
        f"{OURS}2/x",
        "https://crm.example.com/hooks/sender",
        "https://elsewhere.example.com/contactable/hooks/sender",
        "https://crm.example.com:8443/contactable/hooks/sender",
        "https://[broken/contactable/hooks/sender",
        "",
    ],
)
def test_another_url_is_not_ours(url: str) -> None:
    assert state_of([Registration(url)], OURS) is State.ABSENT


def test_one_kind_of_event_that_is_dead_is_enough_and_an_old_one_beside_an_active_one_is_not() -> None:
    dead, alive = Registration(PASTED, False, "unsub"), Registration(PASTED, True, "unsub")

    assert state_of([dead, Registration(PASTED, True, "open")], OURS) is State.SUSPENDED
    assert state_of([dead, alive], OURS) is State.STANDS


def test_no_url_shows_where_a_registration_is_printed() -> None:
    assert "a-path-secret" not in repr(Registration(PASTED))


@pytest.mark.parametrize("id", TELLING)
def test_the_page_about_alerts_tells_what_each_sender_is_asked(id: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    told = registrations(id)
    keys, options = (", ".join(f"`{name}`" for name in names) or "–" for names in (told.needs, told.options))
    shows = "suspended, or gone" if told.suspends else "gone"

    assert f"| {find_provider(id).title} | {told.says} | {shows} | {keys} | {options} | {told.page} |" in page
